"""Signing in with the organisation's own provider (OpenID Connect)."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from casework import oidc, sessions
from console.pages.sign import keep
from console.rendering import render
from store.workspace import Workspace

router = APIRouter()
FLOW_COOKIE = "sidelight_flow"
FLOW_SECONDS = 600


@router.get("/sign-in/provider")
def go(request: Request) -> Response:
    """Send the person to the provider."""
    started = oidc.start(request.app.state.workspace)
    response = RedirectResponse(started.address, 303)
    # Lax: the provider's page sends the browser back, and a strict cookie would stay at home.
    response.set_cookie(
        FLOW_COOKIE,
        started.kept,
        path="/sign-in",
        max_age=FLOW_SECONDS,
        secure=request.app.state.secure,
        httponly=True,
        samesite="lax",
    )
    return response


@router.get("/sign-in/back")
def come_back(request: Request) -> Response:
    """Check what the provider says, and open a session."""
    workspace: Workspace = request.app.state.workspace
    kept = request.cookies.get(FLOW_COOKIE, "")
    account = oidc.finish(workspace, kept, dict(request.query_params), factor=request.app.state.factors)
    token, _ = sessions.start(workspace, account, "single sign-on")
    # A page, not a redirect: browsers send strict cookies on no redirect that another site began.
    response = HTMLResponse(render("welcome.html", workspace.settings.zone, session=None))
    keep(request, response, token)
    response.delete_cookie(FLOW_COOKIE, path="/sign-in")
    return response

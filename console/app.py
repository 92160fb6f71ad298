"""The console as one ASGI application over one workspace."""

import hashlib
import logging
import secrets
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware

from casework import verification
from casework.cases import NoCaseError
from casework.policy import Action, ForbiddenError
from casework.throttle import ThrottledError
from console import api, drafts, health
from console.desk import Desk, ForgedFormError, NotFoundError, NotSignedInError, signed_in
from console.pages import (
    account,
    ad,
    audit,
    cases,
    compare,
    disclosure,
    factor,
    group,
    guide,
    home,
    judging,
    lists,
    models,
    oversight,
    passkey,
    provider,
    purpose,
    queue,
    search,
    settings,
    sign,
    sites,
    templates,
    watches,
    why,
)
from console.rendering import render
from console.security import CONTENT_POLICY, LOOPBACK, Gate
from indexer.engine import open_backend
from indexer.lookups import PurposeError
from store.errors import SidelightError
from store.quarantine import QuarantinedError
from store.workspace import Workspace

log = logging.getLogger(__name__)
DIRECTIVES = frozenset(part.split()[0] for part in CONTENT_POLICY.split("; ")) | {"script-src-elem", "style-src-attr"}
STATIC = Path(__file__).parent / "static"
PAGES = (
    home,
    sign,
    factor,
    provider,
    account,
    passkey,
    purpose,
    queue,
    search,
    lists,
    ad,
    group,
    templates,
    why,
    compare,
    judging,
    watches,
    cases,
    sites,
    models,
    disclosure,
    audit,
    oversight,
    settings,
    guide,
)
STATUS = {
    NotFoundError: 404,
    NoCaseError: 404,
    ForbiddenError: 403,
    ForgedFormError: 403,
    QuarantinedError: 403,
    PurposeError: 403,
    ThrottledError: 429,
}


def create_app(
    workspace: Workspace,
    *,
    hosts: Collection[str] = LOOPBACK,
    secure: bool = False,
    open_secret: str | None = None,
    factors: bool = False,
    form_key: bytes | None = None,
) -> Gate:
    """The console. `hosts` are the names it answers to; `open_secret` opens one local session, once.

    With `factors` nobody signs in by a password alone. Processes that serve together have one `form_key`: a form one of
    them made may come back to another.
    """
    app = FastAPI(title="Sidelight", docs_url=None, redoc_url=None, openapi_url=None, lifespan=_lifespan)
    # Described at /api/openapi.json, to people who have signed in.
    app.state.workspace = workspace
    app.state.backend = open_backend(workspace)
    app.state.secure = secure
    app.state.factors = factors
    app.state.form_key = form_key or secrets.token_bytes(32)
    app.state.open_digest = hashlib.sha256(open_secret.encode()).digest() if open_secret else None
    for page in PAGES:
        app.include_router(page.router)
    app.include_router(api.router)
    app.include_router(health.router)
    # Only what is the same for everybody is packed: what a page says of people must not be told from its length.
    app.mount("/static", GZipMiddleware(StaticFiles(directory=STATIC), minimum_size=1_000), name="static")
    app.add_api_route("/policy-report", _policy_report, methods=["POST"])
    app.add_exception_handler(SidelightError, _refused)
    app.add_exception_handler(RequestValidationError, _incomplete)
    app.add_exception_handler(HTTPException, _no_page)
    app.add_exception_handler(Exception, _broken)
    verification.checkpoint(workspace)
    drafts.sweep(workspace)
    # Around everything, so that the page for failures carries the headers too.
    return Gate(app, hosts, secure=secure)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    app.state.backend.close()


async def _policy_report(request: Request) -> Response:
    """A browser refused something a page tried: counted in the program's log by kind, never by what it was."""
    try:
        kind = str(orjson.loads(await request.body())["csp-report"]["effective-directive"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        kind = "unknown"
    log.warning("a browser refused something a page tried: %s", kind if kind in DIRECTIVES else "unknown")
    return Response(status_code=204)


async def _refused(request: Request, problem: Exception) -> Response:
    if isinstance(problem, NotSignedInError):
        if _wants_json(request):
            return JSONResponse({"error": "sign in first"}, 401, {"WWW-Authenticate": "Bearer"})
        return RedirectResponse("/sign-in", 303)
    if isinstance(problem, PurposeError) and not _wants_json(request):
        return RedirectResponse("/purpose?asked=1", 303)
    status = next((code for kind, code in STATUS.items() if isinstance(problem, kind)), 400)
    return _error(request, status, str(problem))


async def _incomplete(request: Request, _: Exception) -> Response:
    return _error(request, 422, "Something that was sent is missing or of the wrong kind.")


async def _no_page(request: Request, problem: Exception) -> Response:
    status = problem.status_code if isinstance(problem, HTTPException) else 500
    texts = {404: "There is no page under this address.", 405: "This address does not take that kind of request."}
    return _error(request, status, texts.get(status, "The request could not be answered."))


async def _broken(request: Request, _: Exception) -> Response:
    return _error(
        request,
        500,
        "Something failed, and nothing is shown. The program's log names the kind of failure and the page.",
    )


TITLES = {400: "That cannot be done", 403: "Not allowed", 404: "Not found", 422: "Incomplete", 500: "Something failed"}


def _error(request: Request, status: int, message: str) -> Response:
    if _wants_json(request):
        return JSONResponse({"error": message}, status)
    workspace: Workspace = request.app.state.workspace
    told = {"title": TITLES.get(status, "That did not work"), "code": status, "message": message}
    desk = _desk(request)
    if desk is not None:
        return desk.page("error.html", status=status, **told)
    return HTMLResponse(render("error.html", workspace.settings.zone, session=None, **told), status)


def _desk(request: Request) -> Desk | None:
    """Who is signed in sees the way to the other pages. Nothing of anybody is shown, so nothing is recorded."""
    try:
        return Desk(request.app.state.workspace, signed_in(request), request, Action.HELP)
    except (SidelightError, SQLAlchemyError):  # the store may be what failed
        return None


def _wants_json(request: Request) -> bool:
    """Whether a program asks, or a page's script that shows what it is told."""
    return request.url.path.startswith("/api/") or request.headers.get("accept") == "application/json"

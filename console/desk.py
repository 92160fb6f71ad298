"""Where a signed-in person sits: who they are, what they may do, and the record of every look they take.

A page about people can only be rendered by a desk whose look has been recorded; that is checked here, not left to pages.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any

import orjson
from fastapi import Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from casework import policy, sessions
from casework.policy import Action, ForbiddenError
from casework.records import Session
from console.rendering import render
from console.welfare import at_work
from store import audit
from store.audit import Act, Fact, Via
from store.errors import SidelightError
from store.schema import now
from store.workspace import Workspace

COOKIE = "sidelight_session"
# Pages that show nothing of a person's: everything else is recorded before it is shown.
UNRECORDED = frozenset({Action.HELP, Action.SITES})


class NotSignedInError(SidelightError):
    """Nobody is signed in, or the session is over."""


class NotFoundError(SidelightError):
    """There is nothing under this address."""


class ForgedFormError(SidelightError):
    """A form without the session's own token."""


@dataclass(slots=True)
class Desk:
    """One request of one person."""

    workspace: Workspace
    session: Session
    request: Request
    action: Action
    looked: bool = field(default=False, init=False)

    def may(self, action: Action) -> bool:
        """Whether this person's role allows it."""
        return policy.allows(self.session.role, action)

    def look(self, action: str, kind: str, item: str, words: str | None = None, **facts: Fact) -> None:
        """Record what is about to be shown. Raises where it cannot be recorded, and then nothing is shown."""
        act = Act(self.session.account, Via.CONSOLE, action, kind, item, words=words, facts=facts)
        audit.append(self.workspace, act)
        self.looked = True

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """A page for this person."""
        self._recorded()
        body = render(
            template,
            self.workspace.settings.zone,
            desk=self,
            session=self.session,
            csrf=self.session.csrf,
            at_work=at_work(self.session.created_at, now()),
            prevalence=self.workspace.settings.prevalence,
            **values,
        )
        return HTMLResponse(body, status)

    def answer(self, value: Any) -> Response:
        """The same, as JSON; dataclasses, enums and instants as orjson writes them."""
        self._recorded()
        return Response(orjson.dumps(value), media_type="application/json")

    def go(self, address: str) -> Response:
        """After a form: on to another page."""
        return RedirectResponse(address, 303)

    def _recorded(self) -> None:
        if not self.looked and self.action not in UNRECORDED:
            raise RuntimeError(f"{self.action} was about to be shown without a record")


def signed_in(request: Request) -> Session:
    """The session of the request's cookie; raises NotSignedInError."""
    found = sessions.find(request.app.state.workspace, request.cookies.get(COOKIE, ""))
    if found is None:
        raise NotSignedInError("please sign in")
    return found


def at(action: Action) -> Callable[..., Desk]:
    """Dependency: a desk for a person who may do `action`. Raises NotSignedInError, ForbiddenError."""

    def sit(request: Request, session: Annotated[Session, Depends(signed_in)]) -> Desk:
        try:
            policy.require(session.role, action)
        except ForbiddenError:
            workspace: Workspace = request.app.state.workspace
            facts: dict[str, Fact] = {"asked": action.value}
            audit.append(workspace, Act(session.account, Via.CONSOLE, "refused", "page", action.value, facts=facts))
            raise
        return Desk(request.app.state.workspace, session, request, action)

    return sit


def sent_to(action: Action) -> Callable[..., Desk]:
    """Dependency: the same for a form, which has to bring the session's token. Raises ForgedFormError too."""

    def sit(desk: Annotated[Desk, Depends(at(action))], csrf: Annotated[str, Form()] = "") -> Desk:
        check_token(desk.session, csrf)
        return desk

    return sit


def check_token(session: Session, given: str) -> None:
    """Raise ForgedFormError where the token is not the session's."""
    if not hmac.compare_digest(session.csrf.encode(), given.encode("utf-8", "replace")):
        raise ForgedFormError(
            "this form was not made for your present session; go back, load the page again and resend"
        )

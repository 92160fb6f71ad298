"""Where a signed-in person sits: who they are, what they may do, and the record of every look they take.

A page about people can only be rendered by a desk whose look has been recorded; that is checked here, not left to pages.
"""

import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import orjson
from fastapi import Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from casework import cases, policy, sessions, tokens
from casework.cases import Case
from casework.policy import Action, ForbiddenError
from casework.records import Session
from console.rendering import render
from console.welfare import at_work
from indexer import lookups
from store import audit
from store.audit import Act, Fact, Via
from store.errors import SidelightError
from store.schema import now
from store.workspace import Workspace

COOKIE = "sidelight_session"
# Pages that show nothing of a person's: everything else is recorded before it is shown.
UNRECORDED = frozenset({Action.HELP, Action.SITES, Action.MODELS, Action.SETTINGS, Action.ACCOUNT})
BEARER = "Bearer "


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

    @property
    def via(self) -> Via:
        """Whether a person sits here or a program that they gave a token to."""
        return Via.CONSOLE if self.session.scopes is None else Via.TOKEN

    def may(self, action: Action) -> bool:
        """Whether this person's role, and the token they come with, allow it."""
        return allowed(self.session, Action(action))

    def open_cases(self) -> list[Case]:
        """The open cases the person has a part in, to pin things to; none for who may not decide."""
        if not self.may(Action.DECIDE):
            return []
        with self.workspace.read() as connection:
            return [one for one in cases.every(connection, self.session.account) if one.closed_at is None]

    def look(self, action: str, kind: str, item: str, words: str | None = None, **facts: Fact) -> None:
        """Record what is about to be shown. Raises where it cannot be recorded, and then nothing is shown."""
        audit.append(self.workspace, self._act(action, kind, item, words, facts))
        self.looked = True

    def looks(self, action: str, items: Iterable[tuple[str, str]]) -> None:
        """Record several (kind, id) that are about to be shown together, each by itself and all of them or none."""
        with self.workspace.begin() as connection:
            for kind, item in items:
                audit.append(self.workspace, self._act(action, kind, item), connection)
        self.looked = True

    def _act(
        self, action: str, kind: str, item: str, words: str | None = None, facts: Mapping[str, Fact] | None = None
    ) -> Act:
        return Act(
            self.session.account,
            self.via,
            action,
            kind,
            item,
            words=words,
            case_id=self.session.case_id,
            reason=self.session.reason,
            facts=facts or {},
        )

    def ask(self, query: str) -> None:
        """Record a search and every contact it looks up. Raises PurposeError where more has to be said of why."""
        case_id, reason = self.session.case_id, self.session.reason
        asked = lookups.contacts(query)
        lookups.require_purpose(self.workspace.settings, asked, case_id, reason)
        self.look("search", "query", query, words=query or None)
        lookups.record(self.workspace, self.session.account, self.via, asked, case_id, reason)

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
        """The same, as JSON; dataclasses, enums and instants as orjson writes them, named tuples as objects."""
        self._recorded()
        return Response(orjson.dumps(value, default=_object), media_type="application/json")

    def go(self, address: str) -> Response:
        """After a form: on to another page."""
        return RedirectResponse(address, 303)

    def _recorded(self) -> None:
        if not self.looked and self.action not in UNRECORDED:
            raise RuntimeError(f"{self.action} was about to be shown without a record")


def allowed(session: Session, action: Action) -> bool:
    """Whether the role, and the token where there is one, allow the action."""
    return policy.allows(session.role, action) and (session.scopes is None or action in session.scopes)


def signed_in(request: Request) -> Session:
    """The session of the request's cookie, or the person of its token; raises NotSignedInError.

    A token opens the API alone: pages are for people, whose browser sends a cookie.
    """
    workspace: Workspace = request.app.state.workspace
    given = request.headers.get("authorization", "")
    if given.startswith(BEARER) and request.url.path.startswith("/api/"):
        found = tokens.find(workspace, given.removeprefix(BEARER))
    else:
        found = sessions.find(workspace, request.cookies.get(COOKIE, ""))
    if found is None or not found.strong:
        raise NotSignedInError("please sign in")
    return found


def at(action: Action) -> Callable[..., Desk]:
    """Dependency: a desk for a person who may do `action`. Raises NotSignedInError, ForbiddenError."""

    def sit(request: Request, session: Annotated[Session, Depends(signed_in)]) -> Desk:
        if not allowed(session, action):
            workspace: Workspace = request.app.state.workspace
            facts: dict[str, Fact] = {"asked": action.value}
            audit.append(workspace, Act(session.account, Via.CONSOLE, "refused", "page", action.value, facts=facts))
            policy.require(session.role, action)
            raise ForbiddenError(f"this token was not made for {action.value!r}; make another one")
        return Desk(request.app.state.workspace, session, request, action)

    sit.action = action  # type: ignore[attr-defined]  # for the test that holds every address against policy.yml
    return sit


def sent_to(action: Action) -> Callable[..., Desk]:
    """Dependency: the same for a form, which has to bring the session's token. Raises ForgedFormError too."""

    def sit(desk: Annotated[Desk, Depends(at(action))], csrf: Annotated[str, Form()] = "") -> Desk:
        check_token(desk.session, csrf)
        return desk

    sit.action = action  # type: ignore[attr-defined]
    return sit


def check_token(session: Session, given: str) -> None:
    """Raise ForgedFormError where the token is not the session's. A program's own token is proof enough."""
    if session.csrf is None:
        return
    if not hmac.compare_digest(session.csrf.encode(), given.encode("utf-8", "replace")):
        raise ForgedFormError(
            "this form was not made for your present session; go back, load the page again and resend"
        )


def _object(value: Any) -> Any:
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return value._asdict()
    raise TypeError(type(value).__name__)

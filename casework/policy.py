"""Who may do what: one table from role to actions. Everything that is not in it is refused."""

from enum import StrEnum

from casework.records import Role
from store.errors import SidelightError


class Action(StrEnum):
    """What a person can ask for."""

    QUEUE = "queue"
    SEARCH = "search"
    AD = "ad"
    GROUP = "group"
    DECIDE = "decide"
    UNDO_OWN = "undo own decisions"
    UNDO_ANY = "undo any decision"
    WATCH = "watches"
    SITES = "sites"
    QUARANTINE = "quarantined ads"
    AUDIT = "audit"
    HELP = "help"


class ForbiddenError(SidelightError):
    """The person's role does not allow the action."""


_READS = frozenset({Action.QUEUE, Action.SEARCH, Action.AD, Action.GROUP, Action.SITES, Action.HELP})
_ANALYST = _READS | {Action.DECIDE, Action.UNDO_OWN, Action.WATCH}

ALLOWED: dict[Role, frozenset[Action]] = {
    Role.ANALYST: _ANALYST,
    Role.SUPERVISOR: _ANALYST | {Action.UNDO_ANY, Action.QUARANTINE, Action.AUDIT},
    Role.OPERATOR: frozenset({Action.SITES, Action.HELP}),
    Role.DATA_SCIENTIST: _READS,
    Role.AUDITOR: frozenset({Action.AUDIT, Action.SITES, Action.HELP}),
}


def allows(role: Role, action: Action) -> bool:
    """Whether the role may do it."""
    return action in ALLOWED[role]


def require(role: Role, action: Action) -> None:
    """Raise ForbiddenError where the role may not do it."""
    if not allows(role, action):
        raise ForbiddenError(f"the role {role.value!r} does not include {action.value!r}; a supervisor can help")

"""Who may do what, as `policy.yml` says: from role to actions, from address to action. Everything else is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from casework.records import Role
from store.datafiles import load_data
from store.errors import SidelightError

FILE = Path(__file__).with_name("policy.yml")
ANYONE = "anyone"
PERSON = "person"


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
    EXPORT = "export"
    APPROVE = "approve exports"
    SITES = "sites"
    QUARANTINE = "quarantined ads"
    MODELS = "models"
    SETTINGS = "settings"
    DISCLOSE = "disclosure"
    AUDIT = "audit"
    OVERSIGHT = "oversight"
    ACCOUNT = "account"
    HELP = "help"


class ForbiddenError(SidelightError):
    """The person's role does not allow the action."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The file as it was read."""

    allowed: Mapping[Role, frozenset[Action]]
    scopes: frozenset[Action]
    routes: Mapping[str, str]  # "GET /queue" to an action's value, ANYONE or PERSON


def read(path: Path = FILE) -> Policy:
    """The policy in `path`; raises ValueError for a role or action that is not known, or a role without a line."""
    held = load_data(path)
    roles = {Role(name): row for name, row in held["roles"].items()}
    if missing := set(Role) - set(roles):
        raise ValueError(f"{path}: nothing is said of {', '.join(sorted(missing))}")
    for route, action in held["routes"].items():
        if action not in {ANYONE, PERSON}:
            Action(action)
        if route.partition(" ")[0] not in {"GET", "POST"}:
            raise ValueError(f"{path}: {route!r} is not a method and an address")
    return Policy(
        {role: frozenset(Action(one) for one in row["may"]) for role, row in roles.items()},
        frozenset(Action(one) for one in held["scopes"]),
        held["routes"],
    )


POLICY = read()


def allows(role: Role, action: Action) -> bool:
    """Whether the role may do it."""
    return action in POLICY.allowed[role]


def require(role: Role, action: Action) -> None:
    """Raise ForbiddenError where the role may not do it."""
    if not allows(role, action):
        raise ForbiddenError(f"the role {role.value!r} does not include {action.value!r}; a supervisor can help")

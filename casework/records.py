"""What people make: accounts, sessions, queue entries and decisions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from models.labels import Tier, Value


class Role(StrEnum):
    """What a person is here for; `policy` says what that allows."""

    ANALYST = "analyst"
    SUPERVISOR = "supervisor"
    OPERATOR = "operator"
    DATA_SCIENTIST = "data scientist"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True)
class Account:
    """A person who may sign in. The password's hash never leaves `accounts`."""

    name: str
    role: Role
    disabled: bool
    locked_until: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in person. `csrf` has to come back with every form they send; a token for programs has none.

    `strong` is false between the password and the second factor: nothing opens but the form for its code.
    """

    account: str
    role: Role
    csrf: str | None
    created_at: datetime
    expires_at: datetime
    strong: bool = True
    case_id: str | None = None  # what the person works on, as they said
    reason: str | None = None
    scopes: frozenset[str] | None = None  # what a token is limited to; None is no limit but the role
    confirmed_at: datetime | None = None  # when the person last showed the second factor in order to change one


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey of a person: a key pair in their device, which answers `site` alone."""

    credential_id: str
    title: str
    site: str
    created_at: datetime
    used_at: datetime | None


class QueueLane(StrEnum):
    """Where in the day's queue an entry stands."""

    FIRST = "first"  # every group with a stated minor age
    RANKED = "ranked"
    LEARN = "learn"  # unsure and unlike each other: where a label teaches most
    SECOND = "second"  # decided once: for a second reader, who does not see the first verdict
    AUDIT = "audit"  # drawn at random from below the cut


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """One linked group to look at on one day. `value` is a review priority in [0, 1]."""

    day: str
    group_id: str
    rank: int
    lane: QueueLane
    value: float
    band: str
    route: str
    why: str  # entered, carried over, rose from 0.41, opened again: ..., drawn at random
    model: str
    reasons: Mapping[str, float] = field(default_factory=dict)  # feature -> what it added to the value


@dataclass(frozen=True, slots=True)
class Basis:
    """What of a group was known when a person decided; a change in it opens the group again."""

    lane: str
    reasons: tuple[str, ...]  # features that spoke for review, sorted
    places: tuple[str, ...]  # names of the places of the itinerary, sorted
    persons: tuple[str, ...] | None = None  # names its ads give, sorted; None where that was not noted


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision about a group as it then was. An undone one stays, with who undid it."""

    decision_id: int
    label_id: int  # its row in the label ledger
    group_id: str
    ad_ids: tuple[str, ...]
    verdict: Value
    tier: Tier
    who: str
    at: datetime
    why: str
    day: str | None
    basis: Basis
    undone_at: datetime | None
    undone_by: str | None

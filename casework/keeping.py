"""How long things are kept, what holds them, and which ads are due: the rules of retention, without the forgetting."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import Connection, Row, insert, select, update

from casework.casetables import case_items, cases, holds
from casework.tables import decisions
from crawlers.tables import ads
from models.labels import Value
from store import audit
from store.audit import Act, Via
from store.database import select_in
from store.datafiles import load_data
from store.errors import SettingsError, UsageError
from store.schema import now
from store.tables import hash_matches
from store.workspace import Workspace

FILE = "retention.yml"
DEFAULTS = Path(__file__).parent / FILE
AS_SET = frozenset({"ads", "pages"})
LONGEST = 36_500
CLEARED = frozenset({Value.CLEARED.value, Value.NOT.value})
HELD_KINDS = ("ad", "case")


@dataclass(frozen=True, slots=True)
class Hold:
    """An order that an ad or a case is kept whatever its time. `released_at` is None while it stands."""

    hold_id: int
    kind: str
    item: str
    who: str
    at: datetime
    why: str
    released_at: datetime | None
    released_by: str | None


@dataclass(frozen=True, slots=True)
class Due:
    """Ads past their time, with the rule by which each goes; and how many others are past it but held."""

    ads: Mapping[str, str]
    held: int


def rules(workspace: Workspace) -> dict[str, timedelta]:
    """How long each class is kept. Raises SettingsError where the workspace's own file cannot be used."""
    days = {name: value["days"] for name, value in yaml.safe_load(DEFAULTS.read_text(encoding="utf-8")).items()}
    own = workspace.root / FILE
    if own.exists():
        try:
            given = load_data(own) or {}
            days |= {name: value["days"] if isinstance(value, dict) else value for name, value in given.items()}
        except (OSError, UnicodeDecodeError, yaml.YAMLError, AttributeError, KeyError) as problem:
            raise SettingsError(
                f"{own}: cannot be read: {' '.join(str(problem).split())}; write lines such as `alerts: 30`"
            ) from None
        if unknown := days.keys() - yaml.safe_load(DEFAULTS.read_text(encoding="utf-8")).keys():
            raise SettingsError(f"{own}: there is no class {min(unknown)!r}; docs/retention.md lists them")
    for name, value in days.items():
        if value is None and name in AS_SET:
            days[name] = workspace.settings.retention_days
        elif not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LONGEST:
            raise SettingsError(f"{own}: {name!r} is kept for 0 to {LONGEST:,} whole days, not {value!r}")
    return {name: timedelta(days=value) for name, value in days.items()}


def due_ads(connection: Connection, kept: Mapping[str, timedelta], moment: datetime) -> Due:
    """The ads whose time is over at `moment`."""
    stood = _decisions_by_ad(connection)
    found: dict[str, str] = {}
    old = select(ads.c.ad_id).where(ads.c.last_seen <= moment - kept["ads"])
    found |= dict.fromkeys(connection.execute(old).scalars(), "ads")
    cleared = [ad_id for ad_id, one in stood.items() if one.verdict in CLEARED]
    query = select(ads.c.ad_id, ads.c.last_seen)
    for row in select_in(connection, query, ads.c.ad_id, cleared):
        if max(row.last_seen, stood[row.ad_id].at) + kept["cleared"] <= moment:
            found.setdefault(row.ad_id, "cleared")
    held = holding(connection, kept, moment)
    for ad_id, one in stood.items():
        if one.verdict not in CLEARED and one.at + kept["decided"] > moment:
            held.add(ad_id)
    going = {ad_id: rule for ad_id, rule in found.items() if ad_id not in held}
    return Due(going, len(found) - len(going))


def holding(connection: Connection, kept: Mapping[str, timedelta], moment: datetime) -> set[str]:
    """Ads that a case, an order or a report keeps."""
    over = {row.case_id for row in due_cases(connection, kept, moment)}
    items = connection.execute(
        select(case_items).where(case_items.c.kind.in_(("ad", "group")), case_items.c.undone_at.is_(None))
    )
    found: set[str] = set()
    for row in items:
        if row.case_id not in over:
            found |= {row.about} if row.kind == "ad" else set(row.state.get("ad_ids", ()))
    found |= {one.item for one in standing_holds(connection) if one.kind == "ad"}
    known = select(hash_matches.c.ad_id).where(hash_matches.c.released_at.is_(None))
    return found | set(connection.execute(known).scalars())


def due_cases(connection: Connection, kept: Mapping[str, timedelta], moment: datetime) -> list[Row[Any]]:
    """Closed cases whose time is over and that no order holds."""
    held = {one.item for one in standing_holds(connection) if one.kind == "case"}
    closed = connection.execute(select(cases).where(cases.c.closed_at.is_not(None)))
    return [row for row in closed if row.case_id not in held and row.closed_at + _days(row, kept) <= moment]


def hold(workspace: Workspace, kind: str, item: str, why: str, who: str, *, via: Via = Via.COMMAND) -> int:
    """Keep an ad or a case until the hold is released; returns its number. Raises UsageError."""
    if kind not in HELD_KINDS or not item.strip() or not why.strip():
        raise UsageError("a hold is on an ad or a case, and says by whose order")
    with workspace.begin() as connection:
        values = {"kind": kind, "item": item, "who": who, "at": now(), "why": why}
        number = connection.execute(insert(holds).values(values).returning(holds.c.hold_id)).scalar_one()
        audit.append(workspace, Act(who, via, "hold", kind, item, reason=why), connection)
    return int(number)


def release(workspace: Workspace, hold_id: int, who: str, *, via: Via = Via.COMMAND) -> None:
    """Let go of what a hold kept. Raises UsageError."""
    with workspace.begin() as connection:
        row = connection.execute(
            update(holds)
            .where(holds.c.hold_id == hold_id, holds.c.released_at.is_(None))
            .values(released_at=now(), released_by=who)
            .returning(holds.c.kind, holds.c.item)
        ).one_or_none()
        if row is None:
            raise UsageError(f"there is no hold {hold_id} that stands; see sidelight retention holds")
        audit.append(workspace, Act(who, via, "release hold", row.kind, row.item), connection)


def standing_holds(connection: Connection) -> list[Hold]:
    """Holds that stand, oldest first."""
    rows = connection.execute(select(holds).where(holds.c.released_at.is_(None)).order_by(holds.c.hold_id))
    return [Hold(**row._asdict()) for row in rows]


def _decisions_by_ad(connection: Connection) -> dict[str, Row[Any, Any, Any]]:
    """The newest standing decision on each ad."""
    query = select(decisions.c.ad_ids, decisions.c.verdict, decisions.c.at)
    rows = connection.execute(query.where(decisions.c.undone_at.is_(None)).order_by(decisions.c.decision_id))
    return {ad_id: row for row in rows for ad_id in row.ad_ids}


def _days(row: Row[Any], kept: Mapping[str, timedelta]) -> timedelta:
    return kept["cases"] if row.keep_days is None else timedelta(days=row.keep_days)

"""The label ledger: what people decided about groups, for training. A label is added or withdrawn, never overwritten."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from models.records import Direction, Priority
from models.tables import labels
from store.database import chunks
from store.errors import UsageError
from store.schema import now


class Value(StrEnum):
    """What a label says of a group. It is an opinion or a court's outcome about review, as its tier tells."""

    INDICATED = "trafficking-indicated"
    NOT = "not trafficking"
    CLEARED = "cleared"
    UNSURE = "unsure"


class Tier(StrEnum):
    """How firm a label is."""

    OPINION = "opinion"
    CORROBORATED = "corroborated"
    CHARGED = "charged"
    CONVICTED = "convicted"
    CLEARED = "cleared"


class Source(StrEnum):
    """Where a label comes from."""

    DECISION = "decision"
    SECOND_READER = "second reader"
    IMPORT = "import"
    MARKET = "market"  # the rehearsal market's truth: what is trained on it is for rehearsal only


# Weakest first: of several labels of a group the firmest counts, and of equally firm ones the newest.
FIRMNESS = (Tier.OPINION, Tier.CORROBORATED, Tier.CHARGED, Tier.CLEARED, Tier.CONVICTED)


@dataclass(frozen=True, slots=True)
class Shown:
    """What was on screen when a label was given: the priority with its reasons, the place in the queue, and how many
    people's verdicts on the same group stood there to be read. For an import: what was known of the group then."""

    value: float
    band: str
    route: str
    lane: str
    reasons: tuple[str, ...]
    against: tuple[str, ...]
    queue_lane: str | None = None
    rank: int | None = None
    others: int = 0


@dataclass(frozen=True, slots=True)
class Label:
    """One label. `ad_ids` are the members the person saw; `model` and `queue_day` say what put the group there."""

    group_id: str
    ad_ids: tuple[str, ...]
    value: Value
    tier: Tier
    who: str
    at: datetime
    source: Source
    model: str | None = None
    queue_day: str | None = None
    note: str = ""
    shown: Shown | None = None
    label_id: int | None = None
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = None


def shown(
    priority: Priority | None, *, queue_lane: str | None = None, rank: int | None = None, others: int = 0
) -> Shown | None:
    """What a person sees of a group; None for one that is not scored."""
    if priority is None:
        return None

    def said(direction: Direction) -> tuple[str, ...]:
        return tuple(one.feature for one in priority.evidence if one.direction is direction)

    return Shown(
        priority.value,
        priority.band.value,
        priority.route.value,
        priority.lane.value,
        said(Direction.FOR),
        said(Direction.AGAINST),
        queue_lane,
        rank,
        others,
    )


def record(connection: Connection, label: Label) -> int:
    """Add a label in the caller's transaction (that of the decision it comes from); returns its number."""
    inserted = connection.execute(insert(labels).values(_columns(label)).returning(labels.c.label_id))
    return int(inserted.scalar_one())


def withdraw(connection: Connection, label_id: int, who: str) -> bool:
    """Take a label back: it stays in the ledger and counts no more. False where there is no such standing label."""
    taken = connection.execute(
        update(labels)
        .where(labels.c.label_id == label_id, labels.c.withdrawn_at.is_(None))
        .values(withdrawn_at=now(), withdrawn_by=who)
    )
    return bool(taken.rowcount)


def forget(connection: Connection, label_ids: Sequence[int]) -> None:
    """Labels whose time to be kept is over go with the decisions they come from; nothing but retention asks for it."""
    for part in chunks(label_ids):
        connection.execute(delete(labels).where(labels.c.label_id.in_(part)))


def history(connection: Connection, group_id: str) -> list[Label]:
    """Every label of a group, withdrawn ones too, oldest first."""
    rows = connection.execute(select(labels).where(labels.c.group_id == group_id).order_by(labels.c.label_id))
    return [_label(row) for row in rows]


def standing(connection: Connection) -> list[Label]:
    """Every label that was not withdrawn, oldest first."""
    rows = connection.execute(select(labels).where(labels.c.withdrawn_at.is_(None)).order_by(labels.c.label_id))
    return [_label(row) for row in rows]


def others(connection: Connection, group_id: str, who: str) -> int:
    """How many other people's labels of the group stand: with one or more of them, `who` is a second reader."""
    query = select(labels.c.who).where(
        labels.c.group_id == group_id,
        labels.c.who != who,
        labels.c.withdrawn_at.is_(None),
        labels.c.source.in_([Source.DECISION.value, Source.SECOND_READER.value]),
    )
    return len(set(connection.execute(query).scalars()))


def imported(connection: Connection) -> list[Label]:
    """The standing labels that came from files, oldest first."""
    rows = connection.execute(
        select(labels)
        .where(labels.c.withdrawn_at.is_(None), labels.c.source == Source.IMPORT.value)
        .order_by(labels.c.label_id)
    )
    return [_label(row) for row in rows]


def verdict(given: Sequence[Label]) -> bool | None:
    """What labels of one group teach: True, False, or None for nothing (none, unsure, or equally firm ones disagree).

    A person's newest word on an ad counts, and of a person's words on different ads of the group the majority.
    """
    firm = [one for one in given if one.value is not Value.UNSURE and one.withdrawn_at is None]
    if not firm:
        return None
    tier = max(FIRMNESS.index(one.tier) for one in firm)
    newest: dict[str, dict[str, bool]] = defaultdict(dict)
    for one in sorted((one for one in firm if FIRMNESS.index(one.tier) == tier), key=lambda one: one.at):
        newest[one.who].update(dict.fromkeys(one.ad_ids or (one.group_id,), one.value is Value.INDICATED))
    said = {2 * sum(by_ad.values()) > len(by_ad) for by_ad in newest.values()}
    return said.pop() if len(said) == 1 else None


def record_all(connection: Connection, given: Iterable[Label]) -> int:
    """Add many labels (an import); one that stands in the ledger already, word for word, is not added again."""
    known = {_identity(one) for one in standing(connection)}
    count = 0
    for one in given:
        if _identity(one) not in known:
            known.add(_identity(one))
            record(connection, one)
            count += 1
    return count


def choose(kind: type[StrEnum], text: str, what: str) -> Any:
    """The member of `kind` that `text` names; raises UsageError listing what there is."""
    try:
        return kind(text.strip())
    except ValueError:
        raise UsageError(f"{what} is {text!r}; known are {', '.join(kind)}") from None


def _identity(label: Label) -> tuple[str, ...]:
    return (label.group_id, label.value, label.tier, label.who, label.at.isoformat(), label.source, *label.ad_ids)


def _columns(label: Label) -> dict[str, object]:
    return {
        "group_id": label.group_id,
        "ad_ids": sorted(label.ad_ids),
        "value": label.value.value,
        "tier": label.tier.value,
        "who": label.who,
        "at": label.at,
        "source": label.source.value,
        "model": label.model,
        "queue_day": label.queue_day,
        "note": label.note,
        "shown": asdict(label.shown) if label.shown else None,
    }


def _label(row: Row[Any]) -> Label:
    return Label(
        group_id=row.group_id,
        ad_ids=tuple(row.ad_ids),
        value=Value(row.value),
        tier=Tier(row.tier),
        who=row.who,
        at=row.at,
        source=Source(row.source),
        model=row.model,
        queue_day=row.queue_day,
        note=row.note,
        shown=_shown(row.shown) if row.shown else None,
        label_id=row.label_id,
        withdrawn_at=row.withdrawn_at,
        withdrawn_by=row.withdrawn_by,
    )


def _shown(value: dict[str, Any]) -> Shown:
    return Shown(**{**value, "reasons": tuple(value["reasons"]), "against": tuple(value["against"])})

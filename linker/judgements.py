"""What people said of two ads: same, not same, or unsure. The newest that was not taken back counts, for ever."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, insert, select, update

from linker.tables import judgements
from store import pending
from store.database import select_in
from store.errors import UsageError
from store.schema import now


class Verdict(StrEnum):
    """What a person said."""

    SAME = "same"
    NOT_SAME = "not same"
    UNSURE = "unsure"  # neither joins nor cuts; takes an earlier word's place


@dataclass(frozen=True, slots=True)
class Judgement:
    """The word on two ads that counts; `left < right`, `order` grows with time."""

    left: str
    right: str
    verdict: Verdict
    order: int


def judge(connection: Connection, left: str, right: str, verdict: Verdict, who: str, why: str) -> int:
    """Keep a person's word, and put both ads on the linker's list; returns its id. Raises UsageError for one ad twice."""
    if left == right:
        raise UsageError(f"a judgement needs two different ads; {left!r} was given twice")
    low, high = sorted((left, right))
    result = connection.execute(
        insert(judgements)
        .values(left=low, right=high, verdict=verdict.value, who=who, at=now(), why=why)
        .returning(judgements.c.judgement_id)
    )
    pending.announce(connection, "readings", (low, high))
    return int(result.scalar_one())


def withdraw(connection: Connection, judgement_id: int) -> bool:
    """Take a word back (the row stays); False where there is none or it was taken back before."""
    row = connection.execute(
        update(judgements)
        .where(judgements.c.judgement_id == judgement_id, judgements.c.withdrawn_at.is_(None))
        .values(withdrawn_at=now())
        .returning(judgements.c.left, judgements.c.right)
    ).one_or_none()
    if row is not None:
        pending.announce(connection, "readings", (row.left, row.right))
    return row is not None


def in_force(connection: Connection, ad_ids: Iterable[str] | None = None) -> list[Judgement]:
    """The judgements that count on any pair with one of these ads, or on any pair at all, by pair."""
    query = select(judgements).where(judgements.c.withdrawn_at.is_(None))
    if ad_ids is None:
        rows = list(connection.execute(query))
    else:
        wanted = list(ad_ids)
        columns = (judgements.c.left, judgements.c.right)
        rows = [row for column in columns for row in select_in(connection, query, column, wanted)]
    newest: dict[tuple[str, str], Judgement] = {}
    for row in rows:
        pair = (row.left, row.right)
        if pair not in newest or newest[pair].order < row.judgement_id:
            newest[pair] = Judgement(row.left, row.right, Verdict(row.verdict), row.judgement_id)
    return [newest[pair] for pair in sorted(newest)]

"""A person's word on two ads outside any case: recorded like every act, taken back by whoever said it or a supervisor."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from crawlers.stored import load_ads
from linker import judgements
from linker.judgements import Verdict
from linker.tables import judgements as table
from store import audit
from store.audit import Act, Via
from store.database import select_in
from store.errors import UsageError
from store.quarantine import require_shown
from store.workspace import Workspace

LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody said of two ads, and still stands by."""

    judgement_id: int
    left: str
    right: str
    verdict: Verdict
    who: str
    at: datetime
    why: str


def say(
    workspace: Workspace, left: str, right: str, verdict: Verdict, why: str, who: str, *, via: Via = Via.CONSOLE
) -> int:
    """Say of two ads that they are one poster's, or not, or that one cannot tell. Raises UsageError, QuarantinedError."""
    if not 1 <= len(why.strip()) <= LONGEST:
        raise UsageError(f"write 1 to {LONGEST:,} characters; a later reader has only that")
    with workspace.begin() as connection:
        for ad_id in (left, right):
            require_shown(connection, ad_id)
        if missing := {left, right} - load_ads(connection, [left, right]).keys():
            raise UsageError(f"there is no ad {min(missing)!r}")
        number = judgements.judge(connection, left, right, verdict, who, why.strip())
        for ad_id in (left, right):
            act = Act(who, via, "judge", "ad", ad_id, facts={"verdict": verdict.value, "judgement": number})
            audit.append(workspace, act, connection)
    return number


def take_back(workspace: Workspace, number: int, who: str, *, any_ones: bool, via: Via = Via.CONSOLE) -> Word:
    """Take a word back; the row stays. Raises UsageError where it does not stand, or is another's and `any_ones` is not."""
    with workspace.begin() as connection:
        row = connection.execute(select(table).where(table.c.judgement_id == number)).one_or_none()
        if row is None or row.withdrawn_at is not None:
            raise UsageError(f"there is no judgement {number}, or it was taken back before")
        if row.who != who and not any_ones:
            raise UsageError("only a supervisor may take back another person's judgement")
        judgements.withdraw(connection, number)
        for ad_id in (row.left, row.right):
            audit.append(
                workspace, Act(who, via, "undo judgement", "ad", ad_id, facts={"judgement": number}), connection
            )
    return Word(number, row.left, row.right, Verdict(row.verdict), row.who, row.at, row.why)


def standing(connection: Connection, left: Iterable[str], right: Iterable[str]) -> list[Word]:
    """Words that stand on any pair with one ad of each side, newest first."""
    mine, others = set(left), set(right)
    query = select(table).where(table.c.withdrawn_at.is_(None))
    rows = {
        row.judgement_id: row
        for column in (table.c.left, table.c.right)
        for row in select_in(connection, query, column, sorted(mine))
        if {row.left, row.right} & mine and {row.left, row.right} & others
    }
    return [
        Word(row.judgement_id, row.left, row.right, Verdict(row.verdict), row.who, row.at, row.why)
        for _, row in sorted(rows.items(), reverse=True)
    ]

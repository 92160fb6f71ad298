"""The link stage: what was read since goes into the keys, near-copies, links and groups, one step after the other.

Each step takes everything that the step before touched, in stretches, and does it once: an archive or a day, it is the same
road. What a step gives is a function of the ads there are, never of the order they came in: a key's links of the ads that
carry it, a band's followers of its wordings, a group of the links it hangs together by. So whatever the batches, kills and
repeats, the outcome is that of doing everything at once.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, delete, select, union

from linker.copy_rows import add_wordings, recluster, write_moves
from linker.group_rows import regroup_all
from linker.intake import read_signals
from linker.key_rows import relink_all
from linker.signal_rows import Known, SignalRows, list_keys, replace_signals, rows_of
from linker.signals import Signals, forget_keys
from linker.tables import compared, group_members, hubs, link_keys, link_signals, link_work, links, text_bands, wordings
from linker.wording import Wording
from linker.words import Sketch, Words, sketched
from linker.work import Step, left, stretches
from nlp.tables import readings
from store import pending
from store.ahead import Ahead
from store.behind import Behind
from store.database import select_in
from store.garbage import uncollected
from store.locks import exclusive
from store.processes import cores
from store.workspace import Workspace

log = logging.getLogger(__name__)

STAGE = "link"
# Raise whenever the same readings give other links or other stored forms; everything is then linked again.
VERSION = "5"
# Keys and bands stand in no order: the more ads at a time, the fewer times the same pages of the store are written.
BATCH = 50_000
# From so many ads on, a process to store them is worth its start.
MANY = 20_000
# How many ads and keys make a stretch.
ADS, KEYS = 50_000, 20_000


@dataclass(frozen=True, slots=True)
class Batch:
    """Ads to link: those asked for, the signals of those there are, and wordings not met before with their bands."""

    ad_ids: Sequence[str]
    signals: Sequence[Signals]
    wordings: Sequence[Sketch]


@dataclass(frozen=True, slots=True)
class Rows:
    """A batch as it is stored: nothing but what a process hands another in little time."""

    ad_ids: Sequence[str]
    signals: SignalRows
    wordings: Sequence[Sketch]


def run(workspace: Workspace, progress: Callable[[int], None] | None = None, batch: int = BATCH) -> int:
    """Link every ad whose reading is new, changed or gone; returns how many. Raises BusyError where it runs already.

    Where there is much to do, and a core for it, another process stores what this one makes.
    """
    with exclusive(workspace, STAGE), uncollected():
        with workspace.begin() as connection:
            everything = union(select(readings.c.ad_id), select(link_signals.c.ad_id), select(group_members.c.ad_id))
            if pending.adopt(connection, STAGE, VERSION, select(everything.subquery().c.ad_id)):
                # Groups stand until their ads are linked again; the rest is worth nothing to another version.
                for table in (link_keys, link_signals, wordings, text_bands, compared, links, hubs, link_work):
                    connection.execute(delete(table))
            # A run that was killed may have left all of the later steps.
            waiting = pending.count(connection, STAGE) + left(connection)
        with Behind(workspace, alone=waiting < MANY or not _may_spread(workspace)) as behind:
            return _all_steps(workspace, behind, progress or (lambda _: None), batch)


def _may_spread(workspace: Workspace) -> bool:
    """A server's database stores in processes of its own."""
    return not workspace.shared and (workspace.settings.workers or cores()) > 1


def _all_steps(workspace: Workspace, behind: Behind, progress: Callable[[int], None], batch: int) -> int:
    """What is held from step to step is let go when this returns, before anybody looks for circles in it."""
    known, words = Known(), Words()

    def compute(connection: Connection, ad_ids: Sequence[str]) -> Batch:
        made = prepare(connection, ad_ids)
        words.hold(made.wordings)
        # What is held need not wait, nor travel.
        return replace(made, wordings=[one._replace(words=b"") for one in made.wordings])

    def keep(made: Batch) -> None:
        known.hold(made.ad_ids, made.signals)

    try:
        count = Ahead(workspace, STAGE, compute, packed, write, keep).drain(behind, batch, progress)
        settle(workspace, behind, known, words)
    finally:
        forget_keys()
    return count


def prepare(connection: Connection, ad_ids: Sequence[str]) -> Batch:
    """What can be worked out from the ads alone; an ad that is gone, or has no reading, is left out of the signals."""
    made = []
    worded: dict[str, Wording] = {}
    for signals, wording in read_signals(connection, ad_ids):
        made.append(signals)
        if wording.digest:
            worded[wording.digest] = wording
    query = select(text_bands.c.wording)
    # In the order in which they are found again: so each page of the store is gone to once.
    digests = sorted(worded)
    known = {row.wording for row in select_in(connection, query, text_bands.c.wording, digests)}
    return Batch(ad_ids, made, sketched([worded[one] for one in digests if one not in known]))


def packed(batch: Batch) -> Rows:
    """The rows of the batch."""
    return Rows(batch.ad_ids, rows_of(batch.signals), batch.wordings)


def write(connection: Connection, rows: Rows) -> None:
    """Store the signals and wordings of a batch and put what they touch on the lists of the next steps."""
    replace_signals(connection, rows.ad_ids, rows.signals)
    add_wordings(connection, rows.wordings)


def settle(workspace: Workspace, behind: Behind, known: Known, words: Words) -> None:
    """Bring clusters, links and groups up to date with the signals; those just made are `known`, and their `words`.

    Goes on where a run before was killed.
    """
    with workspace.read() as connection:
        moves = recluster(connection, words)
    words.forget()
    known.clusters = moves.clusters
    for _ in behind.write(write_moves, [moves]):
        _tell("wordings clustered")(len(moves.clusters))
    tell = _tell("ads whose keys are to be judged")
    for count in behind.write(list_keys, stretches(workspace, Step.AD, ADS)):
        tell(count)
    # What is known from here on no longer changes.
    relink_all(workspace, behind, known, KEYS, _tell("keys judged"))
    regroup_all(workspace, behind, known, _tell("ads grouped"))


def _tell(what: str) -> Callable[[int], None]:
    """Says in the log how far a step has come."""
    total = 0

    def told(count: int) -> None:
        nonlocal total
        total += count
        log.info("link: %s: %d", what, total)

    return told

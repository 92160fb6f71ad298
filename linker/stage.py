"""The link stage: what was read since goes into the keys, near-copies, links and groups, one step after the other.

Each step takes everything that the step before touched, in stretches, and does it once: an archive or a day, it is the same
road. What a step gives is a function of the ads there are, never of the order they came in: a key's links of the ads that
carry it, a band's followers of its wordings, a group of the links it hangs together by. So whatever the batches, kills and
repeats, the outcome is that of doing everything at once.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, union

from linker.copy_rows import add_wordings, recluster, write_moves
from linker.group_rows import regroup_all
from linker.intake import read_signals
from linker.key_rows import relink
from linker.signal_rows import Known, list_keys, replace_signals
from linker.signals import Signals
from linker.tables import compared, group_members, hubs, link_keys, link_signals, link_work, links, text_bands, wordings
from linker.wording import Wording
from linker.words import Sketch, Words, sketched
from linker.work import Step, in_stretches
from nlp.tables import readings
from store import pending
from store.database import select_in
from store.garbage import uncollected
from store.locks import exclusive
from store.workspace import Workspace

log = logging.getLogger(__name__)

STAGE = "link"
# Raise whenever the same readings give other links or other stored forms; everything is then linked again.
VERSION = "5"
# Keys and bands stand in no order: the more ads at a time, the fewer times the same pages of the store are written.
BATCH = 50_000
# How many ads and keys make a stretch.
ADS, KEYS = 50_000, 20_000


@dataclass(frozen=True, slots=True)
class Batch:
    """Ads to link: those asked for, the signals of those there are, and wordings not met before with their bands."""

    ad_ids: Sequence[str]
    signals: Sequence[Signals]
    wordings: Sequence[Sketch]


def run(workspace: Workspace, progress: Callable[[int], None] | None = None, batch: int = BATCH) -> int:
    """Link every ad whose reading is new, changed or gone; returns how many. Raises BusyError where it runs already."""
    with exclusive(workspace, STAGE), uncollected():
        with workspace.begin() as connection:
            everything = union(select(readings.c.ad_id), select(link_signals.c.ad_id), select(group_members.c.ad_id))
            if pending.adopt(connection, STAGE, VERSION, select(everything.subquery().c.ad_id)):
                # Groups stand until their ads are linked again; the rest is worth nothing to another version.
                for table in (link_keys, link_signals, wordings, text_bands, compared, links, hubs, link_work):
                    connection.execute(delete(table))
        return _all_steps(workspace, progress or (lambda _: None), batch)


def _all_steps(workspace: Workspace, progress: Callable[[int], None], batch: int) -> int:
    """What is held from step to step is let go when this returns, before anybody looks for circles in it."""
    known, words = Known(), Words()

    def keep(connection: Connection, made: Batch) -> None:
        write(connection, made)
        known.hold(made.ad_ids, made.signals)
        words.hold(made.wordings)

    count = pending.drain(workspace, STAGE, compute=prepare, write=keep, batch=batch, progress=progress)
    settle(workspace, known, words)
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


def write(connection: Connection, batch: Batch) -> None:
    """Store the signals and wordings of the batch and put what they touch on the lists of the next steps."""
    replace_signals(connection, batch.ad_ids, batch.signals)
    add_wordings(connection, batch.wordings)


def settle(workspace: Workspace, known: Known, words: Words) -> None:
    """Bring clusters, links and groups up to date with the signals; those just made are `known`, and their `words`.

    Goes on where a run before was killed.
    """
    with workspace.read() as connection:
        moves = recluster(connection, words)
    words.forget()
    known.clusters = moves.clusters
    with workspace.begin() as connection:
        write_moves(connection, moves)
    _tell("wordings clustered")(len(moves.clusters))
    in_stretches(workspace, Step.AD, ADS, list_keys, _tell("ads whose keys are to be judged"))
    # What is known from here on no longer changes.
    in_stretches(
        workspace, Step.KEY, KEYS, lambda connection, upto: relink(connection, upto, known), _tell("keys judged")
    )
    regroup_all(workspace, known, _tell("ads grouped"))


def _tell(what: str) -> Callable[[int], None]:
    """Says in the log how far a step has come."""
    total = 0

    def told(count: int) -> None:
        nonlocal total
        total += count
        log.info("link: %s: %d", what, total)

    return told

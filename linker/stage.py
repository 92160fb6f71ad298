"""The link stage: what was read since goes into the keys, near-copies, links and groups, a batch at a time.

Every step is a function of the ads there are, never of the order they came in: a key's links of the ads that carry it, a
band's followers of its wordings, a group of the links it hangs together by. So whatever the batches, kills and repeats,
the outcome is that of doing everything at once.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, union

from crawlers.stored import load_ads, renewals
from linker.copy_rows import bands_by_wording, recluster
from linker.group_rows import regroup
from linker.key_rows import relink
from linker.signal_rows import Known, replace_clusters, replace_signals
from linker.signals import Key, Signals, signals_of
from linker.tables import group_members, hubs, link_keys, link_signals, links, text_bands, wordings
from nlp.stored import load_readings
from nlp.tables import readings
from store import pending
from store.database import select_in
from store.locks import exclusive
from store.schema import now
from store.workspace import Workspace

STAGE = "link"
# Raise whenever the same readings give other links; everything is then linked again.
VERSION = "3"
BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Batch:
    """Ads to link: those asked for, the signals of those there are, and their wordings with bands."""

    ad_ids: Sequence[str]
    signals: Sequence[Signals]
    texts: dict[str, str]
    bands: dict[str, list[int]]


def run(workspace: Workspace, progress: Callable[[int], None] | None = None, batch: int = BATCH) -> int:
    """Link every ad whose reading is new, changed or gone; returns how many. Raises BusyError where it runs already."""
    with exclusive(workspace, STAGE):
        with workspace.begin() as connection:
            everything = union(select(readings.c.ad_id), select(link_signals.c.ad_id), select(group_members.c.ad_id))
            if pending.adopt(connection, STAGE, VERSION, select(everything.subquery().c.ad_id)):
                # Groups stand until their ads are linked again; the rest is worth nothing to another version.
                for table in (link_keys, link_signals, wordings, text_bands, links, hubs):
                    connection.execute(delete(table))
        return pending.drain(
            workspace, STAGE, compute=prepare, write=write, batch=batch, progress=progress or (lambda _: None)
        )


def prepare(connection: Connection, ad_ids: Sequence[str]) -> Batch:
    """What can be worked out from the ads alone; an ad that is gone, or has no reading, is left out of the signals."""
    stored = load_ads(connection, ad_ids)
    renewed = renewals(connection, ad_ids)
    made = [
        signals_of(
            stored[ad_id].ad,
            reading,
            first_seen=stored[ad_id].first_seen,
            last_seen=stored[ad_id].last_seen,
            renewed=renewed.get(ad_id, ()),
        )
        for ad_id, reading in load_readings(connection, ad_ids).items()
        if ad_id in stored
    ]
    texts = {one.wording.digest: one.wording.text for one in made if one.wording.digest}
    query = select(wordings.c.wording)
    known = {row.wording for row in select_in(connection, query, wordings.c.wording, sorted(texts))}
    new = {digest: text for digest, text in texts.items() if digest not in known}
    return Batch(ad_ids, made, texts, bands_by_wording(new))


def write(connection: Connection, batch: Batch) -> None:
    """Bring keys, clusters, links and groups up to date with the batch, and announce the groups that changed."""
    before = Known(connection)
    dropped = {one.wording.digest for one in before.of(batch.ad_ids)}
    replace_signals(connection, batch.ad_ids, batch.signals)
    moved = recluster(connection, batch.texts, batch.bands, dropped)
    touched = sorted(set(batch.ad_ids) | _carrying(connection, moved))
    keys = _keys(before.of(touched))
    _write_clusters(connection, touched)
    known = Known(connection)  # what is read from here on no longer changes
    ends = relink(connection, keys | _keys(known.of(touched)), known)
    changed = regroup(connection, ends.union(touched), known, now())
    pending.announce(connection, "groups", sorted(changed))


def _carrying(connection: Connection, digests: dict[str, str]) -> set[str]:
    query = select(link_signals.c.ad_id)
    return {row.ad_id for row in select_in(connection, query, link_signals.c.wording, sorted(digests))}


def _write_clusters(connection: Connection, ad_ids: list[str]) -> None:
    query = select(link_signals.c.ad_id, wordings.c.cluster).join(
        wordings, wordings.c.wording == link_signals.c.wording
    )
    rows = select_in(connection, query, link_signals.c.ad_id, ad_ids)
    replace_clusters(connection, {row.ad_id: row.cluster for row in rows})


def _keys(signals: Iterable[Signals]) -> set[Key]:
    return {key for one in signals for key in one.keys}

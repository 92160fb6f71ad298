"""Near-copy clusters as they stand in the store, kept exact while wordings come and go.

Who follows whom in a band is a function of its members. So only the bands of wordings that came or went are gone through
again, before and after; where that takes a follower from its leader, the clusters of the two are put together anew from all
their bands. The rest keeps its clusters, which can only have joined. That is what doing everything at once would give.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, bindparam, delete, func, select, update

from linker.components import connected
from linker.copies import EMPTY, Edges, followers, joined, shared_bands
from linker.sketches import BANDS, Numbers, Places, bands_of, coded
from linker.tables import link_signals, link_work, text_bands, wordings
from linker.wording import Wording
from linker.work import Step, clear, listed, put, put_from
from store.database import ASKED, among, chunks, insert_plain, select_in

Flags = npt.NDArray[np.bool_]
# From this share of all wordings on, their texts are read in one go.
MOST = 0.2
SKETCHED = 250  # at a time: what is worked out of so many stays near the processor


def add_wordings(connection: Connection, made: Sequence[tuple[Wording, bytes]]) -> None:
    """Store these wordings, each with its bands, unless they are there; `recluster` finds their clusters."""
    insert_plain(connection, wordings, ("wording", "text"), ((one.digest, one.text) for one, _ in made))
    columns = ("wording", "cluster", "bands")
    insert_plain(connection, text_bands, columns, ((one.digest, "", bands) for one, bands in made))


def sketched(made: Sequence[Wording]) -> list[tuple[Wording, bytes]]:
    """Each wording with its bands as they are stored."""
    found: list[tuple[Wording, bytes]] = []
    for part in chunks(made, SKETCHED):
        numbers = bands_of(coded(one.text for one in part)).astype("<u4")
        found += zip(part, map(bytes, numbers), strict=True)
    return found


@dataclass(slots=True)
class Archive:
    """All wordings in the order of their digests: their bands and clusters, which are new and which are gone."""

    digests: list[str]
    numbers: Numbers
    cluster: Places  # the least place that had the same cluster; of a new wording its own
    new: Flags
    gone: Flags


@dataclass(frozen=True, slots=True)
class Moves:
    """Wordings with their new cluster, those of them that had one before, and those that no ad has any more."""

    clusters: dict[str, str]
    known: list[str]
    gone: list[str]


def recluster(connection: Connection) -> Moves:
    """What becomes of the clusters, by the wordings that came and went since."""
    came = connection.execute(
        select(func.count()).select_from(text_bands).where(text_bands.c.cluster == "")
    ).scalar_one()
    unused = _unused(connection)
    if not came and not unused:
        return Moves({}, [], [])
    archive = _archive(connection, unused)
    edges = joined(_edges(connection, archive))
    least = connected(len(archive.digests), *edges)
    moved = np.flatnonzero(~archive.gone & (archive.new | (least != archive.cluster)))
    return Moves(
        {archive.digests[one]: archive.digests[least[one]] for one in moved.tolist()},
        [archive.digests[one] for one in moved[~archive.new[moved]].tolist()],
        [archive.digests[one] for one in np.flatnonzero(archive.gone).tolist()],
    )


def write_moves(connection: Connection, moves: Moves) -> None:
    """Store the clusters, drop what is gone, and put the ads of wordings that moved on the list of text keys to write."""
    for part in chunks(moves.gone, ASKED):
        for table in (wordings, text_bands):
            connection.execute(delete(table).where(among(connection, table.c.wording, part)))
    if moves.clusters:
        statement = update(text_bands).where(text_bands.c.wording == bindparam("one")).values(cluster=bindparam("now"))
        connection.execute(statement, [{"one": one, "now": cluster} for one, cluster in moves.clusters.items()])
    clear(connection, Step.WORDING)
    # The ads of a new wording are on the list already.
    put(connection, Step.WORDING, moves.known)
    ads = select(link_signals).join(link_work, link_work.c.item == link_signals.c.wording).where(listed(Step.WORDING))
    put_from(connection, Step.AD, link_signals.c.ad_id, None, ads)
    clear(connection, Step.WORDING)


def _unused(connection: Connection) -> list[str]:
    used = select(link_signals.c.wording).where(link_signals.c.wording == link_work.c.item).exists()
    there = select(text_bands.c.wording).where(text_bands.c.wording == link_work.c.item).exists()
    return list(connection.execute(select(link_work.c.item).where(listed(Step.WORDING), ~used, there)).scalars())


def _archive(connection: Connection, unused: Sequence[str]) -> Archive:
    query = select(text_bands.c.wording, text_bands.c.cluster, text_bands.c.bands).order_by(text_bands.c.wording)
    digests: list[str] = []
    bands: list[bytes] = []
    first: dict[str, int] = {}
    cluster: list[int] = []
    new: list[bool] = []
    for part in connection.execute(query, execution_options={"yield_per": 10_000}).partitions():
        for place, row in enumerate(part, start=len(digests)):
            digests.append(row.wording)
            new.append(not row.cluster)
            cluster.append(first.setdefault(row.cluster, place) if row.cluster else place)
        bands.append(b"".join(row.bands for row in part))
    numbers = np.frombuffer(b"".join(bands), dtype="<u4").astype(np.uint32).reshape(len(digests), BANDS)
    away = set(unused)
    gone = np.fromiter((one in away for one in digests), dtype=bool, count=len(digests))
    return Archive(digests, numbers, np.array(cluster, dtype=np.int64), np.array(new, dtype=bool), gone)


def _edges(connection: Connection, archive: Archive) -> Iterator[Edges]:
    """Whatever holds the clusters together now."""
    members, band = _bands_with(archive, archive.new | archive.gone)
    now = _followers(connection, archive, members, band, ~archive.gone)
    yield now
    known = np.zeros(int(band.max(initial=0)) + 1, dtype=bool)
    known[band[~archive.new[members]]] = True
    was = known[band]
    before = _followers(connection, archive, members[was], band[was], ~archive.new)
    broken = np.unique(archive.cluster[_lost(archive, before, now)])
    anew = np.isin(archive.cluster, broken) & ~archive.gone
    if len(broken):
        members, band = _bands_with(archive, anew)
        yield _followers(connection, archive, members, band, ~archive.gone)
    kept = np.flatnonzero(~(archive.new | archive.gone | anew))
    # A cluster is known by its first member that stays.
    _, first, back = np.unique(archive.cluster[kept], return_index=True, return_inverse=True)
    yield kept, kept[first[back]]


def _lost(archive: Archive, before: Edges, now: Edges) -> Places:
    """Both ends of what held together before, and in these bands does no longer."""
    if not len(before[0]):
        return EMPTY
    still = connected(len(archive.digests), *now)
    apart = archive.gone[before[0]] | archive.gone[before[1]] | (still[before[0]] != still[before[1]])
    return np.concatenate((before[0][apart], before[1][apart]))


def _bands_with(archive: Archive, some: Flags) -> Edges:
    """The members of every band that has one of `some` of the wordings, and the band of each, numbered from 0."""
    places, owners, count = [EMPTY], [EMPTY], 0
    for members, band in shared_bands(archive.numbers):
        starts = np.flatnonzero(np.concatenate(([True], band[1:] != band[:-1]))[: len(band)])
        if not len(starts):
            continue
        touched = np.logical_or.reduceat(some[members], starts)
        sizes = np.diff(np.append(starts, len(members)))
        places.append(members[np.repeat(touched, sizes)])
        owners.append(np.repeat(np.arange(count, count + touched.sum()), sizes[touched]))
        count += int(touched.sum())
    return np.concatenate(places), np.concatenate(owners)


def _followers(connection: Connection, archive: Archive, members: Places, band: Places, there: Flags) -> Edges:
    """Who follows whom in these bands among the wordings that are `there`."""
    here = there[members]
    members, band = members[here], band[here]
    shared = np.bincount(band)[band] > 1 if len(band) else np.zeros(0, dtype=bool)
    members, band = members[shared], band[shared]
    chosen, places = np.unique(members, return_inverse=True)
    texts = coded(_texts(connection, archive, chosen))
    follower, leader = followers(texts, places.astype(np.int64), band)
    return chosen[follower], chosen[leader]


def _texts(connection: Connection, archive: Archive, chosen: Places) -> Iterator[str]:
    """The texts of the wordings at these places, in their order."""
    query = select(wordings.c.wording, wordings.c.text)
    if len(chosen) > MOST * len(archive.digests):
        wanted = iter([archive.digests[one] for one in chosen.tolist()])
        following = next(wanted, None)
        for row in connection.execute(query.order_by(wordings.c.wording), execution_options={"yield_per": 5_000}):
            if row.wording == following:
                yield row.text
                following = next(wanted, None)
        return
    for part in chunks(chosen.tolist(), ASKED):
        digests = [archive.digests[one] for one in part]
        found = {row.wording: row.text for row in select_in(connection, query, wordings.c.wording, digests)}
        yield from (found[one] for one in digests)

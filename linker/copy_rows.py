"""Near-copy clusters as they stand in the store, kept exact while wordings come and go.

Who follows whom in a band is a function of its members. So only the bands of wordings that came or went are gone through
again, before and after; where that takes a follower from its leader, the clusters of the two are put together anew from all
their bands. The rest keeps its clusters, which can only have joined. That is what doing everything at once would give.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection, bindparam, delete, select, update

from linker.archive import Archive, everything, loaded, sharing, size, with_their_clusters
from linker.bands import Bands, begins, join, shared_bands
from linker.compared import NOTHING, Compared, Outcomes
from linker.compared_rows import Told, remember, remembered, told
from linker.components import Forest
from linker.sketches import Flags, Hashed, Places, Spelled
from linker.tables import link_signals, link_work, text_bands, wordings
from linker.words import Sketch, Words, hashed_words
from linker.work import Step, clear, listed, put, put_from
from store.database import ASKED, among, chunks, execute_plain, insert_plain

# Where more than this share of all wordings came or went, all are gone through: as what was compared before is kept, that
# takes no longer than to find what the change reaches (200 new among 170,000: 2.9 seconds either way; 1,500: 3.4 beside 6.9).
MOST = 0.002


def add_wordings(connection: Connection, made: Sequence[Sketch]) -> None:
    """Store these wordings, each with its bands and signature, unless they are there; `recluster` finds their clusters."""
    insert_plain(connection, wordings, ("wording", "text"), ((one.wording.digest, one.wording.text) for one in made))
    columns = ("wording", "cluster", "bands", "signature")
    rows = ((one.wording.digest, "", one.bands, one.signature) for one in made)
    insert_plain(connection, text_bands, columns, rows)


@dataclass(frozen=True, slots=True)
class Moves:
    """Wordings with their new cluster, those of them that had one before, and those that no ad has any more; what comparing
    them gave, and whether that is all that is of use."""

    clusters: dict[str, str]
    known: list[str]
    gone: list[str]
    told: Told
    whole: bool


def recluster(connection: Connection, words: Words) -> Moves:
    """What becomes of the clusters, by the wordings that came and went since."""
    unused = _unused(connection)
    archive = _touched(connection, unused)
    if not len(archive):
        return Moves({}, [], [], told([], NOTHING), whole=False)
    archive, least, found = _clustered(connection, archive, words)
    moved = np.flatnonzero(~archive.gone & (archive.new | (least != archive.cluster)))
    return Moves(
        {archive.digests[one]: archive.digests[least[one]] for one in moved.tolist()},
        [archive.digests[one] for one in moved[~archive.new[moved]].tolist()],
        [archive.digests[one] for one in np.flatnonzero(archive.gone).tolist()],
        told(archive.digests, found),
        archive.whole,
    )


def write_moves(connection: Connection, moves: Moves) -> None:
    """Store the clusters, drop what is gone, and put the ads of wordings that moved on the list of text keys to write."""
    for part in chunks(moves.gone, ASKED):
        for table in (wordings, text_bands):
            connection.execute(delete(table).where(among(connection, table.c.wording, part)))
    statement = update(text_bands).where(text_bands.c.wording == bindparam("one")).values(cluster=bindparam("now"))
    execute_plain(connection, statement, ("one", "now"), sorted(moves.clusters.items()))
    remember(connection, moves.told, moves.gone, alone=moves.whole)
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


def _touched(connection: Connection, unused: list[str]) -> Archive:
    """What came and went, what shares a band with it, and whole clusters of these."""
    came = [one for (one,) in connection.execute(select(text_bands.c.wording).where(text_bands.c.cluster == "")).all()]
    changed = {*came, *unused}
    if len(changed) > MOST * size(connection):
        return everything(connection, unused)
    if not changed:
        return loaded(connection, (), unused)
    near = changed | sharing(connection, loaded(connection, changed, unused).numbers)
    return loaded(connection, with_their_clusters(connection, near), unused)


def _clustered(connection: Connection, archive: Archive, words: Words) -> tuple[Archive, Places, Outcomes]:
    """The archive that clusters were looked for in, the least of the one that each wording is in now, and what is to be kept
    of what was compared."""
    known = remembered(connection, archive.digests)
    compared = Compared(_Stored(connection, archive.digests, words), archive.signatures, known)
    now, before = Forest(len(archive)), Forest(len(archive))
    if archive.whole:
        join(now, compared, _bands_with(archive, None, ~archive.gone))
        return archive, now.least(), compared.asked(new=False)
    changed = archive.new | archive.gone
    join(before, compared, _bands_with(archive, changed, ~archive.new), archive.cluster)
    join(now, compared, _bands_with(archive, changed, ~archive.gone))
    broken = np.unique(archive.cluster[_lost(archive, before.edges(), now.least())])
    anew = np.isin(archive.cluster, broken) & ~archive.gone
    if len(broken):
        there, archive = archive, _widened(connection, archive, anew)
        place = {digest: number for number, digest in enumerate(archive.digests)}
        to = np.fromiter(map(place.__getitem__, there.digests), dtype=np.int64, count=len(there))
        known = remembered(connection, archive.digests)
        compared.moved(_Stored(connection, archive.digests, words), archive.signatures, known, to)
        follower, leader = now.edges()
        now = Forest(len(archive))
        now.add(to[follower], to[leader])
        anew = np.isin(np.arange(len(archive)), to[anew])
        join(now, compared, _bands_with(archive, anew, ~archive.gone))
    kept = np.flatnonzero(~(archive.new | archive.gone | anew))
    # A cluster is known by its first member that stays.
    _, first, back = np.unique(archive.cluster[kept], return_index=True, return_inverse=True)
    now.add(kept, kept[first[back]])
    return archive, now.least(), _among(~archive.gone, compared.asked(new=True))


@dataclass(frozen=True, slots=True)
class _Stored:
    """The texts of an archive."""

    connection: Connection
    digests: list[str]
    words: Words

    def spelled(self, places: Places) -> list[Spelled]:
        return self.words.spelled(self.connection, self._at(places))

    def unsure(self, places: Places) -> Flags:
        if not self.words.unsure:
            return np.zeros(len(places), dtype=bool)
        return np.array([one in self.words.unsure for one in self._at(places)], dtype=bool)

    def hashed(self, places: Places) -> Hashed:
        return hashed_words(self.connection, self._at(places))

    def _at(self, places: Places) -> list[str]:
        return [self.digests[one] for one in places.tolist()]


def _widened(connection: Connection, archive: Archive, anew: Flags) -> Archive:
    """The archive, and what shares a band with those whose clusters are put together anew."""
    gone = [archive.digests[one] for one in np.flatnonzero(archive.gone).tolist()]
    return loaded(connection, {*archive.digests, *sharing(connection, archive.numbers[anew])}, gone)


def _lost(archive: Archive, before: tuple[Places, Places], still: Places) -> Places:
    """Both ends of what held together before, and in these bands does no longer: what is `still` together has one number."""
    apart = archive.gone[before[0]] | archive.gone[before[1]] | (still[before[0]] != still[before[1]])
    return np.concatenate((before[0][apart], before[1][apart]))


def _bands_with(archive: Archive, some: Flags | None, there: Flags) -> Iterator[Bands]:
    """The members that are `there` of every band that has one of `some` of the wordings, or of all bands."""
    for members, band in shared_bands(archive.numbers):
        chosen = there[members]
        if some is not None and len(members):
            starts = np.flatnonzero(begins(band))
            sizes = np.diff(np.append(starts, len(members)))
            chosen &= np.repeat(np.logical_or.reduceat(some[members], starts), sizes)
        yield members[chosen], band[chosen]


def _among(there: Flags, outcomes: Outcomes) -> Outcomes:
    """Those of pairs that are both `there`."""
    pairs, copies = outcomes
    one, other = np.divmod(pairs, len(there))
    both = there[one] & there[other]
    return pairs[both], copies[both]

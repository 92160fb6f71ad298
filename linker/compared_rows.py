"""What comparing wordings gave, kept in the store so that no two are compared twice.

It depends on their texts alone and so holds whatever comes and goes. Wordings are known by hashes of their digests.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import Connection, delete, func, select

from linker.compared import Outcomes, equal_at
from linker.sketches import BASE, Flags, Hashes, Places, mixed
from linker.tables import compared
from store.database import insert_plain

PART = 100_000  # pairs in a row
DIGEST = 24  # bytes, at least as long as any
COLUMNS = ("part", "leaders", "counts", "others", "copies")


class Told(NamedTuple):
    """Pairs by the keys of their wordings, and whether the two are copies."""

    leaders: Hashes
    others: Hashes
    copies: Flags

    def where(self, chosen: Flags) -> "Told":
        """Those that are chosen."""
        return Told(self.leaders[chosen], self.others[chosen], self.copies[chosen])


def told(digests: Sequence[str], outcomes: Outcomes) -> Told:
    """The outcomes, of pairs of places among these wordings, in the form in which they are kept."""
    keys = _keys(digests)
    pairs, copies = outcomes
    leaders, others = np.divmod(pairs, max(1, len(keys)))
    return Told(keys[leaders], keys[others], copies)


def remembered(connection: Connection, digests: Sequence[str]) -> Outcomes:
    """What is known of pairs of these wordings, by their places."""
    keys = _keys(digests)
    order = np.argsort(keys)
    ordered = keys[order]
    pairs: list[Places] = [np.zeros(0, dtype=np.int64)]
    copies: list[Flags] = [np.zeros(0, dtype=bool)]
    for _, kept in _parts(connection):
        places = [np.searchsorted(ordered, one) for one in (kept.leaders, kept.others)]
        here = equal_at(ordered, places[0], kept.leaders) & equal_at(ordered, places[1], kept.others)
        leader, other = (order[place[here]] for place in places)
        pairs.append(leader * len(digests) + other)
        copies.append(kept.copies[here])
    found = np.concatenate(pairs)
    found, first = np.unique(found, return_index=True)
    return found, np.concatenate(copies)[first]


def remember(connection: Connection, new: Told, gone: Sequence[str], *, alone: bool) -> None:
    """Keep what is new, `alone` or beside what is kept but for that of wordings that are gone."""
    if alone:
        connection.execute(delete(compared))
    elif gone:
        away = _keys(gone)
        for part, kept in list(_parts(connection)):
            stays = ~np.isin(kept.leaders, away) & ~np.isin(kept.others, away)
            if not stays.all():
                connection.execute(delete(compared).where(compared.c.part == part))
                _write(connection, [kept.where(stays)], part)
    last = connection.execute(select(func.max(compared.c.part))).scalar()
    cuts = range(PART, len(new.copies), PART)
    parts = (Told(*some) for some in zip(*(np.split(column, cuts) for column in new), strict=True))
    _write(connection, (part for part in parts if len(part.copies)), 0 if last is None else last + 1)


def _write(connection: Connection, parts: Iterable[Told], first: int) -> None:
    insert_plain(connection, compared, COLUMNS, ((at, *_packed(one)) for at, one in enumerate(parts, first)), new=True)


def _packed(some: Told) -> tuple[bytes, ...]:
    order = np.argsort(some.leaders, kind="stable")
    leaders, counts = np.unique(some.leaders, return_counts=True)
    columns = (leaders.astype("<u8"), counts.astype("<u4"), some.others[order].astype("<u8"))
    return (*(column.tobytes() for column in columns), np.packbits(some.copies[order]).tobytes())


def _parts(connection: Connection) -> Iterator[tuple[int, Told]]:
    row: Any
    for row in connection.execute(select(compared).order_by(compared.c.part), execution_options={"yield_per": 10}):
        leaders, others = (np.frombuffer(some, dtype="<u8").astype(np.uint64) for some in (row.leaders, row.others))
        copies = np.unpackbits(np.frombuffer(row.copies, dtype=np.uint8), count=len(others)).astype(bool)
        yield row.part, Told(np.repeat(leaders, np.frombuffer(row.counts, dtype="<u4")), others, copies)


def _keys(digests: Sequence[str]) -> Hashes:
    """A number for each digest; two are taken for one once in 10 to the 19."""
    words = np.array(digests, dtype=f"S{DIGEST}").view("<u8").astype(np.uint64).reshape(-1, DIGEST // 8)
    keys = np.zeros(len(digests), dtype=np.uint64)
    for column in words.T:
        keys = mixed((keys ^ column) * np.uint64(BASE))
    return keys

"""The stored wordings among which near-copies are looked for: all of them, or those that a change can reach."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection, func, select

from linker.compared import equal_at
from linker.sketches import BANDS, SIGNATURE, Flags, Numbers, Places
from linker.tables import text_bands
from store.database import select_in

STREAMED = {"yield_per": 10_000}
STORED = (text_bands.c.wording, text_bands.c.cluster, text_bands.c.bands, text_bands.c.signature)


@dataclass(slots=True)
class Archive:
    """Wordings in the order of their digests: their bands, signatures and clusters, which are new and which are gone."""

    digests: list[str]
    numbers: Numbers
    signatures: Numbers
    cluster: Places  # the least place that had the same cluster; of a new wording its own
    new: Flags
    gone: Flags
    whole: bool  # whether these are all there are

    def __len__(self) -> int:
        return len(self.digests)


def size(connection: Connection) -> int:
    """How many wordings are stored."""
    return connection.execute(select(func.count()).select_from(text_bands)).scalar_one()


def everything(connection: Connection, gone: Iterable[str]) -> Archive:
    """All wordings, those that are `gone` (by digest) among them."""
    query = select(*STORED).order_by(text_bands.c.wording)
    return _archive(connection.execute(query, execution_options=STREAMED).partitions(), gone, whole=True)


def loaded(connection: Connection, digests: Iterable[str], gone: Iterable[str]) -> Archive:
    """These wordings, those that are `gone` among them."""
    rows = sorted(select_in(connection, select(*STORED), text_bands.c.wording, digests), key=lambda row: row[0])
    return _archive([rows] if rows else [], gone, whole=False)


def sharing(connection: Connection, numbers: Numbers) -> set[str]:
    """The wordings that have a band in common with one of these. To find them the bands of all are read: they are small."""
    found: set[str] = set()
    sought = [np.unique(column) for column in numbers.T]
    query = select(text_bands.c.wording, text_bands.c.bands)
    for rows in connection.execute(query, execution_options=STREAMED).partitions():
        there = _numbers([row[1] for row in rows])
        shares = np.zeros(len(rows), dtype=bool)
        for some, column in zip(sought, there.T, strict=True):
            shares |= equal_at(some, np.searchsorted(some, column), column)
        found.update(rows[place][0] for place in np.flatnonzero(shares).tolist())
    return found


def with_their_clusters(connection: Connection, digests: Collection[str]) -> set[str]:
    """These wordings and all others of their clusters."""
    query = select(text_bands.c.wording, text_bands.c.cluster)
    clusters = {row.cluster for row in select_in(connection, query, text_bands.c.wording, digests) if row.cluster}
    return {*digests, *(row.wording for row in select_in(connection, query, text_bands.c.cluster, sorted(clusters)))}


def _archive(parts: Iterable[Sequence[Any]], gone: Iterable[str], *, whole: bool) -> Archive:
    """Of rows of STORED in the order of their wordings, in parts."""
    digests: list[str] = []
    clusters: list[str] = []
    bands: list[bytes] = []
    signatures: list[bytes] = []
    for rows in parts:
        wording, cluster, numbers, signature = zip(*rows, strict=True)
        digests += wording
        clusters += cluster
        bands.append(b"".join(numbers))
        signatures.append(b"".join(signature))
    first: dict[str, int] = {}
    away = set(gone)
    return Archive(
        digests,
        _numbers(bands),
        _numbers(signatures, SIGNATURE),
        np.array([first.setdefault(one, at) if one else at for at, one in enumerate(clusters)], dtype=np.int64),
        np.array([not one for one in clusters], dtype=bool),
        np.array([one in away for one in digests], dtype=bool) if away else np.zeros(len(digests), dtype=bool),
        whole,
    )


def _numbers(parts: Iterable[bytes], width: int = BANDS) -> Numbers:
    return np.frombuffer(b"".join(parts), dtype="<u4").astype(np.uint32, copy=False).reshape(-1, width)

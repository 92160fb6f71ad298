"""Pairs of posters: those worth comparing, those known to be of one poster, and those known to be of two."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.style import VIEWS, Seen
from models.style_posters import Poster

Pairs = NDArray[np.int_]  # of two columns: rows of posters, the lower first
NEAREST = 20  # candidates of each poster within its towns, and as many elsewhere
# An n-gram that more posters have finds nobody: so the work stays in proportion to the archive.
WIDEST = 2_000
CHUNK = 128  # rows multiplied at once; bounds the memory: about 2.5 kB for each poster of the language


class Kind(StrEnum):
    """Whom a poster is compared with."""

    NEAR = "in its towns"
    FAR = "elsewhere"


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs to compare, sorted and each once; `among` how many posters the one with more to choose from was compared with."""

    pairs: Pairs
    kinds: tuple[Kind, ...]
    among: tuple[int, ...]


def candidates(posters: Sequence[Poster], views: Seen, pulls: dict[str, float]) -> Candidates:
    """For each poster the NEAREST of its language by n-grams as a model with these pulls weighs them: those who share a
    town with it, and those who do not."""
    found: dict[tuple[int, int], Kind] = {}
    sizes = {kind: np.zeros(len(posters), dtype=int) for kind in Kind}
    for rows in _by_language(posters):
        grams = _index(views.take(rows), pulls)
        towns = _towns([posters[row] for row in rows])
        # Turned once: a product with a view that is turned each time would cost the whole archive for every chunk.
        others, elsewhere = sparse.csr_array(grams.T), sparse.csr_array(towns.T)
        for start in range(0, len(rows), CHUNK):
            part = slice(start, start + CHUNK)
            likeness = (grams[part] @ others).toarray()
            near = (towns[part] @ elsewhere).toarray() > 0
            itself = np.arange(len(likeness)), np.arange(start, start + len(likeness))
            likeness[itself], near[itself] = 0, False
            sizes[Kind.NEAR][rows[part]] = near.sum(axis=1)
            sizes[Kind.FAR][rows[part]] = len(rows) - 1 - near.sum(axis=1)
            for kind, wanted in ((Kind.NEAR, near), (Kind.FAR, ~near)):
                for at, other in _most(likeness * wanted):
                    one, two = sorted((int(rows[start + at]), int(rows[other])))
                    found[one, two] = kind
    pairs = np.array(sorted(found), dtype=int).reshape(-1, 2)
    kinds = tuple(kind for _, kind in sorted(found.items()))
    among = tuple(int(sizes[kind][pair].max()) for pair, kind in zip(pairs, kinds, strict=True))
    return Candidates(pairs, kinds, among)


def _by_language(posters: Sequence[Poster]) -> Iterator[NDArray[np.int_]]:
    found: dict[str, list[int]] = defaultdict(list)
    for row, one in enumerate(posters):
        found[one.language].append(row)
    for language in sorted(found):
        yield np.array(found[language])


def _index(views: Seen, pulls: dict[str, float]) -> sparse.csr_array:
    """Rows whose products are what the model gives for n-grams, those that too many posters have left out."""
    parts: list[Any] = [sparse.csr_array((len(views.rates), 1), dtype=np.float32)]
    for name in VIEWS:
        if pulls[name] > 0:
            matrix = views.grams[name]
            widespread = np.bincount(matrix.indices, minlength=matrix.shape[1]) > WIDEST
            matrix = matrix * np.float32(pulls[name] ** 0.5)
            matrix.data[widespread[matrix.indices]] = 0
            matrix.eliminate_zeros()
            parts.append(matrix)
    return sparse.csr_array(sparse.hstack(parts, format="csr"))


def _towns(posters: Sequence[Poster]) -> sparse.csr_array:
    number: dict[str, int] = {}
    cells = [
        (row, number.setdefault(town, len(number))) for row, one in enumerate(posters) for town in sorted(one.towns)
    ]
    rows, columns = zip(*cells, strict=True) if cells else ((), ())
    return sparse.csr_array(
        (np.ones(len(cells), dtype=np.int32), (rows, columns)), shape=(len(posters), len(number) + 1)
    )


def _most(likeness: NDArray[np.float32]) -> Iterator[tuple[int, int]]:
    """Row and column of the NEAREST highest of each row that are above 0."""
    count = min(NEAREST, likeness.shape[1])
    columns = np.argpartition(-likeness, count - 1, axis=1)[:, :count]
    for row, some in enumerate(columns.tolist()):
        for column in some:
            if likeness[row, column] > 0:
                yield row, column


def different(one: Poster, other: Poster) -> bool:
    """Whether a pair counts as two posters: each has contacts, and they have none in common."""
    return bool(one.contacts) and bool(other.contacts) and one.contacts.isdisjoint(other.contacts)


def drawn(posters: Sequence[Poster], each: int, seed: int, kind: Kind | None = None) -> Pairs:
    """Pairs of different posters of one language and site, about `each` for every poster, of one kind where it is named.

    They are drawn without a look at their wording: to draw the strangers who write alike would teach a model that being
    alike speaks against being one.
    """
    random = np.random.default_rng(seed)
    blocks: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for row, one in enumerate(posters):
        for block in _blocks(one, kind):
            blocks[block].append(row)
    found: set[tuple[int, int]] = set()
    for row, one in enumerate(posters):
        own = _blocks(one, kind)
        members = blocks[own[random.integers(len(own))]] if own else []
        for other in (members[at] for at in random.integers(len(members), size=each)) if members else ():
            apart = one.towns.isdisjoint(posters[other].towns)
            if row != other and different(one, posters[other]) and (kind is None or apart is (kind is Kind.FAR)):
                found.add((min(row, other), max(row, other)))
    return np.array(sorted(found), dtype=int).reshape(-1, 2)


def _blocks(poster: Poster, kind: Kind | None) -> list[tuple[str, ...]]:
    """Where strangers to this poster are drawn from."""
    sites = [(poster.language, site) for site in sorted(poster.sites)]
    return [(*site, town) for site in sites for town in sorted(poster.towns)] if kind is Kind.NEAR else list(sites)


def halves(poster: Poster) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Two shares of texts that hard links say are of one poster: the ground truth that an archive holds by itself."""
    for texts in poster.joined:
        if len(texts) > 1:
            yield texts[0::2], texts[1::2]


def share(poster: Poster) -> tuple[str, ...]:
    """As much of a poster as one half of a known pair: what is learned of strangers is of the same length."""
    return poster.texts[0::2]

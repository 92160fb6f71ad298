"""Facets of an embedded index: exact, counted once for a question and a commit, over the hits or over the rest.

What a walk over documents costs grows with their number. Where most of a large index answers, what does not is walked over
and taken from the counts of everything; and whoever pages or sorts on asks for the counts of the page before.
"""

import hashlib
import threading
from concurrent.futures import Future
from typing import Any

from indexer.backend import MOST_FACET_VALUES, Request, SearchError
from indexer.embedded_files import Counts, Opened, guard
from indexer.query import All, Node, Not
from indexer.records import Facet

REMEMBERED = 32  # questions, a few kB each; one with a facet of MOST_FACET_VALUES about a MB
LARGE = 50_000  # documents that take some 10 ms to walk over
NEARLY_ALL = 10  # where fewer than one in so many documents do not answer, to count the answers is to count everything
ASKED = 4  # sets of facets whose counts of everything are kept


def facets(opened: Opened, request: Request, total: int) -> tuple[Facet, ...]:
    """The facets that are asked for, over the `total` documents that answer."""
    query, kind, names = request.query, request.kind, request.facets
    if not (total and names):
        return tuple(Facet(name, ()) for name in names)
    # Remembered under a digest: no word of a query stays in memory.
    digest = hashlib.blake2b(repr((query, kind, names)).encode(), digest_size=20).digest()
    if (found := opened.facets.get(digest)) is None:
        held = opened.searcher.num_docs
        everything = _everything(opened, kind, names, wait=NEARLY_ALL * total > held * (NEARLY_ALL - 1))
        if everything is not None and 2 * total > held:
            found = _taken_away(opened, query, kind, names, everything)
        else:
            found = _walked(opened, query, kind, names)
        opened.facets[digest] = found
        for oldest in list(opened.facets)[: len(opened.facets) - REMEMBERED]:
            opened.facets.pop(oldest, None)
    return found


def _everything(opened: Opened, kind: str, names: tuple[str, ...], *, wait: bool) -> tuple[Facet, ...] | None:
    """The counts over all documents of a large index; None until they are there, unless they are to be waited for.

    The first question of a commit has them counted in a thread; the engine lets go of Python meanwhile.
    """
    key = (kind, names)
    if key not in opened.everything:
        if opened.searcher.num_docs < LARGE or len(opened.everything) >= ASKED:
            return None
        begun: Counts = Future()
        if opened.everything.setdefault(key, begun) is begun:
            threading.Thread(target=_count, args=(begun, opened, kind, names), daemon=True).start()
    counts = opened.everything[key]
    return counts.result() if (wait or counts.done()) and counts.exception() is None else None


def _count(counts: Counts, opened: Opened, kind: str, names: tuple[str, ...]) -> None:
    try:
        counts.set_result(_walked(opened, All(), kind, names))
    except SearchError as problem:  # who asks next walks over what answers, and meets it there
        counts.set_exception(problem)


def _taken_away(
    opened: Opened, query: Node, kind: str, names: tuple[str, ...], everything: tuple[Facet, ...]
) -> tuple[Facet, ...]:
    """What is left of the counts of everything without those of what does not answer."""
    if query == All():
        return everything
    if any(facet.approximate for facet in everything):
        return _walked(opened, query, kind, names)
    others = _walked(opened, Not(query), kind, names)
    return tuple(_less(facet, dict(other.counts)) for facet, other in zip(everything, others, strict=True))


def _less(facet: Facet, others: dict[str, int]) -> Facet:
    counts = ((value, count - others.get(value, 0)) for value, count in facet.counts)
    return Facet(facet.field, tuple(one for one in counts if one[1]))


def _walked(opened: Opened, query: Node, kind: str, names: tuple[str, ...]) -> tuple[Facet, ...]:
    """All in one walk over the documents that answer."""
    size = {"size": MOST_FACET_VALUES, "segment_size": MOST_FACET_VALUES + 1}
    asked = {name: {"terms": {"field": name, **size}} for name in names}
    translated = opened.translator.filtered(query, kind)
    found = guard(lambda: opened.searcher.aggregate(translated, asked))
    return tuple(_facet(name, found[name]) for name in names)


def _facet(name: str, found: dict[str, Any]) -> Facet:
    counts = [(str(bucket["key"]), int(bucket["doc_count"])) for bucket in found["buckets"]]
    return Facet(name, tuple(counts), approximate=bool(found["sum_other_doc_count"]))

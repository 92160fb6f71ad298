"""Facets of an embedded index: exact, counted once for a question and a commit, over the hits or over the rest.

What a walk over documents costs grows with their number. Where most of an index answers, what does not is walked over and
taken from the counts of everything; and whoever pages or sorts on asks for the counts of the page before.
"""

import hashlib
from typing import Any

from indexer.backend import MOST_FACET_VALUES, Request
from indexer.embedded_files import Opened, guard
from indexer.query import All, Node, Not
from indexer.records import Facet

REMEMBERED = 32  # questions, a few kB each; one with a facet of MOST_FACET_VALUES about a MB


def facets(opened: Opened, request: Request, total: int) -> tuple[Facet, ...]:
    """The facets that are asked for, over the `total` documents that answer."""
    if not (total and request.facets):
        return tuple(Facet(name, ()) for name in request.facets)
    mostly = 2 * total > opened.searcher.num_docs
    return _known(opened, request.query, request.kind, request.facets, mostly=mostly)


def _known(opened: Opened, query: Node, kind: str, names: tuple[str, ...], *, mostly: bool) -> tuple[Facet, ...]:
    """Remembered under a digest: no word of a query stays in memory."""
    digest = hashlib.blake2b(repr((query, kind, names)).encode(), digest_size=20).digest()
    if (found := opened.facets.get(digest)) is None:
        found = (_taken_away if mostly else _walked)(opened, query, kind, names)
        opened.facets[digest] = found
        for oldest in list(opened.facets)[: len(opened.facets) - REMEMBERED]:
            opened.facets.pop(oldest, None)
    return found


def _taken_away(opened: Opened, query: Node, kind: str, names: tuple[str, ...]) -> tuple[Facet, ...]:
    """What is left of the counts of everything without those of what does not answer."""
    everything = _known(opened, All(), kind, names, mostly=False)
    if query == All() or any(facet.approximate for facet in everything):
        return everything if query == All() else _walked(opened, query, kind, names)
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

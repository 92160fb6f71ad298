"""Questions to an embedded index: pages, facets and counts from what was published last."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from indexer.backend import After, Answer, Ranked, Request
from indexer.counting import Aggregation
from indexer.embedded_facets import facets
from indexer.embedded_files import Opened, guard
from indexer.query import And, Node, Range
from indexer.records import AD, Document, Sort, from_json

SORT_FIELDS = {Sort.TIME: "by_time", Sort.PRIORITY: "by_priority"}
# More documents than could share one 63-bit sort key.
SPARE = 8
MANY = 10_000  # ids in one go
MOST_IDS = 200_000  # remembered before they are forgotten all at once


def answer(opened: Opened, request: Request) -> Answer:
    """The first documents, the total and the facets."""
    searcher = opened.searcher
    query = opened.translator.filtered(request.query, request.kind)
    field = SORT_FIELDS.get(request.sort)
    if field is None:
        result = guard(lambda: searcher.search(query, request.limit))
        found = [_ranked(searcher, address, score=float(score)) for score, address in result.hits]
        total = result.count
    else:
        found, total = _sorted(searcher, opened, request, query, field)
    return Answer(tuple(found), total, facets(opened, request, total))


def ids(opened: Opened, query: Node) -> Iterator[str]:
    """The ids of all ads that answer, newest first."""
    searcher = opened.searcher
    translated = opened.translator.filtered(query, AD)
    total, start = 1, 0
    while start < total:
        result = guard(partial(searcher.search, translated, MANY, offset=start, order_by_field=SORT_FIELDS[Sort.TIME]))
        for _, address in result.hits:
            yield _id(opened, address)
        total, start = result.count, start + MANY


def _id(opened: Opened, address: Any) -> str:
    """Read once from its document, which takes as long as a whole query; many queries are answered by the same ads."""
    place = address.segment_ord << 32 | address.doc
    known = opened.ids.get(place)
    if known is None:
        if len(opened.ids) >= MOST_IDS:
            opened.ids.clear()
        known = opened.ids[place] = str(opened.searcher.doc(address).get_first("key")).partition(":")[2]
    return known


def asking(opened: Opened, query: Node) -> Callable[[Aggregation], dict[str, Any]]:
    """A function that answers aggregations over the ads that answer `query`."""
    searcher = opened.searcher
    translated = opened.translator.filtered(query, AD)

    def ask(aggregation: Aggregation) -> dict[str, Any]:
        found: dict[str, Any] = guard(lambda: searcher.aggregate(translated, {"values": aggregation}))["values"]
        return found

    return ask


def _sorted(searcher: Any, opened: Opened, request: Request, query: Any, field: str) -> tuple[list[Ranked], int]:
    # The sort key is all but unique: asking up to and with the last one shown loses nothing, SPARE covers equal ones.
    page, last = query, request.after
    if last is not None:
        page = opened.translator.filtered(And((Range(field, high=last.value), request.query)), request.kind)
    result = guard(lambda: searcher.search(page, request.limit + SPARE, order_by_field=field))
    ranked: list[Ranked] = []
    for key, address in result.hits:
        if len(ranked) >= request.limit and int(key) < ranked[-1].after.value:
            break  # what stands behind is read for nothing
        one = _ranked(searcher, address, key=int(key))
        if last is None or (-one.after.value, one.after.key) > (-last.value, last.key):
            ranked.append(one)
    ranked.sort(key=lambda one: (-one.after.value, one.after.key))
    total = result.count if last is None else guard(lambda: searcher.search(query, 1)).count
    return ranked[: request.limit], total


def _ranked(searcher: Any, address: Any, *, score: float | None = None, key: int = 0) -> Ranked:
    document = document_of(searcher.doc(address))
    return Ranked(document, score, After(key, document.key))


def document_of(row: Any) -> Document:
    """The document of a stored row."""
    return from_json(bytes(row.get_first("source")))

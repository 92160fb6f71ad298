"""A request as the body of an Elasticsearch search, and what comes back as an answer."""

from collections.abc import Mapping
from typing import Any

from indexer.backend import MOST_FACET_VALUES, After, Answer, Ranked, Request
from indexer.elastic_query import filtered
from indexer.records import Facet, Sort, from_json

SORT_FIELDS = {Sort.TIME: "by_time", Sort.PRIORITY: "by_priority"}


def body(request: Request) -> dict[str, Any]:
    """The arguments of the client's `search`."""
    field = SORT_FIELDS.get(request.sort)
    order: list[dict[str, str]] = [{"_score": "desc"} if field is None else {field: "desc"}, {"key": "asc"}]
    facets = {
        name: {"terms": {"field": name, "size": MOST_FACET_VALUES, "order": [{"_count": "desc"}, {"_key": "asc"}]}}
        for name in request.facets
    }
    return {
        "query": filtered(request.query, request.kind),
        "size": request.limit,
        "sort": order,
        "track_total_hits": True,
        "source_includes": ["source"],
        # The frequencies that BM25 weighs are those of all documents, whichever part they stand in.
        **({"search_type": "dfs_query_then_fetch"} if request.sort not in SORT_FIELDS else {}),
        **({"search_after": [request.after.value, request.after.key]} if request.after else {}),
        **({"aggs": facets} if facets else {}),
    }


def multi_body(request: Request) -> tuple[dict[str, Any], dict[str, Any]]:
    """The same as the two lines of a multi-search."""
    line = body(request)
    line["_source"] = line.pop("source_includes")
    return {name: line.pop(name) for name in ("search_type",) if name in line}, line


def answer(request: Request, reply: Mapping[str, Any]) -> Answer:
    """What came back."""
    found = tuple(_ranked(hit, scored=request.sort not in SORT_FIELDS) for hit in reply["hits"]["hits"])
    counted = tuple(_facet(name, reply["aggregations"][name]) for name in request.facets)
    return Answer(found, int(reply["hits"]["total"]["value"]), counted)


def _ranked(hit: Mapping[str, Any], *, scored: bool) -> Ranked:
    document = from_json(hit["_source"]["source"][0])
    first, key = hit["sort"]
    return Ranked(document, float(first) if scored else None, After(0 if scored else int(first), str(key)))


def _facet(name: str, reply: Mapping[str, Any]) -> Facet:
    counts = tuple((str(bucket["key"]), int(bucket["doc_count"])) for bucket in reply["buckets"])
    return Facet(name, counts, approximate=bool(reply["sum_other_doc_count"] or reply["doc_count_error_upper_bound"]))

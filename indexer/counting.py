"""Aggregations, in the words that both engines take, and what they answer.

Everything that is counted here is exact: values are walked in pages in their own order, never the most frequent alone.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

Value = str | int | float | None
Aggregation = dict[str, Any]
Ask = Callable[[Aggregation], dict[str, Any]]
PAGE = 2_000


def combinations(ask: Ask, fields: Sequence[str]) -> Iterator[tuple[tuple[Value, ...], int]]:
    """Each combination of values of these fields that a hit holds, and how many hold it; None where one is missing."""
    sources = [{name: {"terms": {"field": name, "missing_bucket": True}}} for name in fields]
    after: dict[str, Any] = {}
    while True:
        page = {"size": PAGE, "sources": sources} | ({"after": after} if after else {})
        answer = ask({"composite": page})
        for bucket in answer["buckets"]:
            yield tuple(bucket["key"][name] for name in fields), int(bucket["doc_count"])
        if len(answer["buckets"]) < PAGE:
            return
        after = answer["after_key"]


def extent(ask: Ask, field: str) -> tuple[float, float] | None:
    """The least and the greatest value of a numeric field; None where no hit has one."""
    answer = ask({"stats": {"field": field}})
    return (float(answer["min"]), float(answer["max"])) if answer["count"] else None


def between(ask: Ask, field: str, edges: Sequence[int]) -> list[int]:
    """How many hits hold a value from each edge up to the one after."""
    ranges = [{"from": low, "to": high} for low, high in pairwise(edges)]
    buckets = ask({"range": {"field": field, "ranges": ranges}})["buckets"]
    # One engine adds what lies outside; both say where a bucket begins and ends.
    counts = {(bucket.get("from"), bucket.get("to")): int(bucket["doc_count"]) for bucket in buckets}
    return [counts.get((float(one["from"]), float(one["to"])), 0) for one in ranges]

"""The query tree in Elasticsearch's terms. Words score by BM25, prefixes and fuzzy words by 1, filters by nothing."""

from typing import Any

from indexer.fields import BY_NAME, Holds
from indexer.query import (
    All,
    And,
    Fuzzy,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Range,
    Starts,
    Terms,
    Word,
    whole,
)

Clause = dict[str, Any]
# As far as 64 bits go, less one: a bound beyond is no bound.
FAR = 2**63 - 2


def filtered(node: Node, kind: str) -> Clause:
    """The query, among documents of one kind."""
    return {"bool": {"filter": [{"term": {"kind": kind}}], "must": [translate(node)]}}


def translate(node: Node) -> Clause:
    """One clause of the search body; the leaves of a user's query stand in it as values only."""
    match node:
        case All():
            return _silent({"match_all": {}})
        case Word(token, field):
            return {"term": {field: token}}
        case Phrase(tokens, field):
            return _phrase(field, tokens, 0)
        case Near(left, right, distance, field):
            close = [_phrase(field, words, distance - 1) for words in ((left, right), (right, left))]
            both = [translate(Word(word, field)) for word in (left, right)]
            return {"bool": {"must": [*both, _silent({"bool": {"should": close, "minimum_should_match": 1}})]}}
        case Prefix(stem, field):
            return {"constant_score": {"filter": {"prefix": {field: stem}}, "boost": 1.0}}
        case Fuzzy(token, edits, field):
            # Without this rewrite only the first 50 spellings would be looked for.
            fuzzy = {"value": token, "fuzziness": edits, "transpositions": True, "rewrite": "constant_score"}
            return {"constant_score": {"filter": {"fuzzy": {field: fuzzy}}, "boost": 1.0}}
        case Terms(field, values):
            return _silent({"terms": {field: list(values)}}) if values else {"match_none": {}}
        case Starts(field, prefix):
            return _silent({"prefix": {field: prefix}})
        case Range():
            return _silent({"range": {node.field: _bounds(node)}})
        case And(parts):
            return {"bool": {"must": [translate(part) for part in parts]}}
        case Or(parts):
            return {"bool": {"should": [translate(part) for part in parts], "minimum_should_match": 1}}
        case Not(part):
            return _silent({"bool": {"must_not": [translate(part)]}})
    raise TypeError(f"{type(node).__name__} has to be resolved first")


def _bounds(node: Range) -> dict[str, int | float]:
    if BY_NAME[node.field].holds is Holds.NUMBER:
        low, high = node.low, node.high
        signs = ("gte" if node.include_low else "gt", "lte" if node.include_high else "lt")
    else:
        low, high = whole(node)
        low, high = (None if low is None else max(low, -FAR)), (None if high is None else min(high, FAR))
        signs = ("gte", "lte")
    return {sign: bound for sign, bound in zip(signs, (low, high), strict=True) if bound is not None} or {"gte": -FAR}


def _phrase(field: str, tokens: tuple[str, ...], slop: int) -> Clause:
    # The tokens hold no blank, so the field's whitespace analyzer gives back just these.
    return {"match_phrase": {field: {"query": " ".join(tokens), "slop": slop}}}


def _silent(clause: Clause) -> Clause:
    return {"constant_score": {"filter": clause, "boost": 0.0}}

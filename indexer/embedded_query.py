"""The query tree in tantivy's terms. Words score by BM25, prefixes and fuzzy words by 1, filters by nothing."""

import math
from typing import Any

import tantivy

from indexer.fields import BY_NAME, FIELDS, Holds
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
    only_ads,
    whole,
)
from indexer.records import AD

MUST, SHOULD, MUST_NOT = tantivy.Occur.Must, tantivy.Occur.Should, tantivy.Occur.MustNot
INTEGER, FLOAT = tantivy.FieldType.Integer, tantivy.FieldType.Float
FEW = 8  # terms
# As far as 64 bits go, less one: a bound beyond is no bound.
FAR = 2**63 - 2


def schema() -> Any:
    """The index's fields as tantivy's schema."""
    builder = tantivy.SchemaBuilder()
    for field in FIELDS:
        match field.holds:
            case Holds.KEYWORD:
                builder.add_text_field(
                    field.name,
                    stored=field.name == "key",
                    fast=field.counted,
                    tokenizer_name="raw",
                    index_option="basic",
                )
            case Holds.TEXT:
                builder.add_text_field(field.name, tokenizer_name="spaces", index_option="position")
            case Holds.INTEGER:
                builder.add_integer_field(field.name, fast=True)  # ranges are read from the column
            case Holds.NUMBER:
                builder.add_float_field(field.name, fast=True)
            case Holds.STORED:
                builder.add_bytes_field(field.name, stored=True)
    return builder.build()


class Translator:
    """Trees over one schema."""

    def __init__(self, schema: Any) -> None:
        self.schema = schema

    def filtered(self, node: Node, kind: str) -> Any:
        """The query, among documents of one kind."""
        if kind == AD and only_ads(node):
            return self.translate(node)  # a filter by kind would walk over every ad for nothing
        return tantivy.Query.boolean_query(
            [(MUST, _silent(tantivy.Query.term_query(self.schema, "kind", kind))), (MUST, self.translate(node))]
        )

    def translate(self, node: Node) -> Any:
        """One tantivy query."""
        make = tantivy.Query
        match node:
            case All():
                return _silent(make.all_query())
            case Word(token, field):
                return make.term_query(self.schema, field, token, index_option="freq")
            case Phrase(tokens, field):
                return make.phrase_query(self.schema, field, list(tokens))
            case Near():
                return self.near(node)
            case Prefix(stem, field):
                return make.const_score_query(self.begins(field, stem), 1.0)
            case Fuzzy(token, edits, field):
                return make.const_score_query(make.fuzzy_term_query(self.schema, field, token, edits), 1.0)
            case Terms(field, values):
                return _silent(self.terms(field, values)) if values else make.empty_query()
            case Starts(field, prefix):
                return _silent(self.begins(field, prefix))
            case Range():
                return _silent(self.range(node))
            case And(parts):
                return make.boolean_query([(MUST, self.translate(part)) for part in parts])
            case Or(parts):
                return make.boolean_query([(SHOULD, self.translate(part)) for part in parts])
            case Not(part):
                return make.boolean_query([(MUST, _silent(make.all_query())), (MUST_NOT, self.translate(part))])
        raise TypeError(f"{type(node).__name__} has to be resolved first")

    def terms(self, field: str, values: tuple[str, ...]) -> Any:
        """Documents with any of the values: a few are looked up one by one, many by a walk over the field's terms."""
        make = tantivy.Query
        if len(values) > FEW:
            return make.term_set_query(self.schema, field, list(values))
        each = [make.term_query(self.schema, field, value, index_option="basic") for value in values]
        return make.boolean_query([(SHOULD, one) for one in each]) if len(each) > 1 else each[0]

    def near(self, node: Near) -> Any:
        """Both words, and within a sloppy phrase one way round or the other."""
        make = tantivy.Query
        orders: tuple[list[str | tuple[int, str]], ...] = ([node.left, node.right], [node.right, node.left])
        slop = node.distance - 1
        close = [(SHOULD, make.phrase_query(self.schema, node.field, words, slop)) for words in orders]
        both = [(MUST, self.translate(Word(word, node.field))) for word in (node.left, node.right)]
        return make.boolean_query([*both, (MUST, _silent(make.boolean_query(close)))])

    def begins(self, field: str, prefix: str) -> Any:
        """Terms that begin with `prefix`: the automaton of no slips at all, for an expression would need a parser."""
        return tantivy.Query.fuzzy_term_query(self.schema, field, prefix, distance=0, prefix=True)

    def range(self, node: Range) -> Any:
        """A numeric range; a side without a bound takes any number."""
        if BY_NAME[node.field].holds is Holds.NUMBER:
            # The engine wants one bound at least, and takes a side without one for included.
            low = -math.inf if node.low is None else float(node.low)
            high = math.inf if node.high is None else float(node.high)
            within = (node.include_low or node.low is None, node.include_high or node.high is None)
            return tantivy.Query.range_query(self.schema, node.field, FLOAT, low, high, *within)
        first, last = whole(node)
        first, last = (-FAR if first is None else max(first, -FAR)), (FAR if last is None else min(last, FAR))
        if first > last:
            return tantivy.Query.empty_query()
        return tantivy.Query.range_query(self.schema, node.field, INTEGER, first, last)


def _silent(query: Any) -> Any:
    return tantivy.Query.const_score_query(query, 0.0)

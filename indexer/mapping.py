"""The index's fields as an Elasticsearch mapping: explicit and strict. Text comes folded and cut into tokens already."""

from typing import Any

from indexer.fields import FIELDS, SCHEMA, Field, Holds

SETTINGS: dict[str, Any] = {
    "number_of_shards": 1,  # of each part
    "auto_expand_replicas": "0-1",
    "refresh_interval": "-1",  # publishing refreshes, nothing else
    # A delete is remembered for longer than the longest retry, or a late write would bring its document back.
    "gc_deletes": "1h",
}


def mapping(published: int) -> dict[str, Any]:
    """The mapping, stamped with the schema and the version the index is published up to."""
    return {"dynamic": "strict", "_meta": meta(published), "properties": {field.name: _type(field) for field in FIELDS}}


def meta(published: int) -> dict[str, Any]:
    """The stamp alone."""
    return {"schema": SCHEMA, "published": published}


def _type(field: Field) -> dict[str, Any]:
    match field.holds:
        case Holds.KEYWORD:
            return {"type": "keyword"}
        case Holds.TEXT:
            return {"type": "text", "analyzer": "whitespace"}
        case Holds.INTEGER:
            return {"type": "long"}
        case Holds.NUMBER:
            return {"type": "double"}
        case Holds.STORED:
            return {"type": "keyword", "index": False, "doc_values": False}

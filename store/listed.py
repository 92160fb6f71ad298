"""Many values in one statement, on SQLite: as one JSON list, for to bind and name each takes longer than to look it up."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Select, bindparam, func, select


@lru_cache(maxsize=256)
def asking(query: Select[Any], column: ColumnElement[Any]) -> Select[Any]:
    """The query for the rows whose `column` is in the list that is bound as "listed".

    To put a statement together takes longer than to run it: one that stands at the head of a file is put together once.
    """
    return query.where(in_list(column, bindparam("listed")))


def in_list(column: ColumnElement[Any], encoded: Any) -> ColumnElement[bool]:
    """Whether the column is one of the values of a JSON list, on SQLite."""
    return column.in_(select(func.json_each(encoded).table_valued("value").c.value))


def listed(values: Sequence[Any]) -> str | None:
    """The values as a JSON list; None where SQLite's JSON would end one of them early."""
    encoded = orjson.dumps(list(values)).decode()
    return None if "\\u0000" in encoded else encoded

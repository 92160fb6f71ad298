"""Parquet in and out of the commands that take JSON Lines: a row is an object, a cell without a value a key that is not there.

Out: text, numbers and truth values are columns of their kind; lists and objects stand as JSON text, since what is in them
differs from row to row.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from store.errors import UsageError

ROWS = 500  # at once


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a file, in order. Raises UsageError where it is none."""
    import pyarrow as pa  # half a second that only those who use it should wait for
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=ROWS):
                for row in batch.to_pylist():
                    yield {name: _plain(value) for name, value in row.items() if value is not None}
    except (pa.ArrowException, OSError, ValueError, OverflowError) as problem:
        raise UsageError(f"{path}: cannot be read as Parquet: {' '.join(str(problem).split())[:300]}") from None


def write_rows(path: Path, objects: Iterable[dict[str, Any]]) -> int:
    """Write objects that all have the keys of the first; returns how many. Without any, the file has no columns."""
    import pyarrow as pa
    from pyarrow import parquet

    count = 0
    writer = None
    try:
        for part in _parts(objects):
            rows = [{name: _cell(value) for name, value in one.items()} for one in part]
            if writer is None:
                schema = pa.schema([(name, _kind(pa, value)) for name, value in rows[0].items()])
                writer = parquet.ParquetWriter(path, schema)
            writer.write_table(pa.Table.from_pylist(rows, schema=schema))
            count += len(rows)
        if writer is None:
            parquet.write_table(pa.table({}), path)
    finally:
        if writer is not None:
            writer.close()
    return count


def _parts(objects: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    from store.database import chunks

    yield from chunks(objects, ROWS)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _cell(value: object) -> object:
    return orjson.dumps(value).decode() if isinstance(value, list | tuple | dict) else value


def _kind(pa: Any, value: object) -> Any:
    if isinstance(value, bool):
        return pa.bool_()
    return pa.float64() if isinstance(value, int | float) else pa.string()

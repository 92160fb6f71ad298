"""Files of ads, row by row: JSON Lines, CSV and Parquet. What is no row comes as `Bad` with its number; the rest goes on."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from crawlers.adlines import FIELD_LIMIT
from crawlers.errors import ImportFileError

PARQUET_ROWS = 500  # read at once


@dataclass(frozen=True, slots=True)
class Bad:
    """A line or record that is no ad, with why."""

    line: int
    reason: str


Rows = Iterator[tuple[int, Mapping[str, Any] | Bad]]


def rows(path: Path) -> Rows:
    """(line, row) of a file by its ending: .csv, .parquet, else JSON Lines. Raises ImportFileError where it is none at all."""
    kinds = {".csv": _csv, ".parquet": _parquet}
    return kinds.get(path.suffix.lower(), _json_lines)(path)


def header(path: Path) -> list[str] | None:
    """The names of a table's columns; None where each row names its own. Raises ImportFileError."""
    if path.suffix.lower() == ".csv":
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as handle:
            return _columns(path, csv.reader(handle, strict=True))
    if path.suffix.lower() == ".parquet":
        import pyarrow as pa
        from pyarrow import parquet

        try:
            return list(parquet.read_schema(path).names)
        except (pa.ArrowException, OSError, UnicodeDecodeError) as problem:
            raise ImportFileError(f"{path}: no Parquet: {' '.join(str(problem).split())[:300]}") from None
    return None


def _json_lines(path: Path) -> Rows:
    with path.open("rb") as handle:
        for number, line in enumerate(handle, start=1):
            if not line.strip():
                continue
            try:
                value = orjson.loads(line)
            except orjson.JSONDecodeError as problem:
                yield number, Bad(number, str(problem))
                continue
            if isinstance(value, dict):
                yield number, value
            else:
                yield number, Bad(number, f"expected a JSON object, found {type(value).__name__}")


def _csv(path: Path) -> Rows:
    """Rows under a first line of column names; an empty cell is a field that is not there."""
    csv.field_size_limit(FIELD_LIMIT + 1)
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as handle:
        reader = csv.reader(handle, strict=True)
        columns = _columns(path, reader)
        for number, row in _csv_rows(reader):
            if isinstance(row, Bad):
                yield number, row
            elif len(row) != len(columns):
                yield number, Bad(number, f"{len(row)} cells under {len(columns)} columns")
            elif any("\udc80" <= sign <= "\udcff" for cell in row for sign in cell):
                yield number, Bad(number, "not UTF-8")
            else:
                yield number, {name: cell for name, cell in zip(columns, row, strict=True) if cell}


def _columns(path: Path, reader: Iterable[list[str]]) -> list[str]:
    try:
        columns = next(iter(reader), [])
    except csv.Error as problem:
        raise ImportFileError(f"{path}:1: no CSV: {problem}") from None
    if len(set(columns)) < len(columns):
        raise ImportFileError(f"{path}:1: a column stands twice")
    return columns


def _csv_rows(reader: Any) -> Iterator[tuple[int, list[str] | Bad]]:
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            yield reader.line_num, Bad(reader.line_num, f"no CSV: {problem}")
            continue
        if row:
            yield reader.line_num, row


def _parquet(path: Path) -> Rows:
    """Rows in their order; the number is the row's, from 1."""
    import pyarrow as pa  # half a second that only those who use it should wait for
    from pyarrow import parquet

    number = 0
    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=PARQUET_ROWS):
                for row in _values(batch):
                    number += 1
                    if isinstance(row, str):
                        yield number, Bad(number, row)
                    else:
                        yield number, {name: value for name, value in row.items() if value is not None}
    except (pa.ArrowException, OSError, UnicodeDecodeError) as problem:
        yield number + 1, Bad(number + 1, f"the rest cannot be read: {' '.join(str(problem).split())[:300]}")


def _values(batch: Any) -> Iterator[dict[str, Any] | str]:
    """Its rows; of one that holds what Python has no value for (no UTF-8, the year 30,000), what is wrong with it."""
    try:
        yield from batch.to_pylist()
    except (ValueError, OverflowError) as problem:
        if batch.num_rows == 1:
            yield str(problem)
            return
        for number in range(batch.num_rows):
            yield from _values(batch.slice(number, 1))

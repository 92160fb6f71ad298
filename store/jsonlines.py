"""JSON Lines in and out: one object per line, UTF-8, `-` for stdin and stdout; a bad line is reported, counted, skipped.

A name that ends in .parquet is read and written as Parquet instead.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TypeVar

import orjson

from store.errors import UsageError

T = TypeVar("T")
SKIPPED_SOME = 3
PARQUET = ".parquet"


class BadLineError(ValueError):
    """A line that is no usable object; its message says which field and why."""


class LineReader:
    """Iterates parsed lines. `skipped` counts bad ones, each reported on stderr with its number."""

    def __init__(self, name: str, parse: Callable[[dict[str, Any]], T]) -> None:
        self.name = name
        self.parse = parse
        self.read = 0
        self.skipped = 0

    def __iter__(self) -> Iterator[Any]:
        if self.name.endswith(PARQUET):
            yield from self._rows()
            return
        with _source(self.name) as lines:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                try:
                    item = self.parse(_object(line))
                except (BadLineError, orjson.JSONDecodeError) as problem:
                    self.skipped += 1
                    sys.stderr.write(f"{self.name}:{number}: skipped: {problem}\n")
                    continue
                self.read += 1
                yield item

    def _rows(self) -> Iterator[Any]:
        from store.parquetrows import read_rows

        for number, row in enumerate(read_rows(Path(self.name)), start=1):
            try:
                item = self.parse(row)
            except BadLineError as problem:
                self.skipped += 1
                sys.stderr.write(f"{self.name}:{number}: skipped: {problem}\n")
                continue
            self.read += 1
            yield item

    @property
    def exit_status(self) -> int:
        """0 when every line was read, 3 when some were skipped."""
        return SKIPPED_SOME if self.skipped else 0


def _object(line: bytes) -> dict[str, Any]:
    value = orjson.loads(line)
    if not isinstance(value, dict):
        raise BadLineError(f"expected a JSON object, found {type(value).__name__}")
    return value


@contextmanager
def _source(name: str) -> Iterator[IO[bytes]]:
    if name == "-":
        yield sys.stdin.buffer
        return
    try:
        handle = Path(name).open("rb")  # noqa: SIM115  only opening may fail here; it is closed below
    except OSError as problem:
        raise UsageError(f"{name}: cannot be read: {problem.strerror}") from None
    with handle:
        yield handle


def write_lines(name: str, objects: Iterable[dict[str, Any]]) -> int:
    """Write objects as they come; a file appears under its name only once it is whole. Returns how many."""
    if name == "-":
        count = _write(sys.stdout.buffer, objects)
        sys.stdout.buffer.flush()
        return count
    target = Path(name)
    draft = target.with_name(f".{target.name}.partial")
    try:
        if name.endswith(PARQUET):
            from store.parquetrows import write_rows

            count = write_rows(draft, objects)
        else:
            with draft.open("wb") as handle:
                count = _write(handle, objects)
        draft.replace(target)
    except OSError as problem:
        draft.unlink(missing_ok=True)
        raise UsageError(f"{name}: cannot be written: {problem.strerror}") from None
    return count


def _write(handle: IO[bytes], objects: Iterable[dict[str, Any]]) -> int:
    count = 0
    for count, one in enumerate(objects, start=1):  # noqa: B007  the last number is the count
        handle.write(orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE))
    return count

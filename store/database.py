"""The database of a workspace: SQLite in one file, or PostgreSQL by `database_url`; both through SQLAlchemy Core."""

import os
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar, cast

import orjson
from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Dialect,
    Engine,
    LargeBinary,
    Row,
    Select,
    Table,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.types import TypeEngine

from store.errors import DamagedError
from store.listed import asking, in_list, listed

T = TypeVar("T")

# SQLite takes 32,766 bound values in one statement; rows of 30 columns stay far below with this many.
CHUNK = 500
ASKED = 2_000
PLAIN = 10_000
WRITES = "sidelight_writes"


def connect(url: str) -> Engine:
    """An engine for `url`. On SQLite: WAL, synchronous FULL, writers take their lock when they begin."""
    parsed = make_url(url)
    # Who holds a lock is told by this name.
    own = {"application_name": f"sidelight {socket.gethostname()} {os.getpid()}"[:63]}
    engine = create_engine(
        parsed,
        connect_args=own if parsed.get_backend_name() == "postgresql" else {},
        json_serializer=_encoded,
        json_deserializer=_decoded,
    )
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def sqlite_url(path: Path) -> str:
    """The URL of a SQLite file."""
    return f"sqlite:///{path}"


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy begins; the driver's own guesses are switched off
    cursor = connection.cursor()
    for pragma in (
        "busy_timeout=60000",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "cache_size=-65536",  # KiB: with the two MiB of old, every other page of a large archive is read twice
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A reader that turns writer half-way fails at once when another wrote in between; a writer asks first.
    immediate = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """`items` in lists of at most `size`, without holding them all."""
    iterator = iter(items)
    while part := list(islice(iterator, size)):
        yield part


def upsert(
    connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]], *, keep: Sequence[str] = ()
) -> None:
    """Insert rows, or replace those whose primary key is there; columns in `keep` hold their first value."""
    keys = [column.name for column in table.primary_key]
    for part in chunks(rows):
        statement = insert_into(connection, table)
        changed = {name: statement.excluded[name] for name in part[0] if name not in keys and name not in keep}
        if changed:
            statement = statement.on_conflict_do_update(index_elements=keys, set_=changed)
        else:
            statement = statement.on_conflict_do_nothing(index_elements=keys)
        # One prepared statement for many rows: 15 times as fast as one statement that holds them all.
        connection.execute(statement, part)


def insert_missing(connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert the rows whose primary key is not there yet."""
    for part in chunks(rows):
        connection.execute(insert_into(connection, table).on_conflict_do_nothing(), part)


def insert_plain(
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    new: bool = False,
    replacing: Sequence[str] = (),
) -> None:
    """Insert many rows, given in the order of `columns`; several times as fast as through SQLAlchemy.

    A row whose primary key is there stays as it is, but for the columns in `replacing`; an error where all are said to be
    `new`.
    """
    statement = insert_into(connection, table)
    if replacing:
        keys = [column.name for column in table.primary_key]
        changed = {name: statement.excluded[name] for name in replacing}
        statement = statement.on_conflict_do_update(index_elements=keys, set_=changed)
    elif not new:
        statement = statement.on_conflict_do_nothing()
    execute_plain(connection, statement, columns, rows, [table.c[name].type for name in columns])


def execute_plain(
    connection: Connection,
    statement: Any,
    names: Sequence[str],
    rows: Iterable[Sequence[Any]],
    kinds: Sequence[TypeEngine[Any]] = (),
) -> None:
    """Execute the statement for each row of what it binds, given in the order of `names`, with their `kinds` unless all are
    text."""
    dialect = connection.dialect
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    makers = [_binder(kind, dialect) for kind in kinds]
    order = [names.index(name) for name in compiled.positiontup or names]
    as_given = not any(makers) and order == list(range(len(names)))
    for part in chunks(rows, PLAIN):
        bound: list[Any] = part
        if not as_given:
            # A column at a time: a row at a time takes longer than the database does.
            ready = list(zip(*part, strict=True))
            for place, make in enumerate(makers):
                if make is not None:
                    ready[place] = tuple(map(make, ready[place]))
            bound = list(zip(*(ready[place] for place in order), strict=True))
        if not compiled.positional:
            bound = [dict(zip(names, row, strict=True)) for row in bound]
        connection.exec_driver_sql(compiled.string, bound)


def _binder(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """What makes a value ready for the driver; None where it takes it as it is."""
    if dialect.name == "sqlite":
        if isinstance(kind, JSON):
            return _encoded
        if isinstance(kind, LargeBinary):
            return None
    return kind.dialect_impl(dialect).bind_processor(dialect)


class Written(str):
    """JSON in the form in which it is stored: who has a processor to spare makes it, and it is stored as it is."""

    __slots__ = ()


def written(value: Any) -> Written:
    """The value as it is stored in a column of JSON."""
    return Written(_encoded(value))


def _encoded(value: Any) -> str:
    """JSON; nearly all links have no detail."""
    if isinstance(value, Written):
        return str(value)
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode() if value != {} else "{}"


def insert_from(connection: Connection, table: Table, columns: Sequence[str], query: Select[*tuple[Any, ...]]) -> None:
    """Insert what `query` (which must have a WHERE) gives for `columns`, but for rows whose primary key is there already."""
    connection.execute(insert_into(connection, table).from_select(columns, query).on_conflict_do_nothing())


def insert_into(connection: Connection, table: Table) -> Any:
    """The INSERT of the connection's database, which knows what to do on a conflict."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql  # brings asyncio with it: a command on SQLite does without

        return postgresql.insert(table)
    return sqlite.insert(table)


def select_in(
    connection: Connection, query: Select[Any], column: ColumnElement[Any], values: Iterable[Any]
) -> Iterator[Row[*tuple[Any, ...]]]:
    """The rows of `query` whose `column` is one of `values`, asked in chunks.

    Raises DamagedError, naming all that are damaged, where JSON of a row cannot be read.
    """
    left = iter(values)
    for part in chunks(left, ASKED):
        encoded = listed(part) if connection.dialect.name == "sqlite" else None
        try:
            if encoded is None:
                rows = connection.execute(query.where(column.in_(part))).all()
            else:
                rows = connection.execute(asking(query, column), {"listed": encoded}).all()
        except orjson.JSONDecodeError:
            damaged = _damaged(connection, query, column, [*part, *left])
            if damaged is None:
                raise
            raise damaged from None
        yield from rows


def plain_rows(connection: Connection, query: Select[*tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The rows of `query` as the driver gives them, for columns of text and numbers alone: in half the time."""
    with connection.execute(query) as found:
        return cast("list[tuple[Any, ...]]", found.cursor.fetchall())


def plain_in(
    connection: Connection, query: Select[*tuple[Any, ...]], column: ColumnElement[Any], values: Iterable[Any]
) -> Iterator[tuple[Any, ...]]:
    """The rows of `query` whose `column` is one of `values` as `plain_rows` gives them, asked in chunks."""
    for part in chunks(values, ASKED):
        yield from plain_rows(connection, query.where(among(connection, column, part)))


@dataclass(frozen=True, slots=True)
class _Unreadable:
    """Stands where JSON cannot be read, while it is looked for."""

    problem: Exception


# Those met since it was begun to look for them; None while nobody does, and they raise.
_met: ContextVar[list[_Unreadable] | None] = ContextVar("unreadable values", default=None)


def _decoded(written: str) -> Any:
    try:
        return orjson.loads(written)
    except orjson.JSONDecodeError as problem:
        met = _met.get()
        if met is None:
            raise
        met.append(_Unreadable(problem))
        return met[-1]


@contextmanager
def _lookout() -> Iterator[list[_Unreadable]]:
    met: list[_Unreadable] = []
    before = _met.set(met)
    try:
        yield met
    finally:
        _met.reset(before)


def _damaged(
    connection: Connection, query: Select[Any], column: ColumnElement[Any], values: Sequence[Any]
) -> DamagedError | None:
    """Which of `values` have rows whose JSON cannot be read: who is to set these aside need not look for them."""
    named = query.add_columns(column.label("asked_for"))
    problems: dict[Any, Exception] = {}
    for part in chunks(values, ASKED):
        with _lookout() as met:
            rows = connection.execute(named.where(among(connection, column, part))).all()
        for row in rows if met else ():
            for value in row:
                if isinstance(value, _Unreadable):
                    problems.setdefault(row.asked_for, value.problem)
    return DamagedError(problems) if problems else None


def among(connection: Connection, column: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    """Whether `column` (of text or whole numbers) is one of `values`, of which there are ASKED at most.

    SQLite gets them as one JSON list: to bind and name each takes longer than to look it up.
    """
    encoded = listed(values) if connection.dialect.name == "sqlite" else None
    return column.in_(values) if encoded is None else in_list(column, encoded)

"""What `sidelight audit verify` finds and how fast: `python -m bench.auditing [--events N] [--seed N]`.

Edits of one byte at every place of 200 stored rows, 10,000 random flips of a bit written into the database, the six ways
to tamper with a log as a whole, and events verified a second.
"""

import argparse
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import DBAPIError

from casework import checkpoints, verification
from casework.merkle import Tree
from store import audit
from store.audit import Act, Via
from store.settings import Settings
from store.tables import audit_events
from store.workspace import Workspace, open_workspace

ROWS = 200
FLIPS = 10_000
COLUMNS = [name.strip(" {}\n") for name in verification.ROWS.partition(" FROM")[0].removeprefix("SELECT").split(",")]
ACTIONS = (("search", "query"), ("show", "ad"), ("group", "group"), ("queue", "queue"), ("decide", "group"))


def fill(workspace: Workspace, count: int, seed: int) -> None:
    """Put `count` events of many kinds into the log, chained as `audit.append` chains them."""
    rng = random.Random(seed)
    audit.append(workspace, Act("ana", Via.COMMAND, "audit list", "audit", "all"))
    with workspace.begin() as connection:
        row = connection.execute(select(audit_events)).one()._asdict()
        waiting: list[dict[str, Any]] = []
        for seq in range(2, count + 1):
            action, kind = rng.choice(ACTIONS)
            words = action == "search"
            row = {
                **row,
                "seq": seq,
                "actor": rng.choice(("ana", "bo", "cleo", "dov")),
                "via": "console",
                "action": action,
                "object_kind": kind,
                "object_hash": rng.randbytes(32).hex(),
                "case_id": rng.choice((None, "12")),
                "reason": rng.choice((None, "call of 3 May, “north” team")),
                "sealed": rng.randbytes(120) if words else None,
                "seal_key": "audit-2026-05" if words else None,
                "facts": {"groups": rng.randrange(90), "lane": "first"} if kind == "queue" else {},
                "previous": row["digest"],
            }
            row["digest"] = audit.digest(row)
            waiting.append(row)
            if len(waiting) == 5_000 or seq == count:
                connection.execute(insert(audit_events), waiting)
                waiting = []
    verification.checkpoint(workspace)
    with workspace.begin() as connection:
        for verb in ("update", "delete"):
            connection.exec_driver_sql(f"DROP TRIGGER audit_events_no_{verb}")


def byte_edits(row: tuple[Any, ...]) -> Iterator[tuple[int, bytes]]:
    """Every way to change one byte of what the row stores: the column's place and its new bytes."""
    for place, value in enumerate(row):
        stored = value if isinstance(value, bytes) else str(value).encode() if value is not None else b""
        for at, byte in enumerate(stored):
            for other in range(256):
                if other != byte:
                    yield place, stored[:at] + bytes((other,)) + stored[at + 1 :]


def edited(row: tuple[Any, ...], place: int, changed: bytes) -> tuple[Any, ...] | None:
    """The row as the database's driver gives it back; None for bytes that are no text, which it refuses to give."""
    value: Any = changed
    if COLUMNS[place] == "seq":
        value = int(changed) if changed.isdigit() else -1
        if value == row[place]:  # "007" is no other number: the database stores numbers, not digits
            value = -1
    elif not isinstance(row[place], bytes):
        try:
            value = changed.decode()
        except UnicodeDecodeError:
            return None
    return (*row[:place], value, *row[place + 1 :])


def every_byte(workspace: Workspace) -> tuple[int, int]:
    """How many single-byte edits of the first rows were made, and how many of them were found."""
    with workspace.read() as connection:
        rows = [row for row, _ in zip(verification.rows(connection), range(ROWS), strict=False)]
    made = found = 0
    for row in rows:
        tree = Tree(row[11] - 1, [b""] * (row[11] - 1).bit_count())  # an edit that is found never reaches it
        for place, changed in byte_edits(row):
            made += 1
            other = edited(row, place, changed)
            found += other is None or verification.first_problem([other], tree, {}, row[7]) is not None
    return made, found


def flips(workspace: Workspace, seed: int) -> tuple[int, int]:
    """Flip one bit of a stored field in the database, verify from that row, and take it back; made and found."""
    rng = random.Random(seed)
    found = 0
    with workspace.read() as connection:
        rows = [row for row, _ in zip(verification.rows(connection), range(ROWS), strict=False)]
    for _ in range(FLIPS):
        row = rng.choice(rows)
        place = rng.choice([one for one, value in enumerate(row) if value and COLUMNS[one] != "seq"])
        stored = bytearray(row[place] if isinstance(row[place], bytes) else row[place].encode())
        stored[rng.randrange(len(stored))] ^= 1 << rng.randrange(8)
        kind = "BLOB" if isinstance(row[place], bytes) else "TEXT"
        with workspace.engine.connect() as connection:
            connection.exec_driver_sql(
                f"UPDATE audit_events SET {COLUMNS[place]} = CAST(X'{stored.hex()}' AS {kind}) WHERE seq = {row[11]}"  # noqa: S608
            )
            tree = Tree(row[11] - 1, [b""] * (row[11] - 1).bit_count())
            try:
                found += (
                    verification.first_problem(verification.rows(connection, row[11] - 1), tree, {}, row[7]) is not None
                )
            except DBAPIError:
                found += 1
            connection.rollback()
    return FLIPS, found


def rewrite(connection: Connection, start: int) -> None:
    """Change an event and compute every digest from there on anew, as a careful forger does."""
    connection.exec_driver_sql(f"UPDATE audit_events SET actor = 'nobody' WHERE seq = {start}")  # noqa: S608
    rows = [row._asdict() for row in connection.execute(select(audit_events).where(audit_events.c.seq >= start))]
    previous = rows[0]["previous"]
    for row in rows:
        row["previous"] = previous
        previous = row["digest"] = audit.digest(row)
        connection.execute(
            audit_events.update()
            .where(audit_events.c.seq == row["seq"])
            .values(previous=row["previous"], digest=row["digest"])
        )


def _sql(*statements: str) -> Callable[[Connection], None]:
    def do(connection: Connection) -> None:
        for one in statements:
            connection.exec_driver_sql(one)

    return do


UP = "UPDATE audit_events SET seq = seq + 1000000 WHERE seq >= 50"
DOWN = "UPDATE audit_events SET seq = seq - 999999 WHERE seq >= 1000000"
COPY = f"INSERT INTO audit_events SELECT 50, {', '.join(one.name for one in audit_events.columns if one.name != 'seq')} FROM audit_events WHERE seq = 7"  # noqa: S608, E501
STRUCTURAL: dict[str, Callable[[Connection], None]] = {
    "edit": _sql("UPDATE audit_events SET action = 'help' WHERE seq = 50"),
    "deletion": _sql("DELETE FROM audit_events WHERE seq = 50"),
    "insertion": _sql(UP, DOWN, COPY),
    "swap": _sql(*(f"UPDATE audit_events SET seq = {b} WHERE seq = {a}" for a, b in ((50, -1), (51, 50), (-1, 51)))),  # noqa: S608
    "truncation": _sql("DELETE FROM audit_events WHERE seq > 50"),
    "rewrite": lambda connection: rewrite(connection, 50),
}


def structural(workspace: Workspace) -> dict[str, bool]:
    """Whether each attack on the log as a whole is found, the last two by a kept copy of the checkpoints alone."""
    kept = workspace.root / "kept.jsonl"
    shutil.copy(workspace.root / checkpoints.FILE, kept)
    found = {}
    for name, attack in STRUCTURAL.items():
        copy = workspace.root.parent / name
        shutil.copytree(workspace.root, copy)
        other = open_workspace(copy, Settings())
        with other.begin() as connection:
            attack(connection)
        (copy / checkpoints.FILE).unlink()
        found[name] = verification.verify(other, kept).problem is not None
        other.close()
    return found


def speed(workspace: Workspace) -> float:
    """Events verified in a second of this process's time."""
    began = time.process_time()
    done = verification.verify(workspace)
    assert done.problem is None
    return done.events / (time.process_time() - began)


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=300_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--root", type=Path, default=None)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.root) as folder:
        small = open_workspace(Path(folder) / "small", Settings())
        fill(small, ROWS + 50, options.seed)
        for name, caught in structural(small).items():
            print(f"{name}: {'found' if caught else 'NOT FOUND'}", flush=True)
        for title, (made, found) in (("flips", flips(small, options.seed)), ("bytes", every_byte(small))):
            print(f"{title}: {found:,} of {made:,} found", flush=True)
        large = open_workspace(Path(folder) / "large", Settings())
        fill(large, options.events, options.seed)
        print(f"{options.events:,} events: {max(speed(large) for _ in range(3)):,.0f} a second", flush=True)


if __name__ == "__main__":
    main()

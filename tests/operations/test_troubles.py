"""Each trouble the doctor finds is a line with its remedy, and one that is broken ends the command with status 1."""

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from sqlalchemy import insert, text, update
from typer.testing import CliRunner, Result

import sidelight
from models.tables import promotions
from operations import deep, doctor
from operations.findings import Grade
from store import outbox, pending
from store.health import Health, State, record
from store.schema import now
from store.tables import backups, failures
from store.tables import outbox as outbox_table
from store.workspace import Workspace
from tests.crawlers.conftest import Web, make_site, web  # noqa: F401  fixtures


def run(workspace: Workspace, *words: str) -> Result:
    return CliRunner().invoke(sidelight.build("doctor"), ["doctor", *words, "--workspace", str(workspace.root)])


def site_without_start(workspace: Workspace) -> None:
    (workspace.sites / "harbor").mkdir(parents=True)
    (workspace.sites / "harbor" / "site.yml").write_text("name: harbor\n")


def judged(state: State) -> Callable[[Workspace], None]:
    def make(workspace: Workspace) -> None:
        with workspace.begin() as connection:
            record(connection, [Health(now(), "crawlers", "harbor", "ads", state, "few came", 3, 10)])

    return make


def set_aside(workspace: Workspace) -> None:
    with workspace.begin() as connection:
        connection.execute(insert(failures).values(stage="read", item="s:3", error="ValueError: none", at=now()))


def refused(workspace: Workspace) -> None:
    with workspace.begin() as connection:
        outbox.put(connection, outbox.AD, ["s:1", "s:2"])
        connection.execute(update(outbox_table).where(outbox_table.c.item == "s:1").values(error="too long"))


def behind(workspace: Workspace) -> None:
    with workspace.begin() as connection:
        pending.announce(connection, "ads", [f"s:{number}" for number in range(doctor.BEHIND)])


def model_gone(workspace: Workspace) -> None:
    with workspace.begin() as connection:
        row = {"model": "may", "digest": "0", "who": "ana", "at": now(), "why": "a test"}
        connection.execute(insert(promotions).values(row))


@pytest.mark.parametrize(
    ("harm", "status", "line", "remedy"),
    [
        (site_without_start, 1, "BROKEN  sites        ", "mend the manifest, then sidelight sites check"),
        (judged(State.RED), 1, "BROKEN  site harbor  ads: few came", "sidelight sites report harbor"),
        (judged(State.AMBER), 0, "note    site harbor  ads: few came", "sidelight sites report harbor"),
        (set_aside, 1, "BROKEN  stage read   1 items were set aside, such as: ValueError: none", "sidelight pending"),
        (refused, 1, "BROKEN  stage index  1 documents could not be made", "sidelight pending index --retry"),
        (refused, 1, "note    stage index  1 documents wait to be indexed", "sidelight process"),
        (behind, 0, "note    stage read   1,000 items wait", "sidelight process"),
        (model_gone, 1, "BROKEN  model        the promoted model cannot be used", "sidelight promote scorecard"),
    ],
)
def test_each_trouble_is_told_with_its_remedy(
    harm: Callable[[Workspace], None], status: int, line: str, remedy: str, workspace: Workspace
) -> None:
    harm(workspace)
    done = run(workspace)
    told = done.stdout.splitlines()
    (place,) = [number for number, one in enumerate(told) if one.startswith(line)]
    assert remedy in told[place + 1]
    assert done.exit_code == status
    listed = [orjson.loads(one) for one in run(workspace, "--json").stdout.splitlines()]
    assert sum(one["grade"] == "broken" for one in listed) == sum(one.startswith("BROKEN") for one in told)


def test_a_crawler_without_a_contact_is_noted_once_there_is_a_site(
    workspace: Workspace,
    make_site: Callable[..., Path],  # noqa: F811
) -> None:
    make_site("harbor")
    assert 'set contact = "you@example.org"' in run(workspace).stdout
    (workspace.root / "sidelight.toml").write_text('contact = "desk@example.org"\n')
    told = run(workspace).stdout
    assert "set contact" not in told
    assert "ok      settings     set: contact" in told


def test_little_room_is_said(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LOW_DISK", 1 << 62)
    assert "BROKEN  disk" in run(workspace).stdout


def test_damage_inside_the_database_is_found(workspace: Workspace) -> None:
    with workspace.begin() as connection:
        rows = [{"stage": "read", "item": f"s:{n}", "error": "padding " * 20, "at": now()} for n in range(200)]
        connection.execute(insert(failures), rows)
    workspace.close()
    path = workspace.root / "sidelight.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    held = bytearray(path.read_bytes())
    page = held.rindex(b"padding") // size * size
    held[page : page + 100] = bytes(100)
    path.write_bytes(held)
    assert "BROKEN  database" in run(workspace).stdout


@pytest.mark.parametrize(
    ("made", "grade"),
    [(None, Grade.NOTE), (timedelta(hours=1), Grade.OK), (timedelta(hours=37), Grade.BROKEN)],
)
def test_the_age_of_the_newest_backup_is_looked_at(made: timedelta | None, grade: Grade, workspace: Workspace) -> None:
    if made is not None:
        row = {"backup_id": "b", "made_at": now() - made, "files": 1, "size": 1}
        with workspace.begin() as connection:
            connection.execute(insert(backups).values(row))
    (told,) = [one for one in deep.DEEP["ages"](workspace) if one.topic == "backup"]
    assert told.grade is grade


def test_tables_of_another_release_are_named(workspace: Workspace) -> None:
    with workspace.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    (told,) = deep.DEEP["tables"](workspace)
    assert told.grade is Grade.BROKEN
    assert told.text.startswith("at revision 0001; this release has ")


def test_without_an_index_there_is_no_document_to_try(workspace: Workspace) -> None:
    *_, told = deep.DEEP["round trip"](workspace)
    assert (told.grade, told.text) == (Grade.NOTE, "there is no index to try")


def test_a_certificate_of_a_search_server_that_is_not_there_is_broken(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIDELIGHT_SEARCH_URL", "https://127.0.0.1:9")
    told = run(workspace, "--deep").stdout
    assert "BROKEN  certificate  search 127.0.0.1:9: " in told
    assert "renew it, or set its authority" in told

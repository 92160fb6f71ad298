"""Migrations go up and down with data in the tables, on both databases, and what both versions know is kept."""

from datetime import UTC, datetime

import pytest
from alembic.command import downgrade
from sqlalchemy import func, inspect, select, text

from crawlers.records import Ad
from crawlers.stored import load_ads, record_sighting
from crawlers.tables import ads
from store import migrations, outbox, pending
from store.health import Health, State, record
from store.tables import failures
from store.workspace import Workspace
from tests.store.conftest import declare_tables

MOMENT = datetime(2026, 5, 1, 12, tzinfo=UTC)
STEPS = 6  # back to the tables of five versions ago; what came before was made anew when linking changed


@pytest.fixture
def filled(workspace: Workspace) -> Workspace:
    """A workspace with ads, work that is pending, documents that are due, and what went wrong."""
    declare_tables()
    with workspace.begin() as connection:
        for number in range(20):
            ad = Ad(f"s:{number}", "s", "", MOMENT, body=f"Hello {number}")
            record_sighting(connection, ad, seen_at=MOMENT, run_id="r")
        outbox.put(connection, outbox.AD, ["s:1", "s:2"])
        connection.execute(failures.insert().values(stage="read", item="s:3", error="ValueError: none", at=MOMENT))
        record(connection, [Health(MOMENT, "crawlers", "s", "ads", State.RED, "none came", 0, 10)])
    return workspace


def _counts(workspace: Workspace) -> dict[str, int]:
    names = set(inspect(workspace.engine).get_table_names()) - {"alembic_version"}
    with workspace.read() as connection:
        return {
            name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one()  # noqa: S608
            for name in sorted(names)
        }


def test_each_step_down_and_up_again_keeps_every_row_both_versions_know(filled: Workspace) -> None:
    before = _counts(filled)
    for _ in range(STEPS):
        downgrade(migrations.configuration(filled.engine), "-1")
        older = _counts(filled)
        assert older["ads"] == 20
        assert {name: count for name, count in older.items() if count} == {
            name: count for name, count in before.items() if count and name in older
        }
    migrations.upgrade(filled.engine)
    assert migrations.drift(filled.engine) == []
    assert _counts(filled) == before
    with filled.read() as connection:
        assert load_ads(connection, ["s:7"])["s:7"].ad.body == "Hello 7"
        assert pending.count(connection, "read") == 20
        assert [one.item for one in outbox.due(connection, 10)] == ["s:1", "s:2"]


@pytest.mark.slow
def test_all_the_way_down_and_up_again_ends_with_the_tables_of_today(filled: Workspace) -> None:
    downgrade(migrations.configuration(filled.engine), "base")
    assert set(inspect(filled.engine).get_table_names()) == {"alembic_version"}
    migrations.upgrade(filled.engine)
    assert migrations.drift(filled.engine) == []
    with filled.read() as connection:
        assert connection.execute(select(func.count()).select_from(ads)).scalar_one() == 0

"""What is past its time is gone everywhere; what a decision names is kept; what was erased never comes back."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from casework import retention
from casework.decisions import decide
from crawlers.records import Ad, Origin
from crawlers.stored import record_sightings
from crawlers.tables import ad_versions, ads, captures, runs, sightings
from indexer import stage as index_stage
from indexer.search import search
from linker import stage as link_stage
from linker.stored import group_ids_of
from linker.tables import group_members
from models import stage as score_stage
from models.labels import Tier, Value
from nlp import stage as read_stage
from nlp.tables import readings
from store.audit import Via
from store.suppression import held_back
from store.workspace import Workspace

NOW = datetime(2026, 5, 1, tzinfo=UTC)
OLD, FRESH = NOW - timedelta(days=400), NOW - timedelta(days=10)


@pytest.fixture
def lived(workspace: Workspace) -> Workspace:
    """Two old ads in one WARC file, a fresh one in another; all of it indexed."""
    with workspace.begin() as connection:
        for run, moment in (("old", OLD), ("fresh", FRESH)):
            (workspace.captures / f"{run}.warc.gz").write_bytes(b"evidence")
            connection.execute(
                insert(runs).values(run_id=run, site="s", started_at=moment, ended_at=moment, manifest="digest")
            )
            connection.execute(
                insert(captures).values(
                    capture_id=run, url="", fetched_at=moment, status=200, sha256="", warc_file=f"{run}.warc.gz",
                    warc_offset=0, warc_length=8, run_id=run,
                )
            )  # fmt: skip
        old = [Ad(f"s:{one}", "s", "", OLD, body=f"old words {one}", origin=Origin("old")) for one in (1, 2)]
        record_sightings(connection, old, seen_at=OLD, run_id="old")
        new = [Ad("s:3", "s", "", FRESH, body="fresh words", origin=Origin("fresh"))]
        record_sightings(connection, new, seen_at=FRESH, run_id="fresh")
    _process(workspace)
    return workspace


def _process(workspace: Workspace) -> None:
    for stage in (read_stage, link_stage, score_stage, index_stage):
        stage.run(workspace)


def _ids(workspace: Workspace) -> list[str]:
    with workspace.read() as connection:
        return sorted(connection.execute(select(ads.c.ad_id)).scalars())


def test_old_ads_are_gone_from_every_table_the_index_and_the_evidence(lived: Workspace) -> None:
    done = retention.purge(lived, NOW)
    assert (done.ads, done.files, done.held) == (2, 1, 0)
    _process(lived)
    with lived.read() as connection:
        for table in (ads, readings, sightings, ad_versions, group_members):
            assert set(connection.execute(select(table.c.ad_id)).scalars()) <= {"s:3"}
    assert search(lived, "old").total == 0
    assert search(lived, "fresh").total == 1
    assert [path.name for path in lived.captures.glob("*.gz")] == ["fresh.warc.gz"]
    assert retention.purge(lived, NOW).ads == 0


def test_an_ad_a_standing_decision_names_is_kept_with_its_evidence(lived: Workspace) -> None:
    with lived.read() as connection:
        group_id = group_ids_of(connection, ["s:1"])["s:1"]
    decide(lived, group_id, Value.UNSURE, tier=Tier.OPINION, who="ana", why="waiting", via=Via.COMMAND)
    done = retention.purge(lived, NOW)
    assert (done.ads, done.files, done.held) == (1, 0, 1)
    assert _ids(lived) == ["s:1", "s:3"]
    assert (lived.captures / "old.warc.gz").exists()


def test_an_erased_ad_goes_whatever_holds_it_and_is_held_back_from_then_on(lived: Workspace) -> None:
    assert retention.erase(lived, ["s:3", "s:unknown"], "asked for by the person") == 1
    assert _ids(lived) == ["s:1", "s:2"]
    with lived.read() as connection:
        assert held_back(lived, connection, ["s:3", "s:1"]) == {"s:3"}

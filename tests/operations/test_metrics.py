"""What a monitor is told: every number the dashboard shows, nothing of what an ad says, and to nobody without the token."""

import logging
import re
from pathlib import Path

import orjson
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from sqlalchemy import select
from starlette.testclient import TestClient

from casework import queue, watches
from casework.watching import runs
from console.app import create_app
from console.health import measures
from crawlers.adlines import parse_ad
from crawlers.stored import record_sighting
from crawlers.tables import ads
from indexer import stage as index_stage
from indexer.engine import open_backend
from linker import stage as link_stage
from market.make import generate
from models import stage as score_stage
from nlp import stage as read_stage
from operations import logs
from operations.backup import backup
from store import pending
from store.health import Health, State, record
from store.metrics import text
from store.schema import now
from store.settings import Settings
from store.workspace import Workspace, open_workspace

DASHBOARD = Path(__file__).parents[2] / "deploy" / "grafana-dashboard.json"
TOKEN = "a-token-of-this-test"


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The text of a workspace that went through every stage, with a watch that was answered, a backup, and work to do."""
    folder = tmp_path_factory.mktemp("watched")
    own = open_workspace(folder / "workspace", Settings())
    with own.begin() as connection:
        for entry in generate(seed=3, ads=40, days=5):
            record_sighting(connection, parse_ad(entry.ad), seen_at=now(), run_id="r")
        record(connection, [Health(now(), "crawlers", "harbor", "ads", State.AMBER, "few came", 3, 10)])
    watches.add(own, "ana", "has:phone")
    for stage in (read_stage, link_stage, score_stage, index_stage):
        stage.run(own)
    queue.build(own)
    runs.evaluate(own)
    backup(own, folder / "copy", with_keys=False)
    with own.begin() as connection:
        pending.announce(connection, "ads", connection.execute(select(ads.c.ad_id).limit(5)).scalars().all())
    backend = open_backend(own)
    made = text(measures(own, backend)).decode()
    backend.close()
    own.close()
    return made


def test_every_metric_of_the_dashboard_exists_and_every_number_has_a_place_on_it(numbers: str) -> None:
    told = {family.name for family in text_string_to_metric_families(numbers)}
    shown = set(re.findall(r"sidelight_[a-z_]+", " ".join(
        target["expr"] for panel in orjson.loads(DASHBOARD.read_bytes())["panels"] for target in panel["targets"]
    )))  # fmt: skip
    assert shown == told


def test_numbers_say_what_is_there(numbers: str) -> None:
    samples = {
        (sample.name.removeprefix("sidelight_"), *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(numbers)
        for sample in family.samples
    }
    assert samples["site_state", "ads", "harbor"] == 1
    assert samples["site_yield", "ads", "harbor"] == 3
    assert samples["schema_current",] == 1
    assert samples["index_up",] == 1
    assert samples["stage_waiting", "read"] == 5
    assert samples["stage_waiting", "score"] == 0
    assert 0 < samples["stage_lag_seconds", "read"] < 600
    assert samples["queue_entries",] > 0
    assert samples["backup_age_seconds",] < 600
    assert samples["alert_delay_seconds", "0.5"] <= samples["alert_delay_seconds", "1"]


def test_labels_are_stages_sites_and_measures_and_nothing_else(numbers: str) -> None:
    labels = {
        (name, value)
        for family in text_string_to_metric_families(numbers)
        for sample in family.samples
        for name, value in sample.labels.items()
    }
    assert {name for name, _ in labels} == {"stage", "site", "measure", "quantile"}
    assert {value for name, value in labels if name == "site"} <= {"harbor", "lantern", "meadow"}
    assert all(re.fullmatch(r"[a-z_]+", value) for name, value in labels if name in {"stage", "measure"})


def test_only_who_shows_the_token_reads_the_numbers(tmp_path: Path) -> None:
    workspace = open_workspace(tmp_path / "workspace", Settings(metrics_token=SecretStr(TOKEN)))
    client = TestClient(create_app(workspace), base_url="http://127.0.0.1")
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer no"}).status_code == 404
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert b"sidelight_schema_current 1.0" in answer.content
    workspace.close()


def test_without_a_token_there_is_no_such_page_and_without_an_index_nobody_is_sent_here(workspace: Workspace) -> None:
    client = TestClient(create_app(workspace), base_url="http://127.0.0.1")
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404
    assert client.get("/healthz").text == "ok"
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "not ready: index")


def test_a_line_of_the_log_tells_what_happened_and_nothing_that_an_ad_says() -> None:
    formatter = logs.Lines()
    with pytest.raises(ValueError, match="invalid literal") as caught:
        int("call Anna at (202) 555-0143")
    problem = caught.value
    words = ("store.pending", logging.WARNING, "pending.py", 7, "%s: a batch of %d failed (%s)")
    record = logging.LogRecord(*words, ("read", 1000, problem), (type(problem), problem, problem.__traceback__))
    line = formatter.format(record)
    assert "Anna" not in line
    assert "555" not in line
    told = orjson.loads(line)
    assert (told["event"], told["values"]) == ("%s: a batch of %d failed (%s)", ["read", 1000, "…"])
    assert (told["error"], told["level"], told["logger"]) == ("ValueError", "warning", "store.pending")

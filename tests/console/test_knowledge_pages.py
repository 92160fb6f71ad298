"""Models, one site, settings and disclosure as pages: what they tell, and what they never do."""

import zipfile
from io import BytesIO
from pathlib import Path

import orjson
from pydantic import SecretStr
from sqlalchemy import insert
from starlette.testclient import TestClient

from casework import auditlog
from casework.records import Role
from console.app import create_app
from console.reliability import reliability
from console.strips import strip
from models.tables import drift_checks, promotions
from store.health import State
from store.schema import now
from store.settings import Settings
from store.workspace import Workspace, open_workspace
from tests.console.conftest import START, Seat

FIGURE = {"value": 0.81, "interval": [0.7, 0.9]}
METRICS = {
    "groups": 60,
    "near_copies_in_training": 0,
    "model": {
        "average_precision": FIGURE,
        "reliability": [
            {"n": 30, "claimed": 0.1, "found": 0.05, "interval": [0.0, 0.2]},
            {"n": 30, "claimed": 0.8, "found": 0.9, "interval": None},
        ],
    },
    "scorecard": {"average_precision": {"value": 0.7, "interval": [0.6, 0.8]}},
    "any indicator": {},
    "difference": {"value": 0.11, "interval": [0.01, 0.2]},
    "slices": {"site: harbor": {"n": 30, "positives": 12, "average_precision": FIGURE}},
}
MANIFEST = {
    "name": "challenger", "features": ["circuit"], "indicators": "x", "pipeline": "3", "sklearn": "1", "sha256": "0",
    "digest": "abc", "rehearsal": True, "seed": 0, "made_at": "2026-05-01T12:00:00+00:00", "rows": {"learn": 90},
}  # fmt: skip


def test_a_model_is_shown_beside_the_scorecard(office: Workspace, ana: TestClient) -> None:
    folder = office.trained / "challenger"
    assert "sidelight train makes one" in ana.get("/models").text
    (folder / "manifest.json").write_bytes(orjson.dumps(MANIFEST))
    (folder / "metrics.json").write_bytes(orjson.dumps(METRICS))
    (folder / "card.md").write_text("# Model card: <b>challenger</b>", "utf-8")
    every, page = ana.get("/models").text, ana.get("/model?name=challenger").text
    for text in (every, page):
        assert "0.810 (0.700 to 0.900)" in text
        assert "0.700 (0.600 to 0.800)" in text
    assert "rehearsal" in page
    assert "claimed 0.80, found 0.90" in page
    assert "site: harbor" in page
    assert "&lt;b&gt;challenger" in page
    (folder / "metrics.json").write_bytes(b'{"model": {}}')
    assert "of an earlier kind" in ana.get("/model?name=challenger").text


def test_a_models_name_is_no_path(ana: TestClient) -> None:
    for name in ("../keys", "..", "/etc", "nothing", "style"):
        assert ana.get("/model", params={"name": name}).status_code == 404


def test_drift_and_promotions_are_told(office: Workspace, ana: TestClient) -> None:
    assert "Not checked yet" in ana.get("/models").text
    measure = {"name": "circuit", "before": 0.1, "now": 0.4, "psi": 0.5, "ks": 0.3, "p": 0.0, "drifted": True}
    with office.begin() as connection:
        for alarm in (False, True):
            figures = {"why": "circuit went from 0.10 to 0.40", "measures": [measure]}
            connection.execute(
                insert(drift_checks).values(made_at=now(), at=now(), model="m", alarm=alarm, figures=figures)
            )
        connection.execute(insert(promotions).values(model="m", at=now(), who="dana", why="better by 0.1"))
    page = ana.get("/models").text
    assert "circuit went from 0.10 to 0.40" in page
    assert "better by 0.1" in page
    assert "the scorecard ranks in its place" in page


def test_one_site_tells_its_blind_spots(ana: TestClient) -> None:
    assert "no price in 9 of 10 ads" in ana.get("/site?name=harbor").text
    assert ana.get("/site?name=nowhere").status_code == 404


def test_settings_tell_meaning_and_value_and_no_secret(tmp_path: Path) -> None:
    secret = "quiet-heron-secret"
    changed = Settings(smtp_password=SecretStr(secret), database_url=None, queue_capacity=17)
    workspace = open_workspace(tmp_path / "w", changed)
    client = TestClient(create_app(workspace, hosts=("testserver",), open_secret="x"))
    client.get("/open?secret=x")
    page = client.get("/settings").text
    workspace.close()
    assert secret not in page
    assert "password of that account" in page
    assert "17" in page
    assert "2 of" in page


def test_a_disclosure_is_shown_and_handed_out_with_its_reason_recorded(office: Workspace, seat: Seat) -> None:
    client = seat(Role.SUPERVISOR)
    asked = {"kind": "ad", "item": "harbor:1", "csrf": client.csrf}  # type: ignore[attr-defined]
    assert "Say to whom" in client.post("/disclosure", data=asked).text
    asked["reason"] = "request 12 of the defence"
    page = client.post("/disclosure", data=asked).text
    assert "What was said and done of ad harbor:1" in page
    assert "Room with a view" in page
    before = client.post("/disclosure", data={**asked, "until": "2026-04-01T00:00"}).text
    assert "Room with a view" not in before
    assert "is no date" in client.post("/disclosure", data={**asked, "until": "soon"}).text
    packed = zipfile.ZipFile(BytesIO(client.post("/disclosure/file", data=asked).content))
    assert {Path(name).suffix for name in packed.namelist() if not name.endswith("/")} == {".html", ".pdf", ".json"}
    told = [one for one in auditlog.events(office, limit=20, actor="supervisor") if one.action == "disclosure"]
    assert told[0].words == "request 12 of the defence"


def test_drawings_of_runs_and_of_reliability_fit_their_frames() -> None:
    assert strip([]) is None
    assert reliability([]) is None
    drawn = strip([(START, State.GREEN, 10), (START, None, 0), (START, State.RED, 5)])
    assert drawn is not None
    assert [bar.state for bar in drawn.bars] == ["green", "none", "red"]
    assert all(0 <= bar.y <= bar.y + bar.height <= drawn.height for bar in drawn.bars)
    plot = reliability(METRICS["model"]["reliability"])  # type: ignore[index]
    assert plot is not None
    assert plot.dots[1].y < plot.dots[0].y
    assert plot.dots[0].low is not None
    assert plot.dots[1].low is None

"""A workspace that went through every stage with a handful of ads, and clients signed in to its console."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from starlette.testclient import TestClient

from bench.serving import served
from casework import accounts, queue, sessions
from casework.records import Role
from console.app import create_app
from console.desk import COOKIE
from crawlers.records import Ad
from crawlers.stored import record_sighting
from indexer import stage as index_stage
from linker import stage as link_stage
from models import stage as score_stage
from nlp import stage as read_stage
from store import health
from store.health import Health, State
from store.settings import Settings
from store.workspace import Workspace, open_workspace

ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PASSWORD = "seven quiet herons"
START = datetime(2026, 5, 1, 12, tzinfo=UTC)
HOSTILE = (
    "<script>document.title='owned'</script><img src=x onerror=alert(1)> "
    "javascript:alert(1) https://evil.example/x?a=1&b=2 {{7*7}} ${7*7} \u202e3410-555 \u200bhidden\x07 "
    "</textarea><svg onload=alert(2)>"
)
# One phone in three spellings; an e-mail that leads on to a fourth ad; one ad that has nothing to do with them; one attack.
ADS = (
    ("harbor:1", "Evening in Austin", "Anna, 24 years old. Call (202) 555-0143. Room with a view.", "Austin, TX"),
    ("harbor:2", "Visiting Dallas", "Call two zero two five five five zero one four three. Quiet place.", "Dallas, TX"),
    ("lantern:3", "In Houston", "202.555.0143 or write to bella.test@example.org", "Houston, TX"),
    ("meadow:4", "Bella", "Only by mail: bella.test@example.org, age 22", "Houston, TX"),
    ("meadow:5", "Garden work", "Lawns and hedges in Reno. Ask for Tom, (312) 555-0187.", "Reno, NV"),
    ("harbor:6", HOSTILE[:120], HOSTILE, HOSTILE[:40]),
)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace's folder after every stage has run."""
    root = tmp_path_factory.mktemp("finished") / "workspace"
    workspace = open_workspace(root, Settings(queue_audit=5))
    with workspace.begin() as connection:
        for day, (ad_id, title, body, location) in enumerate(ADS):
            moment = START + timedelta(days=day)
            site = ad_id.partition(":")[0]
            ad = Ad(
                ad_id,
                site,
                f"https://{site}.example/{day}",
                moment,
                title=title,
                body=body,
                location=location,
                region="US",
            )
            record_sighting(connection, ad, seen_at=moment, run_id=f"run{day}")
        changed = Ad(
            "meadow:5",
            "meadow",
            "https://meadow.example/4",
            START,
            title="Garden work",
            body="Gone to Elko.",
            region="US",
        )
        record_sighting(connection, changed, seen_at=START + timedelta(days=9), run_id="run9")
        health.record(connection, [Health(START, "verdict", "harbor", "fill", State.AMBER, "no price in 9 of 10 ads")])
    (workspace.trained / "challenger").mkdir()
    for stage in (read_stage, link_stage, score_stage, index_stage):
        stage.run(workspace)
    queue.build(workspace)
    workspace.close()
    return root


@pytest.fixture
def office(finished: Path, tmp_path: Path) -> Iterator[Workspace]:
    """A copy of it for one test."""
    shutil.copytree(finished, tmp_path / "office")
    workspace = open_workspace(tmp_path / "office", Settings(queue_audit=5))
    yield workspace
    workspace.close()


@pytest.fixture
def anonymous(office: Workspace) -> TestClient:
    """A browser in which nobody is signed in."""
    return TestClient(create_app(office, hosts=("testserver",)), follow_redirects=False, raise_server_exceptions=False)


Seat = Callable[[Role], TestClient]


@pytest.fixture
def seat(office: Workspace, anonymous: TestClient) -> Seat:
    """Signs a person of a role in; `client.csrf` is the token that forms bring."""

    def sign_in(role: Role) -> TestClient:
        name = role.value.replace(" ", "-")
        with office.read() as connection:
            account = accounts.find(connection, name)
        token, session = sessions.start(office, account or accounts.add(office, name, role, None, "root"))
        anonymous.cookies.set(COOKIE, token)
        anonymous.csrf = session.csrf  # type: ignore[attr-defined]
        return anonymous

    return sign_in


@pytest.fixture
def ana(seat: Seat) -> TestClient:
    """An analyst's browser."""
    return seat(Role.ANALYST)


@pytest.fixture
def group_id(office: Workspace) -> str:
    """The group that holds the four linked ads."""
    from linker.stored import group_ids_of

    with office.read() as connection:
        return group_ids_of(connection, ["harbor:1"])["harbor:1"]


@pytest.fixture
def address(office: Workspace) -> Iterator[str]:
    """A console served over HTTP on a free port, with one analyst."""
    accounts.add(office, "ana", Role.ANALYST, PASSWORD, "root")
    with served(office) as found:
        yield found


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """The system's Chromium."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield opened
        opened.close()

"""Fixtures every room's tests share: a fresh workspace, and the real servers and browser where these are found."""

import logging
import os
import secrets
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from pydantic import SecretStr
from sqlalchemy import make_url, text

from store.database import connect
from store.settings import Settings
from store.workspace import Workspace, open_workspace
from tests.copied import copied

# No deadline: a busy machine is no failure. At a desk the examples are new each time; CI repeats the same ones.
hypothesis.settings.register_profile(
    "sidelight", deadline=None, print_blob=True, derandomize=os.environ.get("CI") == "true"
)
hypothesis.settings.load_profile("sidelight")

REQUIRE = os.environ.get("SIDELIGHT_REQUIRE_REAL") == "1"
REAL = {"elasticsearch_url", "postgresql_url", "chromium"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that asks for a real server or browser, itself or by a fixture, is slow; the others say so themselves."""
    for item in items:
        if isinstance(item, pytest.Function) and not REAL.isdisjoint(item.fixturenames):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of the machine the tests run on do not reach them."""
    for name in list(os.environ):
        if name.startswith("SIDELIGHT_") and not name.startswith(("SIDELIGHT_REQUIRE", "SIDELIGHT_TEST")):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an empty workspace: to copy it takes a tenth of the time that making its tables does."""
    root = tmp_path_factory.mktemp("blank") / "workspace"
    open_workspace(root, Settings()).close()
    return root


@pytest.fixture(autouse=True)
def _own_log() -> Iterator[None]:
    """A handler that a command put in place goes with its test: its stream is closed, and would be written to by others."""
    for handler in logging.root.handlers[:]:
        if getattr(getattr(handler, "stream", None), "closed", False):
            logging.root.removeHandler(handler)
    before, level = list(logging.root.handlers), logging.root.level
    yield
    logging.root.setLevel(level)
    for handler in logging.root.handlers[:]:
        if handler not in before and not type(handler).__module__.startswith("_pytest"):
            logging.root.removeHandler(handler)


@pytest.fixture
def workspace(blank: Path, tmp_path: Path) -> Iterator[Workspace]:
    """An empty workspace with default settings."""
    with copied(blank, tmp_path / "workspace") as opened:
        yield opened


def _missing(what: str, remedy: str) -> None:
    message = f"no {what} found: {remedy}"
    if REQUIRE:
        pytest.fail(f"{message} (SIDELIGHT_REQUIRE_REAL=1 forbids skipping it)")
    pytest.skip(message)


@pytest.fixture(scope="session")
def elasticsearch_url() -> str:
    """The URL of a running Elasticsearch: SIDELIGHT_TEST_SEARCH_URL, else one on loopback port 9200."""
    url = os.environ.get("SIDELIGHT_TEST_SEARCH_URL", "http://127.0.0.1:9200")
    try:
        with urllib.request.urlopen(f"{url}/_cluster/health", timeout=5) as answer:  # noqa: S310
            answer.read()
    except (urllib.error.URLError, OSError):
        _missing("Elasticsearch", "start one and set SIDELIGHT_TEST_SEARCH_URL (deploy/elasticsearch.sh does)")
    return url


@pytest.fixture(scope="session")
def new_elastic_settings(elasticsearch_url: str) -> Iterator[Callable[[], Settings]]:
    """Makes settings on Elasticsearch, each under a prefix of its own; the indices go when the tests are over."""
    from elasticsearch import Elasticsearch

    prefixes: list[str] = []

    def make() -> Settings:
        prefixes.append(f"test-{secrets.token_hex(4)}")
        return Settings(search_url=SecretStr(elasticsearch_url), search_prefix=prefixes[-1])

    yield make
    with Elasticsearch(elasticsearch_url) as client:
        for prefix in prefixes:
            for name in list(client.indices.get(index=f"{prefix}-*")):
                client.indices.delete(index=name)


@pytest.fixture(scope="session")
def postgresql_url() -> str:
    """The URL of a running PostgreSQL whose user may create databases: SIDELIGHT_TEST_DATABASE_URL."""
    url = os.environ.get("SIDELIGHT_TEST_DATABASE_URL")
    if url is None:
        _missing("PostgreSQL", "start one and set SIDELIGHT_TEST_DATABASE_URL (deploy/postgresql.sh does)")
    return str(url)


@pytest.fixture
def new_database(postgresql_url: str) -> Iterator[Callable[[], str]]:
    """Makes empty databases on PostgreSQL and gives their URLs; they go when the test is over."""
    owner = connect(postgresql_url).execution_options(isolation_level="AUTOCOMMIT")
    names: list[str] = []

    def make() -> str:
        names.append(f"sidelight_{secrets.token_hex(16)}")
        with owner.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {names[-1]}"))
        return make_url(postgresql_url).set(database=names[-1]).render_as_string(hide_password=False)

    yield make
    with owner.connect() as connection:
        for name in names:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    owner.dispose()


@pytest.fixture
def shared(new_database: Callable[[], str], tmp_path: Path) -> Iterator[Workspace]:
    """An empty workspace on PostgreSQL."""
    opened = open_workspace(tmp_path / "workspace", Settings(database_url=SecretStr(new_database())))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the system's Chromium."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        _missing("Chromium", "Debian: apt install chromium")
    return str(path)

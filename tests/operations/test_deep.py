"""`doctor --deep` tries a running service: there and back, certificates, clocks, ages, and whether the disk is sealed."""

import datetime as dt
import ssl
import subprocess
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from sqlalchemy import select, update

from indexer import stage
from indexer.engine import open_backend
from operations.backup import backup
from operations.deep import CANARY, certificate, mounted
from operations.doctor import examine
from operations.findings import Finding, Grade
from store import pending
from store.schema import now
from store.settings import Settings
from store.tables import pending as waiting
from store.tables import stage_versions
from store.workspace import Workspace, open_workspace

SECRETS = Path(__file__).parents[2] / "deploy" / "secrets.sh"


def _of(findings: list[Finding], topic: str) -> list[Finding]:
    return [finding for finding in findings if finding.topic == topic]


@pytest.mark.parametrize("engine", ["embedded", pytest.param("elasticsearch", marks=pytest.mark.slow)])
def test_a_marked_row_and_document_go_there_and_back_and_leave_nothing(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings()
    if engine == "elasticsearch":
        settings = request.getfixturevalue("new_elastic_settings")()
        assert settings.search_url is not None
        monkeypatch.setenv("SIDELIGHT_SEARCH_URL", settings.search_url.get_secret_value())
        monkeypatch.setenv("SIDELIGHT_SEARCH_PREFIX", settings.search_prefix)
    workspace = open_workspace(tmp_path / "workspace", settings)
    stage.ready(workspace)
    trips = _of(examine(workspace.root, deep=True), "round trip")
    assert [(one.grade, one.text.split()[2]) for one in trips] == [(Grade.OK, "row"), (Grade.OK, "document")]
    backend = open_backend(workspace)
    assert backend.health().documents == 0
    backend.close()
    with workspace.read() as connection:
        stages = connection.execute(select(stage_versions.c.stage)).scalars().all()
    assert not [stage for stage in stages if stage.startswith(CANARY)]
    workspace.close()


def test_what_has_waited_too_long_is_named_and_a_backup_that_is_missing(workspace: Workspace, tmp_path: Path) -> None:
    with workspace.begin() as connection:
        pending.announce(connection, "ads", ["s:1"])
        connection.execute(update(waiting).values(since=now() - dt.timedelta(hours=7)))
    findings = examine(workspace.root, deep=True)
    assert [one.grade for one in _of(findings, "stage read")][-1] is Grade.BROKEN
    assert _of(findings, "backup")[0].text == "no backup was made yet"
    backup(workspace, tmp_path / "copy", with_keys=False)
    assert _of(examine(workspace.root, deep=True), "backup")[0].grade is Grade.OK


def test_clock_and_tables_of_a_server_are_looked_at(shared: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shared.settings.database_url is not None
    monkeypatch.setenv("SIDELIGHT_DATABASE_URL", shared.settings.database_url.get_secret_value())
    findings = examine(shared.root, deep=True)
    assert _of(findings, "clock")[0].grade is Grade.OK
    assert _of(findings, "tables")[0].grade is Grade.OK


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], tuple[int, str]]:
    """Serves TLS with a certificate of deploy/secrets.sh that is good for so many days; port and authority."""

    def serve(days: int) -> tuple[int, str]:
        folder = tmp_path_factory.mktemp("secrets")
        environment = {"SIDELIGHT_CERTIFICATE_DAYS": str(days), "PATH": "/usr/bin:/bin"}
        subprocess.run([str(SECRETS), str(folder)], env=environment, check=True, capture_output=True)
        server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "search.pem", folder / "search.key")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server.server_port, str(folder / "ca.pem")

    return serve


@pytest.mark.slow
def test_a_certificate_is_told_before_it_ends_and_one_of_nobody_is_refused(
    served: Callable[[int], tuple[int, str]],
) -> None:
    port, authority = served(10)
    soon = certificate("search", "localhost", port, authority)
    assert soon.grade is Grade.NOTE
    assert "days left" in soon.text
    assert certificate("search", "localhost", port).grade is Grade.BROKEN


def test_where_a_folder_is_mounted_is_the_nearest_mount_above_it(tmp_path: Path) -> None:
    table = tmp_path / "mounts"
    table.write_text(f"/dev/sda1 / ext4 rw 0 0\ngocryptfs {tmp_path}/sealed\\040one fuse.gocryptfs rw 0 0\n")
    (tmp_path / "sealed one" / "workspace").mkdir(parents=True)
    assert mounted(tmp_path / "sealed one" / "workspace", table) == (
        f"{tmp_path}/sealed one",
        "fuse.gocryptfs",
        "gocryptfs",
    )
    assert mounted(tmp_path, table) == ("/", "ext4", "/dev/sda1")
    assert mounted(tmp_path, tmp_path / "none") is None

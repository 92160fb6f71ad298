"""Which engine answers, and that none is spoken to in the open."""

import shutil
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from elasticsearch import Elasticsearch
from pydantic import SecretStr

from indexer import stage
from indexer.backend import IndexMissing, SearchError, SearchUnavailable, State
from indexer.engine import open_backend, server
from indexer.search import search
from store.errors import SettingsError
from store.settings import Settings
from store.workspace import Workspace, open_workspace


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("http://search.example:9200", "use https://"),
        ("http://user:secret@search.example:9200", "use https://"),
        ("https://search.example:9200", "no credentials"),
        ("https://user@search.example", "no credentials"),
        ("http://127.0.0.1.example:9200", "use https://"),
        ("http://10.0.0.7:9200", "use https://"),
        ("ftp://127.0.0.1", "no web address"),
        ("nonsense", "no web address"),
        ("http://127.0.0.1:notaport", "no web address"),
    ],
)
def test_a_server_elsewhere_is_refused_without_encryption_and_credentials(url: str, complaint: str) -> None:
    with pytest.raises(SettingsError, match=complaint) as caught:
        server(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "address", "user", "password"),
    [
        ("http://127.0.0.1:9200", "http://127.0.0.1:9200", "", ""),
        ("http://localhost", "http://localhost:9200", "", ""),
        ("http://[::1]:9200/", "http://[::1]:9200", "", ""),
        ("https://us%40er:p%3Aw@search.example", "https://search.example:443", "us@er", "p:w"),
    ],
)
def test_credentials_are_taken_out_of_the_address(url: str, address: str, user: str, password: str) -> None:
    assert server(url) == (address, user, password)


def test_a_server_that_is_away_is_named_in_one_sentence(workspace: Workspace) -> None:
    # Port 9 is the discard service: nothing listens on it here.
    away = Workspace(workspace.root, Settings(search_url=SecretStr("http://127.0.0.1:9")))
    with pytest.raises(SearchUnavailable, match=r"127\.0\.0\.1:9 does not answer"):
        search(away, "evening")
    assert open_backend(away).health().state is State.UNAVAILABLE


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (401, r"refuses these credentials \(401\); correct search_url"),
        (403, r"refuses these credentials \(403\); correct search_url"),
        (503, r"is overloaded or starting \(503\)"),
    ],
)
def test_a_server_that_refuses_says_whether_to_correct_the_address_or_to_wait(
    workspace: Workspace, status: int, told: str
) -> None:
    class Refusing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in (("content-type", "application/json"), ("x-elastic-product", "Elasticsearch")):
                self.send_header(name, value)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        do_POST = do_GET  # noqa: N815

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as refusing:
        threading.Thread(target=refusing.serve_forever, kwargs={"poll_interval": 0.05}).start()
        address = f"http://127.0.0.1:{refusing.server_address[1]}"
        with pytest.raises(SearchUnavailable, match=told):
            search(Workspace(workspace.root, Settings(search_url=SecretStr(address))), "evening")
        refusing.shutdown()


def test_an_index_that_went_away_under_an_open_reader_is_said_to_be_missing(
    tmp_path: Path, new_elastic_settings: Callable[[], Settings], put: Callable[..., None]
) -> None:
    settings = new_elastic_settings()
    workspace = open_workspace(tmp_path / "workspace", settings)
    put(workspace, [1, 2])
    stage.run(workspace)
    backend = open_backend(workspace)
    assert search(workspace, "", backend=backend).total == 2
    with Elasticsearch(str(settings.search_url and settings.search_url.get_secret_value())) as client:
        for name in list(client.indices.get(index=f"{settings.search_prefix}-*")):
            client.indices.delete(index=name)
    with pytest.raises(IndexMissing, match="run `sidelight index rebuild`"):
        search(workspace, "", backend=backend)
    backend.close()
    workspace.close()


def test_an_index_whose_files_are_damaged_or_gone_says_what_to_run(
    workspace: Workspace, put: Callable[..., None]
) -> None:
    put(workspace, [1])
    stage.run(workspace)
    for one in workspace.root.rglob("meta.json"):
        one.write_bytes(b"no index at all")
    with pytest.raises(SearchError, match=r"engine failed: .* run `sidelight index rebuild`"):
        search(workspace, "evening")
    for one in list(workspace.root.rglob("meta.json")):
        shutil.rmtree(one.parent)
    with pytest.raises(SearchError, match=r"cannot be read .* run `sidelight index rebuild`"):
        search(workspace, "evening")

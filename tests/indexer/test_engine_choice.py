"""Which engine answers, and that none is spoken to in the open."""

import pytest
from pydantic import SecretStr

from indexer.backend import SearchUnavailable, State
from indexer.engine import open_backend, server
from indexer.search import search
from store.errors import SettingsError
from store.settings import Settings
from store.workspace import Workspace


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

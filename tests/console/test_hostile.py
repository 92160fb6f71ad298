"""What an ad holds cannot act: it is text, its links are dead, what hides is shown."""

import re
import unicodedata
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from casework.records import Role
from console.sealed import seal
from console.visible import UNSEEN, plain, shown
from store.workspace import Workspace
from tests.console.conftest import HOSTILE, Seat

# Every page's own, and no other; each is vendored or written here.
SCRIPTS = [f"/static/{name}.js" for name in ("trust", "vendor/htmx.min", "figures", "keys")]


class _Seen(HTMLParser):
    """Tags and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.scripts: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        if tag == "script":
            self.scripts.append(dict(attrs).get("src"))


def _pages(office: Workspace) -> list[str]:
    from linker.stored import group_ids_of

    with office.read() as connection:
        group = group_ids_of(connection, ["harbor:6"])["harbor:6"]
    return [
        "/ad?id=harbor:6",
        f"/group?id={quote(group)}",
        f"/templates?id={quote(group)}",
        f"/search?s={seal(office, 'site:harbor')}",
        f"/search?s={seal(office, HOSTILE)}",
        f"/ad?id={quote(HOSTILE)}",
        f"/group?id={quote(HOSTILE)}",
        f"/why?left=harbor:6&right={quote(HOSTILE)}",
        f"/audit?actor={quote(HOSTILE)}&action={quote(HOSTILE)}",
        "/queue",
        f"/queue?day={quote(HOSTILE)}",
    ]


def test_on_every_page_hostile_text_is_only_text(office: Workspace, seat: Seat) -> None:
    client = seat(Role.SUPERVISOR)
    for address in _pages(office):
        answer = client.get(address)
        seen = _Seen()
        seen.feed(answer.text)
        assert seen.tags.isdisjoint({"img", "iframe", "object", "embed", "style", "base"}), address
        assert seen.scripts == SCRIPTS, address
        assert not [name for name, _ in seen.attributes if name.startswith("on") or name == "style"], address
        links = [value or "" for name, value in seen.attributes if name in {"href", "src", "action", "xlink:href"}]
        assert not [link for link in links if not re.match(r"/[^/\\]|/$|#", link)], address
        assert not set("\u202e\u200b\x07") & set(answer.text), address
        assert ">49<" not in answer.text, address


def test_every_answer_carries_the_policy(office: Workspace, ana: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    addresses = ("/queue", "/no-such-page", "/audit", "/static/base.css", "/api/queue", "/healthz", "/sign-in")
    answers = [ana.get(address) for address in addresses]
    answers.append(ana.get("/queue", headers={"Host": "evil.example"}))
    monkeypatch.setattr("casework.adfiles.load", None)
    answers.append(ana.get("/ad?id=harbor:1"))
    assert answers[-1].status_code == 500
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; ")
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"


def test_cookies_are_for_this_site_and_no_script(anonymous: TestClient) -> None:
    cookie = anonymous.get("/sign-in").headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie


def test_every_character_that_is_not_seen_is_found() -> None:
    hidden = {
        character
        for character in map(chr, range(0x110000))
        if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} and character not in "\n\t\r"
    }
    assert {character for character in hidden if not UNSEEN.match(character)} == set()


@pytest.mark.parametrize("text", ["plain text", "línea\nnueva\t", "日本語", "שלום", "5'5\"", "naïve café ★"])
def test_honest_text_is_left_alone(text: str) -> None:
    assert plain(text) == text


@given(st.text())
def test_shown_text_holds_no_unseen_character_and_no_markup_of_its_own(text: str) -> None:
    page = str(shown(text))
    assert not UNSEEN.search(page)
    bare = re.sub(r'<span class="unseen" title="[^"<>]*">[0-9A-F]+</span>', "", page)
    assert "<" not in bare
    assert ">" not in bare

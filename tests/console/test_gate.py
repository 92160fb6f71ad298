"""What stands before every page: it lets nothing through that comes from elsewhere, is too large or does not say its size."""

import asyncio
import logging

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from console.security import HEADERS, LARGEST_FORM, Gate


async def _page(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["path"] == "/fails":
        raise ValueError("words of an ad")
    await PlainTextResponse("a page", headers={"Cache-Control": "public", "X-Frame-Options": "ALLOW"})(
        scope, receive, send
    )


def _browser(*, secure: bool = False) -> TestClient:
    return TestClient(Gate(_page, ["console.example", "::1"], secure=secure), base_url="http://console.example")


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("console.example", 200), ("console.example:8443", 200), ("CONSOLE.example", 200), ("[::1]:8000", 200),
        ("evil.example", 421), ("console.example.evil.example", 421), ("", 421), ("[", 421),
    ],
)  # fmt: skip
def test_only_its_own_names_are_answered(host: str, status: int) -> None:
    assert _browser().get("/", headers={"Host": host}).status_code == status


@pytest.mark.parametrize(
    ("site", "status"),
    [("same-origin", 200), ("none", 200), (None, 200), ("same-site", 403), ("cross-site", 403), ("", 403)],
)
def test_a_form_comes_from_this_site(site: str | None, status: int) -> None:
    headers = {} if site is None else {"Sec-Fetch-Site": site}
    assert _browser().post("/", content=b"x", headers=headers).status_code == status
    assert _browser().get("/", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("length", "status"),
    [("0", 200), (f"{LARGEST_FORM}", 200), (f"{LARGEST_FORM + 1}", 413), ("-1", 413), ("1e3", 413)],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_form_says_its_length_and_is_not_too_long(method: str, length: str, status: int) -> None:
    answer = _browser().request(method, "/", headers={"Content-Length": length})
    assert answer.status_code == status
    for quiet in ("GET", "HEAD"):
        assert _browser().request(quiet, "/", headers={"Content-Length": length}).status_code == 200


@pytest.mark.parametrize("secure", [True, False])
def test_every_answer_and_every_refusal_has_the_headers(secure: bool) -> None:
    browser = _browser(secure=secure)
    for answer in (browser.get("/"), browser.get("/", headers={"Host": "evil.example"}), browser.get("/static/a.css")):
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        kept = "no-cache" if answer.url.path.startswith("/static/") else "no-store"
        assert answer.headers["Cache-Control"] == kept
        assert ("Strict-Transport-Security" in answer.headers) is secure


def test_a_failure_is_logged_by_its_kind_alone(caplog: pytest.LogCaptureFixture) -> None:
    scope = {"type": "http", "method": "GET", "path": "/fails", "headers": [(b"host", b"console.example")]}
    sent: list[object] = []

    async def send(message: object) -> None:
        sent.append(message)

    with caplog.at_level(logging.ERROR):
        asyncio.run(Gate(_page, ["console.example"], secure=False)(scope, send, send))  # type: ignore[arg-type]
    assert "ValueError while answering /fails" in caplog.text
    assert "words of an ad" not in caplog.text
    assert sent == []


def test_what_is_no_request_for_a_page_goes_through() -> None:
    seen: list[str] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope["type"])

    asyncio.run(Gate(app, [], secure=False)({"type": "lifespan"}, None, None))  # type: ignore[arg-type]
    assert seen == ["lifespan"]

"""The browser's proxy reaches the site's own hosts at permitted addresses, passes text and code, and nothing else."""

import asyncio
from collections.abc import Callable

import pytest

from crawlers.gate import Gate
from crawlers.manifest import Manifest
from crawlers.page import BODY_LIMIT
from tests.crawlers.conftest import Web


def through(web: Web, ask: Callable[[str], str], **changes: object) -> tuple[bytes, dict[str, int]]:
    """What comes back when this is written to a gate of the site on `web`, and what the gate refused."""
    facts = {"name": "harbor", "start": [f"http://{web.origin}/"], "listing": "pages", "allow_private": [web.origin]}
    manifest = Manifest.model_validate({**facts, **changes})

    async def run() -> tuple[bytes, dict[str, int]]:
        gate = Gate(manifest)
        await gate.open()
        reader, writer = await asyncio.open_connection("127.0.0.1", gate.port)
        writer.write(ask(web.origin).encode())
        answer = await asyncio.wait_for(reader.read(-1), 30)
        writer.close()
        await gate.close()
        return answer, dict(gate.refused)

    return asyncio.run(run())


def get(path: str, *lines: str) -> Callable[[str], str]:
    return lambda origin: "\r\n".join([f"GET http://{origin}{path} HTTP/1.1", f"Host: {origin}", *lines, "", ""])


@pytest.fixture(autouse=True)
def pages(web: Web) -> None:
    web.put("/data.json", "[1]", "application/json")
    web.put("/x.js", "1", "text/javascript")
    web.put("/noise", b"\x00" * 100, "image/png")
    web.put("/large", "x" * (BODY_LIMIT + 4_000_000), "text/plain")


def test_text_and_code_of_the_site_pass_without_what_is_for_the_proxy(web: Web) -> None:
    answer, refused = through(web, get("/data.json", "Proxy-Authorization: x", "Accept-Encoding: br"))
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"[1]")
    assert refused == {}
    path, headers = web.asked[0]
    assert path == "/data.json"
    assert "Proxy-Authorization" not in headers
    assert headers["Accept-Encoding"] == "identity"
    assert through(web, get("/x.js"))[0].endswith(b"1")


def test_media_is_cut_at_its_head_and_a_body_at_the_limit(web: Web) -> None:
    answer, refused = through(web, get("/noise"))
    assert answer.startswith(b"HTTP/1.1 403")
    assert b"\x00" not in answer
    assert refused == {"media": 1}
    answer, _ = through(web, get("/large"))
    assert len(answer) <= BODY_LIMIT + 1000


@pytest.mark.parametrize(
    ("ask", "reason"),
    [
        ("GET http://127.0.0.1:9/ HTTP/1.1\r\n\r\n", "offsite"),
        ("CONNECT 127.0.0.1:9 HTTP/1.1\r\n\r\n", "offsite"),
        ("CONNECT example.org:25 HTTP/1.1\r\n\r\n", "offsite"),
        ("GET http://localhost:9/ HTTP/1.1\r\n\r\n", "private"),
        ("CONNECT localhost:9 HTTP/1.1\r\n\r\n", "private"),
        ("GET ftp://127.0.0.1/ HTTP/1.1\r\n\r\n", "scheme"),
        ("GET file:///etc/hostname HTTP/1.1\r\n\r\n", "scheme"),
        ("GET /data.json HTTP/1.1\r\n\r\n", "scheme"),
        ("CONNECT localhost HTTP/1.1\r\n\r\n", "scheme"),
        ("TRACE http://localhost:9/ HTTP/1.1\r\n\r\n", "method"),
    ],
)
def test_everything_else_is_refused_with_its_reason(web: Web, ask: str, reason: str) -> None:
    answer, refused = through(web, lambda _: ask, hosts=["localhost:9"])
    assert answer.startswith(b"HTTP/1.1 403")
    assert refused == {reason: 1}
    assert web.asked == []


@pytest.mark.parametrize(
    "ask", ["\r\n\r\n", "x" * 70_000, "GET http://[::1 HTTP/1.1\r\n\r\n", "CONNECT a:b:c HTTP/1.1\r\n\r\n"]
)
def test_nonsense_ends_the_connection(web: Web, ask: str) -> None:
    answer, refused = through(web, lambda _: ask)
    assert not answer.startswith(b"HTTP/1.1 200")
    assert sum(refused.values()) == 1

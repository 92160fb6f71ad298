"""Serves a market's sites on loopback and counts what is asked for; the day can be changed while it runs.

A few lines of HTTP/1.1 on asyncio: a rehearsal crawl must not wait for its server (thousands of pages a second).
"""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from market.catalogue import Catalogue
from market.layouts import harbor, lantern, meadow, thicket
from market.layouts.answer import Answer, Layout, json, missing, page

LAYOUTS: dict[str, Layout] = {
    "harbor": harbor.answer,
    "lantern": lantern.answer,
    "meadow": meadow.answer,
    "thicket": thicket.answer,
}
TRAPS = ("/harbor/private/", "/lantern/trap/", "/meadow/hidden/")
ROBOTS = "User-agent: *\nCrawl-delay: 0\n" + "".join(f"Disallow: {trap}\n" for trap in TRAPS)
REASONS = {
    200: "OK",
    302: "Found",
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    410: "Gone",
    413: "Too Large",
    500: "Error",
}
REQUEST_LIMIT = 64 * 1024


class Market:
    """A served market. `day` selects what is to be seen (None: all ads); `paths` and `media` count requests.

    `rewrite` may turn the answer to a path and query into another one: how a site that breaks is rehearsed.
    """

    def __init__(self, directory: Path | str, day: int | None = None) -> None:
        self.catalogue = Catalogue(directory)
        self.day = day
        self.port = 0
        self.paths: Counter[str] = Counter()
        self.media = 0
        self.rewrite: Callable[[str, Answer], Answer] = lambda _, answer: answer

    @property
    def origin(self) -> str:
        """host:port"""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """Where the sites are."""
        return f"http://{self.origin}"

    @property
    def trapped(self) -> int:
        """How many requests went where robots.txt forbids."""
        return sum(count for path, count in self.paths.items() if path.startswith(TRAPS))

    def answer(self, target: str) -> Answer:
        """The answer to a GET of `target` (path and query), counted."""
        parts = urlsplit(target)
        path = unquote(parts.path)
        if path == "/_stats":
            return json({"media": self.media, "trapped": self.trapped, "paths": dict(sorted(self.paths.items()))})
        self.paths[path] += 1
        if path in {"/robots.txt", *(f"/{site}/robots.txt" for site in LAYOUTS)}:
            return Answer(200, "text/plain", ROBOTS.encode())
        if path == "/":
            return page("Market", "".join(f'<p><a href="/{site}/">{site}</a></p>' for site in LAYOUTS))
        site, _, rest = path.lstrip("/").partition("/")
        layout = LAYOUTS.get(site)
        if layout is None:
            return missing()
        if rest.startswith("media/"):
            self.media += 1
            return missing()
        return layout(self.catalogue.view(site, self.day), rest, dict(parse_qsl(parts.query)))


class _Connection(asyncio.Protocol):
    """One client; keeps the connection open and answers requests in their order."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.buffer = b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport if isinstance(transport, asyncio.Transport) else None

    def data_received(self, data: bytes) -> None:
        if self.transport is None:
            return
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head, self.buffer = self.buffer[:end], self.buffer[end + 4 :]
            words = head.partition(b"\r\n")[0].split(b" ")
            if len(words) != 3 or words[0] not in {b"GET", b"HEAD"}:
                self._send(page("No", "<p>Only GET.</p>", status=405), body=True)
                self.transport.close()
                return
            target = words[1].decode("latin-1")
            self._send(self.market.rewrite(target, self.market.answer(target)), body=words[0] == b"GET")
            if b"connection: close" in head.lower():
                self.transport.close()
                return
        if len(self.buffer) > REQUEST_LIMIT:
            self._send(page("No", "<p>Too much.</p>", status=413), body=True)
            self.transport.close()

    def _send(self, answer: Answer, *, body: bool) -> None:
        if self.transport is None:
            return
        head = (
            f"HTTP/1.1 {answer.status} {REASONS[answer.status]}\r\nContent-Type: {answer.content_type}\r\n"
            f"Content-Length: {len(answer.body)}\r\n{answer.more}\r\n"
        ).encode("latin-1")
        self.transport.write(head + answer.body if body else head)


async def listen(market: Market, port: int) -> asyncio.Server:
    """Begin to serve on 127.0.0.1; port 0 takes a free one, found in `market.port`."""
    server = await asyncio.get_running_loop().create_server(lambda: _Connection(market), "127.0.0.1", port)
    market.port = server.sockets[0].getsockname()[1]
    return server


@contextmanager
def serve(directory: Path | str, port: int = 0, day: int | None = None) -> Iterator[Market]:
    """Serve in a thread while the block runs: `with serve("market-7") as market: ... market.url`."""
    market = Market(directory, day)
    loop = asyncio.new_event_loop()
    ready = threading.Event()
    failed: list[OSError] = []

    def run() -> None:
        try:
            server = loop.run_until_complete(listen(market, port))
        except OSError as problem:
            failed.append(problem)
            return
        finally:
            ready.set()
        loop.run_forever()
        server.close()

    thread = threading.Thread(target=run, name="market", daemon=True)
    thread.start()
    ready.wait()
    try:
        if failed:
            raise failed[0]
        yield market
    finally:
        if not failed:
            loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

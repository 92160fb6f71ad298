"""A proxy before an Elasticsearch that does to bulk writes what a busy cluster does: refuses, breaks down, loses answers.

Everything else passes untouched. What it does is drawn from one seeded generator and counted.
"""

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any

import orjson
import urllib3

LINES = {"index": 2, "create": 2, "update": 2, "delete": 1}
ANSWERED = {"content-type": "application/vnd.elasticsearch+json", "x-elastic-product": "Elasticsearch"}
Reply = tuple[int, Mapping[str, str], bytes]
TOO_MANY: dict[str, Any] = {"type": "es_rejected_execution_exception", "reason": "rejected by the proxy"}


@dataclass(frozen=True, slots=True)
class Faults:
    """Shares of bulk requests (and, for `refused`, of the items in those that pass) that meet each fault."""

    refused: float = 0.30  # 429
    broken: float = 0.05  # 503
    lost: float = 0.02  # applied by the server, and never answered


class Proxy(ThreadingHTTPServer):
    """One proxy; `done` counts what it did."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, target: str, faults: Faults, seed: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pool = urllib3.connection_from_url(target, maxsize=4, timeout=60, retries=False)
        self.faults = faults
        self.draw = Random(seed)
        self.done: Counter[str] = Counter()
        self.over = threading.Event()

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"

    def pass_on(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """What the server answers."""
        reply = self.pool.request(method, path, body=body or None, headers=dict(headers))
        return reply.status, _kept(reply.headers), reply.data

    def bulk(self, path: str, body: bytes, headers: Mapping[str, str]) -> Reply | None:
        """What becomes of a bulk request; None where its answer is lost."""
        self.done["bulk requests"] += 1
        rolled = self.draw.random()
        for share, status in ((self.faults.refused, 429), (self.faults.broken, 503)):
            rolled -= share
            if rolled < 0:
                self.done[f"requests answered {status}"] += 1
                return status, ANSWERED, orjson.dumps({"error": TOO_MANY, "status": status})
        if rolled - self.faults.lost < 0:
            self.pass_on("POST", path, body, headers)
            self.done["requests applied and not answered"] += 1
            return None
        return self._some(path, body, headers)

    def _some(self, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Pass a part of the items on, and put 429 in the places of the others."""
        items = list(_items(body))
        turned_away = [self.draw.random() < self.faults.refused for _ in items]
        self.done["items answered 429"] += sum(turned_away)
        answered: Iterator[Any] = iter(())
        if kept := b"".join(lines for (_, _, lines), away in zip(items, turned_away, strict=True) if not away):
            status, passed, content = self.pass_on("POST", path, kept, headers)
            if status != 200:
                return status, passed, content
            answered = iter(orjson.loads(content)["items"])
        merged = [
            {action: {"_id": key, "status": 429, "error": TOO_MANY}} if away else next(answered)
            for (action, key, _), away in zip(items, turned_away, strict=True)
        ]
        return 200, ANSWERED, orjson.dumps({"took": 1, "errors": any(turned_away), "items": merged})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Proxy

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.path.split("?")[0].endswith("/_bulk"):
            reply = self.server.bulk(self.path, body, _kept(self.headers))
        else:
            reply = self.server.pass_on(self.command, self.path, body, _kept(self.headers))
        if reply is None:
            self.server.over.wait(60)  # the client gives up long before
            self.close_connection = True
            return
        status, headers, content = reply
        self.send_response(status)
        for name, value in {**headers, "content-length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _answer  # noqa: N815

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002
        """Nothing: what was done is counted."""


def _kept(headers: Any) -> dict[str, str]:
    wanted = {"content-type", "accept", "x-elastic-product"}
    return {name.lower(): value for name, value in headers.items() if name.lower() in wanted}


def _items(body: bytes) -> Iterator[tuple[str, str, bytes]]:
    """Action, id and lines of each item of a bulk request."""
    lines = body.splitlines(keepends=True)
    at = 0
    while at < len(lines):
        ((action, about),) = orjson.loads(lines[at]).items()
        count = LINES[action]
        yield action, str(about["_id"]), b"".join(lines[at : at + count])
        at += count


@contextmanager
def faulty(target: str, faults: Faults, seed: int) -> Iterator[Proxy]:
    """A proxy on a free port of loopback while the block runs."""
    proxy = Proxy(target, faults, seed)
    thread = threading.Thread(target=proxy.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.over.set()
        proxy.shutdown()
        proxy.server_close()
        thread.join(10)

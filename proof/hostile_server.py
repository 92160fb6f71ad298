"""A web server on raw sockets that answers as badly as it is told to, listeners that nobody may reach, a crawl to watch."""

import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import yaml

from crawlers import runs
from crawlers.records import RunVerdict
from store.workspace import Workspace

ROOT = Path(__file__).parents[1]
Answer = bytes | Callable[[socket.socket], None]
AD = {"native_id": "article::attr(data-id)", "title": ".title", "body": ".body"}
LISTING = {
    "ads": "xpath://a[contains(@class,'ad')]/@href | //loc/text() | //guid/text()",
    "next": "a.next::attr(href)",
    "categories": "a.town::attr(href)",
}


def page(body: str | bytes, kind: str | None = "text/html; charset=utf-8", status: int = 200, **headers: str) -> bytes:
    """A well-made answer; header names are written with underscores."""
    said = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} Fine", f"Content-Length: {len(said)}", "Connection: close"]
    lines += [f"Content-Type: {kind}"] if kind else []
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + said


def ad(number: int | str) -> bytes:
    """An ad's page."""
    said = f'<div class="title">Title {number}</div><div class="body">Body of ad {number}</div>'
    return page(f'<article data-id="{number}">{said}</article>')


@dataclass
class Server:
    """Answers by exact path, then by `otherwise`; `asked` lists the paths. Every connection serves one request."""

    host: str = "127.0.0.1"
    port: int = 0
    pages: dict[str, Answer] = field(default_factory=dict)
    otherwise: Callable[[str], Answer | None] = lambda _: None
    asked: list[str] = field(default_factory=list)
    tls: ssl.SSLContext | None = None
    times: list[float] = field(default_factory=list)  # of the requests, in seconds

    @property
    def origin(self) -> str:
        """host:port"""
        return f"{self.host}:{self.port}"

    def answer(self, path: str) -> Answer:
        """What is said to a request for `path`."""
        found = self.pages.get(path)
        return found if found is not None else self.otherwise(path) or page("<h1>Not found</h1>", status=404)


@contextmanager
def served(*servers: Server) -> Iterator[None]:
    """The servers, each on its host and port (0: a free one), while inside."""
    sockets = []
    for one in servers:
        listener = socket.create_server((one.host, one.port), backlog=128)
        one.port = listener.getsockname()[1]
        sockets.append(listener)
        threading.Thread(target=_serve, args=(one, listener), daemon=True).start()
    try:
        yield
    finally:
        for listener in sockets:
            _close(listener)


def _serve(server: Server, listener: socket.socket) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_talk, args=(server, connection), daemon=True).start()


def _talk(server: Server, connection: socket.socket) -> None:
    with connection:
        try:
            if server.tls is not None:
                connection = server.tls.wrap_socket(connection, server_side=True)
            head = b""
            while b"\r\n\r\n" not in head:
                part = connection.recv(65536)
                if not part:
                    return
                head += part
            path = head.split(b" ", 2)[1].decode("latin-1")
            server.asked.append(path)
            server.times.append(time.monotonic())
            answer = server.answer(path)
            if isinstance(answer, bytes):
                connection.sendall(answer)
            else:
                answer(connection)
        except OSError:
            return  # the crawler hung up, as it should on most of this


@dataclass
class Canary:
    """Listeners on 127.0.0.1 and ::1 at one port, where no crawl may connect; `touched` counts who did."""

    port: int = 0
    touched: int = 0


@contextmanager
def canary() -> Iterator[Canary]:
    """A canary while inside."""
    watched = Canary()
    first = socket.create_server(("127.0.0.1", 0))
    watched.port = first.getsockname()[1]
    listeners = [first, socket.create_server(("::1", watched.port), family=socket.AF_INET6)]

    def watch(listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            watched.touched += 1
            connection.close()

    for listener in listeners:
        threading.Thread(target=watch, args=(listener,), daemon=True).start()
    try:
        yield watched
    finally:
        for listener in listeners:
            _close(listener)


def _close(listener: socket.socket) -> None:
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def write_site(workspace: Workspace, server: Server, name: str, **changes: Any) -> None:
    """A site on `server` whose listing begins at /name/."""
    manifest = {
        "name": name,
        "start": [f"http://{server.origin}/{name}/"],
        "listing": "pages",
        "pace": {"delay": 0, "concurrency": 4, "autothrottle": False},
        "allow_private": [server.origin],
        "select": {"listing": LISTING, "ad": AD},
        **changes,
    }
    folder = workspace.sites / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "site.yml").write_text(yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True))


@dataclass(frozen=True, slots=True)
class Watched:
    """A crawl that was watched: verdicts by site, and the peak of its memory in MiB."""

    verdicts: dict[str, RunVerdict]
    memory: float


def watch(workspace: Workspace, names: Sequence[str], module: str = "crawlers.process") -> Watched:
    """Crawl in one process (that of the product, or `module`, which starts it) and look at it meanwhile."""
    order = {"workspace": str(workspace.root), "sites": [], "names": list(names), "origin": None}
    peak, run_ids = 0.0, {}
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-m", module], cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("no pipes")
        process.stdin.write(orjson.dumps(order, option=orjson.OPT_APPEND_NEWLINE))
        process.stdin.flush()
        done = threading.Event()

        def measure() -> None:
            nonlocal peak
            while not done.wait(0.1):
                peak = max(peak, _memory(process.pid))

        threading.Thread(target=measure, daemon=True).start()
        for line in process.stdout:
            report = orjson.loads(line)
            if report.get("problem"):
                raise RuntimeError(f"{report['site']}: {report['problem']}")
            if "run_id" in report:
                run_ids[report["site"]] = report["run_id"]
        done.set()
    if process.returncode:
        raise RuntimeError(f"the crawling process ended with {process.returncode}")
    with workspace.read() as connection:
        verdicts = {site: runs.verdict(connection, run_id) for site, run_id in run_ids.items()}
    return Watched({site: one for site, one in verdicts.items() if one is not None}, peak)


def _memory(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0.0)

"""A small real web server, and folders of sites that are on it."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from store.workspace import Workspace

HTML = "text/html; charset=utf-8"


@pytest.fixture(autouse=True)
def _room_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """How full the disk of this machine is colours no run."""
    monkeypatch.setenv("SIDELIGHT_DISK_WARNING", "1")


@dataclass
class Web:
    """Pages by path; `asked` lists each request as (path, headers). `at_page` runs before each answer."""

    pages: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    origin: str = ""

    def put(self, path: str, body: str | bytes, kind: str | None = HTML, status: int = 200, **headers: str) -> None:
        """Serve `body` at `path`; header names are written with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named |= {"Content-Type": kind} if kind else {}
        self.pages[path] = (status, named, body.encode() if isinstance(body, str) else body)

    def ad(self, path: str, number: int, **fields: str) -> None:
        """Serve an ad page of the tests' usual layout."""
        said = {"title": f"Title {number}", "body": f"Body of ad {number}", **fields}
        shown = "".join(f'<div class="{name}">{text}</div>' for name, text in said.items())
        self.put(path, f'<article data-id="{number}">{shown}<img src="/pictures/{number}.jpg"></article>')

    def listing(self, path: str, *ads: str, following: str = "", more: str = "") -> None:
        """Serve a listing page of the tests' usual layout."""
        anchors = "".join(f'<li><img src="/p.png"><a class="ad" href="{ad}">an ad</a></li>' for ad in ads)
        onward = f'<a class="next" href="{following}">next</a>' if following else ""
        self.put(path, f"<ol>{anchors}</ol>{onward}{more}")

    def paths(self) -> list[str]:
        """The paths asked for."""
        return [path for path, _ in self.asked]


@pytest.fixture
def web() -> Iterator[Web]:
    """A server on a free port of 127.0.0.1."""
    served = Web()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            served.asked.append((self.path, dict(self.headers)))
            status, headers, body = served.pages.get(self.path, (404, {"Content-Type": HTML}, b"<h1>Not found</h1>"))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    served.origin = f"127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield served
    server.shutdown()
    thread.join()
    server.server_close()


AD = {"native_id": "article::attr(data-id)", "title": ".title", "body": ".body"}
LISTING = {"ads": "a.ad::attr(href)", "next": "a.next::attr(href)"}


@pytest.fixture
def make_site(workspace: Workspace, web: Web) -> Callable[..., Path]:
    """`make_site(name, **changes)`: a site of the tests' usual layout on `web`, with changes to its manifest."""

    def make(name: str, **changes: Any) -> Path:
        manifest = {
            "name": name,
            "start": [f"http://{web.origin}/{name}/"],
            "listing": "pages",
            "pace": {"delay": 0, "concurrency": 8, "autothrottle": False},
            "allow_private": [web.origin],
            "select": {"listing": LISTING, "ad": AD},
            **changes,
        }
        path = workspace.sites / name / "site.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(manifest, sort_keys=False))
        return path

    return make

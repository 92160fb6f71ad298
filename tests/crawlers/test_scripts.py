"""Pages built by scripts are read as the system's Chromium makes them, and no script leads it anywhere else."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from sqlalchemy import select
from warcio.archiveiterator import ArchiveIterator

from crawlers.archives import import_warc
from crawlers.captures import body_of, verify
from crawlers.run import crawl
from crawlers.sites import discover
from crawlers.tables import ads
from store.settings import Settings
from store.workspace import Workspace, open_workspace
from tests.crawlers.conftest import Web

pytestmark = pytest.mark.usefixtures("chromium")
LISTING = """<ol id="list"></ol><script>
fetch("/data.json").then(answer => answer.json()).then(numbers => {
  const list = document.getElementById("list");
  for (const number of numbers) list.innerHTML += `<li><a class="ad" href="/ad/${number}">an ad</a></li>`;
});</script>"""
AD = """<main></main><img src="/pictures/1.jpg"><link rel="icon" href="/icon.png"><script src="/ad.js"></script>"""
AD_SCRIPT = """const number = location.pathname.split("/").pop();
document.querySelector("main").innerHTML =
  `<article data-id="${number}"><div class="title">Title ${number}</div><div class="body">Made by script</div></article>`;
new Image().src = "/pictures/2.jpg"; fetch("/pictures/3.jpg"); fetch("/sneaky").catch(() => 0);"""


class Canary:
    """A listener that nobody may reach; `touched` counts who did."""

    def __init__(self, host: str = "127.0.0.1", kind: socket.SocketKind = socket.SOCK_STREAM) -> None:
        self.touched = 0
        self._socket = socket.socket(socket.AF_INET, kind)
        self._socket.bind((host, 0))
        self.port = self._socket.getsockname()[1]
        self._socket.settimeout(0.1)
        self._over = threading.Event()
        if kind is socket.SOCK_STREAM:
            self._socket.listen()
        self._thread = threading.Thread(target=self._watch, args=(kind,))
        self._thread.start()

    def _watch(self, kind: socket.SocketKind) -> None:
        while not self._over.is_set():
            with suppress(TimeoutError):
                if kind is socket.SOCK_STREAM:
                    self._socket.accept()[0].close()
                else:
                    self._socket.recv(100)
                self.touched += 1

    def close(self) -> None:
        self._over.set()
        self._thread.join()
        self._socket.close()


@pytest.fixture
def canary() -> Iterator[Canary]:
    """A TCP listener on another port of 127.0.0.1."""
    listener = Canary()
    yield listener
    listener.close()


@pytest.fixture
def canary_udp() -> Iterator[Canary]:
    """A UDP listener, as a STUN server would be."""
    listener = Canary(kind=socket.SOCK_DGRAM)
    yield listener
    listener.close()


@pytest.fixture
def built(web: Web) -> Web:
    """A site of two ads that only scripts show."""
    web.put("/harbor/", LISTING)
    web.put("/data.json", "[1, 2]", "application/json")
    web.put("/ad.js", AD_SCRIPT, "text/javascript")
    web.put("/sneaky", b"\x89PNG noise", "image/png")
    for number in (1, 2):  # not the same bytes: the second to come would be kept as a revisit of the first
        web.put(f"/ad/{number}", f"{AD}<!-- {number} -->")
    return web


@pytest.mark.slow
def test_ads_that_only_scripts_show_are_read_and_no_media_is_asked_for(
    make_site: Callable[..., Path], workspace: Workspace, built: Web, tmp_path: Path
) -> None:
    make_site("harbor", scripts=True)
    verdict = crawl(workspace, ["harbor"])[0]
    with workspace.read() as connection:
        rows = connection.execute(select(ads).order_by(ads.c.ad_id)).all()
        assert [(row.ad_id, row.title, row.body) for row in rows] == [
            (f"harbor:{number}", f"Title {number}", "Made by script") for number in (1, 2)
        ], verdict
        shown = body_of(workspace, connection, rows[0].capture_id)
    assert b"Made by script" in shown
    assert not [path for path in built.paths() if "picture" in path or "icon" in path]
    assert built.paths().count("/ad/1") == 1, "the browser is given the page, it does not ask again"
    assert {headers["User-Agent"] for path, headers in built.asked} == {"Sidelight/0.1"}
    assert all(isinstance(one, str) for one in verify(workspace))
    warc = next((workspace.captures / "harbor").glob("*.warc.gz"))
    with warc.open("rb") as handle:
        kinds = [
            (record.rec_type, record.rec_headers.get_header("WARC-Target-URI")) for record in ArchiveIterator(handle)
        ]
    assert kinds.count(("conversion", f"http://{built.origin}/ad/1")) == 1
    assert kinds.count(("response", f"http://{built.origin}/ad/1")) == 1
    other = open_workspace(tmp_path / "other", Settings())
    import_warc(other, discover(workspace)[0], warc, print)
    with other.read() as connection:
        assert len(connection.execute(select(ads.c.ad_id)).all()) == 2, "the archive alone yields the same ads"
    other.close()


@pytest.mark.slow
def test_robots_txt_holds_for_what_scripts_ask_too(
    make_site: Callable[..., Path], workspace: Workspace, built: Web
) -> None:
    built.put("/robots.txt", "User-agent: *\nDisallow: /data.json\n", "text/plain")
    make_site("harbor", scripts=True)
    assert crawl(workspace, ["harbor"])[0].counts["ads"] == 0
    assert "/harbor/" in built.paths()
    assert "/data.json" not in built.paths()


@pytest.mark.slow
def test_without_the_manifests_word_no_script_is_run(
    make_site: Callable[..., Path], workspace: Workspace, built: Web
) -> None:
    make_site("harbor")
    assert crawl(workspace, ["harbor"])[0].counts["ads"] == 0
    assert "/data.json" not in built.paths()


STUN = """for (const frame of [window, document.body.appendChild(document.createElement("iframe")).contentWindow]) {
  const peer = new frame.RTCPeerConnection({iceServers: [{urls: "stun:127.0.0.1:PORT"}]});
  peer.createDataChannel("x"); peer.createOffer().then(offer => peer.setLocalDescription(offer)); }"""
WAYS = yaml.safe_load((Path(__file__).parent / "script_ways.yml").read_text())


@pytest.mark.slow
def test_no_script_leads_the_browser_anywhere_else(
    make_site: Callable[..., Path], workspace: Workspace, web: Web, canary: Canary, canary_udp: Canary
) -> None:
    stun = STUN.replace("PORT", str(canary_udp.port))
    scripts = [*(way.replace("PORT", str(canary.port)) for way in WAYS.values()), stun]
    last = len(scripts)
    for number, script in enumerate(scripts, start=1):
        shown = f'<article data-id="{number}"><div class="title">T</div></article>'
        web.put(f"/ad/{number}", f"{shown}<script>try {{ {script} }} catch (problem) {{}}</script>")
    web.listing("/harbor/", *(f"/ad/{number}" for number in range(1, last + 1)))
    web.put("/away", "", status=302, Location=f"http://127.0.0.1:{canary.port}/")
    make_site(
        "harbor",
        scripts=True,
        hosts=[f"localhost:{canary.port}"],  # a host that scripts may ask, at an address that nobody may connect to
        pace={"delay": 0, "concurrency": 1, "autothrottle": False},
    )
    verdict = crawl(workspace, ["harbor"])[0]
    assert canary.touched == 0
    assert canary_udp.touched == 0
    assert verdict.counts["ads"] == last, verdict.reasons
    with workspace.read() as connection:
        kept = connection.execute(select(ads.c.title)).scalars().all()
    assert set(kept) == {"T"}
    assert "/away" in web.paths(), "the redirect itself was asked for; where it leads was not"


def test_the_canaries_sing() -> None:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        listener = Canary(kind=kind)
        with socket.socket(socket.AF_INET, kind) as visitor:
            visitor.connect(("127.0.0.1", listener.port))
            visitor.send(b"x")
            while not listener.touched:
                pass
        listener.close()


@pytest.mark.slow
def test_a_page_that_never_comes_to_rest_is_given_up_and_kept_and_the_rest_is_read(
    make_site: Callable[..., Path], workspace: Workspace, web: Web
) -> None:
    web.listing("/harbor/", "/ad/1", "/ad/2", "/ad/3")
    web.ad("/ad/1", 1)
    web.put("/ad/2", "<script>for (;;) {}</script>")
    web.ad("/ad/3", 3)
    make_site("harbor", scripts=True, pace={"delay": 0, "concurrency": 1, "autothrottle": False})
    verdict = crawl(workspace, ["harbor"])[0]
    assert verdict.counts["ads"] == 2
    assert verdict.counts["unreadable"] == 1
    assert any("scripts could not be run" in reason for reason in verdict.reasons)

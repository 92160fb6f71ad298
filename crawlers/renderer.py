"""Pages built by scripts, as a browser makes them: the system's Chromium, given the page that was fetched, behind a gate.

The page itself is not asked for again: the browser is handed what the crawl received. What its scripts ask for goes through
crawlers/gate.py; pictures, films, fonts, frames, sockets and further pages are refused here already.
"""

import asyncio
import contextlib
import os
import shutil
import tempfile
from collections import Counter
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from crawlers.errors import PageError
from crawlers.gate import Gate
from crawlers.links import MEDIA_ENDINGS
from crawlers.manifest import Manifest, netloc
from crawlers.page import BODY_LIMIT
from crawlers.project import ROBOT
from crawlers.robots import ClosedError, Rules
from store.errors import SettingsError

if TYPE_CHECKING:
    from playwright.async_api import Browser, Playwright, Route

START_SECONDS = 40.0  # for the browser to start
SECONDS = 14.0  # for one page, all in all: with the time to fetch it (crawlers/project.py) less than a halt may take
SETTLE = 9.0  # for its scripts to have asked for what they need
MOST_REQUESTS = 60
TAKEN = frozenset({"script", "xhr", "fetch", "stylesheet"})
NO_CODE = MEDIA_ENDINGS - {".js", ".css"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Every switch takes away a way to the network that does not lead through the gate.
SWITCHES = (
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--disable-breakpad",
    "--no-pings",
    "--no-first-run",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--js-flags=--max-old-space-size=256",
)
WITHOUT = """for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection", "RTCDataChannel", "WebTransport", "WebSocket",
"EventSource", "Worker", "SharedWorker"]) delete globalThis[name];"""


def executable() -> str:
    """Where the system's browser is; raises SettingsError where it or the extra is missing."""
    try:
        import playwright  # noqa: F401
    except ImportError:
        raise SettingsError(
            "pages built by scripts need the extra 'scripts': pip install 'sidelight[scripts]'"
        ) from None
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    raise SettingsError("pages built by scripts need Chromium: apt install chromium")


class Renderer:
    """One browser for a site's run. It is begun with the first page, and begun anew after a page that hung."""

    def __init__(self, manifest: Manifest, agent: str) -> None:
        """`agent` is how the crawler names itself."""
        self.refused: Counter[str] = Counter()
        self._manifest = manifest
        self._agent = agent
        self._gate = Gate(manifest)
        self._home: tempfile.TemporaryDirectory[str] | None = None
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._one = asyncio.Lock()

    async def render(self, url: str, content_type: str, content: bytes, rules: Rules | None = None) -> bytes:
        """The page as HTML (UTF-8) when its scripts have run; `content` is what was fetched. Raises PageError.

        `rules` is its host's robots.txt, which holds for what scripts ask of that host too.
        """
        door = _Door(self, url, {"status": 200, "content_type": content_type, "body": content}, rules)
        async with self._one:
            try:
                browser = self._browser
                if browser is None:
                    browser = await asyncio.wait_for(self._begin(), START_SECONDS)
                text = await asyncio.wait_for(self._rendered(browser, url, door), SECONDS)
            except Exception as problem:
                await self._end_browser()
                said = "took too long" if isinstance(problem, TimeoutError) else str(problem).partition("\n")[0][:200]
                raise PageError(f"{url}: its scripts could not be run: {said}") from None
        made = text.encode("utf-8", errors="replace")
        if len(made) > BODY_LIMIT:
            raise PageError(f"{url}: what its scripts made is larger than {BODY_LIMIT} bytes", "bounds.size")
        return made

    async def close(self) -> None:
        """End the browser and everything that belongs to it."""
        await self._end_browser()
        if self._playwright is not None:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(self._playwright.stop(), SETTLE)
        await self._gate.close()
        self.refused.update(self._gate.refused)
        if self._home is not None:
            self._home.cleanup()

    async def _rendered(self, browser: "Browser", url: str, door: "_Door") -> str:
        context = await browser.new_context(
            user_agent=self._agent,
            locale=self._manifest.language,
            service_workers="block",
            accept_downloads=False,
        )
        try:
            await context.add_init_script(WITHOUT)
            await context.route("**/*", door.pass_or_refuse)
            await context.route_web_socket("**", lambda socket: socket.close())
            page = await context.new_page()
            await page.goto(url, wait_until="commit")
            with contextlib.suppress(Exception):
                await page.wait_for_load_state("networkidle", timeout=SETTLE * 1000)
            return await page.content()
        finally:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(context.close(), SETTLE)

    async def _begin(self) -> "Browser":
        from playwright.async_api import async_playwright

        if self._playwright is None:
            await self._gate.open()
            self._home = tempfile.TemporaryDirectory(prefix="sidelight-browser-")
            self._playwright = await async_playwright().start()
        home = self._home.name if self._home else tempfile.gettempdir()
        self._browser = await self._playwright.chromium.launch(
            executable_path=executable(),
            args=list(SWITCHES),
            chromium_sandbox=os.geteuid() != 0,  # root cannot have one
            proxy={"server": f"http://127.0.0.1:{self._gate.port}", "bypass": "<-loopback>"},
            env={"PATH": os.environ.get("PATH", ""), "HOME": home, "TMPDIR": home},
            downloads_path=str(Path(home)),
        )
        return self._browser

    async def _end_browser(self) -> None:
        browser, self._browser = self._browser, None
        if browser is not None:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(browser.close(), SETTLE)


class _Door:
    """What one page's requests meet first."""

    def __init__(self, renderer: Renderer, url: str, page: dict[str, Any], rules: Rules | None) -> None:
        self._renderer = renderer
        self._page = page
        self._host = netloc(url)
        self._rules = rules
        self._served = False
        self._asked = 0

    async def pass_or_refuse(self, route: "Route") -> None:
        """Serve the page once, let the site's scripts and data pass, refuse the rest."""
        request = route.request
        if request.is_navigation_request():
            if not self._served:
                self._served = True
                await route.fulfill(**self._page)
            else:
                self._renderer.refused["page"] += 1
                await route.abort("aborted")  # the page stays as it is
            return
        if reason := self._refusal(request.url, request.resource_type):
            self._renderer.refused[reason] += 1
            await route.abort("blockedbyclient")
            return
        self._asked += 1
        await route.continue_()

    def _refusal(self, url: str, kind: str) -> str | None:
        if kind not in TAKEN:
            return "media" if kind in ("image", "media", "font") else "kind"
        try:
            parts, host = urlsplit(url), netloc(url)
        except ValueError:
            return "address"
        if parts.scheme not in ("http", "https"):
            return "scheme"
        if host not in self._renderer._manifest.netlocs:
            return "offsite"
        if PurePosixPath(parts.path).suffix.lower() in NO_CODE:
            return "media"
        if host == self._host and self._rules is not None:
            try:
                self._rules.check(url, ROBOT)
            except ClosedError:
                return "robots"
        return "requests" if self._asked >= MOST_REQUESTS else None

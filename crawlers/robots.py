"""robots.txt as RFC 9309 has it: obeyed, its Crawl-delay and Request-rate kept, and a site closed while it cannot be read.

Scrapy's own middleware takes a robots.txt that fails, or comes compressed, for permission, and knows no Crawl-delay.
"""

import asyncio
import math
import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawlers.errors import PageError
from crawlers.links import refusal
from crawlers.pace import BUSY, HaltedError, retry_after
from crawlers.page import inflated
from crawlers.resolver import was_refused
from store.schema import now

SIZE_LIMIT = 512 * 1024
HOPS_LIMIT = 5
TRIES = 3
REDIRECTS = frozenset({301, 302, 303, 307, 308})
# Each star of a pattern can multiply the time it takes to match; nobody needs more than this.
STARS = 4
RULE = re.compile(r"^(\s*(?:dis)?allow\s*:)(.*)$", re.IGNORECASE)


class ClosedError(IgnoreRequest):
    """An address that may not be asked; `reason` is the word it is counted under."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Rules:
    """What a host's robots.txt says to this robot. `closed` is the reason why nothing there may be asked."""

    text: Protego | None = None
    delay: float = 0.0
    closed: str | None = None

    def check(self, url: str, robot: str) -> None:
        """Raises ClosedError where `url` may not be asked."""
        if self.closed is not None:
            raise ClosedError(self.closed)
        if self.text is not None and not self.text.can_fetch(url, robot):
            raise ClosedError("robots")


def read_rules(body: bytes, robot: str) -> Rules:
    """The rules in a robots.txt."""
    text = body[:SIZE_LIMIT].decode("utf-8-sig", errors="replace")
    found = Protego.parse("\n".join(filter(None, map(_bounded, text.splitlines()))))
    rate = found.request_rate(robot)
    waits = [found.crawl_delay(robot) or 0.0, rate.seconds / rate.requests if rate and rate.requests > 0 else 0.0]
    return Rules(found, max(wait for wait in waits if math.isfinite(wait)) if any(map(math.isfinite, waits)) else 0.0)


def _bounded(line: str) -> str | None:
    """A rule with too many stars ends before them, which closes more; one that opens is left out, which opens less."""
    rule = RULE.match(line)
    if rule is None or rule[2].count("*") <= STARS:
        return line
    if rule[1].strip().lower().startswith("allow"):
        return None
    return rule[1] + "*".join(rule[2].split("*")[: STARS + 1])


class RobotsMiddleware:
    """Lets a request pass when its host's robots.txt, fetched once in a run, does."""

    def __init__(self, crawler: Crawler) -> None:
        """Made by Scrapy."""
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        self._crawler = crawler
        self._robot = str(crawler.settings["ROBOTSTXT_USER_AGENT"])
        self._rules: dict[str, asyncio.Task[Rules]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "RobotsMiddleware":
        """Made by Scrapy."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raises ClosedError where the request may not leave."""
        if request.meta.get("robots"):
            return
        parts = urlsplit(request.url)
        key = f"{parts.scheme}://{parts.netloc}"
        if key not in self._rules:
            self._rules[key] = asyncio.ensure_future(self._ask(key, parts.hostname or ""))
        rules = await self._rules[key]
        rules.check(request.url, self._robot)
        request.meta["rules"] = rules  # what the page's scripts may ask of the same host

    async def _ask(self, origin: str, host: str) -> Rules:
        try:
            response = await self._fetch(f"{origin}/robots.txt")
        except HaltedError:
            raise
        except ClosedError as closed:
            return Rules(closed=closed.reason)
        except Exception:
            return Rules(closed="private" if was_refused(origin) else "robots_unread")
        if response is None or response.status >= 500 or response.status in BUSY or response.status < 200:
            return Rules(closed="robots_unread")
        if response.status >= 300:
            return Rules()  # there is none
        try:
            body = inflated(response.body, (response.headers.get(b"Content-Encoding") or b"").decode("latin-1"))
        except PageError:
            return Rules(closed="robots_unread")
        rules = read_rules(body, self._robot)
        if rules.delay:
            self._crawler.spider.pace.ask(host, rules.delay)  # type: ignore[union-attr]
        return rules

    async def _fetch(self, url: str) -> Response | None:
        """The answer at the end of the redirects; None where they lead off the site, or the host stays busy."""
        manifest = self._crawler.spider.collector.site.manifest  # type: ignore[union-attr]
        tries = hops = 0
        while True:
            request = Request(url, NO_CALLBACK, priority=1000, meta={"robots": True, "handle_httpstatus_all": True})
            response = await self._crawler.engine.download_async(request)
            if response.status in REDIRECTS:
                hops += 1
                url = urljoin(url, (response.headers.get(b"Location") or b"").decode("latin-1"))
                if hops > HOPS_LIMIT or refusal(url, manifest):
                    return None
            elif response.status in BUSY and (tries := tries + 1) < TRIES:
                wait = retry_after((response.headers.get(b"Retry-After") or b"").decode("latin-1"), now())
                self._crawler.spider.pace.hold(urlsplit(url).hostname or "", wait)  # type: ignore[union-attr]
            else:
                return response

"""The one spider: carries addresses to the network and responses back. What they mean is the collector's."""

from collections.abc import AsyncIterator, Callable, Iterator
from hashlib import sha256
from ipaddress import IPv4Address, IPv6Address
from typing import Any
from urllib.parse import urlsplit

import scrapy
from OpenSSL.crypto import FILETYPE_ASN1
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider, StopDownload
from scrapy.http import Request, Response
from scrapy.http.headers import Headers
from scrapy.utils.defer import deferred_from_coro
from twisted.internet.task import LoopingCall
from twisted.python.failure import Failure

from crawlers.addresses import permitted
from crawlers.collector import Collector
from crawlers.frontier import Entry, Kind
from crawlers.halts import is_asked
from crawlers.handler import HEAD_LINES
from crawlers.links import is_media, is_packed, is_text
from crawlers.pace import BUSY, HaltedError, Pace, retry_after
from crawlers.pictures import HEADERS, Hashing, is_picture
from crawlers.resolver import was_refused
from crawlers.robots import ClosedError
from crawlers.runs import listing_complete
from crawlers.troubles import trouble
from crawlers.warc import Fetched
from store.schema import now

BUDGET = "budget"
BROKEN = "broken"
HALTED = "halted"
CRUMBS, CRUMB = 2000, 16  # so many pieces of a body, of so few bytes each on the mean, are no page
TRIES = 3  # of an address whose host says it is busy


class ListingSpider(scrapy.Spider):
    """Fetches one site's listing and ads. `problem` is set where the store or the disk failed and the run must wait."""

    name = "listing"
    problem: str | None = None
    reason = ""

    def __init__(self, collector: Collector, tell: Callable[[str], None], **kwargs: Any) -> None:
        """`tell` is given what an operator should know at once."""
        super().__init__(**kwargs)
        self.collector = collector
        self.tell = tell
        manifest, workspace = collector.site.manifest, collector.recorder.workspace
        self.pace = Pace(
            workspace.root / "hosts",
            manifest.pace.delay,
            single=manifest.pace.concurrency == 1,
            throttled=manifest.pace.autothrottle,
            halted=lambda: bool(self.reason or self.problem),
        )
        self._clock = LoopingCall(self._tick)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> "ListingSpider":
        """Made by Scrapy."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider._headers_received, signals.headers_received)
        crawler.signals.connect(spider._bytes_received, signals.bytes_received)
        crawler.signals.connect(spider._idle, signals.spider_idle)
        crawler.signals.connect(spider._opened, signals.spider_opened)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """The first requests."""
        for entry in self.collector.begin():
            yield self._request(entry)

    def _request(self, entry: Entry, tries: int = 1) -> Request:
        meta = {"entry": entry, "tries": tries, "handle_httpstatus_all": True}
        if entry.kind is Kind.PICTURE:
            meta |= {"hashing": Hashing(), "dont_retry": True}  # a second try would go on with the first one's bytes
            return Request(entry.url, self._pictured, "GET", HEADERS, errback=self._failed, dont_filter=True, meta=meta)
        # What scripts make of a page may change where the page itself does not.
        conditions = {} if self.collector.site.manifest.scripts else self.collector.validators.headers(entry)
        return Request(entry.url, self._arrived, "GET", conditions, errback=self._failed, dont_filter=True, meta=meta)

    def _arrived(self, response: Response) -> Iterator[Request]:
        entry: Entry = response.meta["entry"]
        peer = response.ip_address
        if peer is not None and not self._may_read(response.url, peer):
            self._guarded(self.collector.refused, entry, "private")
            return
        if response.request is None:
            raise ValueError(f"{response.url}: a response without its request")
        tries = response.meta["tries"]
        if response.status in BUSY and tries < TRIES:
            said = (response.headers.get(b"Retry-After") or b"").decode("latin-1")
            self.pace.hold(urlsplit(entry.url).hostname or "", retry_after(said, now()))
            self.collector.counts["waits"] += 1
            yield self._request(entry, tries + 1)
            return
        fetched = Fetched(
            entry.url,
            now(),
            response.status,
            _lines(response.request.headers),
            _lines(response.headers),
            response.body,
            str(peer) if peer else None,
            sha256(response.certificate.dump(FILETYPE_ASN1)).hexdigest() if response.certificate else None,
            entry.via,
            entry.hops,
            response.meta.get("rendered"),
        )
        if problem := response.meta.get("unrendered"):
            self._guarded(self.collector.unreadable, entry, fetched, problem)
            return
        for lead in self._guarded(self.collector.arrived, entry, fetched) or ():
            yield self._request(lead)
        self._wait_for_room()
        if self.collector.exhausted and self.collector.exhausted != "pages":
            self._close(BUDGET)

    def _pictured(self, response: Response) -> None:
        """What is left of a picture are its digests."""
        if response.ip_address is not None and not self._may_read(response.url, response.ip_address):
            return
        entry: Entry = response.meta["entry"]
        if response.body:
            self._guarded(self.collector.refused, entry, "held")  # its bytes should have gone by
        else:
            self._guarded(self.collector.pictured, entry, response.status, response.meta["hashing"])

    def _failed(self, failure: Failure) -> None:
        entry: Entry = failure.request.meta["entry"]  # type: ignore[attr-defined]
        if isinstance(failure.value, HaltedError):
            return  # it goes on waiting
        if isinstance(failure.value, StopDownload):
            if cut := failure.request.meta.get("cut"):  # type: ignore[attr-defined]
                self._guarded(self.collector.failed, entry, *cut)
            else:
                self._guarded(self.collector.refused, entry, "media")
        elif isinstance(failure.value, ClosedError):
            self._guarded(self.collector.refused, entry, failure.value.reason)
        elif was_refused(entry.url):
            self._guarded(self.collector.refused, entry, "private")
        else:
            self._guarded(self.collector.failed, entry, *trouble(failure.value or Exception("unknown error")))

    def _may_read(self, url: str, peer: IPv4Address | IPv6Address) -> bool:
        # Several sites share the process, so what one may reach another may not.
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        return permitted(str(peer), port, self.collector.site.manifest.allow_private)

    def _headers_received(self, headers: Headers, request: Request, **_: Any) -> None:
        if len(_lines(headers)) > HEAD_LINES:
            request.meta["cut"] = (f"more than {HEAD_LINES} headers", "bounds.head")
            raise StopDownload(fail=True)
        kind, packed = ((headers.get(name) or b"").decode("latin-1") for name in (b"Content-Type", b"Content-Encoding"))
        if "hashing" in request.meta:
            if not is_picture(kind, packed):
                raise StopDownload(fail=True)
        elif "entry" in request.meta and not is_text(kind) and not is_packed(request.url, kind):
            raise StopDownload(fail=True)

    def _bytes_received(self, data: bytes, request: Request, **_: Any) -> None:
        """The first bytes tell what a server calls text and is none; a body in crumbs costs more than it can be worth."""
        meta = request.meta
        if hashing := meta.get("hashing"):
            hashing.take(data)
        elif "entry" in meta and not meta.get("pieces") and is_media(data):
            raise StopDownload(fail=True)
        meta["pieces"] = meta.get("pieces", 0) + 1
        meta["received"] = meta.get("received", 0) + len(data)
        if meta["pieces"] > CRUMBS and meta["received"] < CRUMB * meta["pieces"]:
            meta["cut"] = (f"more than {CRUMBS} pieces of a few bytes", "bounds.size")
            raise StopDownload(fail=True)

    def _opened(self) -> None:
        self._clock.start(0.25, now=False)

    def _tick(self) -> None:
        self._guarded(self.collector.recorder.tick)
        if self.collector.overdue():
            self._close(BUDGET)
        elif is_asked(self.collector.recorder.workspace, self.collector.site.name):
            self._close(HALTED)
        self._wait_for_room()

    def _wait_for_room(self) -> None:
        """Fetch nothing while the disk is full, and go on when there is room again."""
        engine, full = self.crawler.engine, self.collector.recorder.full
        if engine is None or engine.paused is full:
            return
        if full:
            engine.pause()
            self.tell("the disk is full: waiting for room, nothing is fetched and nothing is lost")
        else:
            engine.unpause()
            self.tell("there is room again: going on")

    def _idle(self) -> None:
        self._guarded(self.collector.recorder.commit)
        if self.problem:
            return
        if self.collector.recorder.full:
            raise DontCloseSpider
        complete = listing_complete(self.collector.recorder.workspace, self.collector.recorder.run_id)
        entries = self._guarded(self.collector.when_idle, listing_complete=complete)
        engine = self.crawler.engine
        if entries and engine is not None:
            for entry in entries:
                engine.crawl(self._request(entry))
            raise DontCloseSpider

    def _guarded(self, act: Any, *args: Any, **kwargs: Any) -> Any:
        """Any failure to keep what came ends this run until it is taken up again: nothing is fetched that cannot be kept."""
        if self.problem is not None:
            return None
        try:
            return act(*args, **kwargs)
        except Exception as problem:
            self.problem = f"{type(problem).__name__}: {problem}"
            self._close(BROKEN)
            return None

    def _close(self, reason: str) -> None:
        engine = self.crawler.engine
        if engine is not None and not self.reason:
            self.reason = reason
            deferred_from_coro(engine.close_spider_async(reason=reason))

    def finish(self) -> None:
        """The last commit, when nothing is under way any more."""
        if self._clock.running:
            self._clock.stop()
        self._guarded(self.collector.recorder.commit)
        if self.collector.recorder.full and self.problem is None:
            self.problem = "the disk is full; what was fetched last is fetched again"
        self.collector.recorder.close()


def _lines(headers: Headers) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, values in headers.items() for value in values]

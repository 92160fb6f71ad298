"""The one way out: a request waits for its host's turn, and an answer whose head does not end is cut off."""

from http import HTTPStatus
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientProtocol,
    _ScrapyAgent,
)
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.interfaces import IAddress
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS
from twisted.web.client import _HTTP11ClientFactory

from crawlers.addresses import OWN, SETTING, named
from crawlers.errors import PageError
from crawlers.page import Page
from crawlers.renderer import Renderer
from crawlers.robots import ClosedError

HEAD_BYTES = 64 * 1024
HEAD_LINES = 200


class HeadTooLargeError(Exception):
    """Status line and headers (or interim answers) beyond HEAD_BYTES."""


class BoundedHandler(HTTP11DownloadHandler):
    """Scrapy's handler of http and https, with a pace before it and a bound on what comes first."""

    def __init__(self, crawler: Crawler) -> None:
        """Made by Scrapy."""
        super().__init__(crawler)
        self._pool._factory = _BoundedFactory
        self._peers = {name: set(peers) for name, peers in crawler.settings.getdict(SETTING).items()}
        self._own = set(crawler.settings.getlist(OWN))
        self._renderer: Renderer | None = None

    async def download_request(self, request: Request) -> Response:
        """One request, when its host's turn has come."""
        parts = urlsplit(request.url)
        host = parts.hostname or ""
        if not self._peers.get(named(host, parts.port or (443 if parts.scheme == "https" else 80)), set()) <= self._own:
            # Another site of this process may reach a private address by this name; this one may not.
            raise ClosedError("private")
        pace = self._crawler.spider.pace  # type: ignore[union-attr]
        await pace.turn(host)
        try:
            response = await (
                self._pass_by(request) if "hashing" in request.meta else super().download_request(request)
            )
            await self._render(request, response)
        finally:
            pace.done(host, request.meta.get("download_latency"))
        return response

    async def _pass_by(self, request: Request) -> Response:
        """A picture: its bytes are told to whoever hashes them as they come, and held nowhere."""
        agent = _PassingAgent(
            contextFactory=self._contextFactory,
            bindAddress=self._bind_address,
            pool=self._pool,
            maxsize=self._default_maxsize,
            warnsize=self._default_warnsize,
            fail_on_dataloss=True,
            crawler=self._crawler,
        )
        with wrap_twisted_exceptions():
            return await maybe_deferred_to_future(agent.download_request(request))

    async def _render(self, request: Request, response: Response) -> None:
        """Where the site's pages are built by scripts, run those of this page before its host is asked again."""
        spider: Any = self._crawler.spider
        manifest = spider.collector.site.manifest
        kind = (response.headers.get(b"Content-Type") or b"").decode("latin-1")
        if not manifest.scripts or "entry" not in request.meta or "hashing" in request.meta:
            return
        if response.status != HTTPStatus.OK or "html" not in kind.lower():
            return
        if self._renderer is None:
            self._renderer = Renderer(manifest, self._crawler.settings["USER_AGENT"])
        packed = (response.headers.get(b"Content-Encoding") or b"").decode("latin-1")
        page = Page(request.url, response.body, kind, packed)
        try:
            request.meta["rendered"] = await self._renderer.render(
                request.url, kind, page.content, request.meta.get("rules")
            )
        except PageError as problem:
            request.meta["unrendered"] = str(problem)

    async def close(self) -> None:
        """Made an end of by Scrapy."""
        if self._renderer is not None:
            await self._renderer.close()
        await super().close()


class _Nowhere(BytesIO):
    """Takes what is written to it and holds nothing."""

    def write(self, data: Any) -> int:
        return len(data)


class _PassingAgent(_ScrapyAgent):
    """Scrapy's agent tells of each piece of a body and gathers them too; this one only tells."""

    def _cb_bodyready(self, txresponse: Any, request: Request) -> Any:
        deliver = txresponse.deliverBody

        def passing(reader: Any) -> None:
            reader._bodybuf = _Nowhere()
            deliver(reader)

        txresponse.deliverBody = passing
        return super()._cb_bodyready(txresponse, request)


class _BoundedProtocol(_LenientHTTP11ClientProtocol):
    """Twisted bounds a line of the head, but neither their number nor how many interim answers come."""

    _head = 0

    def request(self, request):  # type: ignore[no-untyped-def]
        self._head = 0
        return super().request(request)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        super().dataReceived(data)  # type: ignore[no-untyped-call]
        if self._parser is not None and self._parser.state in (STATUS, HEADER):
            self._head += len(data)
            if self._head > HEAD_BYTES:
                reason = Failure(HeadTooLargeError(f"more than {HEAD_BYTES} bytes of headers"))  # type: ignore[no-untyped-call]
                self._giveUp(reason)  # type: ignore[no-untyped-call]
                self.transport.abortConnection()  # type: ignore[union-attr]


class _BoundedFactory(_HTTP11ClientFactory):
    noisy = False

    def buildProtocol(self, addr: IAddress | None) -> _BoundedProtocol:  # noqa: N802, ARG002
        return _BoundedProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]

"""One page for a person at the terminal: asked for under the crawler's name, with its checks of the address and its caps."""

import socket
import ssl
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from time import monotonic
from typing import Any
from urllib.parse import urljoin, urlsplit

from crawlers.addresses import permitted
from crawlers.errors import PageError
from crawlers.links import clean, is_media, is_text
from crawlers.page import BODY_LIMIT, inflated
from crawlers.project import PAGE_SECONDS, ROBOT
from crawlers.robots import ClosedError, read_rules

HOPS_LIMIT = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PIECE = 64 * 1024
SILENCE = 10.0  # seconds without a byte


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back at the end of the redirects."""

    url: str
    status: int
    body: bytes
    content_type: str
    content_encoding: str


def fetch_page(url: str, agent: str) -> Answer:
    """The page at an address that the operator typed, where robots.txt allows it; raises PageError.

    An IP address with its port is an operator's word that it may be reached; a name has to lead to a public address.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise PageError(f"{url}: only http and https addresses")
    peers = (parts.netloc.rpartition("@")[2],)
    robots = _followed(f"{parts.scheme}://{parts.netloc}/robots.txt", agent, peers, robots=True)
    if robots.status >= 500 or robots.status == 429:
        raise PageError(
            f"{url}: the site's robots.txt cannot be read (HTTP {robots.status}); a crawl would leave it alone"
        )
    if robots.status < 300:
        try:
            read_rules(inflated(robots.body, robots.content_encoding), ROBOT).check(url, ROBOT)
        except ClosedError:
            raise PageError(f"{url}: closed by the site's robots.txt") from None
    answer = _followed(url, agent, peers)
    if answer.status >= 300:
        raise PageError(f"{answer.url}: HTTP {answer.status}")
    return answer


def _followed(url: str, agent: str, peers: tuple[str, ...], *, robots: bool = False) -> Answer:
    deadline = monotonic() + PAGE_SECONDS
    for _ in range(HOPS_LIMIT + 1):
        try:
            answer, location = _asked(clean(url), agent, peers, deadline, robots=robots)
            if answer.status not in REDIRECTS:
                return answer
            url = urljoin(url, location)
            scheme = urlsplit(url).scheme
        except (OSError, HTTPException, ValueError) as problem:
            raise PageError(f"{url}: cannot be fetched: {problem}") from None
        if scheme not in ("http", "https"):
            raise PageError(f"{url}: a redirect that is not followed")
    raise PageError(f"{url}: more than {HOPS_LIMIT} redirects")


def _asked(url: str, agent: str, peers: tuple[str, ...], deadline: float, *, robots: bool) -> tuple[Answer, str]:
    parts = urlsplit(url)
    host = parts.hostname or ""
    connection: HTTPConnection = (
        HTTPSConnection(host, parts.port, timeout=SILENCE, context=ssl.create_default_context())
        if parts.scheme == "https"
        else HTTPConnection(host, parts.port, timeout=SILENCE)
    )
    connection._create_connection = partial(_connected, peers)  # type: ignore[attr-defined]
    accept = "text/plain" if robots else "text/html,application/json"
    target = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
    try:
        connection.request("GET", target, headers={"User-Agent": agent, "Accept": accept, "Accept-Encoding": "gzip"})
        response = connection.getresponse()
        kind = response.headers.get("Content-Type", "")
        if response.status < 300 and not is_text(kind):
            raise PageError(f"{url}: no text but {kind[:60]}")
        body = b""
        while len(body) <= BODY_LIMIT and (piece := response.read1(PIECE)):
            body += piece
            if monotonic() > deadline:
                raise TimeoutError(f"took longer than {PAGE_SECONDS} seconds")
        if is_media(body):
            raise PageError(f"{url}: no text")
        encoding = response.headers.get("Content-Encoding", "")
        return Answer(url, response.status, body, kind, encoding), response.headers.get("Location", "")
    finally:
        connection.close()


def _connected(peers: tuple[str, ...], place: tuple[str, int], timeout: float, *_: Any) -> socket.socket:
    """A connection to the first permitted address of the name: what was checked is what is connected to."""
    host, port = place
    for family, kind, protocol, _name, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        if permitted(str(address[0]), port, peers):
            made = socket.socket(family, kind, protocol)
            made.settimeout(timeout)
            try:
                made.connect(address)
            except OSError:
                made.close()
                raise
            return made
    raise PermissionError(f"{host} leads into a private network")

"""A browser's only way out: a proxy on loopback that reaches the site's own hosts at permitted addresses, and nothing else.

The browser connects by itself, so the check that a crawl makes when connecting is made here for it: on the address that is
connected to, for every connection. Names are resolved here; the browser is told to resolve none.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Collection
from urllib.parse import urlsplit

from crawlers.addresses import permitted
from crawlers.links import is_text
from crawlers.manifest import Manifest
from crawlers.page import BODY_LIMIT

HEAD_BYTES = 64 * 1024
SILENCE = 10.0  # seconds without a byte
PIECE = 64 * 1024
METHODS = frozenset({b"GET", b"HEAD", b"POST", b"OPTIONS"})
SCRIPT_TYPES = frozenset({"application/javascript", "application/x-javascript", "text/css"})
REFUSAL = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class RefusedError(Exception):
    """A connection that is not made; the word it is counted under."""


class Gate:
    """Open it, give `port` to the browser as its proxy, close it. `refused` counts what did not pass, by reason."""

    def __init__(self, manifest: Manifest) -> None:
        self.refused: Counter[str] = Counter()
        self.port = 0
        self._hosts: Collection[str] = manifest.netlocs
        self._peers = manifest.allow_private
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Listen on a free port of loopback."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=HEAD_BYTES)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), SILENCE)
            method, target, _ = head.split(b"\r\n", 1)[0].split(b" ", 2)
            if method == b"CONNECT":
                host, port = _split(f"//{target.decode('ascii')}", None)
                out = await self._connect(host, port, 443)
                writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
                await _both(reader, writer, *out)
            else:
                url = target.decode("ascii")
                request = _rewritten(method, url, head)
                host, port = _split(url, 80)
                out = await self._connect(host, port, 80)
                out[1].write(request)
                await self._answer(reader, writer, *out)
        except RefusedError as problem:
            self.refused[str(problem)] += 1
            writer.write(REFUSAL)
        except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
            self.refused["broken"] += 1
        finally:
            with contextlib.suppress(OSError):
                writer.close()

    async def _connect(self, host: str, port: int, usual: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        named = f"[{host}]" if ":" in host else host
        if (named if port == usual else f"{named}:{port}") not in self._hosts:
            raise RefusedError("offsite")
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=1)
        for *_, address in found:
            if permitted(str(address[0]), port, self._peers):
                return await asyncio.wait_for(asyncio.open_connection(str(address[0]), port), SILENCE)
        raise RefusedError("private")

    async def _answer(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        inward: asyncio.StreamReader,
        outward: asyncio.StreamWriter,
    ) -> None:
        """Pass the request's body on and the answer back, unless its head says that it is neither text nor script."""
        sending = asyncio.create_task(_pump(reader, outward))
        try:
            head = await asyncio.wait_for(inward.readuntil(b"\r\n\r\n"), SILENCE)
            if not _is_code_or_text(head):
                raise RefusedError("media")
            writer.write(head)
            await _pump(inward, writer)
        finally:
            sending.cancel()
            outward.close()


async def _both(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    inward: asyncio.StreamReader,
    outward: asyncio.StreamWriter,
) -> None:
    tasks = [asyncio.create_task(_pump(reader, outward)), asyncio.create_task(_pump(inward, writer))]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        outward.close()


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    """Bytes from one to the other, at most as many as a page may have."""
    left = BODY_LIMIT
    with contextlib.suppress(OSError, TimeoutError):
        while left > 0 and (data := await asyncio.wait_for(source.read(min(PIECE, left)), SILENCE)):
            left -= len(data)
            sink.write(data)
            await sink.drain()


def _split(url: str, usual: int | None) -> tuple[str, int]:
    parts = urlsplit(url)
    port = parts.port or usual
    if parts.scheme not in ("", "http") or not parts.hostname or port is None:
        raise RefusedError("scheme")
    return parts.hostname, port


def _rewritten(method: bytes, url: str, head: bytes) -> bytes:
    """The request as its server reads it, on a connection of its own."""
    if method not in METHODS:
        raise RefusedError("method")
    target = urlsplit(url)._replace(scheme="", netloc="", fragment="").geturl() or "/"
    lines = head.split(b"\r\n")[1:-2]
    kept = [
        one for one in lines if not one.lower().startswith((b"proxy-", b"connection:", b"upgrade", b"accept-encoding:"))
    ]
    first = b" ".join((method, target.encode(), b"HTTP/1.1"))
    return b"\r\n".join([first, *kept, b"Accept-Encoding: identity", b"Connection: close", b"", b""])


def _is_code_or_text(head: bytes) -> bool:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-type":
            kind = value.decode("latin-1").partition(";")[0].strip().lower()
            return is_text(kind) or kind in SCRIPT_TYPES or kind.endswith("javascript")
    return True

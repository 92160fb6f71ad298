"""Webhooks: a signed POST of counts and a link to an address that was checked, and is connected to as it was checked.

The name is resolved once and the connection goes to that very address, so that a name cannot point elsewhere a moment
later. Nothing is followed: an answer that redirects is a failure.
"""

import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from casework.delivery.message import Message, NotTakenError
from store.errors import UsageError

TIMEOUT = 10.0  # seconds
TOLERANCE = 300  # seconds a signature is good for
SIGNATURE = "Sidelight-Signature"
KEY = "Idempotency-Key"
GONE = 410  # the receiver says that it wants no more


@dataclass(frozen=True, slots=True)
class _Target:
    parts: SplitResult
    host: str
    port: int
    address: str  # the IP address the name stood for


def checked(url: str, *, private: bool) -> _Target:
    """The address to connect to. Raises UsageError for one without TLS or in a private network, unless `private`."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise UsageError(f"{url!r} is no web address") from None
    if parts.scheme not in ({"http", "https"} if private else {"https"}) or not parts.hostname:
        raise UsageError("a webhook is an https:// address")
    if parts.username or parts.password:
        raise UsageError("a webhook's address holds no password; every message is signed instead")
    try:
        found = sorted({str(one[4][0]) for one in socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)})
    except (OSError, UnicodeError):
        raise UsageError(f"{parts.hostname} cannot be found") from None
    if not private and (inside := [one for one in found if not _is_public(one)]):
        raise UsageError(
            f"{parts.hostname} is {inside[0]}, in a private network; webhook_private = true allows it for all channels"
        )
    return _Target(parts, parts.hostname, port, found[0])


def post(url: str, secret: bytes, message: Message, *, private: bool) -> None:
    """Send it. Raises NotTakenError with the reason, and whether it is worth another try."""
    try:
        target = checked(url, private=private)
    except UsageError as problem:
        raise NotTakenError(str(problem)) from None
    body = message.as_json()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Sidelight",
        KEY: message.key,
        SIGNATURE: signature(secret, body, int(time.time())),
    }
    path = (target.parts.path or "/") + (f"?{target.parts.query}" if target.parts.query else "")
    connection = _connection(target)
    try:
        connection.request("POST", path, body, headers)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as problem:
        raise NotTakenError(f"{target.host}: {problem or type(problem).__name__}") from None
    finally:
        connection.close()
    if not 200 <= status < 300:
        raise NotTakenError(f"{target.host} answered {status}", for_good=status == GONE)


def signature(secret: bytes, body: bytes, at: int) -> str:
    """`t=<seconds since 1970>,v1=<hexadecimal HMAC-SHA256 of "t.body">`."""
    digest = hmac.new(secret, f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def is_signed(secret: bytes, body: bytes, headers: Mapping[str, str], at: float | None = None) -> bool:
    """What a receiver does: whether the signature is ours and not older than TOLERANCE."""
    parts = dict(part.split("=", 1) for part in headers.get(SIGNATURE, "").split(",") if "=" in part)
    made = parts.get("t", "")
    if not made.isdecimal() or abs((at or time.time()) - int(made)) > TOLERANCE:
        return False
    return hmac.compare_digest(signature(secret, body, int(made)), headers.get(SIGNATURE, ""))


def _connection(target: _Target) -> http.client.HTTPConnection:
    if target.parts.scheme == "http":
        return http.client.HTTPConnection(target.address, target.port, timeout=TIMEOUT)
    return _Pinned(target)


class _Pinned(http.client.HTTPSConnection):
    """TLS to the checked address, in the name of the host."""

    def __init__(self, target: _Target) -> None:
        super().__init__(target.host, target.port, timeout=TIMEOUT, context=ssl.create_default_context())
        self._target = target

    def connect(self) -> None:
        plain = socket.create_connection((self._target.address, self._target.port), TIMEOUT)
        self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self._target.host)


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address.is_global and not address.is_multicast

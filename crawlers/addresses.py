"""The addresses a crawl may connect to: public ones, and of the private ones only those a manifest names with port.

The check stands where a name becomes an address, for every connection and every hop: what the resolver hands out is what is
connected to, so neither an odd spelling (0177.1, 2130706433, ::ffff:127.0.0.1) nor a name that changes its address passes.
A private address is handed out only for a host of the very site whose manifest allows it, whatever else the process crawls.
"""

import ipaddress
from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import urlsplit

from scrapy.crawler import Crawler
from twisted.internet.base import ReactorBase
from twisted.internet.interfaces import IAddress, IHostnameResolver, IHostResolution, IResolutionReceiver
from zope.interface import implementer

OWN = "SIDELIGHT_OWN_PEERS"  # the private addresses that a site's own manifest allows
SETTING = "SIDELIGHT_PEERS"  # host:port of a site -> the private addresses its manifest allows
NAT64 = ipaddress.ip_network("64:ff9b::/96")
UNICAST = ipaddress.ip_network("2000::/3")  # whatever is global in IPv6 lies here
# Global by the registry, but inward or nowhere in practice: tunnels (Teredo, 6to4 and its relays), protocol assignments (one
# cloud's metadata), another cloud's host agent.
CLOSED = tuple(
    map(ipaddress.ip_network, ("2001::/32", "2002::/16", "192.88.99.0/24", "192.0.0.0/24", "168.63.129.16/32"))
)
ISATAP = (0x00005EFE, 0x02005EFE)


def permitted(host: str, port: int, peers: Collection[str]) -> bool:
    """Whether a connection to this IP address may be made. `peers` are the private ones allowed, as host:port."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    if f"[{address}]:{port}" in peers or f"{address}:{port}" in peers:
        return True
    return _is_public(address)


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None or address in NAT64:
            # An IPv4 address in IPv6 clothes is judged as what it reaches.
            return _is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if address not in UNICAST or address.scope_id or int(address) >> 32 & 0xFFFFFFFF in ISATAP:
            return False
    closed = any(address in network for network in CLOSED if network.version == address.version)
    return address.is_global and not address.is_multicast and not closed


@implementer(IHostnameResolver)
class GuardedResolver:
    """Scrapy's DNS_RESOLVER: the reactor's own resolver, whose answers pass only where `permitted`."""

    refused: ClassVar[set[str]] = set()  # host:port whose every address was refused, to name the cause of the failure

    def __init__(self, reactor: ReactorBase, peers: Mapping[str, Collection[str]]) -> None:
        self._reactor = reactor
        self._inner: Any = reactor.nameResolver
        self._peers = peers

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> "GuardedResolver":
        """Made by Scrapy with the process's settings."""
        return cls(reactor, crawler.settings.getdict(SETTING))

    def install_on_reactor(self) -> None:
        """Take the place of the reactor's resolver."""
        self._reactor.installNameResolver(self)  # type: ignore[arg-type]  # zope's interface is no type

    def resolveHostName(  # noqa: N802  the interface's names
        self,
        resolutionReceiver: IResolutionReceiver,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> IHostResolution:
        """Resolve, and hand on only the permitted addresses."""
        peers = self._peers.get(named(hostName, portNumber), ())
        sieve = _Sieve(resolutionReceiver, hostName, portNumber, peers)
        resolution: IHostResolution = self._inner.resolveHostName(
            sieve, hostName, portNumber, addressTypes, transportSemantics
        )
        return resolution


@implementer(IResolutionReceiver)
class _Sieve:
    def __init__(self, receiver: Any, host: str, port: int, peers: Collection[str]) -> None:
        self._receiver = receiver
        self._name = named(host, port)
        self._port = port
        self._peers = peers
        self._stopped = False
        self._passed = False

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        if permitted(address.host, self._port, self._peers):
            self._passed = True
            self._receiver.addressResolved(address)
        else:
            self._stopped = True

    def resolutionComplete(self) -> None:  # noqa: N802
        if self._stopped and not self._passed:
            GuardedResolver.refused.add(self._name)
        self._receiver.resolutionComplete()


def allowances(netlocs_and_peers: Sequence[tuple[str, Collection[str]]]) -> dict[str, list[str]]:
    """The value of SETTING: for each host of the sites (as in an address, port where it is unusual) the peers allowed."""
    allowed: dict[str, set[str]] = {}
    for netloc, peers in netlocs_and_peers:
        parts = urlsplit(f"//{netloc}")
        host = parts.hostname or ""
        for port in [parts.port] if parts.port else (80, 443):
            reached = {one for one in peers if urlsplit(f"//{one}").port == port}
            # An address written out reaches itself alone.
            mine = {one for one in reached if urlsplit(f"//{one}").hostname == host}
            allowed.setdefault(named(host, port), set()).update(mine if _is_literal(host) else reached)
    return {name: sorted(peers) for name, peers in sorted(allowed.items()) if peers}


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def was_refused(url: str) -> bool:
    """Whether connecting to the host of `url` was refused for its address."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return named(parts.hostname or "", port) in GuardedResolver.refused


def named(host: str, port: int) -> str:
    """A host and port, as SETTING has them."""
    return f"{host.lower()}:{port}"

"""Where a crawl's names become addresses: only permitted ones are handed out.

What the resolver hands out is what is connected to, so neither an odd spelling (0177.1, 2130706433, ::ffff:127.0.0.1) nor a
name that changes its address passes. A private address is handed out only for a host of the very site whose manifest allows
it, whatever else the process crawls.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import urlsplit

from scrapy.crawler import Crawler
from twisted.internet.base import ReactorBase
from twisted.internet.interfaces import IAddress, IHostnameResolver, IHostResolution, IResolutionReceiver
from zope.interface import implementer

from crawlers.addresses import SETTING, named, permitted


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


def was_refused(url: str) -> bool:
    """Whether connecting to the host of `url` was refused for its address."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return named(parts.hostname or "", port) in GuardedResolver.refused

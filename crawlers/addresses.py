"""The addresses a crawl may connect to: public ones, and of the private ones only those a manifest names with port.

The check stands where a name becomes an address (see crawlers/resolver.py), for every connection and every hop.
"""

import ipaddress
from collections.abc import Collection, Sequence
from urllib.parse import urlsplit

from store.loopback import is_literal

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
            allowed.setdefault(named(host, port), set()).update(mine if is_literal(host) else reached)
    return {name: sorted(peers) for name, peers in sorted(allowed.items()) if peers}


def named(host: str, port: int) -> str:
    """A host and port, as SETTING has them."""
    return f"{host.lower()}:{port}"

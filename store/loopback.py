"""What a host is: this machine's own (spoken to, or served, without TLS), or an address written out."""

import ipaddress


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the host."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_literal(host: str) -> bool:
    """Whether the host is written out as an address, not named."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True

"""The address at which people reach the console, as far as passkeys can be bound to it."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from store.loopback import is_literal
from store.settings import Settings

USUAL = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Address:
    """The origin of the console's pages, and the host name in it."""

    origin: str
    name: str


def find(settings: Settings) -> Address | None:
    """That of `console_url`, where browsers keep passkeys for it: https, or localhost; by name, not by number."""
    try:
        parts = urlsplit(settings.console_url)
        name, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError:
        return None
    local = name == "localhost" or name.endswith(".localhost")
    if not name or is_literal(name) or (parts.scheme != "https" and not local):
        return None
    return Address(f"{parts.scheme}://{name}" + (f":{port}" if port not in {None, USUAL[parts.scheme]} else ""), name)

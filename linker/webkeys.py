"""The keys in a web address: the page, and the host it stands on.

A person's own site is joined by its host whatever page an ad points to. Where many have their pages on one host only the page
is somebody's: the best known such hosts are listed in hosts.yml, and any other is found out as a hub like any key.
"""

from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from store.datafiles import load_data

LONGEST = 300


def keys_of_url(address: str) -> tuple[str, ...]:
    """Host, and host with path, in lower case without scheme, `www.`, query and fragment; no host that is everybody's."""
    text = address.strip()
    try:
        parts = urlsplit(text if "//" in text else f"//{text}")
        host = (parts.hostname or "").removeprefix("www.").rstrip(".")
    except ValueError:
        return ()
    path = parts.path.rstrip("/").lower()
    if not host:
        return ()
    page = (f"{host}{path}"[:LONGEST],) if path else ()
    return page if _is_everybodys(host) else (host, *page)


def _is_everybodys(host: str) -> bool:
    pages, names = _hosts()
    labels = host.split(".")
    return host in names or any(".".join(labels[begin:]) in pages for begin in range(len(labels) - 1))


@cache
def _hosts() -> tuple[frozenset[str], frozenset[str]]:
    data: dict[str, list[list[str]]] = load_data(Path(__file__).with_name("hosts.yml"))
    pages, names = (frozenset(host for row in data[kind] for host in row) for kind in ("pages", "names"))
    return pages, names

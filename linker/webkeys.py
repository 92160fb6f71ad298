"""The keys in a web address: the page, and the host it stands on.

A person's own site is joined by its host whatever page an ad points to; a platform's host is on everybody's ads and is
found out as a hub like any other key.
"""

from urllib.parse import urlsplit

LONGEST = 300


def keys_of_url(address: str) -> tuple[str, ...]:
    """Host, and host with path, in lower case without scheme, `www.`, query and fragment; () where there is no host."""
    text = address.strip()
    try:
        parts = urlsplit(text if "//" in text else f"//{text}")
        host = (parts.hostname or "").removeprefix("www.").rstrip(".")
    except ValueError:
        return ()
    path = parts.path.rstrip("/").lower()
    if not host:
        return ()
    return (host,) if not path else (host, f"{host}{path}"[:LONGEST])

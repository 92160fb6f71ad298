"""Pictures of ads, hashed on the way and never kept: only where an authority is named, hash sets are loaded, and the site's
manifest says where pictures stand (`known_images`). All that leaves this file is digests.
"""

import hashlib
from urllib.parse import urljoin

from sqlalchemy import select

from crawlers.errors import PageError
from crawlers.knownimages import enabled
from crawlers.links import refusal
from crawlers.page import Page
from crawlers.selectors import compiled, texts
from crawlers.sites import Site
from store.tables import known_hashes
from store.workspace import Workspace

MOST = 50  # pictures of one ad
HEADERS = {"Accept": "image/*", "Accept-Encoding": "identity"}


class Hashing:
    """The digests of bytes that go by."""

    def __init__(self) -> None:
        self._hashes = [hashlib.new(name, usedforsecurity=False) for name in ("md5", "sha1", "sha256")]
        self.size = 0

    def take(self, data: bytes) -> None:
        """The next bytes; they are not kept."""
        self.size += len(data)
        for one in self._hashes:
            one.update(data)

    def digests(self) -> tuple[str, ...]:
        """Digests of all that went by, in hex."""
        return tuple(one.hexdigest() for one in self._hashes)


def wanted(workspace: Workspace, site: Site) -> bool:
    """Whether this site's pictures are looked at."""
    if site.manifest.known_images is None or not enabled(workspace):
        return False
    with workspace.read() as connection:
        return connection.execute(select(known_hashes.c.keyed).limit(1)).first() is not None


def addresses(site: Site, page: Page) -> list[str]:
    """Where the pictures of an ad's page are, as far as a request may go there."""
    selector = compiled(site.manifest.known_images or "")
    try:
        found = texts(selector.find(page.json if selector.reads == "json" else page.root))
    except PageError:
        return []
    made = []
    for one in found[:MOST]:
        try:
            url = urljoin(page.url, one.strip())
        except ValueError:
            continue
        if refusal(url, site.manifest) in (None, "media"):
            made.append(url)
    return list(dict.fromkeys(made))


def is_picture(content_type: str, content_encoding: str) -> bool:
    """Whether a response is a picture whose bytes are the file's own."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind.startswith("image/") and kind != "image/svg+xml" and content_encoding.lower() in ("", "identity")

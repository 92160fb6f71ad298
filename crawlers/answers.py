"""What came back from an address, as the page it shows; and counts of what its ads hold."""

from collections import Counter
from collections.abc import Iterable
from urllib.parse import urlsplit

from crawlers.frontier import Entry, Kind
from crawlers.page import Page
from crawlers.records import Ad
from crawlers.warc import RENDERED_TYPE, Fetched

REDIRECTS = frozenset({301, 302, 303, 307, 308})
GONE = frozenset({404, 410})


def page_of(entry: Entry, fetched: Fetched) -> Page:
    """The page as received; of one that scripts built, the page they made."""
    kind = "listing" if entry.kind is Kind.LISTING else "ad"
    if fetched.rendered is not None:
        return Page(fetched.url, fetched.rendered, RENDERED_TYPE, "", kind)
    return Page(fetched.url, fetched.body, fetched.header("content-type"), fetched.header("content-encoding"), kind)


def is_front(url: str) -> bool:
    """Whether an address is the front of its host."""
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query


def filled(ads: Iterable[Ad]) -> Counter[str]:
    """How many ads there are, and how many have each field."""
    counts: Counter[str] = Counter()
    for ad in ads:
        counts["ads"] += 1
        counts.update(f"filled.{name}" for name in ad.texts())
        counts["filled.posted_at"] += ad.posted_at is not None
        counts["filled.image_hashes"] += bool(ad.image_hashes)
    return counts

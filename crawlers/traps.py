"""Listings without an end (calendars, session ids, pages past the last one), told by what chains of pages show, not by form.

A page is *barren* when it shows no ad, or just those that another listing page of the run showed; *stale* when it shows none
that the run did not know. What a barren page leads to continues its chain; a chain that stays barren or stale too long is not
followed further. An empty town of a real tree hangs on a page that bears, so however many there are, none is cut off.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

BARREN = 12
STALE = 100
SAME_SEGMENT = 3  # times one segment may stand in a path
SAME_NAME = 8  # times one name may stand in a query
# From so many ad pages on, this share of ads already met at another address is a trap rather than a habit.
REPEATS_FROM = 100
REPEATS_SHARE = 0.5
CALENDAR = re.compile(r"(?:19|20)\d\d[-/_.]?(?:0?[1-9]|1[0-2])(?!\d)")
CALENDAR_NAMES = frozenset({"year", "month", "day", "date", "week", "from", "until"})
TOKEN = re.compile(r"[A-Za-z0-9]{10,}")
NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Chain:
    """How long the pages that led here were barren, and how long stale."""

    barren: int = 0
    stale: int = 0


class Traps:
    """Follows the chains of one run. What is told is a word: calendar, session, pages, query, path, duplicates."""

    def __init__(self) -> None:
        self._chains: dict[str, Chain] = {}
        self._shown: set[int] = set()
        self._ads: set[str] = set()
        self._visits = 0
        self._repeats = 0

    def page(self, fingerprint: str, ads: Collection[str], *, fresh: bool) -> Chain:
        """The chain as it goes on from a listing page with these ads; `fresh` says that one was new to the run."""
        before = self._chains.pop(fingerprint, Chain())
        key = hash(frozenset(ads))
        barren = not ads or (key in self._shown and not fresh)
        self._shown.add(key)
        return Chain(before.barren + 1 if barren else 0, 0 if fresh else before.stale + 1)

    def lead(self, url: str, origin: str, chain: Chain) -> str | None:
        """Why a listing page that `origin` leads to is not followed, or None."""
        parts = urlsplit(url)
        segments = [one for one in parts.path.split("/") if one]
        if any(segments.count(one) > SAME_SEGMENT for one in set(segments)):
            return "path"
        names = [name for name, _ in parse_qsl(parts.query, keep_blank_values=True)]
        if any(names.count(name) > SAME_NAME for name in set(names)):
            return "query"
        if chain.barren < BARREN and chain.stale < STALE:
            return None
        return _kind(url, origin)

    def follow(self, fingerprint: str, chain: Chain) -> None:
        """The page with this fingerprint goes on with `chain`."""
        if chain != Chain():
            self._chains[fingerprint] = chain

    def ad(self, ad_id: str) -> bool:
        """An ad's own page was read; True where by now most of them show ads that stood at another address already."""
        self._visits += 1
        self._repeats += ad_id in self._ads
        self._ads.add(ad_id)
        return self._visits >= REPEATS_FROM and self._repeats > REPEATS_SHARE * self._visits


def _tokens(url: str) -> set[str]:
    return {one for one in TOKEN.findall(url) if not one.isdigit() and not one.isalpha()}


def _kind(url: str, origin: str) -> str:
    """The trap's name, by what tells one of its addresses from the one before."""
    new, old = urlsplit(url), urlsplit(origin)
    names = {name.lower() for name, _ in parse_qsl(new.query, keep_blank_values=True)}
    if CALENDAR.search(f"{new.path}?{new.query}") or names & CALENDAR_NAMES:
        return "calendar"
    if _tokens(url) - _tokens(origin):
        return "session"
    if old.query and len(new.query) > len(old.query) + 1:
        return "query"
    if NUMBER.sub("", url) == NUMBER.sub("", origin) or set(NUMBER.findall(url)) - set(NUMBER.findall(origin)):
        return "pages"
    return "duplicates"

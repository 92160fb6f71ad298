"""What the pages of a run look like, as counts that are kept with the run and compared with those of earlier ones.

Every ad is measured (length of its text, its date, its characters); a sample of pages is looked at closely: where each field
stands, and which labels no rule takes.
"""

import zlib
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from lxml import etree

from crawlers.errors import PageError
from crawlers.labels import untaken
from crawlers.page import Page
from crawlers.parse import Parsed, items_of, select
from crawlers.records import Ad
from crawlers.selectors import texts
from crawlers.sites import Site

FIRST = 60  # ad pages of a run that are all looked at; later ones now and then
EVERY = 40
ITEMS = 3  # of one listing page that holds the ads themselves
REPEATED = ("body", "contact", "posted_at")  # fields that are hardly ever alike
KEYS = 400  # different places and labels that a run keeps: a bound on hostile pages
FUTURE = timedelta(hours=36)  # a date beyond this is no date in another time zone
# How UTF-8 looks when it is read as Windows-1252.
MISREAD = ("Ã", "Â", "â€", "ðŸ")


class Looks:
    """Looks at the pages of one run; `counts` are the run's own, which say what was looked at before an interruption."""

    def __init__(self, site: Site, counts: Mapping[str, int]) -> None:
        self._site = site
        self._counts = counts
        self._looked = counts.get("looked", 0)
        self._pages = 0
        self._most = Counter({name: counts.get(f"same.{name}", 0) for name in REPEATED})
        self._said: Counter[tuple[str, int]] = Counter()
        self._values: dict[str, int] = {}
        self._keys = {key for key in counts if key.startswith(("place.", "label."))}

    def at(self, page: Page, parsed: Parsed, seen_at: datetime) -> Counter[str]:
        """The counts that a page with ads adds to the run's."""
        found: Counter[str] = Counter()
        for ad in parsed.ads:
            found.update(_measured(ad, seen_at))
            found.update(self._repeats(ad))
        if not parsed.ads:
            return found
        self._pages += 1
        if self._looked < FIRST or self._pages % EVERY == 0:
            try:
                found.update(self._closely(page, parsed))
            except PageError:
                return found  # a parser of the site's own read what no tree can be made of
        return found

    def _repeats(self, ad: Ad) -> list[str]:
        """Counts of the fields that say, once more, what most ads of this run say there."""
        found = []
        for name in REPEATED:
            if not (value := getattr(ad, name)):
                continue
            key = (name, hash(value))
            self._said[key] += 1
            if self._said[key] > self._most[name]:
                self._most[name] += 1
                found.append(f"same.{name}")
        return found

    def _closely(self, page: Page, parsed: Parsed) -> Counter[str]:
        found: Counter[str] = Counter()
        contexts: list[Any] = [page] if page.kind == "ad" else items_of(self._site, page)[:ITEMS]
        for number, context in enumerate(contexts):
            self._looked += 1
            found["looked"] += 1
            taken = [text for ad in parsed.ads[number : number + 1] for text in ad.texts().values()]
            for name, written in self._site.manifest.select.ad.items():
                values = select(written, page, context)
                taken.extend(texts(values))
                if values:
                    found.update(self._kept(f"place.{name}.{_place(values[0])}"))
            for one in untaken(whole(page, context), taken, self._site.manifest.ignore):
                key = f"label.{one.label}"
                found.update(self._kept(key))
                found[f"varied.{one.label}"] += self._values.setdefault(key, hash(one.value)) != hash(one.value)
        if "root" in page.__dict__:
            found["whole"] += len(contexts) * page.text.rstrip()[-7:].lower().endswith("</html>")
        return +found

    def _kept(self, key: str) -> list[str]:
        if key not in self._keys and len(self._keys) >= KEYS:
            return []
        self._keys.add(key)
        return [key]


def whole(page: Page, context: Any) -> Any:
    """What labels are looked for in: the item, or all of an ad's page."""
    if context is not page:
        return context
    return page.json if page.text.lstrip()[:1] in ("{", "[") else page.root


def _measured(ad: Ad, seen_at: datetime) -> Counter[str]:
    text = "\n".join(ad.texts().values())
    counts = Counter({f"length.{len(ad.body or text).bit_length()}": 1})
    if ad.posted_at and ad.posted_at > seen_at + FUTURE:
        counts["future"] = 1
    if "\ufffd" in text or (any(mark in text for mark in MISREAD) and _misread(text)):
        counts["misread"] = 1
    return counts


def _misread(text: str) -> bool:
    """Whether the text was UTF-8 and has been read as Windows-1252 or Latin-1."""
    for name in ("cp1252", "latin-1"):
        try:
            return text.encode(name).decode("utf-8") != text
        except UnicodeError:
            continue
    # Some characters are right and some are not: a word that turns into one character fewer decides.
    return any(_turns(word) for word in text.split() if any(mark in word for mark in MISREAD))


def _turns(word: str) -> bool:
    try:
        return word.encode("cp1252").decode("utf-8") != word
    except UnicodeError:
        return False


def _place(found: Any) -> str:
    """Where in its page a value stands, short: the chain of elements above it, or the kind of a JSON value."""
    if not isinstance(found, etree._Element):
        return type(found).__name__
    chain = [found, *found.iterancestors()][:30]
    return f"{zlib.crc32('/'.join(map(_step, reversed(chain))).encode()):08x}"


def _step(element: etree._Element) -> str:
    # Classes with digits are made anew by some builds of a site; an id is often the ad's own.
    name = next((one for one in (element.get("class") or "").split() if one.replace("-", "").isalpha()), "")
    return f"{element.tag}.{name}"

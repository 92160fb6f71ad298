"""Damaged and hostile pages through everything that reads a page: no crash, no hang, and how long the slowest took.

    .venv/bin/python -m bench.fuzz_pages [--pages 10000] [--seed N]

The pages of a rehearsal market (and feeds and sitemaps of its ads) are cut, spliced, doubled, sprinkled with what parsers
choke on, packed, and served under wrong types. Each goes through parsing, the signs of walls, the run's looks and, now and
then, the guesser. Seconds are CPU time. Exit status 1 with a crash, a page over 5 s, or a 99.9th percentile over 200 ms.
"""

import argparse
import gzip
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from crawlers.errors import PageError
from crawlers.guess import guess
from crawlers.manifest import Manifest
from crawlers.page import Page
from crawlers.page_signs import mistaken, sign_of
from crawlers.parse import parse
from crawlers.shape import Looks
from crawlers.sites import Site, load_site
from market.make import make
from market.server import Market

ROOT = Path(__file__).parents[1]
HANG = 5.0
SLOW = 0.2
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
TYPES = (
    "text/html",
    "text/html; charset=utf-16",
    "application/json",
    "application/xml",
    "",
    "text/html; charset=shift_jis",
)
CHOKERS = (
    b"\x00", b"\xff\xfe", b"\xed\xa0\x80", "\u202e\u200b\u0301".encode(), b"<!--", b"<![CDATA[", b"]]>", b"<script>", b"<svg>",
    b"<table><table>", b"</html>", b"<base href='http://['>", b"<meta charset=utf-7>", b"<!ENTITY a 'b'>", b"&#x110000;",
    b"&amp" * 50, b"<a href='javascript:0'>", b"<p title='", b'"' * 200, b"{" * 300, b"[" * 300, b'{"a":' * 100, b"<div>" * 400,
    b"<b a=1 a=2 a=3>", b"\\ud800", b"1e999", b"-" * 500, b"<dl><dt>" * 60, b"<li>Age: ", b"<tr><th>x<td>" * 60,
    b'<script type="application/ld+json">{"a":[{"b":1}]}</script>', b"<plaintext>", b"<textarea>", b"\r" * 300, b"xmlns:a=''",
)  # fmt: skip


@dataclass(slots=True)
class Found:
    """What a run of the bench found: seconds of each page, and what crashed or hung."""

    seconds: list[float] = field(default_factory=list)
    crashes: list[str] = field(default_factory=list)
    refused: int = 0

    def percentile(self, share: float) -> float:
        """The seconds that this share of the pages kept below."""
        return sorted(self.seconds)[min(int(share * len(self.seconds)), len(self.seconds) - 1)]


def corpus(folder: Path, seed: int) -> list[tuple[Site, str, bytes, str]]:
    """Sound pages: site, address, body, kind."""
    make(folder, seed=seed, ads=120)
    market = Market(folder)
    pages = []
    for name in ("harbor", "lantern", "meadow"):
        site = load_site(ROOT / "market" / "sites" / name, trusted=False)
        path = {"meadow": "/meadow/api/ads/", "harbor": "/harbor/ad/", "lantern": "/lantern/ad/"}[name]
        targets = [f"{path}{native}" for native in list(market.catalogue.view(name, None).by_id)[:25]]
        pages += [(site, f"http://127.0.0.1{one}", market.answer(one).body, "ad") for one in targets]
        start = {"meadow": "/meadow/api/listing"}.get(name, f"/{name}/")
        pages.append((site, f"http://127.0.0.1{start}", market.answer(start).body, "listing"))
    items = {"listing": {"items": "tr.ad"}, "ad": {"native_id": "tr::attr(id)", "title": "td.title", "body": "td.body"}}
    pages.append((_site("thicket", "next", items), "http://127.0.0.1/", market.answer("/thicket/").body, "listing"))
    entries = "".join(
        f"<item><guid>{number}</guid><title>{ad['ad_id']}</title><description><![CDATA[<p>{ad['body']}</p>]]></description></item>"
        for number, ad in enumerate(market.catalogue.view("harbor", None).ads[:20])
    )
    feed = f"<rss version='2.0'><channel>{entries}</channel></rss>".encode()
    pages.append(
        (_site("feed", "feed", {"listing": {"items": "jmespath:items"}}), "http://127.0.0.1/f", feed, "listing")
    )
    sitemap = b"<urlset>" + b"<url><loc>http://127.0.0.1/ad/1</loc></url>" * 50 + b"</urlset>"
    pages.append((_site("map", "sitemap", {"ad": {"native_id": "h1"}}), "http://127.0.0.1/s", sitemap, "listing"))
    return pages


def fuzz(pages: int, seed: int) -> Found:
    """Read so many mutated pages."""
    rng, found = random.Random(seed), Found()
    with tempfile.TemporaryDirectory() as name:
        sound = corpus(Path(name), seed)
    for number in range(pages):
        site, url, body, kind = rng.choice(sound)
        page = _mutated(rng, url, body, kind, [one[2] for one in sound])
        begun = time.process_time()
        try:
            read(site, page, guessing=number % 10 == 0)
        except PageError:
            found.refused += 1
        except Exception as problem:
            found.crashes.append(f"page {number} of seed {seed} ({site.name}): {type(problem).__name__}: {problem}")
        found.seconds.append(time.process_time() - begun)
        if found.seconds[-1] > HANG:
            found.crashes.append(f"page {number} of seed {seed} ({site.name}): took {found.seconds[-1]:.1f} s")
    return found


def read(site: Site, page: Page, *, guessing: bool) -> None:
    """Everything a crawl, and the maker of a new site, does with a page; raises PageError."""
    if guessing:
        guess(page)
    try:
        parsed = mistaken(parse(site, page), page)
    except PageError:
        sign_of(page)
        raise
    Looks(site, {}).at(page, parsed, NOON)


def _site(name: str, listing: str, select: Mapping[str, object]) -> Site:
    value = {"name": name, "start": ["http://127.0.0.1/"], "listing": listing, "select": select}
    return Site(Manifest.model_validate(value), ROOT)


def _mutated(rng: random.Random, url: str, body: bytes, kind: str, others: list[bytes]) -> Page:
    changed = bytearray(body)
    for _ in range(rng.choice((1, 1, 2, 3, 6, 12))):
        changed = rng.choice(MUTATIONS)(rng, changed, others)
    packed = rng.random() < 0.05
    content = gzip.compress(bytes(changed), 1) if packed else bytes(changed)
    if packed and rng.random() < 0.5:
        content = content[: rng.randrange(len(content))]
    return Page(url, content, rng.choice(TYPES) if rng.random() < 0.3 else "", "gzip" if packed else "", kind)


def _spot(rng: random.Random, body: bytearray) -> int:
    return rng.randrange(len(body) + 1)


def _cut(rng: random.Random, body: bytearray, _: list[bytes]) -> bytearray:
    return body[: _spot(rng, body)]


def _drop(rng: random.Random, body: bytearray, _: list[bytes]) -> bytearray:
    at = _spot(rng, body)
    return body[:at] + body[at + rng.randrange(200) :]


def _double(rng: random.Random, body: bytearray, _: list[bytes]) -> bytearray:
    start = _spot(rng, body)
    piece = body[start : start + rng.randrange(1, 400)]
    return body[:start] + piece * rng.choice((2, 10, 100)) + body[start:]


def _flip(rng: random.Random, body: bytearray, _: list[bytes]) -> bytearray:
    for _number in range(rng.randrange(1, 40)):
        if body:
            body[rng.randrange(len(body))] = rng.randrange(256)
    return body


def _splice(rng: random.Random, body: bytearray, others: list[bytes]) -> bytearray:
    other, at = rng.choice(others), _spot(rng, body)
    start = rng.randrange(len(other))
    return body[:at] + other[start : start + rng.randrange(4000)] + body[at:]


def _choke(rng: random.Random, body: bytearray, _: list[bytes]) -> bytearray:
    at = _spot(rng, body)
    return body[:at] + rng.choice(CHOKERS) * rng.choice((1, 1, 5, 30)) + body[at:]


def _inside(rng: random.Random, body: bytearray, _: list[bytes]) -> bytearray:
    """Something that chokes parsers just behind a tag, a quote or a colon."""
    marks = [place for place, sign in enumerate(body) if sign in b'<>":=']
    at = rng.choice(marks) + 1 if marks else 0
    return body[:at] + rng.choice(CHOKERS) + body[at:]


MUTATIONS = (_cut, _drop, _double, _flip, _splice, _choke, _inside)


def _told(found: Found) -> Iterator[str]:
    yield from found.crashes[:20]
    shares = ", ".join(f"p{share * 100:g} {found.percentile(share) * 1000:.1f} ms" for share in (0.5, 0.99, 0.999, 1.0))
    yield f"{len(found.seconds)} pages ({found.refused} refused with a reason): {len(found.crashes)} crashes or hangs; {shares}"


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    found = fuzz(options.pages, options.seed)
    print("\n".join(_told(found)))
    return int(bool(found.crashes) or found.percentile(0.999) > SLOW)


if __name__ == "__main__":
    sys.exit(main())

"""lantern: towns, then pages with "older" links; ads as definition lists, dates day first, in London time."""

from collections.abc import Mapping
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from market.catalogue import Ad, View, native_id
from market.layouts.answer import Answer, missing, number, page

ZONE = ZoneInfo("Europe/London")
PER_PAGE = 25
GONE = "k0"
JUNK = "k1"
LABELS = {
    "name": "Goes by",
    "age": "Years",
    "location": "Where",
    "price": "Asks",
    "contact": "Reach",
}


def answer(view: View, path: str, query: Mapping[str, str]) -> Answer:
    """`` lists towns, `in/TOWN` its ads, `ad/ID` is an ad."""
    if path == "":
        towns = "".join(f'<li><a class="town" href="/lantern/in/{name}">{name}</a></li>\n' for name in view.categories)
        return page(
            "Lantern",
            f'<div id="top"><img src="/lantern/media/logo.svg" alt=""></div><ul class="towns">\n{towns}</ul>'
            '<a rel="nofollow" href="/lantern/trap/">.</a>',
        )
    folder, _, name = path.partition("/")
    if folder == "in" and name in view.categories:
        return _town(view, name, number(query, "p"))
    if folder == "trap":
        return page("Trap", '<a href="/lantern/trap/deeper">deeper</a>')
    if folder != "ad" or name == GONE:
        return missing()
    if name == JUNK:
        return page("Lantern", "<h2>Sign in</h2><p>Sign in to go on.</p>")
    ad = view.by_id.get(name)
    return missing() if ad is None else _detail(ad, view.odd.get(name, ""))


def _town(view: View, town: str, at: int | None) -> Answer:
    ads = view.categories[town]
    if at is None or (at - 1) * PER_PAGE >= len(ads):
        return missing()
    shown = ads[(at - 1) * PER_PAGE : at * PER_PAGE]
    cards = [
        f'<section class="card"><img loading="lazy" src="/lantern/media/{native_id(ad)}.webp" alt="">'
        f'<h3><a href="/lantern/ad/{native_id(ad)}">{escape(ad["title"])}</a></h3></section>'
        for ad in shown
    ]
    if at == 1:
        cards.append(cards[0])  # listed twice
        if town == next(iter(view.categories)):
            cards.extend(
                f'<section class="card"><h3><a href="/lantern/ad/{bad}">?</a></h3></section>' for bad in (GONE, JUNK)
            )
    older = f'<a class="older" href="/lantern/in/{town}?p={at + 1}">older</a>' if at * PER_PAGE < len(ads) else ""
    return page(f"Lantern: {town}", "\n".join(cards) + f"\n<footer>{older}</footer>")


def _detail(ad: Ad, odd: str) -> Answer:
    native = native_id(ad)
    posted = datetime.fromisoformat(ad["posted_at"]).astimezone(ZONE)
    rows = "".join(
        f'<dt>{label}</dt><dd class="v-{name}">{escape(ad[name])}</dd>\n'
        for name, label in LABELS.items()
        if name in ad
    )
    pictures = "".join(
        f'<figure data-print="{escape(value)}"><img src="/lantern/media/{native}-{place}.webp" alt=""></figure>'
        for place, value in enumerate(ad.get("image_hashes", ()))
    )
    body = (
        f'<main id="{native}"><h2>{escape(ad["title"])}</h2>\n<dl>\n'
        f'<dt>Since</dt><dd class="since">{posted:%d/%m/%Y %H:%M}</dd>\n'
        f'{rows}</dl>\n<pre class="wording">{escape(ad["body"])}</pre>\n{pictures}'
        f'<img src="/lantern/media/pixel.gif" width="1" height="1" alt=""></main>'
    )
    if odd == "broken":
        body = "<dl><div>" + body.replace("</dd>", "").replace("</main>", "</b></p>") + "<p"
    return page(
        ad["title"],
        body,
        charset="iso-8859-1" if odd == "wrong charset" else "utf-8",
        content_type="text/html; charset=utf8mb4" if odd == "unknown charset" else "text/html; charset=utf-8",
    )

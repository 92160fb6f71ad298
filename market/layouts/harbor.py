"""harbor: a numbered list of plain HTML pages, dates in Chicago time."""

from collections.abc import Mapping
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from market.catalogue import Ad, View, native_id
from market.layouts.answer import HTML, Answer, lines, missing, number, page

ZONE = ZoneInfo("America/Chicago")
PER_PAGE = 50
GONE = "00000000"
JUNK = "00000001"


def answer(view: View, path: str, query: Mapping[str, str]) -> Answer:
    """`` is the list, `ad/ID` an ad, `private/...` the trap that robots.txt forbids."""
    if path == "":
        return _listing(view, number(query, "page"))
    if path.startswith("private/"):
        return page("Members", '<h1>Members</h1><a href="/harbor/private/more">more</a>')
    folder, _, native = path.partition("/")
    if folder != "ad":
        return missing()
    if native == GONE:
        return missing(410)
    if native == JUNK:  # says 200 and is no ad
        return page("Please wait", "<p>This listing is being checked. Come back later.</p>")
    ad = view.by_id.get(native)
    return missing() if ad is None else _detail(ad, view.odd.get(native, ""))


def _listing(view: View, at: int | None) -> Answer:
    pages = max(1, -(-len(view.ads) // PER_PAGE))
    if at is None or at > pages:
        return missing()
    shown = list(view.ads[(at - 1) * PER_PAGE : at * PER_PAGE])
    rows = [_row(ad) for ad in shown]
    if at == 1 and shown:
        rows.append(_row(shown[0]))  # listed twice
        rows.append(f'<li><a class="ad" href="/harbor/ad/{GONE}">No longer here</a></li>')
        rows.append(f'<li><a class="ad" href="/harbor/ad/{JUNK}">Being checked</a></li>')
    numbers = " ".join(
        f'<a class="page" href="/harbor/?page={n}">{n}</a>' for n in range(max(1, at - 2), min(pages, at + 2) + 1)
    )
    following = f'<a class="next" href="/harbor/?page={at + 1}">next</a>' if at < pages else ""
    return page(
        "Harbor listings",
        f'<h1>Harbor listings</h1><img src="/harbor/media/banner.png" alt="">\n<ol start="{(at - 1) * PER_PAGE + 1}">\n'
        + "\n".join(rows)
        + f'\n</ol>\n<p>{numbers} {following}</p><p hidden><a href="/harbor/private/members">members</a></p>',
    )


def _row(ad: Ad) -> str:
    native = native_id(ad)
    return (
        f'<li><img src="/harbor/media/{native}-small.jpg" alt=""><a class="ad" href="/harbor/ad/{native}">'
        f"{escape(ad['title'])}</a> <small>{escape(ad.get('location', ''))}</small></li>"
    )


def _detail(ad: Ad, odd: str) -> Answer:
    native = native_id(ad)
    posted = datetime.fromisoformat(ad["posted_at"]).astimezone(ZONE)
    facts = "".join(
        f'<li>{label}: <b class="{name}">{lines(ad[name])}</b></li>\n'
        for name, label in (("name", "Name"), ("age", "Age"), ("price", "Price"), ("contact", "Contact"))
        if name in ad
    )
    pictures = "".join(
        f'<img src="/harbor/media/{native}-{place}.jpg" data-hash="{escape(value)}" alt="">'
        for place, value in enumerate(ad.get("image_hashes", ()))
    )
    where = f'in <span class="place">{escape(ad["location"])}</span>' if "location" in ad else ""
    body = (
        f'<article class="listing" data-id="{native}">\n<h1 class="headline">{escape(ad["title"])}</h1>\n'
        f'<p>Posted <time>{posted:%Y-%m-%d %H:%M}</time> {where}</p>\n<div class="text">{lines(ad["body"])}</div>\n'
        f'<ul>\n{facts}</ul>\n{pictures}<img src="/harbor/media/{native}.jpg" alt="">\n</article>\n'
        f'<p><a href="/harbor/">all listings</a></p>'
    )
    if odd == "broken":
        broken = body.replace("</article>", "").replace("</li>", "").replace('class="text"', "class=text <b")
        return page(ad["title"], f"<table><div><p>{broken}</span></table></center><div")
    return page(
        ad["title"],
        body,
        charset="windows-1252" if odd == "wrong charset" else "utf-8",
        content_type="text/html; charset=utf8mb4" if odd == "unknown charset" else HTML,
    )

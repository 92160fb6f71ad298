"""thicket: everything in tables. It has no manifest: the documentation adds one."""

from collections.abc import Mapping

from market.catalogue import Ad, View, native_id
from market.layouts.answer import Answer, lines, missing, number, page

PER_PAGE = 30
COLUMNS = ("posted_at", "title", "name", "age", "location", "price", "contact", "body")


def answer(view: View, path: str, query: Mapping[str, str]) -> Answer:
    """`` is a table of ads with every field, page by page."""
    at = number(query, "page")
    if path or at is None or (at > 1 and (at - 1) * PER_PAGE >= len(view.ads)):
        return missing()
    rows = "\n".join(_row(ad) for ad in view.ads[(at - 1) * PER_PAGE : at * PER_PAGE])
    more = f'<a id="more" href="/thicket/?page={at + 1}">more</a>' if at * PER_PAGE < len(view.ads) else ""
    head = "".join(f"<th>{name}</th>" for name in COLUMNS)
    return page("Thicket", f'<table class="ads"><tr>{head}</tr>\n{rows}\n</table>{more}')


def _row(ad: Ad) -> str:
    cells = "".join(f'<td class="{name}">{lines(str(ad.get(name, "")))}</td>' for name in COLUMNS)
    native = native_id(ad)
    return f'<tr class="ad" id="{native}">{cells}<td><img src="/thicket/media/{native}.png" alt=""></td></tr>'

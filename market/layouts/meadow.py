"""meadow: a page that scrolls without end over a JSON listing with a cursor, and ads as JSON."""

from collections.abc import Mapping
from html import escape

from market.catalogue import Ad, View, native_id
from market.layouts.answer import Answer, json, missing, page

PER_PAGE = 40
GONE = "m-0-000"
JUNK = "m-0-001"
SCROLL = """<ul id="list"></ul><script>
let cursor = "";
addEventListener("scroll", async () => {
  const got = await (await fetch("/meadow/api/listing?cursor=" + cursor)).json();
  cursor = got.next;
  for (const ad of got.ads) list.insertAdjacentHTML("beforeend", `<li><img src="${ad.thumb}"><a href="${ad.page}"></a></li>`);
});
</script><a rel="nofollow" href="/meadow/hidden/">.</a>"""


def answer(view: View, path: str, query: Mapping[str, str]) -> Answer:
    """`` is the page people see; `api/listing?cursor=` and `api/ads/ID` is what it reads; `ad/ID` an ad for people."""
    if path == "":
        return page("Meadow", SCROLL)
    if path == "api/listing":
        return _listing(view, query.get("cursor", "c0"))
    if path.startswith("hidden/"):
        return page("Hidden", '<a href="/meadow/hidden/more">more</a>')
    folder, _, native = path.rpartition("/")
    if folder not in {"api/ads", "ad"}:
        return missing()
    if native == GONE:
        return json({"error": "gone"}, 410)
    if native == JUNK:
        return json({"message": "try again later"})
    ad = view.by_id.get(native)
    if ad is None:
        return json({"error": "not found"}, 404)
    return (
        _ad(ad)
        if folder == "api/ads"
        else page(ad["title"], f"<h1>{escape(ad['title'])}</h1><p>{escape(ad['body'])}</p>")
    )


def _listing(view: View, cursor: str) -> Answer:
    digits = cursor.removeprefix("c")
    if not digits.isdecimal() or len(digits) > 9:
        return json({"error": f"no such cursor: {cursor[:20]}"}, 400)
    start = int(digits)
    shown = [_teaser(native_id(ad), ad["title"]) for ad in view.ads[start : start + PER_PAGE]]
    if start == 0 and shown:
        shown += [shown[0], _teaser(GONE, "gone"), _teaser(JUNK, "later")]  # one of them twice
    following = f"c{start + PER_PAGE}" if start + PER_PAGE < len(view.ads) else None
    return json({"ads": shown, "next": following, "total": len(view.ads)})


def _teaser(native: str, title: str) -> dict[str, str]:
    return {
        "id": native,
        "href": f"/meadow/api/ads/{native}",
        "page": f"/meadow/ad/{native}",
        "thumb": f"/meadow/media/{native}.jpg",
        "headline": title,
    }


def _ad(ad: Ad) -> Answer:
    native = native_id(ad)
    said = {
        name: ad[field]
        for name, field in (
            ("headline", "title"), ("text", "body"), ("town", "location"), ("contact", "contact"), ("alias", "name"),
            ("age", "age"), ("rate", "price"),
        )
        if field in ad
    }  # fmt: skip
    photos = [
        {"src": f"/meadow/media/{native}-{place}.jpg", "hash": value}
        for place, value in enumerate(ad.get("image_hashes", ()))
    ]
    return json(
        {"id": native, "page": f"/meadow/ad/{native}", "published": ad["posted_at"], "listing": said, "photos": photos}
    )

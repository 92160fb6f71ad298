"""How sites break: each way turns the answers of a market site into those of the same site on a bad day.

A way is given the site's name, the address and the answer. Ad pages and listing pages are told apart by their address.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from zlib import crc32

import orjson

from market.layouts.answer import HTML, JSON, Answer

Way = Callable[[str, str, Answer], Answer]

AD_PATHS = {"harbor": "/harbor/ad/", "lantern": "/lantern/ad/", "meadow": "/meadow/api/ads/"}
# What stands where on each site: (in the page's source, what it is renamed to).
NAMES = {
    "harbor": {"id": "data-id", "title": 'class="headline"', "body": 'class="text"', "contact": 'class="contact"',
               "location": 'class="place"', "link": 'class="ad"', "next": 'class="next"', "date": "<time>"},
    "lantern": {"id": '<main id="', "title": "<h2>", "body": 'class="wording"', "contact": 'class="v-contact"',
                "location": 'class="v-location"', "link": 'class="card"', "next": 'class="older"', "date": 'class="since"'},
    "meadow": {"id": '"id":', "title": '"headline":', "body": '"text":', "contact": '"contact":',
               "location": '"town":', "link": '"href":', "next": '"next":', "date": '"published":'},
}  # fmt: skip
TERMS = "By using this site you accept its terms. Every listing is the word of whoever placed it. " * 4


def is_ad(site: str, target: str) -> bool:
    """Whether the address is an ad's page."""
    return target.startswith(AD_PATHS[site])


def _renamed(what: str) -> Way:
    def way(site: str, _target: str, answer: Answer) -> Answer:
        name = NAMES[site][what]
        new = re.sub(r"(\w)(\W*)\Z", r"\1x9\2", name)
        if what == "title" and site == "lantern":
            return _text(answer, lambda text: text.replace("<h2>", "<h4>").replace("</h2>", "</h4>"))
        if name == "<time>":
            return _text(answer, lambda text: text.replace("<time>", "<i>").replace("</time>", "</i>"))
        return _text(answer, lambda text: text.replace(name, new))

    return way


def _notice(title: str, words: str, share: float = 1.0, *, everywhere: bool = False) -> Way:
    """A share of the ad pages (or all pages) are a notice with status 200."""

    def way(site: str, target: str, answer: Answer) -> Answer:
        if not (everywhere or (is_ad(site, target) and _chosen(target, share))):
            return answer
        if site == "meadow":
            return Answer(200, JSON, orjson.dumps({"error": title, "message": words}))
        page = f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>{words}</p></body></html>"
        return Answer(200, HTML, page.encode())

    return way


def _chosen(target: str, share: float) -> bool:
    return crc32(target.encode()) % 1000 < share * 1000


def _text(answer: Answer, change: Callable[[str], str]) -> Answer:
    return replace(answer, body=change(answer.body.decode()).encode()) if answer.status == 200 else answer


def _on_ads(html: Callable[[str], str], json: Callable[[dict[str, object]], object]) -> Way:
    """A change of ad pages: of their source, or of the object where they are JSON."""

    def way(site: str, target: str, answer: Answer) -> Answer:
        if not is_ad(site, target) or answer.status != 200:
            return answer
        if site != "meadow":
            return _text(answer, html)
        value = orjson.loads(answer.body)
        return replace(answer, body=orjson.dumps(json(value))) if "listing" in value else answer

    return way


def _empty_list(site: str, target: str, answer: Answer) -> Answer:
    if is_ad(site, target):
        return answer
    if site == "meadow":
        return replace(answer, body=b'{"ads":[],"next":null,"total":0}')
    return Answer(200, HTML, b"<html><body><h1>Listings</h1><p>Nothing fits your search.</p></body></html>")


def _short_list(site: str, target: str, answer: Answer) -> Answer:
    """A listing page shows its first few ads only and leads no further."""
    if is_ad(site, target) or target.startswith("/meadow/ad/"):
        return answer
    if site == "meadow":
        value = orjson.loads(answer.body)
        return replace(answer, body=orjson.dumps({**value, "ads": value["ads"][:5], "next": None}))
    mark = NAMES[site]["link"]
    parts = answer.body.decode().split(mark)
    return replace(answer, body=(mark.join(parts[:4]) + "</body></html>").encode())


def _new_ids(_site: str, _target: str, answer: Answer) -> Answer:
    """Every id is shown differently; the addresses stay as they are."""
    text = re.sub(r'((?:data-id|<main id)=")([^"]+)', r"\1n\2", answer.body.decode())
    text = re.sub(r'\{"id":"([^"]+)","page"', r'{"id":"n\1","page"', text)
    return replace(answer, body=text.encode())


def _other_dates(_site: str, _target: str, answer: Answer) -> Answer:
    def words(found: re.Match[str]) -> str:
        return "3 days ago" if found.group(1) in ("<time>", '"since">') else f'{found.group(1)}"3 days ago"'

    text = re.sub(r'(<time>|"since">)[^<]+', lambda one: f"{one.group(1)}3 days ago", answer.body.decode())
    return replace(answer, body=re.sub(r'("published":)"[^"]+"', words, text).encode())


def _misread(_site: str, _target: str, answer: Answer) -> Answer:
    """The site's own programs read UTF-8 as Windows-1252 and write that as UTF-8."""
    return _text(answer, lambda text: text.encode().decode("cp1252", errors="ignore"))


def _cut(_site: str, target: str, answer: Answer) -> Answer:
    keep = len(answer.body) * 6 // 10 if _chosen(target, 0.5) else len(answer.body)
    return replace(answer, body=answer.body[:keep])


def _failing(site: str, target: str, answer: Answer) -> Answer:
    if is_ad(site, target) and _chosen(target, 0.3):
        return Answer(500, HTML, b"<h1>Internal Server Error</h1>")
    return answer


def _to_the_listing(site: str, target: str, answer: Answer) -> Answer:
    if not is_ad(site, target):
        return answer
    return Answer(302, HTML, b"", f"Location: /{site}/{'api/listing' if site == 'meadow' else ''}\r\n")


def _another_layout(site: str, target: str, answer: Answer) -> Answer:
    """An experiment of the site's: some visitors' pages are built anew, with the same words."""
    if not (is_ad(site, target) and _chosen(target, 0.33) and answer.status == 200):
        return answer
    if site == "meadow":
        value = orjson.loads(answer.body)
        return replace(answer, body=orjson.dumps({"id": value.get("id"), "v2": value.get("listing")}))
    return _text(answer, lambda text: re.sub(r'class="[^"]*"', 'class="x1"', text))


def _shell(_site: str, _target: str, _answer: Answer) -> Answer:
    """Every page is one and the same, and a script fetches the rest."""
    return Answer(200, HTML, b'<html><body><div id="app"></div><script src="/app.js"></script></body></html>')


def _listing_of(value: dict[str, object]) -> dict[str, object]:
    listing = value["listing"]
    if not isinstance(listing, dict):
        raise TypeError("a meadow ad without its listing")
    return listing


def _with(value: dict[str, object], **changes: object) -> object:
    return {**value, "listing": {**_listing_of(value), **changes}}


BODY = re.compile(r'(<div class="text">|<pre class="wording">)(.*?)(</div>|</pre>)', re.DOTALL)

WAYS: dict[str, Way] = {
    "the id's attribute or key renamed": _renamed("id"),
    "the title's class, element or key renamed": _renamed("title"),
    "the text's class or key renamed": _renamed("body"),
    "the contact's class or key renamed": _renamed("contact"),
    "the place's class or key renamed": _renamed("location"),
    "the links to ads renamed": _renamed("link"),
    "the date's class, element or key renamed": _renamed("date"),
    "a block page everywhere": _notice("Access denied", "Unusual traffic from your network.", everywhere=True),
    "a block page on one ad in four": _notice("Just a moment...", "Checking your browser.", 0.25),
    "a consent wall on every ad": _notice("Before you continue", "We value your privacy. Accept all cookies?"),
    "an age wall on a third of the ads": _notice("Age verification", "You must be 18 to go on.", 0.33),
    "ads that say gone with status 200": _notice("Not found", "This listing is no longer available.", 0.8),
    "an error that says 200 on a fifth of the ads": _notice("Something went wrong", "Database error.", 0.2),
    "a notice that says nothing known": _notice("Hello", "Please come back another day.", 0.3),
    "an empty list": _empty_list,
    "a list that shows a few and stops": _short_list,
    "new ids for every ad": _new_ids,
    "dates in words": _other_dates,
    "text in a wrong encoding": _misread,
    "pages cut off": _cut,
    "errors in place of ads": _failing,
    "ads that lead back to the list": _to_the_listing,
    "text as pictures": _on_ads(
        lambda text: BODY.sub(r'<img src="/media/text.png" alt="">', text),
        lambda value: _with(value, text="", picture="/media/text.png"),
    ),
    "text cut to a teaser": _on_ads(
        lambda text: BODY.sub(lambda one: f"{one.group(1)}{one.group(2)[:24]}...{one.group(3)}", text),
        lambda value: _with(value, text=f"{str(_listing_of(value).get('text', ''))[:24]}..."),
    ),
    "terms in place of the text": _on_ads(
        lambda text: BODY.sub(rf"\1{TERMS}\3<div>\2</div>", text), lambda value: _with(value, text=TERMS)
    ),
    "the text in another part of the page": _on_ads(
        lambda text: BODY.sub(r'<aside><section class="shown">\1\2\3</section></aside>', text),
        lambda value: {**value, "listing": {k: v for k, v in _listing_of(value).items() if k != "text"},
                       "extra": {"text": _listing_of(value).get("text")}},
    ),
    "contacts behind a button": _on_ads(
        lambda text: re.sub(r'(class="(?:v-)?contact">)[^<]*', r"\1", text),
        lambda value: _with(value, contact=""),
    ),
    "contacts that want a log-in": _on_ads(
        lambda text: re.sub(r'(class="(?:v-)?contact">)[^<]+', r"\1Log in to see", text),
        lambda value: _with(value, contact="Log in to see") if "contact" in _listing_of(value) else value,
    ),
    "one date for all": _on_ads(
        lambda text: re.sub(
            '(<time>)[^<]+|("since">)[^<]+',
            lambda one: f"{one[1]}2026-03-01 12:00" if one[1] else f"{one[2]}01/03/2026 12:00",
            text,
        ),
        lambda value: {**value, "published": "2026-03-01T12:00:00Z"},
    ),
    "one id for all": _on_ads(
        lambda text: re.sub(r'((?:data-id|<main id)=")[^"]+', r"\g<1>0", text), lambda value: {**value, "id": "0"}
    ),
    "one title for all": _on_ads(
        lambda text: re.sub(r'(<h1 class="headline">|<h2>)[^<]*', r"\1All the listings", text),
        lambda value: _with(value, headline="All the listings"),
    ),
    "another layout on a third of the ads": _another_layout,
    "a shell that scripts fill": _shell,
    "place and name exchanged": _on_ads(
        lambda text: text.replace('"place"', '"nm"').replace('"name"', '"place"').replace('"nm"', '"name"')
        .replace("v-location", "v-nm").replace("v-name", "v-location").replace("v-nm", "v-name"),
        lambda value: _with(value, town=_listing_of(value).get("alias", ""), alias=_listing_of(value).get("town", "")),
    ),
    "a new field that no rule takes": _on_ads(
        lambda text: BODY.sub(
            lambda one: f"{one.group()}<dl><dt>Direct line</dt><dd>{crc32(one.group(2).encode())}</dd></dl>", text
        ),
        lambda value: _with(value, direct_line=crc32(str(value["id"]).encode())),
    ),
    "price and text exchanged": _on_ads(
        lambda text: BODY.sub(r'\1see below\3<p class="more">\2</p>', text),
        lambda value: _with(value, text="see below", more=_listing_of(value).get("text")),
    ),
}  # fmt: skip

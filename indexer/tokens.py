"""Text to tokens: the one function that indexing, asking and highlighting share, so that both engines see the same words."""

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from nlp.text.fold import FEW, PLAIN, SPECIAL, TABLE, fold
from nlp.text.mapped import Mapped

# A change of what comes out makes every index out of date: raise it.
VERSION = "1"
# Characters of scripts written without spaces are words of their own; a query of several is a phrase.
_ALONE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
TOKEN = re.compile(rf"[{_ALONE}]|[^\W_{_ALONE}]+")
# Elasticsearch's whitespace tokenizer cuts a token at 255 characters; both ends cut earlier.
LONGEST = 64
# Stands between two fields of an ad; no text yields it, so no phrase reads across.
BREAK = "\u241e"


# What TOKEN does to a text of ASCII alone, where most time is spent: all but letters and digits is a blank.
_ASCII = "".join(one if one.isalnum() else " " for one in map(chr, range(128)))
# The same with what folding does to it before.
_PLAIN = {
    ord(one): (one if one in PLAIN else TABLE[one]).lower().translate(_ASCII) or None for one in map(chr, range(128))
}
_FOREIGN = re.compile(r"[^\x00-\x7f]")


class Token(NamedTuple):
    """A folded word and the characters of the original it stands for."""

    text: str
    start: int
    end: int


def tokenise(text: str) -> list[Token]:
    """The tokens of `text` in order, with spans into it."""
    folded = fold(text)
    return [Token(one, *folded.span(*span)) for one, span in zip(cut(folded.text), spans(folded), strict=True)]


def cut(folded: str) -> list[str]:
    """The tokens of a folded text."""
    found = folded.translate(_ASCII).split() if folded.isascii() else TOKEN.findall(folded)
    return _short(found) if len(folded) > LONGEST else found


def _short(found: list[str]) -> list[str]:
    return [one[:LONGEST] for one in found] if found and max(map(len, found)) > LONGEST else found


def spans(folded: Mapped, count: int | None = None) -> list[tuple[int, int]]:
    """Where the tokens of `cut`, or the first `count` of them, stand in the folded text."""
    return [found.span() for found in islice(TOKEN.finditer(folded.text), count)]


def words(text: str) -> str:
    """The tokens of `text` with spaces between them: what a text field of an index holds."""
    if (plain := _plain(text)) is None:
        return " ".join(cut(_folded(text)))
    found = plain.translate(_PLAIN).split()
    return " ".join(_short(found) if len(plain) > LONGEST else found)


def apart(runs: Iterable[str]) -> str:
    """The words of several fields as one text, through which no phrase reads across."""
    return f" {BREAK} ".join(run for run in runs if run)


def _plain(text: str) -> str | None:
    """The text in ASCII, its tokens the same; None where a letter has no such spelling, or there are too many to look up."""
    if text.isascii():
        return text
    foreign = set(_FOREIGN.findall(text))
    if len(foreign) > FEW or not all(_apart(letter).isascii() for letter in foreign):
        return None
    for letter in foreign:
        text = text.replace(letter, _apart(letter))
    return text


@lru_cache(maxsize=10_000)
def _apart(letter: str) -> str:
    """What a character is folded to, a blank for each sign that is of no token."""
    return "".join(one if one.isascii() or TOKEN.match(one) else " " for one in TABLE[letter])


@lru_cache(maxsize=10_000)
def keyword(value: str) -> str:
    """How a value stands in a keyword field: folded, spaces single, cut where no engine would take it whole."""
    return " ".join(_folded(value).split())[:256]


def _folded(text: str) -> str:
    """What `fold` gives, without the way back."""
    if SPECIAL.search(text) is None:
        return text.lower()
    special = set(text) - PLAIN
    if len(special) > FEW:
        return fold(text).text
    for letter in sorted(special):  # in order, for the one that others are folded to (æ) comes before them
        text = text.replace(letter, TABLE[letter])
    return text.lower()

"""Text to tokens: the one function that indexing, asking and highlighting share, so that both engines see the same words."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from nlp.text.fold import SPECIAL, fold

# A change of what comes out makes every index out of date: raise it.
VERSION = "1"
# Characters of scripts written without spaces are words of their own; a query of several is a phrase.
_ALONE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
TOKEN = re.compile(rf"[{_ALONE}]|[^\W_{_ALONE}]+")
# Elasticsearch's whitespace tokenizer cuts a token at 255 characters; both ends cut earlier.
LONGEST = 64
# Stands between two fields of an ad; no text yields it, so no phrase reads across.
BREAK = "\u241e"


@dataclass(frozen=True, slots=True)
class Token:
    """A folded word and the characters of the original it stands for."""

    text: str
    start: int
    end: int


def tokenise(text: str) -> list[Token]:
    """The tokens of `text` in order, with spans into it."""
    folded = fold(text)
    return [
        Token(found.group()[:LONGEST], *folded.span(found.start(), found.end()))
        for found in TOKEN.finditer(folded.text)
    ]


def words(text: str) -> str:
    """The tokens of `text` with spaces between them: what a text field of an index holds."""
    return " ".join(one[:LONGEST] for one in TOKEN.findall(_folded(text)))


def apart(runs: Iterable[str]) -> str:
    """The words of several fields as one text, through which no phrase reads across."""
    return f" {BREAK} ".join(run for run in runs if run)


@lru_cache(maxsize=10_000)
def keyword(value: str) -> str:
    """How a value stands in a keyword field: folded, spaces single, cut where no engine would take it whole."""
    return " ".join(_folded(value).split())[:256]


def _folded(text: str) -> str:
    """What `fold` gives, without the way back."""
    return text.lower() if SPECIAL.search(text) is None else fold(text).text

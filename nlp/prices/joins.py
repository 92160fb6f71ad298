"""What holds an amount and a time together that stand side by side, or a word and the number it tells of."""

import re
from functools import cache, lru_cache
from typing import NamedTuple

from nlp.prices.money import words

REMEMBERED = 8_192  # texts between an amount and a time, or a word and a number
NEAR, REACH = 30, 20  # characters over which an amount and a time are joined, and a word says something of a number
# How closely what stands between an amount and a time joins them: "=" and ":" say so, and so do others that touch both.
MARKS = {"=": 4.0, ":": 4.0, "/": 1.5, "": 2.0, "-": 1.5}
TOUCHING = {"/": 4.0, "-": 3.5, "": 3.5, " ": 3.0}
STRANGE = re.compile(r"[ /.-]{0,2}[a-z]{2,8}[ -]{1,2}\Z")


class Join(NamedTuple):
    """What holds two neighbours together. `strange`: with a word between them that is not known."""

    closeness: float
    comma: bool
    strange: bool


@cache
def _glue() -> "re.Pattern[str]":
    return _of_small_words(words().glue)


@cache
def _links() -> "re.Pattern[str]":
    small = _of_small_words(words().glue | words().cue_links)
    return re.compile(f"{small.pattern}|{STRANGE.pattern}")


def _of_small_words(small: frozenset[str]) -> "re.Pattern[str]":
    listed = "|".join(sorted(small, key=lambda word: (-len(word), word)))
    return re.compile(rf"[\s/=:.,()~*|>_-]{{0,8}}(?:(?:{listed})\b[\s/=:-]{{0,3}}){{0,2}}\Z")


def reaches(folded: str, start: int, end: int) -> bool:
    """Whether a telling word on one side of `folded[start:end]` says something of the number on the other side."""
    size = end - start
    return size < 2 or (size <= REACH and _linked(folded[start:end]))


@lru_cache(maxsize=REMEMBERED)
def _linked(text: str) -> bool:
    return _links().match(text) is not None


@lru_cache(maxsize=REMEMBERED)
def join_of(text: str) -> Join | None:
    """How the text between two of them joins them; None where it does not."""
    if len(text) > NEAR:
        return None
    strange = False
    if not _glue().match(text):
        if not STRANGE.match(text):
            return None
        strange = True
    if strange or "\n" in text:
        closeness = 0.5
    elif text.strip().isalpha():
        closeness = 4.0
    else:
        closeness = TOUCHING.get(text) or MARKS.get(text.strip(" ("), 0.5)
    return Join(closeness, "," in text, strange)

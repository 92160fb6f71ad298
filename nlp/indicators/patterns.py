"""A small pattern language for phrases over folded text: the expression of each, and the words without which it cannot stand.

    speak[s] (a little|some) thai      words; `[...]` may be missing, `(a|b c)` is a choice, inside a word too
    (we|us) ~3 agency                  `~3` skips at most three words, never across the end of a sentence
    book* #                            `*` is the rest of a word, `#` a number
    {language} speaker                 `{name}` is a list of patterns given beside the phrase

Words are kept apart by one to three characters that are no letters, digits or sentence ends. An apostrophe may be
missing, a hyphen may be a space.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import re2

from nlp.language import common_words

SEPARATOR = r"[^0-9a-z_.!?;|\x1e]{1,3}"
SKIPPED = r"[0-9a-z_'$%]+"
# Whole words of a choice, one after the other, are one mark: most of every phrase is such.
MARK = re.compile(r"(?<=[(|])[0-9a-z]+(?:\|[0-9a-z]+)+(?=[|)])|\s+|[()\[\]|#*]|~\d|\{\w+\}|[^\s()\[\]|#*~{}]+")
WORD = re.compile("[0-9a-z_*#]+")
ENDS = frozenset({"", "|", ")", "]"})
REST, NUMBER = "*", "#"  # in words: any letters, a number
MOST = 2_000  # spellings of what is glued together
MOST_WAYS = 64  # in which a piece can stand, told apart by their words
DEEPEST = 20  # brackets within each other
LONGEST = 200_000  # characters of an expression
JOINTS = 8  # hyphens and apostrophes of one word: each may be missing
COMMON = common_words() | {"_name_", "_place_", "_age_", "_price_", "_contact_", "person", NUMBER}

Words = frozenset[str]
Way = tuple[Words, ...]
ANYHOW: tuple[Way, ...] = ((),)


class PhraseError(ValueError):
    """A phrase that cannot be read; the message says where."""


class Part(NamedTuple):
    """A piece of a phrase. Where it matches, one word of each place of one of its `ways` stands.

    `spelled` is everything that can be written for it, with a blank between words, if that is little.
    """

    expression: str
    ways: tuple[Way, ...]
    spelled: Words | None = None


def expand(phrase: str, lists: Mapping[str, Sequence[str]] | None = None) -> str:
    """The expression of one phrase; raises PhraseError."""
    return read(phrase, lists).expression


def read(phrase: str, lists: Mapping[str, Sequence[str]] | None = None) -> Part:
    """One phrase; raises PhraseError."""
    return _read(phrase, lists) if lists else _alone(phrase)


def _read(phrase: str, lists: Mapping[str, Sequence[str]]) -> Part:
    marks = MARK.findall(phrase)
    if "".join(marks) != phrase:
        raise PhraseError(f"{phrase!r}: {MARK.sub('', phrase)[:10]!r} is no part of the pattern language")
    reader = _Reader(phrase, [*marks, ""], lists)
    part = reader.choices()
    if reader.position < len(marks):
        raise PhraseError(f"{phrase!r}: a bracket too many")
    return part


@lru_cache(maxsize=20_000)
def _alone(phrase: str) -> Part:
    """A phrase is read when its lexicon is checked and again when it is looked for."""
    return _read(phrase, {})


def forget() -> None:
    """Let go of the phrases read so far; what is made of them holds what it needs."""
    for remembered in (_alone, _words, _key):
        remembered.cache_clear()


@cache
def _words(mark: str) -> Part:
    """Words, or one word or sign."""
    if "|" in mark:
        return _one(f"(?:{mark})", frozenset(mark.split("|")))
    if sum(map(mark.count, "'-")) > JOINTS:
        raise PhraseError(f"{mark[:40]!r}: more than {JOINTS} hyphens and apostrophes in one word")
    ways = [""]
    for piece in re.split("(['-])", mark):
        ways = [way + to for way in ways for to in (("", " ") if piece in {"'", "-"} else (piece,))]
    return _one(str(re2.escape(mark)).replace("'", "'?").replace(r"\-", "[- ]{0,2}"), frozenset(ways))


def _one(expression: str, spelled: Words) -> Part:
    place = spelled if all(map(str.isalpha, spelled)) else frozenset(map(_key, spelled))
    return Part(expression, ANYHOW if "" in place else ((place,),), spelled)


@cache
def _key(spelled: str) -> str:
    """The longest word of it; of one that goes on as it likes its beginning and REST, of a number NUMBER; "" where any fits."""
    words = [word.partition(REST) for word in WORD.findall(spelled) if NUMBER not in word]
    return max((first + rest for first, rest, _ in words if first), key=len, default=NUMBER * (NUMBER in spelled))


def _any(parts: Sequence[Part]) -> Part:
    """A choice: the ways of all of its parts, those of one place put together."""
    if len(parts) == 1:
        return parts[0]
    expression = f"(?:{'|'.join([part.expression for part in parts])})"
    spelled = [part.spelled for part in parts if part.spelled is not None]
    known = frozenset[str]().union(*spelled) if len(spelled) == len(parts) else None
    ways = [way for part in parts for way in part.ways]
    if () in ways:
        return Part(expression, ANYHOW, known)
    several = dict.fromkeys([way for way in ways if len(way) > 1])
    single = [way for way in ways if len(way) == 1]
    ways = [*several, _one_way(single)] if single else [*several]
    return Part(expression, tuple(ways) if len(ways) <= MOST_WAYS else (_one_way(ways),), known)


def _one_way(ways: Sequence[Way]) -> Way:
    """In place of many ways one place: the words that say most of each."""
    return (frozenset[str]().union(*[max(way, key=telling) for way in ways]),)


def _both(ways: tuple[Way, ...], others: tuple[Way, ...]) -> tuple[Way, ...]:
    """The ways of two pieces that stand one after the other."""
    if len(ways) * len(others) > MOST_WAYS:
        others = (_one_way(others),)
    return tuple([way + other for way in ways for other in others])


def telling(place: Words) -> int:
    """How much it says that one of these words stands in a text: the letters of the shortest that few texts have."""
    return min((0 if word in COMMON else len(word) for word in place), default=0)


class _Reader:
    """One phrase read from left to right, by recursive descent; the last of `marks` is empty."""

    def __init__(self, phrase: str, marks: Sequence[str], lists: Mapping[str, Sequence[str]]) -> None:
        self.phrase = phrase
        self.marks = marks
        self.lists = lists
        self.position = 0
        self.depth = 0

    def choices(self) -> Part:
        found = [self.sequence()]
        while self.marks[self.position] == "|":
            self.position += 1
            found.append(self.sequence())
        return _any(found)

    def sequence(self) -> Part:
        """Items with separators between them; an item in square brackets takes its separator along when it is missing."""
        parts: list[str] = []
        ways = ANYHOW
        started = False
        last: Part | None = None
        size = 0
        while (mark := self.marks[self.position]) not in ENDS:
            if mark.isspace():
                self.position += 1
                continue
            item, required = self.item()
            if item.expression.startswith("~"):
                parts.append(f"(?:{SEPARATOR}{SKIPPED}){{0,{item.expression[1:]}}}")
                continue
            last = item
            size += len(item.expression)
            if size > LONGEST:
                raise PhraseError(f"{self.phrase[:40]!r}: more than {LONGEST:,} characters when its lists are put in")
            if required:
                ways = _both(ways, item.ways)
            if started:
                parts.append(f"{SEPARATOR}{item.expression}" if required else f"(?:{SEPARATOR}{item.expression})?")
            else:
                parts.append(item.expression if required else f"(?:{item.expression}{SEPARATOR})?")
                started = required
        if not started or last is None:
            raise PhraseError(f"{self.phrase!r}: nothing in it is required")
        return last if len(parts) == 1 else Part("".join(parts), ways)

    def item(self) -> tuple[Part, bool]:
        """Glued pieces up to the next space; whether the item is required (not all of it in square brackets)."""
        pieces: list[Part] = []
        missing: list[Part] = []
        while (mark := self.marks[self.position]) not in ENDS and not mark.isspace():
            self.position += 1
            if mark == "[":
                inside = self._inside("]")
                missing.append(inside._replace(expression=f"(?:{inside.expression})"))
                spelled = None if inside.spelled is None else inside.spelled | {""}
                pieces.append(Part(f"(?:{inside.expression})?", ANYHOW, spelled))
            else:
                pieces.append(self._piece(mark))
        if len(missing) < len(pieces):
            return _glued(pieces), True
        return _glued(missing), False

    def _piece(self, mark: str) -> Part:
        if mark == "(":
            inside = self._inside(")")
            return inside._replace(expression=f"(?:{inside.expression})")
        if mark == "#":
            return _one(r"\d+(?:[.,]\d+)?", frozenset({NUMBER}))
        if mark == "*":
            return _one("[a-z]*", frozenset({REST}))
        if mark.startswith("{"):
            listed = self._list(mark[1:-1])
            return _any(listed)._replace(expression=f"(?:{'|'.join([part.expression for part in listed])})")
        return Part(mark, ANYHOW) if mark.startswith("~") else _words(mark)

    def _list(self, name: str) -> list[Part]:
        if name not in self.lists:
            raise PhraseError(f"{self.phrase!r}: no list {{{name}}}")
        others = {key: values for key, values in self.lists.items() if key != name}  # a list cannot hold itself
        return [read(one, others) for one in self.lists[name]]

    def _inside(self, closing: str) -> Part:
        self.depth += 1
        if self.depth > DEEPEST:
            raise PhraseError(f"{self.phrase[:40]!r}: brackets more than {DEEPEST} deep")
        part = self.choices()
        self.depth -= 1
        if self.marks[self.position] != closing:
            raise PhraseError(f"{self.phrase!r}: {closing!r} is missing")
        self.position += 1
        return part


def _glued(pieces: Sequence[Part]) -> Part:
    """Pieces without a separator between them: each spelling of one with each of the next."""
    if len(pieces) == 1:
        return pieces[0]
    expression = "".join([piece.expression for piece in pieces])
    spelled = frozenset({""})
    for piece in pieces:
        if piece.spelled is None or len(spelled) * len(piece.spelled) > MOST:
            return Part(expression, tuple([tuple(map(_begun, way)) for way in pieces[0].ways]))
        spelled = frozenset([before + after for before in spelled for after in piece.spelled])
    return _one(expression, spelled)


def _begun(place: Words) -> Words:
    return frozenset([word.rstrip(REST) + REST for word in place])

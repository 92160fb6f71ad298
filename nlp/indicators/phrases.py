"""Phrases of patterns.py, found in the sentences of a text.

A phrase can stand only in a sentence that has a word for each place of one of its ways to be written. Which those are is told
by a few operations on bits, so that of thousands of expressions (RE2, linear) a sentence is searched by a handful, and most of
them are never made.
"""

import codecs
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import re2

from nlp.indicators.patterns import NUMBER, REST, Way, Words, read, telling

REMEMBERED = 20_000  # sentences, of at most LONG bytes; words
LONG = 300
# No phrase reaches across one of these.
SENTENCE_END = re.compile(rb"[.!?;|\x1e](?!\d)")
# Room for the states of one expression, not what it starts with: some hold long lists.
MEMORY = 64 << 20
LETTERS = b"0123456789_abcdefghijklmnopqrstuvwxyz"
WORDS_ONLY = bytes(code if code in LETTERS else 0x20 for code in range(256))
DIGITS = frozenset(b"0123456789")

# How `str.encode` is told to put a byte that no phrase holds in place of a character beyond Latin-1.
SIGN = "sidelight.sign"
codecs.register_error(SIGN, lambda problem: (b"\x1a" * (problem.end - problem.start), problem.end))  # type: ignore[attr-defined]


class Hit(NamedTuple):
    """`text[start:end]` matched a phrase of the group `key`."""

    key: str
    start: int
    end: int


class Phrases:
    """Groups of phrases, found together; `raw` gives groups of expressions (RE2) instead of phrases.

    Phrases are looked for one by one, not group by group: an expression for a whole group is so large that saying where it
    matches costs ten times as much.

    What was found in a sentence is remembered, because ads repeat theirs: reposts, templates, and masking makes one of many.
    """

    def __init__(
        self,
        groups: Mapping[str, Sequence[str]],
        lists: Mapping[str, Sequence[str]] | None = None,
        *,
        raw: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        parts = [(key, read(one, lists)) for key, patterns in groups.items() for one in patterns]
        plain = [(key, one) for key, patterns in (raw or {}).items() for one in patterns]
        self._expressions = plain + [(key, rf"\b(?:{part.expression})\b") for key, part in parts]
        self._could = _Could([()] * len(plain) + [part.ways for _, part in parts])
        self._plain = _set([one for _, one in plain]) if plain else None
        self._where: dict[int, Callable[[bytes], Iterator[re2._Match[bytes]]]] = {}  # made when first needed
        self._remembered = lru_cache(REMEMBERED)(self._search)

    def find(self, sentences: Sequence[bytes]) -> list[Hit]:
        """Every hit in the `sentences` of a text, with its place in the text; hits of one phrase do not overlap."""
        hits: list[Hit] = []
        base = 0
        for sentence in sentences:
            length = len(sentence)
            found = self._remembered(sentence) if length < LONG else self._search(sentence)
            if found:
                hits += [Hit(key, base + start, base + end) for key, start, end in found]
            base += length + 1
        return hits

    def _search(self, sentence: bytes) -> tuple[Hit, ...]:
        hits: list[Hit] = []
        could = self._could.stand_in(sentence)
        if self._plain is not None and sentence:
            could += self._plain.Match(sentence) or ()
        for index in could:
            key, expression = self._expressions[index]
            finditer = self._where.get(index)
            if finditer is None:
                finditer = self._where[index] = compiled(expression).finditer
            hits += [Hit(key, *match.span()) for match in finditer(sentence)]
        return tuple(hits)


Told = tuple[int, tuple[tuple[int, int], ...]]


class _Could(dict[bytes, Told]):
    """Which of several expressions could stand in a sentence.

    Word -> a bit for each place that it fills, and the ways of whose places it fills the one that says most: of each way the
    bits of its places, and which expression stands so.
    """

    def __init__(self, ways: Sequence[Sequence[Way]]) -> None:
        super().__init__()
        numbers: dict[Words, int] = {}  # of the places; phrases share many
        self._always = [index for index, every in enumerate(ways) if () in every]
        self._exact: dict[bytes, list[int]] = {}
        self._begun: dict[bytes, list[int]] = {}
        self._number: list[int] = []
        self._ways: dict[int, list[tuple[int, int]]] = {}
        for index, way in [(index, way) for index, every in enumerate(ways) for way in every if way]:
            needed = 0
            for place in way:
                if place not in numbers:
                    numbers[place] = len(numbers)
                    self._note(numbers[place], place)
                needed |= 1 << numbers[place]
            self._ways.setdefault(numbers[max(way, key=telling)], []).append((needed, index))
        self._least, self._reach = min(map(len, self._begun), default=0), max(map(len, self._begun), default=0)
        self._starts = {begun[: self._least] for begun in self._begun}
        # Words that fill the same places, all numbers for one, share what is told of them.
        self._told: dict[frozenset[int], Told] = {}

    def _note(self, number: int, place: Words) -> None:
        for word in place:
            if word == NUMBER:
                self._number.append(number)
            elif word.endswith(REST):
                self._begun.setdefault(word[:-1].encode(), []).append(number)
            else:
                self._exact.setdefault(word.encode(), []).append(number)

    def __missing__(self, word: bytes) -> Told:
        if len(self) >= REMEMBERED:
            self.clear()
        places = {*self._exact.get(word, ())}
        if word[: self._least] in self._starts:
            for end in range(self._least, min(len(word), self._reach) + 1):
                places.update(self._begun.get(word[:end], ()))
        if not DIGITS.isdisjoint(word):
            places.update(self._number)
        key = frozenset(places)
        told = self._told.get(key)
        if told is None:
            ways = [way for place in places for way in self._ways.get(place, ())]
            told = self._told[key] = sum([1 << place for place in places]), tuple(ways)
        if len(word) <= LONG:
            self[word] = told
        return told

    def stand_in(self, sentence: bytes) -> list[int]:
        """Those that could, in order."""
        filled = 0
        begun: list[tuple[int, int]] = []
        for word in set(sentence.translate(WORDS_ONLY).split()):
            bits, ways = self[word]
            if bits | filled != filled:
                filled |= bits
                begun += ways
        found = {index for needed, index in begun if needed & filled == needed}
        return sorted(found.union(self._always)) if found or self._always else []


def sentences(text: str) -> list[bytes]:
    """Folded text as phrases look at it: cut where no phrase reaches across, one byte less at each cut.

    One byte stands for each character, so that offsets need no counting; one beyond Latin-1 is a sign that no phrase holds.
    """
    return SENTENCE_END.split(encoded(text))


def encoded(text: str) -> bytes:
    """Folded text as `compiled` expressions are given it."""
    return text.encode("latin-1", SIGN)


def _set(expressions: Sequence[str]) -> "re2.Set":
    made = re2.Set.SearchSet(_options())
    for one in expressions:
        made.Add(one.encode("latin-1"))
    made.Compile()
    return made


def _options() -> re2.Options:
    options = re2.Options()
    options.max_mem = MEMORY
    options.longest_match = True
    options.never_capture = True
    options.encoding = re2.Options.Encoding.LATIN1
    return options


def compiled(expression: str) -> "re2._Regexp[bytes]":
    """An expression over the bytes of `sentences` and `encoded`."""
    return re2.compile(expression.encode("latin-1"), _options())

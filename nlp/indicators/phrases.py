"""Phrases of patterns.py, found in the sentences of a text.

A phrase can stand only in a sentence that has a word for each of its places. Which those are is told by a few operations on
bits, so that of thousands of expressions (RE2, linear) a sentence is searched by a handful, and most of them are never made.
"""

import codecs
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import re2

from nlp.indicators.patterns import NUMBER, REST, Words, read, telling

REMEMBERED = 20_000  # sentences, of at most LONG bytes; words
LONG = 300
# No phrase reaches across one of these.
SENTENCE_END = re.compile(rb"[.!?;|\x1e](?!\d)")
# Room for the states of one expression, not what it starts with: some hold long lists.
MEMORY = 64 << 20
PLACES = 4  # of each phrase that are looked at; a power of two
BY_ITSELF = (frozenset[str](),)  # the places of an expression that no words bring
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
        self._could = _Could([BY_ITSELF] * len(plain) + [part.places for _, part in parts])
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


class _Could(dict[bytes, int]):
    """Which of several expressions could stand in a sentence.

    Word -> a bit for each place of an expression that it fills: one for each expression's first place, then as many for
    the second ones, and so on. Places that an expression does not have are filled.
    """

    def __init__(self, places: Sequence[Sequence[Words]]) -> None:
        super().__init__()
        count = self._count = len(places)
        self._exact: dict[bytes, int] = {}
        self._begun: dict[bytes, int] = {}
        self._number = self._filled = 0
        for index, every in enumerate(places):
            chosen = sorted(every, key=telling)[-PLACES:]
            for place in range(PLACES):
                bit = 1 << place * count + index
                if place < len(chosen):
                    self._note(bit, chosen[place])
                else:
                    self._filled |= bit
        self._reach = max(map(len, self._begun), default=0)

    def _note(self, bit: int, words: Words) -> None:
        exact, begun = self._exact, self._begun
        for word in words:
            if word == NUMBER:
                self._number |= bit
            elif word.endswith(REST):
                begin = word[:-1].encode()
                begun[begin] = begun.get(begin, 0) | bit
            else:
                whole = word.encode()
                exact[whole] = exact.get(whole, 0) | bit

    def __missing__(self, word: bytes) -> int:
        if len(self) >= REMEMBERED:
            self.clear()
        bits = self._exact.get(word, 0)
        for end in range(1, min(len(word), self._reach) + 1):
            bits |= self._begun.get(word[:end], 0)
        if not DIGITS.isdisjoint(word):
            bits |= self._number
        if len(word) <= LONG:
            self[word] = bits
        return bits

    def stand_in(self, sentence: bytes) -> list[int]:
        """Those that could, in order."""
        bits = self._filled
        for word in set(sentence.translate(WORDS_ONLY).split()):
            bits |= self[word]
        width = self._count * PLACES
        while width > self._count:
            width //= 2
            bits &= bits >> width
        bits &= (1 << self._count) - 1
        found = []
        while bits:
            lowest = bits & -bits
            found.append(lowest.bit_length() - 1)
            bits ^= lowest
        return found


def sentences(text: str) -> list[bytes]:
    """Folded text as phrases look at it: cut where no phrase reaches across, one byte less at each cut.

    One byte stands for each character, so that offsets need no counting; one beyond Latin-1 is a sign that no phrase holds.
    """
    return SENTENCE_END.split(text.encode("latin-1", SIGN))


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
    """An expression over the bytes of `sentences`."""
    return re2.compile(expression.encode("latin-1"), _options())

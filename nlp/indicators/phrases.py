"""A small pattern language for phrases, compiled to linear expressions (RE2) over folded text.

    speak[s] (a little|some) thai      words; `[...]` may be missing, `(a|b c)` is a choice, inside a word too
    (we|us) ~3 agency                  `~3` skips at most three words, never across the end of a sentence
    book* #                            `*` is the rest of a word, `#` a number
    {language} speaker                 `{name}` is a list of patterns given beside the phrase

Words are kept apart by one to three characters that are no letters, digits or sentence ends. An apostrophe may be
missing, a hyphen may be a space.
"""

import codecs
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import re2

SEPARATOR = r"[^0-9a-z_.!?;|\x1e]{1,3}"
SKIPPED = r"[0-9a-z_'$%]+"
REMEMBERED = 20_000  # sentences, of at most LONG bytes
LONG = 300
# No phrase reaches across one of these.
SENTENCE_END = re.compile(rb"[.!?;|\x1e](?!\d)")
MARK = re.compile(r"\s+|[()\[\]|#*]|~\d|\{\w+\}|[^\s()\[\]|#*~{}]+")
# The set of all expressions is one automaton; this is room for its states, not what it starts with.
MEMORY = 64 << 20
ENDS = frozenset({"", "|", ")", "]"})


# How `str.encode` is told to put a byte that no phrase holds in place of a character beyond Latin-1.
SIGN = "sidelight.sign"
codecs.register_error(SIGN, lambda problem: (b"\x1a" * (problem.end - problem.start), problem.end))  # type: ignore[attr-defined]


class PhraseError(ValueError):
    """A phrase that cannot be read; the message says where."""


class Hit(NamedTuple):
    """`text[start:end]` matched a phrase of the group `key`."""

    key: str
    start: int
    end: int


class Phrases:
    """Groups of phrases, found together: one pass says which phrases occur, then each of those says where.

    Phrases are looked for one by one, not group by group: an expression for a whole group is so large that saying where it
    matches costs ten times as much. `raw` gives groups of expressions (RE2) instead of phrases.

    What was found in a sentence is remembered, because ads repeat theirs: reposts, templates, and masking makes one of many.
    """

    def __init__(
        self,
        groups: Mapping[str, Sequence[str]],
        lists: Mapping[str, Sequence[str]] | None = None,
        *,
        raw: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self._expressions = [(key, _any_of([one], lists)) for key, patterns in groups.items() for one in patterns]
        self._expressions += [(key, one.encode("latin-1")) for key, patterns in (raw or {}).items() for one in patterns]
        self._where: dict[int, Callable[[bytes], Iterator[re2._Match[bytes]]]] = {}  # made when first needed
        self._any = re2.Set.SearchSet(_options())
        for _, expression in self._expressions:
            self._any.Add(expression)
        if self._expressions:
            self._any.Compile()

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
        for index in sorted(self._any.Match(sentence) or ()) if self._expressions and sentence else ():
            key, expression = self._expressions[index]
            finditer = self._where.get(index)
            if finditer is None:
                finditer = self._where[index] = re2.compile(expression, _options()).finditer
            hits += [Hit(key, *match.span()) for match in finditer(sentence)]
        return tuple(hits)


def sentences(text: str) -> list[bytes]:
    """Folded text as phrases look at it: cut where no phrase reaches across, one byte less at each cut.

    One byte stands for each character, so that offsets need no counting; one beyond Latin-1 is a sign that no phrase holds.
    """
    return SENTENCE_END.split(text.encode("latin-1", SIGN))


def _any_of(patterns: Sequence[str], lists: Mapping[str, Sequence[str]] | None) -> bytes:
    return rf"\b(?:{'|'.join(expand(one, lists) for one in patterns)})\b".encode("latin-1")


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


def expand(phrase: str, lists: Mapping[str, Sequence[str]] | None = None) -> str:
    """The expression of one phrase; raises PhraseError."""
    return _expanded(phrase, lists) if lists else _alone(phrase)


def _expanded(phrase: str, lists: Mapping[str, Sequence[str]]) -> str:
    marks = MARK.findall(phrase)
    if "".join(marks) != phrase:
        raise PhraseError(f"{phrase!r}: {MARK.sub('', phrase)[:10]!r} is no part of the pattern language")
    reader = _Reader(phrase, [*marks, ""], lists)
    expression = reader.choices()
    if reader.position < len(marks):
        raise PhraseError(f"{phrase!r}: a bracket too many")
    return expression


@lru_cache(maxsize=20_000)
def _alone(phrase: str) -> str:
    """A phrase is expanded when its lexicon is checked and again when it is looked for."""
    return _expanded(phrase, {})


@cache
def _word(mark: str) -> str:
    """The expression of a word or a sign."""
    return str(re2.escape(mark)).replace("'", "'?").replace(r"\-", "[- ]?")


class _Reader:
    """One phrase read from left to right, by recursive descent; the last of `marks` is empty."""

    def __init__(self, phrase: str, marks: Sequence[str], lists: Mapping[str, Sequence[str]]) -> None:
        self.phrase = phrase
        self.marks = marks
        self.lists = lists
        self.position = 0

    def choices(self) -> str:
        found = [self.sequence()]
        while self.marks[self.position] == "|":
            self.position += 1
            found.append(self.sequence())
        return found[0] if len(found) == 1 else f"(?:{'|'.join(found)})"

    def sequence(self) -> str:
        """Items with separators between them; an item in square brackets takes its separator along when it is missing."""
        parts: list[str] = []
        started = False
        while (mark := self.marks[self.position]) not in ENDS:
            if mark.isspace():
                self.position += 1
                continue
            expression, required = self.item()
            if expression.startswith("~"):
                parts.append(f"(?:{SEPARATOR}{SKIPPED}){{0,{expression[1:]}}}")
            elif started:
                parts.append(f"{SEPARATOR}{expression}" if required else f"(?:{SEPARATOR}{expression})?")
            else:
                parts.append(expression if required else f"(?:{expression}{SEPARATOR})?")
                started = required
        if not started:
            raise PhraseError(f"{self.phrase!r}: nothing in it is required")
        return "".join(parts)

    def item(self) -> tuple[str, bool]:
        """Glued pieces up to the next space; whether the item is required (not all of it in square brackets)."""
        pieces: list[str] = []
        missing: list[str] = []
        while (mark := self.marks[self.position]) not in ENDS and not mark.isspace():
            self.position += 1
            if mark == "[":
                inside = f"(?:{self._inside(']')})"
                missing.append(inside)
                pieces.append(f"{inside}?")
            else:
                pieces.append(self._piece(mark))
        if len(missing) < len(pieces):
            return "".join(pieces), True
        return "".join(missing), False

    def _piece(self, mark: str) -> str:
        if mark == "(":
            return f"(?:{self._inside(')')})"
        if mark == "#":
            return r"\d+(?:[.,]\d+)?"
        if mark == "*":
            return "[a-z]*"
        if mark.startswith("{"):
            return f"(?:{'|'.join(self._list(mark[1:-1]))})"
        return mark if mark.startswith("~") else _word(mark)

    def _list(self, name: str) -> Iterator[str]:
        if name not in self.lists:
            raise PhraseError(f"{self.phrase!r}: no list {{{name}}}")
        others = {key: values for key, values in self.lists.items() if key != name}  # a list cannot hold itself
        return (expand(one, others) for one in self.lists[name])

    def _inside(self, closing: str) -> str:
        expression = self.choices()
        if self.marks[self.position] != closing:
            raise PhraseError(f"{self.phrase!r}: {closing!r} is missing")
        self.position += 1
        return expression

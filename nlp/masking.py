"""Masking: what identifies a person or names a group becomes one neutral token each, so that nothing later can use it.

Runs once; the words are in masks.yml. Linker and models see only the masked text; search and console the original. A word
that is written so that it is not found at once (l4tina, t h a i, colombianaaa) is masked like the word it stands for.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import re2

from nlp.disguises import UNDERLINE, lettered, plain_readings, spaced_words, unstretched
from nlp.extractor import Found
from nlp.indicators.patterns import expand
from nlp.indicators.phrases import Hit, Phrases, compiled, encoded, sentences
from nlp.records import Mention
from nlp.text.mapped import Mapped, Rewritten
from store.datafiles import load_data

Span = tuple[int, int, str]

SAID = "i am "  # before a word that is said of a person
GROUPS = frozenset({"_trait_", "person", "persons"})  # tokens of words that name a group

JOINED = frozenset({"language", "origin"})  # classes of masks
# Characters on either side of a disguised word that may say what it means.
BESIDE = 40
COMPOUND = re.compile(r"(?<![a-z'])[a-z']++(?:-[a-z']++)+")
SEPARATED = re.compile("[^0-9a-z]+")
HASHTAG = re.compile(r"#([0-9a-z_]{5,})")
GLUED = 4  # letters of a word that is looked for at an end of a hashtag: there are common words that begin like "lao"
UNDERLINES = re.compile(rf"(?:{UNDERLINE})+")


class Masks:
    """The tokens and phrases of masks.yml."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.tokens: dict[str, str] = data["tokens"]
        self._lists: dict[str, list[str]] = data.get("lists", {})
        # The words of the names of several words.
        names = " ".join(line for name in ("country", "home", "group") for line in self._lists.get(name, ()))
        self.parts = frozenset([word for name in COMPOUND.findall(names) for word in name.split("-")])
        rows = {f"{index:03}": row for index, row in enumerate(data["masks"])}  # keys that sort as the rows stand
        self.of_row: dict[str, str] = {key: row["token"] for key, row in rows.items()}
        self._joined = {key for key, row in rows.items() if row["class"] in JOINED}
        self._glued = [
            (key, *_at_ends(map(self.expression, row["glued"]))) for key, row in rows.items() if "glued" in row
        ]
        leads = {key: row["lead"] for key, row in rows.items() if "lead" in row}
        self._leads = {key: compiled(rf"{expand(lead)}\b") for key, lead in leads.items()}
        self._phrases = Phrases(
            {
                key: [f"{leads.get(key, '')} {one}" for one in row["words"]]
                for key, row in rows.items()
                if row.get("words")
            },
            self._lists,
            raw={key: row["patterns"] for key, row in rows.items() if row.get("patterns")},
        )

    def expression(self, name: str) -> str:
        """The expression (RE2) of one of the lists."""
        return expand(f"{{{name}}}", self._lists)

    def hits(self, text: str) -> list[Span]:
        """Start, end and row of every match, in reading order, longer ones first; they may overlap, and come twice."""
        found: list[Span] = []
        for plain, way, spaced in plain_readings(text):
            hits = self._phrases.find(sentences(plain))
            for key, start, end in (*hits, *self._spaced(plain)) if spaced else hits:
                first, last = way.span(start, end) if way else (start, end)
                if key in self._leads:
                    first = self._behind_lead(key, plain[start:end], text, first) or first
                found.append((first, last, key))
        if "#" in text:
            found += self._in_hashtags(text)
        if "_" in text:
            found = [_with_lines(text, *one) for one in found]
        return sorted(found, key=lambda span: (span[0], -span[1], span[2]))

    def _in_hashtags(self, text: str) -> Iterator[Span]:
        """Hashtags that a word of some lists begins or ends, glued to others: "#latinagirl"."""
        for tag in HASHTAG.finditer(text):
            word = encoded(tag[1])
            for key, begins, ends in self._glued:
                found = begins.match(word), ends.search(word)
                if any(one is not None and len(one[0]) >= GLUED for one in found):
                    yield *tag.span(1), key

    def _behind_lead(self, key: str, said: str, text: str, start: int) -> int | None:
        """Where in the text what is hidden begins; None where the lead is no plain word, and hidden too."""
        found = self._leads[key].match(encoded(said))
        if found is None or not text.startswith(said[: found.end()], start):
            return None
        gap = SEPARATED.match(text, start + found.end())
        return gap.end() if gap else None

    def spans(self, text: str) -> Iterator[Span]:
        """What to put in place of which characters: of matches that overlap the first, the longer.

        What is said of where somebody is from in two matches that overlap is one: "fluent Brazilian Portuguese".
        """
        last: Span | None = None
        for start, end, key in self.hits(text):
            if last is None or start >= last[1]:
                if last:
                    yield last[0], last[1], self.of_row[last[2]]
                last = start, end, key
            elif end > last[1] and {key, last[2]} <= self._joined:
                last = last[0], end, last[2]
        if last:
            yield last[0], last[1], self.of_row[last[2]]

    def _spaced(self, text: str) -> Iterator[Hit]:
        """What words whose letters stand one by one say, among the words around them: "I am g i n g e r"."""
        for start, end, word in spaced_words(text):
            left = text[max(0, start - BESIDE) : start]
            for key, first, last in self._phrases.find(sentences(left + word + text[end : end + BESIDE])):
                if first <= len(left) and last >= len(left) + len(word):
                    yield Hit(key, start - (len(left) - first), end + (last - len(left) - len(word)))


def _at_ends(words: Iterable[str]) -> tuple["re2._Regexp[bytes]", "re2._Regexp[bytes]"]:
    """The longest of the words that something begins with, and that it ends with."""
    every = "|".join(words)
    return compiled(f"(?:{every})"), compiled(f"(?:{every})$")


def _with_lines(text: str, start: int, end: int, key: str) -> Span:
    """A match with the lines drawn under its first and last word."""
    after = UNDERLINES.match(text, end)
    while start and text[start - 1] == "_" and UNDERLINES.match(text, start - 1):
        start -= 1
    return start, after.end() if after else end, key


@cache
def masks() -> Masks:
    """What masks.yml says."""
    return Masks(load_data(Path(__file__).with_name("masks.yml")))


def mask(text: Mapped, found: Iterable[Found]) -> Rewritten:
    """`text` with its mentions and every masked word replaced by their tokens."""
    known = masks()
    tokens = known.tokens
    spans = [
        (start, -end, tokens[one.kind])
        for one in found
        if is_masked(one)
        for start, end in (one.parts or ((one.start, one.end),))
    ]
    hidden = Rewritten.of(text, _spaced(text.text, _apart((start, -end, token) for start, end, token in sorted(spans))))
    return Rewritten.of(hidden, _spaced(hidden.text, known.spans(hidden.text)))


@lru_cache(maxsize=10_000)
def is_group(written: str, *, whole: bool = False) -> bool:
    """Whether a word of it, or all of it, tells who somebody is where it is said of a person."""
    known, end = masks(), len(SAID + written)
    hits = [hit for hit in known.hits(SAID + written) if known.of_row[hit[2]] in GROUPS and hit[1] > len(SAID)]
    return any(not whole or (first <= len(SAID) and last == end) for first, last, _ in hits)


def is_part_of_group(text: str, start: int, end: int) -> bool:
    """Whether the name of a country or a group has these words and more: no Sierra in "Sierra Leonean"."""
    if masks().parts.isdisjoint(re.split("[ -]", text[start:end])):
        return False
    left, right = (unstretched(one) for one in (text[max(0, start - BESIDE) : start], text[end : end + BESIDE]))
    low, high = len(left), len(left) + end - start
    found = [one for said in lettered(left + text[start:end] + right) for one in _names().finditer(encoded(said))]
    return any(one.start() <= low and high <= one.end() and len(one[0]) > high - low for one in found)


@cache
def _names() -> "re2._Regexp[bytes]":
    return compiled(rf"\b(?:{'|'.join(map(masks().expression, ('country', 'home', 'group')))})\b")


def is_masked(one: Found | Mention) -> bool:
    """Whether a mention becomes a token: "cash" hides nobody, an account does."""
    return one.kind in masks().tokens and one.detail.get("method") != one.value


def _apart(spans: Iterable[Span]) -> Iterator[Span]:
    """The first of spans that overlap; they come sorted, the longer first."""
    position = 0
    for start, end, token in spans:
        if start >= position:
            yield start, end, token
            position = end


def _spaced(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    """Tokens stand by themselves, also where the mention was glued to a word."""
    for start, end, token in spans:
        left = " " if start and (text[start - 1].isalnum() or text[start - 1] == "_") else ""
        right = " " if text[end : end + 1].isalnum() or text[end : end + 1] == "_" else ""
        yield start, end, f"{left}{token}{right}"

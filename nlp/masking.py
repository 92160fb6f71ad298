"""Masking: what identifies a person or names a group becomes one neutral token each, so that nothing later can use it.

Runs once; the words are in masks.yml. Linker and models see only the masked text; search and console the original. A word
that is written so that it is not found at once (l4tina, t h a i, colombianaaa) is masked like the word it stands for.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

from nlp.extractor import Found
from nlp.indicators.phrases import Phrases, sentences
from nlp.records import Mention
from nlp.text.mapped import Mapped, Rewritten
from store.datafiles import load_data

Span = tuple[int, int, str]

# Letters written as digits or signs, with a letter before; letters one by one; a letter three times or more.
SWAPPED = re.compile(r"(?<![\w@$])[a-z][a-z-]{0,20}[0134579@$][a-z0134579@$-]{0,20}(?![\w@$])")
SPACED = re.compile(r"(?<![\w.-])[a-z](?:[ .*-][a-z](?!\w)){2,20}(?!\w)")
# Drawn signs, which are no letters and no digits.
SYMBOL = re.compile(r"[^\w\x00-\xff]|\*")
DRAWN = re.compile(rf"(?:{SYMBOL.pattern})(?:{SYMBOL.pattern}| )*")
# Characters on either side of a disguised word that may say what it means.
BESIDE = 24
STRETCHED = re.compile(r"(?<!\w)(?=-{0,30}+[a-z])[a-z-]{0,30}?([a-z])\1\1[a-z]{0,9}(?!\w)")
UNDERLINED = re.compile(r"(?<!\w)_+([a-z-]{2,30}(?: [a-z-]{1,30}){0,4})_+(?!\w)")
DIGITS = (str.maketrans("0134579@$", "oieastgas"), str.maketrans("0134579@$", "oleastgas"))
REPEATED = re.compile(r"(\w)\1{2,}")


class Masks:
    """The tokens and phrases of masks.yml."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.tokens: dict[str, str] = data["tokens"]
        self._own = frozenset(self.tokens.values())
        rows = {f"{index:03}": row for index, row in enumerate(data["masks"])}  # keys that sort as the rows stand
        self.of_row: dict[str, str] = {key: row["token"] for key, row in rows.items()}
        self._phrases = Phrases(
            {key: row["words"] for key, row in rows.items() if row.get("words")},
            data.get("lists"),
            raw={key: row["patterns"] for key, row in rows.items() if row.get("patterns")},
        )

    def hits(self, text: str) -> list[tuple[int, int, str]]:
        """Start, end and row of every match, in reading order, longer ones first; they may overlap, and come twice."""
        return sorted([*self._plain(text), *self._disguised(text)], key=lambda span: (span[0], -span[1], span[2]))

    def _plain(self, text: str) -> Iterator[Span]:
        """Every match, digits and signs read as letters inside words; what is drawn between words is a blank."""
        text, back = _squeezed(text)
        swapped = SWAPPED.search(text) is not None
        for plain in [_lettered(text, table) for table in DIGITS] if swapped else [text]:
            # One letter stands for one, so the places are the same.
            hits = self._phrases.find(sentences(plain))
            yield from (
                [(back(start), back(end - 1) + 1, key) for key, start, end in hits]
                if back
                else [(start, end, key) for key, start, end in hits]
            )

    def _disguised(self, text: str) -> Iterator[Span]:
        """Words that are a whole masked word once they are written plainly."""
        known: dict[str, str | None] = {}
        for start, end, word in disguises(text):
            if text[start:end] in self._own:
                continue  # _place_ hides nothing more
            if word not in known:
                hits = self._phrases.find(sentences(word))
                known[word] = min((key for key, first, last in hits if last - first == len(word)), default=None)
            if (key := known[word]) is not None:
                yield start, end, key
            else:
                yield from self._in_context(text, start, end, word)

    def _in_context(self, text: str, start: int, end: int, word: str) -> Iterator[Span]:
        """The same for a word that tells who somebody is only beside others: "I am g i n g e r"."""
        left = text[max(0, start - BESIDE) : start]
        said = left + word + text[end : end + BESIDE]
        for key, first, last in self._phrases.find(sentences(said)):
            if first <= len(left) and last >= len(left) + len(word):
                yield start - (len(left) - first), end + (last - len(left) - len(word)), key


def _squeezed(text: str) -> tuple[str, Callable[[int], int] | None]:
    """The text with a blank for whatever is drawn between words, and the way back from its places, unless they are the same."""
    if DRAWN.search(text) is None:
        return text, None
    pieces: list[str] = []
    places, shifts, last, length = [0], [0], 0, 0
    for match in DRAWN.finditer(text):
        pieces += (text[last : match.start()], " ")
        length += match.start() - last + 1
        last = match.end()
        places.append(length)
        shifts.append(last - length)
    pieces.append(text[last:])
    return "".join(pieces), lambda place: place + shifts[bisect_right(places, place) - 1]


def _lettered(text: str, table: dict[int, int]) -> str:
    return SWAPPED.sub(lambda match: match[0].translate(table), text)


def disguises(text: str) -> Iterator[Span]:
    """Every word of a (folded) text that is spaced, stretched or underlined, with each that it may stand for."""
    for match in SPACED.finditer(text):
        joined, most = match[0][::2], len(match[0][::2]) - 3
        for before, after in product(
            range(3), range(2)
        ):  # words of one letter may stand around it: a t h a i, c h i n a y
            if before + after <= most:
                yield match.start() + 2 * before, match.end() - 2 * after, joined[before : len(joined) - after]
    for match in STRETCHED.finditer(text) if REPEATED.search(text) else ():
        yield *match.span(), REPEATED.sub(r"\1", match[0])
        yield *match.span(), REPEATED.sub(r"\1\1", match[0])
    for match in UNDERLINED.finditer(text):
        yield *match.span(), match[1]


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
    return Rewritten.of(hidden, _apart((start, end, known.of_row[row]) for start, end, row in known.hits(hidden.text)))


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

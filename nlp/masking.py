"""Masking: what identifies a person or names a group becomes one neutral token each, so that nothing later can use it.

Runs once; the words are in masks.yml. Linker and models see only the masked text; search and console the original.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from nlp.extractor import Found
from nlp.indicators.phrases import Phrases, sentences
from nlp.text.mapped import Mapped, Rewritten
from store.datafiles import load_data

Span = tuple[int, int, str]


class Masks:
    """The tokens and phrases of masks.yml."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.tokens: dict[str, str] = data["tokens"]
        rows = {f"{index:03}": row for index, row in enumerate(data["masks"])}  # keys that sort as the rows stand
        self.of_row: dict[str, str] = {key: row["token"] for key, row in rows.items()}
        self._phrases = Phrases(
            {key: row["words"] for key, row in rows.items() if row.get("words")},
            data.get("lists"),
            raw={key: row["patterns"] for key, row in rows.items() if row.get("patterns")},
        )

    def hits(self, text: str) -> list[tuple[int, int, str]]:
        """Start, end and row of every match, in reading order, longer ones first; they may overlap."""
        found = sorted([(start, -end, key) for key, start, end in self._phrases.find(sentences(text))])
        return [(start, -end, key) for start, end, key in found]


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
        if one.kind in tokens and one.detail.get("method") != one.value  # "cash" hides nobody, an account does
        for start, end in (one.parts or ((one.start, one.end),))
    ]
    hidden = Rewritten.of(text, _spaced(text.text, _apart((start, -end, token) for start, end, token in sorted(spans))))
    return Rewritten.of(hidden, _apart((start, end, known.of_row[row]) for start, end, row in known.hits(hidden.text)))


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

"""Where each field of an ad lies in its folded text."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from nlp.extractor import AdText


@dataclass(frozen=True, slots=True)
class Run:
    """`folded.text[start:end]` is the field `name`."""

    name: str
    start: int
    end: int


def runs(text: AdText) -> Iterator[Run]:
    """The ad's fields in order; one whose folded text is empty is left out."""
    original, starts = text.original, text.folded.starts
    for name, begin, length in zip(original.fields, original.starts, original.lengths, strict=True):
        start, end = bisect_left(starts, begin), bisect_left(starts, begin + length)
        if start < end:
            yield Run(name, start, end)

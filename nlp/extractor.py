"""The contract of an extractor: a function of one ad's folded text that yields what it found, and brings its examples."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from crawlers.records import Ad
from nlp.records import Kind
from nlp.text.fold import fold
from nlp.text.mapped import Mapped, Original

NUMBER = re.compile(r"[0-9]+")
NOTHING: Mapping[str, Any] = MappingProxyType({})


class Run(NamedTuple):
    """`folded.text[start:end]` is the field `name`."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class AdText:
    """What every extractor is given. `folded` stands over `original.text`; BREAK separates fields in both."""

    ad: Ad
    original: Original
    folded: Mapped
    region: str | None  # ISO country, a hint for phones and currencies
    fields: tuple[Run, ...]  # those with any text, in order
    numbers: tuple[tuple[int, int], ...]  # start and end of every run of digits 0-9 in `folded.text`, in order

    @classmethod
    def of(cls, ad: Ad) -> "AdText":
        """Lay the ad's fields end to end and fold them."""
        original = Original.of(ad.texts())
        folded = fold(original.text)
        numbers = tuple([match.span() for match in NUMBER.finditer(folded.text)])
        return cls(ad, original, folded, ad.region, tuple(_fields(original, folded)), numbers)


def _fields(original: Original, folded: Mapped) -> Iterator[Run]:
    plain = isinstance(folded.starts, range)
    for name, begin, length in zip(original.fields, original.starts, original.lengths, strict=True):
        start, end = begin, begin + length
        if not plain:
            start, end = bisect_left(folded.starts, start), bisect_left(folded.starts, end)
        if start < end:
            yield Run(name, start, end)


class Found(NamedTuple):
    """What an extractor yields: `text[start:end]` of the text it was given means `value`.

    `parts` lists the runs of a value that is spread over several places, in reading order; else it is empty. What is `hidden`
    is masked and no more: no mention is made of it.
    """

    kind: Kind
    value: str
    start: int
    end: int
    source: str
    confidence: float = 1.0
    detail: Mapping[str, Any] = NOTHING
    parts: tuple[tuple[int, int], ...] = ()
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """A text, and the values its extractor must find in it: these and no others, in any order."""

    text: str
    values: tuple[str, ...]
    field: str = "body"
    region: str | None = "US"


class Extractor(Protocol):
    """A callable with a name (the `source` of its mentions) and examples that the contract test runs."""

    @property
    def name(self) -> str:
        """The `source` of its mentions."""
        ...

    @property
    def examples(self) -> tuple[Example, ...]:
        """Texts it must read rightly."""
        ...

    def __call__(self, text: AdText) -> Iterable[Found]:
        """Every find, in any order; they may overlap, the pipeline decides."""
        ...


def disguised(text: AdText, start: int, end: int) -> bool:
    """Whether `folded[start:end]` was written in characters that only look like what they say, or with invisible ones."""
    low, high = text.folded.span(start, end)
    written = text.original.text[low:high]
    return not written.isascii() and written.lower() != text.folded.text[start:end]

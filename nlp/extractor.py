"""The contract of an extractor: a function of one ad's folded text that yields what it found, and brings its examples."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from crawlers.records import Ad
from nlp.fold import fold
from nlp.mapped import Mapped, Original
from nlp.records import Kind


@dataclass(frozen=True, slots=True)
class AdText:
    """What every extractor is given. `folded` stands over `original.text`; BREAK separates fields in both."""

    ad: Ad
    original: Original
    folded: Mapped
    region: str | None  # ISO country, a hint for phones and currencies

    @classmethod
    def of(cls, ad: Ad) -> "AdText":
        """Lay the ad's fields end to end and fold them."""
        original = Original.of(ad.texts())
        return cls(ad, original, fold(original.text), ad.region)


@dataclass(frozen=True, slots=True)
class Found:
    """What an extractor yields: `text[start:end]` of the text it was given means `value`.

    `parts` lists the runs of a value that is spread over several places, in reading order; else it is empty.
    """

    kind: Kind
    value: str
    start: int
    end: int
    source: str
    confidence: float = 1.0
    detail: Mapping[str, Any] = field(default_factory=dict)
    parts: tuple[tuple[int, int], ...] = ()


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

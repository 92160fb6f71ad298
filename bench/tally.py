"""Counts of right, wrong and missed values, and the rows of the table they end in."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from crawlers.records import Ad
from nlp.records import Kind, Reading

OURS = "sidelight"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `page` names the page of docs/reading/ it belongs on, "" for none."""

    page: str
    what: str
    who: str
    precision: float | None = None
    recall: float | None = None
    f1: float | None = None
    values: int | None = None  # how many there were to find
    note: str = ""

    def cells(self) -> tuple[str, ...]:
        """The words of the line; a figure that was not taken is empty."""
        figures = ("" if one is None else f"{one:.3f}" for one in (self.precision, self.recall, self.f1))
        return self.what, self.who, *figures, "" if self.values is None else f"{self.values:,}", self.note

    def as_json(self) -> dict[str, Any]:
        """The object of the line, for other programs and for the pages."""
        return asdict(self)


class Score:
    """Counts of right, wrong and missed values."""

    def __init__(self) -> None:
        self.right = self.wrong = self.missed = 0

    def add(self, found: set[str], truth: set[str]) -> None:
        """Values of one text, matched exactly."""
        self.right += len(found & truth)
        self.wrong += len(found - truth)
        self.missed += len(truth - found)

    @property
    def precision(self) -> float:
        """Of what was found, how much is right; 0 where nothing was."""
        return self.right / (self.right + self.wrong or 1)

    @property
    def recall(self) -> float:
        """Of what there was, how much was found; 0 where there was nothing."""
        return self.right / (self.right + self.missed or 1)

    def row(self, page: str, what: str, who: str = OURS, note: str = "") -> Row:
        """The line of this score."""
        f1 = 2 * self.right / (2 * self.right + self.wrong + self.missed or 1)
        return Row(page, what, who, self.precision, self.recall, f1, self.right + self.missed, note)


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON Lines file."""
    with path.open("rb") as handle:
        for line in handle:
            yield orjson.loads(line)


def same(one: str, other: str) -> bool:
    """Whether two phones are one: the last eight digits agree, of six at least, and lengths differ by four at most."""
    one, other = digits(one), digits(other)
    length = min(8, len(one), len(other))
    return length > 5 and one[-length:] == other[-length:] and abs(len(one) - len(other)) < 5


def aligned(found: Iterable[str], truth: Iterable[str]) -> tuple[set[str], set[str]]:
    """Found numbers renamed to the true number they hit; each true number can be hit once."""
    left, named = sorted(set(truth)), set()
    for value in sorted({digits(one) for one in found}):
        hit = next((one for one in left if same(one, value)), None)
        if hit is not None:
            left.remove(hit)
        named.add(hit or f"wrong {value}")
    return named, set(truth)


def digits(text: str) -> str:
    """Its digits alone."""
    return re.sub(r"\D", "", text)


def values(reading: Reading, kind: Kind) -> set[str]:
    """Values of one kind, without indicators that the words deny."""
    return {mention.value for mention in reading.of(kind) if not mention.detail.get("negated")}


def body(text: str, region: str | None = None, name: str = "cases") -> Ad:
    """An ad that is this text."""
    return Ad(name, "bench", "", None, body=text, region=region)


Compare = Callable[[Iterable[str], Iterable[str]], tuple[set[str], set[str]]]


def exactly(found: Iterable[str], truth: Iterable[str]) -> tuple[set[str], set[str]]:
    """Both as they are."""
    return set(found), set(truth)

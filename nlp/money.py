"""Amounts of money and lengths of time as ads write them, each found on its own; what they are called is in prices.yml."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from store.datafiles import load_data

DIGITS = r"(?:\d{1,3}(?:[.,']\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d{1,9}(?:[.,]\d{1,4})?(?!\d))"
SCALES = {"million": 10**6, "millones": 10**6, "billion": 10**9, "thousand": 1000, "mil": 1000}
COUNTS = {
    "half": 0.5,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "un": 1,
    "una": 1,
    "dos": 2,
    "tres": 3,
    "um": 1,
    "uma": 1,
    "duas": 2,
}
LONGEST = {1: 240, 60: 24, 480: 3}  # how many of a unit a price can be for; more is an amount beside the unit


# "Open 24 hours" buys nothing.
ROUND_THE_CLOCK = 24
OPEN = re.compile(r"(?:open|avail\w{0,5}|disponi\w{2,4}|abert[oa]|abiert[oa]|atend\w{1,6})\W{1,3}\Z")


@dataclass(frozen=True, slots=True)
class Amount:
    """Money. `currency` is "$" for that sign, "" for local money and None where the number stands bare."""

    start: int
    end: int
    value: float
    currency: str | None


@dataclass(frozen=True, slots=True)
class Time:
    """A time that money may buy."""

    start: int
    end: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Words:
    """What prices.yml says, compiled."""

    currencies: Mapping[str, str]  # sign or word -> code
    regions: Mapping[str, str]  # ISO country -> code of its money
    dollars: frozenset[str]  # those that are written "$"
    units: Mapping[str, int]  # word -> minutes
    fixed: Mapping[str, int]
    money: "re.Pattern[str]"
    time: "re.Pattern[str]"
    cue: "re.Pattern[str]"

    def money_of(self, currency: str | None, region: str | None) -> str | None:
        """The code of a currency: "$" is the region's dollar or peso where it has one, slang its money."""
        local = self.regions.get(region or "US")
        if currency == "$":
            return local if local in self.dollars else "USD"
        return local if currency == "" else currency


@cache
def words() -> Words:
    """The words of prices.yml."""
    data = load_data(Path(__file__).with_name("prices.yml"))
    currencies = {str(word): code for code, listed in data["currencies"].items() for word in listed}
    units = {str(word): int(minutes) for minutes, listed in data["units"].items() for word in listed}
    fixed = {str(word): int(minutes) for minutes, listed in data["fixed"].items() for word in listed}
    before = _choice(word for word in currencies if len(word) <= 3 or not word.isalpha())
    signs = _choice(word for word in currencies if not word[-1].isalpha())
    named = _choice(word for word in currencies if word[-1].isalpha())
    return Words(
        currencies,
        data["regions"],
        frozenset(data["dollars"]),
        units,
        fixed,
        re.compile(
            rf"(?:(?<![a-z])(?P<before>{before})\s?)?(?<![\d.])(?<!\d[,:-])(?P<number>{DIGITS})(?![%\"°']|:\d|/\d{{1,2}}[/.-]|(?:st|nd|rd|th)\b)"
            rf"(?:\s?(?P<scale>{'|'.join(SCALES)})\b)?(?:\s{{0,2}}(?P<after>{signs}|(?:{named})(?![a-z])))?"
        ),
        re.compile(
            rf"(?<![a-z])(?P<fixed>{_choice(fixed)})(?![a-z0-9])"
            rf"|(?<![\d.,$€£:])(?P<count>\d{{1,3}}(?:[.,]5)?|\b(?:{'|'.join(COUNTS)})\b)[\s-]{{0,2}}(?P<unit>{_choice(units)})(?![a-z0-9])"
            rf"|(?<![a-z])(?P<bare>{_choice(word for word in units if len(word) > 1)})(?![a-z0-9])"
        ),
        re.compile(
            rf"\b(?:{_choice(data['cues'])})\b[\s:=-]{{0,4}}(?:(?:is|of|are|from|de|e|es|for|at)\b\s{{0,2}})?(?=[$€£]?\d)"
            rf"|(?<=\d)[ -]{{0,3}}(?:{_choice(data['cues_after'])})\b"
        ),
    )


def _choice(listed: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(listed, key=lambda word: (-len(word), word)))


def amounts(folded: str, start: int, end: int) -> Iterator[Amount]:
    """Every number that could be money, with its currency where that stands beside it."""
    known = words()
    for match in known.money.finditer(folded, start, end):
        sign = match["before"] or match["after"]
        value = round(_value(match["number"]) * SCALES.get(match["scale"] or "", 1), 4)
        yield Amount(*match.span(), value, None if sign is None else known.currencies[sign])


def times(folded: str, start: int, end: int) -> Iterator[Time]:
    """Every length of time; where a unit's count is too large to be one, the unit alone ("100 hour": one hour)."""
    known = words()
    for match in known.time.finditer(folded, start, end):
        if match["fixed"]:
            yield Time(*match.span(), known.fixed[match["fixed"]])
        elif match["bare"]:
            yield Time(*match.span(), known.units[match["bare"]])
        else:
            written, unit = match["count"], known.units[match["unit"]]
            count = COUNTS[written] if written in COUNTS else float(written.replace(",", "."))
            if count == ROUND_THE_CLOCK and OPEN.search(folded, max(start, match.start() - 20), match.start()):
                continue
            if 0 < count <= LONGEST[unit]:
                yield Time(*match.span(), int(count * unit))
            elif unit > 1:
                yield Time(*match.span("unit"), unit)


def _value(written: str) -> float:
    """`1,200`, `1.200`, `1'049,95`, `35,70`: the last mark is the decimal one unless three digits follow it."""
    head, mark, tail = written.replace("'", "").rpartition(
        max(written, key=lambda one: (one in ".,", written.rfind(one)))
    )
    if mark not in {".", ","}:
        return float(written.replace("'", ""))
    if len(tail) == 3:
        return float(f"{head}{tail}".replace(".", "").replace(",", ""))
    return float(f"{head.replace('.', '').replace(',', '')}.{tail}")

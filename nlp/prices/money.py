"""What prices.yml calls money and time, and how a number is written."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from store.datafiles import load_data

SMALLEST, LARGEST = 10, 20_000  # of a bare number beside a time
YEARS = range(1950, 2050)
LONGEST = {1: 240, 60: 24, 480: 3}  # how many of a unit a price can be for; more is an amount beside the unit
FEW = 6  # hours or nights that are counted in words
SHORT = 3  # letters of a word for money that may stand before its number ("usd 100"); "roses 100" is as likely a list
# Written in one piece from a run of digits on: halves, what is never money (24/7, dates, clock times, leading zeros), amounts.
FIGURE = re.compile(
    r"(?![1-9]\d{9})"  # nothing of it
    r"(?:((?:(\d)[ -])?1/2(?![\d/]))"
    r"|(24 ?[/x-] ?7(?!\d)|\d{1,4}(?:/\d{1,2}/|\.\d{1,2}\.|-\d{1,2}-)(?:\d{1,2}|\d{4})(?!\d)|\d{1,2}:\d\d|0\d++(?![.,]?\d))"
    r"|(\d{1,3}(?:[.,']\d{3}){1,4}(?:[.,]\d{1,2})?(?!\d)|\d{1,2}(?:,\d\d){1,4},\d{3}(?:\.\d{1,2})?(?!\d)"
    r"|\d{1,9}(?:[.,]\d{1,4})?(?!\d)))"
)
# "1h30", "1 hr 30 min", "2 horas y 30 minutos": one time; "1h 30" may be a price.
HOURS_AND_MINUTES = re.compile(
    r"(\d) ?h(?:(?:ou)?rs?|oras?)?"
    r"(?:(15|30|45)(?=m?\b(?![$€£]| [$€£](?!\d)))m?|(?: |-| ?& ?| (?:and|y|e) )?(15|30|45) ?m(?:in(?:utes?|utos?|s)?)?\b)"
)
APART = frozenset("/.:-,'x ")  # what may stand within a number
# "9 800", "399 167.00": thousands apart. "80. 50": a decimal mark that has come loose.
SPACED = re.compile(r"(?P<first>\d{1,3})(?P<groups>(?: \d{3}){1,3})(?P<cents>[.,]\d\d)?(?![\d.,]|[ -]\d)")
LOOSE = re.compile(r"(?!\d{10})(\d{1,3}(?:[.,]\d{3}){1,3}|\d{1,9})[.,] (\d\d)(?!\d)")


WORD = re.compile(r"[^\W\d_]+")
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Words:
    """What prices.yml says. Phrases are words with one blank between them."""

    currencies: Mapping[str, str]  # sign or phrase -> code
    shy: Mapping[str, str]
    regions: Mapping[str, str]  # ISO country -> code of its money
    dollars: frozenset[str]  # those that are written "$"
    spaced: frozenset[str]
    scales: Mapping[str, int]
    hundreds: Mapping[str, int]  # number words from 100 on
    units: Mapping[str, int]  # phrase -> minutes
    fixed: Mapping[str, int]
    tables: Mapping[str, int]
    glue: frozenset[str]
    cues: frozenset[str]
    cues_after: frozenset[str]
    cue_links: frozenset[str]
    not_before: frozenset[str]
    not_after: frozenset[str]
    away: frozenset[str]
    timely: frozenset[str]  # what a phrase for a time begins with
    cueing: frozenset[str]  # the words of phrases for rates
    times: Mapping[str, int]  # the first word of a phrase for a time -> words of the longest such phrase

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
    units, tables, fixed = (_minutes(data[name]) for name in ("units", "tables", "fixed"))
    for count, times in data["counts"].items():
        fixed |= {
            f"{count} {unit}": times * minutes
            for unit, minutes in units.items()
            if len(unit) > 1 and (times <= FEW or minutes == 1)
        }
    longest: dict[str, int] = {}
    for phrase in (*units, *tables, *fixed):
        first, *rest = phrase.split()
        longest[first] = max(longest.get(first, 0), 1 + len(rest))
    lists = {
        name: frozenset(data[name])
        for name in ("dollars", "spaced", "glue", "cues", "cues_after", "cue_links", "not_before", "not_after", "away")
    }
    currencies, shy = _codes(data["currencies"]), _codes(data["shy"])
    return Words(
        currencies=currencies,
        shy=shy,
        regions=data["regions"],
        scales=data["scales"],
        hundreds=data["hundreds"],
        units=units,
        fixed=fixed,
        tables=tables,
        timely=frozenset(longest),
        cueing=frozenset(word for phrase in lists["cues"] | lists["cues_after"] for word in phrase.split()),
        times=longest,
        **lists,
    )


def _minutes(listed: Mapping[Any, list[str]]) -> dict[str, int]:
    return {str(phrase): int(minutes) for minutes, phrases in listed.items() for phrase in phrases}


def _codes(listed: Mapping[str, list[str]]) -> dict[str, str]:
    return {str(phrase): code for code, phrases in listed.items() for phrase in phrases}


def number_at(folded: str, start: int, stop: int, end: int) -> tuple[int, float, str | None]:
    """Where the number ends that begins with the digits from `start` to `stop`, its value, and its kind.

    The kind is None for dates and clock times, "time" for minutes. The field ends at `end`.
    """
    if stop - start == 1 and "h" in folded[stop : stop + 2] and (times := HOURS_AND_MINUTES.match(folded, start, end)):
        return times.end(), 60 * int(times[1]) + int(times[2] or times[3]), "time"
    if folded[start] == "0" or (folded[stop : stop + 1] in APART and folded[stop + 1 : stop + 2].isdigit()):
        match = FIGURE.match(folded, start, end)
        if match is None:
            return stop, 0.0, None
        half, whole, other, written = match.groups()
        if half:
            return match.end(), int(whole or 0) + 0.5, "half"
        return match.end(), 0.0 if other else value_of(written), None if other else "amount"
    return stop, float(folded[start:stop]), "amount"


def is_likely(value: float) -> bool:
    """Whether a bare number may be money: a whole one, and no year."""
    return SMALLEST <= value <= LARGEST and value.is_integer() and (value not in YEARS or value % 50 == 0)


def is_round(value: float) -> bool:
    """Whether a bare number looks like a price even beside an unknown word."""
    return value >= 3 * SMALLEST and value % 5 == 0


def spaced_at(folded: str, start: int, end: int) -> tuple[int, float] | None:
    """The end and the value of a number whose thousands are set apart by blanks."""
    match = SPACED.match(folded, start, end)
    if match is None:
        return None
    whole = int((match["first"] + match["groups"]).replace(" ", ""))
    return match.end(), whole + float("0." + (match["cents"] or "x0")[1:])


def value_of(written: str) -> float:
    """`1,200`, `1.200`, `1'049,95`, `35,70`: the last mark is the decimal one unless three digits follow it."""
    if written.isdigit():
        return float(written)
    plain = written.replace("'", "").replace(".", ",")
    head, _, tail = plain.rpartition(",")
    if not head or len(tail) == 3:
        return float(plain.replace(",", ""))
    return float(f"{head.replace(',', '')}.{tail}")

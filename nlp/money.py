"""What prices.yml calls money and time, and how a number is written."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from store.datafiles import load_data

SMALLEST, LARGEST = 10, 20_000  # of a bare number beside a time
YEARS = range(1950, 2050)
LONGEST = {1: 240, 60: 24, 480: 3}  # how many of a unit a price can be for; more is an amount beside the unit
SHORT = 3  # letters of a word for money that may stand before its number ("usd 100"); "roses 100" is as likely a list
# Written in one piece from a run of digits on: halves, what is never money (24/7, dates, clock times, leading zeros), amounts;
# and the two words that follow ("120 30 min": behind a count), which tell most numbers from money.
NUMBER = re.compile(
    r"(?:((?:(\d)[ -])?1/2(?![\d/]))"
    r"|(24 ?[/x-] ?7(?!\d)|\d{1,4}(?:/\d{1,2}/|\.\d{1,2}\.|-\d{1,2}-)(?:\d{1,2}|\d{4})(?!\d)|\d{1,2}:\d\d|0\d+(?![.,]?\d))"
    r"|(\d{1,3}(?:[.,']\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d{1,2}(?:,\d\d)+,\d{3}(?:\.\d{1,2})?(?!\d)"
    r"|\d{1,9}(?:[.,]\d{1,4})?(?!\d)))"
    r"([\W_]{0,8})(?:\d{1,3}[ -]{0,2})?([^\W\d_]{0,20})(?:[ -]{1,2}(?:\d{1,3}[ -]{0,2})?([^\W\d_]{1,20}))?"
)
BETWEEN = 5  # its group of what follows the number
# "9 800", "399 167.00": thousands apart. "80. 50": a decimal mark that has come loose.
SPACED = re.compile(r"(?P<first>\d{1,3})(?P<groups>(?: \d{3})+)(?P<cents>[.,]\d\d)?(?![\d.,]|[ -]\d)")
LOOSE = re.compile(r"(\d{1,3}(?:[.,]\d{3})+|\d+)[.,] (\d\d)(?!\d)")


WORD = re.compile(r"[^\W\d_]+")
LETTERS = "abcdefghijklmnopqrstuvwxyz"
LAST = 16  # characters before a number that are looked at for a word that makes it money
MARKS = " :=-(*~./|>,_\n"
NEXT = 5  # characters between numbers of one list, "120 / 200"
ROW = frozenset({"", " ", "/"})


class Number(NamedTuple):
    """A number that may be money or count a unit of time, and what lies between it and its neighbours.

    `kind` is "amount", "count" (of a unit of time) or "half" (1/2, 1 1/2).
    """

    start: int
    end: int
    value: float
    kind: str
    low: int  # where the number before ends, or the field begins
    high: int  # where the number after begins, or the field ends


@dataclass(frozen=True, slots=True)
class Words:
    """What prices.yml says. Phrases are words with one blank between them."""

    currencies: Mapping[str, str]  # sign or phrase -> code
    shy: Mapping[str, str]
    regions: Mapping[str, str]  # ISO country -> code of its money
    dollars: frozenset[str]  # those that are written "$"
    spaced: frozenset[str]
    scales: Mapping[str, int]
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
    times: Mapping[str, int]  # the first word of a phrase for a time -> words of the longest such phrase
    signs: frozenset[str]  # the first and last characters of signs for money
    openers: frozenset[str]  # words that may follow a number which is money or counts a unit
    closers: frozenset[str]  # ... that may stand before one
    links: frozenset[str]  # ... or between those and one

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
        fixed |= {f"{count} {unit}": times * minutes for unit, minutes in units.items() if len(unit) > 1}
    longest: dict[str, int] = {}
    for phrase in (*units, *tables, *fixed):
        first, *rest = phrase.split()
        longest[first] = max(longest.get(first, 0), 1 + len(rest))
    lists = {
        name: frozenset(data[name])
        for name in ("dollars", "spaced", "glue", "cues", "cues_after", "cue_links", "not_before", "not_after", "away")
    }
    currencies, shy = _codes(data["currencies"]), _codes(data["shy"])
    links = lists["glue"] | lists["cue_links"]
    openers = (*currencies, *shy, *data["scales"], *longest, *lists["cues_after"])
    closers = (*(word for word in currencies if word[-1] not in "$€£"), *units, *tables, *fixed, *lists["cues"])
    return Words(
        currencies=currencies,
        shy=shy,
        links=links,
        signs=frozenset("".join(sign for sign in currencies if not sign.isalpha())) - frozenset(". /" + LETTERS),
        openers=frozenset(WORD.findall(phrase)[0] for phrase in openers if WORD.search(phrase)),
        closers=frozenset(_last_word(phrase, links) for phrase in closers if WORD.search(phrase)),
        regions=data["regions"],
        scales=data["scales"],
        units=units,
        fixed=fixed,
        tables=tables,
        times=longest,
        **lists,
    )


def _last_word(phrase: str, links: frozenset[str]) -> str:
    said = WORD.findall(phrase)
    return said[-2] if said[-1] in links and len(said) > 1 else said[-1]


def _minutes(listed: Mapping[Any, list[str]]) -> dict[str, int]:
    return {str(phrase): int(minutes) for minutes, phrases in listed.items() for phrase in phrases}


def _codes(listed: Mapping[str, list[str]]) -> dict[str, str]:
    return {str(phrase): code for code, phrases in listed.items() for phrase in phrases}


def number_at(
    folded: str, start: int, low: int, end: int, *, listed: bool, priced: bool
) -> tuple[int, float, str | None]:
    """Where the number ends whose first digit is `folded[start]`, its value, and its kind if money or time may be meant.

    The number before ends at `low`, the field at `end`. Unless the field is of prices (`priced`), something beside the
    number must speak for it. `listed`: the number before it was one of these.
    """
    match = NUMBER.match(folded, start, end)
    if match is None:
        return start + 1, 0.0, None
    half, whole, other, amount, between, word, second = match.groups()
    stop = match.start(BETWEEN)
    if other:
        return stop, 0.0, None
    value = int(whole or 0) + 0.5 if half else float(amount) if amount.isdigit() else value_of(amount)
    kind = "half" if half else "amount"
    known = words()
    if not priced:
        unit = known.units.get(word, 0) if len(between) < 3 else 0
        if unit and not half and value <= LONGEST[unit]:
            kind = "amount" if _is_led(folded[max(low, start - LAST) : start], value, known, listed=listed) else "count"
        elif not (
            word in known.openers
            or second in known.times
            or (word in known.glue and second in known.glue)
            or not known.signs.isdisjoint(between[:3])
            or (between[:1] == "'" and value >= SMALLEST and not folded[stop + 1 : stop + 2].isdigit())
            or (len(word) == 2 and between in ROW and is_round(value) and word not in known.not_after)
            or _is_led(folded[max(low, start - LAST) : start], value, known, listed=listed)
        ):
            return stop, value, None
    return stop, value, kind


def _is_led(text: str, value: float, known: Words, *, listed: bool) -> bool:
    """Whether a text ends in what makes money of the number behind it."""
    if not known.signs.isdisjoint(text[-2:]):
        return True
    said = text.rstrip(MARKS)
    if said == "":
        return listed and text != "" and len(text) < NEXT
    if not said[-1].isalpha():
        return False
    pieces = said.split()
    word = pieces[-1]
    if not word.isalpha():
        pieces = WORD.findall(said)
        word = pieces[-1]
    if word in known.links and len(pieces) > 1:
        word = pieces[-2]
    return word in known.closers and (is_likely(value) or word in known.currencies)


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

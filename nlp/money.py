"""What prices.yml calls money and time, and how a number is written."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from store.datafiles import load_data

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
LAST = 24  # characters before a number that are looked at for a word that makes it money
MARKS = " :=-(*~./|>,+_\n"
NEXT = 5  # characters between numbers of one list, "120 / 200"
ROW = frozenset({"", " ", "/"})


class Number(NamedTuple):
    """A number as written. `kind` is "amount", "count" (of a unit of time), "half" (1/2, 1 1/2) or "other": no money, no time."""

    start: int
    end: int
    value: float
    kind: str


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
    openers = (*currencies, *shy, *data["scales"], *longest, *lists["cues_after"])
    closers = (*currencies, *units, *tables, *fixed, *lists["cues"])
    return Words(
        currencies=currencies,
        shy=shy,
        links=lists["glue"] | lists["cue_links"],
        signs=frozenset("'" + "".join(sign for sign in currencies if not sign.isalpha())) - frozenset(". /" + LETTERS),
        openers=frozenset(WORD.findall(phrase)[0] for phrase in openers if WORD.search(phrase)),
        closers=frozenset(WORD.findall(phrase)[-1] for phrase in closers if WORD.search(phrase)),
        regions=data["regions"],
        scales=data["scales"],
        units=units,
        fixed=fixed,
        tables=tables,
        times=longest,
        **lists,
    )


def _minutes(listed: Mapping[Any, list[str]]) -> dict[str, int]:
    return {str(phrase): int(minutes) for minutes, phrases in listed.items() for phrase in phrases}


def _codes(listed: Mapping[str, list[str]]) -> dict[str, str]:
    return {str(phrase): code for code, phrases in listed.items() for phrase in phrases}


def number_at(folded: str, start: int, end: int, after: int, *, listed: bool, priced: bool) -> Number:
    """The number whose first digit is `folded[start]`, the first one behind `after`.

    Unless the field is of prices, it is of the kind "other" where nothing beside it says money or time. `listed`: the
    number before may be money.
    """
    match = NUMBER.match(folded, start, end)
    if match is None:
        return Number(start, start + 1, 0.0, "other")
    half, whole, other, amount, between, word, second = match.groups()
    known = words()
    stop = match.start(BETWEEN)
    if other:
        return Number(start, stop, 0.0, "other")
    value = int(whole or 0) + 0.5 if half else float(amount) if amount.isdigit() else value_of(amount)
    if priced:
        return Number(start, stop, value, "half" if half else "amount")
    unit = known.units.get(word, 0) if len(between) < 3 else 0
    if unit and value <= LONGEST[unit]:
        kind = "count"
    elif (
        word in known.openers
        or second in known.times
        or (word in known.glue and second in known.glue)
        or (len(word) == 2 and between in ROW)
        or not known.signs.isdisjoint(between[:3])
    ):
        kind = "amount"
    else:
        kind = "other"
    if kind != "amount" and _last(folded[max(after, start - LAST) : start], known, listed=listed):
        kind = "amount"
    return Number(start, stop, value, kind if not half or kind == "other" else "half")


def _last(text: str, known: Words, *, listed: bool) -> bool:
    """Whether a text ends in what makes money of the number behind it."""
    if not known.signs.isdisjoint(text[-2:]):
        return True
    said = text.rstrip(MARKS)
    if said == "":
        return listed and text != "" and len(text) < NEXT
    pieces = said.split()
    word = pieces[-1]
    if not word.isalpha():
        pieces = WORD.findall(said)
        if not pieces:
            return False
        word = pieces[-1]
    return word in known.closers or (word in known.links and len(pieces) > 1 and pieces[-2] in known.closers)


def spaced_at(folded: str, start: int, end: int) -> Number | None:
    """A number whose thousands are set apart by blanks."""
    match = SPACED.match(folded, start, end)
    if match is None:
        return None
    whole = int((match["first"] + match["groups"]).replace(" ", ""))
    return Number(start, match.end(), whole + float("0." + (match["cents"] or "x0")[1:]), "amount")


def value_of(written: str) -> float:
    """`1,200`, `1.200`, `1'049,95`, `35,70`: the last mark is the decimal one unless three digits follow it."""
    if written.isdigit():
        return float(written)
    plain = written.replace("'", "").replace(".", ",")
    head, _, tail = plain.rpartition(",")
    if not head or len(tail) == 3:
        return float(plain.replace(",", ""))
    return float(f"{head.replace(',', '')}.{tail}")

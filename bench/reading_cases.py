"""Reading other projects' cases: ours and every peer's finds against the truth of each row.

A folder of JSON Lines with `text` and what is to be found in it; its README.md says how they are scored: phones hit when
their last eight digits agree (micro, over the distinct numbers of a row), the other kinds are exact sets, and where nothing
is to be found the rows with a find are counted.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.rivals import Rivals
from bench.tally import OURS, Compare, Row, Score, aligned, body, exactly, lines, values
from nlp.pipeline import read_ads
from nlp.records import Kind, Mention, Reading

Case = dict[str, Any]
RECOGNIZERS = "Recognizers-Text"
HUNDREDTHS = frozenset({"Cent", "Penny"})
HALF = {"hh", "hhr", "hf", "half", "hlf", "hlf hr", "half hr", "half hour", "h hr"}
WHOLE = {"h", "hr", "hour", "fh", "full hr", "full hour"}
QUARTER = {"ss", "qk", "qv"}
PER = {**dict.fromkeys(HALF, 30), **dict.fromkeys(WHOLE, 60), **dict.fromkeys(QUARTER, 15)}
MEASURED = re.compile(r"\A(\d+) ?(?:(min|mins|minutes)|(hr|hrs|hour|hours))")


@dataclass(frozen=True, slots=True)
class Test:
    """One kind in one file. `ours` and `theirs` bring what was found into the form that `truth` has."""

    file: str
    what: str
    page: str
    field: str  # by which the peers are asked
    ours: Callable[[Reading], Iterable[str]]
    truth: Callable[[Case], Iterable[str]]
    theirs: Callable[[Any], str] = str
    compare: Compare = exactly
    only: Callable[[Case], bool] = lambda _: True
    note: str = ""


def of(kind: Kind) -> Callable[[Reading], set[str]]:
    """The values of a kind, in small letters."""
    return lambda reading: {one.lower() for one in values(reading, kind)}


def number(value: Any) -> str:
    """24, 24.0 and "24" are one."""
    try:
        return f"{float(value):g}" if abs(float(value)) < 1e6 else f"{float(value):.2f}"
    except (TypeError, ValueError):
        return str(value)


def ages(reading: Reading) -> set[str]:
    """Ages; a range is its two ends."""
    return {number(end) for value in values(reading, Kind.AGE) for end in value.split("-")}


def amounts(reading: Reading) -> set[str]:
    """Amounts of the prices."""
    return {number(one.detail["amount"]) for one in reading.of(Kind.PRICE)}


def stated(case: Case) -> set[str]:
    """True amounts; those in cents are brought to the whole unit."""
    return {number(one["amount"] / (100 if one.get("unit") in HUNDREDTHS else 1)) for one in case["prices"]}


def handles(case: Case) -> set[str]:
    """True handles, of an unknown platform where the row names none."""
    if "mentions" in case:
        return {f"unknown:{one.lower()}" for one in case["mentions"]}
    return {f"{platform}:{one.lower()}" for platform, names in case["handles"].items() for one in names}


def foreign(case: Case) -> bool:
    """Whether a row is not from Recognizers-Text."""
    return RECOGNIZERS not in case["source"]


def unplaced(found: str) -> str:
    """A peer's "@name", which has no platform."""
    return f"unknown:{found[1:].lower()}"


PHONES, AGES, EMAILS, HANDLES = of(Kind.PHONE), ages, of(Kind.EMAIL), of(Kind.HANDLE)
TESTS = (
    Test("phones_ads", "phones in ads", "phones", "phones", PHONES, lambda row: row["phones"], compare=aligned),
    Test("phones_formats", "phones in formats", "phones", "phones", PHONES, lambda row: row["phones"], compare=aligned),
    Test(
        "phones_formats",
        "phones in formats, not Recognizers-Text's",
        "phones",
        "phones",
        PHONES,
        lambda row: row["phones"],
        compare=aligned,
        only=foreign,
    ),
    Test("phones_negative", "no phone at all", "phones", "phones", PHONES, lambda _: (), compare=aligned),
    Test("ages", "ages", "ages", "ages", AGES, lambda row: map(number, row["ages"]), number),
    Test("ages", "ages in ads", "ages", "ages", AGES, lambda row: map(number, row["ages"]), number, only=foreign),
    Test("heights_weights", "heights and weights, no age", "ages", "ages", AGES, lambda _: (), number),
    Test("prices_ads", "prices in ads (amounts)", "prices", "prices", amounts, stated, number),
    Test(
        "prices_web",
        "prices in shops (amounts)",
        "prices",
        "prices",
        amounts,
        lambda row: () if row["amount"] is None else (number(row["amount"]),),
        number,
    ),
    Test("prices_sentences", "prices in sentences (amounts)", "prices", "prices", amounts, stated, number),
    Test("emails", "e-mails", "emails", "emails", EMAILS, lambda row: map(str.lower, row["emails"]), str.lower),
    Test(
        "emails",
        "e-mails in words",
        "emails",
        "emails",
        EMAILS,
        lambda row: map(str.lower, row["emails"]),
        str.lower,
        only=lambda row: "duckling" in row["source"],
    ),
    Test("handles", "handles", "handles", "handles", HANDLES, handles, unplaced),
    Test(
        "handles",
        "handles in ads",
        "handles",
        "handles",
        HANDLES,
        handles,
        unplaced,
        only=lambda row: "handles" in row,
    ),
    Test("urls", "URLs", "urls", "urls", of(Kind.URL), lambda row: map(str.lower, row["urls"]), str.lower),
)


class Cases:
    """The files of a folder that are there, read once."""

    def __init__(self, folder: Path) -> None:
        self.rows = {path.stem: list(lines(path)) for path in sorted(folder.glob("*.jsonl"))}
        self.readings = {
            name: list(read_ads([body(row["text"], row.get("region"), row["id"]) for row in rows]))
            for name, rows in self.rows.items()
        }

    def ask(self, rivals: Rivals) -> None:
        """Put every text before every peer that knows its kind."""
        for test in TESTS:
            if test.file in self.rows:
                texts = [(row["text"], row.get("region")) for row in self.rows[test.file]]
                rivals.ask(f"cases {test.file}", test.field, texts)

    def table(self, rivals: Rivals) -> Iterable[Row]:
        """Each test, ours and theirs; then units and towns, which no peer knows."""
        for test in TESTS:
            if test.file in self.rows:
                yield self._row(test, OURS, [set(test.ours(one)) for one in self.readings[test.file]])
                for peer, found in rivals.found(f"cases {test.file}").items():
                    yield self._row(test, peer, [set(map(test.theirs, one)) for one in found])
        if "prices_ads" in self.rows:
            yield units(self.rows["prices_ads"], self.readings["prices_ads"])
        if "locations" in self.rows:
            yield from towns(self.rows["locations"], self.readings["locations"])

    def _row(self, test: Test, who: str, found: list[set[str]]) -> Row:
        score, false, count = Score(), 0, 0
        for case, there in zip(self.rows[test.file], found, strict=True):
            if test.only(case):
                named, truth = test.compare(there, test.truth(case))
                score.add(named, truth)
                false += bool(named) and not truth
                count += not truth
        note = f"{false} of {count} rows without any have a find" if count else ""
        if not score.right + score.missed:
            return Row(test.page, test.what, who, note=note)
        return score.row(test.page, test.what, who, note)


def minutes(price: dict[str, Any]) -> int | None:
    """How long a true price is for, as the row writes it; None where it does not say."""
    if "unit_minutes" in price:
        return int(price["unit_minutes"])
    unit = (price.get("unit") or "").lower()
    if match := MEASURED.fullmatch(unit):
        return int(match[1]) * (1 if match[2] else 60)
    return PER.get(unit)


def units(rows: list[Case], readings: list[Reading]) -> Row:
    """Of the amounts that were found, how many have the right minutes."""
    right = total = unknown = 0
    for row, reading in zip(rows, readings, strict=True):
        found: dict[str, set[int | None]] = {}
        for one in reading.of(Kind.PRICE):
            found.setdefault(number(one.detail["amount"]), set()).add(one.detail.get("minutes"))
        for price in row["prices"]:
            true = minutes(price)
            unknown += true is None and bool(price.get("unit"))
            if true is not None and (there := found.get(number(price["amount"]))):
                total += 1
                right += true in there
    note = "share of the amounts found whose minutes are right"
    if unknown:
        note += f"; {unknown} units of the rows not understood"
    return Row("prices", "prices in ads (units)", OURS, precision=right / (total or 1), values=total, note=note)


def towns(rows: list[Case], readings: list[Reading]) -> Iterable[Row]:
    """The town of an American address; of texts that list towns, those found."""
    hits = mentions = right = count = 0
    listed = Score()
    for row, reading in zip(rows, readings, strict=True):
        places = reading.of(Kind.PLACE)
        if "cities" in row:
            named = {name for one in places for name in names(one)}
            truth = {one.casefold() for one in row["cities"]}
            listed.add({one for one in named if one in truth}, truth)
            continue
        american = [one for one in places if one.detail.get("country") == "US"]
        mentions += len(american)
        if row["city"] is None:
            continue
        city = row["city"].casefold()
        count += 1
        hits += any(city in names(one) for one in places)
        right += sum(city in names(one) for one in american)
    precision, recall = right / (mentions or 1), hits / (count or 1)
    f1 = 2 * precision * recall / (precision + recall or 1)
    yield Row("places", "towns in American addresses", OURS, precision, recall, f1, count, f"{mentions} finds")
    if listed.right + listed.missed:
        yield Row("places", "towns listed", OURS, recall=listed.recall, values=listed.right + listed.missed)


def names(one: Mention) -> set[str]:
    """A place by its name, and as the text has it."""
    return {str(one.detail.get("name", "")).casefold(), one.surface.casefold()}

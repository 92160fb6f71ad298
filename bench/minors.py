"""How surely a stated age below 18 is seen, and how often something else is taken for one.

    .venv/bin/python -m bench.minors [--seed N] [--positives N] [--negatives N] [--show N]

`positives` makes ads that state an age of 0 to 17 in nothing but neutral words, `negatives` ads full of other small numbers,
some beside an adult's age. The wording is in minors.yml; it was written from how people write, not from what the reader knows.
"""

import argparse
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import yaml
from rich.console import Console
from rich.table import Table

from crawlers.records import Ad
from nlp.pipeline import read_ads
from nlp.records import Kind, Reading

DATA: dict[str, Any] = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
LANGUAGES = ("en", "es", "pt")
PLAIN = "0123456789"
DIGITS_ONLY = re.compile(r"\{n\}(?:\.5|[½+a-z]| 1/2)")
CASES: tuple[Callable[[str], str], ...] = (str, str, str, str.upper, str.lower, str.capitalize, str.title)


@dataclass(frozen=True, slots=True)
class Case:
    """An ad, its family for the table, and the age below 18 it states, if any."""

    family: str
    fields: tuple[tuple[str, str], ...]
    age: int | None

    def ad(self, index: int) -> Ad:
        """The ad to read."""
        given = Ad(f"minors:{index}", "minors", "", None, region="US")
        return replace(given, **dict(self.fields))  # type: ignore[arg-type]  # text fields only

    def seen(self, reading: Reading) -> bool:
        """Whether the reading raises the stated age with its words; for an ad that states none, whether it raises any."""
        raised = [one for one in reading.of(Kind.INDICATOR) if one.value == "stated_minor"]
        if self.age is None:
            return bool(raised)
        places = {(one.field, one.start, one.end) for one in raised}
        return any(
            (one.field, one.start, one.end) in places and int(one.value.partition("-")[0]) == self.age
            for one in reading.of(Kind.AGE)
        )


def positives(seed: int) -> Iterator[Case]:
    """Distinct ads that state an age of 0 to 17, without end."""
    return _distinct(_positive, Random(seed))


def negatives(seed: int) -> Iterator[Case]:
    """Distinct ads that state none, without end."""
    return _distinct(_negative, Random(seed))


def _distinct(make: Callable[[Random], Case], rng: Random) -> Iterator[Case]:
    seen: set[tuple[tuple[str, str], ...]] = set()
    while True:
        case = make(rng)
        if case.fields not in seen:
            seen.add(case.fields)
            yield case


def _positive(rng: Random) -> Case:
    language = rng.choice(LANGUAGES)
    words = DATA[language]
    kind = rng.choice(("label", "label", "sentence", "sentence", "sentence", "field"))
    low = rng.randrange(18)
    # The other end of a pair or range may be an adult's age.
    high = min(low + rng.randint(1, 6), 24)
    if kind == "label":
        form = rng.choice(words["labels"]) + rng.choice(words["marks"]) + "{n}" + rng.choice(("", "", " {u}"))
    elif kind == "field":
        form = rng.choice(DATA["field"])
    else:
        form = rng.choice(words["sentences"])
    # "I'm one" tells no age; "sixteen.5" is not written.
    spelled = rng.random() < 0.25 and not DIGITS_ONLY.search(form) and (low != 1 or "{u}" in form or kind != "sentence")
    recased = rng.choice(CASES)

    def written(number: int) -> str:
        if spelled and number < 18:
            return str(words["words"][number])
        other = str(number).translate(str.maketrans(PLAIN, rng.choice(DATA["digits"])))
        # Letters alone say a number to nobody, but "lo" and "ll" in the place of one.
        readable = not other.isalpha() or other.isdigit() or (len(other) == 2 and not DIGITS_ONLY.search(form))
        return other if rng.random() < 0.15 and readable else str(number)

    # Numbers go in after the case is changed: l6 is no L6.
    form = recased(form.replace("{u}", rng.choice(words["units"])))
    for slot, number in (("{n}", low), ("{a}", low), ("{b}", high)):
        for shape in (slot, slot.upper()):
            while shape in form:
                form = form.replace(shape, recased(written(number)) if spelled else written(number), 1)
    if kind == "field":
        others = {"title": rng.choice(DATA["fillers"]), "body": rng.choice(DATA["fillers"])}
        return Case(f"field, {language}", tuple({**others, "age": form}.items()), low)
    return Case(f"{kind}, {language}", tuple(_around(form, rng).items()), low)


def _around(form: str, rng: Random) -> dict[str, str]:
    text = rng.choice(DATA["wraps"]).replace("{}", form)
    before, after = rng.choice(DATA["fillers"]), rng.choice(DATA["fillers"])
    joint = rng.choice(("\n", " ", "\n\n", " - "))
    field = rng.choice(("title", "body", "body"))
    text = joint.join(part for part in (before, text, after) if part) if field == "body" else text
    # One in seven states an adult's age in another field as well.
    extra = {"age": str(rng.randint(18, 40))} if rng.random() < 0.15 else {}
    return {field: text, **extra}


def _negative(rng: Random) -> Case:
    kinds = tuple(DATA["negatives"])
    first = rng.choice(kinds)
    clauses = [_clause(kind, rng) for kind in (first, *rng.choices(kinds, k=rng.randrange(3)))]
    rng.shuffle(clauses)
    adult = rng.choice(DATA["adult"]).replace("{x}", str(rng.randint(18, 60)))
    if adult:
        clauses.insert(0 if adult[0].isdigit() else rng.randrange(len(clauses) + 1), adult)
    if rng.random() < 0.3:
        clauses.append(rng.choice(DATA["fillers"]))
    recased = rng.choice(CASES)
    text = recased(rng.choice(DATA["joints"]).join(clause for clause in clauses if clause))
    if rng.random() < 0.2:
        return Case(first, (("title", text), ("age", str(rng.randint(18, 60)))), None)
    return Case(first, (("body", text),), None)


def _clause(kind: str, rng: Random) -> str:
    number = rng.randrange(1, 18)
    slots = {
        "{n}": str(number),
        "{z}": f"{number:02d}",
        "{d}": str(rng.randrange(1, 10)),
        "{w}": str(DATA["en"]["words"][number]),
    }
    form = str(rng.choice(DATA["negatives"][kind]))
    for slot, value in slots.items():
        form = form.replace(slot, value)
    return form


def main() -> None:
    """Print one table: per family, how many of the stated ages were seen, or how many false ones were raised."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--positives", type=int, default=2000)
    parser.add_argument("--negatives", type=int, default=5000)
    parser.add_argument("--show", type=int, default=0, help="print so many failures of each part")
    asked = parser.parse_args()
    table = Table("stated_minor", "family", "ads", "seen", "")
    console = Console(width=130)
    for title, made, count in (
        ("age 0 to 17", positives(asked.seed), asked.positives),
        ("no such age", negatives(asked.seed), asked.negatives),
    ):
        cases = list(islice(made, count))
        started = time.process_time()
        readings = read_ads(case.ad(index) for index, case in enumerate(cases))
        seen = [case.seen(reading) for case, reading in zip(cases, readings, strict=True)]
        seconds = time.process_time() - started
        totals = Counter(case.family for case in cases)
        hits = Counter(case.family for case, hit in zip(cases, seen, strict=True) if hit)
        for family in sorted(totals):
            table.add_row(title, family, str(totals[family]), str(hits[family]), "")
        expected = cases[0].age is not None
        told = f"recall {sum(seen) / count:.4f}" if expected else f"{sum(seen)} false"
        table.add_row(title, "all", str(count), str(sum(seen)), f"{told}, {seconds:.1f} s of CPU", end_section=True)
        wrong = [case for case, hit in zip(cases, seen, strict=True) if hit is not expected]
        for case in wrong[: asked.show]:
            console.print(title, case.family, case.age, dict(case.fields), markup=False, highlight=False)
    console.print(table)


if __name__ == "__main__":
    main()

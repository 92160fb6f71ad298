"""The reference table of indicators (indicators.yml), typed and checked when it is read."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from store.datafiles import load_data
from store.errors import SidelightError

FILE = Path(__file__).with_name("indicators.yml")


class IndicatorError(SidelightError):
    """The table of indicators says something its grades do not allow."""


class Grade(StrEnum):
    """How good the evidence for an indicator is; indicators.yml says what each letter means."""

    MORE = "E+"
    TESTED = "E0"
    LESS = "E-"
    PRACTICE = "P"
    STRUCTURE = "L"
    INDEPENDENCE = "G"
    CLASS = "C"
    MINOR = "M"
    KEY = "K"
    BIAS = "X"


RAISES = frozenset({Grade.MORE, Grade.PRACTICE, Grade.STRUCTURE})
LOWERS = frozenset({Grade.INDEPENDENCE})


@dataclass(frozen=True, slots=True)
class Indicator:
    """One row: its id, grade, the family it counts in, and its weight in points."""

    id: str
    grade: Grade
    family: str
    weight: float


@cache
def indicators() -> dict[str, Indicator]:
    """Every row by id, in the table's order; raises IndicatorError where a weight has the wrong sign for its grade."""
    rows = [Indicator(row["id"], Grade(row["grade"]), row["family"], float(row["weight"])) for row in load_data(FILE)]
    for row in rows:
        if (row.weight > 0 and row.grade not in RAISES) or (row.weight < 0 and row.grade not in LOWERS):
            raise IndicatorError(f"{FILE.name}: {row.id} has grade {row.grade}, which may not weigh {row.weight}")
    return {row.id: row for row in rows}


@cache
def digest() -> str:
    """The first 12 hexadecimal digits of the table's SHA-256: other weights are another version."""
    return hashlib.sha256(FILE.read_bytes()).hexdigest()[:12]

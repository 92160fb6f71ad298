"""What the doctor says: one finding a line."""

from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    NOTE = "note"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's report; `remedy` is empty where nothing has to be done."""

    topic: str
    grade: Grade
    text: str
    remedy: str = ""

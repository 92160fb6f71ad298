"""Care for the reader: which words are blurred until asked for, how long this session has lasted, when a break is due."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import yaml

from console.marks import Segment


@dataclass(frozen=True, slots=True)
class Welfare:
    """The file `welfare.yml`."""

    blurred: frozenset[str]
    break_after: int


@cache
def welfare() -> Welfare:
    """Read once."""
    told = yaml.safe_load((Path(__file__).parent / "welfare.yml").read_text(encoding="utf-8"))
    return Welfare(frozenset(told["blurred"]), int(told["break_after"]))


def strong(segment: Segment) -> bool:
    """Whether the words of this run are blurred until a reader asks for them."""
    return any(mark.kind == "indicator" and mark.label in welfare().blurred for mark in segment.marks)


def at_work(since: datetime, moment: datetime) -> tuple[int, bool]:
    """Minutes of the session so far, and whether a break is due."""
    minutes = max(0, int((moment - since).total_seconds() // 60))
    return minutes, minutes >= welfare().break_after

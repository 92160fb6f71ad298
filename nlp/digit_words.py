"""The words of digits.yml, turned round for look-up."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from store.datafiles import load_data


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words and letters that stand for digits, and words that tell what a number is."""

    strong: dict[str, str]
    weak: dict[str, str]
    glued: dict[str, str]  # what counts inside a run of number words
    tens: dict[str, str]
    times: dict[str, int]
    hundreds: frozenset[str]
    look_alike: dict[int, str]
    ordinary: frozenset[str]
    endings: frozenset[str]
    joiners: frozenset[str]
    separators: frozenset[str]
    labels: frozenset[str]
    fillers: frozenset[str]
    others: frozenset[str]
    units: frozenset[str]
    pieces: "re.Pattern[str]"  # letters that are number words or look-alikes, from the front
    spelled: "re.Pattern[str]"  # nothing but strong number words


@cache
def vocabulary() -> Vocabulary:
    """What digits.yml says."""
    data: dict[str, Any] = load_data(Path(__file__).with_name("digits.yml"))
    strong, weak, tens = (
        {word: digits for digits, words in data[name].items() for word in words} for name in ("strong", "weak", "tens")
    )
    alike = {ord(letter): digit for digit, letters in data["look_alike"].items() for letter in letters}
    glued = {word: digits for digits, words in data["glued"].items() for word in words}
    words = sorted(strong | tens | glued, key=lambda word: (-len(word), word))
    alternatives = "|".join(words)
    return Vocabulary(
        strong=strong,
        weak=weak,
        glued=strong | tens | glued,
        tens=tens,
        times={word: int(count) for count, listed in data["times"].items() for word in listed},
        hundreds=frozenset(data["hundreds"]),
        look_alike=alike,
        ordinary=frozenset(data["ordinary"]),
        endings=frozenset(data["endings"]),
        joiners=frozenset(data["joiners"]),
        separators=frozenset(data["separators"]),
        labels=frozenset(data["labels"]),
        fillers=frozenset(data["fillers"]),
        others=frozenset(data["others"]),
        units=frozenset(data["units"]),
        pieces=re.compile(f"(?P<word>{alternatives})|(?P<alike>[{re.escape(''.join(map(chr, alike)))}])"),
        spelled=re.compile(f"(?:{alternatives})+"),
    )

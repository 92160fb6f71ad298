"""The words of digits.yml, turned round for look-up."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from nlp.text.numerals import SINGLE
from store.datafiles import load_data

IDEOGRAPHS = ((0x3007, 0x3008), (0x3021, 0x302A), (0x4E00, 0xA000))
REPEATED = re.compile(r"(.)\1+")
VOWELS = re.compile(r"[aeiou]+")
# A shorter word changes into too many others.
LONG_ENOUGH = 4


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
    look_alike_letters: frozenset[str]
    fragments: frozenset[str]  # what is left of a number word where digits stand for some of its letters: f1ve
    leet: dict[str, str]  # a digit before the rest of its own word: 8ight
    ordinary: frozenset[str]
    endings: frozenset[str]
    joiners: frozenset[str]
    separators: frozenset[str]
    skipped: frozenset[str]  # separators and joiners
    labels: frozenset[str]
    fillers: frozenset[str]
    others: frozenset[str]
    units: frozenset[str]
    pieces: "re.Pattern[str]"  # letters that are number words or look-alikes, from the front
    spelled: "re.Pattern[str]"  # nothing but strong number words


def _numerals() -> dict[str, str]:
    """The letters that Unicode says are the numbers 0 to 9, such as Chinese numerals."""
    letters = (chr(code) for first, last in IDEOGRAPHS for code in range(first, last))
    values = ((letter, unicodedata.numeric(letter, -1)) for letter in letters)
    return {letter: str(int(value)) for letter, value in values if value in range(10)}


@cache
def vocabulary() -> Vocabulary:
    """What digits.yml says."""
    data: dict[str, Any] = load_data(Path(__file__).with_name("digits.yml"))
    strong, weak, tens = (
        {word: digits for digits, words in data[name].items() for word in words} for name in ("strong", "weak", "tens")
    )
    strong |= _numerals()
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
        look_alike_letters=frozenset(map(chr, alike)),
        fragments=frozenset(
            word[low:high]
            for word in strong
            for low in range(len(word))
            for high in range(low + 1, len(word) + 1)
            if len(word) > 2
        ),
        leet={digits + word[1:]: digits for word, digits in strong.items() if len(word) > 2 and len(digits) == 1},
        ordinary=frozenset(data["ordinary"]),
        endings=frozenset(data["endings"]),
        joiners=frozenset(data["joiners"]),
        separators=frozenset(data["separators"]),
        skipped=frozenset([*data["separators"], *data["joiners"]]),
        labels=frozenset(data["labels"]),
        fillers=frozenset(data["fillers"]),
        others=frozenset(data["others"]),
        units=frozenset(data["units"]),
        pieces=re.compile(f"(?P<word>{alternatives})|(?P<alike>[{re.escape(''.join(map(chr, alike)))}])"),
        spelled=re.compile(f"(?:{alternatives})+"),
    )


def stretched(word: str) -> str | None:
    """The digit whose word this is with letters repeated: fiiive."""
    once = REPEATED.sub(r"\1", word)
    return _near_words().once.get(once) if len(once) < len(word) else None


def nearly(word: str) -> str | None:
    """The digit whose word `word` nearly is: letters swapped, one wrong, missing or too many, or no vowels."""
    if word in vocabulary().units:
        return None
    known = _near_words()
    for changed in (REPEATED.sub(r"\1", word), *_swapped(word)):
        if changed in known.once:
            return known.once[changed]
    if len(word) >= LONG_ENOUGH - 1 and word in known.without_vowels:
        return known.without_vowels[word]
    if len(word) < LONG_ENOUGH:
        return None
    for changed in _shortened(word):
        for digits, target in known.shortened.get(changed, ()):
            if abs(len(word) - len(target)) <= 1 and _one_apart(word, target):
                return digits
    return None


@dataclass(frozen=True, slots=True)
class _NearWords:
    once: dict[str, str]  # each letter once, where it was doubled
    without_vowels: dict[str, str]
    shortened: dict[str, list[tuple[str, str]]]  # without one letter, or none -> the digit and its word


@cache
def _near_words() -> _NearWords:
    words = {"zero": "0", "cero": "0"} | {word: str(number) for word, number in SINGLE.items()}
    shortened: dict[str, list[tuple[str, str]]] = {}
    for word, digit in words.items():
        for changed in _shortened(word) if len(word) >= LONG_ENOUGH else ():
            shortened.setdefault(changed, []).append((digit, word))
    return _NearWords(
        {REPEATED.sub(r"\1", word): digit for word, digit in words.items()},
        {VOWELS.sub("", word): digit for word, digit in words.items()},
        shortened,
    )


def _swapped(word: str) -> list[str]:
    return [word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)]


def _shortened(word: str) -> set[str]:
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def _one_apart(one: str, other: str) -> bool:
    """One letter changed, added or left out."""
    head = 0
    while head < min(len(one), len(other)) and one[head] == other[head]:
        head += 1
    return one[head + 1 :] == other[head + 1 :] or one[head:] == other[head + 1 :] or one[head + 1 :] == other[head:]

"""What the red team writes with: its data, and a few ways to put digits together."""

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from market.datafiles import load_data
from market.obfuscation import Groups, digit_words

T = TypeVar("T")
Write = Callable[[str], str]
LANGUAGES = ("en", "es", "pt")


@cache
def phone_data() -> dict[str, Any]:
    """What phones.yml says."""
    data: dict[str, Any] = load_data(Path(__file__).with_name("phones.yml"))
    return data


@cache
def spelling_data() -> dict[str, Any]:
    """What spellings.yml says of e-mails, handles, prices and ages."""
    data: dict[str, Any] = load_data(Path(__file__).with_name("spellings.yml"))
    return data


def pick(choices: Sequence[T], rng: Random) -> T:
    """One of them."""
    return choices[int(rng.random() * len(choices))]


def fancy(text: str, rng: Random) -> str:
    """The letters a to z of a text in another alphabet."""
    first = ord(pick(tuple(phone_data()["fancy_letters"].values()), rng))
    return "".join(chr(first + ord(letter) - 97) if "a" <= letter <= "z" else letter for letter in text)


def each(groups: Groups, write: Write, inner: str, outer: str) -> str:
    """The digits, each as `write` has it."""
    return outer.join(inner.join(map(write, group)) for group in groups)


def joints(rng: Random) -> tuple[str, str]:
    """What stands between digits and between groups."""
    return pick(((" ", ", "), ("-", " "), (" ", " "), (".", " . "), (" ", " / ")), rng)


def worded(language: str, change: Callable[[str], str]) -> Write:
    """Writes a digit as its word, changed."""
    return lambda digit: change(digit_words(language)[int(digit)])

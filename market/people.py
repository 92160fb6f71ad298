"""The authors of the market: who they are, what they write with, and the contacts they use over the days."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from market.contacts import Handle, Register
from market.datafiles import load_data
from market.numbers import Exchange, Number
from market.obfuscation import HABITS
from market.places import Place
from market.prose import Template
from market.routes import Leg

KINDS = ("independent", "agency", "spa", "spam", "controlled", "recruiter")


@dataclass(frozen=True, slots=True)
class Tenure:
    """A number and the days it is in use, both included."""

    number: Number
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody presented in ads: the names used, the age on the first day, and the stays."""

    names: tuple[str, ...]
    age: int
    falling: bool  # the age goes down as days pass
    legs: tuple[Leg, ...]


@dataclass(slots=True)
class Author:
    """One author. `recruits` is set for a recruiter of a controlled group."""

    id: str
    kind: str
    language: str
    home: Place
    route: str
    ads: int
    first: int  # first and last day of posting
    last: int
    persons: tuple[Person, ...]
    templates: tuple[Template, ...]
    sites: tuple[str, ...]
    lines: list[list[Tenure]]  # numbers in use at once; each changes over time
    bridge: str  # what joins the ads across a change of number: both, handle or text
    handle: Handle | None
    email: str | None
    url: str | None
    hidden: float  # how often contacts are disguised
    habits: tuple[str, ...]
    factor: float  # of the usual price
    durations: tuple[int, ...]
    ages_stated: float
    payment: tuple[str, ...]
    images: tuple[str, ...]
    hub: "Hub | None"
    recruits: str | None = None
    forms: Mapping[str, str] = field(default_factory=dict)  # sentences around price and age, with their slots
    shouting: bool = False  # titles in capitals


@dataclass(frozen=True, slots=True)
class Hub:
    """A contact on the ads of many unrelated authors."""

    id: str
    kind: str  # hub_phone, hub_url, hub_email
    number: Number | None
    text: str  # the address of the others


@cache
def classes() -> dict[str, dict[str, Any]]:
    """Parameters by class, from `classes.yml`."""
    data: dict[str, dict[str, Any]] = load_data(Path(__file__).with_name("classes.yml"))
    return data


@cache
def names() -> tuple[str, ...]:
    """The given names in use."""
    return tuple(load_data(Path(__file__).with_name("names.yml"))["names"])


def weighted(chances: Mapping[str, float], rng: Random) -> str:
    """A key of `chances`, as likely as its value."""
    left = rng.random() * sum(chances.values())
    for key, chance in chances.items():
        left -= chance
        if left < 0:
            return key
    return next(iter(chances))


def between(bounds: list[int], rng: Random) -> int:
    """A whole number from least to most."""
    return bounds[0] + int(rng.random() * (bounds[1] - bounds[0] + 1))


def triangular(bounds: list[int], rng: Random) -> int:
    """A whole number from least to most, mostly near the usual one."""
    least, usual, most = bounds
    return round(rng.triangular(least, most, usual))


def draw_names(count: int, rng: Random) -> list[str]:
    """Different given names."""
    pool = names()
    found: list[str] = []
    while len(found) < count:
        name = pool[int(rng.random() * len(pool))]
        if name not in found:
            found.append(name)
    return found


def numbers_over_time(
    exchange: Exchange, home: Place, window: tuple[int, int], rng: Random, *, change: bool, start: Number | None = None
) -> list[Tenure]:
    """One line's numbers: a single one, or two with the change somewhere inside the author's days."""
    first, last = window
    number = start or exchange.near(home)
    if not change or last - first < 3:
        return [Tenure(number, first, last)]
    day = first + 1 + int(rng.random() * (last - first - 1))
    return [Tenure(number, first, day - 1), Tenure(exchange.near(home), day, last)]


def write_with(
    register: Register, name: str, chances: Mapping[str, float], rng: Random
) -> tuple[Handle | None, str | None, str | None]:
    """Handle, e-mail and site, each with its chance."""
    handle = register.handle(name) if rng.random() < chances["handle"] else None
    email = register.email(name) if rng.random() < chances["email"] else None
    url = register.url(name) if rng.random() < chances["url"] else None
    return handle, email, url


def habits(rng: Random) -> tuple[str, ...]:
    """The two families of disguise that somebody mostly uses."""
    return HABITS[int(rng.random() * len(HABITS))], HABITS[int(rng.random() * len(HABITS))]

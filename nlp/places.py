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
from nlp.gazetteer import Place, key, towns
from nlp.records import Kind
from nlp.regions import words
from nlp.signs import signs
from nlp.towns import LISTED, UNCUED, Beside, Field, Hit, Named, is_code, within, written
from nlp.whole_words import MOST, bounded, spaced

NAME = "places"
FAMOUS = 1_000_000  # people a place needs to be named without a cue in an ad of another country
LIST = 3  # other towns that make a list
READ = frozenset({"title", "body"})
SHORT = 100  # characters of a location field worth keeping
FOREIGN = re.compile("[^\x00-\xff]+")
CAPITAL = re.compile("[A-Z\u00c0-\u00de]")
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
        named = sorted(_named(text), key=lambda one: one.start)
        called: dict[str, str] = {}
        for one, place in _choose(named, text) if named else ():
            name = called.setdefault(place.id, written(text, one.start, one.end))
            detail: dict[str, Any] = {"name": name, "country": place.country}
            if place.name != name:
                detail["official"] = place.name
            if place.lat is not None:
                detail |= {"lat": place.lat, "lon": place.lon}
            yield Found(Kind.PLACE, place.id, one.start, one.end, NAME, one.sure, detail)


def _named(text: AdText) -> list[Named]:
    """Names in the location field first: what that names is a place elsewhere too."""
    named: list[Named] = []
    location = next((run for run in text.fields if run.name == "location"), None)
    if location is not None:
        low, high = text.folded.span(location.start, location.end)
        read = _location if high - low < SHORT else _location.__wrapped__
        at = location.start
        named = [one._replace(start=one.start + at, end=one.end + at) for one in read(text.original.text[low:high])]
    return named + _beside(text, [run for run in text.fields if run.name in READ], {one.name for one in named})


@lru_cache(maxsize=20_000)
def _location(written: str) -> list[Named]:
    """What a location field names; kept, because sites write the same few places there."""
    text = AdText.of(Ad("", "", "", None, location=written))
    found = _beside(text, text.fields, set())
    states = {one.within for one in found if one.within is not None}
    plain = [one for one in found if one.within or one.name not in words().careful]
    if not states:
        return plain or found
    # Beside a town with its state, only those that are towns of that state too.
    return [one for one in plain if one.within or any(within(one.name, state) for state in states)]


def _beside(text: AdText, fields: Sequence[Run], settled: set[str]) -> list[Named]:
    known, folded = signs(), text.folded.text
    cased = spaced(_with_capitals(text))
    plain = cased.lower()
    postals = [start for start, end in text.numbers if end - start in POSTAL_LENGTHS][:MOST]
    hits: list[Hit] = []
    regions: list[Beside] = []
    cued: list[int] = []
    for index, start, end in bounded(known.find(cased), fields):
        if (town := known.towns[index]) is not None:
            hits.append((start, 2 - end, town))
        if (region := known.regions[index]) is not None and (
            end - start > 4 or folded[start : end - 2] not in words().ambiguous or is_code(text, start, postals)
        ):
            regions.append((start, end - 2, region))
        if known.plain[index] and plain[end : end + 1] != " ":
            cued.append(end - 1)
    regions += _small_codes(text, plain, postals)
    if len(regions) > 1:
        regions.sort(key=lambda one: (one[0], -one[1]))
    named: list[Named] = []
    for run in fields:
        low, high = run.start, run.end
        mine = [one for one in hits if low <= one[0] < high]
        beside = [one for one in regions if low <= one[0] < high]
        behind = [one for one in cued if low <= one < high]
        if mine or beside or behind or postals or settled or run.name == "location":
            named += Field(text, plain, run, postals).read(mine, beside, behind, settled)
    return named


def _with_capitals(text: AdText) -> str:
    """The folded text with the original's capitals."""
    starts, original, folded = text.folded.starts, text.original.text, text.folded.text
    if isinstance(starts, range):
        parts: list[str] = []
        position = 0
        for found in FOREIGN.finditer(original):
            start, end = found.span()
            letters = folded[start:end]
            parts += (original[position:start], letters.capitalize() if original[start].isupper() else letters)
            position = end
        return "".join([*parts, original[position:]]) if parts else original
    capitals = list(folded)
    for found in CAPITAL.finditer(original):
        at = bisect_left(starts, found.start())
        if at < len(capitals):
            capitals[at] = capitals[at].upper()
    return "".join(capitals)


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
        if one.within is not None and one.within[1] is not None:
            certain.add(one.within)
        elif one.within is not None or (one.sure > UNCUED and len(towns(one.name)) == 1):
            place = within(one.name, one.within)[0] if one.within else towns(one.name)[0]
            certain.add((place.country, place.admin))
    states = frozenset(certain)
    countries = {country for country, _ in states}
    hinted = areas = NONE
    if not states:
        folded = text.folded.text
        hinted = frozenset([country for hint, country in words().hints if hint in folded])
        areas = _areas(text)
    chosen: list[tuple[Named, Place]] = []
    for one in named:
        place = one.lacking or settle(one.name, one.within, states, text.region, hinted, areas)
        near = place.country in countries or place.country in hinted or place.country == text.region
        if one.sure > UNCUED or near or place.population >= FAMOUS:
            chosen.append((one, place))
    if not any(one.sure == LISTED for one, _ in chosen):
        return iter(chosen)
    listed = Counter(
        country for country, _ in {(place.country, place.id) for one, place in chosen if one.sure > LISTED}
    )
    return ((one, place) for one, place in chosen if one.sure > LISTED or listed[place.country] >= LIST)


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

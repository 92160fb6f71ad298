"""Places an ad names: towns, as GeoNames has them; an American town it lacks, in the form of an address, as `US/NM/Town`.

A name that many towns share is settled by what stands beside it (state, country, postal code), by the other places of the
ad, its area codes, its region, then by size. Names that are also words need a capital letter and a cue; the `location`
field is a cue for all of it. Street names and numbers are never part of what is found.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from crawlers.records import Ad
from nlp.extractor import AdText, Example, Found, Run
from nlp.places.gazetteer import KNOWN, Place, gazetteer, towns
from nlp.places.origins import ORIGIN, PLACE, read_as
from nlp.places.regions import words
from nlp.places.signs import signs
from nlp.places.spellings import key
from nlp.places.towns import LISTED, UNCUED, Beside, Field, Hit, Named, is_code, within
from nlp.records import Kind
from nlp.text.capitals import with_capitals, written
from nlp.text.whole_words import MOST, bounded, spaced

NAME = "places"
FAMOUS = 1_000_000  # people a place needs to be named without a cue in an ad of another country
LIST = 3  # other towns that make a list
FEW = 20  # names of one ad that are settled together once for all ads
READ = frozenset({"title", "body"})
SHORT = 100  # characters of a location field worth keeping
POSTAL_LENGTHS = frozenset({5, 9})
NONE: frozenset[str] = frozenset()
Said = tuple[str, tuple[str, str | None] | None, bool]  # a name, the region it says it is in, whether it is sure


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
        """Towns in reading order, behind those that somebody is from. One town has one name in one ad: the first it writes."""
        named, origins = _named(text)
        for one in origins:
            yield Found(Kind.PLACE, one.name, one.start, one.end, NAME, one.sure, hidden=True)
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


def _named(text: AdText) -> tuple[list[Named], list[Named]]:
    """The names of places, and those that somebody is from; what the location field names is a place elsewhere too."""
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
    settled = frozenset([one.name for one in named if one.lacking is None])
    said = [(read_as(text, one, settled), one) for one in _beside(text, fields, settled)]
    return named + [one for kind, one in said if kind == PLACE], [one for kind, one in said if kind == ORIGIN]


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
    cased = spaced(with_capitals(text))
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
        mine = [one for one in hits if low <= one[0] < high] if hits else hits
        beside = [one for one in regions if low <= one[0] < high] if regions else regions
        if mine or beside or postals or small or run.name == "location":
            named += Field(text, plain, run, postals, settled, lists=lists).read(mine, beside, small)
    return named


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
    said = tuple([(name, region, sure > UNCUED) for _, _, name, sure, region, _ in named])
    few = len(said) <= FEW
    states = _states(said) if few else _states.__wrapped__(said)
    hinted = areas = NONE
    if not states:
        folded = text.folded.text
        hinted = frozenset([country for hint, country in words().hints if hint in folded and _is_hinted(hint, folded)])
        areas = _areas(text)
    places = (_settled if few else _settled.__wrapped__)(said, states, text.region, hinted, areas)
    chosen = []
    listed = False
    for one, settled in zip(named, places, strict=True):
        if (place := one.lacking or settled) is not None:
            chosen.append((one, place))
            listed = listed or one.sure == LISTED
    if not listed:
        return iter(chosen)
    others = Counter(
        country for country, _ in {(place.country, place.id) for one, place in chosen if one.sure > LISTED}
    )
    return ((one, place) for one, place in chosen if one.sure > LISTED or others[place.country] >= LIST)


def _is_hinted(hint: str, folded: str) -> bool:
    """Whether it stands there as a word by itself: no euro in "European"."""
    start = folded.find(hint)
    while start >= 0 and folded[start + len(hint) : start + len(hint) + 1].isalpha():
        start = folded.find(hint, start + 1)
    return start >= 0


@lru_cache(maxsize=20_000)
def _states(said: tuple[Said, ...]) -> frozenset[tuple[str, str]]:
    """The countries and states of the names that leave no doubt."""
    certain = set()
    for name, region, sure in said:
        if region is not None and region[1] is not None:
            certain.add((region[0], region[1]))
        elif region is not None or (sure and len(towns(name)) == 1):
            place = (within(name, region) if region else towns(name))[0]
            certain.add((place.country, place.admin))
    return frozenset(certain)


@lru_cache(maxsize=20_000)
def _settled(
    said: tuple[Said, ...],
    states: frozenset[tuple[str, str]],
    home: str | None,
    hinted: frozenset[str],
    areas: frozenset[str],
) -> list[Place | None]:
    """The town each name means; None where it is too far away to be meant, and nowhere said so that it is sure."""
    near = {home, *hinted, *(country for country, _ in states)}
    meant = {name for name, _, sure in said if sure}
    places: list[Place | None] = []
    for name, region, _ in said:
        place = settle(name, region, states, home, hinted, areas)
        is_meant = place is not None and (name in meant or place.country in near or place.population >= FAMOUS)
        places.append(place if is_meant else None)
    return places


@lru_cache(maxsize=50_000)
def settle(
    name: str,
    region: tuple[str, str | None] | None,
    states: frozenset[tuple[str, str]],
    home: str | None,
    hinted: frozenset[str],
    areas: frozenset[str],
) -> Place | None:
    """Which of the towns called `name` is meant, given the states and countries that the ad speaks for; None without any."""
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

    return max(within(name, region) if region else towns(name), key=fit, default=None)


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

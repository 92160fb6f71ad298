"""Places an ad names: towns, as GeoNames has them; an American town it lacks, in the form of an address, as `US/NM/Town`.

A name that many towns share is settled by what stands beside it (state, country), by the other places of the ad, by its
region, then by size. Names that are also words need a capital letter and a cue; the `location` field is a cue for all of
it. Street names and numbers are never part of what is found.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from nlp.extractor import AdText, Example, Found, Run
from nlp.gazetteer import SHORT, WORD, Place, gazetteer, key
from nlp.records import Kind
from nlp.regions import POSTAL, Region, region_after, words

NAME = "places"
LARGE, KNOWN, SMALL = 100_000, 40_000, 5_000  # people a place needs: without a capital, without a cue, with both
FAMOUS = 1_000_000  # people a place needs to be named without a cue in an ad of another country
UNCUED = 0.6  # confidence of a name that stands without a cue
JOINED = re.compile(r"[ '-]{1,2}\Z|\.[ ]?\Z")
SILENT = frozenset({"contact", "name", "age", "price"})
# "9585 Southeast Clinton", "378 W. Adams": a house number, then perhaps a word.
NUMBERED = re.compile(r"(?<!\w)\d{1,6} (?:[a-z.]{1,12} )?\Z")
CODES = (
    "A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]"
)
# A town in the form of an address. What stands before it on the line may be a street; the town is cut out of that.
ADDRESS = re.compile(
    rf"(?P<town>[A-Z][A-Za-z'.]{{1,20}}(?: [A-Z][A-Za-z'.]{{1,20}}){{0,3}})"
    rf"(?P<comma>,?) (?P<state>{CODES})(?P<postal>,? \d{{5}}(?:-?\d{{4}})?)?(?![\w'])"
)


@dataclass(frozen=True, slots=True)
class Named:
    """A name that stands in the text, with every town it could be."""

    start: int
    end: int
    key: str
    towns: tuple[Place, ...]
    region: Region | None  # what stands behind it
    sure: float


@dataclass(frozen=True, slots=True)
class Scan:
    """The words of one field."""

    folded: str
    given: str  # the original's character for each folded one, to see capitals
    tokens: list["re.Match[str]"]
    spelled: list[str]
    field: str
    mixed: bool  # capitals and small letters

    @classmethod
    def of(cls, text: AdText, run: Run, given: str) -> "Scan":
        """The field's words, spelled out."""
        tokens = list(WORD.finditer(text.folded.text, run.start, run.end))
        spelled = [SHORT.get(one[0], one[0]) for one in tokens]
        return cls(text.folded.text, given, tokens, spelled, run.name, not given[run.start : run.end].isupper())

    def joined(self, index: int, count: int) -> bool:
        """Whether words stand close enough to be one name."""
        around = zip(self.tokens[index : index + count - 1], self.tokens[index + 1 : index + count], strict=True)
        return all(JOINED.match(self.folded, left.end(), right.start()) for left, right in around)

    def is_written_large(self, index: int, count: int) -> bool:
        """Whether the first and the last word begin with a capital that means something: not all letters are capitals."""
        return self.mixed and all(self.given[self.tokens[one].start()].isupper() for one in (index, index + count - 1))

    def is_cued(self, index: int) -> bool:
        """Whether "in", "visiting", "cerca de" ... stands before."""
        return any(" ".join(self.spelled[max(index - n, 0) : index]) in words().cues for n in (1, 2))

    def is_plainly_cued(self, index: int) -> bool:
        """Whether a cue stands before that does without a capital letter."""
        return index > 0 and self.spelled[index - 1] in words().plain

    def is_street(self, index: int, count: int) -> bool:
        """Whether it is the name of a street: "Cleveland Boulevard", but not "Cleveland, St. Louis"."""
        after = index + count
        if after >= len(self.tokens) or self.tokens[after][0] not in words().streets:
            return False
        gap = self.folded[self.tokens[after - 1].end() : self.tokens[after].start()]
        return gap == " " and not self.folded.startswith(
            ("st louis", "st paul", "st. ", "st pete"), self.tokens[after].start()
        )


class Places:
    """Every town the ad names."""

    name = NAME
    examples = (
        Example("Houston, TX", ("4699066",), "location"),
        Example("New in Chicago this week", ("4887398",)),
        Example("Springfield, IL", ("4250542",), "location"),
        Example("71 Camino Azul, Jemez Springs, NM 87025", ("US/NM/Jemez Springs",)),
        Example("en Guadalajara", ("4005539",), region="MX"),
        Example("Nice and friendly, mobile service, reading this on your mobile, 12 Cleveland Street", ()),
    )

    def __call__(self, text: AdText) -> Iterator[Found]:
        """Towns in reading order, then addresses GeoNames does not know."""
        given = _given(text)
        named: list[Named] = []
        settled: set[str] = set()  # what the location field names is a place elsewhere too
        fields = [run for run in text.fields if run.name not in SILENT]
        for run in sorted(fields, key=lambda one: one.name != "location"):
            found = list(_names(Scan.of(text, run, given), settled))
            if run.name == "location":
                found = _local(found)
                settled |= {one.key for one in found}
            named += found
        named.sort(key=lambda one: one.start)
        for one, place in _choose(named, text):
            yield _found(place, one.start, one.end, one.sure)
        for run in fields:
            yield from _unknown(given, run, {one.end for one in named})


def _given(text: AdText) -> str:
    original, folded = text.original.text, text.folded
    if len(original) == len(folded.text):
        return original
    return "".join([original[start] for start in folded.starts])


def _names(scan: Scan, settled: set[str]) -> Iterator[Named]:
    longest, known = gazetteer().longest, words()
    index = 0
    while index < len(scan.tokens):
        word, step = scan.spelled[index], 1
        limit = max(longest.get(word, 0), known.nicknamed.get(word, 0))
        for count in range(min(limit, len(scan.tokens) - index), 0, -1):
            name = " ".join(scan.spelled[index : index + count])
            spelled_out = known.nicknames.get(name, name)
            if (
                spelled_out in gazetteer().names
                and scan.joined(index, count)
                and (found := _named(scan, index, count, name, spelled_out, settled))
            ):
                yield found
                step = count
                break
            if count > 1 and name in known.regions:  # no Carolina in "South Carolina"
                step = count
                break
        index += step


def _named(scan: Scan, index: int, count: int, name: str, spelled_out: str, settled: set[str]) -> Named | None:
    qualified = region_after(scan.folded, scan.given, scan.tokens, index + count)
    large = scan.is_written_large(index, count)
    if qualified is None and not (large or scan.field == "location" or scan.is_plainly_cued(index)):
        return None
    towns = tuple(gazetteer().named(spelled_out))
    start, end = scan.tokens[index].start(), scan.tokens[index + count - 1].end()
    if scan.is_street(index, count):
        return None
    if qualified is not None and (within := tuple(one for one in towns if _is_in(one, qualified[0]))):
        return Named(start, end, name, within, qualified[0], 0.97)
    known, cued = words(), scan.is_cued(index)
    if not cued and NUMBERED.search(scan.folded, max(0, start - 30), start):
        return None
    named_so = len(name) > 3 or name in known.nicknames
    if scan.field == "location":
        return Named(start, end, name, towns, None, 0.9) if named_so and qualified is None else None
    people = max(one.population for one in towns)
    if large and (name in settled or (named_so and POSTAL.match(scan.folded, end))):
        accepted = True
    elif name in known.careful or not named_so:
        accepted = large and cued and people >= LARGE
    elif cued:
        least = (KNOWN if count == 1 else SMALL) if large else LARGE
        accepted = people >= least
    else:
        accepted = large and people >= (LARGE if count == 1 else KNOWN)
    return Named(start, end, name, towns, None, 0.75 if cued else UNCUED) if accepted else None


def _local(found: list[Named]) -> list[Named]:
    """Of a location field's names: beside one with its state, only those that are towns of that state too."""
    states = {(one.towns[0].country, one.towns[0].admin) for one in found if one.region is not None}
    if not states:
        return [one for one in found if one.key not in words().careful] or found
    kept = []
    for one in found:
        near = any((town.country, town.admin) in states for town in one.towns)
        if one.region is not None or (near and one.key not in words().careful):
            kept.append(one)
    return kept


def _is_in(place: Place, region: Region) -> bool:
    return place.country == region.country and region.admin in {None, place.admin}


def _choose(named: list[Named], text: AdText) -> Iterator[tuple[Named, Place]]:
    """Settle each name: the places that are certain speak for their country and state."""
    certain = [one.towns[0] for one in named if one.region is not None or (one.sure > UNCUED and len(one.towns) == 1)]
    states = {(one.country, one.admin) for one in certain}
    countries = {one.country for one in certain}
    hinted = {country for country, hints in words().hints.items() if any(hint in text.folded.text for hint in hints)}

    def fit(place: Place, name: str) -> tuple[float, str]:
        points = [
            (2.0, (place.country, place.admin) in states),
            (1.0, place.country in countries),
            (1.0, place.country == text.region),
            (1.2, place.country in hinted),
            (1.5, key(place.name) == name),
        ]
        return sum(weight for weight, holds in points if holds) + math.log10(place.population + 1), place.id

    for one in named:
        place = one.towns[0] if len(one.towns) == 1 else max(one.towns, key=lambda town: fit(town, one.key))
        near = place.country in countries | hinted | {text.region}
        if one.sure > UNCUED or near or place.population >= FAMOUS:
            yield one, place


def _unknown(given: str, run: Run, taken: set[int]) -> Iterator[Found]:
    """Addresses whose town GeoNames lacks. In prose a state's code that is a word needs a postal code behind it."""
    for match in ADDRESS.finditer(given, run.start, run.end):
        end = match.end("town")
        firm = (
            match["postal"]
            or run.name == "location"
            or (match["comma"] and match["state"].lower() not in words().ambiguous)
        )
        if end in taken or not firm:
            continue
        town = match["town"].split(" ")
        for index in range(len(town) - 1, 0, -1):  # the words behind the last street word are the town
            if town[index - 1].strip(".").lower() in words().streets:
                town = town[index:]
                break
        name = " ".join(town)
        if town[-1].strip(".").lower() in words().streets or len(name) < 3:
            continue
        state = match["state"]
        titled = name.title() if name.isupper() else name
        detail = {"name": titled, "country": "US"}
        yield Found(Kind.PLACE, f"US/{state}/{titled}", end - len(name), end, NAME, 0.7, detail)


def _found(place: Place, start: int, end: int, sure: float) -> Found:
    detail = {"name": place.name, "country": place.country, "lat": place.lat, "lon": place.lon}
    return Found(Kind.PLACE, place.id, start, end, NAME, sure, detail)

"""Places an ad names: towns, as GeoNames has them; an American town it lacks, in the form of an address, as `US/NM/Town`.

A name that many towns share is settled by what stands beside it (state, country, postal code), by the other places of the
ad, its area codes, its region, then by size. Names that are also words need a capital letter and a cue; the `location`
field is a cue for all of it. Street names and numbers are never part of what is found.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from nlp.addresses import REACH, town_before
from nlp.extractor import AdText, Example, Found, Run
from nlp.gazetteer import Place, key, towns
from nlp.records import Kind
from nlp.regions import Region, names, words
from nlp.whole_words import spaced

NAME = "places"
LARGE, KNOWN, SMALL = 100_000, 40_000, 5_000  # people a place needs: without a capital, without a cue, with both
FAMOUS = 1_000_000  # people a place needs to be named without a cue in an ad of another country
UNCUED = 0.6  # confidence of a name that stands without a cue
LISTED = 0.5  # of a word that is a town only if the ad lists other towns of its country
LIST = 3  # other towns that make a list
MOST = 2_000  # names looked at in one field: an ad has a handful, a text made to hurt has any number
SILENT = frozenset({"contact", "name", "age", "price"})
# Between a town and its region, and between a state and a postal code.
BETWEEN = re.compile(r"\s{0,2}[,(/-]?\s{0,2}|\. ")
POSTAL = re.compile(r"[,\s]{1,3}(\d{3})\d{2}(?:-?\d{4})?(?!\w)")
NATION = re.compile(r"[,\s]{1,3}(?:usa|u\.s\.a?\.?|united states)(?!\w)")
# What may stand between the words of one name.
ONE_NAME = re.compile(r"[a-z0-9' .-]+")
# "9585 Southeast Clinton", "378 W. Adams": a house number, then perhaps a word.
NUMBERED = re.compile(r"(?<!\w)\d{1,6} (?:[a-z.]{1,12} )?\Z")
Town = tuple[int, int, str]  # start, end, name in the gazetteer
Beside = tuple[int, int, Region]


@dataclass(frozen=True, slots=True)
class Named:
    """A name that stands in the text, with every town it could be."""

    start: int
    end: int
    key: str
    towns: tuple[Place, ...]
    sure: float
    region: bool = False  # its region stands behind it


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
        """Towns in reading order."""
        folded = text.folded.text
        plain = spaced(folded)
        every = names()
        found: list[Town] = []
        regions: list[Beside] = []
        for index, start, end in every.find(plain):
            if (name := every.towns[index]) is not None:
                found.append((start, end - 2, name))
            if (region := every.regions[index]) is not None and (end - start > 4 or _is_code(text, start)):
                regions.append((start, end - 2, region))
        if not found and not regions:
            return
        named: list[Named] = []
        settled: set[str] = set()  # what the location field names is a place elsewhere too
        for run in sorted(text.fields, key=lambda one: one.name != "location"):
            if run.name not in SILENT:
                one = _Field(text, plain, run, settled)
                named += one.read(
                    [town for town in found if run.start <= town[0] < run.end][:MOST],
                    [region for region in regions if run.start <= region[0] < run.end][:MOST],
                )
                if run.name == "location":
                    named = _local(named)
                    settled = {town.key for town in named}
        named.sort(key=lambda one: one.start)
        called: dict[str, str] = {}
        for one, place in _choose(named, text):
            name = called.setdefault(place.id, _written(text, one.start, one.end))
            detail = {"name": name, "country": place.country}
            if place.lat is not None:
                detail |= {"lat": place.lat, "lon": place.lon}
            yield Found(Kind.PLACE, place.id, one.start, one.end, NAME, one.sure, detail)


@dataclass(slots=True)
class _Field:
    """One field, read for the towns it names."""

    text: AdText
    plain: str
    run: Run
    settled: set[str]
    mixed: bool = False  # capitals and small letters
    location: bool = False

    def read(self, found: list[Town], regions: list[Beside]) -> Iterator[Named]:
        """Towns with their region behind them, then the others."""
        if not found and not regions:
            return
        self.location = self.run.name == "location"
        self.mixed = not _given(self.text, self.run.start, self.run.end).isupper()
        found.sort(key=lambda one: (one[0], -one[1]))
        covered: set[int] = set()
        if regions:
            regions.sort(key=lambda one: (one[0], -one[1]))
            for end, one in self.qualified(found, regions):
                yield one
                covered.update(range(one.start, end))
            for start, end, _ in regions:  # no Carolina in "South Carolina"
                if self.plain.find(" ", start + 1, end) > 0:
                    covered.update(range(start + 1, end))
        position = 0
        for start, end, name in found:
            if start >= position and start not in covered and end - 1 not in covered:
                one = self.judged(start, end, name)
                if one is not None:
                    yield one
                    position = end

    def qualified(self, found: list[Town], regions: list[Beside]) -> Iterator[tuple[int, Named]]:
        """Towns before a region that has such a town, and American addresses; each with where its region ends."""
        by_end: dict[int, list[Town]] = defaultdict(list)
        longest: dict[int, int] = {}
        for town in found:
            by_end[town[1]].append(town)
            longest[town[0]] = max(town[1], longest.get(town[0], 0))
        position = self.run.start
        for start, end, region in regions:
            if start < position or longest.get(start, 0) > end:  # no Kansas in "Kansas City"
                continue
            before = self.before(start)
            if before is None:
                continue
            one = next((town for town in by_end.get(before, ()) if self.is_of(town, region, end)), None)
            made = self.address(one, before, start, end, region) if region.country == "US" else None
            if made is None and one is not None and _is_one(self.text, one):
                within = tuple(place for place in towns(one[2]) if _is_in(place, region))
                made = Named(*one, within, 0.97, region=True)
            if made is not None:
                yield end, made
                position = end

    def before(self, start: int) -> int | None:
        """Where the word ends that stands before a region."""
        folded, end = self.text.folded.text, start
        while end > self.run.start and start - end < 4 and not folded[end - 1].isalnum():
            end -= 1
        return end if end < start and BETWEEN.fullmatch(folded, end, start) else None

    def is_of(self, town: Town, region: Region, end: int) -> bool:
        """Whether the region has such a town; a name that is a word also needs a capital, a postal code, or the field."""
        if not any(_is_in(place, region) for place in towns(town[2])):
            return False
        return town[2] not in words().careful or self.location or self.large(town) or self.postal(end) is not None

    def address(self, town: Town | None, before: int, start: int, end: int, region: Region) -> Named | None:
        """The town of an address that GeoNames lacks, or of which `town` is only the last word."""
        folded, run = self.text.folded.text, self.run
        if region.admin is None or self.names_region_next(end):
            return None
        state = self.postal(end)
        postal = state == region.admin or (state is not None and _given(self.text, start, start + 2).isupper())
        low = max(run.start, before - REACH)
        if town is not None and not postal:
            return None
        given = _given(self.text, low, before)
        part = town_before(folded, given, run.start, before)
        if part is None:
            return None
        begin, comma = part
        if town is not None and not (comma and begin < town[0] and folded[begin:town[0]].strip(". ") not in words().directions):
            return None
        numbered = any(letter.isdigit() for letter in folded[low:begin])
        cued = self.is_cued(begin, before=words().cues)
        if not (
            postal or (self.location and end == run.end) or NATION.match(folded, end, run.end) or ("," in folded[before:start] and (numbered or cued))
        ):
            return None
        name = _written(self.text, begin, before)
        place = Place(f"US/{region.admin}/{name}", name, "US", region.admin, None, None, 0)
        return Named(begin, before, name.lower(), (place,), 0.7, region=True)

    def names_region_next(self, end: int) -> bool:
        """Whether another region follows: "Washington, DC" is no town in the state of Washington."""
        gap = BETWEEN.match(self.text.folded.text, end, self.run.end)
        word = self.plain[gap.end() + 1 : gap.end() + 20].split(" ", 1)[0] if gap else ""
        return bool(word) and word in words().regions and words().regions[word].admin is not None

    def judged(self, start: int, end: int, name: str) -> Named | None:
        """The town if the words around it make it one."""
        known, large = words(), self.large((start, end, name))
        before = self.plain[max(0, start - 24) : start].split()
        state = self.postal(end) if self.plain[end + 1 : end + 3] != "  " else None
        if not (large or self.location or state or (before and before[-1] in known.plain)):
            return None
        if not _is_one(self.text, (start, end, name)) or self.is_street(start, end, name):
            return None
        every = towns(name)
        if state and (within := tuple(one for one in every if one.country == "US" and one.admin == state)):
            if large or name not in known.careful:
                return Named(start, end, name, within, 0.9, region=True)
        cued = bool(before) and (before[-1] in known.cues or " ".join(before[-2:]) in known.cues)
        folded = self.text.folded.text
        if not cued and NUMBERED.search(folded, max(0, start - 30), start):
            return None
        people = every[0].population
        named_so = end - start > 3 or folded[start:end] in known.nicknames
        if self.location:
            return Named(start, end, name, every, 0.9) if named_so else None
        ended = self.plain[end + 1 : end + 3] == "  " or end == self.run.end
        if large and (name in self.settled or (named_so and state)):
            accepted = True
        elif name in known.careful or not named_so:
            accepted = large and cued and people >= LARGE
        elif cued:
            accepted = people >= ((KNOWN if " " not in name else SMALL) if large else LARGE)
        elif large and ended and before and before[-1] in known.streets and self.is_numbered(start):
            accepted = people >= SMALL
        else:
            accepted = large and people >= (LARGE if " " not in name else KNOWN)
        if accepted:
            return Named(start, end, name, every, 0.75 if cued else UNCUED)
        return Named(start, end, name, every, LISTED) if large and named_so and people >= LARGE else None

    def large(self, town: Town) -> bool:
        """Whether the first and the last word begin with a capital that means something: not all letters are capitals."""
        start, end, name = town
        if not self.mixed or not _given(self.text, start, start + 1).isupper():
            return False
        last = self.plain.rfind(" ", start, end + 1)
        return " " not in name or last <= start or _given(self.text, last, last + 1).isupper()

    def is_cued(self, start: int, *, before: frozenset[str]) -> bool:
        """Whether the word before is one of these."""
        left = self.plain[max(0, start - 24) : start].split()
        return bool(left) and left[-1] in before

    def is_numbered(self, start: int) -> bool:
        """Whether a number stands before, as in an address."""
        low = max(self.run.start, start - REACH)
        return any(letter.isdigit() for letter in self.text.folded.text[low:start])

    def postal(self, end: int) -> str | None:
        """The state of the postal code that follows."""
        found = POSTAL.match(self.text.folded.text, end, self.run.end)
        return words().postal.get(int(found[1]), "") if found else None

    def is_street(self, start: int, end: int, name: str) -> bool:
        """Whether it is the name of a street or a house: "Cleveland Boulevard", but not "Cleveland, St. Louis"."""
        folded = self.text.folded.text
        if folded[end : end + 1] != " " or end >= self.run.end:
            return False
        following = self.plain[end + 2 : end + 30].split(" ")
        if following[0] in words().houses:
            return name in words().careful or towns(name)[0].population < LARGE
        if following[0] in words().streets:
            return not folded.startswith(("st louis", "st paul", "st. ", "st pete"), end + 1)
        # "5747 Liberty Grove Rd"
        return len(following) > 1 and following[1] in words().streets and self.is_numbered(start)


def _is_code(text: AdText, start: int) -> bool:
    """Whether two letters are a state's code and no word: by capitals and a comma before, or by a postal code behind."""
    folded = text.folded.text
    code = folded[start : start + 2]
    if code not in words().ambiguous or POSTAL.match(folded, start + 2):
        return True
    if not _given(text, start, start + 2).isupper():
        location = next((run for run in text.fields if run.name == "location"), None)
        return location is not None and location.start < start and start + 2 == location.end
    left = _given(text, max(0, start - 6), start)
    return "," in left[-3:] or not left.isupper()


def _given(text: AdText, start: int, end: int) -> str:
    """The original's characters for these folded ones."""
    folded = text.folded
    if isinstance(folded.starts, range):
        return text.original.text[start:end]
    if end - start == 1:
        return text.original.text[folded.starts[start]]
    return "".join([text.original.text[at] for at in folded.starts[start:end]])


def _written(text: AdText, start: int, end: int) -> str:
    """A town's name as the ad writes it, with capitals where it has none or nothing else."""
    name = text.original.text[slice(*text.folded.span(start, end))]
    return name.title() if name.isupper() or name.islower() else name


def _is_one(text: AdText, town: Town) -> bool:
    """Whether the words are one name, and no part of an address of the web."""
    start, end, name = town
    folded = text.folded.text
    if " " in name and ONE_NAME.fullmatch(folded, start, end) is None:
        return False
    left, right = folded[start - 1 : start], folded[end : end + 2]
    return left not in {"@", "_"} and right[:1] not in {"@", "_"} and not (
        (left == "." or (right[:1] == "." and right[1:].isalnum())) and not _given(text, start, start + 1).isupper()
    )


def _is_in(place: Place, region: Region) -> bool:
    return place.country == region.country and region.admin in {None, place.admin}


def _local(found: list[Named]) -> list[Named]:
    """Of a location field's names: beside one with its state, only those that are towns of that state too."""
    states = {(one.towns[0].country, one.towns[0].admin) for one in found if one.region}
    if not states:
        return [one for one in found if one.key not in words().careful] or found
    return [
        one
        for one in found
        if one.region
        or (one.key not in words().careful and any((town.country, town.admin) in states for town in one.towns))
    ]


def _choose(named: list[Named], text: AdText) -> Iterator[tuple[Named, Place]]:
    """Settle each name: the places that are certain speak for their country and state."""
    if not named:
        return
    certain = [one.towns[0] for one in named if one.region or (one.sure > UNCUED and len(one.towns) == 1)]
    states = {(one.country, one.admin) for one in certain}
    countries = {one.country for one in certain}
    hinted = {country for country, hints in words().hints.items() if any(hint in text.folded.text for hint in hints)}
    areas = _areas(text) if any(len(one.towns) > 1 for one in named) else set()

    def fit(place: Place, name: str) -> tuple[float, str]:
        points = [
            (2.0, (place.country, place.admin) in states),
            (1.0, place.country in countries),
            (1.0, place.country == text.region),
            (1.2, place.country in hinted),
            (1.0, place.country == "US" and place.admin in areas),
            (1.5, key(place.name) == name),
        ]
        return sum(weight for weight, holds in points if holds) + math.log10(place.population + 1), place.id

    chosen: list[tuple[Named, Place]] = []
    for one in named:
        place = one.towns[0] if len(one.towns) == 1 else max(one.towns, key=lambda town: fit(town, one.key))
        near = place.country in countries | hinted | {text.region}
        if one.sure > UNCUED or near or place.population >= FAMOUS:
            chosen.append((one, place))
    listed = Counter(country for country, _ in {(place.country, place.id) for one, place in chosen if one.sure > LISTED})
    yield from ((one, place) for one, place in chosen if one.sure > LISTED or listed[place.country] >= LIST)


def _areas(text: AdText) -> set[str]:
    """The states of the area codes of the ad's telephone numbers, as far as they are written in digits."""
    folded, numbers, found = text.folded.text, text.numbers, set()
    for index, (start, end) in enumerate(numbers):
        after = [right - left for left, right in numbers[index + 1 : index + 3]]
        whole = end - start in {10, 11} and (end - start == 10 or folded[start] == "1")
        if whole or (end - start == 3 and (after == [3, 4] or after[:1] == [7])):
            first = start + (end - start == 11)
            found.add(words().areas.get(folded[first : first + 3], ""))
    return found - {""}

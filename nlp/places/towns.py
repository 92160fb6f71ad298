"""Towns that one field of an ad names: which names stand there as towns, by the words around them."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from nlp.extractor import AdText, Run
from nlp.places.addresses import REACH, town_before
from nlp.places.gazetteer import KNOWN, LARGE, SMALL, Place, gazetteer, towns
from nlp.places.regions import Region, words
from nlp.places.town_names import names_from, names_in, names_to
from nlp.text.capitals import capital, given, is_one, written
from nlp.text.whole_words import MOST

UNCUED = 0.6  # confidence of a name that stands without a cue
LISTED = 0.5  # of a word that is a town only if the ad lists other towns of its country
# Between a town and its region, and between a state and a postal code.
BETWEEN = re.compile(r"\s{0,2}[,(/-]?\s{0,2}|\. ")
POSTAL = re.compile(r"[,\s]{1,3}(\d{3})\d{2}(?:-?\d{4})?(?!\w)")
NATION = re.compile(r"[,\s]{1,3}(?:usa|u\.s\.a?\.?|united states)(?!\w)")
# "9585 Southeast Clinton", "378 W. Adams": a house number, then perhaps a word.
NUMBERED = re.compile(r"(?<!\w)\d{1,6} (?:[a-z.]{1,12} )?\Z")
NEAR = 24  # characters before a name in which its cue stands


Hit = tuple[int, int, str]  # where a name starts, where it ends as a negative number, the gazetteer's name
Beside = tuple[int, int, Region]  # where it starts, where it ends


class Named(NamedTuple):
    """A name that stands in the text. `within` is the region it says it is in; `lacking` a town that GeoNames lacks."""

    start: int
    end: int
    name: str  # the gazetteer's
    sure: float
    within: tuple[str, str | None] | None = None  # country and state
    lacking: Place | None = None


class Field:
    """One field of an ad."""

    __slots__ = ("folded", "lists", "location", "mixed", "plain", "postals", "run", "settled", "text")

    def __init__(
        self, text: AdText, plain: str, run: Run, postals: list[int], settled: frozenset[str], *, lists: bool
    ) -> None:
        """`settled` are names known to stand for a town; `lists` says whether the ad may have a list of towns."""
        self.text, self.plain, self.run, self.settled, self.lists = text, plain, run, settled, lists
        # Where numbers begin that could be postal codes.
        self.postals = [at for at in postals if run.start < at < run.end] if postals else postals
        self.folded = text.folded.text
        self.location = run.name == "location"
        low, high = text.folded.span(run.start, run.end)
        self.mixed = not text.original.text[low:high].isupper()  # then capitals mean something

    def read(self, hits: list[Hit], regions: list[Beside], small: list[str]) -> list[Named]:
        """Towns with their region behind them, then the others.

        `hits` are towns as the automaton finds them, `small` those of the settled names that it does not know.
        """
        named: list[Named] = []
        if self.location or self.postals or small:
            hits = hits + self._others(small)
        if regions:
            covered: set[int] = set()
            for end, one in self._qualified(regions):
                named.append(one)
                covered.update(range(one.start, end))
            taken = covered.copy()
            for start, end, _ in regions:  # no Carolina in "South Carolina"
                if end - start > 4 and self.plain.find(" ", start + 1, end) > 0:
                    taken.update(range(start + 1, end))
            if taken:
                hits = [one for one in hits if one[0] not in taken and -one[1] - 1 not in covered]
        if len(hits) > 1:
            hits.sort()
        position = 0
        for start, end, name in hits:
            if start >= position:
                large = self._large(start, -end)
                if (large or self.location or self._is_introduced(start, -end, name)) and (
                    judged := self._judged(start, -end, name, large=large)
                ):
                    named.append(judged)
                    position = -end
        return named

    def _others(self, small: list[str]) -> list[Hit]:
        """Names the automaton does not know: all in a location field, else before postal codes, and settled ones."""
        plain, run = self.plain, self.run
        if self.location:
            local = names_in(plain[run.start : run.end + 2])
            return [(run.start + start, end - run.start, name) for start, end, name in local]
        hits: list[Hit] = []
        for number in self.postals:
            if (before := self._before(number)) is not None:
                hits += [(start, -before, name) for start, name in names_to(plain, run.start, before)]
        for name in small if self.mixed else ():
            start, count = plain.find(f" {name} ", run.start, run.end + 2), 0
            while start >= 0 and count < MOST:
                hits.append((start, -start - len(name), name))
                start, count = plain.find(f" {name} ", start + 1, run.end + 2), count + 1
        return hits

    def _is_introduced(self, start: int, end: int, name: str) -> bool:
        """Whether a name without capitals has a postal code behind it, or is a large town's behind a cue."""
        if self._postal_next(end):
            return True
        known = words()
        if gazetteer().people[name] < LARGE or name in known.careful:
            return False
        before = self.plain[max(0, start - NEAR) : start].split()
        return bool(before) and before[-1] in known.plain

    def _qualified(self, regions: list[Beside]) -> Iterator[tuple[int, Named]]:
        """Towns before a region that has such a town, and American addresses; each with where its region ends."""
        position = self.run.start
        for start, end, region in regions:
            before = self._before(start) if start >= position else None
            if before is None or (end - start > 2 and self._is_begun(start, end)):
                continue
            if region.admin is None and self._is_new(before, start, end):
                continue
            one = next(
                (
                    hit
                    for hit in names_to(self.plain, self.run.start, before)
                    if self._is_of(hit, before, region, start, end)
                ),
                None,
            )
            made = self._address(one and one[0], before, start, end, region) if region.country == "US" else None
            if made is None and one is not None:
                made = Named(one[0], before, one[1], 0.97, (region.country, region.admin))
            if made is not None:
                yield end, made
                position = end

    def _longest(self, named: list[tuple[int, str]], region: Region) -> tuple[int, str] | None:
        """The longest of these; but of "Pine St N Salem" the larger of Salem and North Salem."""
        if len(named) > 1 and self.plain[named[0][0] + 2] == " ":
            before = self.plain[max(0, named[0][0] - NEAR) : named[0][0]].split()
            if before and before[-1] in words().streets:
                return max(named, key=lambda one: within(one[1], (region.country, region.admin))[0].population)
        return named[0] if named else None

    def _is_begun(self, start: int, end: int) -> bool:
        """Whether a town's longer name begins there: no Kansas in "Kansas City"."""
        return any(last > end for last, _ in names_from(self.plain, start, self.run.end))

    def _is_new(self, before: int, start: int, end: int) -> bool:
        """Whether a country begins a sentence or a line that goes on: "in London. Canada is my home"."""
        gap = self.folded[before:start]
        return ("\n" in gap or "." in gap) and self.plain[end + 2 : end + 3].strip() != ""

    def _before(self, start: int) -> int | None:
        """Where the word ends that stands before a region."""
        end = start
        while end > self.run.start and start - end < 4 and not self.folded[end - 1].isalnum():
            end -= 1
        return end if self.run.start < end < start and BETWEEN.fullmatch(self.folded, end, start) else None

    def _is_of(self, hit: tuple[int, str], before: int, region: Region, start: int, end: int) -> bool:
        """Whether the region has such a town; a name that is a word also needs capitals, a postal code, or the field."""
        known = within(hit[1], (region.country, region.admin))
        if not known:
            return False
        if not is_one(self.text, hit[0], before):
            return False
        plain = hit[1] not in words().careful or self.location
        if plain or self._postal(end) is not None:
            return True
        # "London Canada", but no town of Una in "Una India".
        apart = region.admin is not None or not self.folded[before:start].isspace()
        return self._large(hit[0], before) and (apart or known[0].population >= LARGE)

    def _address(self, known: int | None, before: int, start: int, end: int, region: Region) -> Named | None:
        """The town of an address that GeoNames lacks, or of which only the last words, from `known` on, are one it has."""
        state = self._postal(end)
        postal = state == region.admin or (state is not None and given(self.text, start, start + 2).isupper())
        if region.admin is None or (known is not None and not postal) or self._region_next(end):
            return None
        low = max(self.run.start, before - REACH)
        part = town_before(self.folded, given(self.text, low, before), low, before)
        if part is None:
            return None
        begin, comma = part
        if known is not None and not (
            comma and begin < known and self.folded[begin:known].strip(". ") not in words().directions
        ):
            return None
        firm = postal or (self.location and end == self.run.end)
        firm = firm or NATION.match(self.folded, end, self.run.end) is not None
        if not firm and "," in self.folded[before:start]:
            left = self.plain[max(0, begin - NEAR) : begin].split()
            firm = self._numbered(begin) or bool(left and left[-1] in words().cues)
        if not firm:
            return None
        name = written(self.text, begin, before)
        place = Place(f"US/{region.admin}/{name}", name, "US", region.admin, None, None, 0)
        return Named(begin, before, name.lower(), 0.7, ("US", region.admin), place)

    def _region_next(self, end: int) -> bool:
        """Whether another region follows: "Washington, DC" is no town in the state of Washington."""
        gap = BETWEEN.match(self.folded, end, self.run.end)
        word = self.plain[gap.end() + 1 : gap.end() + 20].split(" ", 1)[0] if gap else ""
        region = words().regions.get(word)
        return region is not None and region.admin is not None

    def _judged(self, start: int, end: int, name: str, *, large: bool) -> Named | None:
        """The town if the words around it make it one; `large` says whether it has capitals."""
        known, plain, folded = words(), self.plain, self.folded
        if not is_one(self.text, start, end) or (folded[end : end + 1] == " " and self._is_street(start, end, name)):
            return None
        before = plain[max(0, start - NEAR) : start].split()
        state = self._postal(end) if self.postals else None
        careful, people = name in known.careful, gazetteer().people[name]
        if state and (large or not careful) and within(name, ("US", state)):
            return Named(start, end, name, 0.9, ("US", state))
        cued = bool(before) and (before[-1] in known.cues or " ".join(before[-2:]) in known.cues)
        if not cued and any(map(str.isdigit, before[-2:])) and NUMBERED.search(folded, max(0, start - 30), start):
            return None
        named_so = end - start > 3 or folded[start:end] in known.nicknames
        if self.location:
            return Named(start, end, name, 0.9) if named_so else None
        if large and (name in self.settled or (named_so and state is not None)):
            accepted = True
        elif careful or not named_so:
            accepted = large and cued and people >= LARGE
        elif cued:
            accepted = people >= ((KNOWN if " " not in name else SMALL) if large else LARGE)
        elif (
            large
            and before
            and before[-1] in known.streets
            and plain[end + 1 : end + 3].isspace()
            and self._numbered(start)
        ):
            accepted = people >= SMALL
        else:
            accepted = large and people >= (LARGE if " " not in name else KNOWN)
        if accepted:
            return Named(start, end, name, 0.75 if cued else UNCUED)
        return Named(start, end, name, LISTED) if self.lists and large and named_so and people >= LARGE else None

    def _large(self, start: int, end: int) -> bool:
        """Whether the first and the last word begin with a capital that means something: not all letters are capitals."""
        if not (self.mixed and capital(self.text, start)):
            return False
        last = self.plain.rfind(" ", start + 1, end + 1)
        return last < 0 or capital(self.text, last)

    def _numbered(self, start: int) -> bool:
        """Whether a number stands before, as in an address."""
        low = max(self.run.start, start - REACH)
        return any(letter.isdigit() for letter in self.folded[low:start])

    def _postal_next(self, end: int) -> bool:
        after = bisect_left(self.postals, end + 1) if self.postals else 0
        return after < len(self.postals) and self.postals[after] <= end + 3

    def _postal(self, end: int) -> str | None:
        """The state of the postal code that follows; empty where the code is of no state."""
        found = POSTAL.match(self.folded, end, self.run.end) if self._postal_next(end) else None
        return words().postal.get(int(found[1]), "") if found else None

    def _is_street(self, start: int, end: int, name: str) -> bool:
        """Whether it is the name of a street or a house: "Cleveland Boulevard", but not "Cleveland, St. Louis"."""
        if end >= self.run.end:
            return False
        following = self.plain[end + 2 : end + 30].split(" ", 2)
        if following[0] in words().houses:
            return name in words().careful or gazetteer().people[name] < LARGE
        if following[0] in words().streets:
            return not self.folded.startswith(("st louis", "st paul", "st. ", "st pete"), end + 1)
        # "5747 Liberty Grove Rd"
        return len(following) > 1 and following[1] in words().streets and self._numbered(start)


@lru_cache(maxsize=10_000)
def within(name: str, region: tuple[str, str | None]) -> Sequence[Place]:
    """The towns of this name in a country, or in one state of it."""
    return [one for one in towns(name) if one.country == region[0] and region[1] in {None, one.admin}]


def is_code(text: AdText, start: int, postals: list[int]) -> bool:
    """Whether two letters in capitals are a state's code and no word: by a comma before or a postal code behind."""
    if postals and POSTAL.match(text.folded.text, start + 2):
        return True
    left = given(text, max(0, start - 6), start)
    return "," in left[-3:] or not left.isupper()

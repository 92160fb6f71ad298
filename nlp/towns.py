"""Towns that one field of an ad names: which names stand there as towns, by the words around them."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from nlp.addresses import REACH, town_before
from nlp.extractor import AdText, Run
from nlp.gazetteer import Place, gazetteer, towns
from nlp.regions import Region, words
from nlp.signs import KNOWN, LARGE, SMALL
from nlp.town_names import names_from, names_in, names_to
from nlp.whole_words import MOST

UNCUED = 0.6  # confidence of a name that stands without a cue
LISTED = 0.5  # of a word that is a town only if the ad lists other towns of its country
# Between a town and its region, and between a state and a postal code.
BETWEEN = re.compile(r"\s{0,2}[,(/-]?\s{0,2}|\. ")
POSTAL = re.compile(r"[,\s]{1,3}(\d{3})\d{2}(?:-?\d{4})?(?!\w)")
NATION = re.compile(r"[,\s]{1,3}(?:usa|u\.s\.a?\.?|united states)(?!\w)")
# What may stand between the words of one name.
ONE_NAME = re.compile(r"[a-z0-9' .-]+")
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

    def __init__(self, text: AdText, plain: str, run: Run, postals: list[int]) -> None:
        self.text, self.plain, self.run = text, plain, run
        self.postals = [
            at for at in postals if run.start < at < run.end
        ]  # where numbers begin that could be postal codes
        self.folded = text.folded.text
        self.location = run.name == "location"
        self.from_, self.to = text.folded.span(run.start, run.end)
        self.mixed = not text.original.text[self.from_ : self.to].isupper()  # then capitals mean something

    def read(self, hits: list[Hit], regions: list[Beside], cued: list[int], settled: set[str]) -> Iterator[Named]:
        """Towns with their region behind them, then the others.

        `hits` are towns with capitals, `cued` the positions behind a cue, `settled` names known to stand for a town.
        """
        covered: set[int] = set()
        inside: set[int] = set()
        for end, one in self._qualified(regions) if regions else ():
            yield one
            covered.update(range(one.start, end))
        for start, end, _ in regions:  # no Carolina in "South Carolina"
            if end - start > 4 and self.plain.find(" ", start + 1, end) > 0:
                inside.update(range(start + 1, end))
        self._look(hits, cued, settled)
        hits.sort()
        position, careful, people = 0, words().careful, gazetteer().people
        for start, end, name in hits:
            if start < position or start in covered or start in inside or -end - 1 in covered:
                continue
            if (
                (name in careful or people(name) < LARGE)
                and not self.location
                and not (self.mixed and capital(self.text, start))
                and not self._postal_next(-end)
            ):
                continue
            judged = self._judged(start, -end, name, settled)
            if judged is not None:
                yield judged
                position = -end

    def _look(self, hits: list[Hit], cued: list[int], settled: set[str]) -> None:
        """Add the gazetteer's other names: all in a location field, else behind cues, before postal codes, and settled ones."""
        plain, run, known = self.plain, self.run, gazetteer()
        if self.location:
            local = names_in(plain[run.start : run.end + 2])
            hits += [(run.start + start, end - run.start, name) for start, end, name in local]
            return
        if self.postals:
            for number in self.postals:
                if (before := self._before(number)) is not None:
                    hits += [(start, -before, name) for start, name in names_to(plain, run.start, before)]
        for start in cued:
            if self.mixed and capital(self.text, start):
                continue  # among the hits, if it is large enough
            first = plain[start + 1 : plain.find(" ", start + 1)]
            if first in known.seconds or (first in known.names and known.people(first) >= LARGE):
                hits += [(start, -end, name) for end, name in names_from(plain, start, run.end)]
        for name in settled if self.mixed else ():
            if known.people(name) < KNOWN:
                start, count = plain.find(f" {name} ", run.start, run.end + 2), 0
                while start >= 0 and count < MOST:
                    hits.append((start, -start - len(name), name))
                    start, count = plain.find(f" {name} ", start + 1, run.end + 2), count + 1

    def _qualified(self, regions: list[Beside]) -> Iterator[tuple[int, Named]]:
        """Towns before a region that has such a town, and American addresses; each with where its region ends."""
        position = self.run.start
        for start, end, region in regions:
            before = self._before(start) if start >= position else None
            if before is None or (end - start > 2 and self._is_begun(start, end)):
                continue
            one = next(
                (hit for hit in names_to(self.plain, self.run.start, before) if self._is_of(hit, before, region, end)),
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

    def _before(self, start: int) -> int | None:
        """Where the word ends that stands before a region."""
        end = start
        while end > self.run.start and start - end < 4 and not self.folded[end - 1].isalnum():
            end -= 1
        return end if self.run.start < end < start and BETWEEN.fullmatch(self.folded, end, start) else None

    def _is_of(self, hit: tuple[int, str], before: int, region: Region, end: int) -> bool:
        """Whether the region has such a town; a name that is a word also needs a capital, a postal code, or the field."""
        if not within(hit[1], (region.country, region.admin)):
            return False
        if not is_one(self.text, hit[0], before):
            return False
        plain = hit[1] not in words().careful or self.location
        return plain or self._large(hit[0], before) or self._postal(end) is not None

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

    def _judged(self, start: int, end: int, name: str, settled: set[str]) -> Named | None:
        """The town if the words around it make it one."""
        known, plain = words(), self.plain
        before = plain[max(0, start - NEAR) : start].split()
        large, state = self._large(start, end), self._postal(end)
        if not (large or self.location or state or (before and before[-1] in known.plain)):
            return None
        if not is_one(self.text, start, end) or self._is_street(start, end, name):
            return None
        careful, people = name in known.careful, gazetteer().people(name)
        if state and (large or not careful) and within(name, ("US", state)):
            return Named(start, end, name, 0.9, ("US", state))
        cued = bool(before) and (before[-1] in known.cues or " ".join(before[-2:]) in known.cues)
        if not cued and any(map(str.isdigit, before[-2:])) and NUMBERED.search(self.folded, max(0, start - 30), start):
            return None
        named_so = end - start > 3 or self.folded[start:end] in known.nicknames
        if self.location:
            return Named(start, end, name, 0.9) if named_so else None
        ends = plain[end + 1 : end + 3].isspace()
        if large and (name in settled or (named_so and state is not None)):
            accepted = True
        elif careful or not named_so:
            accepted = large and cued and people >= LARGE
        elif cued:
            accepted = people >= ((KNOWN if " " not in name else SMALL) if large else LARGE)
        elif large and ends and before and before[-1] in known.streets and self._numbered(start):
            accepted = people >= SMALL
        else:
            accepted = large and people >= (LARGE if " " not in name else KNOWN)
        if accepted:
            return Named(start, end, name, 0.75 if cued else UNCUED)
        return Named(start, end, name, LISTED) if large and named_so and people >= LARGE else None

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
        if self.folded[end : end + 1] != " " or end >= self.run.end:
            return False
        following = self.plain[end + 2 : end + 30].split(" ", 2)
        if following[0] in words().houses:
            return name in words().careful or gazetteer().people(name) < LARGE
        if following[0] in words().streets:
            return not self.folded.startswith(("st louis", "st paul", "st. ", "st pete"), end + 1)
        # "5747 Liberty Grove Rd"
        return len(following) > 1 and following[1] in words().streets and self._numbered(start)


def within(name: str, region: tuple[str, str | None]) -> Sequence[Place]:
    """The towns of this name in a country, or in one state of it."""
    return [one for one in towns(name) if one.country == region[0] and region[1] in {None, one.admin}]


def is_code(text: AdText, start: int, postals: list[int]) -> bool:
    """Whether two letters in capitals are a state's code and no word: by a comma before or a postal code behind."""
    if postals and POSTAL.match(text.folded.text, start + 2):
        return True
    left = given(text, max(0, start - 6), start)
    return "," in left[-3:] or not left.isupper()


def capital(text: AdText, at: int) -> bool:
    """Whether the original has a capital for this folded character."""
    return text.original.text[text.folded.starts[at]].isupper()


def given(text: AdText, start: int, end: int) -> str:
    """The original's characters for these folded ones, one for each."""
    starts, original = text.folded.starts, text.original.text
    return original[start:end] if isinstance(starts, range) else "".join([original[at] for at in starts[start:end]])


def written(text: AdText, start: int, end: int) -> str:
    """A town's name as the ad writes it, with capitals where it has none or nothing else."""
    low, high = text.folded.span(start, end)
    name = text.original.text[low:high]
    return name.title() if name.isupper() or name.islower() else name


def is_one(text: AdText, start: int, end: int) -> bool:
    """Whether the words are one name, and no part of an address of the web."""
    folded = text.folded.text
    if ONE_NAME.fullmatch(folded, start, end) is None:
        return False
    left, right = folded[start - 1 : start], folded[end : end + 2]
    if left in {"@", "_"} or right[:1] in {"@", "_"}:
        return False
    dotted = left == "." or (right[:1] == "." and right[1:].isalnum())
    return not dotted or capital(text, start)

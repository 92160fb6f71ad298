"""Ages as written, from 0 up: `24`, or `20-29` for a range or a decade. Nothing here starts at eighteen.

A number is an age only beside words that say so: a label ("age: 24"), a unit ("24 yo", "24 años"), a person ("I'm 24"), or
in the places where sites put ages (the `age` field, "Ana, 24", a title that ends in "- 24"). What clients must be ("over 40
only"), what else is counted in years ("10 years experience") and what else grows old ("the house is 12 years old") is no age.

One pass of an automaton finds the words; numbers are looked up only near them (`reader.py`).
"""

import re
from collections.abc import Iterator
from operator import itemgetter

from nlp.ages.lists import NAME, found
from nlp.ages.reader import Reader
from nlp.ages.words import (
    AUTOMATON,
    DATA,
    DECADE,
    DECADES,
    KIND_OF,
    LAST_NUMBER,
    LAST_PAIR,
    LEAD,
    MEASURED,
    PATTERNS,
    RANGE,
    STOP,
    STRONG,
    WEAK,
)
from nlp.extractor import AdText, Example, Found, Run
from nlp.names.words import words as name_words
from nlp.records import Kind
from nlp.text.numerals import LOOKS, WORDS, Number, Numbers

NO_NAMES = frozenset(DATA["no_names"])
Hit = tuple[int, int, int]  # which pattern, start, end
# More words of ages than any ad has, and how many characters on each side of one tell it from another.
CROWD, AROUND = 5_000, 40
# "Ana, 24", "Ana (24)", "Ana - 24": a capital word at the start of a line, then the age, then a stop.
NAMED = re.compile(r"(?:^|[\n*~|!.])[ ]{0,3}(?P<name>[a-z]{3,14})[ ]{0,2}[,(|/·-][ ]{0,2}\Z")
BEFORE_BARE = frozenset(" ,(|/·-")
DIGITS = frozenset("0123456789")
TITLE_END = DIGITS | {")", " "}
LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")
NAMED_END = re.compile(r"\)|[ ]{0,2}(?:[,.!|/*~·\n-](?!\d)|\Z)")
TAIL = re.compile(r"(?:(?<=[ \])])-|[|(·]|(?<!\d),)[ ]{0,2}(?P<age>\d{2})[ ]{0,2}\)?[ ]{0,3}\Z")


class Ages:
    """Every age stated in the ad."""

    name = NAME
    examples = (
        Example("I'm 24 and new in town", ("24",)),
        Example("24", ("24",), "age"),
        Example("Tengo 24 años y mi amiga veintidós años", ("24", "22")),
        Example("tenho vinte e quatro anos", ("24",)),
        Example("22, 24 and 25 years old", ("22", "24", "25")),
        Example("a woman in her early thirties", ("30-33",)),
        Example("Ana, 24, downtown", ("24",), "title"),
        Example(
            "Open 24/7, 10 years experience, must be over 21, 5'4 and 34-24-34, I'm 10 minutes away, I am 36-24-36", ()
        ),
        Example("our house is 12 years old, the rum is aged 15 years", ()),
        Example("my daughter is 9 years old", ("9",)),
        Example("I'm a one woman business, a 1 man show", ()),
        Example("The person is l6 yeras old", ("16",)),
    )

    def __call__(self, text: AdText) -> Iterator[Found]:
        """Each number once, by the surest rule that reads it, in reading order."""
        kept: list[Found] = []
        starts: set[int] = set()
        ends: set[int] = set()
        for one in _finds(text):
            if one.start not in starts and one.end not in ends:
                kept.append(one)
                starts.add(one.start)
                ends.add(one.end)
        return iter(sorted(kept, key=lambda one: one.start))


def _finds(text: AdText) -> Iterator[Found]:
    folded = text.folded.text
    signs, words = _signs(folded)
    numbers = Numbers(folded, text.numbers, words)
    for run in text.fields:
        if run.name == "age":
            yield from _age_field(folded, numbers, run)
    if not text.numbers and not words:
        signs = [hit for hit in signs if KIND_OF[hit[0]] == LEAD]  # a decade needs no number
    if signs:
        reader = Reader(folded, numbers)
        for hit in signs:
            yield from reader.read(*hit)
    if text.numbers:
        yield from _idioms(text)


def _signs(folded: str) -> tuple[list[Hit], list[Number]]:
    """The words of the automaton that stand whole (digits may touch them), numbers apart."""
    signs: list[Hit] = []
    words: list[Number] = []
    padded = folded + "  "
    hits = AUTOMATON.find_matches_as_indexes(padded)
    if len(hits) > CROWD:
        hits = _first_of_each(padded, hits)
    for hit in hits:
        index, start, end = hit
        # The pad also stands before the first letter.
        if padded[end] in LETTERS and padded[end - 1] in LETTERS:
            continue
        if padded[start - 1] in LETTERS and padded[start] in LETTERS:
            continue
        if index > LAST_PAIR:
            signs.append(hit)
        elif index <= LAST_NUMBER:
            words.append((start, end, WORDS[PATTERNS[index]]))
        elif any(rule.match(folded, end) for rule in (STRONG, WEAK, STOP)) or folded.startswith(" 1/2", end):
            words.append((start + 1, end, 10 * LOOKS[folded[start + 1]] + LOOKS[folded[start + 2]]))
    return signs, words


def _first_of_each(text: str, hits: list[Hit]) -> list[Hit]:
    """Each hit whose surroundings are new: what a flood repeats to the letter says nothing more."""
    hits.reverse()  # of equal ones the last that is put in stays
    around = [text[max(0, start - AROUND) : end + AROUND] for _, start, end in hits]
    return sorted(dict(zip(around, hits, strict=True)).values(), key=itemgetter(1))


def _age_field(folded: str, numbers: Numbers, run: Run) -> Iterator[Found]:
    """Every small number of a field that holds nothing but ages; "20s" is a decade."""
    items: list[Number] = []
    joints: list[str] = []
    position = run.start
    while (one := numbers.after(position, run.end - position)) and one[0] < run.end:
        position = one[1]
        start, end, value = one
        if decade := DECADE.match(folded, start, run.end):
            first = DECADES.get(decade["decade"]) or int(decade["decade"][:2])
            yield Found(Kind.AGE, f"{first}-{first + 9}", start, decade.end(), NAME, 1.0)
        elif (
            value >= 0
            and not MEASURED.match(folded, end)
            and not (folded[start - 1] == "/" and folded[start - 3 : start] == "1/")
        ):
            if items:
                ranged = RANGE.fullmatch(folded, items[-1][1], start) and items[-1][2] < value
                joints.append("-" if ranged else ",")
            items.append(one)
    yield from found((items, joints), 1.0)


def _idioms(text: AdText) -> Iterator[Found]:
    """Ages that only their place tells: after a name, and at the end of a title."""
    folded = text.folded.text
    for run in text.fields:
        if (
            run.name == "title"
            and folded[run.end - 1] in TITLE_END
            and (tail := TAIL.search(folded, max(run.start, run.end - 12), run.end))
        ):
            yield Found(Kind.AGE, tail["age"], *tail.span("age"), NAME, 0.8)
    alone = [
        (start, end)
        for start, end in text.numbers
        if end - start < 3 < start
        and folded[start - 2] not in DIGITS
        and folded[start - 1] in BEFORE_BARE
        and (folded[start - 2] in LETTERS or folded[start - 3] in LETTERS or folded[start - 4] in LETTERS)
    ]
    for start, end in alone:
        if not NAMED_END.match(folded, end):
            continue
        match = NAMED.search(folded, max(0, start - 24), start)
        if match is None or match["name"] in NO_NAMES:
            continue
        value = int(folded[start:end])
        # A small number after just any capital word is more often a count: "Photos (12)".
        if text.original.text[text.folded.starts[match.start("name")]].isupper() and (
            value >= 18 or match["name"] in name_words().known
        ):
            yield Found(Kind.AGE, str(value), start, end, NAME, 0.8)

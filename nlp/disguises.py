"""Words that are written so that they are not found at once, written plainly: l4tina, _latina_, latinaaaa, l a t i n a.

Nobody can tell which of several plain words is meant, so a text has several plain readings. Each keeps the way back to the
characters it stands for. All of it is for folded text.
"""

import re
from collections.abc import Iterator
from itertools import product

from nlp.text.mapped import Mapped, Rewritten

TOKENS = "contact|payment|name|place|age|price"  # _place_ hides nothing more
UNDERLINE = "".join(f"(?<!_{token})" for token in TOKENS.split("|")) + rf"_(?!(?:{TOKENS})_)"
# Drawn signs, which are no letters and no digits, lines under a word, and the dots of "St. Lucia" and "U.S.".
DOT = r"(?:(?<=\bst)|(?<=\bu)(?=\.[sk]\b)|(?<=\bu\.[sk]))\."
SYMBOL = rf"(?:[^\w\x00-\xff]|\*|{UNDERLINE}|{DOT})"
DRAWN = re.compile(rf"{SYMBOL}(?:{SYMBOL}| )*")
# Signs alone, which is what most drawn texts have, and which is found in a tenth of the time; tokens; what has such dots.
SIGNS = re.compile(r"[^\w\x00-\x29\x2b-\xff][^\w\x00-\x1f\x21-\x29\x2b-\xff]*")
TOKEN = re.compile(f"_(?:{TOKENS})_")
DOTTED = ("st.", "u.s", "u.k")
# A letter three times or more, a vowel twice at the end where few words have it so.
REPEATED = re.compile(r"([a-z])\1{2,}|([aiu])\2(?![a-z])")
RUNS = (*(letter * 3 for letter in "abcdefghijklmnopqrstuvwxyz"), "aa", "ii", "uu")  # no text without one has any
# Letters one by one, blanks or the same sign between them.
SPACED = re.compile(r"(?<![\w.-])[a-z](?:[ .-]{1,2}[a-z](?!\w)){2,30}(?!\w)")
LETTER = re.compile("[a-z]")
# Letters written as digits or signs inside a word, or as its first.
SWAPPED = re.compile(
    r"(?<![\w@$])(?:[a-z][a-z-]{0,20}[0134579@$]|[134579$](?=[a-z]{3}))[a-z0134579@$-]{0,20}(?![\w@$])"
)
DIGITS = (str.maketrans("0134579@$", "oieastgas"), str.maketrans("0134579@$", "oleastgas"))
# Letters of other scripts that look like ours, in a word that has ours too.
OTHER = re.compile(r"[\u0370-\u04ff]")
MIXED = re.compile(r"\w{0,30}(?:[a-z][\u0370-\u04ff]|[\u0370-\u04ff][a-z])\w{0,30}")
ALIKE = str.maketrans("авекмнорстухіїјѕԁһαβεικνορτυχ", "abekmhopctyxiijsdhabeiknoptux")

Plain = Mapped | Rewritten
Spelled = tuple[int, int, str]


def plain_readings(text: str) -> Iterator[tuple[str, Plain | None, bool]]:
    """The readings of a text, each with the way back (None where the places are the same) and whether it has spaced words."""
    if not text.isascii() and OTHER.search(text):
        text = MIXED.sub(lambda match: match[0].translate(ALIKE), text)
    way: Plain | None = None
    lined = text.count("_") > 2 * len(TOKEN.findall(text)) or any(one in text for one in DOTTED)
    drawn = DRAWN if lined else SIGNS
    if drawn.search(text):
        way = _rewritten(text, way, ((*match.span(), " ") for match in drawn.finditer(text)))
        text = way.text
    for plain, back in _shortened(text, way):
        spaced = SPACED.search(plain) is not None
        yield from ((one, back, spaced) for one in lettered(plain))
        if spaced:
            joined = _rewritten(plain, back, ((*match.span(), _joined(match[0])) for match in SPACED.finditer(plain)))
            yield joined.text, joined, False


def _shortened(text: str, way: Plain | None) -> Iterator[tuple[str, Plain | None]]:
    """Stretched letters once, and where that is possible twice."""
    if not any(run in text for run in RUNS):
        yield text, way
        return
    for times in (1, 2):
        runs = ((*match.span(), (match[1] or match[2]) * times) for match in REPEATED.finditer(text))
        short = _rewritten(text, way, runs)
        yield short.text, short


def lettered(text: str) -> Iterator[str]:
    """The text, and the same with letters for digits and signs, one for one."""
    yield text
    if SWAPPED.search(text):
        for table in DIGITS:
            yield _letters(text, table)


def _letters(text: str, table: dict[int, int]) -> str:
    return SWAPPED.sub(lambda match: match[0].translate(table), text)


def _joined(spaced: str) -> str:
    return "".join(LETTER.findall(spaced))


def unstretched(text: str) -> str:
    """The text with its stretched letters once, and a blank for the dot of "St. Lucia"."""
    return re.sub(DOT, " ", REPEATED.sub(lambda match: match[1] or match[2], text))


def _rewritten(text: str, way: Plain | None, spans: Iterator[Spelled]) -> Rewritten:
    return Rewritten.of(way or Mapped.identity(text), spans)


def spaced_words(text: str) -> Iterator[Spelled]:
    """Every word whose letters stand one by one, with each that it may stand for.

    Words of one letter may stand around it: a t h a i, c h i n a y.
    """
    for match in SPACED.finditer(text):
        places = [letter.start() for letter in LETTER.finditer(text, *match.span())]
        joined, last = _joined(match[0]), len(places)
        for before, after in product(range(3), range(2)):
            if 0 < before + after <= last - 3:
                yield places[before], places[last - after - 1] + 1, joined[before : last - after]

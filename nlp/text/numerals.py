"""Numbers up to ninety-nine as words, in English, Spanish and Portuguese, accents off as folding leaves them.

`WORDS` has every spelling, compound ones too: "twenty four", "twenty-four", "treinta y dos", "vinte e quatro", "eighteen".
`Numbers` finds the small number nearest to a place in a text, in digits or words.
"""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import product

UNITS = (
    "one two three four five six seven eight nine",
    "uno dos tres cuatro cinco seis siete ocho nueve",
    "um dois tres quatro cinco seis sete oito nove",
)
TEENS = (
    "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
    "diez once doce trece catorce quince dieciseis diecisiete dieciocho diecinueve",
    "dez onze doze treze quatorze quinze dezesseis dezessete dezoito dezenove",
)
TENS = (
    "twenty thirty forty fifty sixty seventy eighty ninety",
    "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
    "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa",
)
ODD = {
    "zero": 0,
    "cero": 0,
    "dezasseis": 16,
    "dezassete": 17,
    "dezanove": 19,
    "catorze": 14,
    "fourty": 40,
    "ninty": 90,
    "thirten": 13,
    "forteen": 14,
    "fourten": 14,
    "fiveteen": 15,
    "fiften": 15,
    "sixten": 16,
    "seventen": 17,
    "eightteen": 18,
    "eighten": 18,
    "ninteen": 19,
    "nineten": 19,
    "veintiun": 21,
    "treinta y un": 31,
}
# What may join a ten and a unit, by language.
GLUE = ((" ", "-", ""), (" y ", " ", "-"), (" e ", " ", "-"))

SINGLE = {word: value for line in UNITS for value, word in enumerate(line.split(), start=1)}

Number = tuple[int, int, int]  # start, end, value; the value is -1 where it can be no age


def _spellings() -> dict[str, int]:
    words = dict(ODD)
    for units, teens, tens, glues in zip(UNITS, TEENS, TENS, GLUE, strict=True):
        ones = dict(zip(units.split(), range(1, 10), strict=True))
        words |= ones | dict(zip(teens.split(), range(10, 20), strict=True))
        for (first, ten), (unit, one), glue in product(enumerate(tens.split(), 2), ones.items(), glues):
            words[ten] = 10 * first
            words[ten + glue + unit] = 10 * first + one
    words |= {f"veinti{unit}": 21 + n for n, unit in enumerate(UNITS[1].split())}
    for glue, (unit, value) in product((" y ", " "), (("seis", 16), ("siete", 17), ("ocho", 18), ("nueve", 19))):
        words["diez" + glue + unit] = words["dieci" + glue.lstrip(" y") + unit] = value
        words["dieci " + unit] = value
    return words


WORDS = _spellings()
# Letters that stand for digits beside one: "l6", "1o". Two of them alone ("lo", "ll") only where an age has to stand.
LOOKS = {"l": 1, "i": 1, "o": 0}
PAIRS = {"lo": 10, "io": 10, "ll": 11, "li": 11, "il": 11, "ii": 11}


UNITS_GLUED = ("y", "a")  # "1oy"


def _ends(text: str, position: int) -> bool:
    """Whether a number ends at `position`, but for the letter of a unit."""
    return not text[position].isalnum() or (text[position] in UNITS_GLUED and not text[position + 1].isalnum())


# After a comma they tell an amount of money.
CENTS = frozenset(("00", "50", "90", "95", "99"))


class Numbers:
    """The numbers of a folded text: `digits` are its runs of digits, `words` (start, end, value) of its number words."""

    __slots__ = ("_digits", "_text", "_words")

    def __init__(self, text: str, digits: Sequence[tuple[int, int]], words: Sequence[Number]) -> None:
        self._text = text + "  "
        self._digits = digits
        self._words = words

    def after(self, position: int, within: int) -> Number | None:
        """The first number that starts at or after `position`, at most `within` characters on."""
        digits, words, limit = self._digits, self._words, position + within
        index = bisect_left(digits, (position,))
        run = digits[index] if index < len(digits) and digits[index][0] <= limit else None
        if words:
            at = bisect_left(words, (position,))
            if at < len(words) and words[at][0] <= limit and (run is None or words[at][0] < run[0]):
                return words[at]
        return None if run is None else self._of(*run)

    def before(self, position: int, within: int) -> Number | None:
        """The last number that starts before `position`, if it ends at most `within` characters before."""
        digits, words, limit = self._digits, self._words, position - within
        index = bisect_left(digits, (position,)) - 1
        run = digits[index] if index >= 0 and digits[index][1] >= limit else None
        if words:
            at = bisect_left(words, (position,)) - 1
            if at >= 0 and words[at][1] >= limit and (run is None or words[at][0] > run[0]):
                return words[at]
        return None if run is None else self._of(*run)

    def _of(self, start: int, end: int) -> Number:
        text = self._text
        if end - start > 2:
            return start, end, -1
        value = int(text[start:end])
        before, after = text[start - 1] if start else " ", text[end]
        if end - start == 1 and before in LOOKS and not (start > 1 and text[start - 2].isalnum()):
            start, value = start - 1, value + 10 * LOOKS[before]
        elif end - start == 1 and value and after in LOOKS and _ends(text, end + 1):
            end, value = end + 1, 10 * value + LOOKS[after]
        elif before.isalnum() or before in "$€£":
            return start, end, -1
        elif before in ".:'" and start > 1 and text[start - 2].isdigit():
            return start, end, -1  # the second part of 5.7, 16:30, 5'4
        after = text[end]
        if after in "%°$€£" or (after == "'" and (end - start == 1 or text[end + 1] in "'0123456789")):
            return start, end, -1
        if (
            after in ".:"
            and text[end + 1].isdigit()
            and not (text[end : end + 2] == ".5" and not text[end + 2].isdigit())
        ):
            return start, end, -1
        if after == "," and text[end + 1].isdigit() and (end - start == 1 or text[end + 1 : end + 3] in CENTS):
            return start, end, -1  # 1,65 and 17,00
        if after == "/" and text[start : end + 2] == "24/7":
            return start, end, -1
        return start, end, value

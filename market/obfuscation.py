"""Phone numbers as people write them: plainly, or in one of the families that software stumbles over.

Each family takes the digits in the groups in which they are spoken and gives the text back; `FAMILIES` lists them with
how often they are used. The families follow what public test suites of ad extractors show.
"""

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from market.datafiles import load_data
from market.grammar import bank
from market.numbers import Number

T = TypeVar("T")
Groups = tuple[str, ...]
Family = Callable[[Groups, str, Random], str]


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = load_data(Path(__file__).with_name("digits.yml"))
    return data


def digit_words(language: str) -> Sequence[str]:
    """The ten number words of a language."""
    found: list[str] = _data()["words"][language]
    return found


def groups_of(number: Number, *, foreign: bool) -> Groups:
    """The digits as spoken; a British number has its leading 0 at home only."""
    digits = number.digits
    if number.country == "US":
        return digits[:3], digits[3:6], digits[6:]
    lead = "" if foreign else "0"
    if digits.startswith("20"):
        return lead + digits[:2], digits[2:6], digits[6:]
    return lead + digits[:3], digits[3:6], digits[6:]


def prefix_of(number: Number) -> str:
    """The country code with its plus."""
    return "+1" if number.country == "US" else "+44"


def plain(number: Number, region: str, rng: Random) -> str:
    """Written plainly; abroad always with the country code."""
    foreign = number.country != region
    a, b, c = groups_of(number, foreign=foreign)
    style = int(rng.random() * 6)
    if foreign:
        code = prefix_of(number)
        return (f"{code} {a} {b} {c}", f"{code}{a}{b}{c}", f"{code}-{a}-{b}-{c}", f"{code} {a}{b}{c}")[style % 4]
    if number.country == "US":
        return (f"({a}) {b}-{c}", f"{a}-{b}-{c}", f"{a}.{b}.{c}", f"{a} {b} {c}", f"{a}{b}{c}", f"+1 {a} {b} {c}")[
            style
        ]
    short = a[1:]
    return (
        f"{a} {b} {c}",
        f"{a}{b}{c}",
        f"({a}) {b} {c}",
        f"{a}-{b}-{c}",
        f"+44 {short} {b} {c}",
        f"+44 (0){short} {b} {c}",
    )[style]


def disguised(number: Number, region: str, language: str, family: str, rng: Random) -> str:
    """Written in `family`; abroad the country code stands plainly before it."""
    foreign = number.country != region
    text = FAMILIES[family](groups_of(number, foreign=foreign), language, rng)
    return f"{prefix_of(number)} {text}" if foreign else text


def halves(number: Number, region: str, rng: Random) -> tuple[str, str]:
    """Head and tail, for a number spread over two places of an ad."""
    foreign = number.country != region
    a, b, c = groups_of(number, foreign=foreign)
    between = ("-", " ", ".", " ")[int(rng.random() * 4)]
    head = f"{a}{between}{b}"
    return (f"{prefix_of(number)} {head}" if foreign else head), c


def _pick(words: Sequence[T], rng: Random) -> T:
    return words[int(rng.random() * len(words))]


def _case(word: str, rng: Random) -> str:
    chance = rng.random()
    return word.upper() if chance < 0.3 else word.capitalize() if chance < 0.45 else word


def _word(digit: str, language: str, rng: Random) -> str:
    if digit == "0" and rng.random() < 0.25:
        return str(_data()["oh"][language])
    return str(_data()["words"][language][int(digit)])


def spelled(groups: Groups, language: str, rng: Random) -> str:
    """seven one three, five five five, ..."""
    outer, inner = _pick(((", ", " "), (" ", " "), (" - ", "-"), (" / ", " "), (" - ", " "), (". ", " ")), rng)
    return outer.join(inner.join(_word(digit, language, rng) for digit in group) for group in groups)


def mixed(groups: Groups, language: str, rng: Random) -> str:
    """7one3 five55 01two3"""
    outer = _pick((" ", "-", "..", " - ", ""), rng)
    words = 0.35 + 0.3 * rng.random()

    def write(digit: str) -> str:
        return _case(_word(digit, language, rng), rng) if rng.random() < words else digit

    return outer.join("".join(map(write, group)) for group in groups)


def slashed(groups: Groups, language: str, rng: Random) -> str:
    """Two/6/zero-Five/5/Five"""
    mark = _pick(("/", ".", "-", "_"), rng)
    outer = "-" if mark != "-" else " "

    def write(digit: str) -> str:
        return _case(_word(digit, language, rng), rng) if rng.random() < 0.5 else digit

    return outer.join(mark.join(map(write, group)) for group in groups)


def look_alike(groups: Groups, _language: str, rng: Random) -> str:
    """7l3-5S5-OI23"""
    return _swapped(groups, _data()["look_alike"], _pick(("-", " ", ".", ""), rng), rng)


def cyrillic(groups: Groups, _language: str, rng: Random) -> str:
    """Letters of another script in place of digits."""
    return _swapped(groups, _data()["cyrillic"], _pick(("-", " ", ".", ""), rng), rng)


def _swapped(groups: Groups, table: dict[str, str], outer: str, rng: Random) -> str:
    def write(digit: str) -> str:
        return _pick(table[digit], rng) if digit in table and rng.random() < 0.6 else digit

    text = outer.join("".join(map(write, group)) for group in groups)
    if any(letter.isalpha() for letter in text):
        return text
    return outer.join("".join(table[digit][0] if digit in table else digit for digit in group) for group in groups)


def alphabet(groups: Groups, _language: str, rng: Random) -> str:
    """Digits of another Unicode alphabet."""
    table = str.maketrans("0123456789", _pick(tuple(_data()["alphabets"].values()), rng))
    return _pick((" ", "-", "", " "), rng).join(groups).translate(table)


def keycaps(groups: Groups, _language: str, rng: Random) -> str:
    """Keycap emoji."""
    return _pick((" ", "", "-"), rng).join("".join(f"{digit}\ufe0f\u20e3" for digit in group) for group in groups)


def marked(groups: Groups, _language: str, rng: Random) -> str:
    """7*1*3*5*5*5"""
    mark: str = _pick(_data()["marks"], rng)
    if rng.random() < 0.3:
        return mark + mark.join(groups) + mark
    if rng.random() < 0.6:
        return mark.join("".join(groups))
    return (mark * 2).join(mark.join(group) for group in groups)


def emoji(groups: Groups, _language: str, rng: Random) -> str:
    """713✨✨555✨✨0123"""
    sign: str = _pick(_data()["emoji"], rng)
    return sign.join("".join(groups)) if rng.random() < 0.4 else (sign * 2).join(groups)


def spaced(groups: Groups, _language: str, rng: Random) -> str:
    """7 1 3  5 5 5  0 1 2 3"""
    return _pick(("  ", " - ", " . ", "   "), rng).join(" ".join(group) for group in groups)


def bracketed(groups: Groups, _language: str, rng: Random) -> str:
    """[7][1][3], ((7-1-3)) {{5.5.5}}"""
    left, right = _pick(_data()["brackets"], rng)
    if rng.random() < 0.5:
        return " ".join("".join(f"{left}{digit}{right}" for digit in group) for group in groups)
    mark = _pick(("-", ".", ""), rng)
    return _pick((" ", ".."), rng).join(f"{left}{left}{mark.join(group)}{right}{right}" for group in groups)


def worded(groups: Groups, language: str, rng: Random) -> str:
    """713 then 555 and 0123"""
    between = bank(language).topics("say")["between"]
    return f"{groups[0]} {_pick(between, rng).expand(rng)} {groups[1]} {_pick(between, rng).expand(rng)} {groups[2]}"


def invisible(groups: Groups, _language: str, rng: Random) -> str:
    """Characters of no width between the digits."""
    mark = _pick(_data()["invisible"], rng)
    return _pick(("-", " ", ""), rng).join(mark.join(group) for group in groups)


def glued(groups: Groups, language: str, rng: Random) -> str:
    """call7135550123now"""
    before, after = _pick(_data()["glue_before"][language], rng), _pick(_data()["glue_after"][language], rng)
    digits = _pick(("", "-", "."), rng).join(groups)
    return f"{before}{digits}{after}" if rng.random() < 0.7 else f"{before}{digits}"


def counted(groups: Groups, language: str, rng: Random) -> str:
    """seven thirteen, triple five ...: said the way numbers are read out."""
    double = _data()["double"][language]
    parts = []
    for group in groups:
        said, position = [], 0
        while position < len(group):
            digit = group[position]
            if group[position : position + 2] == digit * 2:
                said.append(f"{double} {_word(digit, language, rng)}")
                position += 2
            else:
                said.append(_word(digit, language, rng))
                position += 1
        parts.append(" ".join(said))
    return _pick((" ", ", "), rng).join(parts)


FAMILIES: dict[str, Family] = {
    "spelled": spelled,
    "mixed": mixed,
    "slashed": slashed,
    "look_alike": look_alike,
    "cyrillic": cyrillic,
    "alphabet": alphabet,
    "keycaps": keycaps,
    "marked": marked,
    "emoji": emoji,
    "spaced": spaced,
    "bracketed": bracketed,
    "worded": worded,
    "invisible": invisible,
    "glued": glued,
    "counted": counted,
}
# How often a family is somebody's habit. `spread` is written by posts.py, over title and body.
WEIGHTS = {
    "spelled": 10, "mixed": 12, "slashed": 6, "look_alike": 10, "cyrillic": 4, "alphabet": 5, "keycaps": 5, "marked": 8,
    "emoji": 7, "spaced": 4, "bracketed": 7, "worded": 6, "invisible": 5, "glued": 7, "counted": 2, "spread": 5,
}  # fmt: skip
HABITS = tuple(family for family, weight in WEIGHTS.items() for _ in range(weight))

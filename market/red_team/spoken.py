"""Phone numbers in words that obfuscation.py does not use: misspelt, by ear, in pairs, in two languages, with talk between."""

from collections.abc import Callable
from itertools import groupby
from random import Random

from market.numbers import Number
from market.obfuscation import Groups, digit_words, groups_of, prefix_of
from market.red_team.cardinals import cardinal
from market.red_team.palette import LANGUAGES, each, fancy, joints, phone_data, pick, worded


def misspelt(groups: Groups, language: str, rng: Random) -> str:
    """sevven onne thre"""
    return each(groups, lambda digit: pick(phone_data()["misspelt"][language][int(digit)], rng), *joints(rng))


def homophones(groups: Groups, language: str, rng: Random) -> str:
    """sevin won tree"""
    return each(groups, lambda digit: pick(phone_data()["homophones"][language][int(digit)], rng), *joints(rng))


def misspelt_mixed(groups: Groups, language: str, rng: Random) -> str:
    """7won3-5fife5; never two words side by side, which might read as a third (to, o: too)."""
    words = phone_data()[pick(("misspelt", "homophones"), rng)][language]
    inner = pick(("", "-", "."), rng)
    worded_last = False

    def write(digit: str) -> str:
        nonlocal worded_last
        worded_last = not worded_last and rng.random() < 0.7
        return pick(words[int(digit)], rng) if worded_last else digit

    return each(groups, write, inner, inner or " ")


def stretched(groups: Groups, language: str, rng: Random) -> str:
    """seeeven onnne"""

    def stretch(word: str) -> str:
        place = int(rng.random() * len(word))
        return word[:place] + word[place] * (3 + int(rng.random() * 2)) + word[place + 1 :]

    return each(groups, worded(language, stretch), *joints(rng))


def leet(groups: Groups, language: str, rng: Random) -> str:
    """s3ven 0ne thr3e"""
    return _swapped(groups, language, phone_data()["leet"], 1, rng)


def twins(groups: Groups, language: str, rng: Random) -> str:
    """Number words with letters of other scripts inside."""
    return _swapped(groups, language, phone_data()["twins"], 3, rng)


def _swapped(groups: Groups, language: str, table: dict[str, str], most: int, rng: Random) -> str:
    def swap(word: str) -> str:
        places = [place for place, letter in enumerate(word) if letter in table]
        rng.shuffle(places)
        letters = list(word)
        for place in places[:most]:
            letters[place] = pick(table[letters[place]], rng)
        return "".join(letters)

    return each(groups, worded(language, swap), *joints(rng))


def stacked(groups: Groups, language: str, rng: Random) -> str:
    """s3ven🦋onne🦋three: changed words, parted by emoji."""
    sign = pick(phone_data()["emoji"], rng)
    changed = pick((leet, twins, misspelt, fancy_words), rng)
    return each(groups, lambda digit: changed((digit,), language, rng), sign, sign * 2)


def fancy_words(groups: Groups, language: str, rng: Random) -> str:
    """Number words in another alphabet of letters."""
    return fancy(each(groups, worded(language, str), *joints(rng)), rng)


def letters_apart(groups: Groups, language: str, rng: Random) -> str:
    """s.e.v.e.n o.n.e"""
    joint = pick((" ", ".", "-", "*"), rng)
    return each(groups, worded(language, joint.join), " / " if joint == " " else "  ", " // ")


def run_on(groups: Groups, language: str, rng: Random) -> str:
    """sevenonethree-fivefivefive"""
    forms: tuple[Callable[[str], str], ...] = (str, str.upper, str.capitalize)
    return each(groups, worded(language, pick(forms, rng)), "", pick(("", "-", " "), rng))


def two_languages(groups: Groups, language: str, rng: Random) -> str:
    """seven uno three"""
    other = pick([one for one in LANGUAGES if one != language], rng)
    said = (digit_words(language), digit_words(other))
    start = int(rng.random() * 2)
    inner, outer = joints(rng)
    return outer.join(
        inner.join(said[(start + place) % 2][int(digit)] for place, digit in enumerate(group)) for group in groups
    )


def pairs(groups: Groups, language: str, rng: Random) -> str:
    """seventy-one, thirty-five, fifty-five, zero one, twenty-three"""
    digits = "".join(groups)
    odd = len(digits) % 2
    parts = ([digits[0]] if odd else []) + [digits[place : place + 2] for place in range(odd, len(digits), 2)]
    return pick((", ", " / ", " - "), rng).join(_said(part, language) for part in parts)


def cardinals(groups: Groups, language: str, rng: Random) -> str:
    """seven hundred thirteen, five hundred fifty-five, zero one hundred twenty-three"""
    joint = pick((", ", " / ", " - "), rng)
    parts = [half for group in groups for half in ((group[:2], group[2:]) if _is_long(group) else (group,))]
    return joint.join(_said(part, language) for part in parts)


def _is_long(group: str) -> bool:
    return len(group.lstrip("0")) > 3


def _said(part: str, language: str) -> str:
    rest = part.lstrip("0")
    words = [cardinal(0, language)] * (len(part) - len(rest))
    return " ".join([*words, cardinal(int(rest), language)] if rest else words)


def tripled(groups: Groups, language: str, rng: Random) -> str:
    """seven one three triple five, or 7 1 3 5 (three times)"""
    parts, in_words, before = [], rng.random() < 0.6, rng.random() < 0.6
    for digit, run in groupby("".join(groups)):
        word = digit_words(language)[int(digit)] if in_words else digit
        left = len(list(run))
        while left:
            count = min(left, 3)
            left -= count
            if count == 3 and before:
                parts.append(f"{pick(phone_data()['triple'][language], rng)} {word}")
            elif count > 1:
                parts.append(f"{word} {pick(phone_data()['thrice' if count == 3 else 'twice'][language], rng)}")
            else:
                parts.append(word)
    return pick((" ", ", "), rng).join(parts)


def code_words(number: Number, language: str, rng: Random) -> str:
    """plus one 713 555 0123"""
    code = pick(phone_data()["code_words"][language][prefix_of(number)[1:]], rng)
    inner, outer = pick((("", " "), ("", "-"), (" ", ", ")), rng)
    said = rng.random() < 0.5
    write = worded(language, str) if said else str
    return f"{code} {each(groups_of(number, foreign=True), write, ' ' if said else inner, ', ' if said else outer)}"


def mark_words(groups: Groups, language: str, rng: Random) -> str:
    """713 dash 555 dash 0123"""
    mark, glue = pick(phone_data()["mark_words"][language], rng), pick((" ", ""), rng)
    joint = f"{glue}{mark}{glue}"
    return each(groups, str, joint if rng.random() < 0.3 else "", joint)


def asides(groups: Groups, language: str, rng: Random) -> str:
    """713 (smile) 555 (please) 0123"""
    words, inner = phone_data()["asides"][language], pick(("", " ", "-"), rng)
    return "".join(f" {pick(words, rng)} " * (place > 0) + inner.join(group) for place, group in enumerate(groups))


def labelled(groups: Groups, language: str, rng: Random) -> str:
    """713 (area code) 555 (middle part) 0123 (the end)"""
    a, b, c = groups
    return str(pick(phone_data()["labelled"][language], rng)).format(a=a, b=b, c=c)

"""Phone numbers in characters that obfuscation.py does not use: scripts, rings, dice, marks, spaces, brackets, lines."""

from random import Random

from market.obfuscation import Groups, digit_words, keycaps
from market.red_team.palette import each, phone_data, pick, worded


def scripts(groups: Groups, _language: str, rng: Random) -> str:
    """Digits of another script."""
    row = pick(tuple(phone_data()["scripts"].values()), rng)
    return each(groups, lambda digit: row[int(digit)], "", pick(("", " ", "-"), rng))


def enclosed(groups: Groups, _language: str, rng: Random) -> str:
    """Digits in rings, brackets or with a full stop, low or like on a display."""
    row = pick(tuple(phone_data()["enclosed"].values()), rng).split()
    return each(groups, lambda digit: row[int(digit)], "", pick(("", " ", "-"), rng))


def roman(groups: Groups, _language: str, rng: Random) -> str:
    """VII-I-III / V-V-V / 0-I-II-III"""
    row = phone_data()[pick(("roman", "roman_letters"), rng)]
    return each(groups, lambda digit: row[int(digit)], pick(("-", ".", " - "), rng), " / ")


def dice(groups: Groups, language: str, rng: Random) -> str:
    """Faces of dice where there are any, keycaps for the rest."""
    faces = phone_data()["dice"]
    return each(groups, lambda digit: faces.get(digit) or keycaps((digit,), language, rng), "", " ")


def patchwork(groups: Groups, language: str, rng: Random) -> str:
    """Every digit in another way."""
    rows = [*map(str.split, phone_data()["enclosed"].values()), digit_words(language), "0123456789"]
    rows += [phone_data()["scripts"]["persian"], phone_data()["scripts"]["devanagari"], "０１２３４５６７８９"]
    return each(groups, lambda digit: pick(rows, rng)[int(digit)], pick((" ", "-", "."), rng), "  ")


def look_alikes(groups: Groups, _language: str, rng: Random) -> str:
    """Letters of rare scripts that look like digits."""
    table = phone_data()["look_alikes"]
    return each(
        groups,
        lambda digit: pick(table[digit], rng) if digit in table and rng.random() < 0.5 else digit,
        "",
        pick((" ", "-", "", "."), rng),
    )


def combining(groups: Groups, _language: str, rng: Random) -> str:
    """Digits underlined, struck through, ringed."""
    mark = pick(phone_data()["combining"], rng)
    return each(groups, lambda digit: digit + mark, "", pick(("", " ", "-"), rng))


def unseen_marks(groups: Groups, _language: str, rng: Random) -> str:
    """Characters that show nothing between the digits."""
    mark = pick(phone_data()["invisible"], rng)
    return each(groups, str, mark, pick((mark, " ", "-"), rng))


def odd_spaces(groups: Groups, _language: str, rng: Random) -> str:
    """Spaces of other widths."""
    inner, outer = pick(phone_data()["spaces"], rng), pick(phone_data()["spaces"], rng)
    return each(groups, str, inner, outer * 2)


def odd_marks(groups: Groups, _language: str, rng: Random) -> str:
    """7→1→3"""
    mark = pick(phone_data()["marks"], rng)
    return each(groups, str, mark if rng.random() < 0.6 else "", mark)


def emoji_words(groups: Groups, language: str, rng: Random) -> str:
    """seven🦋one🦋3"""
    sign, share = pick(phone_data()["emoji"], rng), pick((0.0, 0.5, 1.0), rng)
    words = digit_words(language)
    return each(groups, lambda digit: words[int(digit)] if rng.random() < share else digit, sign, sign * 2)


def bracketed_words(groups: Groups, language: str, rng: Random) -> str:
    """(seven)[1](three)"""
    shells, words = ("()", "[]", "{}", "<>"), digit_words(language)

    def write(digit: str) -> str:
        shell = pick(shells, rng)
        return f"{shell[0]}{words[int(digit)] if rng.random() < 0.6 else digit}{shell[1]}"

    return each(groups, write, "", pick(("", " ", "-"), rng))


def hashtags(groups: Groups, language: str, rng: Random) -> str:
    """#713 #555 #0123, or #seven #one #three"""
    if rng.random() < 0.5:
        return " ".join(f"#{group}" for group in groups)
    return each(groups, worded(language, "#{}".format), " ", " ")


def regrouped(groups: Groups, _language: str, rng: Random) -> str:
    """71 35 55 01 23"""
    digits, size, joint = "".join(groups), pick((2, 4, 5), rng), pick((" ", "-", ".", " . "), rng)
    return joint.join(digits[place : place + size] for place in range(0, len(digits), size))


def downwards(groups: Groups, language: str, rng: Random) -> str:
    """One digit or group per line."""
    bullet, chance = pick(phone_data()["bullets"], rng), rng.random()
    parts = list(groups) if chance < 0.3 else list("".join(groups))
    if chance > 0.75:
        parts = [digit_words(language)[int(digit)] for digit in parts]
    return "".join(f"\n{bullet}{part}" for part in parts) + "\n"


def extension(groups: Groups, language: str, rng: Random) -> str:
    """713-555-0123 ext. 4"""
    behind = pick(phone_data()["extension"][language], rng).format(int(2 + rng.random() * 97))
    return f"{pick(('-', ' ', '.'), rng).join(groups)}{behind}"

"""Folding: one plain spelling for the many ways Unicode has to write a character, with the way back kept.

Lower case, NFKC by character, accents off, invisible characters gone, all dashes, quotes and spaces plain. Letters of
other scripts and emoji stay as they are, but an emoji of several characters is one sign, its first: a waving woman of a
colour of skin is somebody who waves, a flag any flag.
"""

import re
import unicodedata
from array import array
from collections.abc import Callable

from nlp.text.mapped import Mapped

# What needs the table: everything but printable ASCII, the line feed and the record separator of BREAK.
PLAIN = frozenset(map(chr, range(0x20, 0x7F))) | {"\n", "\x1e"}
SPECIAL = re.compile(r"[^\x20-\x7e\n\x1e]+")
# So many different ones are put in place one after the other, over the whole text; more, character by character.
FEW = 40
# A few ligatures stand for whole sentences; they are left alone, so that folding grows a text at most so many times.
LONGEST = 4

# What makes one emoji of several characters.
JOINER = "\N{ZERO WIDTH JOINER}"
SKIN = frozenset(map(chr, range(0x1F3FB, 0x1F400)))
FLAGS = frozenset(map(chr, range(0x1F1E6, 0x1F200)))  # two make one, whichever it is

QUOTES = dict.fromkeys("‘’‚‛′‵´`ʼʹˈ＇", "'") | dict.fromkeys("“”„‟″‶«»＂", '"')
LINES = dict.fromkeys("\r\v\f\x85\u2028\u2029", "\n")
LETTERS = {
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "æ": "ae",
    "œ": "oe",
    "ı": "i",
    "ħ": "h",
    "ŧ": "t",
    "−": "-",
}
# Enclosed letters that Unicode does not decompose: negative circled, negative squared.
ENCLOSED = {chr(first + n): chr(ord("a") + n) for first in (0x1F150, 0x1F170) for n in range(26)}
# Small capitals and letters with a stroke or a hook, which Unicode does not decompose.
LATIN = re.compile(r"LATIN (?:LETTER SMALL CAPITAL|SMALL LETTER) ([A-Z])(?: WITH .*)?")
PIECE = re.compile(r"\A(?:DIE FACE-|PLAYING CARD |MAHJONG TILE |.{0,60}\bDIGIT )(\w+)(?: OF \w+)?")
NAMES = ("ZERO", "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE")
FIXED = QUOTES | LINES | LETTERS | ENCLOSED | {"\t": " ", "🔟": "10", "•": "·", "∙": "·", "・": "·", "●": "·"}


def fold(text: str) -> Mapped:
    """`text` folded, each character mapped to the character of `text` it comes from."""
    special = set(text) - PLAIN
    if len(special) <= FEW and special.isdisjoint(FLAGS) and all(len(TABLE[letter]) == 1 for letter in special):
        for letter in special:
            text = text.replace(letter, TABLE[letter])
        return Mapped.identity(text.lower())
    parts: list[str] = []
    starts, ends = array("I"), array("I")
    position = 0
    for run in SPECIAL.finditer(text):
        begin, end = run.span()
        parts.append(text[position:begin].lower())
        starts.extend(range(position, begin))
        ends.extend(range(position + 1, begin + 1))
        position = end
        before = ""
        for index, letter in enumerate(run[0], start=begin):
            new = TABLE[letter]
            if _goes_on(before, letter):
                before = new = ""
            else:
                before = letter
            parts.append(new)
            for _ in new:
                starts.append(index)
                ends.append(index + 1)
    parts.append(text[position:].lower())
    starts.extend(range(position, len(text)))
    ends.extend(range(position + 1, len(text) + 1))
    return Mapped("".join(parts), starts, ends)


def _goes_on(before: str, character: str) -> bool:
    """Whether it is a further part of the emoji before it."""
    if before == JOINER:
        return TABLE[character] == character and unicodedata.category(character) == "So"
    return before in FLAGS and character in FLAGS


class _Table(dict[str, str]):
    """Each character's folded form, worked out when first met."""

    def __init__(self, rule: Callable[[str], str]) -> None:
        super().__init__()
        self.rule = rule

    def __missing__(self, character: str) -> str:
        new = self[character] = self.rule(character)
        return new


def _fold_character(character: str) -> str:
    if character in FIXED:
        return FIXED[character]
    if character in FLAGS:
        return "🏳"
    category = unicodedata.category(character)
    if category in {"Mn", "Me", "Cf", "Cc"} or character in SKIN:
        return ""
    if category == "Cs":
        return "\N{REPLACEMENT CHARACTER}"
    if category == "Zs":
        return " "
    if category == "Pd":
        return "-"
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    if category in {"Nl", "No", "So"} and character != "〇" and (number := _number(character)) is not None:
        return number
    compatible = unicodedata.normalize("NFKC", character)
    if len(compatible) > LONGEST:
        return character
    if "\N{FRACTION SLASH}" in compatible:  # 1½ is not 11/2
        return " " + compatible.replace("\N{FRACTION SLASH}", "/")
    return "".join(map(_plain, compatible.lower()))


def _number(character: str) -> str | None:
    """The number 0 to 9 that a sign is, by its value (a Roman four) or by its name (a die, a card, a tile)."""
    value = unicodedata.numeric(character, None)
    if value is not None:
        return str(int(value)) if value in range(10) else None
    named = PIECE.fullmatch(unicodedata.name(character, ""))
    return (
        str(NAMES.index(named[1]))
        if named and named[1] in NAMES
        else named[1]
        if named and named[1].isdigit()
        else None
    )


def _plain(character: str) -> str:
    if character in FIXED:
        return FIXED[character]
    if (small := LATIN.fullmatch(unicodedata.name(character, ""))) and not character.isascii():
        return small[1].lower()
    kept = [one for one in unicodedata.normalize("NFD", character) if unicodedata.category(one) not in {"Mn", "Cf"}]
    return kept[0] if len(kept) == 1 else "" if not kept else character


TABLE = _Table(_fold_character)

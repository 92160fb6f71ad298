"""The wording of an ad: its masked text as compared, and from where on two wordings are near-copies.

Case, punctuation and spacing carry no authorship; emoji, symbols and every script do and are kept.
"""

import hashlib
import re
from typing import NamedTuple

# Scripts written without spaces: each of their characters is compared by itself.
UNSPACED = r"\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff\uac00-\ud7af"
WORD = rf"[^\W_{UNSPACED}]"
# Masks; words; characters by themselves; every other visible symbol, punctuation left out.
TOKEN = re.compile(
    rf"_[a-z]+_|[{UNSPACED}]|{WORD}+"
    r"|[^\w\s!-/:-@\[-`{-~\u2000-\u206f\u3000-\u303f\u00a1\u00ab\u00b7\u00bb\u00bf\ufe0f]"
)
MASK = re.compile(r" _[a-z]+_(?= )")
BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
# What each byte becomes before a text is split at spaces: letters, digits, the low line and what is not ASCII stay, the few
# control characters that are words are all one.
CONTROL = "\0"
SPACED = bytes(
    byte
    if byte >= 0x80 or (character := chr(byte)) == "_" or re.fullmatch(WORD, character)
    else ord(CONTROL)
    if TOKEN.fullmatch(character)
    else ord(" ")
    for byte in range(0x100)
)
# Fewer words than this, masks not counted, say nothing about who wrote them ("call me now").
SHORTEST = 12
LONGEST = 2_000  # words compared; a longer text is cut
# Share of words in common order from which two texts are copies: a changed word in five leaves .8.
COPY = 0.7
# Share of the longer text's words from which two texts are copies in whatever order they stand: moved paragraphs.
REORDERED = 0.85


class Wording(NamedTuple):
    """Normalised text, and its digest; the digest is empty where the text is too short to compare."""

    digest: str
    text: str

    @property
    def tokens(self) -> list[str]:
        """The words as compared."""
        return self.text.split(" ") if self.text else []


def wording_of(masked: str) -> Wording:
    """Normalise a masked text."""
    text = set_apart(masked.casefold())
    words = text.count(" ") + 1
    if words > LONGEST:
        words, text = LONGEST, " ".join(text.split(" ", LONGEST)[:LONGEST])
    # A mask has two low lines, and no other token has any.
    if words - text.count("_") // 2 < SHORTEST:
        return Wording("", text)
    return Wording(hashlib.blake2b(text.encode(), digest_size=10).hexdigest(), text)


def set_apart(folded: str) -> str:
    """The tokens of a text without case, what TOKEN finds, between single spaces.

    All else becomes spaces, which takes a third of the time. Where a low line is in anything but a mask, or a control
    character is a token, the expression is asked.
    """
    spaced = folded if folded.isascii() else BEYOND_ASCII.sub(_spaced, folded)
    cut = f" {spaced} ".encode().translate(SPACED).decode()
    if CONTROL in cut or cut.count("_") != 2 * len(MASK.findall(cut)):
        return " ".join(TOKEN.findall(folded))
    while "  " in cut:
        cut = cut.replace("  ", " ")
    return cut[1:-1]


class _Spacing(dict[int, str]):
    """For each character beyond ASCII what stands for it: itself in a word, itself alone, or a space."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        alone = f" {character} " if TOKEN.fullmatch(character) else " "
        self[code] = spaced = character if re.fullmatch(WORD, character) else alone
        return spaced


SPACING = _Spacing()


def _spaced(found: re.Match[str]) -> str:
    return found[0].translate(SPACING)

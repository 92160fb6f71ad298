"""A folded text and the capitals its original has."""

import re
from bisect import bisect_left

from nlp.extractor import AdText
from nlp.text.fold import SPECIAL

FOREIGN = re.compile("[^\x00-\xff]+")
# What may stand between the words of one name.
ONE_NAME = re.compile(r"[a-z0-9' .-]+")


def with_capitals(text: AdText) -> str:
    """The folded text with the original's capitals, as far as `spaced` keeps its letters."""
    starts, original, folded = text.folded.starts, text.original.text, text.folded.text
    aligned = isinstance(starts, range)
    at = 0
    if aligned:
        if original.isascii():
            return original
        marked = original.encode("latin-1", "replace")
        at = marked.find(b"?")
        while at >= 0 and not (folded[at].isalnum() or folded[at] == "'"):
            at = marked.find(b"?", at + 1)
        if at < 0:
            return original
    parts: list[str] = []
    position = 0
    for found in (FOREIGN if aligned else SPECIAL).finditer(original, at):
        start, end = found.span()
        letters = folded[start:end] if aligned else folded[bisect_left(starts, start) : bisect_left(starts, end)]
        if original[start].isupper():
            letters = letters.capitalize()
        parts += (original[position:start], letters)
        position = end
    return "".join([*parts, original[position:]])


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
    word = folded[start:end]
    if not (word.isalnum() and word.isascii()) and ONE_NAME.fullmatch(folded, start, end) is None:
        return False
    left, right = folded[start - 1 : start], folded[end : end + 2]
    if left in {"@", "_"} or right[:1] in {"@", "_"}:
        return False
    dotted = left == "." or (right[:1] == "." and right[1:].isalnum())
    return not dotted or capital(text, start)

"""An expression for any of many words; they share their beginnings, so that only words whose first letter fits are tried."""

import re
from collections.abc import Iterable


def any_of(words: Iterable[str]) -> str:
    """`(?:...)` that matches any of the words, of several the longest."""
    return _branch(sorted(set(words)))


def _branch(words: list[str]) -> str:
    """For sorted words: one alternative for each first letter, the empty word last."""
    choices = []
    position = 0
    while position < len(words):
        first = words[position][:1]
        end = position
        while end < len(words) and words[end][:1] == first:
            end += 1
        if first:
            rest = [word[1:] for word in words[position:end]]
            tail = "" if rest == [""] else re.escape(rest[0]) if len(rest) == 1 else _branch(rest)
            choices.append(re.escape(first) + tail)
        position = end
    if words and words[0] == "":
        choices.append("")
    return f"(?:{'|'.join(choices)})"

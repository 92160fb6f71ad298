"""Names of the gazetteer as they stand in a text: from a given word on, or up to a given word."""

import re
from itertools import islice

from nlp.places.gazetteer import gazetteer, seconds
from nlp.places.spellings import SHORT
from nlp.text.whole_words import MOST

REACH = 60  # characters of the longest name looked for
WORD = re.compile("[a-z0-9']+")
MOST_WORDS = 5  # of a name


def names_from(plain: str, start: int, end: int) -> list[tuple[int, str]]:
    """Where each name ends that begins at `start`, and the gazetteer's name for it; the longest first.

    `plain` is the `spaced` text of which `end` is where to stop; "St. Louis" stands in it with two blanks.
    """
    known = gazetteer().people
    stop = plain.find(" ", start + 1)
    first = plain[start + 1 : stop]
    found = [(stop - 1, first)] if first in known and stop <= end + 1 else []
    full = SHORT.get(first, first)
    second = seconds(full)
    if not second:
        return found
    words, previous = [full], first
    while len(words) < MOST_WORDS and stop <= end:
        begin = stop + 1
        if plain[begin] == " " and previous in SHORT:
            begin += 1
        stop = plain.find(" ", begin)
        previous = plain[begin:stop]
        if not previous or (len(words) == 1 and previous not in second and SHORT.get(previous) not in second):
            break
        words.append(SHORT.get(previous, previous) if len(previous) > 1 else previous)
        name = " ".join(words)
        if name in known and stop <= end + 1:
            found.append((stop - 1, name))
    return found[::-1]


def names_to(plain: str, start: int, end: int) -> list[tuple[int, str]]:
    """Where each name begins that ends at `end`, and the gazetteer's name for it; the longest first."""
    words: list[str] = []
    found = []
    at, known = end, gazetteer().people
    for word in reversed(plain[max(start, end - REACH) + 1 : end + 1].split(" ")):
        at -= len(word)
        if word:
            name = " ".join([SHORT.get(word, word) if words else word, *words])
            if name in known:
                found.append((at, name))
            words.insert(0, SHORT.get(word, word) if len(word) > 1 else word)
            if len(words) == MOST_WORDS:
                break
        elif not at or plain[max(0, plain.rfind(" ", 0, at) + 1) : at] not in SHORT:
            break
        at -= 1
    return found[::-1]


def names_in(plain: str) -> tuple[tuple[int, int, str], ...]:
    """Every name in a text: where it starts, where it ends as a negative number, and the gazetteer's name."""
    starts = [one.start() - 1 for one in islice(WORD.finditer(plain), MOST)]
    end = len(plain) - 2
    return tuple((start, -last, name) for start in starts for last, name in names_from(plain, start, end))

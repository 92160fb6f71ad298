"""The town in an American address, read backwards from its state: what stands before the town may be a street."""

import re

from nlp.places.regions import words

# Where the part of an address that holds the town begins at the latest.
PART = re.compile(r"[,\n\x1e;:(|!?/]|(?<=[a-z]{4})[.] | - ")
WORD = re.compile(r"[a-z0-9'#.&-]+")
REACH = 70  # characters looked at
LONGEST = 4  # words
LINKS = frozenset({"of", "du", "de", "la", "the", "and"})  # written small inside a name


def town_before(folded: str, given: str, low: int, end: int) -> tuple[int, bool] | None:
    """Where the town begins that ends at `end`, and whether a comma says so; None where no town stands there.

    `start` is where the text begins that may be looked at, `given` the original's characters for `folded[low:end]`
    with `low` the later of `start` and `end - REACH`.
    """

    begin, comma = low, False
    for cut in PART.finditer(folded, low, end):
        begin, comma = cut.end(), cut[0] == ","
    known = words()
    tokens = list(WORD.finditer(folded, begin, end))
    if not tokens or tokens[-1].end() != end:
        return None
    spelled = [one[0].strip(".-&") for one in tokens]
    first = 0
    for index in range(len(tokens) - 1, -1, -1):
        word = spelled[index]
        number = not word or any(letter.isdigit() for letter in word) or "#" in word
        if not number and word not in known.streets and (word not in known.units or index == len(tokens) - 1):
            continue
        first, comma = index + 1, False
        if number:
            labelled = index > 0 and (spelled[index - 1] in known.units | known.streets or "#" in tokens[index - 1][0])
            if not labelled and len(tokens) - first > 1 and "#" not in tokens[index][0]:
                first = max(first + 1, len(tokens) - 2)  # a house number, then the street
        break
    while first and first < len(tokens) - 1 and spelled[first] in known.directions:
        first += 1  # of the street: "Main Street North"
    if first >= len(tokens):
        return None
    mixed = not (given.isupper() or given.islower())
    last = len(tokens) - 1
    if mixed:
        while last > first and (given[tokens[last - 1].start() - low].isupper() or spelled[last - 1] in LINKS):
            last -= 1
        while last < len(tokens) - 1 and spelled[last] in known.cues | LINKS:
            last += 1
        first, comma = (first, comma) if last == first else (last, False)
        if not given[tokens[first].start() - low : tokens[first].start() - low + 1].isupper():
            return None
    cue = next(
        (index for index in range(len(tokens) - 2, first - 1, -1) if spelled[index] in known.cues - known.directions),
        None,
    )
    if cue is not None:
        first, comma = cue + 1, False
    if len(tokens) - first > LONGEST or sum(map(len, spelled[first:])) < 3:
        return None
    return tokens[first].start(), comma

"""Names of the gazetteer as they stand in a text: from a given word on, or up to a given word."""


from nlp.gazetteer import SHORT, gazetteer

REACH = 60  # characters of the longest name looked for
MOST_WORDS = 5  # of a name looked for backwards


def names_from(plain: str, start: int, end: int) -> list[tuple[int, str]]:
    """Where each name ends that begins at `start`, and the gazetteer's name for it; the longest first.

    `plain` is the `spaced` text of which `end` is where to stop; "St. Louis" stands in it with two blanks.
    """
    space = plain.find(" ", start + 1)
    first = plain[start + 1 : space]
    known = gazetteer()
    most = known.longest.get(SHORT.get(first, first), 0)
    if not most:
        return []
    found = []
    if first in known.names and space - 1 <= end:
        found.append((space - 1, first))
    if most > 1:
        words, at = [SHORT.get(first, first)], start
        previous = first
        for word in plain[start + 1 : min(start + REACH, end) + 1].split(" "):
            if at + len(word) >= start + REACH:
                break
            if at > start and word:
                words.append(SHORT.get(word, word) if len(word) > 1 else word)
                name = " ".join(words)
                if name in known.names:
                    found.append((at + len(word), name))
                previous = word
                if len(words) == most:
                    break
            elif at > start and previous not in SHORT:
                break
            at += len(word) + 1
    return found[::-1]


def names_to(plain: str, start: int, end: int) -> list[tuple[int, str]]:
    """Where each name begins that ends at `end`, and the gazetteer's name for it; the longest first."""
    words: list[str] = []
    found = []
    at, known = end, gazetteer().names
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

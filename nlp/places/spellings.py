"""How towns' names are looked up and how ads write them: one key for all spellings of a name, and its spellings again."""

import re
from collections.abc import Iterator
from functools import lru_cache

from nlp.text.fold import fold

WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
SHORT = {
    "st": "saint",
    "ste": "sainte",
    "ft": "fort",
    "mt": "mount",
    "pk": "park",
    "twp": "township",
    "hts": "heights",
    "bch": "beach",
    "spgs": "springs",
    "vlg": "village",
    "jct": "junction",
    "ctr": "center",
    "pt": "point",
    "n": "north",
    "s": "south",
    "e": "east",
    "w": "west",
}
LONG = {word: [short for short, long in SHORT.items() if long == word] for word in SHORT.values()}
LINKS = re.compile(r"(?<= )(?:Of|The|De|Del|Du|La|Las|Los|Le|El|Do|Da|Dos|Das|Y|E|And|On|In)(?= )")
SCOTTISH = re.compile(r"\bMc([a-z])")


@lru_cache(maxsize=10_000)
def key(name: str) -> str:
    """The form names are looked up in: folded words, with "St." as "saint" and the like."""
    folded = name.lower() if name.isascii() else fold(name).text
    words = WORD.findall(folded.replace(".", ""))
    if len(words) < 2:
        return "".join(words)
    return " ".join(SHORT.get(word, word) if len(word) > 1 or not index else word for index, word in enumerate(words))


def spellings(name: str) -> Iterator[str]:
    """The ways to write a name of the gazetteer, with blanks for signs: "saint paul", "st paul", "st  paul" for "St. Paul"."""
    yield name
    words = name.split(" ")
    for index, word in enumerate(words if len(words) > 1 else ()):
        for short in LONG.get(word, ()):
            if index and len(short) == 1:
                continue
            head, tail = " ".join([*words[:index], short]), " ".join(words[index + 1 :])
            yield f"{head} {tail}".rstrip()
            if tail:
                yield f"{head}  {tail}"


def with_capitals(name: str) -> Iterator[str]:
    """The ways to put capitals in it: "San Juan De La Cruz", "San Juan de la Cruz", "Mckinney", "McKinney"."""
    titled = name.title()
    yield titled
    if " " in titled:
        yield LINKS.sub(lambda found: found[0].lower(), titled)
    if "Mc" in titled:
        yield SCOTTISH.sub(lambda found: f"Mc{found[1].upper()}", titled)

"""All that says where in an ad a town may be named, found in one pass over its text with its capitals.

Towns are looked for as they are written with capitals: small letters fall out of the automaton at once, and most of an ad is
in small letters. A town in small letters or in capitals alone is read where a cue, its region or a postal code says so.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from nlp.gazetteer import SHORT, gazetteer, key
from nlp.regions import Region, words
from nlp.whole_words import WholeWords

LARGE, KNOWN, SMALL = 100_000, 40_000, 5_000  # people a place needs: without a capital, without a cue, with both
RENOWNED = 300_000  # people a place has whose names in other languages ads may use
LONG = {word: [short for short, long in SHORT.items() if long == word] for word in SHORT.values()}
LINKS = re.compile(r"(?<= )(?:Of|The|De|Del|Du|La|Las|Los|Le|El|Do|Da|Dos|Das|Y|E|And|On|In)(?= )")
SCOTTISH = re.compile(r"\bMc([a-z])")


@dataclass(frozen=True, slots=True)
class Signs:
    """By position, what each of the names is."""

    find: WholeWords
    towns: tuple[str | None, ...]  # the gazetteer's name
    regions: tuple[Region | None, ...]
    plain: tuple[bool, ...]  # a cue that does without a capital letter


@cache
def signs() -> Signs:
    """Towns large enough to be named by themselves, regions, and the cues that do without capitals."""
    known, places = words(), gazetteer()
    towns: dict[str, str] = {}
    for name, rows in places.names.items():
        people = places.rows[rows[0]][6]
        if people >= (SMALL if " " in name else KNOWN):
            own = places.rows[rows[0]][1]
            if people < RENOWNED and not any(key(places.rows[row][1]) == name for row in rows):
                continue  # what other languages call it
            for spelled in spellings(name):
                towns |= dict.fromkeys(_with_capitals(spelled), name)
            if people >= LARGE and own.lower() == name:
                towns[name.upper()] = name
                towns[own] = name
    for nickname, name in known.nicknames.items():
        towns |= dict.fromkeys((nickname, nickname.upper(), *_with_capitals(nickname)), name)
    regions = {
        written: region
        for name, region in known.regions.items()
        for written in ((name.upper(),) if name in known.ambiguous else (name, name.upper(), *_with_capitals(name)))
    }
    plain = {written for cue in known.plain for written in (cue, cue.upper(), cue.title())}
    every = tuple(dict.fromkeys([*towns, *regions, *plain]))
    return Signs(
        WholeWords(every),
        tuple(map(towns.get, every)),
        tuple(map(regions.get, every)),
        tuple(one in plain for one in every),
    )


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


def _with_capitals(name: str) -> Iterator[str]:
    titled = name.title()
    yield titled
    if " " in titled:
        yield LINKS.sub(lambda found: found[0].lower(), titled)
    if "Mc" in titled:
        yield SCOTTISH.sub(lambda found: f"Mc{found[1].upper()}", titled)

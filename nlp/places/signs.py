"""All that says where in an ad a town may be named, found in one pass over its text with its capitals.

Towns are looked for as they are written with capitals: small letters fall out of the automaton at once, and most of an ad is
in small letters. A town in small letters or in capitals alone is read where a cue, its region or a postal code says so.
"""

from dataclasses import dataclass
from functools import cache

from nlp.places.gazetteer import gazetteer
from nlp.places.regions import Region, words
from nlp.places.spellings import with_capitals
from nlp.text.whole_words import WholeWords


@dataclass(frozen=True, slots=True)
class Signs:
    """By position, what each of the names is."""

    find: WholeWords
    towns: tuple[str | None, ...]  # the gazetteer's name
    regions: tuple[Region | None, ...]


@cache
def signs() -> Signs:
    """Towns large enough to be named by themselves, and regions."""
    known = words()
    # Names that are words, and short ones, need a capital.
    towns = {
        written: name
        for written, name in gazetteer().written.items()
        if not written[0].islower() or (len(written) > 3 and name not in known.careful)
    }
    for nickname, name in known.nicknames.items():
        towns |= dict.fromkeys((nickname, nickname.upper(), *with_capitals(nickname)), name)
    regions = {
        written: region
        for name, region in known.regions.items()
        for written in ((name.upper(),) if name in known.ambiguous else (name, name.upper(), *with_capitals(name)))
    }
    every = tuple(dict.fromkeys([*towns, *regions]))
    return Signs(
        WholeWords(every),
        tuple(map(towns.get, every)),
        tuple(map(regions.get, every)),
    )

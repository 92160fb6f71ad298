"""The words of names.yml: given names, and the cues that a name stands beside."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from nlp.text.whole_words import WholeWords
from store.datafiles import load_data

KNOWN, LABEL, BESIDE, CUE = range(4)  # what a word is: a known name, or a cue of one of three kinds


@dataclass(frozen=True, slots=True)
class Words:
    """What names.yml says."""

    known: frozenset[str]
    common: frozenset[str]  # known names that are words too
    praise: frozenset[str]  # known names that praise
    never: frozenset[str]
    strong: frozenset[str]
    labels: frozenset[str]
    weak: frozenset[str]
    verbs: frozenset[str]
    beside: frozenset[str]
    places: frozenset[str]


@cache
def words() -> Words:
    """The one set of words."""
    data: dict[str, Any] = load_data(Path(__file__).with_name("names.yml"))
    return Words(**{name: frozenset(map(str, data[name])) for name in Words.__dataclass_fields__})


@cache
def finder() -> tuple[WholeWords, tuple[str, ...], bytes]:
    """The automaton of known names and cues, these by position, and the kind of each."""
    known = words()
    every = tuple(sorted(known.known | known.strong | known.labels | known.weak | known.verbs | known.beside))
    kinds = [
        KNOWN if word in known.known else LABEL if word in known.labels else BESIDE if word in known.beside else CUE
        for word in every
    ]
    return WholeWords(every, fast=True), every, bytes(kinds)

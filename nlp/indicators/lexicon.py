"""Lexicons: which phrases show which indicator, one YAML file per indicator; matched over the masked text.

An entry is one idea in one language: `patterns` (phrases.py), `unless` (phrases that take the sense away from a match
of this indicator where they overlap it), and examples that every test run checks. Where an entry is `negatable`, a
match that the ad denies (denials.py) is kept with `negated: true` and does not count; `negatable: outside` is for
voices, which a denial within takes nothing from: "she does not leave" speaks of her all the same.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from nlp.extractor import Found
from nlp.indicators.denials import Denials
from nlp.indicators.patterns import PhraseError, expand, forget
from nlp.indicators.phrases import Phrases, sentences
from nlp.records import Kind
from nlp.text.mapped import Rewritten
from store.datafiles import load_data
from store.errors import SidelightError

NAME = "lexicon"
FOLDER = Path(__file__).with_name("lexicons")
GRADES = frozenset({"E+", "E0", "E-", "P", "G", "C"})
OUTSIDE = "outside"
LANGUAGES = frozenset({"en", "es", "pt"})
HEAD = ("id", "grade", "family", "source", "definition")
# So many characters of an ad are searched for indicators: ten times the longest ads that people write.
LOOK_AT = 20_000


class LexiconError(SidelightError):
    """A lexicon cannot be used: the message names file and entry, and what is wrong."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One idea in one language."""

    id: str
    language: str
    patterns: tuple[str, ...]
    unless: tuple[str, ...]
    negatable: bool
    negatable_within: bool
    must_match: tuple[str, ...]
    must_not_match: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What one file says: the indicator (a row of docs/indicators.md) and its entries."""

    id: str
    grade: str
    family: str
    source: str
    definition: str
    entries: tuple[Entry, ...]


class Lexicons:
    """All entries of all lexicons, those of one language found in one pass."""

    def __init__(self, lexicons: Sequence[Lexicon]) -> None:
        self._entries = {
            f"{lexicon.id}/{entry.id}": (lexicon, entry) for lexicon in lexicons for entry in lexicon.entries
        }
        self._phrases = {language: self._of(language, "patterns") for language in LANGUAGES}
        self._unless = {language: self._of(language, "unless") for language in LANGUAGES}
        forget()

    def _of(self, language: str, field: str) -> Phrases:
        entries = {key: one for key, (_, one) in self._entries.items() if one.language == language}
        return Phrases({key: getattr(one, field) for key, one in entries.items()})

    def find(self, masked: Rewritten, languages: Iterable[str] = ()) -> Iterator[Found]:
        """Every indicator the words show, by the entries of `languages`, or of all where none is one of ours.

        Of matches of one indicator that overlap, the first and longest stays.
        """
        text = masked.text[:LOOK_AT]
        cut = sentences(text)
        asked = LANGUAGES.intersection(languages) or LANGUAGES
        hits = sorted([(start, -end, key) for one in asked for key, start, end in self._phrases[one].find(cut)])
        if not hits:
            return
        barred = self._barred(cut, asked, [start for start, _, _ in hits])
        denials = Denials(text, asked)
        reached: dict[str, int] = {}
        for start, back, key in hits:
            end = -back
            lexicon, entry = self._entries[key]
            if start < reached.get(lexicon.id, 0) or _touched(barred.get(lexicon.id, ()), start, end):
                continue
            reached[lexicon.id] = end
            negated = (entry.negatable and denials.reach(start, end)) or (
                entry.negatable_within and self._within(key, entry, denials, start, end)
            )
            detail = {"entry": key, "negated": negated}
            yield Found(Kind.INDICATOR, lexicon.id, start, end, NAME, 0.9, detail)

    def _within(self, key: str, entry: Entry, denials: Denials, start: int, end: int) -> bool:
        """Whether a match says its contrary by a word that the phrase only skips: it holds without that word too."""
        phrases = self._phrases[entry.language]
        return any(
            hit.key == key for shorter in denials.without(start, end) for hit in phrases.find(sentences(shorter))
        )

    def _barred(
        self, cut: Sequence[bytes], languages: Iterable[str], hits: Sequence[int]
    ) -> dict[str, list[tuple[int, int]]]:
        """By indicator: the runs that take the sense away from what overlaps them; apart and in order.

        Only sentences in which one of the `hits` starts are looked at: nothing reaches from one into another.
        """
        found: list[tuple[int, int, str]] = []
        base = 0
        for sentence in cut:
            after = base + len(sentence) + 1
            if bisect_left(hits, base) < bisect_left(hits, after):
                for one in languages:
                    found += [
                        (base + start, base + end, key) for key, start, end in self._unless[one].find((sentence,))
                    ]
            base = after
        barred: dict[str, list[tuple[int, int]]] = {}
        for start, end, key in sorted(found):
            runs = barred.setdefault(self._entries[key][0].id, [])
            if runs and start < runs[-1][1]:
                first, last = runs.pop()
                runs.append((first, max(end, last)))
            else:
                runs.append((start, end))
        return barred


def _touched(runs: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Whether one of `runs`, which are apart and in order, overlaps `start:end`."""
    before = bisect_left(runs, (end,)) - 1
    return before >= 0 and runs[before][1] > start


def load(folder: Path = FOLDER) -> tuple[Lexicon, ...]:
    """The lexicons of a folder, by file name. Raises LexiconError."""
    paths = sorted(folder.glob("*.yml"))
    if not paths:
        raise LexiconError(f"{folder}: no lexicons (*.yml) there")
    return tuple(_lexicon(path) for path in paths)


def _lexicon(path: Path) -> Lexicon:
    try:
        data = load_data(path)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as problem:
        raise LexiconError(f"{path}: cannot be read: {problem}") from None
    if not isinstance(data, dict) or sorted(data) != sorted((*HEAD, "entries")):
        raise LexiconError(f"{path}: expected the keys {', '.join(HEAD)} and entries, and no others")
    head = {name: data[name] for name in HEAD}
    for name, value in head.items():
        if not isinstance(value, str) or not value:
            raise LexiconError(f"{path}: {name!r} is no text")
    if data["id"] != path.stem:
        raise LexiconError(f"{path}: the id is {data['id']!r}; it must be the name of the file")
    if data["grade"] not in GRADES:
        raise LexiconError(f"{path}: grade {data['grade']!r} is none of {', '.join(sorted(GRADES))}")
    if not isinstance(data["entries"], list) or not data["entries"]:
        raise LexiconError(f"{path}: 'entries' is no list of entries")
    entries = tuple(_entry(path, number, one) for number, one in enumerate(data["entries"], start=1))
    if len({one.id for one in entries}) < len(entries):
        raise LexiconError(f"{path}: two entries have the same id")
    return Lexicon(**head, entries=entries)


def _entry(path: Path, number: int, data: Any) -> Entry:
    if not isinstance(data, dict) or not isinstance(data.get("id"), str):
        raise LexiconError(f"{path}: entry {number} has no id")
    where = f"{path}: entry {data['id']!r}"
    known = {"id", "language", "patterns", "unless", "negatable", "must_match", "must_not_match"}
    if unknown := sorted(set(data) - known):
        raise LexiconError(f"{where}: unknown key {unknown[0]!r}; known are {', '.join(sorted(known))}")
    if data.get("language") not in LANGUAGES:
        raise LexiconError(f"{where}: language {data.get('language')!r} is none of {', '.join(sorted(LANGUAGES))}")
    negatable = data.get("negatable", False)
    if not isinstance(negatable, bool) and negatable != OUTSIDE:
        raise LexiconError(f"{where}: 'negatable' is neither true nor false nor {OUTSIDE}")
    entry = Entry(
        id=data["id"],
        language=data["language"],
        patterns=_texts(where, data, "patterns", 1),
        unless=_texts(where, data, "unless", 0),
        negatable=bool(negatable),
        negatable_within=negatable is True,
        must_match=_texts(where, data, "must_match", 2),
        must_not_match=_texts(where, data, "must_not_match", 1),
    )
    try:
        for phrase in (*entry.patterns, *entry.unless):
            expand(phrase)
    except PhraseError as problem:
        raise LexiconError(f"{where}: {problem}") from None
    return entry


def _texts(where: str, data: Mapping[str, Any], name: str, least: int) -> tuple[str, ...]:
    found = data.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, str) and one for one in found):
        raise LexiconError(f"{where}: {name!r} is no list of texts (quote what YAML takes for something else)")
    if len(found) < least:
        raise LexiconError(f"{where}: {name!r} needs at least {least}")
    return tuple(found)

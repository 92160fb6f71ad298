"""Denials: which matches of an ad its own words take back, in five forms; the words are in negations.yml, by language.

    no agency, never with a manager         a word in front denies what stands a few words behind it
    no calls, texts or visits               and what stands behind an "or" in the same list
    rates are not set by a boss             a word within denies it, where the phrase holds without that word
    a deposit is not needed                 a phrase behind denies what stands a few words before it
    Touring? No, this is home.              a question that is answered by no

Two denials make a demand: "No references? No meeting", "no meeting without references".
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import re2

from nlp.indicators.patterns import expand
from nlp.indicators.phrases import SIGN, compiled
from nlp.text.triggers import Triggers
from store.datafiles import load_data

FILE = Path(__file__).with_name("negations.yml")
SCOPE = 90  # characters around a match that are looked at
WORD = r"[\w'%]{1,20}"
WORD_BYTES = r"[0-9a-z_'%]{1,20}"
# At most so many words stand between a denial and what it denies.
BEFORE, BEHIND = 4, 2


class Denials:
    """The denials of one text, in the languages asked for."""

    def __init__(self, text: str, languages: Iterable[str]) -> None:
        self._text = text
        self._rules = [_rules()[one] for one in sorted(languages)]

    def reach(self, start: int, end: int) -> bool:
        """Whether what stands at `start:end` is denied from outside."""
        pairs = [(rules, ends) for rules, _, ends in self._found]
        before = any(rules.reaches(self._text, ends, start) for rules, ends in pairs)
        tail = self._text[end : end + SCOPE].encode("latin-1", SIGN)
        if b"?" in tail and any(rules.answer.match(tail) for rules in self._rules if rules.answer):
            return not before
        if before or any(bisect_left(ends, end + 1) > bisect_left(ends, start + 1) for _, ends in pairs):
            return before  # "doesn't work any more" is one denial
        return any(rules.behind.match(tail) for rules in self._rules if rules.behind)

    def without(self, start: int, end: int) -> Iterator[str]:
        """What stands at `start:end` without each word in it that denies."""
        for _, spans, _ in self._found:
            for one, other in spans[bisect_left(spans, (start,)) : bisect_left(spans, (end,))]:
                if other < end:
                    yield self._text[start:one] + self._text[other:end].lstrip()

    @cached_property
    def _found(self) -> list[tuple["_Rules", list[tuple[int, int]], list[int]]]:
        """By language the words that deny, and where they end, in order; most ads hold nothing that could be denied."""
        found = [(rules, sorted(rules.spans_in(self._text))) for rules in self._rules]
        return [(rules, spans, sorted([end for _, end in spans])) for rules, spans in found]


class _Rules:
    """What one language says."""

    def __init__(self, language: str, data: Mapping[str, Any]) -> None:
        self.without = tuple(data["without"].get(language, ()))
        self.harmless = frozenset(data["harmless"].get(language, ()))
        self.words = Triggers({*data[language], *self.harmless})
        # "not touring but independent": such a word ends what a denial in front reaches.
        stop = rf"(?!(?:{'|'.join(data['ends'].get(language, ())) or '(?!)'})\b)"
        item = rf"(?:[ '-]{{1,2}}{stop}{WORD}){{0,{BEFORE}}}[ '-]{{1,2}}"
        self.between = re.compile(rf"{item}|(?:,? {stop}{WORD}){{1,7}},? (?:{'|'.join(data['or'][language])}) ")
        near = rf"(?:[ '-]{{1,2}}{WORD_BYTES}){{0,{BEHIND}}}[ :'-]{{1,3}}"
        self.behind = _expression(near, data["behind"].get(language, ()))
        self.answer = _expression(r"[^.!?;|\x1e]{0,60}\?[^0-9a-z_]{1,6}", data["answers"].get(language, ()))

    def spans_in(self, text: str) -> list[tuple[int, int]]:
        """The words that deny, by start and end."""
        hits = self.words(text)
        spared = {start for word, start, _ in hits if self.words.words[word] in self.harmless}
        return [(start, end) for _, start, end in hits if start not in spared]

    def reaches(self, text: str, ends: Sequence[int], start: int) -> bool:
        """Whether a word that ends at one of `ends` denies what begins at `start`."""
        near = ends[bisect_left(ends, start - SCOPE) : bisect_left(ends, start)]
        reaching = [end for end in near if self.between.fullmatch(text, end, start)]
        if len(reaching) == 1 and self.without and text.endswith(self.without, 0, reaching[0]):
            word = next(one for one in self.without if text.endswith(one, 0, reaching[0]))
            return not any(self.between.fullmatch(text, end, reaching[0] - len(word)) for end in near)
        return bool(reaching)


def _expression(head: str, phrases: Sequence[str]) -> "re2._Regexp[bytes] | None":
    """What matches a tail of at most SCOPE bytes that goes on as `head` and one of the `phrases`."""
    return compiled(rf"{head}(?:{'|'.join(map(expand, phrases))})\b") if phrases else None


@cache
def _rules() -> dict[str, _Rules]:
    """By language: "no" denies in English and Spanish, and is a preposition in Portuguese."""
    data = load_data(FILE)
    return {language: _Rules(language, data) for language in data["or"]}

"""Sentences with choices in them: `(a|b)` takes one, `<word>` a word of the lists or a number maker, `{slot}` stays.

A sentence is taken apart once, when the wording is loaded; expanding it is a short walk over its parts.
"""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from market.datafiles import load_data

Maker = Callable[[Random], str]
Words = tuple[str, ...]
WORDING = Path(__file__).with_name("wording")
UNSEEN = WORDING / "unseen"
SLOT = re.compile(r"\{[^{}]*\}?|\}")
SLOTS = ("{name}", "{name2}", "{place}", "{postal}")
TOKEN = re.compile(r"\(([^()]*)\)|<(\w+)>")


def _between(low: int, high: int, form: str = "%d") -> Maker:
    return lambda rng: form % (low + int(rng.random() * (high - low + 1)))


def _reference(rng: Random) -> str:
    """Seven digits, or ten that no region takes for a phone number."""
    if rng.random() < 0.7:
        return f"0{int(rng.random() * 1e6):06d}"
    return f"1{int(rng.random() * 1e9):09d}"


def _height(rng: Random) -> str:
    if rng.random() < 0.5:
        return f"5'{int(rng.random() * 12)}\""
    return f"{154 + int(rng.random() * 28)} cm"


def _weight(rng: Random) -> str:
    return f"{105 + int(rng.random() * 60)} lbs" if rng.random() < 0.5 else f"{48 + int(rng.random() * 28)} kg"


def _hour12(rng: Random) -> str:
    return f"{1 + int(rng.random() * 12)}{':30' if rng.random() < 0.2 else ''}{' am' if rng.random() < 0.4 else ' pm'}"


# What stands near phone numbers, ages and prices in real ads and is none of them.
MAKERS: dict[str, Maker] = {
    "hour12": _hour12,
    "hour24": lambda rng: f"{7 + int(rng.random() * 16)}:{'00' if rng.random() < 0.6 else '30'}",
    "years": _between(3, 25),
    "year": _between(2008, 2024),
    "year2": _between(2025, 2026),
    "n2": _between(2, 6),
    "minutes": _between(5, 45),
    "floor": _between(4, 9),
    "exit": _between(11, 89),
    "count": _between(110, 990),
    "percent": _between(10, 60),
    "months": _between(2, 12),
    "monthno": _between(1, 12, "%02d"),
    "dayno": _between(1, 28),
    "adult": _between(25, 45),
    "shoe": _between(36, 41),
    "ref": _reference,
    "height": _height,
    "weight": _weight,
}


class Sentence:
    """One sentence of the wording, taken apart into a form with holes and what may fill each."""

    __slots__ = ("_form", "_holes")

    def __init__(self, text: str, lists: dict[str, Words]) -> None:
        form = []
        # Each hole has words to choose from, how many, and instead of these a maker where one is needed.
        self._holes: list[tuple[Words, int, Maker | None]] = []
        position = 0
        for token in TOKEN.finditer(text):
            form += [text[position : token.start()].replace("%", "%%"), "%s"]
            position = token.end()
            choice, word = token.groups()
            if word is None:
                self._holes.append(_choice(choice.split("|"), lists))
            elif word in MAKERS:
                self._holes.append(((), 0, MAKERS[word]))
            else:
                self._holes.append((lists[word], len(lists[word]), None))
        form.append(text[position:].replace("%", "%%"))
        self._form = "".join(form)

    def expand(self, rng: Random) -> str:
        """The sentence with every choice made; slots are still in it."""
        random = rng.random
        filled = [words[int(random() * count)] if maker is None else maker(rng) for words, count, maker in self._holes]
        return self._form % tuple(filled)


def _choice(options: list[str], lists: dict[str, Words]) -> tuple[Words, int, Maker | None]:
    if not any(TOKEN.search(option) for option in options):
        return tuple(options), len(options), None
    sentences = [Sentence(option, lists) for option in options]
    return (), 0, lambda rng: sentences[int(rng.random() * len(sentences))].expand(rng)


class Bank:
    """All wording of one language: sentences by section and topic, and the indicator sentences."""

    def __init__(self, language: str, unseen: Path | None = None) -> None:
        data = load_data(WORDING / f"{language}.yml")
        signs = load_data(WORDING / f"{language}_indicators.yml")
        if unseen is not None:
            signs = load_unseen(unseen / f"{language}.yml", signs)
        self.language = language
        self.lists: dict[str, Words] = {name: tuple(words) for name, words in data.pop("lists").items()}
        self._sections = {name: self._compile(section) for name, section in data.items()}
        self.signs: dict[str, dict[str, tuple[Sentence, ...]]] = {
            name: {answer: self._sentences(texts) for answer, texts in both.items()} for name, both in signs.items()
        }
        self.neither = tuple(one for answers in self.signs.values() for one in answers.get("neither", ()))

    def topics(self, section: str) -> dict[str, tuple[Sentence, ...]]:
        """A section whose sentences are sorted by topic."""
        found = self._sections[section]
        if not isinstance(found, dict):
            raise TypeError(f"section {section!r} has no topics")
        return found

    def plain(self, section: str) -> tuple[Sentence, ...]:
        """A section that is one list of sentences."""
        found = self._sections[section]
        if isinstance(found, dict):
            raise TypeError(f"section {section!r} has topics")
        return found

    def _compile(self, section: Any) -> "dict[str, tuple[Sentence, ...]] | tuple[Sentence, ...]":
        if isinstance(section, dict):
            return {topic: self._sentences(texts) for topic, texts in section.items()}
        return self._sentences(section)

    def _sentences(self, texts: list[str]) -> tuple[Sentence, ...]:
        return tuple(Sentence(text, self.lists) for text in texts)


@cache
def bank(language: str, unseen: Path | None = None) -> Bank:
    """The wording of `en`, `es` or `pt`, with the indicator sentences of another folder where one is named."""
    return Bank(language, unseen)


def load_unseen(path: Path, known: dict[str, Any]) -> dict[str, Any]:
    """Indicator sentences written by somebody else: `says`, `denies` and `neither` for each indicator that is known.

    Raises ValueError that names the file and what is wrong with it.
    """
    if not path.is_file():
        raise ValueError(f"{path}: no such file; unseen wording needs en.yml, es.yml and pt.yml there")
    found: dict[str, Any] = load_data(path)
    for name in known:
        for answer in ("says", "denies"):
            if not found.get(name, {}).get(answer):
                raise ValueError(f"{path}: {name} has no sentences under {answer!r}")
    for name, answers in found.items():
        for text in (text for texts in answers.values() for text in texts):
            for slot in SLOT.findall(text):
                if slot not in SLOTS:
                    raise ValueError(f"{path}: {name}: {slot} in {text!r}; the slots are {', '.join(SLOTS)}")
    return found

"""The language of an ad, by its commonest words, or by its script where that is enough.

Words that several languages share count for each of them less. Too little to tell gives "und".
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

from store.datafiles import load_data

UNKNOWN = "und"
# Words of folded text have no accents and no capitals; letters of other scripts are told by their script.
LETTERS_ONLY = bytes(code if chr(code).isascii() and chr(code).isalpha() else 0x20 for code in range(256))
LETTERS = re.compile(r"[^\W\d_]+")
# Folding has taken the accents off: a letter beyond Latin is of another script.
OTHER_SCRIPT = re.compile("[^\x00-\u024f]")
# Enough of a long text to tell its language.
LOOK_AT = 2000
# A word's vote is shared by the languages that have it; two words of one language alone decide.
VOTE = 60
ENOUGH = 90


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = load_data(Path(__file__).with_name("languages.yml"))
    return data


@cache
def _votes() -> dict[bytes, tuple[tuple[str, int], ...]]:
    """Word -> the languages it speaks for, and how strongly.

    Single letters speak for none: in "m i x t e c a" they are parts of a word that says who somebody is.
    """
    owners: dict[str, list[str]] = {}
    for language, words in _data()["words"].items():
        for word in dict.fromkeys(words):
            owners.setdefault(word, []).append(language)
    return {
        word.encode(): tuple((one, VOTE // len(found)) for one in found)
        for word, found in owners.items()
        if word.isascii() and len(word) > 1
    }


@cache
def common_words() -> frozenset[str]:
    """The commonest words of all languages known."""
    return frozenset([word for words in _data()["words"].values() for word in words])


@cache
def read_fully() -> frozenset[str]:
    """Languages whose text is read for more than contacts; ads too short to tell are read as well."""
    return frozenset([*_data()["read"], UNKNOWN])


def languages_of(folded: str) -> tuple[str, ...]:
    """The language most of the text is in, then others that have at least half its say; none where too little tells."""
    text = folded[:LOOK_AT]
    if not text.isascii() and (script := _script(text)):
        return (script,)
    votes = _votes()
    score: dict[str, int] = {}
    for word in votes.keys() & set(text.encode("latin-1", "replace").translate(LETTERS_ONLY).split()):
        for language, weight in votes[word]:
            score[language] = score.get(language, 0) + weight
    enough = max(ENOUGH, max(score.values(), default=0) // 2)
    return tuple(sorted((one for one in score if score[one] >= enough), key=lambda one: (-score[one], one)))


def _script(text: str) -> str | None:
    foreign = [letter for letter in OTHER_SCRIPT.findall(text) if letter.isalpha()]
    if 2 * len(foreign) <= sum(map(len, LETTERS.findall(text))):
        return None
    for first, last, language in _data()["scripts"]:
        if sum(first <= letter <= last for letter in foreign) > len(foreign) / 2:
            return str(language)
    return None

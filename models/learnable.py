"""The text a trained model may learn from: masked, and without the phrases that must never raise a value.

Screening, touring, limits, independence, adulthood and what tells classes apart leave the text, said or denied, so no
word of them can get a weight. Their strengths have no column of a model either, or one that can only lower.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from models.indicators import RAISES, indicators
from models.views import GroupView
from nlp.masking import is_masked, mask, masks
from nlp.records import Kind, Mention, Reading
from nlp.text.alternatives import any_of
from nlp.text.fold import fold

LONGEST = 50_000  # characters of one group
MASK = "_[a-z]+_"
# Who somebody is leaves nothing behind: no trait, name, place or neutral noun for a person, nor the words before it ("an"
# and "a" would tell words apart), nor a letter behind it, which may be its last (c a n t o n e s e), nor signs, because flags
# and the colours of emoji are words for groups too.
LEADS = (
    "i|i am|i m|person is|person s|very|quite|rather|call me|calls me|been called|called|consider myself",
    "soy|somos|es|muy|sou|muito|bem|me dicen|me chamam",
    "speak|speaks|speaking|fluent|hablo|habla|hablamos|se habla|falo|fala|falamos|fala se",
    "come|born|raised|grew up|originally|vengo|venho|vim|nacida|nascida|naci|nasci|from|de|da|do|del|in|en|em",
    "a|an|the|un|una|um|uma|la|el|las|los|o|as|os",
)
LEAD = any_of(word for line in LEADS for word in line.split("|"))
WHO = re.compile(
    rf"(?:\b{LEAD}\s++){{0,5}}(?:_(?:trait|name|place)_|\b(?:persons?|personas?|pessoas?)\b)(?:\s+(?:spoken|speakers?|speaking|[a-z])\b)?"
)
SIGNS = re.compile(r"[^\w\s]+")


def learnable(view: GroupView) -> str:
    """The group's text for learning, each different text once, in order of ad id, cut at LONGEST characters."""
    # Most ads of a group are posted again as they were: what is the same is cleared once.
    said = dict.fromkeys((view.readings[ad_id].masked, _phrases(view.readings[ad_id])) for ad_id in view.ad_ids)
    different = dict.fromkeys(_without(text, phrases) for text, phrases in said)
    return "\n".join(different)[:LONGEST]


def cleared(reading: Reading) -> str:
    """One ad's text for learning."""
    return _without(reading.masked, _phrases(reading))


def _phrases(reading: Reading) -> tuple[str, ...]:
    """What has to leave the text, masked as it stands there, longest first."""
    table = indicators()
    facts = [one for one in reading.mentions if one.kind is not Kind.INDICATOR]
    phrases = {
        _hidden(_said(one, facts))
        for one in reading.of(Kind.INDICATOR)
        if one.value in table and (table[one.value].grade not in RAISES or one.detail.get("negated"))
    }
    return tuple(sorted(phrases, key=lambda phrase: (-len(phrase), phrase)))


def _said(phrase: Mention, facts: Sequence[Mention]) -> str:
    """The phrase with the tokens of the facts in it."""
    tokens, written = masks().tokens, phrase.surface
    pieces: list[str] = []
    position = 0
    for one in facts:  # they stand in the order of their places
        low, high = max(one.start - phrase.start, 0), one.end - phrase.start
        if one.field == phrase.field and position <= low < len(written) and high > position and is_masked(one):
            pieces += (written[position:low], tokens[one.kind])
            position = high
    return " ".join((*pieces, written[position:])) if pieces else written


@lru_cache(maxsize=10_000)
def _hidden(said: str) -> str:
    return _words(mask(fold(said), ()).text)


def _words(text: str) -> str:
    return " ".join(SIGNS.sub(" ", text).split())


def _without(text: str, phrases: tuple[str, ...]) -> str:
    text = _words(text)
    for phrase in phrases:
        text = _pattern(phrase).sub(_drop, text)
    return " ".join(WHO.sub(" ", " ".join(text.split())).split())


def _drop(match: re.Match[str]) -> str:
    """Nothing in place of a phrase; a run of masks alone is no phrase and stays."""
    return match[0] if all(re.fullmatch(MASK, word) for word in match[0].split()) else " "


@lru_cache(maxsize=10_000)
def _pattern(phrase: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(phrase)}(?!\w)")

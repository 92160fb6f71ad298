"""The text a trained model may learn from: masked, and without the phrases that must never raise a value.

Screening, touring, limits, independence, adulthood and what tells classes apart leave the text, said or denied, so no
word of them can get a weight. Their strengths have no column of a model either, or one that can only lower.
"""

import re
from functools import lru_cache

from models.indicators import RAISES, indicators
from models.views import GroupView
from nlp.records import Kind, Reading
from nlp.text.alternatives import any_of
from nlp.text.fold import fold

LONGEST = 50_000  # characters of one group
MASK = "_[a-z]+_"
# Who somebody is leaves nothing behind: no trait, name, place or neutral noun for a person, nor the words before it ("an"
# and "a" would tell words apart), nor signs, because flags and the colours of emoji are words for groups too.
LEADS = (
    "i|i am|i m|person is|person s|very|quite|rather|call me|calls me|soy|somos|es|muy|sou|muito|bem|me dicen|me chamam",
    "speak|speaks|speaking|fluent|hablo|habla|hablamos|se habla|falo|fala|falamos|fala se",
    "come|born|raised|grew up|originally|vengo|venho|vim|nacida|nascida|naci|nasci|from|de|da|do|del|in|en|em",
    "a|an|the|un|una|um|uma|la|el|las|los|o|as|os",
)
LEAD = any_of(word for line in LEADS for word in line.split("|"))
WHO = re.compile(
    rf"(?:\b{LEAD}\s++){{0,5}}(?:_(?:trait|name|place)_|\b(?:persons?|personas?|pessoas?)\b)(?:\s+(?:spoken|speakers?|speaking)\b)?"
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
    """What has to leave the text, longest first."""
    table = indicators()
    phrases = {
        one.surface
        for one in reading.of(Kind.INDICATOR)
        if one.value in table and (table[one.value].grade not in RAISES or one.detail.get("negated"))
    }
    return tuple(sorted(phrases, key=lambda phrase: (-len(phrase), phrase)))


def _without(text: str, phrases: tuple[str, ...]) -> str:
    for phrase in phrases:
        text = _pattern(phrase).sub(_drop, text)
    return " ".join(WHO.sub(" ", " ".join(SIGNS.sub(" ", text).split())).split())


def _drop(match: re.Match[str]) -> str:
    """Nothing in place of a phrase; a run of masks alone is no phrase and stays."""
    return match[0] if all(re.fullmatch(MASK, word) for word in match[0].split()) else " "


@lru_cache(maxsize=10_000)
def _pattern(phrase: str) -> re.Pattern[str]:
    """The phrase as it stands in masked text: folded, and any of its words may have become a mask."""
    words = fold(phrase).text.split() or [phrase]
    return re.compile(r"(?<!\w)" + r"\s+".join(f"(?:{re.escape(word)}|{MASK})" for word in words) + r"(?!\w)")

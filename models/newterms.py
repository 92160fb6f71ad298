"""New words near known indicators: what people have begun to write where lexicons already find something, with its impact.

A word is new where the last week's ads use it far more often than those before, beyond chance. It is proposed with the
indicator it stands beside and with what adopting it would do on the stored ads: how many would gain the indicator, in how
many groups, and how many groups would become leads. A proposal changes nothing: a phrase enters a lexicon by a person's hand.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import log, sqrt

import numpy as np
from numpy.typing import NDArray

from models import scorecard
from models.drift import BEFORE, WINDOW
from models.features import NAMES, find, matrix
from models.indicators import RAISES, indicators
from models.learnable import cleared
from models.views import GroupView
from nlp.records import Kind, Reading
from nlp.text.fold import fold

NEAR = 6  # words on each side of an indicator's words
FEWEST = 5  # ads of the window that use it
TIMES = 3  # as large a share of the ads as before, at least
SURE = 4.0  # standard deviations of the log odds
WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True, slots=True)
class NewTerm:
    """A word, the indicator it most often stands beside, and what adopting it for that indicator would add."""

    term: str
    indicator: str
    surprise: float  # standard deviations by which its log odds rose
    ads_now: int  # of the window
    ads_before: int
    gaining_ads: int  # stored ads that would show the indicator and do not yet
    gaining_groups: int
    new_leads: int  # groups that would become leads


def new_terms(views: Sequence[GroupView], at: datetime, limit: int = 20) -> list[NewTerm]:
    """The most surprising new words near indicators that may raise a value, at most `limit`."""
    texts = [
        (view.moment(ad_id), view.readings[ad_id], set(WORD.findall(cleared(view.readings[ad_id]))))
        for view in views
        for ad_id in view.ad_ids
    ]
    late = [words for moment, _, words in texts if moment is not None and at - WINDOW < moment <= at]
    early = [
        words for moment, _, words in texts if moment is not None and at - WINDOW - BEFORE <= moment <= at - WINDOW
    ]
    now, before = Counter(_all(late)), Counter(_all(early))
    beside: dict[str, Counter[str]] = defaultdict(Counter)
    for moment, reading, words in texts:
        if moment is not None and at - WINDOW < moment <= at:
            for name, word in _beside(reading):
                if word in words:
                    beside[word][name] += 1
    found = []
    for term, names in beside.items():
        sure = _surprise(now[term], len(late), before[term], len(early))
        often = now[term] * max(1, len(early)) >= TIMES * before[term] * len(late)
        if now[term] >= FEWEST and often and sure >= SURE:
            found.append((sure, term, min(names, key=lambda name: (-names[name], name))))
    chosen = sorted(found, key=lambda one: (-one[0], one[1]))[:limit]
    strengths = matrix(find(view) for view in views) if chosen else np.zeros((0, len(NAMES)))
    return [
        NewTerm(term, name, round(sure, 2), now[term], before[term], *_impact(views, strengths, term, name))
        for sure, term, name in chosen
    ]


def _impact(views: Sequence[GroupView], strengths: NDArray[np.float64], term: str, name: str) -> tuple[int, int, int]:
    """Ads and groups that would gain the indicator, and groups that would become leads."""
    after = strengths.copy()
    ads = groups = 0
    for row, view in enumerate(views):
        has = {ad_id for ad_id, _ in view.indicator(name)}
        gained = {one for one in view.ad_ids if one not in has and term in WORD.findall(cleared(view.readings[one]))}
        if gained:
            ads, groups = ads + len(gained), groups + 1
            after[row, NAMES.index(name)] = sqrt(len(gained | has) / len(view.ad_ids))
    return ads, groups, int((scorecard.leads(after) & ~scorecard.leads(strengths)).sum())


def _beside(reading: Reading) -> set[tuple[str, str]]:
    """Each word within NEAR words of an indicator's words that is none of these, with the indicator."""
    words = WORD.findall(cleared(reading))
    found: set[tuple[str, str]] = set()
    for one in reading.of(Kind.INDICATOR):
        if one.detail.get("negated") or one.value not in indicators() or indicators()[one.value].grade not in RAISES:
            continue
        said = WORD.findall(fold(one.surface).text)
        for start in range(len(words) - len(said) + 1) if said else ():
            if words[start : start + len(said)] == said:
                near = (*words[max(0, start - NEAR) : start], *words[start + len(said) : start + len(said) + NEAR])
                found |= {(one.value, word) for word in near if word not in said}
    return found


def _surprise(now: int, ads_now: int, before: int, ads_before: int) -> float:
    """The rise of the log odds of a word, in standard deviations, half an ad added to each count."""
    a, b = now + 0.5, ads_now - now + 0.5
    c, d = before + 0.5, ads_before - before + 0.5
    return (log(a / b) - log(c / d)) / sqrt(1 / a + 1 / b + 1 / c + 1 / d)


def _all(texts: Iterable[set[str]]) -> Iterable[str]:
    return (word for words in texts for word in words)

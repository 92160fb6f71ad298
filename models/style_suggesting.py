"""Comparing posters by style: who is like whom, and how often strangers are.

A poster is compared with many, so a rate that is low for one pair says little. A pair is suggested when, of all the posters
one of the two was compared with, fewer than CHANCE would look as alike by chance: in a town that is a rate of 1 in some
thousands, in a whole language one that only a large archive can measure.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.style import Style
from models.style_pairs import candidates
from models.style_posters import Poster
from models.style_rows import Suggestion

# Of a hundred posters who are nobody else, about one is wrongly suggested in its towns, and one elsewhere.
CHANCE = 0.01
RATE = 1e-3  # never more, however few were compared


@dataclass(frozen=True, slots=True)
class Made:
    """What comparing a workspace's posters came to, the surest suggestions first."""

    posters: int
    suggestions: tuple[Suggestion, ...]

    @property
    def sentence(self) -> str:
        """With what chance alone may give: each pair has two posters."""
        return (
            f"{len(self.suggestions):,} suggestions among {self.posters:,} posters; "
            f"up to {self.posters * CHANCE:,.0f} would be expected if all were strangers"
        )


def suggest(style: Style, posters: Sequence[Poster]) -> Made:
    """Compare the posters with those most alike, and keep the pairs that chance hardly gives."""
    views = style.scale.see([one.texts for one in posters])
    found = candidates(posters, views, style.pulls())
    scores = style.scores(views, found.pairs)
    rates = style.measured.rates(scores)
    made: list[Suggestion] = []
    for at in np.flatnonzero((rates <= RATE) & (rates * np.array(found.among) <= CHANCE)).tolist():
        left, right = sorted(posters[row].group_id for row in found.pairs[at].tolist())
        score, rate, by = float(scores[at]), float(rates[at]), f"style {style.digest[:12]}"
        made.append(Suggestion(left, right, found.kinds[at].value, score, rate, found.among[at], by))
    return Made(len(posters), tuple(sorted(made, key=_surest_first)))


def _surest_first(one: Suggestion) -> tuple[float, float, str, str]:
    return one.rate, -one.value, one.left, one.right

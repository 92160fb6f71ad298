"""Comparing posters by style: who is like whom, and how often strangers are."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.style import Floats, Seen, Style
from models.style_pairs import Pairs, candidates, kinds
from models.style_posters import Poster
from models.style_rows import Suggestion
from models.style_training import RATE

SCORED = 20_000  # pairs scored at once


@dataclass(frozen=True, slots=True)
class Made:
    """What comparing a workspace's posters came to, the surest suggestions first."""

    posters: int
    compared: int
    suggestions: tuple[Suggestion, ...]

    @property
    def sentence(self) -> str:
        """With what chance alone would give."""
        return (
            f"{len(self.suggestions):,} suggestions among {self.compared:,} pairs of {self.posters:,} posters; "
            f"if all were strangers, about {self.compared * RATE:,.0f} would be expected"
        )


def suggest(style: Style, posters: Sequence[Poster]) -> Made:
    """Compare the posters with those most alike, and keep the pairs that at most RATE of strangers' pairs match."""
    views = style.scale.see([one.texts for one in posters])
    pairs = candidates(posters, views, style.pulls())
    found: list[Suggestion] = []
    for start in range(0, len(pairs), SCORED):
        part = pairs[start : start + SCORED]
        for kind, score, (one, other) in zip(
            kinds(posters, part), _scores(style, views, part), part.tolist(), strict=True
        ):
            rate = style.measured[str(kind)].rate(float(score))
            if rate <= RATE:
                left, right = sorted((posters[one].group_id, posters[other].group_id))
                found.append(Suggestion(left, right, str(kind), float(score), rate, f"style {style.digest[:12]}"))
    return Made(len(posters), len(pairs), tuple(sorted(found, key=_surest_first)))


def _scores(style: Style, views: Seen, pairs: Pairs) -> Floats:
    return style.chance(style.scale.alike(views.take(pairs[:, 0]), views.take(pairs[:, 1])))


def _surest_first(one: Suggestion) -> tuple[float, float, str, str]:
    return one.rate, -one.value, one.left, one.right

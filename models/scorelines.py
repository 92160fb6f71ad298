"""Priorities as the `score` command writes them."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from models.priority import Model, prioritise
from models.views import GroupView
from store.spread import HERE, Spread

PORTION = 500


def lines(views: Sequence[GroupView], model: Model | None = None, spread: Spread = HERE) -> Iterator[dict[str, Any]]:
    """One object per group, in the order given."""
    parts = (views[start : start + PORTION] for start in range(0, len(views), PORTION))
    for made in spread.map(partial(_lines, model=model), parts):
        yield from made


def _lines(part: Sequence[GroupView], model: Model | None) -> list[dict[str, Any]]:
    return [
        {
            "group_id": priority.group_id,
            "ad_ids": list(view.group.ad_ids),
            "value": priority.value,
            "band": priority.band.value,
            "route": priority.route.value,
            "lane": priority.lane.value,
            "abstained": priority.abstained,
            "evidence": [piece.as_json() for piece in priority.evidence],
            "model": priority.model,
        }
        for view, priority in zip(part, prioritise(part, model), strict=True)
    ]

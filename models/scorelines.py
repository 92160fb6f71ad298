"""Priorities as the `score` command writes them."""

from collections.abc import Iterator, Sequence
from typing import Any

from models.priority import Model, prioritise
from models.views import GroupView

PORTION = 500


def lines(views: Sequence[GroupView], model: Model | None = None) -> Iterator[dict[str, Any]]:
    """One object per group, in the order given."""
    for start in range(0, len(views), PORTION):
        part = views[start : start + PORTION]
        for view, priority in zip(part, prioritise(part, model), strict=True):
            yield {
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

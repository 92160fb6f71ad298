"""Everything that is measured of a model, and its card: what `sidelight evaluate` and the notebooks call."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from models import bias, cards, folders, leftout, redteam, retraining
from models.cases import cases
from models.labels import Label
from models.splits import held_out
from models.views import GroupView


def measure(
    views: Sequence[GroupView],
    labels: Sequence[Label],
    folder: Path,
    *,
    pipeline: str,
    capacity: int,
    quick: bool = False,
    seed: int = 0,
) -> Mapping[str, Any]:
    """Measure the model in `folder` on the labelled groups it has not seen; figures and card are written into it.

    `capacity` is how many groups the team's queue holds. `quick` leaves out what trains or reads anew: sites and periods
    left out, disguised ads, swapped words.
    """
    labelled = cases(views, labels)
    figures = dict(retraining.evaluate(labelled, folder, pipeline=pipeline, capacity=capacity))
    if not quick:
        model = folders.load(folder, pipeline)
        held = labelled.take(held_out(labelled, folders.read_seen(folder)))
        figures["left_out"] = leftout.left_out(labelled, pipeline=pipeline, seed=seed)
        figures["disguised"] = redteam.measure(views, labels, held, model, seed)
        figures["bias"] = bias.check(views, model, seed=seed).as_json()
        draft = folder / f".{folders.METRICS}.partial"
        draft.write_bytes(orjson.dumps(figures, option=orjson.OPT_INDENT_2))
        draft.replace(folder / folders.METRICS)
    cards.write(folder)
    return figures

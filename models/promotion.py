"""Putting a model in force, and taking it out again. Every promotion is a row, and a line in the audit log."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import insert

from models import cards, folders
from models.inforce import SCORECARD
from models.tables import promotions
from store import audit
from store.errors import SidelightError
from store.schema import now
from store.workspace import Workspace

# How much worse than the scorecard a model may be at the lower end of the interval.
WORST = -0.02


class PromotionError(SidelightError):
    """A model may not be put in force; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Promotion:
    """What was put in force by whom and why."""

    model: str
    who: str
    why: str


def promote(
    workspace: Workspace,
    name: str,
    *,
    why: str,
    pipeline: str,
    rehearsal: bool = False,
    via: audit.Via = audit.Via.COMMAND,
) -> Promotion:
    """Put `name` in force from the next scoring on; "scorecard" rolls back. Raises PromotionError or ModelError.

    A model trained on the rehearsal market is refused unless `rehearsal` says that this workspace is one.
    """
    if name != SCORECARD:
        check(folders.place(workspace.trained, name), pipeline=pipeline, rehearsal=rehearsal)
    who = audit.operator()
    with workspace.begin() as connection:
        act = audit.Act(who, via, "promote", "model", name, reason=why, facts={"rehearsal": rehearsal})
        audit.append(workspace, act, connection)
        connection.execute(insert(promotions).values(model=name, at=now(), who=who, why=why))
    return Promotion(name, who, why)


def check(folder: Path, *, pipeline: str, rehearsal: bool) -> None:
    """Raises where the model does not load, was not evaluated, has no card of today, leaks, or is worse than the scorecard."""
    model = folders.load(folder, pipeline)
    metrics = folders.read_metrics(folder)
    if metrics.get("digest") != model.digest:
        raise PromotionError(
            f"the evaluation of {folder.name!r} is of another model; run: sidelight evaluate {folder.name}"
        )
    if cards.stale(folder):
        raise PromotionError(
            f"the card of {folder.name!r} is missing or older than the model; run: sidelight card {folder.name}"
        )
    if model.rehearsal and not rehearsal:
        raise PromotionError(
            f"{folder.name!r} was trained on the rehearsal market and ranks nothing real; "
            "on a rehearsal workspace, add --rehearsal"
        )
    if metrics["near_copies_in_training"]:
        raise PromotionError(
            f"{folder.name!r} was measured on near-copies of what it learned from; evaluate it on other groups"
        )
    interval = metrics["difference"]["interval"]
    if interval is None:
        raise PromotionError(
            f"{folder.name!r} was measured on too few groups to be compared with the scorecard; label more and evaluate again"
        )
    if interval[0] < WORST:
        raise PromotionError(
            f"{folder.name!r} may be worse than the scorecard (average precision differs by {interval[0]} at the lower end "
            f"of the interval; {WORST} is allowed); keep the scorecard, or label more and train again"
        )

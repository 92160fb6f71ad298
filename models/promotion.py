"""Putting a model in force, and taking it out again. Every promotion is a row, and a line in the audit log; so is a refusal."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlalchemy import insert

from models import bias, cards, folders, inforce, seals
from models.grouping import stored_views
from models.inforce import SCORECARD
from models.tables import promotions
from models.training import Learned
from models.views import GroupView
from store import audit
from store.errors import SidelightError
from store.schema import now
from store.workspace import Workspace

# How much worse than the scorecard a model may be at the lower end of the interval.
WORST = -0.02
SWAPPED_IN = 200  # groups that the ads for the bias test are drawn from


class PromotionError(SidelightError):
    """A model may not be put in force; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Promotion:
    """What was put in force by whom and why. `undoes` is the number of the promotion that was taken back."""

    model: str
    who: str
    why: str
    undoes: int | None = None


def promote(
    workspace: Workspace,
    name: str,
    *,
    why: str,
    pipeline: str,
    rehearsal: bool = False,
    via: audit.Via = audit.Via.COMMAND,
) -> Promotion:
    """Put `name` in force from the next scoring on, or "scorecard". Raises PromotionError or ModelError.

    A model trained on the rehearsal market is refused unless `rehearsal` says that this workspace is one.
    """
    digest = None
    if name != SCORECARD:
        try:
            digest = check(workspace, folders.place(workspace.trained, name), pipeline=pipeline, rehearsal=rehearsal)
        except SidelightError as problem:
            refused = audit.Act(
                audit.operator(), via, "promotion refused", "model", name, words=str(problem), reason=why or None
            )
            audit.append(workspace, refused)
            raise
    return _record(workspace, name, why, via, digest, None, {"rehearsal": rehearsal})


def back(workspace: Workspace, *, why: str, pipeline: str, via: audit.Via = audit.Via.COMMAND) -> Promotion:
    """Take back the newest promotion that stands: what was in force before it is in force again.

    Raises PromotionError where there is none, and ModelError where the model before it no longer loads.
    """
    with workspace.read() as connection:
        standing = inforce.standing_promotions(connection)
    if not standing:
        raise PromotionError("nothing was promoted that could be taken back: the scorecard is in force")
    newest = standing[-1]
    before = standing[-2] if len(standing) > 1 else None
    name, digest = (before.model, before.digest) if before else (SCORECARD, None)
    if name != SCORECARD:
        seals.load(workspace, name, pipeline, digest)
    return _record(workspace, name, why, via, digest, newest.promotion_id, {"from": newest.model})


def _record(
    workspace: Workspace,
    name: str,
    why: str,
    via: audit.Via,
    digest: str | None,
    undoes: int | None,
    facts: dict[str, audit.Fact],
) -> Promotion:
    who, action = audit.operator(), "promote" if undoes is None else "roll back"
    with workspace.begin() as connection:
        act = audit.Act(who, via, action, "model", name, reason=why, facts={**facts, "digest": digest})
        audit.append(workspace, act, connection)
        connection.execute(
            insert(promotions).values(model=name, at=now(), who=who, why=why, digest=digest, undoes=undoes)
        )
    return Promotion(name, who, why, undoes)


def check(workspace: Workspace, folder: Path, *, pipeline: str, rehearsal: bool) -> str:
    """The digest of a model that may be put in force. Raises where it is not as it was sealed, does not load, was not
    evaluated, has no card of today, leaks, tells people's groups apart, or is worse than the scorecard."""
    seals.verify(workspace, folder, but=seals.MEASURED)
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
    seals.verify(workspace, folder)
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
    blind(model, list(islice(stored_views(workspace), SWAPPED_IN)))
    return model.digest


def blind(model: Learned, views: Sequence[GroupView]) -> None:
    """Raises PromotionError where words about who somebody is, or harmless wording, move the model's values."""
    if failed := bias.check(views, model).failed:
        raise PromotionError(f"{model.name!r} fails the bias test: {failed}; mask the words, then train again")

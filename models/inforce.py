"""Which model is in force: the newest promotion says; the scorecard where there is none, where it cannot be loaded, or where
what comes in has drifted away from what it was measured on."""

import logging
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from models import indicators, scorecard
from models.priority import Model, Published
from models.tables import drift_checks, promotions
from store.workspace import Workspace

log = logging.getLogger(__name__)

SCORECARD = scorecard.NAME
# Raised when features, gate, routes or bands change, so that every group is scored again.
CODE = "2"


@dataclass(frozen=True, slots=True)
class Standing:
    """The model in force, the version its scores carry in the stage's books, and why it is not the promoted one."""

    model: Model
    version: str
    fallen_back: str | None = None


def promoted(connection: Connection) -> str:
    """The name that was promoted last."""
    return _newest(connection)[0]


def standing_promotions(connection: Connection) -> list[Row[Any]]:
    """The promotions that nobody took back, oldest first."""
    standing: dict[int, Row[Any]] = {}
    for row in connection.execute(select(promotions).order_by(promotions.c.promotion_id)):
        if row.undoes is None:
            standing[row.promotion_id] = row
        else:
            standing.pop(row.undoes, None)
    return list(standing.values())


def _newest(connection: Connection) -> tuple[str, str | None]:
    row = connection.execute(select(promotions).order_by(promotions.c.promotion_id.desc()).limit(1)).one_or_none()
    return (row.model, row.digest) if row else (SCORECARD, None)


def standing(workspace: Workspace) -> Standing:
    """The model in force. A promoted model that cannot be loaded leaves a usable queue: the scorecard ranks it."""
    with workspace.read() as connection:
        name, digest = _newest(connection)
    if name == SCORECARD:
        return Standing(Published(), _version(Published().label))
    if drifted := _drifted(workspace):
        log.warning("the scorecard ranks in place of %r: %s", name, drifted)
        return Standing(Published(), _version(Published().label), drifted)
    # Only a trained model needs what builds it, which takes seconds to import.
    from models import folders, seals
    from nlp.pipeline import version

    try:
        model = seals.load(workspace, name, version(), digest)
    except folders.ModelError as problem:
        log.warning("the scorecard ranks in place of %r: %s", name, problem)
        return Standing(Published(), _version(Published().label), str(problem))
    return Standing(model, _version(f"{model.label} {model.digest}"))


def _drifted(workspace: Workspace) -> str | None:
    """What the newest check for drift says, where it alarms and nobody promoted a model after it."""
    with workspace.read() as connection:
        check = connection.execute(select(drift_checks).order_by(drift_checks.c.check_id.desc()).limit(1)).one_or_none()
        since = connection.execute(select(promotions.c.at).order_by(promotions.c.promotion_id.desc()).limit(1)).scalar()
    if check is None or not check.alarm or (since is not None and since > check.made_at):
        return None
    return f"what comes in has drifted: {check.figures['why']}"


def _version(label: str) -> str:
    return f"{CODE} {label} {indicators.digest()}"

"""Models: which ranks, how each did, what drifted, what was promoted and why. Figures and folders; nothing of a person's."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from sqlalchemy import Connection, func, select

from casework.policy import Action
from console.desk import Desk, NotFoundError, at
from console.reliability import reliability
from models import inforce
from models.cardtables import COLUMNS, ROWS, cell
from models.tables import drift_checks, priorities, promotions

router = APIRouter()
CHECKS, PROMOTIONS, MEASURES = 30, 20, 15


@dataclass(frozen=True, slots=True)
class Shelved:
    """A model's folder: its manifest, and its figures where it was measured; else what is wrong with it."""

    name: str
    manifest: Any
    metrics: dict[str, Any] | None
    problem: str | None
    card: str = ""


@router.get("/models")
def show_all(desk: Annotated[Desk, Depends(at(Action.MODELS))]) -> Response:
    """All of them, with what is in force and the checks for drift."""
    with desk.workspace.read() as connection:
        name = inforce.promoted(connection)
        ranks = connection.execute(
            select(priorities.c.model, func.count()).group_by(priorities.c.model).order_by(func.count().desc())
        ).all()
        made = connection.execute(select(promotions).order_by(promotions.c.promotion_id.desc()).limit(PROMOTIONS)).all()
        checks = _checks(connection)
    folders = sorted(one for one in desk.workspace.trained.glob("*") if one.is_dir() and not one.name.startswith("."))
    return desk.page(
        "models.html",
        promoted=name,
        ranks=ranks,
        promotions=made,
        models=[_shelved(one) for one in folders],
        checks=checks,
        measures=sorted(checks[0].figures.get("measures", ()), key=lambda one: -one["psi"])[:MEASURES]
        if checks
        else [],
        cell=cell,
    )


@router.get("/model")
def show(desk: Annotated[Desk, Depends(at(Action.MODELS))], name: str) -> Response:
    """One model's figures and card, beside the scorecard's."""
    from models import folders

    try:
        folder = folders.place(desk.workspace.trained, name)
    except folders.ModelError:
        folder = None
    if folder is None or not folder.is_dir():
        raise NotFoundError(f"there is no model {name!r}; sidelight train makes one")
    one = _shelved(folder)
    with desk.workspace.read() as connection:
        promoted = inforce.promoted(connection)
    points = (one.metrics or {}).get("model", {}).get("reliability") or []
    return desk.page(
        "model.html",
        one=one,
        promoted=promoted,
        rows=[(title, [cell((one.metrics or {})[column].get(key)) for column in COLUMNS]) for title, key in ROWS]
        if one.metrics
        else [],
        columns=COLUMNS,
        plot=reliability(points),
        points=points,
        slices=_slices(one.metrics or {}),
        cell=cell,
    )


def _checks(connection: Connection) -> list[Any]:
    return list(connection.execute(select(drift_checks).order_by(drift_checks.c.check_id.desc()).limit(CHECKS)))


def _shelved(folder: Path) -> Shelved:
    """What a folder says of itself. The model in it is not opened: that takes its seal, and seconds."""
    from models import folders  # what builds models takes seconds to import, and most pages need none

    manifest = metrics = problem = None
    try:
        manifest = folders.read_manifest(folder)
        metrics = folders.read_metrics(folder)
        if not all(column in metrics for column in COLUMNS):
            metrics, problem = None, f"its figures are of an earlier kind; run: sidelight evaluate {folder.name}"
    except folders.ModelError as found:
        problem = str(found)
    path = folder / folders.CARD
    return Shelved(
        folder.name, manifest, metrics, problem, path.read_text("utf-8", "replace") if path.is_file() else ""
    )


def _slices(metrics: dict[str, Any]) -> list[tuple[str, int, int, str]]:
    return [
        (name, one["n"], one["positives"], cell(one["average_precision"]))
        for name, one in metrics.get("slices", {}).items()
    ]

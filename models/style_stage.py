"""The style stage: where any group changed, suggestions are made anew for all. They reach no link, group, score or queue.

What is alike is alike to somebody: one new group can displace the nearest of many, so the whole is done again. Without a
trained model there is nothing to suggest.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from linker.tables import groups
from models.style_rows import replace_suggestions
from store import pending
from store.tables import pending as waiting
from store.tables import stage_versions
from store.workspace import Workspace

if TYPE_CHECKING:
    from models.style_folder import StyleManifest
    from models.style_suggesting import Made

log = logging.getLogger(__name__)
STAGE = "style"
FOLDER = "style"  # of the trained models
# Raise when the same model and archive give other suggestions.
VERSION = "1"
ALL = 1 << 31


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the stage did, in words, and the suggestions where any were made."""

    said: str
    made: "Made | None" = None


def run(workspace: Workspace, progress: Callable[[int], None] | None = None) -> Outcome:
    """Make suggestions anew if any group changed since, or another model was trained."""
    if not (workspace.trained / FOLDER).exists():
        return _nothing(workspace, "no style model is trained")
    # What trains and loads a model takes seconds to import.
    from models.folders import ModelError
    from models.style_folder import load
    from models.style_posters import posters
    from models.style_suggesting import suggest
    from nlp.pipeline import version

    try:
        style = load(workspace.trained, version())
    except ModelError as problem:
        log.warning("no suggestions of style: %s", problem)
        return _nothing(workspace, str(problem))
    if style is None:
        return _nothing(workspace, "no style model is trained")
    with workspace.begin() as connection:
        pending.adopt(connection, STAGE, f"{VERSION} {style.digest}", select(groups.c.group_id))
        taken = pending.take(connection, STAGE, ALL)
    if not taken:
        return Outcome("nothing changed")
    with workspace.read() as connection:
        made = suggest(style, list(posters(connection)))
    with workspace.begin() as connection:
        replace_suggestions(connection, made.suggestions)
        pending.done(connection, STAGE, taken)
    if progress:
        progress(made.posters)
    return Outcome(made.sentence, made)


def train(workspace: Workspace, seed: int = 0) -> "StyleManifest":
    """Train on the workspace's own hard links and put the model in place of an earlier one. Raises TrainingError."""
    from models.style_folder import save
    from models.style_posters import posters
    from models.style_training import train as fit
    from nlp.pipeline import version

    with workspace.read() as connection:
        found = list(posters(connection))
    style, figures = fit(found, seed)
    return save(workspace.trained, style, pipeline=version(), seed=seed, figures=figures)


def _nothing(workspace: Workspace, why: str) -> Outcome:
    with workspace.begin() as connection:
        connection.execute(delete(waiting).where(waiting.c.stage == STAGE))
        connection.execute(delete(stage_versions).where(stage_versions.c.stage == STAGE))
        replace_suggestions(connection, ())
    return Outcome(why)

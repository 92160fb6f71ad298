"""Commands as they are typed, in this process: what one says, and the sentence with which another is refused."""

from typing import Any

import orjson
from click.testing import Result
from typer.testing import CliRunner

from casework.cli import app
from store.errors import SidelightError
from store.workspace import Workspace


def typed(workspace: Workspace | None, *words: str, given: str = "") -> Result:
    """The command's outcome, whatever it is; without a workspace for a command that needs none."""
    where = ["--workspace", str(workspace.root)] if workspace else []
    return CliRunner().invoke(app, [*words, *where], input=given)


def said(workspace: Workspace | None, *words: str, given: str = "") -> str:
    """What a command prints that does what it was asked for."""
    done = typed(workspace, *words, given=given)
    assert done.exit_code == 0, f"{words}: {done.output} {done.exception!r}"
    return done.stdout


def lines(workspace: Workspace, *words: str) -> list[Any]:
    """The objects that the command prints as JSON Lines."""
    return [orjson.loads(line) for line in said(workspace, *words, "--json").splitlines()]


def refused(workspace: Workspace | None, *words: str) -> str:
    """The one sentence by which a command says why not."""
    problem = typed(workspace, *words).exception
    assert isinstance(problem, SidelightError), f"{words}: {problem!r}"
    return str(problem)

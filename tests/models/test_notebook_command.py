"""`sidelight notebook` opens copies that stay in the workspace, and says what is missing."""

import importlib.util
from pathlib import Path

import pytest

from models import challengers, notebooks, seals
from models.cases import Cases
from models.measuring import measure
from models.retraining import train
from nlp.pipeline import version
from store.errors import UsageError
from store.workspace import Workspace
from tests.models.conftest import labelled


def test_notebooks_are_copied_into_the_workspace_once(workspace: Workspace) -> None:
    folder = notebooks.copy(workspace)
    assert sorted(path.stem for path in folder.glob("*.ipynb")) == notebooks.names()
    changed = folder / "01_explore.ipynb"
    changed.write_text("mine", "utf-8")
    notebooks.copy(workspace)
    assert changed.read_text("utf-8") == "mine"


def test_an_unknown_notebook_is_refused_with_what_there_is(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="there are 01_explore, 02_retrain"):
        notebooks.start(workspace, "05_magic")


def test_without_jupyter_it_says_what_to_install(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebooks, "NEEDED", ("a_module_that_is_nowhere",))
    assert importlib.util.find_spec("a_module_that_is_nowhere") is None
    with pytest.raises(UsageError, match=r"sidelight\[notebooks\]"):
        notebooks.start(workspace)


def test_root_is_sent_to_another_account_before_anything_is_copied(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    with pytest.raises(UsageError, match="does not start as root; take another account"):
        notebooks.start(workspace)
    assert not (workspace.root / "notebooks").exists()


def test_a_challenger_of_a_notebook_is_sealed_and_the_newest_is_found(workspace: Workspace, corpus: Cases) -> None:
    assert challengers.newest(workspace) is None
    folder = challengers.fresh(workspace)
    train(corpus, folder, pipeline=version())
    measure(*labelled(), folder, pipeline=version(), capacity=10, quick=True)
    assert challengers.finish(workspace, folder) == (
        'to put it in force from the next scoring on: sidelight promote challenger --why "..."'
    )
    assert seals.load(workspace, "challenger", version()).name == "challenger"
    assert challengers.newest(workspace) == folder
    assert challengers.fresh(workspace).name == "challenger-2"


def test_a_challenger_of_files_is_for_looking_at(corpus: Cases) -> None:
    folder = challengers.fresh(None)
    assert "not promoted" in challengers.finish(None, folder)
    assert challengers.newest(None) is None
    assert isinstance(folder, Path)

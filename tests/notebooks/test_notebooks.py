"""Every notebook runs from top to bottom on a small market, and is kept without outputs."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from market.make import make
from models.notebooks import names

pytestmark = pytest.mark.slow

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A market with enough groups of both kinds to learn from."""
    folder = tmp_path_factory.mktemp("market")
    make(folder, seed=11, ads=450, prevalence=0.4)
    return folder


def test_the_four_notebooks_are_there() -> None:
    assert names() == ["01_explore", "02_retrain", "03_error_analysis", "04_bias_and_calibration"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_valid_and_without_outputs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert cell.id
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


def test_every_notebook_runs_from_top_to_bottom(market: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each with nothing left of the one before; all in one kernel, because what they import takes seconds."""
    monkeypatch.setenv("SIDELIGHT_NOTEBOOK_DATA", str(market))
    monkeypatch.setenv("MPLBACKEND", "agg")
    together = nbformat.v4.new_notebook()
    for path in NOTEBOOKS:
        together.cells += [*nbformat.read(path, as_version=4).cells, nbformat.v4.new_code_cell("%reset -f")]
    NotebookClient(together, timeout=240, resources={"metadata": {"path": str(tmp_path)}}).execute()
    errors = [output for cell in together.cells for output in cell.get("outputs", []) if output.output_type == "error"]
    assert errors == []
    said = "".join(output.get("text", "") for cell in together.cells for output in cell.get("outputs", []))
    assert "0 leaked groups" in said

"""docs/verdicts.md explains every reason that the code can give."""

import ast
from pathlib import Path

import pytest

from crawlers.drift import NOTICES
from crawlers.verdict import TROUBLES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/verdicts.md").read_text(encoding="utf-8")
JUDGES = ("verdict.py", "drift.py", "runs.py")


def measures(path: Path) -> set[str]:
    """The measures of findings that a file makes, as far as they are written out."""
    return {
        one.args[0].value
        for one in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(one, ast.Call)
        and getattr(one.func, "id", "") == "Finding"
        and isinstance(one.args[0], ast.Constant)
    }


@pytest.mark.parametrize("measure", sorted({*TROUBLES, *NOTICES}))
def test_what_is_counted_against_a_run_is_explained(measure: str) -> None:
    assert f"`{measure}`" in PAGE


def test_every_other_measure_is_explained() -> None:
    found = set().union(*(measures(ROOT / "crawlers" / name) for name in JUDGES))
    assert found > {"ads", "unread", "length", "manifest", "disk"}
    said = {"fill.*", "place.*", "same.*", "future", "misread", "unlisted", *found}
    assert [one for one in sorted(said) if f"`{one}`" not in PAGE] == []

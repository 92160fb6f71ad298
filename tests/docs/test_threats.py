"""Each threat in the threat model names the tests that prove its control, and these exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| threat |")]
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)(?:::(test_\w+))?`", PAGE)))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[2:42])
def test_each_threat_has_a_control_and_a_test(row: str) -> None:
    threat, control, proof = (cell.strip() for cell in row.strip("| ").split(" | "))
    assert threat
    assert control
    assert re.fullmatch(r"(?:`tests/[\w/]+\.py(?:::test_\w+)?`(?:, )?)+", proof)


@pytest.mark.parametrize(("path", "test"), NAMED)
def test_a_named_test_is_there(path: str, test: str) -> None:
    source = (ROOT / path).read_text("utf-8")
    assert f"def {test}(" in source if test else "def test_" in source

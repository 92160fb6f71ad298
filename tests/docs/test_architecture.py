"""The diagram of the house says what the imports say: the rooms in the order that the layers hold, and every room on it."""

import re
import tomllib
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
DIAGRAM = PAGE.partition("```mermaid\n")[2].partition("```")[0]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
# Layers stand in import-linter with the room that may import all others first.
LAYERS = next(one["layers"] for one in CONTRACTS if one["type"] == "layers")[::-1]
ROOMS = {path.parent.name for path in ROOT.glob("*/cli.py")} | {"store", "market"}


def test_every_room_stands_on_the_diagram_and_no_other() -> None:
    drawn = set(re.findall(r"\b([a-z]+)(?:\[\"|\[\(\")\1/", DIAGRAM))
    assert drawn == ROOMS == {*LAYERS, "market"}


def test_what_flows_on_the_diagram_flows_the_way_the_layers_allow() -> None:
    arrows = re.findall(r"^\s*([a-z]+)(?:\[\"[^\"]*\"\])?\s*-->\s*([a-z]+)", DIAGRAM, re.MULTILINE)
    between = [(left, right) for left, right in arrows if {left, right} <= set(LAYERS) - {"operations"}]
    assert between == list(pairwise(LAYERS[1:-1]))

"""docs/searching.md is true: each example can be asked, every field is shown, and the two engines agree on all of it."""

import re
import shlex
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from indexer.cli import app
from indexer.engine import open_backend
from indexer.filters import FILTERS
from indexer.parse import parse
from indexer.records import Page, Sort
from indexer.search import search as ask
from store.workspace import Workspace

PAGE = Path(__file__).parents[2] / "docs" / "searching.md"
SHOWN = re.findall(r"^\| `([^`]+)` \|", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
EXAMPLES = [one for one in SHOWN if not one.startswith("sidelight ")]
COMMANDS = [one for one in SHOWN if one.startswith("sidelight ")]


opened = cache(open_backend)


def search(workspace: Workspace, query: str, **options: Any) -> Page:
    """As the console asks: through a backend that stays open."""
    return ask(workspace, query, backend=opened(workspace), **options)


def test_the_page_has_examples_of_every_kind() -> None:
    assert len(EXAMPLES) >= 35
    shown = " ".join(EXAMPLES)
    missing = [
        name for name in FILTERS if f"{name}:" not in shown and f"`{name}:" not in PAGE.read_text(encoding="utf-8")
    ]
    assert missing == []


@pytest.mark.parametrize("example", EXAMPLES)
def test_each_example_gives_the_same_ads_on_both_engines(
    embedded_world: Workspace, elastic_world: Workspace, example: str
) -> None:
    parse(example)
    pages = [search(one, example, sort=Sort.TIME, limit=100) for one in (embedded_world, elastic_world)]
    assert [hit.ad_id for hit in pages[0].hits] == [hit.ad_id for hit in pages[1].hits]


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_of_the_page_answers(embedded_world: Workspace, tmp_path: Path, command: str) -> None:
    (tmp_path / "FILE.csv").write_text("phone\n(202) 555-0107\n")
    words = [
        str(tmp_path / word) if word == "FILE.csv" else word.replace("QUERY", "evening")
        for word in shlex.split(command)
    ]
    result = CliRunner().invoke(app, [*words[1:], "--workspace", str(embedded_world.root)], catch_exceptions=False)
    assert result.exit_code == 0
    assert result.stdout.strip()


def test_most_examples_find_something_in_the_world_they_are_tried_on(embedded_world: Workspace) -> None:
    found = [example for example in EXAMPLES if search(embedded_world, example, limit=1).total]
    assert len(found) >= 0.7 * len(EXAMPLES)

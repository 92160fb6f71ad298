"""What the README has a newcomer type finds something in what the demo makes."""

import re
from pathlib import Path

import pytest
import typer

import sidelight
from market.make import generate
from operations.demo import DAYS

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
ASKED = re.compile(r"""search 'linked:"\((\d{3})\) (\d{3})-(\d{4})"'""")
ENOUGH = 5  # ads, so that a group is worth a look


@pytest.mark.parametrize("digits", ASKED.findall(README), ids="".join)
def test_the_number_to_search_for_is_on_ads_of_the_demo(digits: tuple[str, str, str]) -> None:
    demo = typer.main.get_command(sidelight.build("demo")).commands["demo"]  # type: ignore[attr-defined]
    usual = {one.name: one.default for one in demo.params}
    entries = generate(seed=usual["seed"], ads=usual["ads"], days=DAYS)
    assert sum(f"+1{''.join(digits)}" in one.truth["phones"] for one in entries) >= ENOUGH


def test_the_readme_has_a_number_to_search_for() -> None:
    assert ASKED.search(README)

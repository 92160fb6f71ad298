"""The fast suite is what is not marked slow; it has something to say of every room."""

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"])


def _rooms(items: list[pytest.Item]) -> set[str]:
    return {item.path.relative_to(ROOT).parts[1] for item in items} & ROOMS


def test_every_room_has_tests() -> None:
    assert {room for room in ROOMS if list((ROOT / "tests" / room).glob("test_*.py"))} == ROOMS


def test_no_room_has_slow_tests_only(request: pytest.FixtureRequest) -> None:
    items = request.session.items  # of a run of everything, each room's; of a narrower one, those it asked for
    assert _rooms(items) == _rooms([item for item in items if not item.get_closest_marker("slow")])

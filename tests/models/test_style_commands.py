"""Suggestions of style on the command line: of all groups, of one, and where there are none."""

import json

import pytest
from typer.testing import CliRunner, Result

from linker.tables import group_members, groups
from models.cli import app
from models.style_rows import Suggestion, replace_suggestions
from store.errors import SidelightError, UsageError
from store.schema import now
from store.workspace import Workspace


def run(workspace: Workspace, *words: str) -> Result:
    return CliRunner().invoke(app, ["style", *words, "--workspace", str(workspace.root)])


@pytest.fixture
def alike(workspace: Workspace) -> Workspace:
    """Three groups of an ad each; the first may be of one poster with either of the others."""
    moment = now()
    with workspace.begin() as connection:
        for name in ("g1", "g2", "g3"):
            row = {"group_id": name, "ads": 1, "itinerary": [], "templates": []}
            connection.execute(groups.insert().values(**row, first_seen=moment, last_seen=moment))
            connection.execute(group_members.insert().values(ad_id=f"s:{name}", group_id=name))
        replace_suggestions(
            connection,
            [
                Suggestion("g1", "g2", "posters in its towns", 0.95, 0.0001, 2000, "style 1"),
                Suggestion("g1", "g3", "posters elsewhere", 0.9, 0.001, 500, "style 1"),
            ],
        )
    return workspace


def test_each_suggestion_says_how_often_strangers_look_as_alike(alike: Workspace) -> None:
    first, second = run(alike, "suggest").stdout.splitlines()
    assert first == (
        "g1 and g2  1 in 10,000 pairs of different posters looks this alike; it was compared with 2,000 posters in its "
        "towns, of whom 0.2 would by chance"
    )
    assert second.startswith("g1 and g3  1 in 1,000 pairs")
    assert run(alike, "suggest", "--limit", "1").stdout.splitlines() == [first]


@pytest.mark.parametrize("name", ["g2", "s:g2"])
def test_of_a_group_or_one_of_its_ads_only_the_other_is_named(name: str, alike: Workspace) -> None:
    (line,) = run(alike, "suggest", name).stdout.splitlines()
    assert line.startswith("g1  1 in 10,000 pairs")
    assert json.loads(run(alike, "suggest", name, "--json").stdout)["group_id"] == "g1"


def test_without_suggestions_it_is_said_how_they_are_made(workspace: Workspace) -> None:
    done = run(workspace, "suggest")
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == "no suggestion stands; sidelight style train, then sidelight process, makes them\n"
    assert run(workspace, "suggest", "--json").stdout == ""
    assert isinstance(run(workspace, "suggest", "gone").exception, UsageError)


def test_too_few_posters_to_learn_from_is_one_sentence(alike: Workspace) -> None:
    problem = run(alike, "train").exception
    assert isinstance(problem, SidelightError), problem

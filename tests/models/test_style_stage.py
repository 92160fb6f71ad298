"""Suggestions of style in a workspace: made from what is stored, shown apart, and reaching nothing else."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, select
from typer.testing import CliRunner, Result

from indexer.dossier import of_group
from linker import stage as link_stage
from linker.judgements import Verdict, judge
from linker.stored import group_ids_of, members_of
from linker.tables import group_members, groups, links
from models import style_stage
from models.cli import app
from models.style_rows import suggestions
from models.tables import style_suggestions
from nlp import pipeline
from store import pending
from store.errors import SidelightError
from store.settings import Settings
from store.tables import audit_events
from store.workspace import Workspace, open_workspace
from tests.linker.conftest import Posted, posted, putter
from tests.models.style_authors import Author

AUTHORS, TWICE = 400, 40  # of the first TWICE authors there are two groups, with nothing in common but style


def written(author: int, number: int) -> list[Posted]:
    """A group of two ads by one phone."""
    phone = f"+1{201 + 2 * number + author // 100}555{100 + author % 100:04}"
    return [
        posted(
            f"{author}-{number}-{turn}",
            text=Author(f"author {author}").text(10 * number + turn),
            phone=phone,
            place=str(author % 6 + 1),
        )
        for turn in range(2)
    ]


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with linked ads and a style model trained on it."""
    root = tmp_path_factory.mktemp("grown") / "workspace"
    workspace = open_workspace(root, Settings())
    ads = [ad for author in range(AUTHORS) for ad in written(author, 0)]
    ads += [ad for author in range(TWICE) for ad in written(author, 5)]
    putter(workspace)(ads)
    link_stage.run(workspace)
    style_stage.train(workspace)
    workspace.close()
    return root


@pytest.fixture
def office(grown: Path, tmp_path: Path) -> Iterator[Workspace]:
    """A copy for one test."""
    shutil.copytree(grown, tmp_path / "office")
    workspace = open_workspace(tmp_path / "office", Settings())
    yield workspace
    workspace.close()


def everything(connection: Connection) -> list[object]:
    """Groups, members and links as they stand."""
    return [connection.execute(select(table)).all() for table in (groups, group_members, links)]


def run(workspace: Workspace, *words: str) -> Result:
    return CliRunner().invoke(app, ["style", *words, "--workspace", str(workspace.root)], catch_exceptions=False)


def pair(connection: Connection, author: int) -> tuple[str, str]:
    """The two groups of an author."""
    owner = group_ids_of(connection, [f"harbor:{author}-0-0", f"harbor:{author}-5-0"])
    one, other = sorted(owner.values())
    return one, other


@pytest.mark.slow
def test_suggestions_are_made_stored_and_join_nothing(office: Workspace) -> None:
    with office.read() as connection:
        before = everything(connection)
    outcome = style_stage.run(office)
    assert outcome.made is not None
    assert "would be expected" in outcome.said
    with office.read() as connection:
        assert everything(connection) == before
        assert pending.count(connection, "style") == 0
        found = {(one.left, one.right) for one in suggestions(connection, limit=1_000)}
        right = found & {pair(connection, author) for author in range(TWICE)}
        assert len(right) >= TWICE // 2
        one, other = sorted(right)[0]
        assert connection.execute(select(links.c.left).where(links.c.reason == "style")).first() is None
        shown = of_group(connection, one)["style"]
        assert other in {line["group_id"] for line in shown}
        assert all("pairs of different posters" in line["sentence"] for line in shown)
    assert style_stage.run(office).said == "nothing changed"


@pytest.mark.slow
def test_not_the_same_by_a_person_is_honoured_at_once(office: Workspace) -> None:
    style_stage.run(office)
    with office.begin() as connection:
        (first, *_) = suggestions(connection)
        owner = {row.group_id: row.ad_id for row in connection.execute(select(group_members))}
        judge(connection, owner[first.left], owner[first.right], Verdict.NOT_SAME, "ana", "met both")
        assert first not in suggestions(connection, limit=1_000)
        assert first not in suggestions(connection, first.left)


@pytest.mark.slow
def test_a_changed_group_has_all_suggestions_made_anew_and_none_of_a_group_that_is_gone_stands(
    office: Workspace,
) -> None:
    style_stage.run(office)
    with office.begin() as connection:
        (first, *_) = suggestions(connection)
        owner = {row.group_id: row.ad_id for row in connection.execute(select(group_members))}
        judge(connection, owner[first.left], owner[first.right], Verdict.SAME, "ana", "one person")
    link_stage.run(office)
    with office.read() as connection:
        assert first not in suggestions(connection, limit=1_000)
        assert pending.count(connection, "style") > 0
    assert style_stage.run(office).made is not None


@pytest.mark.slow
def test_without_a_model_or_with_one_of_another_reading_nothing_is_suggested(
    office: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    style_stage.run(office)
    monkeypatch.setattr(pipeline, "version", lambda: "another")
    assert "another reading pipeline" in style_stage.run(office).said
    with office.read() as connection:
        assert connection.execute(select(style_suggestions)).all() == []
    monkeypatch.undo()
    assert style_stage.run(office).made is not None
    shutil.rmtree(office.trained / "style")
    assert style_stage.run(office).said == "no style model is trained"
    with office.read() as connection:
        assert suggestions(connection) == []
        assert pending.count(connection, "style") == 0


@pytest.mark.slow
def test_commands_train_suggest_and_record_who_looked(office: Workspace) -> None:
    told = run(office, "train")
    assert "1 in   1,000: " in told.output
    assert json.loads(run(office, "train", "--json").output)["auc"]["value"] > 0.9
    style_stage.run(office)
    lines = [json.loads(line) for line in run(office, "suggest", "--json", "--limit", "7").output.splitlines()]
    assert len(lines) == 7
    assert set(lines[0]) == {"left", "right", "kind", "value", "false_positive_rate", "compared", "model"}
    assert all(line["false_positive_rate"] <= 1e-3 for line in lines)
    with office.read() as connection:
        ad_id = members_of(connection, [lines[0]["left"]])[lines[0]["left"]][0]
    for name in (lines[0]["left"], ad_id):
        (about, *_) = [json.loads(line) for line in run(office, "suggest", name, "--json").output.splitlines()]
        assert about["group_id"] == lines[0]["right"]
    with office.read() as connection:
        actions = connection.execute(select(audit_events.c.action)).scalars().all()
    assert actions == ["learn", "learn", "style", "style", "style"]
    with pytest.raises(SidelightError, match="neither a group nor a linked ad"):
        run(office, "suggest", "nobody")

"""`sidelight search`, `show`, `group` and `index`, as programs and people call them."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, select
from typer.testing import CliRunner, Result

from crawlers.records import Ad, Origin
from crawlers.stored import record_sighting
from indexer import stage
from indexer.cli import app
from indexer.lookups import PurposeError
from indexer.query import QueryError
from models.records import Band, Direction, Evidence, Lane, Priority, Route
from models.stored import save_priorities
from nlp.tables import readings
from store import approvals, audit, keys
from store.errors import UsageError
from store.settings import Settings
from store.tables import audit_events
from store.workspace import Workspace, open_workspace

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def small(
    tmp_path_factory: pytest.TempPathFactory, make_world: Callable[[Workspace, int], None]
) -> Iterator[Workspace]:
    """Thirty ads, indexed."""
    workspace = open_workspace(tmp_path_factory.mktemp("commands") / "workspace", Settings())
    make_world(workspace, 30)
    stage.run(workspace)
    yield workspace
    workspace.close()


@pytest.fixture
def run(small: Workspace) -> Run:
    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(app, [*arguments, "--workspace", str(small.root)], catch_exceptions=False)

    return invoke


def test_search_writes_one_object_per_hit_and_the_next_page_goes_on(run: Run) -> None:
    first = run("search", "evening OR -evening", "--json", "--limit", "20", "--sort", "time")
    lines = [json.loads(line) for line in first.stdout.splitlines()]
    assert len(lines) == 20
    assert set(lines[0]) == {"ad_id", "relevance", "priority", "group_id", "site", "posted_at", "highlights", "linked"}
    cursor = first.stderr.split("--after ")[1].strip()
    second = run("search", "evening OR -evening", "--json", "--limit", "20", "--sort", "time", "--after", cursor)
    rest = [json.loads(line)["ad_id"] for line in second.stdout.splitlines()]
    assert len({line["ad_id"] for line in lines} | set(rest)) == 30


def test_a_highlight_names_characters_of_the_field(run: Run) -> None:
    hit = json.loads(run("search", "phone:2025550101", "--json").stdout.splitlines()[0])
    assert [one["surface"] for one in hit["highlights"]] == ["(202) 555-0101"]


def _acts(workspace: Workspace, last: int) -> list[tuple[str, str, str | None, str | None]]:
    with workspace.read() as connection:
        rows = connection.execute(select(audit_events).order_by(audit_events.c.seq.desc()).limit(last)).all()
    return [(row.action, row.object_hash, row.case_id, row.reason) for row in reversed(rows)]


def test_a_contact_looked_up_is_an_event_of_its_own_with_case_and_reason(
    run: Run, small: Workspace, tmp_path: Path
) -> None:
    number = keys.blind(small, "contact:digits:12025550101")
    run("search", "(202) 555-0101", "--reason", "call of the hotline", "--case", "2026-0001")
    run("search", "phone:2025550101", "--histogram", "day")
    run("search", "phone:2025550101", "--export", str(tmp_path / "hits.csv"))
    (tmp_path / "list.csv").write_text("phone\n202 555 0101\nno contact at all\n", encoding="utf-8")
    run("search", "--list", str(tmp_path / "list.csv"), "--reason", " ")
    acts = _acts(small, 9)
    assert [one[0] for one in acts] == [
        *("search", "look up", "search", "look up", "export", "look up", "exported", "search", "look up"),
    ]
    assert {one[1] for one in acts if one[0] == "look up"} == {number}
    assert [one[2:] for one in acts[:2]] == [("2026-0001", "call of the hotline")] * 2
    assert acts[-1][2:] == (None, None)


@pytest.mark.parametrize("how", [(), ("--by", "city"), ("--export", "FILE"), ("--list", "FILE")])
def test_where_the_team_wants_a_reason_a_contact_is_not_looked_up_without_one(
    run: Run, small: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, how: tuple[str, ...]
) -> None:
    monkeypatch.setenv("SIDELIGHT_LOOKUP_REASON", "true")
    path = tmp_path / "list.csv"
    path.write_text("202 555 0101\n", encoding="utf-8")
    given = [str(path) if one == "FILE" else one for one in how]
    before = _acts(small, 1)
    with pytest.raises(PurposeError, match="--reason TEXT"):
        run("search", "phone:2025550101", *given)
    assert _acts(small, 1) == before
    run("search", "phone:2025550101", *given, "--reason", "call of the hotline")
    run("search", "evening")
    assert _acts(small, 1)[0][0] == "search"


def test_more_than_one_person_may_take_out_waits_for_a_second(
    run: Run, small: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SIDELIGHT_EXPORT_ALONE", "2")
    target = tmp_path / "hits.csv"
    with pytest.raises(approvals.SecondPersonError, match=r"approvals ask query:evening --rows \d+"):
        run("search", "evening", "--export", str(target))
    assert not target.exists()
    assert _acts(small, 1)[0][0] == "export"  # the attempt stands in the log
    number = approvals.ask(small, audit.operator(), "query:evening", 500, "request of 3 May")
    approvals.answer(small, number, "cleo", "it is theirs", granted=True)
    assert " ads in " in run("search", "evening", "--export", str(target)).stdout
    with pytest.raises(approvals.SecondPersonError):
        run("search", "evening", "--export", str(target))


def test_search_show_and_group_are_recorded_before_they_show(run: Run, small: Workspace) -> None:
    run("search", "evening")
    run("show", "harbor:0003")
    run("group", "g03")
    with small.read() as connection:
        acts = list(connection.execute(select(audit_events.c.action).order_by(audit_events.c.seq)).scalars())
    assert acts[-3:] == ["search", "show", "group"]


def test_a_query_that_cannot_be_read_ends_with_status_2(run: Run) -> None:
    with pytest.raises(QueryError) as caught:
        run("search", '"evening')
    assert caught.value.exit_status == 2


def test_show_has_the_fields_the_mentions_and_the_priority(run: Run) -> None:
    shown = json.loads(run("show", "harbor:0003", "--json").stdout)
    for mention in shown["mentions"]:
        assert shown["fields"][mention["field"]][mention["start"] : mention["end"]] == mention["surface"]
    assert shown["group_id"] == "g03"
    assert shown["priority"]["band"] == "no signal"
    assert shown["sightings"][0]["change"] == "new"


def test_group_has_its_ads(run: Run) -> None:
    shown = json.loads(run("group", "g03", "--json").stdout)
    assert [one["ad_id"] for one in shown["ads"]] == ["harbor:0003"]


def test_what_is_not_stored_is_said_with_where_its_id_stands(run: Run) -> None:
    for arguments, told in (
        (("show", "no:such"), "no ad 'no:such' is stored; its id is as `sidelight search` prints it"),
        (("show", "no:such", "--history"), "no ad 'no:such' is stored; its id is as `sidelight search` prints it"),
        (("group", "none"), "no group 'none' is stored; `sidelight show AD` names the group of an ad"),
    ):
        with pytest.raises(UsageError, match=re.escape(told)):
            run(*arguments)


def test_two_questions_at_once_are_refused(run: Run) -> None:
    with pytest.raises(UsageError, match="--by and --map are two questions; ask one at a time"):
        run("search", "evening", "--by", "site", "--map", "3")


def test_a_question_is_answered_in_lines_for_people_and_in_objects_for_programs(run: Run) -> None:
    assert run("search", "", "--by", "site").stdout.count("harbor") == 1
    rows = [json.loads(line) for line in run("search", "", "--by", "site", "--json").stdout.splitlines()]
    assert {row["by"]["site"]: row["ads"] for row in rows} == {"harbor": 10, "lantern": 10, "meadow": 10}
    cells = [json.loads(line) for line in run("search", "", "--map", "3", "--json").stdout.splitlines()]
    assert sum(one["ads"] for one in cells) == 30
    assert run("search", "", "--map", "3").stdout
    bars = [json.loads(line) for line in run("search", "", "--histogram", "month", "--json").stdout.splitlines()]
    assert sum(one["ads"] for one in bars) == 27  # of thirty ads three have no date
    assert "2026-05" in run("search", "", "--histogram", "month").stdout


def test_an_ads_history_shows_what_was_taken_out_and_put_in(
    workspace: Workspace, put: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    put(workspace, [4])
    put(workspace, [4], note="Moved to Dallas")
    monkeypatch.setenv("SIDELIGHT_WORKSPACE", str(workspace.root))
    shown = CliRunner().invoke(app, ["show", "lantern:0004", "--history"], catch_exceptions=False).stdout
    assert shown.startswith("version 2, last seen ")
    assert "{+" in shown
    assert "Moved to Dallas" in shown
    told = json.loads(CliRunner().invoke(app, ["show", "lantern:0004", "--history", "--json"]).stdout)
    assert [one["version"] for one in told["versions"]] == [2, 1]
    assert told["versions"][0]["changes"].keys() == {"body"}


def test_a_group_prints_so_many_lines_of_each_part_and_how_many_more_there_are(
    workspace: Workspace, put: Callable[..., None], group: Callable[..., None]
) -> None:
    put(workspace, [3, 63, 123])
    group(workspace, [3, 63, 123])
    shown = CliRunner().invoke(app, ["group", "g03", "--limit", "1", "--workspace", str(workspace.root)]).stdout
    assert "3 ads" in shown
    assert "review priority 0.05, no signal" in shown
    assert "and 2 more; --limit shows them" in shown  # ads
    assert "and 1 more; --limit shows them" in shown  # links


def test_a_groups_priority_is_printed_with_what_raises_and_lowers_it(
    workspace: Workspace, put: Callable[..., None], group: Callable[..., None]
) -> None:
    put(workspace, [3, 63])
    group(workspace, [3, 63])
    reason = Evidence("movement", Direction.FOR, "movement", "B", 0.4, "It was in two towns within a day.")
    made = Priority(
        "g03", 0.9, Band.FIRST, Route.REVIEW, Lane.RANKED, (reason,), "too little text to say more", "hand 1"
    )
    with workspace.begin() as connection:
        save_priorities(connection, [made])
    shown = CliRunner().invoke(app, ["group", "g03", "--workspace", str(workspace.root)]).stdout
    assert "review priority 0.90, review first" in shown
    assert "too little text to say more" in shown
    assert "    for  It was in two towns within a day." in shown


def test_a_page_for_people_says_how_each_hit_is_linked_and_how_to_go_on(
    workspace: Workspace, put: Callable[..., None], group: Callable[..., None]
) -> None:
    # Linked in a row by numbers of the group; only the first holds the number that is asked for.
    row = [1 + 60 * place for place in range(11)]
    put(workspace, row)
    group(workspace, row)
    with workspace.begin() as connection:
        connection.execute(delete(readings).where(readings.c.ad_id != "lantern:0001"))
    stage.run(workspace)

    def page(*words: str) -> str:
        return CliRunner().invoke(app, ["search", *words, "--workspace", str(workspace.root)]).stdout

    shown = page("linked:2025550101", "--sort", "time")
    assert "holds the contact itself" in shown
    assert "1. lantern:0001 and " in shown
    assert "and 2 more steps" in shown
    assert "11 of 11, by time" in shown
    assert "next page" not in shown
    assert "next page: --after " in page("", "--limit", "1")
    assert "11 hits" in page("", "--groups")


def test_an_imported_ad_names_its_file_and_line(workspace: Workspace) -> None:
    moment = datetime(2026, 5, 1, tzinfo=UTC)
    ad = Ad("harbor:1", "harbor", "", moment, title="Evening", origin=Origin(file_sha256="ab" * 32, line=7))
    with workspace.begin() as connection:
        record_sighting(connection, ad, seen_at=moment, run_id="import")
    shown = CliRunner().invoke(app, ["show", "harbor:1", "--workspace", str(workspace.root)]).stdout
    assert "imported: line 7 of the file" in shown
    assert "ab" * 32 in shown.replace("\n", "")


def test_a_list_is_answered_in_objects_for_programs(run: Run, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("phone\n202 555 0101\nno contact at all\n", encoding="utf-8")
    rows = [
        json.loads(line) for line in run("search", "--list", str(tmp_path / "list.csv"), "--json").stdout.splitlines()
    ]
    assert [(one["identifier"], one["answer"]) for one in rows] == [
        ("202 555 0101", "hit"),
        ("no contact at all", "unread"),
    ]


def test_what_a_terminal_would_act_on_is_not_printed(workspace: Workspace, put: Callable[..., None]) -> None:
    put(workspace, [3], note="\x1b]0;owned\x07")
    shown = CliRunner().invoke(app, ["show", "harbor:0003", "--workspace", str(workspace.root)], catch_exceptions=False)
    assert "owned" in shown.stdout
    assert not {"\x1b", "\x07"} & set(shown.stdout)


@pytest.mark.slow
def test_index_status_and_rebuild(run: Run) -> None:
    assert "documents in the new index" in run("index", "rebuild").stdout
    status = json.loads(run("index", "status", "--json").stdout)
    assert (status["state"], status["waiting"], status["refused"]) == ("ready", 0, 0)
    assert run("index", "reconcile").stdout == "missing 0, stale 0, extra 0\n"


def test_an_empty_workspace_has_no_index_yet(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["index", "status", "--workspace", str(tmp_path / "empty")])
    assert result.exit_code == 1
    assert "missing" in result.stdout

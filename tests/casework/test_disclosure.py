"""A disclosure tells what was said on a date and what people did with it, and never passes today's word off as that date's."""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, update

from casework import caseitems, cases, disclosure
from casework.caseitems import ItemKind
from casework.casetables import case_items
from casework.decisions import decide, undo
from casework.tables import decisions, queue_entries
from crawlers.records import Ad
from crawlers.stored import record_sighting
from linker import stage as link_stage
from linker.judgements import Verdict, judge, withdraw
from linker.stored import group_ids_of
from linker.tables import group_members, groups, judgements, lineage
from models import stage as score_stage
from models.labels import Value
from models.tables import priorities, promotions
from nlp import stage as read_stage
from nlp.records import Kind, Mention
from nlp.tables import readings
from store import audit
from store.audit import Act, Via
from store.errors import UsageError
from store.schema import now
from store.settings import Settings
from store.tables import audit_events, hash_matches
from store.workspace import Workspace, open_workspace

FIRST = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def lived(blank: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a workspace with an ad that changed, was looked at, decided on and pinned."""
    root = tmp_path_factory.mktemp("lived") / "workspace"
    shutil.copytree(blank, root)
    workspace = open_workspace(root, Settings())
    for day, body in enumerate(("Visiting until Sunday, (202) 555-0143", "Gone to Elko")):
        moment = FIRST + timedelta(days=10 * day)
        with workspace.begin() as connection:
            ad = Ad("s:1", "s", "http://s.example/1", FIRST, body=body, region="US")
            record_sighting(connection, ad, seen_at=moment, run_id=f"run{day}")
    for stage in (read_stage, link_stage, score_stage):
        stage.run(workspace)
    audit.append(workspace, Act("ben", Via.CONSOLE, "show", "ad", "s:1"))
    decide(workspace, _group(workspace), Value.UNSURE, who="ana", why="waiting for a second ad", via=Via.CONSOLE)
    case = cases.open_case(workspace, "Harbor", "ana")
    caseitems.pin(workspace, case, ItemKind.AD, "s:1", "same wording", "ana")
    workspace.close()
    return root


@pytest.fixture
def seen(lived: Path, tmp_path: Path) -> Iterator[Workspace]:
    """A copy of it for one test."""
    shutil.copytree(lived, tmp_path / "seen")
    workspace = open_workspace(tmp_path / "seen", Settings())
    yield workspace
    workspace.close()


def _group(workspace: Workspace) -> str:
    with workspace.read() as connection:
        return group_ids_of(connection, ["s:1"])["s:1"]


def _told(workspace: Workspace, kind: str, item: str, at: datetime) -> disclosure.Disclosure:
    with workspace.read() as connection:
        return disclosure.disclose(workspace, connection, kind, item, at)


def test_it_says_who_saw_it_and_what_they_did_and_wrote(seen: Workspace) -> None:
    told = _told(seen, "ad", "s:1", now())
    assert ("ben", "show") in {(one["who"], one["did"]) for one in told.looks}
    assert [(one["what"], one["said"], one["why"]) for one in told.acts if one["what"] == "decision"] == [
        ("decision", "unsure (opinion)", "waiting for a second ad")
    ]
    assert any(one["what"].startswith("pinned in case") and one["why"] == "same wording" for one in told.acts)
    assert any(one["what"] == "label" and "on screen" in one["why"] for one in told.acts)
    [ad] = told.said["ads"]
    assert ad["lexicon"]
    assert told.said["group"]["model"]


def test_the_text_is_that_of_the_date(seen: Workspace) -> None:
    [before] = _told(seen, "ad", "s:1", FIRST + timedelta(days=2)).said["ads"]
    [after] = _told(seen, "ad", "s:1", now()).said["ads"]
    assert before["text"] == {"body": "Visiting until Sunday, (202) 555-0143"}
    assert after["text"] == {"body": "Gone to Elko"}
    assert str(before["reading"]).startswith(disclosure.NOT_KEPT)
    [none] = _told(seen, "ad", "s:1", FIRST - timedelta(days=2)).said["ads"]
    assert (none["known then"], none["text"]) == (False, {})


def test_a_score_that_was_made_anew_is_said_to_be_so(seen: Workspace) -> None:
    moment = now()
    with seen.begin() as connection:
        connection.execute(update(priorities).values(value=0.99, scored_at=moment + timedelta(days=1)))
    told = _told(seen, "group", _group(seen), moment)
    assert "value" not in told.said["group"]
    assert told.said["group"]["priority"].startswith(disclosure.NOT_KEPT)
    assert "0.99" not in str(told)


def test_nothing_after_the_date_is_told(seen: Workspace) -> None:
    told = _told(seen, "ad", "s:1", FIRST + timedelta(days=2))
    assert (told.looks, told.acts) == ([], [])


def test_it_is_one_page_and_one_file_and_recorded(seen: Workspace, tmp_path: Path) -> None:
    disclosure.export(seen, _told(seen, "ad", "s:1", now()), tmp_path / "out", "ana", "to the defence")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "disclosure.html", "disclosure.json", "disclosure.pdf",
    ]  # fmt: skip
    assert json.loads((tmp_path / "out" / "disclosure.json").read_bytes())["item"] == "s:1"
    assert "waiting for a second ad" in (tmp_path / "out" / "disclosure.html").read_text()
    assert _told(seen, "ad", "s:1", now()).looks[-1]["did"] == "disclose"
    with pytest.raises(UsageError, match="nothing is known"):
        _told(seen, "ad", "s:9", now())


def test_a_look_at_the_very_moment_is_told_and_one_after_it_is_not(seen: Workspace) -> None:
    with seen.read() as connection:
        moments = list(connection.scalars(select(audit_events.c.at).where(audit_events.c.action == "show")))
    [at] = moments
    assert [one["did"] for one in _told(seen, "ad", "s:1", at).looks] == ["show"]
    assert _told(seen, "ad", "s:1", at - timedelta(microseconds=1)).looks == []


def test_a_disclosure_is_about_an_ad_or_a_group_and_says_to_whom(seen: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="an ad or a group"):
        _told(seen, "site", "s:1", now())
    with pytest.raises(UsageError, match="to whom"):
        disclosure.export(seen, _told(seen, "ad", "s:1", now()), tmp_path / "out", "ana", " ")
    assert not (tmp_path / "out").exists()


def test_an_ad_is_known_from_the_moment_of_its_first_sighting_on(seen: Workspace) -> None:
    for at, known, body in (
        (FIRST - timedelta.resolution, False, None),
        (FIRST, True, "Visiting until Sunday, (202) 555-0143"),
        (FIRST + timedelta(days=10) - timedelta.resolution, True, "Visiting until Sunday, (202) 555-0143"),
        (FIRST + timedelta(days=10), True, "Gone to Elko"),
    ):
        [ad] = _told(seen, "ad", "s:1", at).said["ads"]
        assert (ad["known then"], ad["text"].get("body")) == (known, body)


def test_the_reading_in_force_is_told_with_its_mentions_and_an_older_one_is_not(seen: Workspace) -> None:
    with seen.read() as connection:
        made_at = connection.execute(select(readings.c.made_at)).scalar_one()
    mention = Mention(Kind.PLACE, "elko-nv", "Elko", "body", 8, 12, "places").as_json()
    with seen.begin() as connection:
        connection.execute(update(readings).values(mentions=[mention]))
    [ad] = _told(seen, "ad", "s:1", made_at).said["ads"]
    assert (ad["read at"], ad["reading"]) == (made_at, [{"kind": "place", "value": "elko-nv", "words": "Elko"}])
    [ad] = _told(seen, "ad", "s:1", made_at - timedelta.resolution).said["ads"]
    assert str(ad["reading"]).startswith(disclosure.NOT_KEPT)
    with seen.begin() as connection:
        connection.execute(delete(readings))
    [ad] = _told(seen, "ad", "s:1", now()).said["ads"]
    assert ad["reading"] == "none"


def test_a_group_is_told_by_its_ads_and_a_parted_one_by_those_of_its_last_label(seen: Workspace) -> None:
    group_id = _group(seen)
    told = _told(seen, "group", group_id, now())
    assert [one["ad_id"] for one in told.said["ads"]] == ["s:1"]
    assert {one["what"] for one in told.acts} >= {"decision", "label"}
    with seen.begin() as connection:
        connection.execute(delete(group_members))
        connection.execute(delete(groups))
    assert [one["ad_id"] for one in _told(seen, "group", group_id, now()).said["ads"]] == ["s:1"]
    with pytest.raises(UsageError, match="nothing is known"):
        _told(seen, "group", "nothing", now())


def test_a_judgement_is_told_once_on_either_side_and_what_was_taken_back_only_after_that(seen: Workspace) -> None:
    with seen.begin() as connection:
        for other in ("s:0", "s:2"):
            record_sighting(connection, Ad(other, "s", "", FIRST, body=other), seen_at=FIRST, run_id="r")
        judge(connection, "s:1", "s:2", Verdict.SAME, "ana", "one number")
        number = judge(connection, "s:0", "s:1", Verdict.UNSURE, "ben", "alike")
        withdraw(connection, number)
        moment = connection.execute(
            select(judgements.c.withdrawn_at).where(judgements.c.judgement_id == number)
        ).scalar_one()
    for at, back in ((moment, f"{moment:%Y-%m-%d %H:%M}"), (moment - timedelta.resolution, "")):
        told = [one for one in _told(seen, "ad", "s:1", at).acts if one["what"] == "judgement"]
        assert [(one["who"], one["said"], one["taken back"]) for one in told] == [
            ("ana", "s:1 and s:2: same", ""),
            ("ben", "s:0 and s:1: unsure", back),
        ]
    group = _told(seen, "group", _group(seen), moment)
    assert [one["said"] for one in group.acts if one["what"] == "judgement"] == [
        "s:1 and s:2: same",
        "s:0 and s:1: unsure",
    ]


def test_the_queue_the_lineage_and_the_model_are_those_of_the_date(seen: Workspace) -> None:
    group_id = _group(seen)
    entry = {"lane": "ranked", "band": "review", "route": "review", "why": "entered", "model": "scorecard@1"}
    with seen.begin() as connection:
        connection.execute(delete(lineage))
        for day in (3, 2, 9):
            at = FIRST + timedelta(days=day)
            for place, who in enumerate((group_id, "another")):
                name, own = f"2026-05-{day + 1:02}", {**entry, "rank": place, "value": 0.5, "made_at": at}
                connection.execute(insert(queue_entries).values(day=name, group_id=who, **own))
                connection.execute(insert(lineage).values(group_id=who, at=at, passage=f"passage {day}", other=None))
            connection.execute(insert(promotions).values(model=f"model {day}", at=at, who="sam", why="better"))
    for day, days in ((1, []), (2, [2]), (3, [2, 3]), (8, [2, 3]), (9, [2, 3, 9])):
        group = _told(seen, "ad", "s:1", FIRST + timedelta(days=day)).said["group"]
        assert [one["day"] for one in group["in the queue"]] == [f"2026-05-{one + 1:02}" for one in days]
        assert [one["what"] for one in group["joined and parted"]] == [f"passage {one}" for one in days]
        assert group["model in force"] == (f"model {days[-1]}" if days else "the scorecard")


def test_the_score_is_told_from_the_moment_it_was_made(seen: Workspace) -> None:
    with seen.read() as connection:
        at = connection.execute(select(priorities.c.scored_at)).scalar_one()
    group = _told(seen, "group", _group(seen), at).said["group"]
    assert group["scored at"] == at
    assert group["band"]
    assert "priority" not in group
    before = _told(seen, "group", _group(seen), at - timedelta.resolution).said["group"]
    assert "value" not in before


def test_a_decision_and_a_pin_that_were_taken_back_say_so_from_then_on(seen: Workspace) -> None:
    with seen.read() as connection:
        [case] = cases.every(connection)
        [item] = caseitems.of_case(connection, case.case_id)
        number = connection.execute(select(decisions.c.decision_id)).scalar_one()
    caseitems.undo(seen, case, item.item_id, "another flyer", "ana")
    undo(seen, number, who="ana")
    with seen.read() as connection:
        moments = [connection.execute(select(table.c.undone_at)).scalar_one() for table in (case_items, decisions)]
    for at, marked in ((max(moments), [True, True]), (min(moments) - timedelta.resolution, [False, False])):
        told = [one for one in _told(seen, "ad", "s:1", at).acts if one["what"] != "label"]
        assert [bool(one["taken back"]) for one in told] == marked
        assert {one["taken back"].split(" ")[-1] for one in told if one["taken back"]} <= {"ana"}


def test_an_ad_that_is_held_back_is_in_no_disclosure(seen: Workspace) -> None:
    with seen.begin() as connection:
        connection.execute(insert(hash_matches).values(
            ad_id="s:1", keyed="k", algorithm="md5", set_name="made up", how="feed", at=FIRST,
        ))  # fmt: skip
    told = _told(seen, "ad", "s:1", now())
    assert told.said["ads"] == []
    assert "Elko" not in str(told)


def test_the_page_has_a_part_for_each_ad_and_says_where_nothing_is_recorded(seen: Workspace) -> None:
    told = {one.title: one for one in disclosure.sections(_told(seen, "ad", "s:1", FIRST + timedelta(days=2)))}
    assert list(told) == [
        "What this is", "Ad s:1 as it stood then", "Its group", "Who saw it, and what they did",
        "What they decided, judged and wrote",
    ]  # fmt: skip
    assert "text: body Visiting until Sunday, (202) 555-0143" in told["Ad s:1 as it stood then"].paragraphs
    assert "in the queue: none" in told["Its group"].paragraphs
    assert told["Who saw it, and what they did"].paragraphs == ("Nothing is recorded.",)
    now_told = {one.title: one for one in disclosure.sections(_told(seen, "ad", "s:1", now()))}
    looks = now_told["Who saw it, and what they did"]
    assert looks.head == ("event", "at", "who", "via", "did", "to", "case", "reason")
    assert all(len(row) == len(looks.head) for row in looks.rows)
    assert [row[5] for row in looks.rows if row[4] == "show"] == ["ad s:1"]

"""Cases, teams, holds and what is taken out of the workspace, on the command line."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from casework import accounts, cases, queue
from casework.casetables import tombstones
from casework.records import Role
from casework.tables import queue_entries
from crawlers.records import Ad
from crawlers.stored import record_sightings
from crawlers.tables import ads
from nlp import stage as read_stage
from store import audit
from store.keys import blind
from store.schema import now
from store.tables import audit_events, suppressed
from store.workspace import Workspace
from tests.casework.conftest import AddGroup
from tests.casework.packing import first_case, first_group
from tests.casework.typed import lines, refused, said, typed
from tests.copied import copied

MOMENT = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def harbor(workspace: Workspace, add_group: AddGroup) -> str:
    """The number of an open case, in a workspace with two ads and a decided group."""
    with workspace.begin() as connection:
        posted = [Ad(f"s:{n}", "s", "", MOMENT, body="Call (202) 555-0143", region="US") for n in (1, 2)]
        record_sightings(connection, posted, seen_at=now(), run_id="r")
    read_stage.run(workspace)
    add_group("a", 0.9)
    assert "decision 1" in said(workspace, "decide", "a", "unsure", "--why", "too little")
    return said(workspace, "cases", "open", "Harbor, spring").strip()


@pytest.fixture(scope="module")
def still(blank: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A workspace with an open case, of which nothing is changed."""
    with copied(blank, tmp_path_factory.mktemp("still") / "workspace") as opened:
        cases.open_case(opened, "Harbor, spring", "ana")
        yield opened


def test_a_case_is_opened_filled_handed_over_and_closed(workspace: Workspace, harbor: str) -> None:
    for number, words in enumerate(
        (
            ("note", "same wording"),
            ("tag", "Spring"),
            ("task", "ask the venue", "--about", "bea", "--due", "2026-06-01"),
            ("ad", "the first", "--about", "s:1"),
            ("group", "all of it", "--about", "a"),
            ("decision", "as decided", "--about", "1"),
        ),
        start=1,
    ):
        assert said(workspace, "cases", "add", harbor, *words) == f"item {number}\n"
    assert said(workspace, "cases", "undo", harbor, "2", "--why", "by mistake") == "item 2 is undone\n"
    assert said(workspace, "cases", "handover", harbor, "bea", "--why", "on leave") == f"case {harbor} is bea's\n"
    told = said(workspace, "cases", "show", harbor).splitlines()
    assert told[0] == f"{harbor}  Harbor, spring  (owner bea)"
    assert [line.split()[3] for line in told[1:]] == [
        "note", "tag", "task", "ad", "group", "decision", "handover",
    ]  # fmt: skip
    assert " tag       undone spring" in told[2]
    shown = lines(workspace, "cases", "show", harbor)
    assert [one["undone_why"] for one in shown] == [None, "by mistake", None, None, None, None, None]
    assert said(workspace, "cases", "close", harbor, "--why", "handed on", "--keep-days", "30").endswith("is closed\n")
    assert said(workspace, "cases", "open", "Another") == f"{harbor[:5]}0002\n"
    first, second = said(workspace, "cases", "list").splitlines()
    assert re.sub(r" {2,}", "  ", first) == f"{harbor[:5]}0002  open  {audit.operator()}  -  Another"
    assert re.fullmatch(rf"{harbor}  closed \d{{4}}-\d\d-\d\d +bea +- +Harbor, spring", second)
    assert [one["keep_days"] for one in lines(workspace, "cases", "list")] == [None, 30]
    with workspace.read() as connection:
        acts = connection.execute(select(audit_events.c.action).where(audit_events.c.case_id == harbor)).scalars()
        assert {"open case", "hand over case", "close case", "case"} <= set(acts)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("cases", "open", " "), "a case needs a title"),
        (("cases", "open", "Harbor", "--team", "north"), "there is no team 'north'"),
        (("cases", "show", "2026-9999"), "there is no case '2026-9999'"),
        (("cases", "add", "CASE", "smell", "x"), "the kind"),
        (("cases", "add", "CASE", "note", " "), "write 1 to 20,000 characters"),
        (("cases", "add", "CASE", "tag", "x" * 41), "at most 40 characters"),
        (("cases", "add", "CASE", "task", "ask", "--due", "soon"), "'soon' is no date"),
        (("cases", "add", "CASE", "decision", "x", "--about", "9"), "there is no decision 9"),
        (("cases", "add", "CASE", "decision", "x"), "from the console, or with a number after --about"),
        (("cases", "add", "CASE", "judgement", "x"), "from the console"),
        (("cases", "undo", "CASE", "9", "--why", "x"), "has no item 9"),
        (("cases", "undo", "CASE", "9", "--why", " "), "say why it is taken back"),
        (("cases", "handover", "CASE", "bea", "--why", " "), "say to whom"),
        (("cases", "close", "CASE", "--why", " "), "say why the case is closed"),
        (("cases", "close", "CASE", "--why", "x", "--keep-days", "99999"), "0 to 36,500 days"),
        (("teams", "set", "north", "--contact", " "), "a team needs a name, and a contact"),
        (("retention", "hold", "desk", "s:1", "--why", "order 7"), "a hold is on an ad or a case"),
        (("retention", "hold", "ad", "s:1", "--why", " "), "says by whose order"),
        (("retention", "release", "9"), "there is no hold 9 that stands"),
        (("purge", "--ad", "s:1"), "say why with --reason"),
        (("purge", "--contact", "+12025550143"), "say why with --reason"),
        (("export", "case", "CASE", "pack", "--reason", "x", "--stamp-url", "https://s.example"), "--stamp-chain"),
        (("disclose", "ad", "s:1", "out", "--reason", "x", "--at", "soon"), "'soon' is no date"),
        (("disclose", "case", "s:1", "out", "--reason", "x"), "about an ad or a group"),
        (("disclose", "ad", "s:9", "out", "--reason", "x"), "nothing is known of ad 's:9'"),
        (("prepare-report", "CASE", "XX", "out", "--reason", "x"), "no body is known for 'XX'"),
        (("audit", "checkpoint", "--since", "9999"), "--since 9999: the log has "),
        (("audit", "witness", "no/agency", "letter"), "letters, digits and dashes"),
        (("audit", "witness", "north", "no such letter"), "No such file"),
        (("entry", "claim", "gone"), "there is no group 'gone' any more"),
        (("entry", "release", "a"), "you have no claim on group a"),
        (("entry", "wake", "a"), "group a does not sleep"),
        (("entry", "assign", "a", "--to", "bea"), "there is no open account 'bea'"),
        (("entry", "snooze", "a", "--until", "soon", "--why", "x"), "'soon' is no day"),
        (("users", "factor", "bea"), "there is no account 'bea'"),
        (("users", "disable", "bea"), "there is no account 'bea'"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_one_sentence(
    words: tuple[str, ...], sentence: str, still: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert sentence in refused(still, *(first_case(still) if one == "CASE" else one for one in words))


def test_teams_are_listed_with_whom_to_call(workspace: Workspace) -> None:
    said(workspace, "teams", "set", "north", "--contact", "desk@example.org", "--member", "ana", "--member", "bea")
    said(workspace, "teams", "set", "south", "--contact", "south@example.org")
    assert said(workspace, "teams", "list") == "north  desk@example.org  ana, bea\nsouth  south@example.org  \n"
    assert said(workspace, "cases", "open", "Harbor", "--team", "north").strip()
    assert "  north  " in said(workspace, "cases", "list")


def test_a_claim_an_assignment_and_a_sleep_are_told_in_the_queue(workspace: Workspace, harbor: str) -> None:
    accounts.add(workspace, "bea", Role.ANALYST, "seven quiet herons", "root")
    day = (date.fromisoformat(queue.today(workspace)) + timedelta(days=3)).isoformat()
    assert said(workspace, "entry", "claim", "a") == "group a is yours for 8 hours\n"
    assert said(workspace, "entry", "assign", "a", "--to", "bea") == "group a is assigned to bea\n"
    (line,) = [one for one in said(workspace, "queue").splitlines() if "  a  " in one]
    assert line.endswith(f"  [{audit.operator()} has it]  [for bea]")
    assert said(workspace, "entry", "assign", "a") == "group a is assigned to nobody\n"
    assert said(workspace, "entry", "release", "a") == "group a is free\n"
    assert f"sleeps until {day}" in said(workspace, "entry", "snooze", "a", "--until", day, "--why", "venue answers")
    assert said(workspace, "entry", "wake", "a") == "group a is back from the next queue on\n"


def test_what_changed_since_the_queue_before_is_told_with_why(workspace: Workspace, add_group: AddGroup) -> None:
    add_group("a", 0.9)
    add_group("b", 0.5)
    assert said(workspace, "queue", "--changes") == "there is no queue before this one\n"
    with workspace.begin() as connection:
        connection.execute(update(queue_entries).values(day="2026-05-01"))
    add_group("b", 0.95)
    add_group("c", 0.7)
    head, *moves = said(workspace, "queue", "--changes").splitlines()
    assert head == f"2 changes from 2026-05-01 to {queue.today(workspace)}"
    assert sorted(re.sub(r" {2,}", "  ", one).split("  ")[:3] for one in moves) == [
        ["entered", "0.70", "c"],
        ["rose", "0.95", "b"],
    ]
    told = lines(workspace, "queue", "--changes")
    assert {(one["group_id"], one["move"], one["before"]) for one in told} == {
        ("c", "entered", None),
        ("b", "rose", 0.5),
    }
    assert len(said(workspace, "queue", "--changes", "--limit", "1").splitlines()) == 2
    assert said(workspace, "queue", "--day", "2026-04-30").startswith("0 groups for 2026-04-30. ")
    assert "has not come yet" in refused(workspace, "queue", "--day", "2099-01-01")


def test_a_hold_stands_until_it_is_released(workspace: Workspace, harbor: str) -> None:
    assert said(workspace, "retention", "hold", "case", harbor, "--why", "court order 7") == "hold 1\n"
    (told,) = said(workspace, "retention", "holds").splitlines()
    assert told.endswith(f"  case  {harbor}  {audit.operator()}: court order 7")
    (facts,) = lines(workspace, "retention", "holds")
    assert (facts["kind"], facts["item"], facts["why"]) == ("case", harbor, "court order 7")
    assert said(workspace, "retention", "release", "1") == "hold 1 is released\n"
    assert said(workspace, "retention", "holds") == ""


def test_the_rules_in_force_are_shown_by_class(workspace: Workspace) -> None:
    (workspace.root / "retention.yml").write_text("alerts: 7\n")
    assert "     7  alerts\n" in said(workspace, "retention", "rules")
    (workspace.root / "retention.yml").write_text("smells: 7\n")
    assert "there is no class 'smells'" in refused(workspace, "retention", "rules")


def test_ads_are_erased_by_id_or_contact_for_good_and_the_proof_finds_what_came_back(
    workspace: Workspace, harbor: str
) -> None:
    done = said(workspace, "purge", "--ad", "s:1", "--reason", "request 3", "--finish")
    assert done == "1 ads erased; they will not be collected again\n"
    done = said(workspace, "purge", "--contact", "+12025550143", "--reason", "request 4")
    assert done == "1 ads erased; they will not be collected again\n"
    assert said(workspace, "purge").startswith("0 ads purged, 0 kept for decisions, cases or orders, ")
    with workspace.read() as connection:
        assert connection.execute(select(ads.c.ad_id)).all() == []
        assert len(connection.execute(select(suppressed)).all()) == 3
        acts = connection.execute(
            select(audit_events.c.object_kind, audit_events.c.reason).where(audit_events.c.action == "erase")
        ).all()
    assert [tuple(one) for one in acts] == [("ad", "request 3"), ("contact", "request 4")]
    assert said(workspace, "retention", "proof").splitlines()[-1] == "nothing of them is left"
    with workspace.begin() as connection:  # as a copy that was put back by hand would
        record_sightings(connection, [Ad("s:7", "s", "", MOMENT)], seen_at=MOMENT, run_id="r")
        row = {"kind": "ad", "identifier": blind(workspace, "ad:s:7"), "digest": "", "rule": "ads", "at": now()}
        connection.execute(insert(tombstones).values(row))
    broken = typed(workspace, "retention", "proof")
    assert broken.exit_code == 1
    assert f"ad s:7 is here, and was purged on {now():%Y-%m-%d}" in broken.stdout
    assert broken.stdout.endswith("1 problems\n")


def test_a_pack_is_made_checked_and_published_for(office: Workspace, tmp_path: Path) -> None:
    by_group, by_case = tmp_path / "group", tmp_path / "case"
    for kind, item, target in (("group", first_group(office), by_group), ("case", first_case(office), by_case)):
        done = said(office, "export", kind, item, str(target), "--reason", "to the prosecutor")
        count = int(done.split()[0])
        assert done == f"{count} files in {target}\n"
    published = said(office, "export", "publish").splitlines()
    digest = published[0].removeprefix("public-key.pem  ")
    assert published[1].startswith("verify.py       ")
    assert published[-1] == "-----END PUBLIC KEY-----"
    checked = said(None, "export", "verify", str(by_case), "--key-sha256", digest)
    assert checked.endswith(" files are as they were exported\n")
    said(None, "export", "stamp-query", str(by_case), str(tmp_path / "query.tsq"))
    assert (tmp_path / "query.tsq").stat().st_size > 20


def test_a_disclosure_and_a_report_to_be_made_by_a_person(office: Workspace, tmp_path: Path) -> None:
    told = said(office, "disclose", "ad", "s:1", str(tmp_path / "by"), "--reason", "order 12", "--at", "2099-05-01")
    assert told == f"{tmp_path / 'by'}: disclosure.html, .pdf and .json\n"
    said(office, "disclose", "group", first_group(office), str(tmp_path / "of"), "--reason", "order 12")
    assert {one.suffix for one in (tmp_path / "of").iterdir()} >= {".html", ".pdf", ".json"}
    told = said(office, "prepare-report", first_case(office), "us", str(tmp_path / "out"), "--reason", "duty")
    assert told == f"{tmp_path / 'out'}: read report.txt, complete it, and send it yourself\n"

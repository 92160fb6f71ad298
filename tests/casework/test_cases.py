"""A case keeps what people put into it, shows it to those who have a part in it, and lets each piece be taken back."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from casework import auditlog, caseitems, cases, decisions
from casework.caseitems import ItemKind
from casework.cases import Case, NoCaseError
from crawlers.records import Ad
from crawlers.stored import record_sighting
from linker import judgements
from linker.judgements import Verdict
from models.labels import Tier, Value
from store.audit import Via
from store.errors import UsageError
from store.tables import audit_events
from store.workspace import Workspace
from tests.casework.conftest import AddGroup

MOMENT = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def case(workspace: Workspace) -> Case:
    """A case of ana's, and two ads in the store."""
    _see(workspace, "s:1", "Visiting until Sunday")
    _see(workspace, "s:2", "Visiting until Monday")
    return cases.open_case(workspace, "Harbor", "ana")


def _see(workspace: Workspace, ad_id: str, body: str, moment: datetime = MOMENT) -> None:
    with workspace.begin() as connection:
        ad = Ad(ad_id, "s", "http://s.example/1", MOMENT, body=body)
        record_sighting(connection, ad, seen_at=moment, run_id=moment.isoformat())


def _items(workspace: Workspace, case: Case, *, undone: bool = False) -> list[caseitems.Item]:
    with workspace.read() as connection:
        return caseitems.of_case(connection, case.case_id, undone=undone)


def test_cases_are_numbered_by_year_and_need_a_title(workspace: Workspace) -> None:
    made = [cases.open_case(workspace, title, "ana").case_id for title in ("one", "two")]
    assert [one[4:] for one in made] == ["-0001", "-0002"]
    with pytest.raises(UsageError, match="title"):
        cases.open_case(workspace, "  ", "ana")


def test_a_case_is_seen_by_its_members_and_its_team_and_nobody_else(workspace: Workspace, case: Case) -> None:
    cases.add_team(workspace, "north", "north@example.org", ("nia", "ned"), "root")
    shared = cases.open_case(workspace, "Lantern", "nia", team="north")
    cases.add_member(workspace, case, "ben", "ana")

    def seen(account: str | None) -> set[str]:
        with workspace.read() as connection:
            return {one.title for one in cases.every(connection, account)}

    assert seen("ana") == seen("ben") == {"Harbor"}
    assert seen("nia") == seen("ned") == {"Lantern"}
    assert seen("eve") == set()
    assert seen(None) == {"Harbor", "Lantern"}
    cases.remove_member(workspace, case, "ben", "ana")
    assert seen("ben") == set()
    with workspace.read() as connection:
        assert cases.find(connection, shared.case_id, "ned") == shared
        with pytest.raises(NoCaseError) as foreign:
            cases.find(connection, shared.case_id, "ana")
        with pytest.raises(NoCaseError) as unknown:
            cases.find(connection, "2020-0001", "ana")
    assert str(foreign.value).replace(shared.case_id, "2020-0001") == str(unknown.value)


def test_a_case_is_handed_over_with_a_word_and_never_nobodys(workspace: Workspace, case: Case) -> None:
    with pytest.raises(UsageError, match="hand it over"):
        cases.remove_member(workspace, case, "ana", "ana")
    cases.hand_over(workspace, case, "ben", "the hotel answers on Monday", "ana")
    with workspace.read() as connection:
        assert cases.find(connection, case.case_id, "ben").owner == "ben"
        assert cases.members(connection, case.case_id) == ["ana", "ben"]
    [item] = _items(workspace, case)
    assert (item.kind, item.about, item.words, item.state) == (
        ItemKind.HANDOVER, "ben", "the hotel answers on Monday", {"from": "ana"},
    )  # fmt: skip
    cases.remove_member(workspace, case, "ana", "ben")
    with workspace.read() as connection, pytest.raises(NoCaseError):
        cases.find(connection, case.case_id, "ana")


def test_a_pinned_ad_keeps_the_state_it_had(workspace: Workspace, case: Case) -> None:
    caseitems.pin(workspace, case, ItemKind.AD, "s:1", "same wording as in March", "ana")
    _see(workspace, "s:1", "Gone to Elko", datetime(2026, 5, 9, tzinfo=UTC))
    [item] = _items(workspace, case)
    assert item.state["fields"] == {"body": "Visiting until Sunday"}
    assert (item.state["version"], item.words, item.who) == (1, "same wording as in March", "ana")
    with pytest.raises(UsageError, match="no ad"):
        caseitems.pin(workspace, case, ItemKind.AD, "s:9", "why", "ana")


def test_a_pinned_group_keeps_its_priority_with_the_model(
    workspace: Workspace, case: Case, add_group: AddGroup
) -> None:
    add_group("g", 0.9, places=("Austin", "Dallas"))
    caseitems.pin(workspace, case, ItemKind.GROUP, "g", "rose today", "ana")
    add_group("g", 0.1)
    [item] = _items(workspace, case)
    assert (item.state["value"], item.state["model"]) == (0.9, "scorecard 1")
    assert item.state["places"] == ["Austin", "Dallas"]


def test_tasks_are_given_and_done_once(workspace: Workspace, case: Case) -> None:
    number = caseitems.task(workspace, case, "Ask the hotel", "ana", to="ben", due="2026-06-01")
    caseitems.done(workspace, case, number, "ben")
    [item] = _items(workspace, case)
    assert (item.about, item.due, item.done_by) == ("ben", "2026-06-01", "ben")
    with pytest.raises(UsageError, match="no task that waits"):
        caseitems.done(workspace, case, number, "ben")
    with pytest.raises(UsageError, match="no date"):
        caseitems.task(workspace, case, "Ask again", "ana", due="next week")


def test_a_judgement_counts_for_the_linker_until_it_is_taken_back(workspace: Workspace, case: Case) -> None:
    number = caseitems.judge(workspace, case, "s:1", "s:2", Verdict.SAME, "one typing error", "ana")
    with workspace.read() as connection:
        [word] = judgements.in_force(connection, ["s:1"])
    assert word.verdict is Verdict.SAME
    caseitems.undo(workspace, case, number, "other person", "ben")
    with workspace.read() as connection:
        assert judgements.in_force(connection) == []
    assert _items(workspace, case) == []
    [item] = _items(workspace, case, undone=True)
    assert (item.words, item.undone_by, item.undone_why) == ("one typing error", "ben", "other person")


def test_a_decision_made_in_a_case_is_one_as_any_other_and_undone_with_it(
    workspace: Workspace, case: Case, add_group: AddGroup
) -> None:
    add_group("g", 0.9)
    number = caseitems.decide(workspace, case, "g", Value.CLEARED, Tier.OPINION, "own website", "ana")
    [item] = _items(workspace, case)
    with workspace.read() as connection:
        made = decisions.find(connection, int(item.about or 0))
    assert made is not None
    assert (made.verdict, item.state["verdict"]) == (Value.CLEARED, "cleared")
    caseitems.undo(workspace, case, number, "a third party's website", "ana")
    with workspace.read() as connection:
        assert decisions.standing(connection) == {}


def test_a_decision_attached_by_another_outlives_the_attachment(
    workspace: Workspace, case: Case, add_group: AddGroup
) -> None:
    add_group("g", 0.9)
    made = decisions.decide(workspace, "g", Value.UNSURE, who="ana", why="waiting", via=Via.COMMAND)
    number = caseitems.attach(workspace, case, made.decision_id, "ben")
    caseitems.undo(workspace, case, number, "another case", "ben")
    with workspace.read() as connection:
        assert len(decisions.standing(connection)) == 2


def test_everything_written_can_be_taken_out_undone_things_too(workspace: Workspace, case: Case) -> None:
    caseitems.tag(workspace, case, " River  North ", "ana")
    number = caseitems.note(workspace, case, "The number is on a flyer.", "ana")
    caseitems.undo(workspace, case, number, "wrong flyer", "ana")
    told = caseitems.written(_items(workspace, case, undone=True))
    assert [(one["kind"], one["words"], one["undone_why"]) for one in told] == [
        ("tag", "river north", None),
        ("note", "The number is on a flyer.", "wrong flyer"),
    ]


def test_a_closed_case_takes_nothing_until_it_is_opened_again(workspace: Workspace, case: Case) -> None:
    cases.close(workspace, case, "charged", "ana", keep_days=90)
    with workspace.read() as connection:
        closed = cases.find(connection, case.case_id)
    assert (closed.closed_by, closed.keep_days) == ("ana", 90)
    with pytest.raises(UsageError, match="closed"):
        caseitems.note(workspace, closed, "late", "ana")
    cases.reopen(workspace, closed, "new ads", "ana")
    with workspace.read() as connection:
        caseitems.note(workspace, cases.find(connection, case.case_id), "in time", "ana")


def test_every_act_is_recorded_under_the_case_and_no_word_of_it(workspace: Workspace, case: Case) -> None:
    caseitems.note(workspace, case, "Ask for Anna at the desk", "ana")
    with workspace.read() as connection:
        rows = connection.execute(select(audit_events)).all()
    assert [(row.action, row.case_id) for row in rows] == [("open case", case.case_id), ("add note", case.case_id)]
    assert not any("Anna" in str(row) for row in rows)
    assert len(auditlog.events(workspace, limit=9, about=("case", case.case_id))) == 2

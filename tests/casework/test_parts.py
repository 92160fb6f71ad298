"""Who has a part in a case: given, taken, handed on; each step is in the audit log and touches that case alone."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, select

from casework import auditlog, cases
from casework.cases import Case
from casework.casetables import case_members
from casework.casetables import cases as case_table
from store.audit import Via
from store.errors import UsageError
from store.workspace import Workspace


@pytest.fixture
def two(workspace: Workspace) -> tuple[Case, Case]:
    """Two cases of ana's, in both of which ben has a part."""
    made = [cases.open_case(workspace, title, "ana") for title in ("Harbor", "Lantern")]
    for one in made:
        cases.add_member(workspace, one, "ben", "ana")
    return made[0], made[1]


def _now(workspace: Workspace, case: Case) -> Case:
    with workspace.read() as connection:
        return cases.find(connection, case.case_id)


def _members(workspace: Workspace, case: Case) -> list[str]:
    with workspace.read() as connection:
        return cases.members(connection, case.case_id)


def test_who_is_taken_off_one_case_keeps_the_other(workspace: Workspace, two: tuple[Case, Case]) -> None:
    first, second = two
    cases.add_member(workspace, first, "ben", "ana")
    assert _members(workspace, first) == ["ana", "ben"]
    cases.remove_member(workspace, first, "ben", "ana")
    assert (_members(workspace, first), _members(workspace, second)) == (["ana"], ["ana", "ben"])
    with pytest.raises(UsageError, match="name the account"):
        cases.add_member(workspace, first, " ", "ana")


def test_one_case_is_handed_over_closed_and_opened_again_and_the_other_stays(
    workspace: Workspace, two: tuple[Case, Case]
) -> None:
    first, second = two
    for to, why in ((" ", "why"), ("ben", " ")):
        with pytest.raises(UsageError, match="say to whom"):
            cases.hand_over(workspace, first, to, why, "ana")
    cases.hand_over(workspace, first, "cleo", "call on Monday", "ana")
    cases.close(workspace, first, "charged", "cleo", keep_days=36_500)
    found = _now(workspace, first)
    assert (found.owner, found.closed_by, found.keep_days, found.closed_at is not None) == (
        "cleo",
        "cleo",
        36_500,
        True,
    )
    assert _members(workspace, first) == ["ana", "ben", "cleo"]
    assert _now(workspace, second) == second
    with workspace.read() as connection:
        assert [one.case_id for one in cases.every(connection)] == [second.case_id, first.case_id]
    with pytest.raises(UsageError, match="was closed by cleo"):
        cases.close(workspace, found, "again", "cleo")
    for case, why in ((found, " "), (second, "why")):
        with pytest.raises(UsageError, match="only a closed case"):
            cases.reopen(workspace, case, why, "cleo")
    cases.close(workspace, second, "charged", "ana")
    cases.reopen(workspace, found, "a new ad", "cleo")
    again = _now(workspace, first)
    assert (again.closed_at, again.closed_by, again.keep_days) == (None, None, None)
    assert _now(workspace, second).closed_by == "ana"


@pytest.mark.parametrize("keep_days", [-1, 36_501])
def test_a_case_is_closed_with_a_reason_and_kept_for_a_hundred_years_at_most(
    workspace: Workspace, two: tuple[Case, Case], keep_days: int
) -> None:
    with pytest.raises(UsageError, match=r"0 to 36,500 days"):
        cases.close(workspace, two[0], "charged", "ana", keep_days=keep_days)
    with pytest.raises(UsageError, match="say why"):
        cases.close(workspace, two[0], " ", "ana")
    assert _now(workspace, two[0]) == two[0]


def test_each_step_is_in_the_audit_log_under_the_case(workspace: Workspace) -> None:
    cases.add_team(workspace, "north", "north@example.org", ("nia", "ned"), "root")
    case = cases.open_case(workspace, "Harbor", "nia", team="north", via=Via.COMMAND)
    cases.add_member(workspace, case, "ben", "nia")
    cases.remove_member(workspace, case, "ben", "nia")
    cases.hand_over(workspace, case, "ned", "call on Monday", "nia")
    cases.close(workspace, case, "charged", "ned")
    cases.reopen(workspace, _now(workspace, case), "a new ad", "ned")
    told = [(one.actor, one.via, one.action, one.case_id, one.reason) for one in auditlog.events(workspace, limit=9)][
        ::-1
    ]
    number = case.case_id
    assert told == [
        ("root", "command", "set team", None, None),
        ("nia", "command", "open case", number, None),
        ("nia", "console", "add to case", number, None),
        ("nia", "console", "take off case", number, None),
        ("nia", "console", "hand over case", number, "call on Monday"),
        ("ned", "console", "close case", number, "charged"),
        ("ned", "console", "open case again", number, "a new ad"),
    ]


def test_numbers_begin_anew_with_the_year_and_go_on_from_the_last(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(year: int) -> str:
        monkeypatch.setattr(cases, "now", lambda: datetime(year, 5, 1, tzinfo=UTC))
        return cases.open_case(workspace, "Harbor", "ana").case_id

    assert [opened(year) for year in (2027, 2027, 2026, 2026, 2027)] == [
        "2027-0001", "2027-0002", "2026-0001", "2026-0002", "2027-0003",
    ]  # fmt: skip
    with workspace.begin() as connection:
        for table in (case_members, case_table):
            connection.execute(delete(table).where(table.c.case_id == "2026-0001"))
    assert opened(2026) == "2026-0003"


def test_a_case_has_a_title_and_only_a_team_that_there_is(workspace: Workspace) -> None:
    assert cases.open_case(workspace, " " + "x" * 200 + " ", "ana").title == "x" * 200
    with pytest.raises(UsageError, match="1 to 200"):
        cases.open_case(workspace, "x" * 201, "ana")
    with pytest.raises(UsageError, match="no team 'south'"):
        cases.open_case(workspace, "Harbor", "ana", team="south")
    with workspace.read() as connection:
        [made] = cases.every(connection, "ana")
        rows = connection.execute(select(case_members)).all()
    assert (made.owner, made.opened_by, made.team) == ("ana", "ana", None)
    assert [(row.account, row.added_by) for row in rows] == [("ana", "ana")]


def test_a_team_is_made_anew_with_those_it_has_now(workspace: Workspace) -> None:
    for team, contact in ((" ", "x"), ("north", " ")):
        with pytest.raises(UsageError, match="a team needs"):
            cases.add_team(workspace, team, contact, ("nia",), "root")
    cases.add_team(workspace, "north", "old@example.org", ("nia", "ned"), "root")
    cases.add_team(workspace, "south", "south@example.org", ("sam",), "root")
    cases.add_team(workspace, "north", "new@example.org", ("ned", "ada"), "root")
    with workspace.read() as connection:
        found = cases.all_teams(connection)
    assert [(one.team, one.contact, one.members) for one in found] == [
        ("north", "new@example.org", ("ada", "ned")),
        ("south", "south@example.org", ("sam",)),
    ]

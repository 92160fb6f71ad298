"""The day's queue: who is in it, in which order, why, and that a day gives one queue."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from casework import decisions, queue
from casework.records import QueueLane
from casework.tables import decisions as decisions_table
from casework.tables import queue_entries
from models.corpora import import_file
from models.labels import Value
from models.records import Band, Lane, Route
from store.errors import UsageError
from store.schema import now
from store.settings import Settings
from store.workspace import Workspace
from tests.casework.conftest import AddGroup


def _sized(workspace: Workspace, capacity: int, audit: int = 0, learn: int = 0) -> Workspace:
    return replace(workspace, settings=Settings(queue_capacity=capacity, queue_audit=audit, queue_learn=learn))


def _ids(workspace: Workspace) -> list[str]:
    return [entry.group_id for entry in queue.build(workspace)]


def _yesterday(workspace: Workspace) -> None:
    """Make everything decided and queued so far yesterday's."""
    day = (date.fromisoformat(queue.today(workspace)) - timedelta(days=1)).isoformat()
    with workspace.begin() as connection:
        connection.execute(update(queue_entries).values(day=day))
        connection.execute(update(decisions_table).values(at=now() - timedelta(days=1)))


def test_the_first_lane_is_whole_and_first_whatever_the_capacity_and_route(
    workspace: Workspace, add_group: AddGroup
) -> None:
    add_group("a", 0.9)
    add_group("b", 0.8)
    for number in range(5):
        add_group(f"minor{number}", 0.1, lane=Lane.FIRST, route=Route.VENUE)
    entries = queue.build(_sized(workspace, capacity=1))
    assert [entry.lane for entry in entries] == [QueueLane.FIRST] * 5 + [QueueLane.RANKED]
    assert entries[-1].group_id == "a"
    assert [entry.rank for entry in entries] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("route", [Route.SPAM, Route.VENUE, Route.AGENCY])
def test_routes_that_leave_the_queue_are_not_ranked(workspace: Workspace, add_group: AddGroup, route: Route) -> None:
    add_group("aside", 0.9, route=route)
    add_group("recruits", 0.5, route=Route.RECRUITMENT)
    assert _ids(_sized(workspace, 10)) == ["recruits"]


def test_no_signal_and_not_enough_to_say_are_below_the_cut(workspace: Workspace, add_group: AddGroup) -> None:
    add_group("none", 0.3, band=Band.NONE)
    add_group("little", 0.9, band=Band.ABSTAINED)
    assert _ids(_sized(workspace, 10)) == []


def test_equal_values_stand_in_order_of_id(workspace: Workspace, add_group: AddGroup) -> None:
    for group_id in ("c", "a", "b"):
        add_group(group_id, 0.5)
    assert _ids(_sized(workspace, 2)) == ["a", "b"]


def test_a_day_built_again_is_the_same_and_its_audit_slice_too(workspace: Workspace, add_group: AddGroup) -> None:
    for number in range(40):
        add_group(f"g{number:02}", number / 40)
    small = _sized(workspace, capacity=10, audit=5)
    first = queue.build(small)
    assert len(first) == 15
    assert {entry.lane for entry in first[10:]} == {QueueLane.AUDIT}
    assert queue.build(small) == first


@pytest.mark.slow
def test_what_a_label_teaches_most_of_is_near_the_cut_and_stands_before_the_lot(
    workspace: Workspace, add_group: AddGroup
) -> None:
    for number in range(40):
        add_group(f"g{number:02}", number / 40, reasons=("circuit",) if number % 2 else ("template_reuse",))
    entries = queue.build(_sized(workspace, capacity=10, audit=5, learn=2))
    assert [entry.lane for entry in entries[10:]] == [QueueLane.LEARN] * 2 + [QueueLane.AUDIT] * 5
    assert {entry.group_id for entry in entries[10:12]} == {"g29", "g28"}
    assert entries[10].why.startswith("a label teaches most here")


@pytest.mark.slow
def test_another_day_draws_another_audit_slice(
    workspace: Workspace, add_group: AddGroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(200):
        add_group(f"g{number:03}")
    small = _sized(workspace, capacity=1, audit=5)
    today = _ids(small)
    tomorrow = now() + timedelta(days=1)
    monkeypatch.setattr(queue, "now", lambda: tomorrow)
    assert set(_ids(small)) != set(today)


def test_a_group_decided_today_keeps_its_place_and_is_left_out_tomorrow(
    workspace: Workspace, add_group: AddGroup
) -> None:
    add_group("a", 0.9)
    add_group("b", 0.8)
    small = _sized(workspace, 10)
    assert _ids(small) == ["a", "b"]
    decisions.decide(small, "a", Value.CLEARED, who="ana", why="own website")
    assert _ids(small) == ["a", "b"]
    _yesterday(small)
    assert _ids(small) == ["b"]


def test_a_decided_group_that_only_gained_ads_stays_decided(workspace: Workspace, add_group: AddGroup) -> None:
    add_group("a", 0.9)
    decisions.decide(workspace, "a", Value.CLEARED, who="ana", why="own website")
    _yesterday(workspace)
    add_group("a", 0.9, ads=5)
    assert _ids(_sized(workspace, 10)) == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"places": ("Austin", "Reno")}, "opened again: new place: Reno"),
        ({"reasons": ("template_reuse", "circuit")}, "opened again: new reason: circuit"),
        ({"lane": Lane.FIRST}, "opened again: an age below 18 is now stated"),
    ],
)
def test_a_change_that_matters_opens_a_decided_group_again(
    workspace: Workspace, add_group: AddGroup, change: dict[str, object], why: str
) -> None:
    add_group("a", 0.9)
    decisions.decide(workspace, "a", Value.CLEARED, who="ana", why="own website")
    _yesterday(workspace)
    add_group("a", 0.9, **change)
    assert [entry.why for entry in queue.build(_sized(workspace, 10))] == [why]


@pytest.mark.parametrize("verdict", [Value.CLEARED, Value.NOT])
def test_words_alone_never_open_a_cleared_group_again(
    workspace: Workspace, add_group: AddGroup, verdict: Value
) -> None:
    add_group("a", 0.9)
    decisions.decide(workspace, "a", verdict, who="ana", why="own website")
    _yesterday(workspace)
    add_group("a", 0.95, reasons=("template_reuse", "third_party_control", "youth_implying", "contact_obfuscation"))
    assert _ids(_sized(workspace, 10)) == []


def test_new_words_open_a_group_that_nobody_was_sure_about(workspace: Workspace, add_group: AddGroup) -> None:
    add_group("a", 0.9)
    decisions.decide(workspace, "a", Value.UNSURE, who="ana", why="too little")
    _yesterday(workspace)
    add_group("a", 0.95, reasons=("template_reuse", "third_party_control"))
    assert _ids(_sized(workspace, 10)) == ["a"]


@pytest.mark.parametrize(
    ("change", "queued"),
    [({}, []), ({"reasons": ("template_reuse", "youth_implying")}, []), ({"reasons": ("circuit",)}, ["a"])],
)
def test_an_imported_clearing_holds_until_new_structure_speaks_against_it(
    workspace: Workspace, add_group: AddGroup, tmp_path: Path, change: dict[str, object], queued: list[str]
) -> None:
    add_group("a", 0.9)
    file = tmp_path / "cleared.csv"
    file.write_text("ad_id,value,who\na-0,cleared,court\na-1,cleared,court\n", encoding="utf-8")
    import_file(workspace, str(file))
    add_group("a", 0.9, **change)
    assert _ids(_sized(workspace, 10)) == queued
    add_group("a", 0.9, lane=Lane.FIRST)
    assert _ids(_sized(workspace, 10)) == ["a"]


def test_what_changed_since_the_last_queue_is_said(workspace: Workspace, add_group: AddGroup) -> None:
    add_group("rises", 0.5)
    add_group("stays", 0.6)
    small = _sized(workspace, 10)
    assert {entry.why for entry in queue.build(small)} == {"entered"}
    _yesterday(small)
    add_group("rises", 0.9)
    assert {entry.group_id: entry.why for entry in queue.build(small)} == {
        "rises": "rose from 0.50",
        "stays": "carried over, not yet decided",
    }


def test_a_day_is_a_day_of_the_teams_time_zone(workspace: Workspace) -> None:
    far = replace(workspace, settings=Settings(timezone="Pacific/Kiritimati"))  # 14 hours ahead of UTC
    assert queue.today(far) == now().astimezone(ZoneInfo("Pacific/Kiritimati")).date().isoformat()


def test_a_past_day_is_never_built_again_and_a_future_one_is_refused(workspace: Workspace, add_group: AddGroup) -> None:
    add_group("a", 0.9)
    assert queue.build(workspace, "2020-01-01") == []
    with pytest.raises(UsageError, match="has not come yet"):
        queue.build(workspace, "2999-01-01")
    with pytest.raises(UsageError, match="is no day"):
        queue.build(workspace, "yesterday")

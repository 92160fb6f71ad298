"""A team at one queue: claims that do not collide, what sleeps and what wakes, second readers, what is missed, what changed."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, insert, update

from casework import day_changes, decisions, missed, queue, queue_states, second_reads
from casework.day_changes import Move
from casework.queue_states import ClaimedError
from casework.records import QueueLane
from casework.tables import accounts, queue_days, queue_entries
from casework.tables import decisions as decisions_table
from casework.tables import queue_states as states_table
from linker.tables import group_members, lineage, link_signals
from models import labels
from models.labels import Value
from models.records import Lane, Route
from models.tables import priorities
from store.database import upsert
from store.errors import UsageError
from store.schema import now
from store.settings import Settings
from store.workspace import Workspace
from tests.casework.conftest import AddGroup


def _team(workspace: Workspace, **settings: int) -> Workspace:
    """Two people who may decide."""
    with workspace.begin() as connection:
        common = {"role": "analyst", "password_hash": "", "disabled": False, "failures": 0, "created_at": now()}
        connection.execute(insert(accounts), [{"name": name, **common} for name in ("ana", "ben")])
    small = {"queue_capacity": 10, "queue_audit": 0, "queue_learn": 0, "queue_second": 0, **settings}
    return replace(workspace, settings=Settings.model_validate(small))


def _ids(workspace: Workspace) -> list[str]:
    return [entry.group_id for entry in queue.build(workspace)]


def _yesterday(workspace: Workspace) -> None:
    """Make everything queued, decided and put to sleep so far yesterday's."""
    day = (date.fromisoformat(queue.today(workspace)) - timedelta(days=1)).isoformat()
    at = now() - timedelta(days=1)
    with workspace.begin() as connection:
        connection.execute(update(queue_entries).values(day=day))
        connection.execute(update(queue_days).values(day=day))
        connection.execute(update(decisions_table).values(at=at, day=day))
        connection.execute(update(states_table).values(snoozed_at=at))


def _in_days(workspace: Workspace, days: int) -> str:
    return (date.fromisoformat(queue.today(workspace)) + timedelta(days=days)).isoformat()


def test_of_two_who_claim_one_group_at_once_one_has_it_and_the_other_is_told(
    workspace: Workspace, add_group: AddGroup
) -> None:
    add_group("a", 0.9)

    def ask(who: str) -> str:
        try:
            return f"has {queue_states.claim(workspace, 'a', who).claimed_by}"
        except ClaimedError as told:
            return str(told).partition(" since ")[0]

    with ThreadPoolExecutor(2) as both:
        said = sorted(both.map(ask, ("ana", "ben")))
    assert said in (["ana has had this group", "has ana"], ["ben has had this group", "has ben"])


def test_a_claim_is_let_go_by_its_holder_or_by_time(workspace: Workspace, add_group: AddGroup) -> None:
    add_group("a", 0.9)
    queue_states.claim(workspace, "a", "ana")
    queue_states.claim(workspace, "a", "ana")
    with pytest.raises(UsageError, match="no claim"):
        queue_states.release(workspace, "a", "ben")
    queue_states.release(workspace, "a", "ana")
    queue_states.claim(workspace, "a", "ben")
    with workspace.begin() as connection:
        connection.execute(update(states_table).values(claimed_at=now() - timedelta(hours=9)))
        assert queue_states.states(workspace, connection, ["a"])["a"].claimed_by is None
    assert queue_states.claim(workspace, "a", "ana").claimed_by == "ana"


def test_a_group_is_assigned_to_somebody_who_has_an_account(workspace: Workspace, add_group: AddGroup) -> None:
    add_group("a", 0.9)
    team = _team(workspace)
    queue_states.assign(team, "a", "ben", "ana")
    with team.read() as connection:
        found = queue_states.states(team, connection, ["a", "b"])
    assert [(one.assigned_to, one.assigned_by) for one in found.values()] == [("ben", "ana")]
    for group_id, person in (("a", "nobody"), ("gone", "ben")):
        with pytest.raises(UsageError, match="there is no"):
            queue_states.assign(team, group_id, person, "ana")


def test_a_sleeping_group_keeps_its_place_today_and_is_left_out_until_its_day(
    workspace: Workspace, add_group: AddGroup
) -> None:
    add_group("a", 0.9)
    add_group("b", 0.8)
    team = _team(workspace)
    queue_states.snooze(team, "a", _in_days(team, 3), "ana", "waits for the venue's answer")
    assert _ids(team) == ["a", "b"]
    _yesterday(team)
    assert _ids(team) == ["b"]
    queue_states.wake(team, "a", "ben")
    assert _ids(team) == ["a", "b"]


def test_a_change_that_matters_wakes_a_sleeping_group_and_says_so(workspace: Workspace, add_group: AddGroup) -> None:
    add_group("a", 0.9)
    team = _team(workspace)
    queue_states.snooze(team, "a", _in_days(team, 3), "ana", "waits")
    _yesterday(team)
    add_group("a", 0.9, places=("Austin", "Reno"))
    assert [entry.why for entry in queue.build(team)] == ["opened again: new place: Reno"]


def test_the_first_lane_never_sleeps(workspace: Workspace, add_group: AddGroup) -> None:
    add_group("a", 0.1, lane=Lane.FIRST)
    team = _team(workspace)
    for until, why in ((_in_days(team, 3), "waits"), (_in_days(team, 0), "waits"), (_in_days(team, 3), " ")):
        with pytest.raises(UsageError):
            queue_states.snooze(team, "a", until, "ana", why)


def test_a_new_person_opens_a_decided_group_again_and_a_reason_of_a_known_family_does_not(
    workspace: Workspace, add_group: AddGroup
) -> None:
    def name(ad_id: str, *names: str) -> None:
        row = {"ad_id": ad_id, "seen_first": now(), "seen_last": now(), "facts": {"names": names}, "wording": ""}
        with workspace.begin() as connection:
            upsert(connection, link_signals, [row])

    add_group("a", 0.9)
    name("a-0", "ruby")
    team = _team(workspace)
    decisions.decide(team, "a", Value.UNSURE, who="ana", why="too little")
    _yesterday(team)
    add_group("a", 0.9, reasons=("template_reuse", "multi_contact_template"))
    assert _ids(team) == []
    name("a-1", "ruby", "jade")
    assert [entry.why for entry in queue.build(team)] == ["opened again: new person: jade"]


def test_a_decided_group_comes_to_a_second_reader_who_is_not_shown_the_first_verdict(
    workspace: Workspace, add_group: AddGroup
) -> None:
    team = _team(workspace, queue_second=1)
    for number in range(3):
        add_group(f"g{number}", 0.9)
        decisions.decide(team, f"g{number}", Value.INDICATED, who="ana", why="because")
    assert all(entry.lane is QueueLane.RANKED for entry in queue.build(team))
    _yesterday(team)
    (entry,) = queue.build(team)
    assert entry.lane is QueueLane.SECOND
    assert queue.build(team) == [entry]
    decisions.decide(team, entry.group_id, Value.NOT, who="ben", why="because")
    with team.read() as connection:
        read = labels.history(connection, entry.group_id)[-1]
        assert second_reads.agreed(connection).groups == 1
    assert read.source.value == "second reader"
    assert read.shown is not None
    assert read.shown.others == 0


def test_what_is_missed_below_the_cut_is_estimated_from_the_random_entries(
    workspace: Workspace, add_group: AddGroup
) -> None:
    team = _team(workspace, queue_capacity=1, queue_audit=4)
    for number in range(41):
        add_group(f"g{number:02}", 0.9 - number / 100)
    with team.read() as connection:
        assert missed.missed(connection).sentence == "Nothing lies below the cut."
    drawn = [entry for entry in queue.build(team) if entry.lane is QueueLane.AUDIT]
    with team.read() as connection:
        assert "nothing is known" in missed.missed(connection).sentence
    verdicts = (Value.INDICATED, Value.NOT, Value.CLEARED, Value.UNSURE)
    for entry, verdict in zip(drawn, verdicts, strict=True):
        decisions.decide(team, entry.group_id, verdict, who="ana", why="because")
    with team.read() as connection:
        found = missed.missed(connection)
    assert (found.hits, found.of, found.below) == (1, 3, 40)
    assert "an estimated 13 matter (0 to 36, 95 % interval)" in found.sentence


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(0, 0, 0, 1), (0, 10, 0, 0.3085), (1, 10, 0.0025, 0.4450), (5, 10, 0.1871, 0.8129), (10, 10, 0.6915, 1)],
)
def test_the_interval_is_the_exact_one(hits: int, of: int, low: float, high: float) -> None:
    assert missed.clopper_pearson(hits, of) == pytest.approx((low, high), abs=1e-4)


def test_what_changed_since_yesterday_is_told_with_the_criterion_behind_each(
    workspace: Workspace, add_group: AddGroup
) -> None:
    team = _team(workspace, queue_capacity=4)
    add_group("decided", 0.95)
    add_group("rises", 0.5)
    add_group("falls", 0.8, reasons=("template_reuse", "circuit"))
    add_group("other-class", 0.45)
    queue.build(team)
    decisions.decide(team, "decided", Value.CLEARED, who="ana", why="because")
    _yesterday(team)
    add_group("rises", 0.9, reasons=("template_reuse", "circuit"))
    add_group("falls", 0.3, reasons=("template_reuse",))
    add_group("other-class", 0.45, route=Route.SPAM)
    add_group("enters", 0.7, reasons=("circuit",))
    queue.build(team)
    with team.read() as connection:
        found = day_changes.between(team, connection, queue.today(team))
    assert {(one.group_id, one.move): one.why for one in found.changes} == {
        ("rises", Move.ROSE): "circuit is new (+0.10)",
        ("falls", Move.FELL): "circuit is gone (-0.10)",
        ("enters", Move.ENTERED): "new above the cut: circuit (+0.10)",
        ("decided", Move.LEFT): "decided cleared by ana",
        ("other-class", Move.LEFT): "looked at as spam now, before as review",
    }


def test_why_a_group_left_or_changed_its_lane_is_told(workspace: Workspace, add_group: AddGroup) -> None:
    team = _team(workspace, queue_capacity=5)
    for number, name in enumerate(("outranked", "sleeps", "joined", "scattered", "minor")):
        add_group(name, 0.5 + number / 100)
    add_group("adult", 0.2, lane=Lane.FIRST)
    assert len(queue.build(team)) == 6
    queue_states.snooze(team, "sleeps", _in_days(team, 3), "ana", "waits")
    _yesterday(team)
    with team.begin() as connection:
        for gone in ("joined", "scattered"):
            for table in (group_members, priorities):
                connection.execute(delete(table).where(table.c.group_id == gone))
        passage = {"group_id": "minor", "other": "joined", "passage": "merged", "at": now()}
        connection.execute(insert(lineage).values(passage))
    add_group("minor", 0.54, lane=Lane.FIRST)
    add_group("adult", 0.8)
    for name in ("x", "y", "z", "last"):
        add_group(name, 0.9)
    queue.build(team)
    with team.read() as connection:
        found = day_changes.between(team, connection, queue.today(team))
        earlier = day_changes.between(team, connection, found.since or "")
    told = {one.group_id: one.why for one in found.changes if one.move is not Move.ENTERED}
    assert told["minor"] == "an age below 18 is now stated"
    assert told["adult"] == "no age below 18 is stated any more"
    assert told["sleeps"] == f"asleep until {_in_days(team, 3)}"
    assert told["joined"] == "joined group minor"
    assert told["scattered"] == "its ads are gone, or in other groups"
    assert told["outranked"] == "others stand higher: the cut is 0.80 now"
    assert {one.group_id for one in found.of(Move.LEFT)} == {"sleeps", "joined", "scattered", "outranked"}
    assert (earlier.since, earlier.changes) == (None, ())


def test_no_queue_holds_a_canary(workspace: Workspace, add_group: AddGroup) -> None:
    add_group("a", 0.9)
    add_group("planted", 0.9)
    with workspace.begin() as connection:
        connection.execute(insert(group_members), [{"ad_id": "sidelight-canary:2026-05-01", "group_id": "planted"}])
    assert _ids(_team(workspace, queue_audit=10)) == ["a"]

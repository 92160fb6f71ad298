"""A decision, its label and its audit event stand or fall together, and each can be taken back."""

import pytest
from sqlalchemy import func, select

from casework import auditlog, decisions, expectation, queue
from casework.tables import decisions as decisions_table
from models import labels
from models.labels import Tier, Value
from store import audit
from store.errors import UsageError
from store.workspace import Workspace
from tests.casework.conftest import AddGroup


def test_a_decision_is_recorded_with_its_label_and_its_look(workspace: Workspace, add_group: AddGroup) -> None:
    add_group("a", 0.9, ads=3)
    made = decisions.decide(workspace, "a", Value.INDICATED, who="ana", why=" called the venue ", tier=Tier.OPINION)
    with workspace.read() as connection:
        [label] = labels.history(connection, "a")
        assert decisions.history(connection, "a", ()) == [made]
    assert (label.value, label.tier, label.who, label.ad_ids) == (
        Value.INDICATED,
        Tier.OPINION,
        "ana",
        ("a-0", "a-1", "a-2"),
    )
    assert label.model == "scorecard 1"
    assert made.why == "called the venue"
    [event] = auditlog.events(workspace, limit=1, about=("group", "a"))
    assert (event.actor, event.action, event.facts["verdict"]) == ("ana", "decide", "trafficking-indicated")


def test_a_decision_knows_the_queue_that_put_the_group_there(workspace: Workspace, add_group: AddGroup) -> None:
    add_group("a", 0.9)
    assert decisions.decide(workspace, "a", Value.CLEARED, who="ana", why="because").day is None
    queue.build(workspace)
    assert decisions.decide(workspace, "a", Value.INDICATED, who="ana", why="because").day == queue.today(workspace)
    with workspace.read() as connection:
        assert labels.history(connection, "a")[-1].queue_day == queue.today(workspace)
        found = expectation.expectation(connection, 0.01)
    assert (found.ranked.hits, found.ranked.of) == (1, 1)


def test_a_label_holds_what_was_on_screen_and_knows_a_second_reader(workspace: Workspace, add_group: AddGroup) -> None:
    add_group("a", 0.9)
    queue.build(workspace)
    decisions.decide(workspace, "a", Value.INDICATED, who="ana", why="because")
    decisions.decide(workspace, "a", Value.NOT, who="ben", why="because")
    decisions.decide(workspace, "a", Value.UNSURE, who="ana", why="thought again")
    with workspace.read() as connection:
        first, second, again = labels.history(connection, "a")
    assert [one.source.value for one in (first, second, again)] == ["decision", "second reader", "second reader"]
    assert first.shown is not None
    assert second.shown is not None
    assert (first.shown.value, first.shown.reasons, first.shown.queue_lane) == (0.9, ("template_reuse",), "ranked")
    assert (first.shown.rank, first.shown.others, second.shown.others) == (1, 0, 1)


def test_without_its_audit_event_nothing_is_decided(
    workspace: Workspace, add_group: AddGroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_group("a", 0.9)

    def broken(*_: object) -> str:
        raise OSError("no space left")

    monkeypatch.setattr(audit, "digest", broken)
    with pytest.raises(OSError, match="no space"):
        decisions.decide(workspace, "a", Value.CLEARED, who="ana", why="because")
    with workspace.read() as connection:
        assert connection.execute(select(func.count()).select_from(decisions_table)).scalar_one() == 0
        assert labels.history(connection, "a") == []


def test_an_undone_decision_stays_and_its_label_is_withdrawn(workspace: Workspace, add_group: AddGroup) -> None:
    add_group("a", 0.9)
    made = decisions.decide(workspace, "a", Value.CLEARED, who="ana", why="because")
    decisions.undo(workspace, made.decision_id, who="sam")
    with workspace.read() as connection:
        [kept] = decisions.history(connection, "a", ())
        assert kept.undone_by == "sam"
        assert decisions.standing(connection) == {}
        assert labels.standing(connection) == []
    with pytest.raises(UsageError, match="undone before"):
        decisions.undo(workspace, made.decision_id, who="sam")


def test_a_decision_is_carried_to_new_members_without_a_new_label(workspace: Workspace, add_group: AddGroup) -> None:
    add_group("a", 0.9, ads=2)
    made = decisions.decide(workspace, "a", Value.CLEARED, who="ana", why="because")
    add_group("a", 0.9, ads=4)
    with workspace.read() as connection:
        assert decisions.history(connection, "a", ())[0] == made
        assert len(labels.standing(connection)) == 1


def test_a_decision_is_found_by_its_ads_when_the_groups_id_has_changed(
    workspace: Workspace, add_group: AddGroup
) -> None:
    add_group("a", 0.9)
    made = decisions.decide(workspace, "a", Value.CLEARED, who="ana", why="because")
    with workspace.read() as connection:
        assert decisions.history(connection, "other", ["a-1", "z"]) == [made]


@pytest.mark.parametrize("why", ["", "   ", "x" * 5001])
def test_a_decision_needs_a_reason(workspace: Workspace, add_group: AddGroup, why: str) -> None:
    add_group("a", 0.9)
    with pytest.raises(UsageError, match="say why"):
        decisions.decide(workspace, "a", Value.CLEARED, who="ana", why=why)


def test_a_group_that_is_gone_cannot_be_decided(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="no group"):
        decisions.decide(workspace, "gone", Value.CLEARED, who="ana", why="because")


@pytest.mark.parametrize(("prevalence", "precision"), [(0.01, 0.476), (0.001, 0.083)])
def test_expected_precision_is_that_of_the_published_example(prevalence: float, precision: float) -> None:
    assert expectation.expected_precision(prevalence) == pytest.approx(precision, abs=0.001)


def test_a_share_of_few_has_a_wide_interval() -> None:
    few, many = expectation.share(1, 4), expectation.share(100, 400)
    assert few.low < many.low < 0.25 < many.high < few.high
    assert expectation.share(0, 0) == expectation.Share(0, 0, 0.0, 1.0)

"""Watching: nothing missed, nothing doubled, whatever fails; groups and people are followed; blindness is told."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, event, insert, select, update

from casework import watches
from casework.tables import alerts
from casework.tables import watches as watch_table
from casework.watches import By, Kind, Origin
from casework.watching import asked, blindness, canaries, following, ledger, proof, runs
from indexer.engine import open_backend
from linker.records import Reason
from linker.tables import link_keys
from models.style_rows import Suggestion, replace_suggestions
from store.errors import UsageError
from store.health import Health, State
from store.schema import now
from store.workspace import Workspace
from tests.casework.published import MOMENT, group, publish

PHONE = "+12025550143"


def _alerts(workspace: Workspace, watch_id: int | None = None) -> list[str]:
    query = select(alerts.c.ad_id).where(alerts.c.origin != Origin.KNOWN.value).order_by(alerts.c.ad_id)
    if watch_id is not None:
        query = query.where(alerts.c.watch_id == watch_id)
    with workspace.read() as connection:
        return list(connection.execute(query).scalars())


def _break(workspace: Workspace, watch_id: int, query: str) -> None:
    """As when the query language changed under a saved query."""
    with workspace.begin() as connection:
        connection.execute(update(watch_table).where(watch_table.c.watch_id == watch_id).values(query=query))


@pytest.mark.slow
def test_what_answers_a_new_watch_already_is_known_and_alerts_nobody(workspace: Workspace) -> None:
    publish(workspace, {"s:1": "quiet garden"})
    assert runs.evaluate(workspace) == 0
    watches.add(workspace, "ana", "garden")
    assert runs.evaluate(workspace) == 0
    publish(workspace, {"s:1": "quiet garden, new words", "s:2": "a garden"}, days=1)
    assert runs.evaluate(workspace) == 1
    assert _alerts(workspace) == ["s:2"]
    assert proof.prove(workspace).holds


def test_an_inbox_goes_neither_through_what_answered_before_nor_through_the_news_of_others(
    workspace: Workspace,
) -> None:
    plans = []
    with workspace.read() as connection:

        @event.listens_for(connection, "before_cursor_execute")
        def _(_c: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
            plans.append((statement, values))

        watches.inbox(connection, "ana")
        (asked, values), *_ = plans
        steps = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", values).all()
    assert any("ix_alerts_news (watch_id=?)" in str(step) for step in steps)
    assert not any("SCAN alerts" in str(step) for step in steps)
    assert ["TEMP B-TREE" in str(step) for step in steps].index(True) == len(
        steps
    ) - 1  # the newest of each watch, no more


def test_an_ad_published_before_the_watch_but_not_yet_asked_about_is_news(workspace: Workspace) -> None:
    publish(workspace, {"s:1": "garden"})
    watches.add(workspace, "ana", "garden")
    assert runs.evaluate(workspace) == 1


@pytest.mark.slow
def test_a_failing_watch_is_shown_and_catches_up_once_it_can_be_asked(workspace: Workspace) -> None:
    broken = watches.add(workspace, "ana", "garden")
    whole = watches.add(workspace, "ana", "river")
    _break(workspace, broken, "price:<")
    publish(workspace, {"s:1": "garden river"})
    assert runs.evaluate(workspace) == 1
    with workspace.read() as connection:
        shown = {one.watch_id: one.error for one in watches.active(connection)}
        (row,) = ledger.entries(connection, broken)
    assert shown[whole] is None
    assert shown[broken] is not None
    assert "write price:<100" in shown[broken]
    assert row.error == shown[broken]
    assert row.evaluated == 0
    assert [number for number, _ in proof.prove(workspace).failing] == [broken]
    _break(workspace, broken, "garden")
    publish(workspace, {"s:2": "nothing"}, days=1)
    assert runs.evaluate(workspace) == 1
    assert _alerts(workspace, broken) == ["s:1"]
    assert proof.prove(workspace).holds


@pytest.mark.slow
def test_the_ledger_says_what_each_run_came_to_and_what_was_read_of_it(workspace: Workspace) -> None:
    number = watches.add(workspace, "ana", "garden")
    publish(workspace, {"s:1": "garden", "s:2": "garden", "s:3": "river"})
    runs.evaluate(workspace)
    publish(workspace, {"s:1": "garden again"}, days=1)
    runs.evaluate(workspace)
    with workspace.begin() as connection:
        first = watches.inbox(connection, "ana")[0]
        watches.mark_read(connection, "ana", [first.alert_id])
        second, earlier = ledger.entries(connection, number)
    assert (earlier.evaluated, earlier.matched, earlier.new, earlier.read) == (3, 2, 2, 1)
    assert (second.evaluated, second.matched, second.new) == (1, 1, 0)
    assert earlier.error is None


def test_an_alert_that_was_lost_is_proved_missing_and_found_by_the_sweep(workspace: Workspace) -> None:
    number = watches.add(workspace, "ana", "garden")
    publish(workspace, {"s:1": "garden", "s:2": "garden"})
    runs.evaluate(workspace)
    with workspace.begin() as connection:
        connection.execute(delete(alerts).where(alerts.c.ad_id == "s:2"))
    found = proof.prove(workspace)
    assert not found.holds
    assert found.missed == ((number, "s:2"),)
    assert runs.sweep(workspace) == 1
    assert runs.sweep(workspace) == 0
    assert proof.prove(workspace).holds
    with workspace.read() as connection:
        assert [one.origin for one in watches.inbox(connection, "ana")] == [Origin.SWEEP, Origin.BATCH]


def test_an_alert_that_no_run_accounts_for_is_told(workspace: Workspace) -> None:
    number = watches.add(workspace, "ana", "garden")
    publish(workspace, {"s:1": "garden"})
    runs.evaluate(workspace)
    with workspace.begin() as connection:
        row = {"watch_id": number, "ad_id": "s:9", "at": now(), "run_id": 1, "origin": "batch"}
        connection.execute(insert(alerts), [row])
    assert proof.prove(workspace).unaccounted == ((1, number),)


def test_an_identifier_is_watched_in_any_writing_and_a_word_is_none(workspace: Workspace) -> None:
    watches.add(workspace, "ana", "(202) 555-0143", kind=Kind.IDENTIFIER)
    publish(workspace, {"s:1": f"call {PHONE} now", "s:2": "call +12025550144 now"})
    assert runs.evaluate(workspace) == 1
    assert _alerts(workspace) == ["s:1"]
    with pytest.raises(UsageError, match="is no phone"):
        watches.add(workspace, "ana", "garden", kind=Kind.IDENTIFIER)


@pytest.mark.slow
def test_a_group_is_followed_through_a_change_of_its_id(workspace: Workspace) -> None:
    publish(workspace, {"s:1": "one", "s:2": "two"})
    group(workspace, "g1", ["s:1", "s:2"])
    runs.evaluate(workspace)
    number = watches.add(workspace, "ana", "g1", kind=Kind.GROUP)
    publish(workspace, {"s:3": "three"}, days=1)
    group(workspace, "g0", ["s:1", "s:2", "s:3"])
    assert runs.evaluate(workspace) == 1
    assert _alerts(workspace, number) == ["s:3"]
    with pytest.raises(UsageError, match="no group"):
        watches.add(workspace, "ana", "g7", kind=Kind.GROUP)


def test_where_only_the_standing_of_a_group_changed_watches_of_ads_are_not_asked_again(workspace: Workspace) -> None:
    publish(workspace, {"s:1": "one", "s:2": "two", "s:3": "three"})
    runs.evaluate(workspace)
    of_ads, of_groups = watches.add(workspace, "ana", "one"), watches.add(workspace, "ana", "group:g1")
    runs.evaluate(workspace)
    group(workspace, "g1", ["s:1", "s:2"], standing=True)
    assert runs.evaluate(workspace) == 2
    assert _alerts(workspace) == _alerts(workspace, of_groups) == ["s:1", "s:2"]
    publish(workspace, {"s:3": "three and one"}, days=1, index=False)
    group(workspace, "g1", ["s:1", "s:2", "s:3"], standing=True)
    assert runs.evaluate(workspace) == 2
    assert _alerts(workspace, of_ads) == ["s:3"]
    with workspace.read() as connection:
        rows = {number: ledger.entries(connection, number)[0].evaluated for number in (of_ads, of_groups)}
    assert rows == {of_ads: 1, of_groups: 3}
    assert proof.prove(workspace).holds


def test_a_person_is_known_by_wording_and_style_when_the_number_changes(workspace: Workspace) -> None:
    publish(workspace, {"s:1": f"the old number {PHONE}"})
    group(workspace, "g1", ["s:1"])
    runs.evaluate(workspace)
    number = watches.add(workspace, "ana", "s:1", kind=Kind.PERSON, by=(By.TEMPLATE, By.STYLE))
    publish(workspace, {"s:2": "a new number +12025550177", "s:3": "another hand", "s:4": "one more"}, days=1)
    group(workspace, "g2", ["s:2"])
    group(workspace, "g3", ["s:3"])
    with workspace.begin() as connection:
        keys = [{"ad_id": one, "reason": Reason.TEXT.value, "key": "wording"} for one in ("s:1", "s:2")]
        connection.execute(insert(link_keys), keys)
        replace_suggestions(connection, [Suggestion("g1", "g3", "posters in its towns", 0.9, 0.0001, 100, "m")])
    assert runs.evaluate(workspace) == 2
    assert _alerts(workspace, number) == ["s:2", "s:3"]
    assert proof.prove(workspace).holds


def test_a_canary_comes_through_to_sidelight_s_own_watch_alone(workspace: Workspace) -> None:
    watches.add(workspace, "ana", "-garden")
    ad_id = canaries.plant(workspace, date(2026, 5, 1))
    assert canaries.plant(workspace, date(2026, 5, 1)) == ad_id
    assert canaries.is_canary(ad_id)
    late = now() + canaries.PATIENCE + timedelta(hours=1)
    waiting = canaries.check(workspace)
    assert waiting is not None
    assert waiting.arrived_at is None
    canaries.check(workspace, late)
    with workspace.read() as connection:
        assert [row.state for row in watches.blind_spots(connection)] == [State.RED]
    publish(workspace, {ad_id: f"{canaries.WORD} once"})
    runs.evaluate(workspace)
    arrived = canaries.check(workspace, late)
    assert arrived is not None
    assert arrived.arrived_at is not None
    with workspace.read() as connection:
        assert watches.inbox(connection, "ana") == []
        assert watches.blind_spots(connection) == []


BLIND = {
    "garden": ["Austin", "whole"],
    "site:harbor garden": ["Austin", "whole"],
    "site:meadow garden": [],
    "place:4671654": ["Austin", "whole"],
    "place:austin": ["Austin", "whole"],
    "place:dallas": ["whole"],
    "place:dallas OR garden": ["Austin", "whole"],
    "near:austin 10km age:<21": ["Austin", "whole"],
}


def test_a_watch_is_blind_where_what_it_asks_for_is_not_collected(workspace: Workspace) -> None:
    reason = "no fresh ads in Austin, TX, US for 31 hours"
    spots = [
        Health(MOMENT, "nlp", "harbor", "fresh", State.AMBER, reason, place="4671654"),
        Health(MOMENT, "crawlers", "harbor", "ads", State.RED, "no ads as a whole"),
    ]
    numbers = {query: watches.add(workspace, "ana", query) for query in BLIND}
    with workspace.read() as connection:
        trees = asked.ask(workspace, connection, open_backend(workspace)).trees
    told = {query: blindness.blind_for(trees[number], spots) for query, number in numbers.items()}
    assert {query: ["Austin" if one.place else "whole" for one in found] for query, found in told.items()} == BLIND


def test_a_process_that_goes_on_asking_sees_new_watches_and_groups_that_moved(workspace: Workspace) -> None:
    publish(workspace, {"s:1": "one"})
    group(workspace, "g1", ["s:1"])
    watcher = runs.Watcher(workspace)
    assert following.once(watcher).alerts == 0
    followed = watches.add(workspace, "ana", "g1", kind=Kind.GROUP)
    assert following.once(watcher).alerts == 0
    publish(workspace, {"s:2": "two", "s:3": "garden"}, days=1)
    group(workspace, "g0", ["s:1", "s:2"])
    watches.add(workspace, "ana", "garden")
    assert following.once(watcher).alerts == 2
    assert _alerts(workspace, followed) == ["s:2"]
    watcher.backend.close()
    assert proof.prove(workspace).holds

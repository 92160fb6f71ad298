"""How long things are kept: from which moment on each is due, and what holds it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from casework import caseitems, cases, keeping, retention
from casework.caseitems import ItemKind
from casework.casetables import captures_due, case_items
from casework.casetables import cases as case_table
from casework.tables import alerts, decision_ads, decisions, queue_entries
from crawlers.excision import Excised
from crawlers.records import Ad
from crawlers.stored import record_sightings
from crawlers.tables import captures, frontier, runs
from store import keys
from store.errors import SettingsError, UsageError
from store.settings import Settings
from store.tables import audit_events, hash_matches
from store.workspace import Workspace, open_workspace

START = datetime(2021, 1, 1, tzinfo=UTC)
DAY, TICK = timedelta(days=1), timedelta.resolution
KEPT = {"ads": 100 * DAY, "cleared": 30 * DAY, "decided": 300 * DAY, "cases": 50 * DAY}
IDS = ("s:1", "s:2")


@pytest.fixture
def two(workspace: Workspace) -> Workspace:
    """Two ads, both last seen at the start."""
    with workspace.begin() as connection:
        record_sightings(connection, [Ad(one, "s", "", START, body=one) for one in IDS], seen_at=START, run_id="r")
    return workspace


def _decide(workspace: Workspace, verdict: str, at: datetime, ad_id: str = "s:1", **more: object) -> None:
    values = {
        "group_id": "g", "ad_ids": [ad_id], "verdict": verdict, "tier": "opinion", "who": "ana", "at": at, "why": "w",
        "basis": {"lane": "", "reasons": [], "places": []}, "label_id": 1,
    }  # fmt: skip
    with workspace.begin() as connection:
        number = connection.execute(
            insert(decisions).values(values | more).returning(decisions.c.decision_id)
        ).scalar_one()
        connection.execute(insert(decision_ads).values(decision_id=number, ad_id=ad_id))


def _due(workspace: Workspace, moment: datetime) -> tuple[dict[str, str], int]:
    with workspace.read() as connection:
        due = keeping.due_ads(connection, KEPT, moment)
    return dict(due.ads), due.held


def test_an_ad_is_due_so_long_after_its_last_sighting_to_the_moment(two: Workspace) -> None:
    assert _due(two, START + 100 * DAY - TICK) == ({}, 0)
    assert _due(two, START + 100 * DAY) == (dict.fromkeys(IDS, "ads"), 0)


@pytest.mark.parametrize("verdict", ["cleared", "not"])
@pytest.mark.parametrize(("decided", "from_day"), [(-5, 0), (0, 0), (7, 7)])
def test_a_cleared_ad_is_due_sooner_counted_from_the_later_of_sighting_and_decision(
    two: Workspace, verdict: str, decided: int, from_day: int
) -> None:
    value = next(one for one in keeping.CLEARED if one.startswith(verdict))
    _decide(two, value, START + decided * DAY)
    due = START + (from_day + 30) * DAY
    assert _due(two, due - TICK) == ({}, 0)
    assert _due(two, due) == ({"s:1": "cleared"}, 0)
    assert _due(two, START + 100 * DAY) == (dict.fromkeys(IDS, "ads"), 0)


def test_an_ad_decided_on_is_held_until_the_decisions_own_time_is_over(two: Workspace) -> None:
    _decide(two, "indicated", START)
    assert _due(two, START + 300 * DAY - TICK) == ({"s:2": "ads"}, 1)
    assert _due(two, START + 300 * DAY) == (dict.fromkeys(IDS, "ads"), 0)


def test_the_newest_decision_that_stands_counts(two: Workspace) -> None:
    _decide(two, "indicated", START)
    _decide(two, "cleared", START + DAY)
    _decide(two, "indicated", START + 2 * DAY, undone_at=START + 3 * DAY, undone_by="ana")
    assert _due(two, START + 31 * DAY) == ({"s:1": "cleared"}, 0)


def _case(workspace: Workspace, kind: ItemKind, about: str, state: dict[str, object]) -> cases.Case:
    case = cases.open_case(workspace, "Harbor", "ana")
    values = {"case_id": case.case_id, "kind": kind.value, "about": about, "state": state, "words": "w", "who": "ana"}
    with workspace.begin() as connection:
        connection.execute(insert(case_items).values(**values, at=START))
    return case


@pytest.mark.parametrize(
    ("kind", "about", "state"),
    [(ItemKind.AD, "s:1", {"ad_ids": ["s:2"]}), (ItemKind.GROUP, "g", {"ad_ids": ["s:1"]})],
)
def test_what_is_pinned_is_held_until_the_case_is_over_or_the_pin_is_taken_back(
    two: Workspace, kind: ItemKind, about: str, state: dict[str, object]
) -> None:
    late = START + 100 * DAY
    case = _case(two, kind, about, state)
    assert _due(two, late) == ({"s:2": "ads"}, 1)
    with two.begin() as connection:
        connection.execute(update(case_table).values(closed_at=late - 50 * DAY + TICK))
    assert _due(two, late) == ({"s:2": "ads"}, 1)
    with two.begin() as connection:
        connection.execute(update(case_table).values(closed_at=late - 50 * DAY))
    assert _due(two, late) == (dict.fromkeys(IDS, "ads"), 0)
    keeping.hold(two, "case", case.case_id, "order 7", "sam")
    assert _due(two, late) == ({"s:2": "ads"}, 1)
    with two.begin() as connection:
        connection.execute(update(case_items).values(undone_at=START, undone_by="ana"))
    assert _due(two, late) == (dict.fromkeys(IDS, "ads"), 0)


@pytest.mark.parametrize("kind", [ItemKind.NOTE, ItemKind.TAG, ItemKind.TASK])
def test_what_is_only_written_in_a_case_holds_no_ad(two: Workspace, kind: ItemKind) -> None:
    _case(two, kind, "s:1", {"ad_ids": ["s:2"]})
    assert _due(two, START + 100 * DAY)[1] == 0


def test_a_case_may_name_its_own_time(two: Workspace) -> None:
    _case(two, ItemKind.AD, "s:1", {})
    late = START + 1000 * DAY
    for keep_days, own in ((0, 0), (7, 7), (None, 50)):
        for closed, due in ((late - own * DAY, 1), (late - own * DAY + TICK, 0)):
            with two.begin() as connection:
                connection.execute(update(case_table).values(closed_at=closed, keep_days=keep_days))
                assert len(keeping.due_cases(connection, KEPT, late)) == due, keep_days


def test_an_ad_with_a_known_image_is_held_until_its_match_is_released(two: Workspace) -> None:
    with two.begin() as connection:
        connection.execute(insert(hash_matches).values(
            ad_id="s:1", keyed="k", algorithm="md5", set_name="made up", how="feed", at=START,
        ))  # fmt: skip
    assert _due(two, START + 100 * DAY) == ({"s:2": "ads"}, 1)
    with two.begin() as connection:
        connection.execute(update(hash_matches).values(released_at=START))
    assert _due(two, START + 100 * DAY)[1] == 0


def test_a_hold_is_on_a_thing_by_somebodys_order_and_is_released_once(two: Workspace) -> None:
    for kind, item, why in (("site", "s", "order 7"), ("ad", " ", "order 7"), ("ad", "s:1", " ")):
        with pytest.raises(UsageError, match="by whose order"):
            keeping.hold(two, kind, item, why, "sam")
    first, second = keeping.hold(two, "ad", "s:1", "order 7", "sam"), keeping.hold(two, "case", "s:2", "order 8", "sam")
    with two.read() as connection:
        assert [(one.hold_id, one.kind, one.item, one.why) for one in keeping.standing_holds(connection)] == [
            (first, "ad", "s:1", "order 7"),
            (second, "case", "s:2", "order 8"),
        ]
    assert _due(two, START + 100 * DAY) == ({"s:2": "ads"}, 1)
    keeping.release(two, first, "eve")
    for number in (first, 99):
        with pytest.raises(UsageError, match=f"no hold {number}"):
            keeping.release(two, number, "eve")
    with two.read() as connection:
        assert [one.hold_id for one in keeping.standing_holds(connection)] == [second]
        rows = connection.execute(select(audit_events).order_by(audit_events.c.seq)).all()
    assert [(one.actor, one.action, one.object_kind, one.reason) for one in rows] == [
        ("sam", "hold", "ad", "order 7"), ("sam", "hold", "case", "order 8"), ("eve", "release hold", "ad", None),
    ]  # fmt: skip


@pytest.mark.parametrize("given", ["0", "36500", "{days: 5}"])
def test_the_workspaces_rules_change_single_lines(workspace: Workspace, given: str) -> None:
    before = keeping.rules(workspace)
    (workspace.root / keeping.FILE).write_text(f"alerts: {given}\n")
    days = {"{days: 5}": 5}.get(given) or int(given)
    assert keeping.rules(workspace) == {**before, "alerts": days * DAY}
    (workspace.root / keeping.FILE).write_text("")
    assert keeping.rules(workspace) == before


def test_a_time_that_is_no_number_of_days_is_refused(workspace: Workspace) -> None:
    for given in ("-1", "36501", "true", "1.5", "soon", "null"):
        (workspace.root / keeping.FILE).write_text(f"alerts: {given}\n")
        with pytest.raises(SettingsError, match="'alerts' is kept for"):
            keeping.rules(workspace)


@pytest.mark.parametrize("given", ["[" * 2_000, "alerts", "\xff"])
def test_a_file_of_periods_that_cannot_be_read_is_named(given: str, workspace: Workspace) -> None:
    (workspace.root / keeping.FILE).write_bytes(given.encode("latin-1"))
    with pytest.raises(SettingsError, match=r"retention\.yml: cannot be read: .*write lines such as"):
        keeping.rules(workspace)


def test_ads_and_pages_are_kept_as_the_setting_says_where_the_rules_say_nothing(blank: Path) -> None:
    workspace = open_workspace(blank, Settings(retention_days=77))
    found = keeping.rules(workspace)
    workspace.close()
    assert (found["ads"], found["pages"], found["cleared"]) == (77 * DAY, 77 * DAY, 30 * DAY)


def test_alerts_queues_and_addresses_go_to_the_moment(workspace: Workspace) -> None:
    entry = {"rank": 1, "lane": "l", "value": 0.1, "band": "b", "route": "r", "why": "w", "model": "m"}
    with workspace.begin() as connection:
        for number, late in enumerate((timedelta(), TICK)):
            at = START + late
            connection.execute(insert(alerts).values(watch_id=number, ad_id="x", at=at + 275 * DAY))
            connection.execute(insert(queue_entries).values(day=f"{number}", group_id="g", made_at=at, **entry))
            ended = at + 275 * DAY
            run = {"run_id": f"{number}", "site": "s", "started_at": at, "ended_at": ended, "manifest": ""}
            connection.execute(insert(runs).values(run))
            place = {"url": "", "kind": "ad", "depth": 0, "state": "done", "seq": 1}
            connection.execute(insert(frontier).values(run_id=f"{number}", fingerprint="f", **place))
    retention.purge(workspace, START + 365 * DAY)
    with workspace.read() as connection:
        assert list(connection.execute(select(alerts.c.watch_id)).scalars()) == [1]
        assert list(connection.execute(select(queue_entries.c.day)).scalars()) == ["1"]
        assert list(connection.execute(select(frontier.c.run_id)).scalars()) == ["1"]


@pytest.mark.parametrize(
    ("month", "end"), [("2021-11", (2021, 12, 1)), ("2021-12", (2022, 1, 1)), ("2022-01", (2022, 2, 1))]
)
def test_the_words_of_a_month_go_so_long_after_its_end(
    workspace: Workspace, month: str, end: tuple[int, int, int]
) -> None:
    keys.key(workspace, f"audit-{month}")
    keys.key(workspace, "audit-signing")
    due = datetime(*end, tzinfo=UTC) + 730 * DAY
    assert retention.purge(workspace, due - TICK).months == 0
    assert retention.purge(workspace, due).months == 1
    assert (workspace.keys / "audit-signing.key").exists()


@pytest.mark.parametrize(("ended", "late", "due"), [(True, True, True), (False, True, False), (True, False, False)])
def test_a_page_nothing_stands_on_is_put_down_when_it_is_old_and_its_run_is_over(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, ended: bool, late: bool, due: bool
) -> None:
    with workspace.begin() as connection:
        for run, over in (("own", ended), ("over", True), ("open", False)):
            row = {"run_id": run, "site": "s", "started_at": START, "ended_at": START if over else None, "manifest": ""}
            connection.execute(insert(runs).values(row))
        page = {"url": "", "status": 200, "sha256": "", "warc_file": "f.warc.gz", "warc_offset": 0, "warc_length": 1}
        connection.execute(insert(captures).values(capture_id="page", fetched_at=START, run_id="own", **page))
    monkeypatch.setattr(retention, "_forget_captures", lambda _: Excised())  # there is no file to rewrite
    retention.purge(workspace, START + keeping.rules(workspace)["pages"] - (timedelta() if late else TICK))
    with workspace.read() as connection:
        put_down = [(row.capture_id, row.rule) for row in connection.execute(select(captures_due))]
    assert put_down == ([("page", "pages")] if due else [])


def test_a_decision_outlives_its_time_as_long_as_one_of_its_ads_is_there(two: Workspace) -> None:
    kept = keeping.rules(two)
    _decide(two, "cleared", START)
    _decide(two, "indicated", START, "s:2")
    caseitems.note(two, cases.open_case(two, "Harbor", "ana"), "a note", "ana")
    late = START + max(kept.values())
    with two.begin() as connection:
        assert retention._forget_decisions(connection, kept, late) == 0
        retention._remove(connection, ["s:1"])
        assert retention._forget_decisions(connection, kept, START + kept["cleared"] - TICK) == 0
        assert retention._forget_decisions(connection, kept, START + kept["cleared"]) == 1
        retention._remove(connection, ["s:2"])
        assert retention._forget_decisions(connection, kept, START + kept["decided"] - TICK) == 0
        assert retention._forget_decisions(connection, kept, START + kept["decided"]) == 1
        assert connection.execute(select(decision_ads)).all() == []

"""A session lasts as long as the settings say, ends everywhere at a word, and tries are counted in spans."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from casework import accounts, auditlog, checkpoints, sessions, throttle
from casework.records import Account, Role
from casework.tables import sessions as sessions_table
from casework.tables import throttles
from casework.throttle import ThrottledError
from store.errors import UsageError
from store.schema import now
from store.settings import Settings
from store.workspace import Workspace

TICK, MINUTE = timedelta.resolution, timedelta(minutes=1)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Sets the time that sessions and throttles see."""

    def at(moment: datetime) -> None:
        monkeypatch.setattr(sessions, "now", lambda: moment)
        monkeypatch.setattr(throttle, "now", lambda: moment)

    return at


@pytest.fixture
def short(workspace: Workspace) -> Workspace:
    """Sessions of two hours that end when they are not used for ten minutes."""
    return replace(workspace, settings=Settings(session_hours=2, session_idle_minutes=10))


@pytest.fixture
def ana(workspace: Workspace) -> Account:
    return accounts.add(workspace, "ana", Role.ANALYST, None, "root")


def test_a_session_lasts_to_the_moment_and_is_put_away_by_the_next(short: Workspace, ana: Account, clock) -> None:  # type: ignore[no-untyped-def]
    began = now()
    clock(began)
    token, session = sessions.start(short, ana)
    assert (session.created_at, session.expires_at, session.strong) == (began, began + timedelta(hours=2), True)
    for minutes in range(9, 120, 9):
        clock(began + minutes * MINUTE)
        assert sessions.find(short, token) == session
    clock(session.expires_at - TICK)
    assert sessions.find(short, token) == session
    clock(session.expires_at)
    assert sessions.find(short, token) is None
    sessions.start(short, ana)
    with short.read() as connection:
        assert len(connection.execute(select(sessions_table)).all()) == 1


def test_a_session_that_is_not_used_ends_to_the_moment_and_is_put_away(short: Workspace, ana: Account, clock) -> None:  # type: ignore[no-untyped-def]
    began = now()
    clock(began)
    token, session = sessions.start(short, ana)
    clock(began + 10 * MINUTE - TICK)
    assert sessions.find(short, token) == session
    clock(began + 20 * MINUTE - TICK)
    assert sessions.find(short, token) is None
    clock(began + 15 * MINUTE)
    other, _ = sessions.start(short, ana)
    clock(began + 25 * MINUTE)
    sessions.start(short, ana)
    with short.read() as connection:
        assert len(connection.execute(select(sessions_table)).all()) == 1
    assert sessions.find(short, other) is None


def test_its_last_use_is_noted_once_a_minute(short: Workspace, ana: Account, clock) -> None:  # type: ignore[no-untyped-def]
    began = now()
    clock(began)
    token, _ = sessions.start(short, ana)
    sessions.start(short, ana)
    for late, noted in ((MINUTE - TICK, began), (MINUTE, began + MINUTE)):
        clock(began + late)
        sessions.find(short, token)
        with short.read() as connection:
            seen = set(connection.execute(select(sessions_table.c.seen_at)).scalars())
        assert seen == {began, noted}


def test_before_the_second_factor_a_session_is_weak_and_short(short: Workspace, ana: Account, clock) -> None:  # type: ignore[no-untyped-def]
    began = now()
    clock(began)
    token, weak = sessions.start(short, ana, strong=False)
    assert (weak.strong, weak.expires_at) == (False, began + 5 * MINUTE)
    other, _ = sessions.start(short, ana)
    strong_token, strong = sessions.strengthen(short, token, weak, "code")
    assert (strong.strong, strong.account, strong.role) == (True, "ana", Role.ANALYST)
    assert sessions.find(short, token) is None
    assert sessions.find(short, strong_token) == strong
    assert sessions.find(short, other) is not None
    told = [(one.action, one.facts) for one in auditlog.events(short, limit=3)]
    assert told == [
        ("sign in", {"how": "code"}), ("sign in", {"how": "password"}), ("password accepted", {"how": "password"}),
    ]  # fmt: skip


def test_a_closed_account_has_no_session_and_its_role_is_the_one_of_now(short: Workspace, ana: Account) -> None:
    token, _ = sessions.start(short, ana)
    accounts.add(short, "bo", Role.ANALYST, None, "root")
    accounts.set_role(short, "bo", Role.AUDITOR, "root")
    assert sessions.find(short, token) is not None
    accounts.set_disabled(short, "ana", "root", disabled=True)
    token, _ = sessions.start(short, ana)
    assert sessions.find(short, token) is None


def test_what_a_person_works_on_is_said_of_one_session(short: Workspace, ana: Account) -> None:
    (token, session), (other, untouched) = sessions.start(short, ana), sessions.start(short, ana)
    said = sessions.work_on(short, token, session, " 12 ", " call of the hotline ")
    assert (said.case_id, said.reason) == ("12", "call of the hotline")
    assert sessions.find(short, token) == said
    assert sessions.find(short, other) == untouched
    [event] = auditlog.events(short, limit=1)
    assert (event.actor, event.action, event.case_id, event.reason) == ("ana", "work on", "12", "call of the hotline")
    assert sessions.work_on(short, token, said, " ", "").case_id is None
    sessions.work_on(short, token, said, "x" * 100, "x" * 500)
    for case_id, reason in (("x" * 101, ""), ("", "x" * 501)):
        with pytest.raises(UsageError, match="at most 500 characters"):
            sessions.work_on(short, token, said, case_id, reason)


def test_signing_out_ends_one_session_and_a_word_all_others_of_the_person(short: Workspace, ana: Account) -> None:
    bo = accounts.add(short, "bo", Role.ANALYST, None, "root")
    mine = [sessions.start(short, ana)[0] for _ in range(4)]
    theirs, _ = sessions.start(short, bo)
    sessions.end(short, mine[0])
    assert [sessions.find(short, one) is not None for one in mine] == [False, True, True, True]
    assert sessions.end_all(short, "ana", mine[1]) == 2
    assert [sessions.find(short, one) is not None for one in (*mine, theirs)] == [False, True, False, False, True]
    [event] = auditlog.events(short, limit=1)
    assert (event.actor, event.action, event.facts) == ("ana", "end sessions", {"sessions": 2})
    sessions.end(short, "nobody's")
    assert auditlog.events(short, limit=1) == [event]


def test_the_log_is_signed_when_somebody_comes_and_when_they_go(short: Workspace, ana: Account) -> None:
    def signed() -> int:
        last = checkpoints.last(short)
        return last.seq if last else 0

    token, _ = sessions.start(short, ana)
    [event] = auditlog.events(short, limit=1)
    assert signed() == event.seq
    sessions.end(short, token)
    assert signed() == event.seq + 1


def test_tries_count_together_for_a_span_that_begins_with_the_first(workspace: Workspace, clock) -> None:  # type: ignore[no-untyped-def]
    began = now()
    clock(began)
    throttle.count(workspace, "a")
    clock(began + 9 * MINUTE)
    throttle.count(workspace, "a")
    throttle.count(workspace, "b")
    throttle.require(workspace, "a", 3)
    for late in (9 * MINUTE, 10 * MINUTE - TICK):
        clock(began + late)
        with pytest.raises(ThrottledError, match=f"after {began + 10 * MINUTE:%H:%M:%S} UTC"):
            throttle.require(workspace, "a", 2)
        throttle.require(workspace, "b", 2)
    clock(began + 10 * MINUTE)
    throttle.require(workspace, "a", 2)
    throttle.count(workspace, "b")
    with workspace.read() as connection:
        assert [row.times for row in connection.execute(select(throttles))] == [2]
    throttle.count(workspace, "a")
    throttle.require(workspace, "a", 2)

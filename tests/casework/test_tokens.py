"""Tokens for programs: of one person, for some actions, for a time; nothing in the store opens anything."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from casework import accounts, auditlog, tokens
from casework.records import Role
from casework.tables import api_tokens
from store.audit import Via
from store.errors import UsageError
from store.schema import now
from store.workspace import Workspace


@pytest.fixture
def ana(workspace: Workspace) -> str:
    return accounts.add(workspace, "ana", Role.ANALYST, "seven quiet herons", "root").name


def test_a_token_speaks_for_its_person_within_its_scopes(workspace: Workspace, ana: str) -> None:
    secret, token = tokens.make(workspace, ana, Role.ANALYST, "nightly list", ["search", "ad"], 30)
    found = tokens.find(workspace, secret)
    assert found is not None
    assert (found.account, found.scopes, found.csrf) == ("ana", {"search", "ad"}, None)
    assert tokens.find(workspace, secret + "x") is None
    with workspace.read() as connection:
        assert secret not in str(connection.execute(select(api_tokens)).all())
        [kept] = tokens.of(connection, ana)
    assert (kept.token_id, kept.used_at is not None) == (token.token_id, True)


@pytest.mark.parametrize(
    ("scopes", "days", "title"),
    [
        ((), 30, "x"),
        (("audit",), 30, "x"),
        (("decide",), 30, "x"),
        (("ad",), 0, "x"),
        (("ad",), 999, "x"),
        (("ad",), 1, " "),
    ],
)
def test_a_token_cannot_have_more_than_its_person_nor_last_for_ever(
    workspace: Workspace, ana: str, scopes: tuple[str, ...], days: int, title: str
) -> None:
    with pytest.raises(UsageError):
        tokens.make(workspace, ana, Role.ANALYST, title, scopes, days)


@pytest.mark.parametrize("how", ["time", "revoked", "disabled", "password"])
def test_a_token_ends(workspace: Workspace, ana: str, how: str) -> None:
    secret, token = tokens.make(workspace, ana, Role.ANALYST, "x", ["ad"], 30)
    assert tokens.find(workspace, secret)
    if how == "time":
        with workspace.begin() as connection:
            connection.execute(update(api_tokens).values(expires_at=now() - timedelta(seconds=1)))
    elif how == "revoked":
        tokens.revoke(workspace, ana, token.token_id)
    elif how == "disabled":
        accounts.set_disabled(workspace, ana, "root", disabled=True)
    else:
        accounts.set_password(workspace, ana, "nine loud cranes", "root")
    assert tokens.find(workspace, secret) is None


def test_a_token_is_revoked_by_its_own_person_alone(workspace: Workspace, ana: str) -> None:
    _, token = tokens.make(workspace, ana, Role.ANALYST, "x", ["ad"], 30)
    with pytest.raises(UsageError, match="has no token"):
        tokens.revoke(workspace, "bo", token.token_id)


def test_a_token_is_kept_as_it_was_asked_for_and_recorded(workspace: Workspace, ana: str) -> None:
    _, token = tokens.make(workspace, ana, Role.ANALYST, f"  {'x' * 120} ", ["search", "ad", "ad"], 366, Via.COMMAND)
    assert (token.title, token.scopes) == ("x" * 100, ("ad", "search"))
    assert token.expires_at - token.created_at == timedelta(days=366)
    tokens.make(workspace, ana, Role.ANALYST, "second", ["queue", "search", "ad", "group", "sites"], 1)
    with workspace.read() as connection:
        assert [one.title for one in tokens.of(connection, ana)] == ["second", "x" * 100]
        assert tokens.of(connection, ana)[1] == token
        assert tokens.of(connection, "bo") == []
    first = auditlog.events(workspace, limit=2)[1]
    assert (first.actor, first.via, first.action, first.facts) == (
        "ana", "command", "make token", {"days": 366, "scopes": 2},
    )  # fmt: skip
    with pytest.raises(UsageError, match="1 to 366 days"):
        tokens.make(workspace, ana, Role.ANALYST, "x", ["ad"], 367)


def test_one_token_is_revoked_once_and_the_others_stay(workspace: Workspace, ana: str) -> None:
    (gone, first), (stays, _) = (tokens.make(workspace, ana, Role.ANALYST, "x", ["ad"], 1) for _ in range(2))
    with pytest.raises(UsageError, match="has no token"):
        tokens.revoke(workspace, ana, "elsewhere")
    tokens.revoke(workspace, ana, first.token_id)
    with pytest.raises(UsageError, match="that is in use"):
        tokens.revoke(workspace, ana, first.token_id)
    assert tokens.find(workspace, gone) is None
    assert tokens.find(workspace, stays) is not None
    [event] = auditlog.events(workspace, limit=1)
    assert (event.actor, event.action) == ("ana", "revoke token")


def test_a_token_lasts_to_the_moment_and_its_use_is_noted_once_a_minute(
    workspace: Workspace, ana: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, token = tokens.make(workspace, ana, Role.ANALYST, "x", ["ad"], 1)
    tokens.make(workspace, ana, Role.ANALYST, "never used", ["ad"], 1)
    tick, minute = timedelta.resolution, timedelta(minutes=1)
    first = token.created_at
    for moment, noted in ((first, first), (first + minute - tick, first), (first + minute, first + minute)):
        monkeypatch.setattr(tokens, "now", lambda moment=moment: moment)
        found = tokens.find(workspace, secret)
        assert found is not None
        assert (found.created_at, found.expires_at) == (token.created_at, token.expires_at)
        with workspace.read() as connection:
            assert {one.used_at for one in tokens.of(connection, ana)} == {None, noted}
    monkeypatch.setattr(tokens, "now", lambda: token.expires_at - tick)
    assert tokens.find(workspace, secret) is not None
    monkeypatch.setattr(tokens, "now", lambda: token.expires_at)
    assert tokens.find(workspace, secret) is None


def test_what_tokens_may_no_longer_be_made_for_an_old_one_has_lost(workspace: Workspace, ana: str) -> None:
    secret, _ = tokens.make(workspace, ana, Role.ANALYST, "x", ["ad", "search"], 1)
    with workspace.begin() as connection:
        connection.execute(update(api_tokens).values(scopes=["ad", "decide"]))
    found = tokens.find(workspace, secret)
    assert found is not None
    assert (found.scopes, found.role) == ({"ad"}, Role.ANALYST)

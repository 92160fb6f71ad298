"""Tokens for programs: of one person, for some actions, for a time; nothing in the store opens anything."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from casework import accounts, tokens
from casework.records import Role
from casework.tables import api_tokens
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

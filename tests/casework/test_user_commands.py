"""The commands an operator sets a team up with, and what they ask of whoever takes much out."""

import base64
import re
import time
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

import sidelight
from casework import accounts, factors
from casework.policy import ForbiddenError
from casework.records import Role
from store import approvals, audit
from store.approvals import SecondPersonError
from store.errors import UsageError
from store.workspace import Workspace
from tests.casework.conftest import AddGroup

PASSWORD = "seven quiet herons\n"


def _run(workspace: Workspace, *words: str, typed: str = "") -> Result:
    return CliRunner().invoke(sidelight.build(), [*words, "--workspace", str(workspace.root)], input=typed)


def test_an_account_is_set_up_with_password_role_and_terms_of_its_own(workspace: Workspace) -> None:
    assert (
        _run(workspace, "users", "add", "ana", "--role", "analyst", "--password-stdin", typed=PASSWORD).exit_code == 0
    )
    assert "is now supervisor" in _run(workspace, "users", "role", "ana", "--role", "supervisor").stdout
    assert "2 terms" in _run(workspace, "users", "about", "ana", "--name", "Quill", "--home", "Reno").stdout
    with workspace.read() as connection:
        found = accounts.find(connection, "ana")
    assert found is not None
    assert found.role is Role.SUPERVISOR


def test_an_account_of_single_sign_on_has_no_password(workspace: Workspace) -> None:
    assert _run(workspace, "users", "add", "ana", "--role", "analyst", "--sso", "u-17").exit_code == 0
    assert isinstance(_run(workspace, "users", "add", "bo", "--role", "analyst", "--sso", "u-17").exception, UsageError)
    _run(workspace, "users", "add", "cleo", "--role", "analyst", "--sso", "u-18")
    assert isinstance(_run(workspace, "users", "link", "cleo", "u-17").exception, UsageError)
    with workspace.read() as connection:
        assert factors.lacking(connection) == []
        assert getattr(accounts.of_subject(connection, "u-17"), "name", None) == "ana"


def test_a_second_factor_is_given_only_against_a_code(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    _run(workspace, "users", "add", "ana", "--role", "analyst", "--password-stdin", typed=PASSWORD)
    secret = factors.new_secret()
    monkeypatch.setattr(factors, "new_secret", lambda: secret)
    assert isinstance(_run(workspace, "users", "factor", "ana", typed="000000\n").exception, UsageError)
    code = factors.code(base64.b32decode(secret), int(time.time()) // factors.STEP)
    told = _run(workspace, "users", "factor", "ana", typed=f"{code}\n").stdout
    assert secret in told
    assert len(re.findall(r"^  [0-9a-f-]{19}$", told, re.MULTILINE)) == factors.RECOVERY_CODES
    assert "no second factor any more" in _run(workspace, "users", "factor", "ana", "--remove").stdout


def test_an_account_is_listed_closed_opened_linked_and_given_a_new_password(workspace: Workspace) -> None:
    _run(workspace, "users", "add", "ana", "--role", "analyst", "--password-stdin", typed=PASSWORD)
    assert _run(workspace, "users", "list").stdout == f"{'ana':<20} {'analyst':<15} open\n"
    assert _run(workspace, "users", "disable", "ana").stdout == "ana is disabled\n"
    assert _run(workspace, "users", "list").stdout.endswith(" disabled\n")
    assert _run(workspace, "users", "disable", "ana", "--enable").stdout == "ana is open\n"
    typed = "three loud otters\n" * 2
    assert _run(workspace, "users", "password", "ana", typed=typed).stdout.endswith("ana has a new password\n")
    assert "too easy" in str(_run(workspace, "users", "password", "ana", "--password-stdin", typed="a" * 20).exception)
    assert _run(workspace, "users", "link", "ana", "u-17").stdout == "ana is opened by single sign-on\n"


@pytest.mark.parametrize(("more", "said"), [((), "granted"), (("--refuse",), "refused")])
def test_a_supervisor_answers_what_another_asked_for(more: tuple[str, ...], said: str, workspace: Workspace) -> None:
    accounts.add(workspace, accounts.local_name(audit.operator()), Role.SUPERVISOR, None, "root")
    approvals.ask(workspace, "ana", "group:a", 2_000, "request of 3 May", "12")
    answered = _run(workspace, "approvals", "answer", "1", "--why", "it is hers", *more)
    assert answered.stdout == f"request 1 is {said}\n"
    with workspace.read() as connection:
        (kept,) = approvals.of(connection, "ana")
    assert (kept.granted, kept.why) == (said == "granted", "it is hers")
    assert _run(workspace, "approvals", "list").stdout == ""
    assert "no request 1 waits" in str(_run(workspace, "approvals", "answer", "1", "--why", "again", *more).exception)


@pytest.mark.slow
def test_much_is_taken_out_only_with_the_word_of_a_supervisor(
    workspace: Workspace, add_group: AddGroup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIDELIGHT_EXPORT_ALONE", "1")
    add_group("a", 0.9)
    export = ("export", "group", "a", str(tmp_path / "pack"), "--reason", "request of 3 May")
    assert isinstance(_run(workspace, *export).exception, SecondPersonError)
    ask = ("approvals", "ask", "group:a", "--rows", "2", "--reason", "request of 3 May")
    assert "request 1" in _run(workspace, *ask).stdout
    assert "request of 3 May" in _run(workspace, "approvals", "list").stdout
    answer = ("approvals", "answer", "1", "--why", "hers")
    assert isinstance(_run(workspace, *answer).exception, UsageError)
    own = accounts.local_name(audit.operator())
    accounts.add(workspace, own, Role.ANALYST, None, "root")
    assert isinstance(_run(workspace, *answer).exception, ForbiddenError)
    approvals.answer(workspace, 1, "cleo", "hers", granted=True)
    assert not isinstance(_run(workspace, *export).exception, SecondPersonError)
    assert isinstance(_run(workspace, *export).exception, SecondPersonError)

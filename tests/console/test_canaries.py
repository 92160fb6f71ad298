"""Phones, e-mails and names of the ads stand on the pages that show them and nowhere else: in no log, address, header,
cookie, mail or figure, whatever is done and however it fails."""

import logging
import re
import sqlite3
from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from casework.records import Role
from store.workspace import Workspace
from tests.console.conftest import Seat

CANARIES = ("5550143", "555-0143", "555.0143", "bella.test", "Bella")
QUERIES = ('linked:"(202) 555-0143"', "phone:2025550143", "bella.test@example.org", "name:bella", "Bella 202.555.0143")
IN_PAGES = re.compile(r"""(?:href|src|action|content)=["']([^"']*)["']""")
EXCEPTIONS = (
    ValueError("Bella, (202) 555-0143"),
    KeyError("bella.test@example.org"),
    TypeError("no 202.555.0143"),
    RuntimeError({"phone": "2025550143"}),
    OSError(5, "input/output error", "/captures/Bella"),
    UnicodeDecodeError("utf-8", b"Bella 2025550143", 0, 1, "bella.test"),
    LookupError("Bella"),
    ArithmeticError("5550143"),
    sqlite3.DatabaseError("near Bella: syntax error"),
    OperationalError("SELECT :phone", {"phone": "2025550143", "name": "Bella"}, sqlite3.OperationalError("bella.test")),
)
FORCED = (
    ("casework.adfiles.load", "/ad?id=harbor:1"),
    ("casework.adfiles.load", "/api/ad?id=harbor:1"),
    ("casework.groupfiles.load", "/group?id=GROUP"),
    ("casework.groupfiles.load", "/api/group?id=GROUP"),
    ("console.pages.group.portrait", "/group?id=GROUP"),
    ("console.pages.templates.load_groups", "/templates?id=GROUP"),
    ("casework.queue.load", "/queue"),
    ("casework.queue.load", "/api/queue"),
    ("console.pages.search.search", "/search?s=QUERY"),
    ("indexer.lookups.contacts", "/search?s=QUERY"),
    ("console.pages.why.answer", "/why?left=harbor:1&right=harbor:2"),
    ("console.api.answer", "/api/why?left=harbor:1&right=harbor:2"),
    ("casework.watches.inbox", "/watches"),
    ("casework.sitestates.every", "/sites"),
    ("casework.auditlog.events", "/audit"),
    ("casework.misuse.findings", "/oversight"),
    ("casework.oversight.sample", "/oversight"),
    ("store.approvals.waiting", "/oversight"),
    ("casework.tokens.of", "/account"),
    ("casework.sessions.find", "/queue"),
    ("store.audit.digest", "/ad?id=harbor:1"),
)


@pytest.fixture
def browser(seat: Seat) -> TestClient:
    return seat(Role.SUPERVISOR)


def _sealed(browser: TestClient, query: str) -> str:
    form = {"query": query, "csrf": browser.csrf}  # type: ignore[attr-defined]
    return str(browser.post("/search", data=form).headers["location"]).partition("s=")[2]


def _held(told: str) -> list[str]:
    return [one for one in CANARIES if one.lower() in told.lower()]


def _leaks(answer: object) -> Iterator[str]:
    """Canaries in an answer's headers and in every address its page holds."""
    yield from _held(str(answer.headers))  # type: ignore[attr-defined]
    for address in IN_PAGES.findall(answer.text):  # type: ignore[attr-defined]
        yield from _held(address)


def test_every_feature_keeps_them_to_its_pages(
    browser: TestClient,
    office: Workspace,
    group_id: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    csrf = {"csrf": browser.csrf}  # type: ignore[attr-defined]
    answers = [browser.get(f"/search?s={_sealed(browser, query)}") for query in QUERIES]
    assert all(answer.status_code == 200 for answer in answers)
    sealed = _sealed(browser, QUERIES[0])
    pages = [one.replace("GROUP", group_id).replace("QUERY", sealed) for one in dict.fromkeys(dict(FORCED).values())]
    answers += [browser.get(one) for one in pages]
    decision = {**csrf, "group": group_id, "verdict": "cleared", "why": "spoke to Bella at 202-555-0143"}
    for address, form in (
        ("/group/decide", decision),
        ("/decision/undo", {**csrf, "decision": "1"}),
        ("/watches/add", {**csrf, "s": _sealed(browser, QUERIES[0]), "title": "Bella"}),
        ("/watches/end", {**csrf, "watch": "1"}),
        ("/purpose", {**csrf, "case_id": "12", "reason": "Bella"}),
        ("/audit/verify", csrf),
        ("/oversight/about", {**csrf, "typed": "bella.test@example.org"}),
        ("/oversight/review", {**csrf, "seq": "1", "note": "Bella"}),
    ):
        answers.append(browser.post(address, data=form))
        assert answers[-1].status_code in {200, 303}, address
    headers = {"X-CSRF-Token": browser.csrf}  # type: ignore[attr-defined]
    for query in QUERIES:
        assert browser.post("/api/search", json={"query": query}, headers=headers).status_code == 200
    assert any(_held(answer.text) for answer in answers)  # they are shown, so they could have leaked
    assert [leak for answer in answers for leak in _leaks(answer)] == []
    out, err = capfd.readouterr()
    assert _held(caplog.text + out + err) == []
    assert _held(_figures(office)) == []


def _figures(workspace: Workspace) -> str:
    """What operators and monitors see: health rows, failures, and the audit log but for what people wrote as a reason."""
    with workspace.read() as connection:
        return str(
            [
                connection.execute(text(query)).all()
                for query in (
                    "SELECT * FROM health",
                    "SELECT * FROM failures",
                    "SELECT actor, action, object_kind, object_hash, sealed, facts FROM audit_events",
                )
            ]
        )


@pytest.mark.slow
def test_a_failure_anywhere_says_its_kind_and_nothing_else(
    browser: TestClient,
    group_id: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Twenty places by ten kinds: 200 failures."""
    sealed = _sealed(browser, QUERIES[0])
    caplog.set_level(logging.DEBUG)
    for problem in EXCEPTIONS:
        caplog.clear()

        def broken(*_: object, problem: Exception = problem, **__: object) -> None:
            raise problem

        for target, address in FORCED:
            with monkeypatch.context() as patch:
                patch.setattr(target, broken)
                answer = browser.get(address.replace("GROUP", group_id).replace("QUERY", sealed))
            assert answer.status_code == 500, (target, address)
            assert _held(answer.text + str(answer.headers)) == [], (target, address)
        out, err = capfd.readouterr()
        assert _held(caplog.text + out + err) == []
        assert caplog.text.count(type(problem).__name__) >= len(FORCED)

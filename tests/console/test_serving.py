"""Where the console may be reached, and how the first person gets in."""

import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from bench.serving import in_processes
from casework import accounts, auditlog
from casework.records import Role
from console.app import create_app
from console.serve import _greet, check_binding, check_free, serve
from store.errors import UsageError
from store.workspace import Workspace
from tests.console.conftest import PASSWORD

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_loopback_needs_no_tls(host: str) -> None:
    check_binding(host, None, None)


def test_who_starts_it_is_told_where_it_is_and_how_to_get_in(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    where = "http://127.0.0.1:8450"
    _greet(workspace, where, None, wide=False)
    said = capsys.readouterr().out
    assert said.startswith(f"Sidelight's console is at {where} (Ctrl-C stops it)\n")
    assert "There is no account yet. Add one with: sidelight users add" in said
    _greet(workspace, where, "a-secret", wide=False)
    assert f"Open it, once, with: {where}/open?secret=a-secret" in capsys.readouterr().out
    _greet(workspace, where, None, wide=True)
    assert "--open" not in capsys.readouterr().out  # it would be refused
    accounts.add(workspace, "ana", Role.ANALYST, PASSWORD, "root")
    _greet(workspace, where, None, wide=False)
    assert capsys.readouterr().out.count("\n") == 1


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "console.example.org"])  # noqa: S104
def test_beyond_loopback_nothing_is_served_without_tls(workspace: Workspace, host: str) -> None:
    with pytest.raises(UsageError, match="--certificate and --key"):
        serve(workspace, host)
    check_binding(host, Path("cert.pem"), Path("key.pem"))


def test_a_certificate_without_its_key_is_refused() -> None:
    with pytest.raises(UsageError, match="go together"):
        check_binding("127.0.0.1", Path("cert.pem"), None)


def test_the_local_link_is_for_loopback_alone(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="--open"):
        serve(workspace, "192.168.1.5", certificate=Path("c"), key=Path("k"), open_link=True)
    with pytest.raises(UsageError, match="--open"):
        serve(workspace, names=("console.example.org",), open_link=True)


@pytest.mark.parametrize(
    "where", [{"host": "192.168.1.5", "certificate": Path("c"), "key": Path("k")}, {"names": ("c.org",)}]
)
def test_beyond_loopback_nothing_is_served_while_an_account_has_no_second_factor(
    workspace: Workspace, where: dict[str, Any]
) -> None:
    accounts.add(workspace, "ana", Role.ANALYST, PASSWORD, "root")
    with pytest.raises(UsageError, match="users factor ana"):
        serve(workspace, **where)


def test_what_a_browser_refuses_is_told_by_kind_alone(workspace: Workspace, caplog: pytest.LogCaptureFixture) -> None:
    browser = _browser(workspace)
    assert "report-uri /policy-report" in browser.get("/sign-in").headers["content-security-policy"]
    for kind in ("script-src", "(202) 555-0143"):
        report = {"csp-report": {"effective-directive": kind, "blocked-uri": "https://x.example/(202) 555-0143"}}
        assert browser.post("/policy-report", json=report).status_code == 204
    assert browser.post("/policy-report", content=b"[]").status_code == 204
    assert "script-src" in caplog.text
    assert "555-0143" not in caplog.text


def _browser(workspace: Workspace, secret: str | None = None, *, secure: bool = False) -> TestClient:
    return TestClient(
        create_app(workspace, hosts=("testserver",), secure=secure, open_secret=secret), follow_redirects=False
    )


def test_the_local_link_opens_once(workspace: Workspace) -> None:
    browser = _browser(workspace, "long secret")
    assert browser.get("/open?secret=wrong").status_code == 404
    assert browser.get("/open?secret=long secret").headers["location"] == "/"
    assert browser.get("/queue").status_code == 200
    assert _browser(workspace).get("/queue").status_code == 303
    browser.cookies.clear()
    assert browser.get("/open?secret=long secret").status_code == 404
    assert [one.facts for one in auditlog.events(workspace, limit=9, action="sign in")] == [{"how": "local link"}]


def test_without_an_open_secret_there_is_no_link(workspace: Workspace) -> None:
    assert _browser(workspace).get("/open?secret=").status_code == 404


def test_the_sign_in_page_of_an_empty_workspace_says_how_to_begin(workspace: Workspace) -> None:
    assert "sidelight users add" in _browser(workspace).get("/sign-in").text


def _form_token(browser: TestClient) -> str:
    return browser.get("/sign-in").text.split('name="csrf" value="')[1].split('"')[0]


def test_name_and_password_open_a_session_and_signing_out_ends_it(workspace: Workspace) -> None:
    accounts.add(workspace, "ana", Role.ANALYST, PASSWORD, "root")
    browser = _browser(workspace)
    form = {"name": "Ana ", "password": PASSWORD, "csrf": _form_token(browser)}
    answer = browser.post("/sign-in", data=form)
    assert answer.headers["location"] == "/"
    page = browser.get("/queue").text
    token = browser.cookies["sidelight_session"]
    browser.post("/sign-out", data={"csrf": page.split('name="csrf" value="')[1].split('"')[0]})
    browser.cookies.set("sidelight_session", token)
    assert browser.get("/queue").headers["location"] == "/sign-in"


@pytest.mark.slow
def test_several_processes_serve_as_one(workspace: Workspace) -> None:
    accounts.add(workspace, "ana", Role.ANALYST, PASSWORD, "root")
    with in_processes(workspace.root, 2) as port:
        page = httpx.get(f"http://127.0.0.1:{port}/sign-in")
        form = {"name": "ana", "password": PASSWORD, "csrf": page.text.split('name="csrf" value="')[1].split('"')[0]}
        for _ in range(6):  # each on a connection of its own, which either of the two may take
            answer = httpx.post(page.url, data=form, cookies=page.cookies)
            assert answer.headers["location"] == "/"
            assert httpx.get(page.url.join("/queue"), cookies=answer.cookies).status_code == 200


def test_a_link_that_is_good_once_is_one_process_to_see_to(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="--workers"):
        serve(workspace, open_link=True, workers=2)


def test_a_port_that_is_taken_is_told_before_anybody_is_sent_there(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"127.0.0.1 at port {port}: Address already in use; end the program"):
            serve(workspace, port=port)
    assert capsys.readouterr().out == ""


def test_what_is_no_certificate_is_told_before_anything_is_served(workspace: Workspace, tmp_path: Path) -> None:
    noise = tmp_path / "cert.pem"
    for why in ("No such file or directory", "none is in there"):
        with pytest.raises(
            UsageError, match=rf"cert\.pem cannot be used as a certificate with its key \(PEM\): {why}$"
        ):
            serve(workspace, certificate=noise, key=noise)
        noise.write_text("no certificate")


def test_an_address_that_is_not_this_machines_cannot_be_listened_on() -> None:
    with pytest.raises(UsageError, match=r"192\.0\.2\.1 at port 8450: "):
        check_free("192.0.2.1", 8450)


def test_a_wrong_password_says_no_more_than_that(workspace: Workspace) -> None:
    accounts.add(workspace, "ana", Role.ANALYST, PASSWORD, "root")
    browser = _browser(workspace)
    answer = browser.post("/sign-in", data={"name": "ana", "password": "x" * 20, "csrf": _form_token(browser)})
    assert answer.status_code == 401
    assert "Name and password do not fit" in answer.text


def test_a_sign_in_form_from_elsewhere_is_refused(workspace: Workspace) -> None:
    accounts.add(workspace, "ana", Role.ANALYST, PASSWORD, "root")
    browser = _browser(workspace)
    form = {"name": "ana", "password": PASSWORD}
    assert browser.post("/sign-in", data=form).status_code == 403
    token = _form_token(_browser(workspace))
    assert browser.post("/sign-in", data={**form, "csrf": token}).status_code == 403


def test_over_tls_cookies_are_secure_and_the_browser_told_to_stay(workspace: Workspace) -> None:
    answer = _browser(workspace, secure=True).get("/sign-in")
    assert "Secure" in answer.headers["set-cookie"]
    assert "max-age" in answer.headers["strict-transport-security"]


def test_health_is_told_to_anyone_and_says_nothing_else(workspace: Workspace) -> None:
    assert _browser(workspace).get("/healthz").text == "ok"


@pytest.mark.slow
def test_ctrl_c_ends_it_without_a_complaint(workspace: Workspace) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "sidelight", "serve", "--workspace", str(workspace.root), "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    said = process.stdout.readline()
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with suppress(httpx.TransportError):
            httpx.get(f"http://127.0.0.1:{port}/sign-in")
            break
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=60)
    assert (process.returncode, said.count("Ctrl-C stops it"), "stopped" in rest) == (0, 1, False)

"""Delivery: counts and a link reach a person once, bundled, in time, through a server that is down for a while."""

import http.server
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import insert, update

from casework import watches
from casework.delivery import channels, hooks, sending
from casework.delivery.channels import Channel, Kind
from casework.tables import alerts
from casework.watching.tables import deliveries
from store.errors import UsageError
from store.schema import now
from store.settings import Settings
from store.workspace import Workspace
from tests.casework.mailserver import Post, free_port

MINUTE = timedelta(minutes=1)
PHONE = "phone:2025550143"


def _mailing(workspace: Workspace, port: int, **more: Any) -> Workspace:
    settings = Settings(
        smtp_host="127.0.0.1", smtp_port=port, smtp_security="none", smtp_from="alerts@example.com",
        console_url="https://console.example", webhook_private=True, **more,
    )  # fmt: skip
    return replace(workspace, settings=settings)


def _alert(workspace: Workspace, watch_id: int, *ad_ids: str) -> None:
    with workspace.begin() as connection:
        connection.execute(
            insert(alerts), [{"watch_id": watch_id, "ad_id": one, "at": now(), "origin": "batch"} for one in ad_ids]
        )


def _mail(workspace: Workspace, **how: Any) -> Channel:
    return channels.add(workspace, "ana", Kind.EMAIL, "ana@example.com", **how)


def _subjects(box: Post) -> list[str]:
    return [str(one["Subject"]) for one in box.mails]


def test_a_mail_holds_counts_and_a_link_and_nothing_of_the_alert(
    workspace: Workspace, post: tuple[Post, Controller]
) -> None:
    box, server = post
    team = _mailing(workspace, server.port)
    number = watches.add(team, "ana", PHONE, "Secret title")
    other = watches.add(team, "ana", "garden")
    watches.add(team, "ben", "river")
    _mail(team)
    _alert(team, number, "s:1", "s:2")
    _alert(team, other, "s:1")
    assert sending.deliver(team).sent == 1
    (mail,) = box.mails
    assert mail["To"] == "ana@example.com"
    assert mail["Subject"] == "Sidelight: 3 new alerts"
    text = mail.as_string()
    assert "2 of your watches" in text
    assert "https://console.example/watches" in text
    assert not any(secret in text for secret in ("Secret", "2025550143", "s:1", "garden"))
    assert sending.deliver(team, now() + timedelta(hours=2)).sent == 0


@pytest.mark.slow
def test_a_server_that_is_down_for_a_while_loses_and_doubles_nothing(
    workspace: Workspace, post: tuple[Post, Controller]
) -> None:
    box, server = post
    team = _mailing(workspace, server.port, burst_minutes=0)
    number = watches.add(team, "ana", "garden")
    _mail(team)
    server.stop()
    moment = now()
    _alert(team, number, "s:1")
    assert sending.deliver(team, moment + MINUTE).sent == 0
    _alert(team, number, "s:2")
    assert sending.deliver(team, moment + 2 * MINUTE).waiting == 2
    with team.read() as connection:
        assert all(one.error and one.error.startswith("127.0.0.1:") for one in sending.unsent(connection, "ana"))
    back = Controller(box, hostname="127.0.0.1", port=server.port)
    back.start()
    box.answer = "451 try later"
    assert sending.deliver(team, moment + timedelta(minutes=30)).sent == 0
    box.answer = "250 OK"
    assert sending.deliver(team, moment + timedelta(minutes=31)).sent == 0  # it waits before it tries again
    assert sending.deliver(team, moment + timedelta(hours=2)).sent == 2
    back.stop()
    assert _subjects(box) == ["Sidelight: 1 new alert"] * 2
    assert len({str(one["Message-ID"]) for one in box.mails}) == 2


def test_a_process_that_died_while_it_sent_hands_over_again_under_the_same_key(
    workspace: Workspace, post: tuple[Post, Controller]
) -> None:
    box, server = post
    team = _mailing(workspace, server.port)
    number = watches.add(team, "ana", "garden")
    _mail(team)
    _alert(team, number, "s:1")
    sending.deliver(team)
    with team.begin() as connection:  # as it stands where the mark that it was sent was never written
        connection.execute(update(deliveries).values(state="sending", next_at=now() + sending.LEASE, sent_at=None))
    assert sending.deliver(team).sent == 0
    assert sending.deliver(team, now() + sending.LEASE + MINUTE).sent == 1
    assert len(box.mails) == 2
    assert len({str(one["Message-ID"]) for one in box.mails}) == 1


def test_a_burst_goes_out_together_and_a_threshold_is_waited_for(
    workspace: Workspace, post: tuple[Post, Controller]
) -> None:
    box, server = post
    team = _mailing(workspace, server.port)
    number = watches.add(team, "ana", "garden")
    _mail(team, at_least=2)
    start = now()
    _alert(team, number, "s:1")
    assert sending.deliver(team, start + MINUTE).sent == 0
    _alert(team, number, "s:2")
    assert sending.deliver(team, start + 2 * MINUTE).sent == 1
    for ad in ("s:3", "s:4", "s:5"):
        _alert(team, number, ad)
        assert sending.deliver(team, start + 5 * MINUTE).sent == 0
    assert sending.deliver(team, start + 13 * MINUTE).sent == 1
    assert _subjects(box) == ["Sidelight: 2 new alerts", "Sidelight: 3 new alerts"]


@pytest.mark.slow
def test_a_digest_goes_out_once_a_day_at_its_time_in_the_teams_zone(
    workspace: Workspace, post: tuple[Post, Controller]
) -> None:
    box, server = post
    team = _mailing(workspace, server.port, timezone="Europe/Madrid")
    number = watches.add(team, "ana", "garden")
    _mail(team, digest_at="08:00")
    _alert(team, number, "s:1", "s:2")
    day = now().astimezone(ZoneInfo("Europe/Madrid")) + timedelta(days=1)
    eight = datetime(day.year, day.month, day.day, 8, tzinfo=ZoneInfo("Europe/Madrid"))
    assert sending.deliver(team, eight - MINUTE).sent in {0, 1}  # yesterday's may be due still
    _alert(team, number, "s:3")
    assert sending.deliver(team, eight + MINUTE).sent == 1
    _alert(team, number, "s:4")
    assert sending.deliver(team, eight + timedelta(hours=5)).sent == 0
    assert sending.deliver(team, eight + timedelta(days=1)).sent == 1
    assert sum(int(one.split()[1]) for one in _subjects(box)) == 4


def test_what_is_muted_waits_for_the_end_of_it(workspace: Workspace, post: tuple[Post, Controller]) -> None:
    box, server = post
    team = _mailing(workspace, server.port, burst_minutes=0)
    loud, quiet = watches.add(team, "ana", "garden"), watches.add(team, "ana", "river")
    channel = _mail(team)
    soon = now() + timedelta(days=1)
    watches.mute(team, quiet, soon)
    _alert(team, quiet, "s:1")
    _alert(team, loud, "s:2")
    assert sending.deliver(team).sent == 1
    channels.mute(team, channel.channel_id, "ana", soon)
    _alert(team, loud, "s:3")
    assert sending.deliver(team).sent == 0
    assert sending.deliver(team, soon + MINUTE).sent == 1
    assert _subjects(box) == ["Sidelight: 1 new alert", "Sidelight: 2 new alerts"]
    for muted in (
        lambda: watches.mute(team, loud, now()),
        lambda: channels.mute(team, channel.channel_id, "ben", soon),
    ):
        with pytest.raises(UsageError):
            muted()


def test_a_refusal_for_good_is_set_aside_and_sent_again_when_somebody_says_so(
    workspace: Workspace, post: tuple[Post, Controller]
) -> None:
    box, server = post
    team = _mailing(workspace, server.port)
    number = watches.add(team, "ana", "garden")
    hook = channels.add(team, "ana", Kind.WEBHOOK, f"http://127.0.0.1:{free_port()}/x")
    _alert(team, number, "s:1")
    assert sending.deliver(team).waiting == 1
    assert sending.deliver(team, now() + sending.PATIENCE + timedelta(hours=2)).failed == 1
    with team.read() as connection:
        (one,) = sending.unsent(connection)
    channels.end(team, hook.channel_id, "ana")
    sending.again(team, one.delivery_id)
    assert sending.deliver(team, now() + MINUTE).failed == 1
    with team.read() as connection:
        assert [one.error for one in sending.unsent(connection)] == ["the channel was closed"]
    assert box.mails == []


class _Hook(http.server.BaseHTTPRequestHandler):
    """Keeps what it is sent; answers 503 to the first."""

    seen: list[tuple[dict[str, str], bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((dict(self.headers), body))
        self.send_response(503 if len(self.seen) == 1 else 204)
        self.end_headers()

    def log_message(self, *_: Any) -> None:  # type: ignore[override]
        return


def test_a_webhook_is_signed_and_keeps_its_key_over_attempts(workspace: Workspace) -> None:
    handler = type("Hook", (_Hook,), {"seen": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        team = _mailing(workspace, 1)
        number = watches.add(team, "ana", "garden")
        channel = channels.add(team, "ana", Kind.WEBHOOK, f"http://127.0.0.1:{server.server_port}/in?team=1")
        _alert(team, number, "s:1")
        assert sending.deliver(team).sent == 0
        assert sending.deliver(team, now() + 2 * MINUTE).sent == 1
    finally:
        server.shutdown()
        server.server_close()
    (first, body), (second, again) = handler.seen  # type: ignore[attr-defined]
    secret = channels.secret(team, channel.channel_id)
    assert body == again
    assert first[hooks.KEY] == second[hooks.KEY] == orjson.loads(body)["id"]
    assert set(orjson.loads(body)) == {"id", "alerts", "watches", "made_at", "link"}
    assert hooks.is_signed(secret, body, second)
    assert not hooks.is_signed(secret, body + b" ", second)
    assert not hooks.is_signed(b"other", body, second)
    assert not hooks.is_signed(secret, body, second, at=now().timestamp() + 2 * hooks.TOLERANCE)


@pytest.mark.parametrize(
    "address",
    [
        "http://93.184.216.34/in",
        "https://127.0.0.1/in",
        "https://10.1.2.3/in",
        "https://[::1]/in",
        "https://[::ffff:192.168.1.1]/in",
        "https://169.254.169.254/latest/meta-data",
        "https://user:password@93.184.216.34/in",
        "file:///etc/passwd",
        "https://",
        "ftp://93.184.216.34/",
    ],
)
def test_a_webhook_to_a_private_network_or_without_tls_is_refused(address: str) -> None:
    with pytest.raises(UsageError):
        hooks.checked(address, private=False)


def test_a_channel_that_cannot_work_is_refused_at_once(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="no mail server"):
        channels.add(workspace, "ana", Kind.EMAIL, "ana@example.com")
    team = _mailing(workspace, 1)
    for wrong in ("ana", "a b@example.com", "ana@example.com\nBcc: x@example.com"):
        with pytest.raises(UsageError, match="no e-mail"):
            channels.add(team, "ana", Kind.EMAIL, wrong)
    with pytest.raises(UsageError, match="time of day"):
        _mail(team, digest_at="8")
    with pytest.raises(UsageError, match="threshold"):
        _mail(team, at_least=0)


def test_a_mail_server_elsewhere_is_not_spoken_to_in_the_clear(workspace: Workspace) -> None:
    settings = Settings(smtp_host="mail.example", smtp_security="none", smtp_from="alerts@example.com")
    team = replace(workspace, settings=settings)
    number = watches.add(team, "ana", "garden")
    _mail(team)
    _alert(team, number, "s:1")
    assert sending.deliver(team).sent == 0
    with team.read() as connection:
        (one,) = sending.unsent(connection)
    assert "in the clear" in str(one.error)

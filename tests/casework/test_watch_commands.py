"""Watches, their alerts and the proof of them, on the command line."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, insert, select, update

from casework import watches
from casework.tables import alerts
from casework.tables import watches as watch_table
from casework.watching import canaries, following
from casework.watching.tables import channels, deliveries, watch_ledger
from crawlers.tables import ads
from store import audit
from store.health import Health, State, record
from store.schema import now
from store.tables import audit_events
from store.workspace import Workspace, open_workspace
from tests.casework.published import group, publish
from tests.casework.typed import lines, refused, said, typed
from tests.copied import copied

PHONE = "+12025550143"


@pytest.fixture
def watched(workspace: Workspace) -> Workspace:
    """Two watches of the operator's, one of which cannot be asked any more, and an ad that answers the other."""
    assert said(workspace, "watches", "add", "garden", "--title", "Gardens") == "watch 1: Gardens\n"
    assert said(workspace, "watches", "add", "river") == "watch 2: river\n"
    publish(workspace, {"s:1": f"garden {PHONE}", "s:2": "river"})
    with workspace.begin() as connection:
        connection.execute(update(watch_table).where(watch_table.c.watch_id == 2).values(query="price:<"))
    assert said(workspace, "watches", "run") == "1 alerts, 0 messages sent, 0 waiting, 0 set aside\n"
    return workspace


@pytest.fixture(scope="module")
def still(blank: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A workspace in which nothing is watched."""
    with copied(blank, tmp_path_factory.mktemp("still") / "workspace") as opened:
        yield opened


def test_a_watch_is_of_a_query_a_contact_a_group_or_a_person(workspace: Workspace) -> None:
    publish(workspace, {"s:1": f"garden {PHONE}"})
    group(workspace, "g1", ["s:1"])
    for query, kind in (("(202) 555-0143", "identifier"), ("g1", "group"), ("s:1", "person"), ("garden", "query")):
        said(workspace, "watches", "add", query, "--kind", kind, "--by", "style, template")
    kept = lines(workspace, "watches", "list")
    assert [(one["kind"], one["by"]) for one in kept] == [
        ("identifier", []), ("group", []), ("person", ["style", "template"]), ("query", []),
    ]  # fmt: skip
    with workspace.read() as connection:
        acts = connection.execute(select(audit_events.c.action).where(audit_events.c.action == "watch")).all()
    assert len(acts) == 4


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("add", " "), "a watch needs a query"),
        (("add", "garden", "--kind", "smell"), "the kind of watch"),
        (("add", "garden", "--kind", "identifier"), "'garden' is no phone, e-mail"),
        (("add", "gone", "--kind", "group"), "there is no group or linked ad 'gone'"),
        (("add", "gone", "--kind", "person", "--by", ""), "say what the person is known by: template, style, itinerary"),
        (("add", "gone", "--kind", "person", "--by", "shoes"), "what a person is known by"),
        (("end", "9"), "there is no watch 9 under way"),
        (("mute", "9", "--until", "2099-01-01"), "there is no watch 9 under way"),
        (("mute", "1", "--until", "soon"), "'soon' is no day; write it as 2026-05-01"),
        (("mute", "1", "--until", "2020-01-01"), "a time to come"),
        (("channels", "mute", "1", "--until", "soon"), "'soon' is no day"),
        (("channels", "mute", "1", "--until", "2020-01-01"), "a time to come"),
        (("channels", "end", "9"), "you have no channel 9"),
        (("channels", "again", "9"), "message 9 was not set aside"),
        (("channels", "add", "pigeon", "loft"), "the kind of channel"),
        (("channels", "add", "email", "desk@example.org"), "no mail server is set"),
        (("channels", "add", "email", "desk"), "'desk' is no e-mail address"),
        (("channels", "add", "webhook", "http://127.0.0.1/"), "a webhook is an https:// address"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_one_sentence(words: tuple[str, ...], sentence: str, still: Workspace) -> None:
    assert sentence in refused(still, "watches", *words)


def test_the_list_says_which_watch_cannot_run_and_where_each_is_blind(watched: Workspace) -> None:
    with watched.begin() as connection:
        rows = [Health(now(), "crawlers", one, "ads", State.RED, "none came") for one in ("a", "b", "c", "d")]
        record(connection, rows)
    told = said(watched, "watches", "list").splitlines()
    assert told[0].endswith("  Gardens")
    assert told[1:4] == [f"       blind: {one}: ads: none came" for one in ("a", "b", "c")]  # the first three
    assert "  river  CANNOT RUN: " in told[4]
    assert len(told) == 5
    first, second = lines(watched, "watches", "list")
    assert first["blind"] == [f"{one}: none came" for one in ("a", "b", "c", "d")]
    assert second["error"]
    assert len(said(watched, "watches", "list", "--limit", "1").splitlines()) == 4


def test_a_watch_is_muted_until_a_day_of_the_teams_told_of_again_and_ended(watched: Workspace) -> None:
    (watched.root / "sidelight.toml").write_text('timezone = "America/New_York"\n')
    assert said(watched, "watches", "mute", "1", "--until", "2099-01-01") == "watch 1 is silent until 2099-01-01\n"
    with watched.read() as connection:
        until = watches.active(connection)[0].muted_until
    assert until is not None
    assert f"{until.astimezone(ZoneInfo('America/New_York')):%Y-%m-%d %H:%M}" == "2099-01-01 00:00"
    assert said(watched, "watches", "mute", "1") == "watch 1 is told of\n"
    assert said(watched, "watches", "end", "1") == "watch 1 has ended\n"
    with watched.read() as connection:
        assert [one.watch_id for one in watches.active(connection)] == [2]


def test_an_alert_is_new_until_it_was_shown(watched: Workspace) -> None:
    assert re.fullmatch(r"new  \d{4}-\d\d-\d\d \d\d:\d\d  s:1 {22}Gardens\n", said(watched, "watches", "inbox"))
    assert said(watched, "watches", "inbox").startswith("     20")
    (one,) = lines(watched, "watches", "inbox")
    assert (one["ad_id"], one["title"]) == ("s:1", "Gardens")
    assert one["read_at"] is not None


def test_the_ledger_tells_what_was_asked_what_came_and_what_failed(watched: Workspace) -> None:
    said(watched, "watches", "inbox")
    (told,) = said(watched, "watches", "ledger", "1").splitlines()
    assert re.sub(r"\s+", " ", told[16:]) == " batch 2 ads 1 answer 1 new 0 sent 1 read"
    (failed,) = said(watched, "watches", "ledger", "2").splitlines()
    assert "0 ads" in failed
    assert "  FAILED: " in failed
    (one,) = lines(watched, "watches", "ledger", "1")
    assert (one["evaluated"], one["new"], one["error"]) == (2, 1, None)


def test_a_sweep_asks_about_everything_again_and_raises_nothing_twice(watched: Workspace) -> None:
    assert said(watched, "watches", "run", "--sweep").startswith("0 alerts, ")
    with watched.begin() as connection:
        connection.execute(delete(alerts))
    assert said(watched, "watches", "run").startswith("0 alerts, ")
    assert said(watched, "watches", "run", "--sweep").startswith("1 alerts, ")


def test_the_proof_holds_or_names_watch_and_ad_and_ends_with_1(watched: Workspace) -> None:
    held = said(watched, "watches", "prove").splitlines()
    assert held[0].startswith("2 watches, 1 answers found anew by the search engine, 1 on record: 0 missed, 0 doubled")
    assert held[1].startswith("cannot be asked: watch 2: ")
    (facts,) = lines(watched, "watches", "prove")
    assert (facts["holds"], facts["watches"], facts["missed_count"]) == (True, 2, 0)
    with watched.begin() as connection:
        connection.execute(update(watch_ledger).values(new=0))
    broken = typed(watched, "watches", "prove")
    assert broken.exit_code == 1
    assert "more alerts than the ledger says: watch 1, run 1" in broken.stdout
    with watched.begin() as connection:
        connection.execute(delete(alerts))
    assert "missed: watch 1, ad s:1" in typed(watched, "watches", "prove").stdout


def test_a_canary_is_planted_waited_for_and_told_where_it_is_overdue(workspace: Workspace) -> None:
    assert said(workspace, "watches", "canary") == "none was planted yet\n"
    planted, waiting = said(workspace, "watches", "canary", "--plant").splitlines()
    assert planted.startswith(f"planted {canaries.SITE}:")
    assert waiting.endswith("has not come through (UTC)")
    with workspace.begin() as connection:
        connection.execute(update(ads).values(first_seen=now() - canaries.PATIENCE - timedelta(hours=1)))
    assert typed(workspace, "watches", "canary").exit_code == 1
    with workspace.begin() as connection:
        ad_id = connection.execute(select(ads.c.ad_id)).scalar_one()
        connection.execute(insert(alerts).values(watch_id=1, ad_id=ad_id, at=now(), origin="batch"))
    assert " came through 20" in said(workspace, "watches", "canary")


def test_following_goes_on_while_another_asks_and_after_a_round_that_failed(
    watched: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[str] = []
    rounds = 0

    def wait(_: float) -> None:
        nonlocal rounds
        rounds += 1
        if rounds == 2:
            raise KeyboardInterrupt
        publish(watched, {"s:3": "a garden"}, days=1)

    with pytest.raises(KeyboardInterrupt):
        following.follow(watched, 1, told.append, wait)
    assert told == ["1 alerts, 0 messages sent"]
    assert not caplog.records


def test_channels_are_opened_listed_muted_and_closed_by_their_owner(workspace: Workspace) -> None:
    (workspace.root / "sidelight.toml").write_text(
        'smtp_host = "127.0.0.1"\nsmtp_port = 9\nsmtp_security = "none"\nsmtp_from = "a@example.org"\n'
        "webhook_private = true\n"
    )
    mail = said(workspace, "watches", "channels", "add", "email", "desk@example.org", "--digest-at", "08:00")
    assert mail == "channel 1: email to desk@example.org\n"
    hook = said(workspace, "watches", "channels", "add", "webhook", "http://127.0.0.1:9/", "--at-least", "3")
    assert re.search(r"^signed with HMAC-SHA256 under [0-9a-f]{64}$", hook, re.MULTILINE)
    assert "is no time of day" in refused(
        workspace, "watches", "channels", "add", "email", "a@example.org", "--digest-at", "8"
    )
    assert "a threshold is 1 to 10,000" in refused(
        workspace, "watches", "channels", "add", "email", "a@example.org", "--at-least", "0"
    )
    muted = said(workspace, "watches", "channels", "mute", "2", "--until", "2099-01-01")
    assert muted == "channel 2 is silent until 2099-01-01\n"
    assert said(workspace, "watches", "channels", "list").splitlines() == [
        "    1  email    desk@example.org  daily at 08:00, from 1 on",
        "    2  webhook  http://127.0.0.1:9/  at once, from 3 on, muted until 2099-01-01 00:00 UTC",
    ]
    assert said(workspace, "watches", "channels", "mute", "2") == "channel 2 speaks\n"
    assert said(workspace, "watches", "channels", "end", "1") == "channel 1 is closed\n"
    (left,) = lines(workspace, "watches", "channels", "list")
    assert (left["channel_id"], left["at_least"], left["muted_until"]) == (2, 3, None)


def test_a_message_that_was_set_aside_is_told_and_sent_again_when_asked(workspace: Workspace) -> None:
    opened = open_workspace(workspace.root)
    with opened.begin() as connection:
        values = {"owner": audit.operator(), "kind": "webhook", "address": "https://desk.example/", "at_least": 1}
        connection.execute(insert(channels).values(**values, created_at=now()))
        message = {
            "key": "k", "channel_id": 1, "alerts": 4, "watches": 1, "made_at": now(), "state": "failed",
            "attempts": 7, "next_at": now() + timedelta(days=1), "error": "410 gone",
        }  # fmt: skip
        connection.execute(insert(deliveries).values(message))
    opened.close()
    told = said(workspace, "watches", "channels", "list").splitlines()
    assert told[1] == "message 1: 4 alerts, failed after 7 attempts: 410 gone"
    again = said(workspace, "watches", "channels", "again", "1")
    assert again == "0 messages sent, 1 waiting, 0 set aside\n"

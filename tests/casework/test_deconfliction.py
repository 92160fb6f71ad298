"""Two teams learn that they work on the same and whom to call; neither sees the other's case."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from casework import caseitems, cases, deconfliction, feeds, packs
from casework.caseitems import ItemKind
from casework.casetables import foreign_tokens
from casework.deconfliction import ExchangeError
from crawlers.records import Ad
from crawlers.stored import record_sighting
from linker.tables import hubs, link_keys
from nlp import stage as read_stage
from store.errors import UsageError
from store.workspace import Workspace
from tests.copied import copied

MOMENT = datetime(2026, 5, 1, tzinfo=UTC)
KEY, OTHER_KEY = b"k" * 32, b"x" * 32
SHARED, OWN = "(202) 555-0143", "(312) 555-0187"


def _case(workspace: Workspace, name: str, body: str, *, team: str | None = None, who: str = "ana") -> cases.Case:
    with workspace.begin() as connection:
        ad = Ad(f"{name}:1", name, f"http://{name}.example/1", MOMENT, body=body, region="US")
        record_sighting(connection, ad, seen_at=MOMENT, run_id=name)
    read_stage.run(workspace)
    case = cases.open_case(workspace, f"secret title {name}", who, team=team)
    caseitems.pin(workspace, case, ItemKind.AD, f"{name}:1", f"secret reason {name}", who)
    return case


@pytest.fixture
def north(workspace: Workspace) -> Workspace:
    """An agency with one case that shares a phone with the other's, and one number of its own."""
    _case(workspace, "harbor", f"Call {SHARED} or {OWN}")
    return workspace


@pytest.fixture
def south(blank: Path, tmp_path: Path) -> Iterator[Workspace]:
    """Another agency's workspace."""
    with copied(blank, tmp_path / "south") as workspace:
        _case(workspace, "lantern", f"Only {SHARED}")
        yield workspace


def test_both_sides_learn_that_the_other_holds_the_same_and_whom_to_call(north: Workspace, south: Workspace) -> None:
    ours = deconfliction.make(north, KEY, "North", "desk@north.example", "ana")
    theirs = deconfliction.make(south, KEY, "South", "desk@south.example", "sam")
    deconfliction.take(north, KEY, theirs, "ana")
    deconfliction.take(south, KEY, ours, "sam")
    [[here]] = deconfliction.compare(north, KEY, "ana").values()
    [[there]] = deconfliction.compare(south, KEY, "sam").values()
    assert (here.holder, here.contact, here.values) == ("South", "desk@south.example", (("phone", "+12025550143"),))
    assert (there.holder, there.contact, there.values) == ("North", "desk@north.example", (("phone", "+12025550143"),))


def test_a_file_shows_nothing_of_a_case_and_not_even_how_much_there_is(north: Workspace, south: Workspace) -> None:
    for workspace in (north, south):
        told = deconfliction.make(workspace, KEY, "A", "desk@a.example", "ana")
        assert len(json.loads(told)["tokens"]) == deconfliction.STEP
        for secret in (b"5550143", b"5550187", b"secret", b"harbor", b"lantern", b"2026-0001"):
            assert secret not in told


def test_without_the_key_a_known_number_cannot_be_recognised(north: Workspace) -> None:
    tokens = set(json.loads(deconfliction.make(north, KEY, "A", "d", "ana"))["tokens"])
    assert deconfliction._token(KEY, "phone", "+12025550143").hex() in tokens
    assert deconfliction._token(OTHER_KEY, "phone", "+12025550143").hex() not in tokens


def test_what_was_changed_or_made_with_another_key_is_refused(north: Workspace, south: Workspace) -> None:
    told = json.loads(deconfliction.make(south, KEY, "South", "desk", "sam"))
    with pytest.raises(ExchangeError, match="another key"):
        deconfliction.take(north, OTHER_KEY, json.dumps(told).encode(), "ana")
    with pytest.raises(ExchangeError, match="changed"):
        deconfliction.take(north, KEY, json.dumps({**told, "contact": "eve@evil.example"}).encode(), "ana")
    for bad in (
        b"",
        b"[]",
        b"{}",
        json.dumps({**told, "tokens": ["aa"]}).encode(),
        json.dumps({**told, "agency": 1}).encode(),
    ):
        with pytest.raises(ExchangeError):
            deconfliction.take(north, KEY, bad, "ana")


def test_a_later_file_takes_the_place_of_an_earlier_one_and_only_so_many_come_in_a_day(
    north: Workspace, south: Workspace
) -> None:
    told = deconfliction.make(south, KEY, "South", "desk", "sam")
    for _ in range(deconfliction.FILES_A_DAY):
        deconfliction.take(north, KEY, told, "ana")
    with north.read() as connection:
        assert len(connection.execute(select(foreign_tokens)).all()) == deconfliction.STEP
    with pytest.raises(ExchangeError, match="within a day"):
        deconfliction.take(north, KEY, told, "ana")


def test_a_key_that_everyone_shares_is_no_token(north: Workspace) -> None:
    with north.begin() as connection:
        connection.execute(insert(hubs).values(reason="phone", key="+12025550143", ads=300, why="on 300 ads"))
    with north.read() as connection:
        [case] = cases.every(connection)
        assert deconfliction.values_of(connection, case) == {("phone", "+13125550187")}


def test_teams_on_one_server_are_told_of_each_other_and_see_nothing_else(workspace: Workspace) -> None:
    cases.add_team(workspace, "north", "desk@north.example", ("nia",), "root")
    cases.add_team(workspace, "south", "desk@south.example", ("sam",), "root")
    first = _case(workspace, "harbor", f"Call {SHARED} or {OWN}", team="north", who="nia")
    second = _case(workspace, "lantern", f"Only {SHARED}", team="south", who="sam")
    with workspace.read() as connection:
        [told] = deconfliction.on_this_server(connection, first)
        [back] = deconfliction.on_this_server(connection, second)
        assert (told.holder, told.contact, told.values) == ("south", "desk@south.example", (("phone", "+12025550143"),))
        assert (back.holder, back.contact) == ("north", "desk@north.example")
        assert "secret" not in repr((told, back))
        with pytest.raises(cases.NoCaseError):
            cases.find(connection, second.case_id, "nia")
    cases.close(workspace, second, "done", "sam")
    with workspace.read() as connection:
        assert deconfliction.on_this_server(connection, first) == []


def test_a_key_file_is_its_owners_alone_and_never_written_over(tmp_path: Path) -> None:
    deconfliction.new_key(tmp_path / "key")
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert len(deconfliction.read_key(tmp_path / "key")) == 32
    with pytest.raises(UsageError, match="never written over"):
        deconfliction.new_key(tmp_path / "key")
    (tmp_path / "short").write_text("abcd")
    with pytest.raises(UsageError, match="32 bytes"):
        deconfliction.read_key(tmp_path / "short")


def test_a_feed_is_taken_only_with_its_makers_signature(north: Workspace, south: Workspace, tmp_path: Path) -> None:
    with north.begin() as connection:
        connection.execute(insert(hubs), [
            {"reason": "phone", "key": "+12025550199", "ads": 300, "why": "on 300 ads"},
            {"reason": "phone", "key": "+12025550198", "ads": 5, "why": "on 5 ads"},
        ])  # fmt: skip
    with south.begin() as connection:
        connection.execute(insert(link_keys).values(ad_id="lantern:1", reason="phone", key="+12025550199"))
    told = feeds.make(north, "North", "ana")
    (tmp_path / "north.pem").write_bytes(packs.public_key(north))
    (tmp_path / "south.pem").write_bytes(packs.public_key(south))
    read = feeds.read(told, tmp_path / "north.pem")
    assert [one["key"] for one in read["hubs"]] == ["+12025550199"]
    assert feeds.known_here(south, read) == read["hubs"]
    for content, key in ((told, "south.pem"), (told.replace(b"300", b"301"), "north.pem"), (b"{}", "north.pem")):
        with pytest.raises(feeds.FeedError):
            feeds.read(content, tmp_path / key)

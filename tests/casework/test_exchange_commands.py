"""What is told to another agency and taken from it, on the command line, from the key to the telephone number."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from sqlalchemy import insert

from casework import caseitems, cases
from casework.caseitems import ItemKind
from crawlers.records import Ad
from crawlers.stored import record_sighting
from linker.tables import hubs, link_keys
from nlp import stage as read_stage
from store import audit
from store.audit import Act, Via
from store.workspace import Workspace
from tests.casework.typed import refused, said
from tests.copied import copied

MOMENT = datetime(2026, 5, 1, tzinfo=UTC)
HUB = "+12025550187"


def _holds(workspace: Workspace, name: str) -> str:
    """An open case with an ad that shows the shared phone; the case's number."""
    with workspace.begin() as connection:
        ad = Ad(f"{name}:1", name, "", MOMENT, body="Call (202) 555-0143", region="US")
        record_sighting(connection, ad, seen_at=MOMENT, run_id=name)
    read_stage.run(workspace)
    case = cases.open_case(workspace, name, "ana")
    caseitems.pin(workspace, case, ItemKind.AD, f"{name}:1", "same number", "ana")
    return case.case_id


@pytest.fixture
def south(blank: Path, tmp_path: Path) -> Iterator[Workspace]:
    """Another agency's workspace."""
    with copied(blank, tmp_path / "south") as opened:
        yield opened


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """A key that both agencies have."""
    path = tmp_path / "shared.key"
    assert "give it to the other agency in person" in said(None, "deconflict", "key", str(path))
    return path


def test_who_holds_the_same_is_told_with_whom_to_call(
    workspace: Workspace, south: Workspace, key: Path, tmp_path: Path
) -> None:
    case, _ = _holds(workspace, "harbor"), _holds(south, "lantern")
    theirs, own = str(tmp_path / "theirs.json"), ("--key", str(key))
    nobody = "no other agency whose tokens we have holds anything of our open cases\n"
    assert said(workspace, "deconflict", "compare", *own) == nobody
    said(south, "deconflict", "make", theirs, *own, "--agency", "South", "--contact", "desk@south.example")
    assert said(workspace, "deconflict", "take", theirs, *own) == "64 tokens of South\n"
    told = said(workspace, "deconflict", "compare", *own)
    assert told == f"{case}: South holds 1 of the same (phone); call desk@south.example\n"


def test_a_key_is_never_written_over_and_what_is_none_is_named(workspace: Workspace, key: Path, tmp_path: Path) -> None:
    assert "is there already" in refused(None, "deconflict", "key", str(key))
    (tmp_path / "short.key").write_text("ab" * 8)
    for name, sentence in (
        ("gone.key", "is no key: "),
        ("short.key", "is no key of 32 bytes; make one with `sidelight deconflict key`"),
    ):
        assert sentence in refused(workspace, "deconflict", "compare", "--key", str(tmp_path / name))
    unnamed = ("make", str(tmp_path / "ours"), "--key", str(key), "--agency", " ", "--contact", "desk")
    assert "say which agency this is" in refused(workspace, "deconflict", *unnamed)
    assert not (tmp_path / "ours").exists()
    (tmp_path / "theirs").write_bytes(b"{}")
    refused(workspace, "deconflict", "take", str(tmp_path / "theirs"), "--key", str(key))


def test_a_feed_tells_which_of_its_keys_are_carried_by_ads_here(
    workspace: Workspace, south: Workspace, tmp_path: Path
) -> None:
    with south.begin() as connection:
        rows = [{"reason": "phone", "key": one, "ads": 500, "why": "a booking page"} for one in (HUB, "+12025550188")]
        connection.execute(insert(hubs), rows)
    with workspace.begin() as connection:
        connection.execute(insert(link_keys).values(ad_id="s:1", reason="phone", key=HUB))
    feed, public = tmp_path / "feed.json", tmp_path / "south.pem"
    assert said(south, "feed", "make", str(feed), "--agency", "South").startswith(f"{feed}: signed; ")
    *_, pem = said(south, "export", "publish").split("-----BEGIN")
    public.write_text(f"-----BEGIN{pem}")
    assert said(workspace, "feed", "read", str(feed), "--key", str(public)).splitlines() == [
        "2 keys of South, 1 of them here",
        f"phone       {HUB}  a booking page",
    ]
    changed = orjson.loads(feed.read_bytes())
    changed["hubs"][0]["why"] = "nothing"
    feed.write_bytes(orjson.dumps(changed))
    assert "does not fit its signature" in refused(workspace, "feed", "read", str(feed), "--key", str(public))
    assert "say whose feed it is" in refused(south, "feed", "make", str(feed), "--agency", " ")


def test_a_letter_about_the_log_is_written_witnessed_and_continued(
    workspace: Workspace, south: Workspace, tmp_path: Path
) -> None:
    assert "the audit log is empty" in refused(workspace, "audit", "checkpoint")
    said(workspace, "audit", "list")
    letter = tmp_path / "letter.json"
    letter.write_text(said(workspace, "audit", "checkpoint"))
    told = said(south, "audit", "witness", "north-desk", str(letter))
    assert told == "north-desk showed a log of 1 events; ask for --since 1 the next time\n"
    said(workspace, "audit", "list")
    done = said(workspace, "audit", "checkpoint", "--since", "1", "--to", str(letter))
    assert done == f"a letter about 2 events is in {letter}\n"
    assert "showed a log of 2 events" in said(south, "audit", "witness", "north-desk", str(letter))
    letter.write_text("{")
    assert str(letter) in refused(south, "audit", "witness", "north-desk", str(letter))


def test_the_log_is_listed_by_person_and_action_with_what_was_forgotten_marked(workspace: Workspace) -> None:
    audit.append(workspace, Act("ana", Via.CONSOLE, "search", "query", "q", words="garden", facts={"found": 3}))
    audit.append(workspace, Act("bea", Via.CONSOLE, "show", "ad", "s:1"))
    (line,) = said(workspace, "audit", "list", "--actor", "ana").splitlines()
    assert line.split()[3:] == ["ana", "console", "search", "garden", "found", "3"]
    for sealed in workspace.keys.glob("audit-2*.key"):
        sealed.unlink()
    (line,) = said(workspace, "audit", "list", "--action", "search").splitlines()
    assert line.split()[3:] == ["ana", "console", "search", "(forgotten)", "found", "3"]

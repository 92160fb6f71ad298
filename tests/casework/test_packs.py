"""An evidence pack holds the captured bytes, and any changed byte in it is found."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert

from casework.packs import PackError, export, verify
from crawlers.records import Ad, Origin
from crawlers.stored import record_sighting
from crawlers.tables import captures
from linker.tables import group_members, groups
from store.errors import UsageError
from store.workspace import Workspace

MOMENT = datetime(2026, 5, 1, 12, tzinfo=UTC)
RECORD = gzip.compress(b"WARC/1.1\r\n...the page as received...", mtime=0)


@pytest.fixture
def pack(workspace: Workspace, tmp_path: Path) -> Path:
    """The pack of a group of two ads on one captured page."""
    (workspace.captures / "s.warc.gz").write_bytes(b"before" + RECORD + b"after")
    with workspace.begin() as connection:
        connection.execute(
            insert(captures).values(
                capture_id="c1", url="http://s.example/1", fetched_at=MOMENT, status=200, sha256="0" * 64,
                warc_file="s.warc.gz", warc_offset=6, warc_length=len(RECORD), run_id="r",
            )
        )  # fmt: skip
        for number in (1, 2):
            ad = Ad(f"s:{number}", "s", "http://s.example/1", MOMENT, body="Hello", origin=Origin("c1", "s-1"))
            record_sighting(connection, ad, seen_at=MOMENT, run_id="r")
            connection.execute(insert(group_members).values(ad_id=ad.ad_id, group_id="g"))
        connection.execute(
            insert(groups).values(group_id="g", ads=2, itinerary=[], templates=[], first_seen=MOMENT, last_seen=MOMENT)
        )
    assert export(workspace, "g", tmp_path / "pack") > 0
    return tmp_path / "pack"


def test_the_captured_record_stands_in_the_pack_byte_for_byte(pack: Path) -> None:
    assert (pack / "captures" / "c1.warc.gz").read_bytes() == RECORD
    assert verify(pack) == len([path for path in pack.rglob("*") if path.is_file()]) - 2


def test_any_changed_byte_in_any_file_is_found(pack: Path) -> None:
    for path in sorted(path for path in pack.rglob("*") if path.is_file() and path.stat().st_size):
        whole = path.read_bytes()
        for position in {0, len(whole) // 2, len(whole) - 1}:
            path.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
            with pytest.raises(PackError):
                verify(pack)
        path.write_bytes(whole)
    verify(pack)


def test_a_file_put_in_or_taken_out_is_found(pack: Path) -> None:
    (pack / "extra.txt").write_text("")
    with pytest.raises(PackError, match="extra"):
        verify(pack)
    (pack / "extra.txt").unlink()
    (pack / "ads.jsonl").unlink()
    with pytest.raises(PackError, match="ads"):
        verify(pack)


def test_an_unknown_group_is_a_clear_error(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no group"):
        export(workspace, "nothing", tmp_path / "pack")
    assert list(tmp_path.glob("*pack*")) == []

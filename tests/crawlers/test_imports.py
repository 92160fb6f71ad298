"""Files of other people's ads: the same checks as a crawl, each ad pointing to file and line, safe to repeat."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import func, select, update
from typer.testing import CliRunner
from warcio.archiveiterator import ArchiveIterator

from crawlers.archives import import_warc, site_of
from crawlers.cli import app
from crawlers.errors import ImportFileError
from crawlers.imports import import_ads
from crawlers.run import crawl
from crawlers.sites import discover
from crawlers.stored import all_ads, load_ads
from crawlers.tables import captures, runs, sightings
from store.settings import Settings
from store.suppression import suppress
from store.workspace import Workspace, open_workspace


def lines(path: Path, *objects: Any) -> Path:
    path.write_bytes(b"\n".join(one if isinstance(one, bytes) else orjson.dumps(one) for one in objects) + b"\n")
    return path


def ad(number: int, **fields: Any) -> dict[str, Any]:
    return {"ad_id": f"s:{number}", "site": "s", "title": "T", "body": f"B{number}", **fields}


def counted(workspace: Workspace, table: Any) -> int:
    with workspace.read() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_bad_lines_are_reported_with_their_number_and_the_rest_goes_on(workspace: Workspace, tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", ad(1), b"{", b"[1]", {"site": "s"}, b"\xff", ad(2, price=80), ad(3, colour="x"))
    said: list[str] = []
    counts = import_ads(workspace, path, said.append).counts
    assert (counts["ads"], counts["new"], counts["bad"]) == (2, 2, 5)
    assert [one.split(":")[1] for one in said] == ["2", "3", "4", "5", "7"]
    with workspace.read() as connection:
        origin = load_ads(connection, ["s:2"])["s:2"].ad.origin
    assert (origin.file_sha256, origin.line) == (hashlib.sha256(path.read_bytes()).hexdigest(), 6)


def test_an_import_may_be_repeated_and_taken_up_again(workspace: Workspace, tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", *(ad(number) for number in range(2500)))
    first = import_ads(workspace, path, print)
    again = import_ads(workspace, path, print)
    assert first.run_id == again.run_id
    assert (first.counts["new"], again.counts["same"]) == (2500, 2500)
    with workspace.begin() as connection:  # as a kill after the second batch leaves it
        connection.execute(update(runs).values(ended_at=None, counts={"ads": 2000, "new": 2000, "line": 2000}))
    assert import_ads(workspace, path, print).counts == {"ads": 2500, "new": 2000, "same": 500}
    assert counted(workspace, sightings) == 2500


def test_csv_has_the_same_fields(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(
        b"\xef\xbb\xbfad_id,site,title,body,image_hashes,posted_at\r\n"
        b's:1,s,"T, ""x""","one\r\ntwo",a b,2026-05-01T12:00:00Z\r\n'
        b"s:2,s,T\r\n"
        b"s:3,s,T,\xff,,\r\n"
        b"s:4,s,T,b,,yesterday\r\n"
        b"s:5,s,T,b,,\r\n"
    )
    said: list[str] = []
    assert import_ads(workspace, path, said.append).counts["ads"] == 2
    assert [one.split(":")[1] for one in said] == ["4", "5", "6"]
    with workspace.read() as connection:
        first = load_ads(connection, ["s:1"])["s:1"].ad
    assert (first.title, first.body, first.image_hashes) == ('T, "x"', "one\r\ntwo", ("a", "b"))


@pytest.mark.parametrize("text", ["ad_id,colour\n", "ad_id,ad_id\n"])
def test_a_csv_with_other_columns_is_refused_whole(workspace: Workspace, tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text)
    with pytest.raises(ImportFileError, match=r"a\.csv:1"):
        import_ads(workspace, path, print)


def test_what_is_suppressed_is_not_stored(workspace: Workspace, tmp_path: Path) -> None:
    with workspace.begin() as connection:
        suppress(workspace, connection, ["s:1", "+12025550143", "a@example.com"], "erasure")
    path = lines(
        tmp_path / "a.jsonl",
        ad(1),
        ad(2, contact="(202) 555-0143"),
        ad(3, body="write to A@example.com."),
        ad(4, contact="202 555 0144"),
    )
    counts = import_ads(workspace, path, print).counts
    assert (counts["suppressed"], counts["ads"]) == (3, 1)


def test_the_command_exits_3_when_lines_were_skipped(tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", ad(1), b"{")
    result = CliRunner().invoke(app, ["import", "ads", str(path), "-w", str(tmp_path / "w"), "--json"])
    assert result.exit_code == 3
    assert orjson.loads(result.stdout.splitlines()[0])["ads"] == 1
    assert "a.jsonl:2: skipped" in result.stderr


def test_an_archive_goes_through_the_same_parsers(
    workspace: Workspace, web: Any, make_site: Callable[..., Any], tmp_path: Path
) -> None:
    make_site("harbor")
    web.listing("/harbor/", *(f"/harbor/ad/{number}" for number in range(5)))
    for number in range(5):
        web.ad(f"/harbor/ad/{number}", number)
    crawl(workspace)
    (file,) = workspace.captures.glob("harbor/*.warc.gz")
    with file.open("rb") as handle:
        archive = ArchiveIterator(handle)
        places = [(archive.get_record_offset(), record.rec_type) for record in archive]
    broken = bytearray(file.read_bytes())
    third = [offset for offset, kind in places if kind == "response"][2]
    broken[third + 40 : third + 60] = b"\x00" * 20
    damaged = tmp_path / "other.warc.gz"
    damaged.write_bytes(bytes(broken[:-30]))
    other = open_workspace(tmp_path / "other", Settings())
    sites, _ = discover(other, [workspace.sites])
    said: list[str] = []

    counts = import_warc(other, sites, damaged, said.append).counts

    assert (counts["ads"], counts["without_ad"]) == (3, 1)
    assert [one.split(":")[1] for one in said] == [str(third), str(places[-1][0])]
    with other.read() as connection, workspace.read() as mine:
        theirs = {one.ad.ad_id: one.ad for one in all_ads(connection)}
        ours = {one.ad.ad_id: one.ad for one in all_ads(mine)}
        rows = {row.capture_id: row for row in connection.execute(select(captures))}
    for ad_id, one in theirs.items():
        assert one.texts() == ours[ad_id].texts()
        row = rows[str(one.origin.capture_id)]
        with (other.captures / row.warc_file).open("rb") as handle:
            handle.seek(row.warc_offset)
            record = next(iter(ArchiveIterator(handle)))
            assert hashlib.sha256(record.content_stream().read()).hexdigest() == row.sha256
    again = import_warc(other, sites, damaged, said.append).counts
    assert (again["same"], again.get("new", 0)) == (3, 0)
    other.close()


def test_an_empty_or_foreign_archive_is_no_crash(workspace: Workspace, tmp_path: Path) -> None:
    for name, body in (("empty.warc.gz", b""), ("text.warc", b"hello\n" * 100), ("zip.warc.gz", b"PK\x03\x04" * 99)):
        (tmp_path / name).write_bytes(body)
        said: list[str] = []
        counts = import_warc(workspace, {}, tmp_path / name, said.append).counts
        assert counts.get("ads", 0) == 0
        assert len(said) == (1 if body else 0)


def test_of_two_sites_on_one_host_the_nearer_one_takes_the_page(
    workspace: Workspace, web: Any, make_site: Callable[..., Any]
) -> None:
    make_site("harbor")
    make_site("lantern")
    sites, _ = discover(workspace)
    near = site_of(f"http://{web.origin}/lantern/ad/1", sites)
    assert near is not None
    assert near.name == "lantern"
    assert site_of("http://elsewhere.example/", sites) is None

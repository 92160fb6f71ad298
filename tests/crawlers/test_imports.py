"""Files of other people's ads: the same checks as a crawl, each ad pointing to file and line, safe to repeat."""

import gzip
import hashlib
import zipfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pytest
import zstandard
from pyarrow import parquet
from sqlalchemy import func, select, update
from typer.testing import CliRunner
from warcio.archiveiterator import ArchiveIterator

from crawlers.archives import import_warc, site_of
from crawlers.captures import Damage, body_of, verify
from crawlers.cli import app
from crawlers.columns import load_columns
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


def harbor_archive(workspace: Workspace, web: Any, make_site: Callable[..., Any]) -> Path:
    """A crawl of three ads, twice: the second time all pages are the same bytes."""
    make_site("harbor")
    web.listing("/harbor/", *(f"/harbor/ad/{number}" for number in range(3)))
    for number in range(3):
        web.ad(f"/harbor/ad/{number}", number)
    crawl(workspace)
    crawl(workspace)
    first, second = sorted(workspace.captures.glob("harbor/*.warc.gz"))
    both = workspace.root / "both.warc.gz"
    both.write_bytes(first.read_bytes() + second.read_bytes())
    return both


def packings(archive: Path, folder: Path) -> dict[str, Path]:
    """The same archive in every form that can be imported."""
    plain = gzip.decompress(archive.read_bytes())
    (folder / "plain.warc").write_bytes(plain)
    (folder / "whole.warc.zst").write_bytes(zstandard.compress(plain))
    with archive.open("rb") as handle:
        stream = ArchiveIterator(handle)
        ends = [stream.get_record_offset() + stream.get_record_length() for _ in stream]
    parts = [gzip.decompress(archive.read_bytes()[a:b]) for a, b in pairwise([0, *ends])]
    # By the book: a frame for each record, under a dictionary that stands in a frame of its own before them.
    learned = zstandard.train_dictionary(4096, [plain[at : at + 400] for at in range(0, len(plain), 200)])
    packer = zstandard.ZstdCompressor(dict_data=learned)
    head = b"\x5d\x2a\x4d\x18" + len(learned.as_bytes()).to_bytes(4, "little") + learned.as_bytes()
    (folder / "book.warc.zst").write_bytes(head + b"".join(packer.compress(part) for part in parts))
    with zipfile.ZipFile(folder / "bundle.wacz", "w") as bundle:
        bundle.writestr("archive/data.warc.gz", archive.read_bytes())
        bundle.writestr("pages/pages.jsonl", "{}")
    return {path.name: path for path in folder.iterdir() if path.suffix in (".warc", ".zst", ".wacz")}


def test_every_packing_of_an_archive_gives_the_same_ads_and_sightings(
    workspace: Workspace, web: Any, make_site: Callable[..., Any], tmp_path: Path
) -> None:
    archive = harbor_archive(workspace, web, make_site)
    (tmp_path / "forms").mkdir()
    with workspace.read() as connection:
        expected = {one.ad.ad_id: (one.ad.texts(), one.first_seen, one.last_seen) for one in all_ads(connection)}
    for name, path in {"both.warc.gz": archive, **packings(archive, tmp_path / "forms")}.items():
        other = open_workspace(tmp_path / f"w-{name}", Settings())
        sites, _ = discover(other, [workspace.sites])
        said: list[str] = []
        counts = import_warc(other, sites, path, said.append).counts
        assert (said, counts["new"], counts["same"], counts["revisits"]) == ([], 3, 3, 4), name
        with other.read() as connection:
            found = {one.ad.ad_id: (one.ad.texts(), one.first_seen, one.last_seen) for one in all_ads(connection)}
            assert found == expected, name
            for one in all_ads(connection):
                assert one.ad.title.encode() in body_of(other, connection, str(one.ad.origin.capture_id))
        assert not [one for one in verify(other) if isinstance(one, Damage)]
        (kept,) = (other.captures / "imported").iterdir()
        kept.write_bytes(kept.read_bytes()[:-9] + b"x" + kept.read_bytes()[-8:])
        assert [one for one in verify(other) if isinstance(one, Damage)], "a changed import is found"
        other.close()


def test_an_arc_file_is_read_too(workspace: Workspace, make_site: Callable[..., Any], web: Any, tmp_path: Path) -> None:
    make_site("harbor")
    web.ad("/harbor/ad/1", 1)
    page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + web.pages["/harbor/ad/1"][2]
    version = b"1 0 Archive\nURL IP-address Archive-date Content-type Archive-length\n"
    head = b"filedesc://old.arc 0.0.0.0 20100501120000 text/plain %d\n%s\n" % (len(version), version)
    url = f"http://{web.origin}/harbor/ad/1".encode()
    old = tmp_path / "old.arc"
    old.write_bytes(head + b"%s 192.0.2.1 20100501120000 text/html %d\n%s\n" % (url, len(page), page))
    sites, _ = discover(workspace)
    said: list[str] = []
    assert import_warc(workspace, sites, old, said.append).counts["ads"] == 1
    assert not said
    with workspace.read() as connection:
        (one,) = all_ads(connection)
        assert one.first_seen.year == 2010
        assert body_of(workspace, connection, str(one.ad.origin.capture_id)) == web.pages["/harbor/ad/1"][2]


def test_a_zstd_archive_that_is_cut_gives_what_it_held(
    workspace: Workspace, web: Any, make_site: Callable[..., Any], tmp_path: Path
) -> None:
    archive = harbor_archive(workspace, web, make_site)
    whole = zstandard.compress(gzip.decompress(archive.read_bytes()))
    (tmp_path / "cut.warc.zst").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "bomb.warc.zst").write_bytes(b"\x5d\x2a\x4d\x18\xff\xff\xff\x7f" + b"x" * 99)
    sites, _ = discover(workspace)
    for name in ("cut.warc.zst", "bomb.warc.zst"):
        said: list[str] = []
        import_warc(workspace, sites, tmp_path / name, said.append)
        assert len(said) == 1
        assert "cannot be unpacked" in said[0] or "skipped" in said[0]


MAP = """
fields: {native_id: listing.id, title: heading, body: [text, extra], posted_at: on, price: amount, image_hashes: hashes}
constants: {site: lantern, region: US}
ignore: [score]
dates: {formats: ["%d/%m/%Y %H:%M"], timezone: America/Chicago}
"""


def test_a_map_says_which_column_is_which_field(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "map.yml").write_text(MAP)
    row = {"heading": "T", "text": "one", "extra": ["two", 3], "on": "01/05/2026 12:00", "amount": 80, "score": 1}
    path = lines(
        tmp_path / "feed.jsonl",
        {**row, "listing": {"id": 7}, "hashes": "a b"},
        {**row, "listing": {"id": 8}, "colour": "red"},
        {**row, "listing": {}},
        {**row, "listing": {"id": 9}, "on": "soon"},
    )
    said: list[str] = []
    columns = load_columns(tmp_path / "map.yml")
    assert import_ads(workspace, path, said.append, columns=columns).counts["ads"] == 1
    assert [one.split(": skipped: ")[1].split(";")[0] for one in said] == [
        "column 'colour' is not in the map",
        "'ad_id' is missing or empty",
        "'posted_at': 'soon' is neither ISO 8601 nor a format listed under 'dates'",
    ]
    with workspace.read() as connection:
        one = load_ads(connection, ["lantern:7"])["lantern:7"].ad
    assert (one.title, one.body, one.price, one.region, one.image_hashes) == (
        "T",
        "one\ntwo\n3",
        "80",
        "US",
        ("a", "b"),
    )
    assert one.posted_at is not None
    assert one.posted_at.isoformat() == "2026-05-01T17:00:00+00:00"


def test_parquet_has_the_same_fields_and_is_refused_whole_where_a_column_is_not_known(
    workspace: Workspace, tmp_path: Path
) -> None:
    table = pa.Table.from_pylist(
        [{**ad(number), "price": 80 + number, "image_hashes": ["a"]} for number in range(1200)]
    )
    parquet.write_table(table, tmp_path / "feed.parquet")
    counts = import_ads(workspace, tmp_path / "feed.parquet", print).counts
    assert counts["new"] == 1200
    with workspace.read() as connection:
        one = load_ads(connection, ["s:1199"])["s:1199"].ad
    assert (one.price, one.image_hashes, one.origin.line) == ("1279", ("a",), 1200)
    parquet.write_table(table.append_column("colour", pa.array(["red"] * 1200)), tmp_path / "other.parquet")
    with pytest.raises(ImportFileError, match="colour"):
        import_ads(workspace, tmp_path / "other.parquet", print)
    (tmp_path / "no.parquet").write_bytes(b"PAR1 and nothing")
    with pytest.raises(ImportFileError, match="no Parquet"):
        import_ads(workspace, tmp_path / "no.parquet", print)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fields: {title: a}", "an ad needs 'site'"),
        ("fields: {colour: a}", "unknown field 'colour'"),
        ("fields: {ad_id: a}\nconstants: {site: s}\ndates: {timezone: Mars}", "no time zone"),
        ("fields: [", "not valid YAML"),
        ("columns: {}", "columns"),
    ],
)
def test_a_map_that_is_wrong_says_where(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "map.yml").write_text(text)
    with pytest.raises(ImportFileError, match=said):
        load_columns(tmp_path / "map.yml")

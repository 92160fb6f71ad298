"""Web archives in every packing: through the same parsers as a crawl, with evidence that stands where its captures say."""

import gzip
import hashlib
import zipfile
from collections.abc import Callable
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import zstandard
from sqlalchemy import select
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawlers.archives import hosts_of, import_warc, site_of
from crawlers.captures import Damage, body_of, verify
from crawlers.run import crawl
from crawlers.sites import discover
from crawlers.stored import all_ads
from crawlers.tables import captures
from store.settings import Settings
from store.workspace import Workspace, open_workspace


@pytest.mark.slow
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
    assert [int(one.split(":")[1]) for one in said] == [third, places[-1][0]], "each at its own place"
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
        assert name != "text.warc" or said == [f"{tmp_path / name}:0: skipped: no WARC or ARC record begins here"]


def test_a_listing_that_holds_the_ads_gives_each_of_them(
    workspace: Workspace, make_site: Callable[..., Path], web: Any, tmp_path: Path
) -> None:
    holds = {"items": "li.ad", "next": "a.next::attr(href)"}
    reads = {"native_id": "li::attr(id)", "title": "b", "body": "p"}
    make_site("harbor", select={"listing": holds, "ad": reads})
    rows = "".join(
        f'<li class="ad" id="{number}"><b>Title {number}</b><p>Body {number}</p></li>' for number in range(3)
    )
    told = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
    with (tmp_path / "page.warc.gz").open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        page = BytesIO(f"<ul>{rows}</ul>".encode())
        writer.write_record(
            writer.create_warc_record(f"http://{web.origin}/harbor/", "response", page, http_headers=told)
        )
    sites, _ = discover(workspace, [])
    assert import_warc(workspace, sites, tmp_path / "page.warc.gz", print).counts["ads"] == 3
    with workspace.read() as connection:
        texts = {one.ad.ad_id: one.ad.body for one in all_ads(connection)}
    assert texts == {f"harbor:{number}": f"Body {number}" for number in range(3)}


def test_of_two_sites_on_one_host_the_nearer_one_takes_the_page(
    workspace: Workspace, web: Any, make_site: Callable[..., Any]
) -> None:
    make_site("harbor")
    make_site("lantern")
    sites, _ = discover(workspace)
    hosts = hosts_of(sites)
    near = site_of(f"http://{web.origin}/lantern/ad/1", hosts)
    assert near is not None
    assert near.name == "lantern"
    assert site_of("http://elsewhere.example/", hosts) is None


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


@pytest.mark.slow
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


@pytest.mark.slow
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

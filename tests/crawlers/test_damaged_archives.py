"""Whatever bytes of an archive are changed: the damaged record is told at its own place, and every other one is read."""

import gzip
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawlers.archived import Damage, Response
from crawlers.members import HELD
from crawlers.page import BODY_LIMIT
from crawlers.responses import records

HEAD = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")


def archive(*bodies: bytes) -> tuple[bytes, list[int]]:
    """An archive of these pages, and where each record begins; the last place is the end."""
    out, places = BytesIO(), [0]
    writer = WARCWriter(out, gzip=True, warc_version="1.1")
    for number, body in enumerate(bodies):
        url = f"http://harbor.example/ad/{number}"
        record = writer.create_warc_record(url, "response", BytesIO(body), length=len(body), http_headers=HEAD)
        writer.write_record(record)
        places.append(out.tell())
    return out.getvalue(), places


@pytest.fixture(scope="module")
def pages() -> list[bytes]:
    rng = Random(5)
    return [bytes(rng.choices(b"abcdefgh <>\n", k=rng.randint(10, 20_000))) for _ in range(6)]


def test_a_damaged_record_is_told_at_its_own_place_wherever_it_is_damaged(pages: list[bytes], tmp_path: Path) -> None:
    whole, places = archive(*pages)
    rng, path = Random(6), tmp_path / "damaged.warc.gz"
    for _ in range(50):
        record = rng.randrange(len(pages))
        broken = bytearray(whole)
        at = rng.randrange(places[record] + 10, places[record + 1])  # behind the member's head, whose time is free
        for place in range(at, min(at + rng.choice([1, 20]), places[record + 1])):
            broken[place] = rng.choice([0, 255, broken[place] ^ 1])
        if broken == whole:
            continue
        path.write_bytes(broken)
        found = list(records(path))
        assert [one.offset for one in found if isinstance(one, Damage)] == [places[record]]
        assert [one.body for one in found if isinstance(one, Response)] == pages[:record] + pages[record + 1 :]


def test_a_record_that_is_cut_short_is_told(pages: list[bytes], tmp_path: Path) -> None:
    whole, places = archive(*pages)
    (tmp_path / "cut.warc.gz").write_bytes(whole[:-5])
    *read, last = records(tmp_path / "cut.warc.gz")
    assert len(read) == len(pages) - 1
    assert (type(last), last.offset) == (Damage, places[-2])


def test_a_file_packed_as_one_member_is_told_and_not_taken_for_its_first_record(
    pages: list[bytes], tmp_path: Path
) -> None:
    plain = gzip.decompress(archive(*pages)[0])
    (tmp_path / "one.warc.gz").write_bytes(gzip.compress(plain))
    (damage,) = records(tmp_path / "one.warc.gz")
    assert isinstance(damage, Damage)
    assert "recompress" in damage.reason


def test_a_record_larger_than_any_page_is_checked_to_its_end_and_held_in_part(tmp_path: Path) -> None:
    whole, places = archive(b"small", b"x" * (3 * BODY_LIMIT), b"last")
    path = tmp_path / "large.warc.gz"
    path.write_bytes(whole)
    found = [one for one in records(path) if isinstance(one, Response)]
    assert [one.offset for one in found] == places[:-1]
    assert BODY_LIMIT < len(found[1].body) <= HELD
    path.write_bytes(whole[: places[2] - 6] + b"\0" + whole[places[2] - 5 :])
    assert [one.offset for one in records(path) if isinstance(one, Damage)] == [places[1]]


def test_reading_goes_on_behind_any_record(pages: list[bytes], tmp_path: Path) -> None:
    whole, _ = archive(*pages)
    for name, data in (("a.warc.gz", whole), ("a.warc", gzip.decompress(whole))):
        path = tmp_path / name
        path.write_bytes(data)
        found = [one for one in records(path) if isinstance(one, Response)]
        assert len(found) == len(pages)
        for number, one in enumerate(found[:-1], start=1):
            assert list(records(path, one.offset + one.length)) == found[number:]


def test_what_is_read_in_a_few_passes_is_what_the_library_reads(pages: list[bytes], tmp_path: Path) -> None:
    whole, _ = archive(*pages)
    path = tmp_path / "plain.warc"
    path.write_bytes(gzip.decompress(whole))
    by_library = [(one.url, one.at, one.status, one.content_type, one.body) for one in records(path)]
    path = tmp_path / "packed.warc.gz"
    path.write_bytes(whole)
    assert [(one.url, one.at, one.status, one.content_type, one.body) for one in records(path)] == by_library


def test_a_digest_that_is_another_is_damage_though_the_member_is_sound(tmp_path: Path) -> None:
    plain = gzip.decompress(archive(b"a page of a few words")[0])
    path = tmp_path / "other.warc.gz"
    path.write_bytes(gzip.compress(plain.replace(b"few words", b"few WORDS")))
    (damage,) = records(path)
    assert isinstance(damage, Damage)
    assert "digest" in damage.reason

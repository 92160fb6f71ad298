"""Hashes of known images: off by default, kept as keyed digests, matched without a byte of a picture being kept.

All hashes are made up; the pictures are generated noise on loopback.
"""

import base64
import gzip
import hashlib
import os
import random
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
from sqlalchemy import select

from crawlers import frontier, knownimages
from crawlers.errors import ImportFileError
from crawlers.frontier import Kind
from crawlers.hashsets import digest_of, digests
from crawlers.imports import import_ads
from crawlers.run import crawl
from crawlers.runs import take_up
from crawlers.sites import discover
from crawlers.tables import captures
from store.errors import SettingsError, UsageError
from store.quarantine import held
from store.settings import Settings
from store.tables import audit_events, hash_matches, known_hashes
from store.workspace import Workspace, open_workspace
from tests.crawlers.conftest import Web

ROOT = Path(__file__).parents[2]
AUTHORITY = "made-up order 1 of a made-up court"
SETTING = f'known_hash_authority = "{AUTHORITY}"\n'
NOISE = random.Random(5).randbytes(70_000)
KNOWN = hashlib.md5(NOISE, usedforsecurity=False).hexdigest()
OTHER = hashlib.sha256(b"made up").hexdigest()


@pytest.fixture
def lawful(tmp_path: Path) -> Iterable[Workspace]:
    """A workspace whose settings name an authority."""
    opened = open_workspace(tmp_path / "workspace", Settings(known_hash_authority=AUTHORITY))
    (opened.root / "sidelight.toml").write_text(SETTING)
    yield opened
    opened.close()


def vics(tmp_path: Path, *records: dict[str, Any], head: str = '{"odata.metadata": "made up", "value": ') -> Path:
    path = tmp_path / "set.json"
    path.write_bytes(head.encode() + orjson.dumps(list(records)) + (b"}" if head else b""))
    return path


@pytest.mark.parametrize(
    ("written", "algorithm"),
    [
        (KNOWN, "md5"),
        (KNOWN.upper(), "md5"),
        (f"md5:{KNOWN}", "md5"),
        (f"SHA-256: {OTHER}", "sha256"),
        ("a" * 40, "sha1"),
    ],
)
def test_hashes_read_as_feeds_write_them(written: str, algorithm: str) -> None:
    found = digest_of(written)
    assert found is not None
    assert found[0] == algorithm


@pytest.mark.parametrize("written", ["", "abc", "p:0f0f0f0f0f0f0f0f", f"sha1:{KNOWN}", "g" * 32, KNOWN + "0"])
def test_what_is_no_exact_digest_is_not_taken_for_one(written: str) -> None:
    assert digest_of(written) is None


def test_a_vics_file_yields_the_digests_of_the_categories_asked_for(tmp_path: Path) -> None:
    path = vics(
        tmp_path,
        {"MediaID": 1, "Category": 1, "MD5": KNOWN.upper(), "SHA1": "a" * 40, "MediaSize": 70000, "Series": "x, ]}"},
        {"MediaID": 2, "Category": 5, "MD5": "b" * 32},
        {"MediaID": 3, "MD5": "c" * 32},
    )
    assert list(digests(path)) == [("md5", KNOWN), ("sha1", "a" * 40), ("md5", "c" * 32)]
    assert list(digests(path, {5})) == [("md5", "b" * 32), ("md5", "c" * 32)]
    cases = vics(tmp_path, {"CaseID": 1, "Media": [{"Category": 2, "SHA256": OTHER}, {"Category": 3, "MD5": KNOWN}]})
    assert list(digests(cases)) == [("sha256", OTHER)]
    bare = vics(tmp_path, {"MD5": KNOWN}, head="")
    assert list(digests(bare)) == [("md5", KNOWN)]


@pytest.mark.slow
def test_a_long_vics_file_is_read_in_pieces(tmp_path: Path) -> None:
    made = [{"MediaID": number, "Category": 1, "MD5": f"{number:032x}", "Note": "n" * 90} for number in range(30_000)]
    assert [digest for _, digest in digests(vics(tmp_path, *made))] == [one["MD5"] for one in made]


@pytest.mark.parametrize("text", ['{"value": [{"MD5": "', '{"value": [{"MD5": "a"} nothing', '{"other": 1}', "[1, 2"])
def test_a_damaged_file_is_refused_with_its_place(tmp_path: Path, text: str) -> None:
    (tmp_path / "set.json").write_text(text)
    with pytest.raises(ImportFileError, match=r"set\.json"):
        list(digests(tmp_path / "set.json"))


def test_csv_and_text_have_a_hash_on_each_line(tmp_path: Path) -> None:
    path = tmp_path / "set.csv"
    path.write_text(f"md5,sha256,note\n{KNOWN},{OTHER},one\n,{OTHER},two\n")
    assert list(digests(path)) == [("md5", KNOWN), ("sha256", OTHER), ("sha256", OTHER)]
    path.write_text(f"{KNOWN}\nno hash\n")
    with pytest.raises(ImportFileError, match=r"set\.csv:2"):
        list(digests(path))


def test_without_an_authority_nothing_is_loaded_or_matched(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="known_hash_authority"):
        knownimages.load(workspace, vics(tmp_path, {"MD5": KNOWN}), "made up")
    with workspace.begin() as connection:
        assert knownimages.match(workspace, connection, {"harbor:1": [KNOWN]}, knownimages.FEED) == 0


def test_a_set_without_a_hash_is_an_error_and_leaves_nothing(lawful: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no hash"):
        knownimages.load(lawful, vics(tmp_path, {"MediaID": 1}), "made up")
    assert knownimages.every(lawful) == []


def test_a_loaded_hash_cannot_be_read_back(lawful: Workspace, tmp_path: Path) -> None:
    done = knownimages.load(lawful, vics(tmp_path, {"MD5": KNOWN, "SHA256": OTHER}), "made up")
    assert (done.hashes, done.new) == (2, 2)
    lawful.close()
    for path in files(lawful.root):
        data = path.read_bytes()
        for digest in (KNOWN, OTHER):
            assert digest.encode() not in data
            assert bytes.fromhex(digest) not in data


def feed(tmp_path: Path, *hashes: Iterable[str]) -> Path:
    path = tmp_path / "feed.jsonl"
    lines = []
    for number, some in enumerate(hashes, start=1):
        fields = {"ad_id": f"feed:{number}", "site": "feed", "url": f"https://feed.example/{number}", "body": "A walk."}
        lines.append({**fields, "image_hashes": list(some)})
    path.write_bytes(b"".join(orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE) for one in lines))
    return path


def matches(workspace: Workspace) -> list[tuple[str, str, str]]:
    columns = (hash_matches.c.ad_id, hash_matches.c.algorithm, hash_matches.c.how)
    with workspace.read() as connection:
        return [tuple(row) for row in connection.execute(select(*columns).order_by(hash_matches.c.ad_id))]


def test_an_ad_whose_feed_carries_a_known_hash_is_held_back_and_that_is_audited(
    lawful: Workspace, tmp_path: Path
) -> None:
    knownimages.load(lawful, vics(tmp_path, {"MD5": KNOWN}), "made up")
    import_ads(lawful, feed(tmp_path, [f"md5:{KNOWN.upper()}"], ["d" * 32], [], [KNOWN]), print)
    assert matches(lawful) == [("feed:1", "md5", "feed"), ("feed:4", "md5", "feed")]
    with lawful.read() as connection:
        assert held(connection, [f"feed:{number}" for number in range(1, 5)]) == {"feed:1", "feed:4"}
        acts = connection.execute(select(audit_events.c.action)).scalars().all()
    assert acts == ["load hash set", "known image", "known image"]


def test_a_set_loaded_later_finds_the_ads_that_are_there(lawful: Workspace, tmp_path: Path) -> None:
    import_ads(lawful, feed(tmp_path, [KNOWN], ["d" * 32]), print)
    path = vics(tmp_path, {"MD5": KNOWN})
    assert knownimages.load(lawful, path, "made up").matches == 1
    assert knownimages.load(lawful, path, "made up, again").matches == 0
    assert matches(lawful) == [("feed:1", "md5", "feed")]


def test_a_set_can_be_forgotten(lawful: Workspace, tmp_path: Path) -> None:
    done = knownimages.load(lawful, vics(tmp_path, {"MD5": KNOWN}), "made up")
    assert knownimages.forget(lawful, done.set_id, "the order ended") == 1
    with lawful.read() as connection:
        assert connection.execute(select(known_hashes)).all() == []


@pytest.fixture
def gallery(web: Web) -> None:
    """Three ads: one with a picture of noise that is known, one with other noise, one whose picture is a page."""
    web.listing("/harbor/", "/ad/1", "/ad/2", "/ad/3")
    for number in (1, 2, 3):
        web.ad(f"/ad/{number}", number)
    web.put("/pictures/1.jpg", NOISE, "image/jpeg")
    web.put("/pictures/2.jpg", NOISE[::-1], "image/png")
    web.put("/pictures/3.jpg", "<p>no picture</p>")


def crawl_apart(workspace: Workspace, tmp_path: Path) -> tuple[int, bytes]:
    """Crawl in a process of its own, with a folder of its own for what is temporary; everything it printed."""
    (tmp_path / "scratch").mkdir(exist_ok=True)
    command = [sys.executable, "-m", "sidelight", "crawl", "harbor", "-w", str(workspace.root)]
    environment = {**os.environ, "TMPDIR": str(tmp_path / "scratch"), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False)
    return done.returncode, done.stdout + done.stderr


def site(workspace: Workspace, web: Web, **changes: Any) -> None:
    path = workspace.sites / "harbor" / "site.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    manifest = {
        "name": "harbor",
        "start": [f"http://{web.origin}/harbor/"],
        "listing": "pages",
        "pace": {"delay": 0, "concurrency": 2, "autothrottle": False},
        "allow_private": [web.origin],
        "select": {
            "listing": {"ads": "a.ad::attr(href)", "next": "a.next::attr(href)"},
            "ad": {"native_id": "article::attr(data-id)", "title": ".title", "body": ".body"},
        },
        **changes,
    }
    path.write_text(yaml.safe_dump(manifest))


def files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def holds_noise(data: bytes) -> bool:
    """Whether 24 bytes of the noise from any place, forwards or backwards, stand in `data`, plain, as hex or as base64."""
    for noise in (NOISE, NOISE[::-1]):
        for place in range(0, len(noise) - 24, 997):
            piece = noise[place : place + 24]
            shapes = (piece, piece.hex().encode(), base64.b64encode(noise[place - place % 3 :][:24]))
            if any(shape in data for shape in shapes):
                return True
    return False


def test_noise_is_found_where_it_is() -> None:
    assert holds_noise(b"x" + NOISE[500:2600])
    assert holds_noise(NOISE[500:2600].hex().encode())
    assert not holds_noise(random.Random(6).randbytes(100_000))


@pytest.mark.slow
def test_a_picture_is_hashed_on_the_way_and_no_byte_of_it_is_kept(
    lawful: Workspace, tmp_path: Path, web: Web, gallery: None
) -> None:
    knownimages.load(lawful, vics(tmp_path, {"MD5": KNOWN}), "made up")
    site(lawful, web, known_images="article img::attr(src)")
    status, printed = crawl_apart(lawful, tmp_path)
    assert status == 0, printed.decode()
    assert {f"/pictures/{number}.jpg" for number in (1, 2, 3)} <= set(web.paths())
    assert "/p.png" not in web.paths(), "pictures of listing pages are nobody's"
    assert matches(lawful) == [("harbor:1", "md5", "bytes")]
    with lawful.read() as connection:
        kept = connection.execute(select(captures.c.url)).scalars().all()
    assert not [url for url in kept if "pictures" in url]
    lawful.close()
    assert not holds_noise(printed)
    looked = [path for folder in (lawful.root, tmp_path / "scratch") for path in files(folder)]
    assert len(looked) > 5
    for path in looked:
        data = path.read_bytes()
        assert not holds_noise(data), path
        if path.suffix == ".gz":
            assert not holds_noise(gzip.decompress(data)), path


@pytest.mark.slow
def test_an_interrupted_run_asks_for_no_picture_once_the_authority_has_ended(
    workspace: Workspace, web: Web, gallery: None
) -> None:
    site(workspace, web, known_images="article img::attr(src)")
    found = discover(workspace)[0]["harbor"]
    started = take_up(workspace, found)
    offers = [("/pictures/1.jpg", Kind.PICTURE), ("/harbor/", Kind.LISTING)]
    entries = [started.frontier.offer(f"http://{web.origin}{path}", kind, 0) for path, kind in offers]
    with workspace.begin() as connection:
        frontier.add(connection, started.run_id, [entry for entry in entries if entry])
    crawl(workspace, ["harbor"])
    assert "/ad/3" in web.paths()
    assert "/pictures/1.jpg" not in web.paths()


@pytest.mark.slow
@pytest.mark.parametrize("missing", ["authority", "opt-in", "hashes"])
def test_without_authority_opt_in_or_hashes_no_picture_is_asked_for(
    lawful: Workspace, tmp_path: Path, web: Web, gallery: None, missing: str
) -> None:
    if missing != "hashes":
        knownimages.load(lawful, vics(tmp_path, {"MD5": KNOWN}), "made up")
    site(lawful, web, **({} if missing == "opt-in" else {"known_images": "article img::attr(src)"}))
    if missing == "authority":
        (lawful.root / "sidelight.toml").write_text("")
    crawl_apart(lawful, tmp_path)
    assert "/ad/3" in web.paths()
    assert not [path for path in web.paths() if "pictures" in path]
    assert matches(lawful) == []

"""A capture is taken out of the evidence: every other byte stays, a tombstone stands in its place, and a kill does no harm."""

import gzip
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from warcio.archiveiterator import ArchiveIterator

from crawlers import excision
from crawlers.captures import Damage, body_of, verify
from crawlers.evidence import Evidence
from crawlers.tables import capture_tombstones, captures, rewrites, runs
from crawlers.warc import Fetched
from store.keys import blind
from store.schema import now
from store.workspace import Workspace


def fetched(number: int, body: bytes) -> tuple[str, Fetched]:
    at = datetime(2026, 5, 1, 12, 0, number, tzinfo=UTC)
    url = f"https://harbor.example/{number}"
    asked, said = [("Accept", "*/*")], [("Content-Type", "text/html")]
    return f"capture-{number}", Fetched(
        url, at, 200, asked, said, body, "192.0.2.1", via=f"https://harbor.example/via-{number}"
    )


def collect(workspace: Workspace, run: str, *some: tuple[str, Fetched], ended: bool = True) -> None:
    with workspace.begin() as connection:
        moment = now()
        row = {
            "run_id": run,
            "site": "harbor",
            "started_at": moment,
            "ended_at": moment if ended else None,
            "manifest": "",
        }
        connection.execute(insert(runs).values(row))
    evidence = Evidence(workspace, "harbor", run, {"software": "test"})
    rows = evidence.write(some)
    with workspace.begin() as connection:
        connection.execute(insert(captures), rows)
    evidence.committed()
    evidence.close()


def damages(workspace: Workspace) -> list[Damage]:
    return [one for one in verify(workspace) if isinstance(one, Damage)]


def everything(workspace: Workspace) -> bytes:
    """All files of evidence, unpacked."""
    return b"".join(gzip.decompress(path.read_bytes()) for path in sorted(workspace.captures.rglob("*.warc.gz")))


@pytest.fixture
def three(workspace: Workspace) -> Workspace:
    collect(workspace, "one", fetched(1, b"first page"), fetched(2, b"second page"), fetched(3, b"third page"))
    return workspace


def _body(workspace: Workspace, capture_id: str) -> bytes:
    with workspace.read() as connection:
        return body_of(workspace, connection, capture_id)


@pytest.mark.parametrize("gone", [1, 2, 3])
def test_the_others_stay_byte_for_byte_and_nothing_of_the_removed_one_is_left(three: Workspace, gone: int) -> None:
    with three.read() as connection:
        before = {row.capture_id: row.stored_sha256 for row in connection.execute(select(captures))}
    done = excision.excise(three, {f"capture-{gone}": "ads"})
    assert (done.captures, done.rewritten, done.files, done.waiting) == (1, 1, 0, set())
    assert damages(three) == []
    left = everything(three)
    for number, body in ((1, b"first page"), (2, b"second page"), (3, b"third page")):
        for trace in (body, f"harbor.example/{number}".encode(), f"via-{number}".encode()):
            assert (trace in left) is (number != gone)
    assert b"warcinfo" in left
    with three.read() as connection:
        after = {row.capture_id: row.stored_sha256 for row in connection.execute(select(captures))}
    same = {one for one in after if after[one] == before[one]}
    assert same == after.keys() == {f"capture-{number}" for number in (1, 2, 3) if number != gone}
    assert all(_body(three, one) for one in after)


def test_the_tombstone_keeps_the_digests_and_the_rule(three: Workspace) -> None:
    excision.excise(three, {"capture-2": "ads"})
    (path,) = three.captures.rglob("*.warc.gz")
    with path.open("rb") as handle:
        told = [
            json.loads(one.content_stream().read())
            for one in ArchiveIterator(handle, check_digests="raise")
            if "tombstone" in (one.rec_headers.get_header("Content-Type") or "")
        ]
    [grave] = told
    assert grave["rule"] == "ads"
    assert grave["body_sha256"] == hashlib.sha256(b"second page").hexdigest()
    assert grave["capture"] == blind(three, "capture:capture-2")
    with three.read() as connection:
        [row] = connection.execute(select(capture_tombstones))
    assert (row.capture, row.removed_sha256) == (grave["capture"], grave["removed_sha256"])


def test_a_changed_byte_of_a_tombstone_is_found(three: Workspace) -> None:
    excision.excise(three, {"capture-2": "ads"})
    (path,) = three.captures.rglob("*.warc.gz")
    with three.read() as connection:
        [grave] = connection.execute(select(capture_tombstones))
    whole = path.read_bytes()
    at = grave.warc_offset + grave.warc_length // 2
    path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    assert len(damages(three)) == 1


def test_captures_go_one_after_the_other_and_at_last_the_file(three: Workspace) -> None:
    for number, files in ((2, 0), (1, 0), (3, 1)):
        assert excision.excise(three, {f"capture-{number}": "ads"}).files == files
        assert damages(three) == []
    assert list(three.captures.rglob("*.gz")) == []
    with three.read() as connection:
        assert len(connection.execute(select(capture_tombstones)).all()) == 3


def test_a_body_that_a_kept_revisit_refers_to_moves_into_it(three: Workspace) -> None:
    collect(three, "two", fetched(4, b"second page"), fetched(5, b"second page"))
    done = excision.excise(three, {"capture-2": "ads"})
    assert (done.captures, done.rehomed) == (1, 1)
    assert damages(three) == []
    assert _body(three, "capture-4") == _body(three, "capture-5") == b"second page"
    with three.read() as connection:
        refers = {row.capture_id: row.refers_to for row in connection.execute(select(captures))}
    assert (refers["capture-4"], refers["capture-5"]) == (None, "capture-4")
    assert "capture-2" not in refers
    second = next(path for path in three.captures.rglob("two*.warc.gz"))
    with second.open("rb") as handle:
        kinds = [
            (one.rec_type, one.rec_headers.get_header("WARC-Target-URI"))
            for one in ArchiveIterator(handle, check_digests="raise")
            if one.rec_type in {"response", "revisit"}
        ]
    assert kinds == [("response", "https://harbor.example/4"), ("revisit", "https://harbor.example/5")]


def test_revisits_in_two_files_that_refer_to_each_others_bodies_go_together(workspace: Workspace) -> None:
    collect(workspace, "one", fetched(1, b"first page"))
    collect(workspace, "two", fetched(2, b"second page"), fetched(3, b"first page"))
    with workspace.begin() as connection:  # as a backfill may leave it
        run = {"run_id": "one", "capture_id": "capture-9"}
        row = connection.execute(select(captures).where(captures.c.capture_id == "capture-1")).one()._asdict()
        connection.execute(insert(captures).values({**row, **run, "refers_to": "capture-2", "warc_offset": 10**6}))
    done = excision.excise(workspace, {f"capture-{number}": "ads" for number in (1, 2, 3, 9)})
    assert (done.captures, done.files, done.waiting) == (4, 2, set())


def test_what_an_open_run_or_a_crawl_may_need_waits(workspace: Workspace) -> None:
    collect(workspace, "open", fetched(1, b"first page"), ended=False)
    assert excision.excise(workspace, {"capture-1": "ads"}).waiting == {"capture-1"}
    assert _body(workspace, "capture-1") == b"first page"


def test_an_imported_file_gets_the_name_of_what_it_then_holds(three: Workspace) -> None:
    (path,) = three.captures.rglob("*.warc.gz")
    name = f"imported/{hashlib.sha256(path.read_bytes()).hexdigest()}.warc.gz"
    (three.captures / "imported").mkdir()
    path.rename(three.captures / name)
    with three.begin() as connection:
        connection.execute(captures.update().values(warc_file=name, stored_sha256=None))
    excision.excise(three, {"capture-2": "ads"})
    assert damages(three) == []
    (path,) = three.captures.rglob("*.warc.gz")
    assert path.name == f"{hashlib.sha256(path.read_bytes()).hexdigest()}.warc.gz"
    left = everything(three)
    assert b"second page" not in left
    assert b"via-2" not in left
    assert b"warcinfo" in left
    assert (_body(three, "capture-1"), _body(three, "capture-3")) == (b"first page", b"third page")


@pytest.fixture(params=range(12))
def killed(three: Workspace, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """The workspace after an excision with a re-homing, killed at its n-th touch of the disk or the store."""
    collect(three, "two", fetched(4, b"second page"))
    left = [request.param]

    def counted(act):  # type: ignore[no-untyped-def]
        def run(*given, **named):  # type: ignore[no-untyped-def]
            if left[0] == 0:
                raise KeyboardInterrupt
            left[0] -= 1
            return act(*given, **named)

        return run

    with monkeypatch.context() as patch:
        for name in ("write_pieces", "_journal", "_sync", "_forget_old", "_check_free"):
            patch.setattr(excision, name, counted(getattr(excision, name)))
        patch.setattr(Path, "replace", counted(Path.replace))
        try:
            excision.excise(three, {"capture-2": "ads"})
        except KeyboardInterrupt:
            assert left[0] == 0
    return three


def test_killed_anywhere_no_kept_body_is_lost_and_the_next_call_finishes(killed: Workspace) -> None:
    assert _body(killed, "capture-4") == b"second page"
    assert _body(killed, "capture-1") == b"first page"
    excision.excise(killed, {"capture-2": "ads"})
    assert damages(killed) == []
    assert _body(killed, "capture-4") == b"second page"
    assert len(list(killed.captures.rglob("*.*"))) == 2
    with killed.read() as connection:
        assert connection.execute(select(rewrites)).all() == []
        ids = set(connection.execute(select(captures.c.capture_id)).scalars())
    assert ids == {"capture-1", "capture-3", "capture-4"}

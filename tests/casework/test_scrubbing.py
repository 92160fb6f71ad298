"""After a purge nothing waits for what is gone, the freed bytes are written over, and whatever is still here is told."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, insert, select, update

from casework import retention, scrubbing
from casework.casetables import tombstones
from crawlers.records import Ad
from crawlers.stored import record_sightings
from crawlers.tables import capture_tombstones, captures
from store.keys import blind
from store.tables import failures, pending
from store.workspace import Workspace

START = datetime(2021, 1, 1, tzinfo=UTC)
TICK = timedelta.resolution


def _collect(workspace: Workspace, *ad_ids: str, at: datetime = START) -> None:
    made = [Ad(one, "s", "", at, body=f"words of {one}") for one in ad_ids]
    with workspace.begin() as connection:
        record_sightings(connection, made, seen_at=at, run_id="r")


def test_only_what_is_gone_is_waited_for_no_longer_and_its_bytes_are_gone(workspace: Workspace) -> None:
    _collect(workspace, "s:1", "s:2")
    assert retention.erase(workspace, ["s:2"], "asked for by the person") == 1
    with workspace.begin() as connection:
        connection.execute(delete(pending))
        for item in ("s:1", "s:2"):
            for stage in ("watch", "elsewhere"):
                connection.execute(insert(pending).values(stage=stage, item=item, revision=1))
            for stage in ("read", "elsewhere"):
                connection.execute(insert(failures).values(stage=stage, item=item, error="e", at=START))
    scrubbing.finish(workspace)
    left = {("elsewhere", "s:1"), ("elsewhere", "s:2")}
    with workspace.read() as connection:
        waiting = {(row.stage, row.item) for row in connection.execute(select(pending))}
        failed = {(row.stage, row.item) for row in connection.execute(select(failures))}
    assert {one for one in waiting if one[0] in {"watch", "elsewhere"}} == {("watch", "s:1"), *left}
    assert failed - {("read", "s:1")} == left
    assert all(b"words of s:2" not in one.read_bytes() for one in workspace.root.rglob("*") if one.is_file())


def test_an_ad_that_was_here_when_it_was_purged_is_told_and_one_that_came_later_is_not(workspace: Workspace) -> None:
    _collect(workspace, "s:1", "s:2")
    assert scrubbing.prove(workspace) == scrubbing.Proof(0, 0, 0, ())
    grave = {"digest": "", "rule": "ads"}
    with workspace.begin() as connection:
        for kind, item, at in (("ad", "s:1", START), ("ad", "s:2", START - TICK), ("case", "2026-0001", START)):
            connection.execute(insert(tombstones).values(
                kind=kind, identifier=blind(workspace, f"{kind}:{item}"), at=at, **grave
            ))  # fmt: skip
    proof = scrubbing.prove(workspace)
    assert (proof.ads, proof.captures, proof.cases) == (2, 0, 1)
    assert proof.problems == ("ad s:1 is here, and was purged on 2021-01-01",)


def test_a_capture_that_was_purged_and_is_here_is_told_and_so_is_damage(workspace: Workspace) -> None:
    place = {"warc_file": "gone.warc.gz", "warc_offset": 0, "warc_length": 1, "run_id": "r"}
    with workspace.begin() as connection:
        for name in ("one", "two"):
            connection.execute(insert(captures).values(
                capture_id=name, url="", fetched_at=START, status=200, sha256="", **place
            ))  # fmt: skip
            connection.execute(update(captures).values(warc_offset=captures.c.warc_offset + 1))
        connection.execute(insert(capture_tombstones).values(
            capture=blind(workspace, "capture:two"), rule="ads", at=START, body_sha256="", removed_sha256="",
        ))  # fmt: skip
    proof = scrubbing.prove(workspace)
    assert proof.captures == 1
    assert proof.problems[0] == "capture two is here, and was purged"
    assert any("gone.warc.gz" in one for one in proof.problems[1:])

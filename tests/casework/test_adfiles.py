"""One ad's file: its text, versions and sightings, and the page that it came from."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

from casework import adfiles
from crawlers.records import Ad, Change, Origin
from crawlers.stored import record_sighting
from crawlers.tables import captures
from store.workspace import Workspace

AT = datetime(2026, 5, 1, tzinfo=UTC)


def test_a_crawled_ads_file_holds_its_capture(workspace: Workspace) -> None:
    row = {
        "capture_id": "page",
        "url": "https://harbor.example/ad/1",
        "fetched_at": AT,
        "status": 200,
        "sha256": "0" * 64,
        "warc_file": "harbor/run.warc.gz",
        "warc_offset": 7,
        "warc_length": 9,
        "stored_sha256": "1" * 64,
        "run_id": "run",
    }
    ad = Ad("harbor:1", "harbor", row["url"], AT, title="Walks", origin=Origin("page", "harbor@1"))
    with workspace.begin() as connection:
        connection.execute(insert(captures).values(row))
        record_sighting(connection, ad, seen_at=AT, run_id="run")
        file = adfiles.load(connection, "harbor:1")
        assert adfiles.load(connection, "harbor:2") is None
    assert file is not None
    assert file.capture is not None
    assert (file.capture.warc_offset, file.capture.refers_to) == (7, None)
    assert [one.run_id for one in file.sightings] == ["run"]
    assert [one.fields["title"] for one in file.versions] == ["Walks"]


def test_an_ads_file_holds_its_own_sightings_newest_first_and_no_page_where_it_was_imported(
    workspace: Workspace,
) -> None:
    with workspace.begin() as connection:
        for day, ad_id in ((0, "harbor:1"), (1, "harbor:2"), (2, "harbor:1")):
            moment = AT + timedelta(days=day)
            record_sighting(connection, Ad(ad_id, "harbor", "", AT, title="Walks"), seen_at=moment, run_id=f"run{day}")
        file = adfiles.load(connection, "harbor:1")
    assert file is not None
    assert (file.capture, file.reading, file.group_id) == (None, None, None)
    assert [(one.ad_id, one.run_id, one.change) for one in file.sightings] == [
        ("harbor:1", "run2", Change.SAME), ("harbor:1", "run0", Change.NEW),
    ]  # fmt: skip

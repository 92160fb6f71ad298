"""Taking captures out of the evidence waits for whatever may still need them, and leaves nothing behind."""

from collections.abc import Mapping

import pytest
from sqlalchemy import Connection, Table, insert, select, update

from crawlers import excision
from crawlers.records import Ad
from crawlers.stored import record_sightings
from crawlers.tables import ad_versions, ads, captures, rewrites, sightings, validators
from store.locks import exclusive
from store.schema import now
from store.workspace import Workspace
from tests.crawlers.test_excision import _body, collect, damages, fetched


@pytest.fixture
def three(workspace: Workspace) -> Workspace:
    """Three captures in one file."""
    collect(workspace, "one", fetched(1, b"first page"), fetched(2, b"second page"), fetched(3, b"third page"))
    return workspace


def test_killed_before_a_file_that_goes_as_a_whole_is_deleted_the_next_call_deletes_it(
    three: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = {f"capture-{number}": "ads" for number in (1, 2, 3)}

    def killed(*_given: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(excision, "_forget_old", killed)
        with pytest.raises(KeyboardInterrupt):
            excision.excise(three, whole)
    assert excision.recover(three) == 1
    assert list(three.captures.rglob("*.gz")) == []
    assert excision.recover(three) == 0
    assert (excision.excise(three, whole).captures, damages(three)) == (0, [])


def test_a_body_that_a_revisit_of_an_open_run_refers_to_waits(three: Workspace) -> None:
    collect(three, "two", fetched(4, b"second page"), ended=False)
    done = excision.excise(three, {"capture-1": "ads", "capture-2": "ads"})
    assert (done.captures, done.rehomed, done.waiting) == (1, 0, {"capture-2"})
    assert _body(three, "capture-4") == b"second page"


def test_a_crawl_that_goes_on_lets_everything_wait(three: Workspace) -> None:
    assert not excision.crawling(three)
    with exclusive(three, "crawl-harbor"):
        assert excision.crawling(three)
        assert excision.excise(three, {"capture-2": "ads"}) == excision.Excised(waiting={"capture-2"})
    with exclusive(three, "retention"):
        assert excision.excise(three, {"capture-2": "ads"}).captures == 1


@pytest.mark.parametrize("table", [ads, ad_versions, sightings])
def test_what_an_ad_has_come_to_stand_on_meanwhile_stays_and_waits(
    three: Workspace, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    act = excision._check_free

    def stand(connection: Connection, doomed: Mapping[str, str]) -> None:
        record_sightings(connection, [Ad("s:1", "s", "", now())], seen_at=now(), run_id="r")
        connection.execute(update(sightings).values(capture_id=None))
        if table is ad_versions:
            row = {"ad_id": "s:1", "version": 1, "digest": "", "seen_at": now(), "fields": {}}
            connection.execute(insert(ad_versions).values({name: row[name] for name in row if name in ad_versions.c}))
        connection.execute(update(table).values(capture_id="capture-2"))
        act(connection, doomed)

    before = {path.name: path.read_bytes() for path in three.captures.rglob("*.gz")}
    monkeypatch.setattr(excision, "_check_free", stand)
    done = excision.excise(three, {"capture-2": "ads"})
    assert (done.captures, done.rewritten, done.waiting) == (0, 0, {"capture-2"})
    assert {path.name: path.read_bytes() for path in three.captures.rglob("*.gz")} == before
    with three.read() as connection:
        assert connection.execute(select(rewrites)).all() == []


def test_a_revisit_that_comes_meanwhile_lets_its_original_wait(
    three: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    collect(three, "two", fetched(4, b"second page"))
    monkeypatch.setattr(excision, "_rehome", lambda *_given: 0)  # as if it had come after that
    assert excision.excise(three, {"capture-2": "ads"}).waiting == {"capture-2"}
    assert _body(three, "capture-4") == b"second page"
    assert excision.excise(three, {"capture-2": "ads", "capture-4": "ads"}).captures == 2


def test_each_writing_gives_the_file_a_new_name_in_its_folder(three: Workspace) -> None:
    (first,) = three.captures.rglob("*.warc.gz")
    names = {first.name}
    for number in (2, 1):
        excision.excise(three, {f"capture-{number}": "ads"})
        (path,) = three.captures.rglob("*.*")
        assert path.parent == first.parent
        assert path.name.startswith(f"{first.name.partition('.')[0]}~")
        assert path.name.endswith(".warc.gz")
        assert path.name.count("~") == 1
        names.add(path.name)
    assert len(names) == 3


def test_what_a_site_said_of_a_page_to_ask_by_goes_with_it(three: Workspace) -> None:
    known = {"site": "harbor", "etag": "e", "last_modified": "", "content_type": "", "content_encoding": ""}
    with three.begin() as connection:
        for number in (1, 2):
            connection.execute(
                insert(validators).values(fingerprint=f"{number}", capture_id=f"capture-{number}", **known)
            )
    excision.excise(three, {"capture-2": "ads"})
    with three.read() as connection:
        assert list(connection.execute(select(validators.c.capture_id)).scalars()) == ["capture-1"]


def test_bodies_of_several_files_move_each_into_the_earliest_that_refers_to_it(workspace: Workspace) -> None:
    collect(workspace, "one", fetched(1, b"first page"), fetched(2, b"second page"))
    collect(workspace, "two", fetched(5, b"second page"), fetched(6, b"first page"))
    collect(workspace, "three", fetched(3, b"first page"), fetched(4, b"second page"))
    done = excision.excise(workspace, {"capture-1": "ads", "capture-2": "ads"})
    assert (done.captures, done.rehomed, done.files, done.rewritten) == (2, 2, 1, 0)
    assert damages(workspace) == []
    with workspace.read() as connection:
        rows = connection.execute(select(captures)).all()
        assert {row.capture_id: row.refers_to for row in rows} == {
            "capture-3": None, "capture-4": None, "capture-5": "capture-4", "capture-6": "capture-3",
        }  # fmt: skip
        assert excision.pointed_at(connection, [row.capture_id for row in rows]) == set()
    assert {_body(workspace, f"capture-{number}") for number in (3, 6)} == {b"first page"}
    assert {_body(workspace, f"capture-{number}") for number in (4, 5)} == {b"second page"}


def test_there_has_to_be_room_for_the_new_file(three: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    (path,) = three.captures.rglob("*.warc.gz")
    asked = []
    monkeypatch.setattr(excision, "need", lambda _root, size: asked.append(size))
    size = path.stat().st_size
    excision.excise(three, {"capture-2": "ads"})
    assert asked == [size]

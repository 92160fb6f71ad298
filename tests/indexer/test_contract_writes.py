"""What both engines promise about writing: later versions hold, pages stay whole, a killed stage goes on, rebuilds swap."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, update

from indexer import stage
from indexer.backend import Drift, IndexMissing, Request, State, Write
from indexer.engine import open_backend
from indexer.query import All, Not, Word
from indexer.records import AD, GROUP, AdDocument, Place, Sort, Span, pack
from indexer.search import among, search
from linker.tables import group_members, groups
from store import outbox, pending
from store.tables import counter
from store.workspace import Workspace

Put = Callable[..., None]
MOMENT = datetime(2026, 5, 1, tzinfo=UTC)
PLAIN = AdDocument("a:1", "a", "http://127.0.0.1/1", MOMENT, MOMENT, body="quiet evening")


def everything(workspace: Workspace, sort: Sort = Sort.TIME) -> list[str]:
    backend = open_backend(workspace)
    found = backend.search(Request(All(), sort=sort, limit=500)).found
    backend.close()
    return [one.document.key for one in found]


def test_a_document_comes_back_as_it_went_in(engine: Workspace) -> None:
    stage.ready(engine)
    backend = open_backend(engine)
    whole = replace(
        PLAIN,
        posted_at=MOMENT,
        phones=("+12025550100",),
        ages=(20, 21),
        rates=(99.5,),
        places=(Place("1", "Austin", "Austin, US", 30.0, -97.0),),
        written=pack([Span("phone", "+12025550100", "body", 0, 5)]),
        group_id="g",
        priority=0.25,
    )
    assert backend.write([Write(whole.key, 1, whole)]) == ()
    backend.publish(1)
    assert backend.get(whole.key) == whole
    assert backend.get("ad:none") is None


def test_ids_are_those_of_the_last_publication(engine: Workspace) -> None:
    stage.ready(engine)
    backend = open_backend(engine)
    for version, held in enumerate((("1", "2"), ("2", "3"), ("3", "4")), start=1):
        named = {number: replace(PLAIN, ad_id=f"a:{number}") for number in "1234"}
        backend.write([Write(one.key, version, one if number in held else None) for number, one in named.items()])
        backend.publish(version)
        assert sorted(backend.ids(Word("quiet"))) == [f"a:{number}" for number in held]
        assert sorted(backend.ids(All())) == [f"a:{number}" for number in held]


def test_what_is_not_published_is_not_seen(engine: Workspace) -> None:
    stage.ready(engine)
    backend = open_backend(engine)
    backend.write([Write(PLAIN.key, 1, PLAIN)])
    assert backend.search(Request(Word("quiet"))).total == 0
    backend.publish(1)
    assert backend.search(Request(Word("quiet"))).total == 1


def test_a_late_retry_never_replaces_a_later_version(engine: Workspace) -> None:
    stage.ready(engine)
    backend = open_backend(engine)
    for version, body in ((5, "newer"), (4, "older")):
        backend.write([Write(PLAIN.key, version, replace(PLAIN, body=body))])
        backend.publish(version)
    assert backend.search(Request(Word("newer"))).total == 1
    assert backend.search(Request(Word("older"))).total == 0


def test_a_write_without_a_document_drops_what_stands_there(engine: Workspace) -> None:
    stage.ready(engine)
    backend = open_backend(engine)
    backend.write([Write(PLAIN.key, 1, PLAIN)])
    backend.publish(1)
    assert backend.write([Write(PLAIN.key, 2, None), Write("ad:never-was", 2, None)]) == ()
    backend.publish(2)
    assert everything(engine) == []
    assert backend.health().published == 2


def test_facets_are_those_of_the_last_publication(engine: Workspace) -> None:
    stage.ready(engine)
    backend = open_backend(engine)
    site_of = {"1": "a", "2": "a", "3": "b"}
    for version, counted in enumerate(({"a": 2}, {"a": 1, "b": 1}), start=1):
        named = {number: replace(PLAIN, ad_id=f"{site}:{number}", site=site) for number, site in site_of.items()}
        held = "12" if version == 1 else "23"
        backend.write([Write(one.key, version, one if number in held else None) for number, one in named.items()])
        backend.publish(version)
        for query in (All(), Word("quiet"), Word("quiet"), Not(Word("noisy"))):
            facet = backend.search(Request(query, limit=1, facets=("site",))).facets[0]
            assert dict(facet.counts) == counted


@pytest.mark.slow
@pytest.mark.parametrize("sort", list(Sort))
def test_pages_neither_repeat_nor_skip_an_unchanged_ad_while_others_are_written(
    engine: Workspace, put: Put, sort: Sort
) -> None:
    put(engine, range(60))
    stage.run(engine)
    seen: list[str] = []
    cursor, turn = None, 0
    while True:
        page = search(engine, "evening OR -evening", sort=sort, limit=15, cursor=cursor)
        seen += [hit.ad_id for hit in page.hits]
        cursor = page.cursor
        if cursor is None:
            break
        put(engine, range(60 + 4 * turn, 64 + 4 * turn), note="evening evening")
        stage.run(engine)
        turn += 1
    old = [ad_id for ad_id in seen if int(ad_id.partition(":")[2]) < 60]
    assert len(seen) == len(set(seen))
    assert len(old) == 60


class _KilledError(Exception):
    """Stands where the process would have ended."""


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["write", "publish", "_cross_off"])
def test_a_stage_killed_at_any_point_ends_with_the_same_index(
    engine: Workspace, put: Put, group: Put, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    stage.ready(engine)
    put(engine, range(20))
    group(engine, range(20))
    backend = open_backend(engine)
    with monkeypatch.context() as patch:

        def killed(*_: object) -> None:
            raise _KilledError

        patch.setattr(stage, "_cross_off", killed) if moment == "_cross_off" else patch.setattr(
            type(backend), moment, killed
        )
        with pytest.raises(_KilledError):
            stage.run(engine)
    stage.run(engine)
    disturbed = {sort: everything(engine, sort) for sort in (Sort.TIME, Sort.PRIORITY)}
    with engine.read() as connection:
        assert outbox.count(connection) == (0, 0)
        assert pending.count(connection, "watch") == 20
    stage.rebuild(engine)
    assert disturbed == {sort: everything(engine, sort) for sort in (Sort.TIME, Sort.PRIORITY)}
    assert stage.reconcile(engine).missing == ()


def test_running_again_with_nothing_due_writes_nothing(engine: Workspace, put: Put) -> None:
    put(engine, range(5))
    assert stage.run(engine) == 5
    assert stage.run(engine) == 0


def test_a_group_that_is_gone_leaves_the_index(engine: Workspace, put: Put, group: Put) -> None:
    put(engine, range(3))
    group(engine, range(3))
    stage.run(engine)
    with engine.begin() as connection:
        connection.execute(delete(group_members).where(group_members.c.group_id == "g01"))
        connection.execute(delete(groups).where(groups.c.group_id == "g01"))
        outbox.put(connection, GROUP, ["g01"])
    stage.run(engine)
    backend = open_backend(engine)
    assert backend.get("group:g01") is None
    assert backend.get("group:g02") is not None


def test_a_search_without_an_index_says_what_to_run(engine: Workspace) -> None:
    with pytest.raises(IndexMissing, match="sidelight index rebuild"):
        search(engine, "evening")
    assert open_backend(engine).health().state is State.MISSING


def test_the_stage_builds_the_index_anew_when_its_schema_is_another(
    engine: Workspace, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(engine, range(10))
    with monkeypatch.context() as patch:
        for module in ("indexer.embedded", "indexer.embedded_files", "indexer.mapping", "indexer.elastic"):
            patch.setattr(f"{module}.SCHEMA", "0" * 10)
        stage.run(engine)
    assert open_backend(engine).health().state is State.OUT_OF_DATE
    assert stage.run(engine) == 10
    assert len(everything(engine)) == 10


@pytest.mark.parametrize(("due", "anew"), [(range(2, 10), True), (range(3, 10), False)])
def test_the_stage_builds_the_index_anew_when_most_of_it_is_due(
    engine: Workspace, put: Put, monkeypatch: pytest.MonkeyPatch, due: range, anew: bool
) -> None:
    monkeypatch.setattr(stage, "MANY", 5)
    put(engine, range(10))
    stage.run(engine)
    rebuilt = []
    real = stage._rebuild
    monkeypatch.setattr(stage, "_rebuild", lambda *given: rebuilt.append(1) or real(*given))
    put(engine, due, note="changed")
    stage.run(engine)
    assert bool(rebuilt) is anew
    assert search(engine, "changed").total == len(due)
    with engine.read() as connection:
        assert outbox.count(connection) == (0, 0)


def test_a_rebuild_takes_the_place_of_the_index_under_an_open_reader(engine: Workspace, put: Put) -> None:
    put(engine, range(5))
    stage.run(engine)
    reader = open_backend(engine)
    assert reader.search(Request(All())).total == 5
    put(engine, range(5, 8))
    stage.rebuild(engine)
    assert reader.search(Request(All())).total == 8


def test_a_rebuild_leaves_nothing_due_and_announces_its_ads(engine: Workspace, put: Put) -> None:
    put(engine, range(5))
    stage.rebuild(engine)
    with engine.read() as connection:
        assert outbox.count(connection) == (0, 0)
        assert pending.count(connection, "watch") == 5


def test_reconcile_puts_every_difference_down_to_be_written_again(engine: Workspace, put: Put) -> None:
    put(engine, range(6))
    stage.run(engine)
    backend = open_backend(engine)
    key = f"{AD}:harbor:0000"
    changed = backend.get("ad:lantern:0001")
    assert isinstance(changed, AdDocument)
    backend.write([Write(key, 10_000, None), Write(changed.key, 10_000, replace(changed, body="drifted"))])
    backend.write([Write(PLAIN.key, 10_000, PLAIN)])
    backend.publish(10_000)
    backend.close()
    with engine.begin() as connection:  # versions only grow: what is put down next is later than what drifted
        connection.execute(update(counter).values(value=20_000))
    drift = stage.reconcile(engine)
    assert (drift.missing, drift.stale, drift.extra) == ((key,), (changed.key,), (PLAIN.key,))
    stage.run(engine)
    assert stage.reconcile(engine) == type(drift)((), (), ())


def test_a_watch_asks_only_about_the_ads_it_names(engine: Workspace, put: Put) -> None:
    put(engine, range(30))
    stage.run(engine)
    site = [hit.ad_id for hit in search(engine, "site:harbor", limit=100).hits]
    assert among(engine, "site:harbor", [*site[:3], "lantern:0001", "none"]) == sorted(site[:3])


def test_a_rebuild_by_worker_processes_is_the_one_made_here(
    engine: Workspace, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(engine, range(40))
    stage.rebuild(engine)
    made_here = {key: open_backend(engine).get(key) for key in everything(engine)}
    monkeypatch.setattr(stage, "BATCH", 7)
    monkeypatch.setattr(stage, "AT_HOME", 1)
    several = replace(engine, settings=engine.settings.model_copy(update={"workers": 2}))
    assert stage.rebuild(several) == len(made_here)
    assert {key: open_backend(engine).get(key) for key in everything(engine)} == made_here
    assert stage.reconcile(several) == Drift((), (), ())

"""A purge or an erasure leaves nothing of what it took, keeps what is held, and can be killed at any step."""

import gzip
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from casework import caseitems, cases, keeping, retention, scrubbing
from casework.caseitems import ItemKind
from casework.casetables import captures_due, case_items, tombstones
from casework.casetables import cases as cases_table
from casework.tables import decision_ads, decisions
from crawlers import excision
from crawlers.evidence import Evidence
from crawlers.records import Ad, Origin
from crawlers.stored import record_sightings
from crawlers.suppressed import suppressed
from crawlers.tables import ads, capture_tombstones, captures, runs
from crawlers.warc import Fetched
from linker import stage as link_stage
from linker.judgements import Verdict
from linker.stored import group_ids_of
from nlp import stage as read_stage
from store.audit import Act, Via, append
from store.locks import exclusive
from store.schema import now
from store.workspace import Workspace

START = datetime(2021, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.slow
def test_the_words_of_old_months_cannot_be_read_any_more(workspace: Workspace) -> None:
    append(workspace, Act("ana", Via.COMMAND, "search", "query", "x", words="the words of a query"))
    (key,) = workspace.keys.glob("audit-20*.key")
    month = datetime.strptime(key.stem, "audit-%Y-%m").replace(tzinfo=UTC)
    assert retention.purge(workspace, month + 730 * DAY).months == 0
    assert retention.purge(workspace, month + (730 + 31) * DAY).months == 1
    assert not key.exists()


STEPS = ("_forget_ads", "_forget_captures", "_forget_decisions", "_forget_words", "_remove", "_strike_from_exports")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_purge_killed_at_any_step_is_finished_by_the_next(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, step: str, when: str
) -> None:
    marks = _live_lightly(workspace)
    act: Callable[..., object] = getattr(retention, step)

    def killed(*given: object) -> object:
        if when == "after":
            act(*given)
        raise KeyboardInterrupt

    end = START + 60 * DAY
    with monkeypatch.context() as patch:
        patch.setattr(retention, step, killed)
        with pytest.raises(KeyboardInterrupt):
            retention.purge(workspace, end)
    retention.purge(workspace, end)
    with workspace.read() as connection:
        assert set(connection.execute(select(ads.c.ad_id)).scalars()) == {marks["plain"]}
        assert connection.execute(select(captures_due)).all() == []
    assert scrubbing.prove(workspace).problems == ()
    (path,) = workspace.captures.rglob("*.gz")
    assert b"body of harbor:cleared" not in gzip.decompress(path.read_bytes())
    assert excision.recover(workspace) == 0


def _live_lightly(workspace: Workspace) -> dict[str, str]:
    """Two ads with their pages, one of them cleared; not read or indexed."""
    ids = {"plain": "harbor:plain", "cleared": "harbor:cleared"}
    with workspace.begin() as connection:
        connection.execute(
            insert(runs).values(run_id="r", site="harbor", started_at=START, ended_at=START, manifest="")
        )
    evidence = Evidence(workspace, "harbor", "r", {"software": "test"})
    rows = evidence.write([
        (f"c{role}", Fetched(f"https://harbor.example/{role}", START, 200, [], [], f"body of {ad_id}".encode()))
        for role, ad_id in ids.items()
    ])  # fmt: skip
    evidence.close()
    with workspace.begin() as connection:
        connection.execute(insert(captures), rows)
        made = [
            Ad(ad_id, "harbor", "", START, body=f"body of {ad_id}", origin=Origin(f"c{role}", "p"))
            for role, ad_id in ids.items()
        ]
        record_sightings(connection, made, seen_at=START, run_id="r")
        connection.execute(insert(decisions).values(
            group_id="g", ad_ids=[ids["cleared"]], verdict="cleared", tier="opinion", who="ana", at=START, why="w",
            basis={"lane": "", "reasons": [], "places": []}, label_id=1, decision_id=1,
        ))  # fmt: skip
        connection.execute(insert(decision_ads).values(decision_id=1, ad_id=ids["cleared"]))
    return ids


def test_what_is_pinned_of_an_erased_ad_goes_with_it_and_the_pin_stays(workspace: Workspace) -> None:
    ids = _live_lightly(workspace)
    case = cases.open_case(workspace, "Harbor", "ana")
    caseitems.pin(workspace, case, ItemKind.AD, ids["plain"], "same wording", "ana")
    assert retention.erase(workspace, [ids["plain"]], "asked for by the person") == 1
    with workspace.read() as connection:
        [row] = connection.execute(select(case_items))
    assert (row.about, row.state, row.words, row.who) == (None, {"erased": True}, "same wording", "ana")
    assert b"body of harbor:plain" not in gzip.decompress(next(workspace.captures.rglob("*.gz")).read_bytes())


def test_a_persons_contact_is_erased_and_never_collected_again(workspace: Workspace) -> None:
    told = {"harbor:1": "Call (202) 555-0143", "harbor:2": "Call (312) 555-0187"}
    made = [Ad(ad_id, "harbor", "", START, body=body, region="US") for ad_id, body in told.items()]
    with workspace.begin() as connection:
        record_sightings(connection, made, seen_at=START, run_id="r")
    read_stage.run(workspace)
    assert retention.erase_contact(workspace, "+12025550143", "asked for by the person") == 1
    with workspace.read() as connection:
        assert set(connection.execute(select(ads.c.ad_id)).scalars()) == {"harbor:2"}
    again = Ad("lantern:9", "lantern", "", START, body="Now at 202-555-0143", region="US")
    retention.purge(workspace, START + 5000 * DAY)
    assert suppressed(workspace, [*made, again]) == {"harbor:1", "lantern:9"}


def test_a_hold_keeps_and_its_release_lets_go(workspace: Workspace) -> None:
    ids = _live_lightly(workspace)
    number = keeping.hold(workspace, "ad", ids["cleared"], "order 7", "sam")
    assert retention.purge(workspace, START + 60 * DAY).held == 1
    keeping.release(workspace, number, "sam")
    assert retention.purge(workspace, START + 60 * DAY).ads == 1


def test_a_mistake_in_the_workspaces_rules_is_named(workspace: Workspace) -> None:
    (workspace.root / keeping.FILE).write_text("adverts: 5\n")
    with pytest.raises(Exception, match="no class 'adverts'"):
        keeping.rules(workspace)
    (workspace.root / keeping.FILE).write_text("alerts: soon\n")
    with pytest.raises(Exception, match="'alerts' is kept for"):
        keeping.rules(workspace)


def test_the_end_of_a_months_words_leaves_a_tombstone(workspace: Workspace) -> None:
    append(workspace, Act("ana", Via.COMMAND, "search", "query", "x", words="the words of a query"))
    (key,) = workspace.keys.glob("audit-20*.key")
    digest = hashlib.sha256(key.read_bytes()).hexdigest()
    month = datetime.strptime(key.stem, "audit-%Y-%m").replace(tzinfo=UTC)
    retention.purge(workspace, month + 800 * DAY)
    with workspace.read() as connection:
        [grave] = connection.execute(select(tombstones))
    assert (grave.kind, grave.digest, grave.rule) == ("audit words", digest, "audit words")


def test_what_is_pinned_of_other_ads_stays_when_one_is_erased(workspace: Workspace) -> None:
    ids = _live_lightly(workspace)
    read_stage.run(workspace)
    link_stage.run(workspace)
    with workspace.begin() as connection:
        third = Ad("harbor:third", "harbor", "", START, body="elsewhere")
        record_sightings(connection, [third], seen_at=START, run_id="r")
    case = cases.open_case(workspace, "Harbor", "ana")
    caseitems.pin(workspace, case, ItemKind.AD, third.ad_id, "another", "ana")
    with workspace.read() as connection:
        group_id = group_ids_of(connection, [ids["cleared"]])[ids["cleared"]]
    caseitems.pin(workspace, case, ItemKind.GROUP, group_id, "one group", "ana")
    caseitems.judge(workspace, case, ids["cleared"], third.ad_id, Verdict.UNSURE, "alike", "ana")
    caseitems.judge(workspace, case, ids["plain"], third.ad_id, Verdict.UNSURE, "alike", "ana")
    with workspace.read() as connection:
        before = [row.state for row in connection.execute(select(case_items).order_by(case_items.c.item_id))]
    retention.erase(workspace, [ids["plain"]], "asked for by the person")
    with workspace.read() as connection:
        after = [row.state for row in connection.execute(select(case_items).order_by(case_items.c.item_id))]
    assert after[0] == before[0]
    assert after[1] == before[1] or after[1]["ad_ids"] == [ids["cleared"]]
    assert after[2] == before[2]
    assert after[3] == {"erased": True}
    retention.erase(workspace, [third.ad_id], "asked for by the person")
    with workspace.read() as connection:
        after = [row.state for row in connection.execute(select(case_items).order_by(case_items.c.item_id))]
    assert [after[number] for number in (0, 2, 3)] == [{"erased": True}] * 3


def test_a_decision_goes_when_none_of_its_own_ads_is_left(workspace: Workspace) -> None:
    ids = _live_lightly(workspace)
    retention.purge(workspace, START + 60 * DAY)
    with workspace.read() as connection:
        assert list(connection.execute(select(ads.c.ad_id)).scalars()) == [ids["plain"]]
        assert connection.execute(select(decisions)).all() == []
        assert connection.execute(select(decision_ads)).all() == []


def test_evidence_that_a_crawl_may_need_stays_put_down_until_it_ends(workspace: Workspace) -> None:
    _live_lightly(workspace)
    with exclusive(workspace, "crawl-harbor"):
        assert retention.purge(workspace, START + 60 * DAY).waiting > 0
        with workspace.read() as connection:
            assert len(connection.execute(select(captures_due)).all()) > 0
        (path,) = workspace.captures.rglob("*.gz")
        assert b"body of harbor:cleared" in gzip.decompress(path.read_bytes())
    done = retention.purge(workspace, START + 60 * DAY)
    assert (done.captures, done.waiting) == (1, 0)
    with workspace.read() as connection:
        assert connection.execute(select(captures_due)).all() == []


@pytest.mark.parametrize(("closed", "keep_days", "kept"), [(False, None, True), (True, 5000, True), (True, 0, False)])
def test_a_case_keeps_its_ads_until_its_own_time_is_over(
    workspace: Workspace, closed: bool, keep_days: int | None, kept: bool
) -> None:
    ids = _live_lightly(workspace)
    case = cases.open_case(workspace, "Harbor", "ana")
    caseitems.pin(workspace, case, ItemKind.AD, ids["cleared"], "same wording", "ana")
    if closed:
        cases.close(workspace, case, "done", "ana", keep_days=keep_days)
    done = retention.purge(workspace, now() + DAY)
    with workspace.read() as connection:
        left = set(connection.execute(select(ads.c.ad_id)).scalars())
        standing = [row.case_id for row in connection.execute(select(cases_table))]
    assert (ids["cleared"] in left) is kept
    assert (standing == [case.case_id]) is kept
    assert (done.held, done.cases) == ((1, 0) if kept else (0, 1))


def test_a_tombstone_says_where_it_lies_as_long_as_there_is_a_file(workspace: Workspace) -> None:
    ids = _live_lightly(workspace)
    retention.erase(workspace, [ids["cleared"]], "asked for by the person")
    with workspace.read() as connection:
        [grave] = connection.execute(select(capture_tombstones))
    assert (workspace.captures / grave.warc_file).is_file()
    retention.erase(workspace, [ids["plain"]], "asked for by the person")
    with workspace.read() as connection:
        graves = connection.execute(select(capture_tombstones)).all()
    assert [row.warc_file for row in graves] == [None, None]

"""Five years of collecting and purging: everything due is gone from every byte of the workspace, and nothing went early."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from casework import caseitems, cases, keeping, retention, scrubbing
from casework.caseitems import ItemKind
from casework.casetables import cases as case_table
from casework.casetables import exports
from casework.decisions import decide
from casework.tables import decisions
from crawlers.captures import Damage, verify
from crawlers.evidence import Evidence
from crawlers.records import Ad, Origin
from crawlers.stored import record_sightings
from crawlers.tables import ads, captures, frontier, runs
from crawlers.warc import Fetched
from indexer import stage as index_stage
from indexer.search import search
from linker import stage as link_stage
from linker.stored import group_ids_of
from models import stage as score_stage
from models.labels import Value
from nlp import stage as read_stage
from store import keys
from store.audit import Act, Via, append
from store.workspace import Workspace

pytestmark = pytest.mark.slow

START = datetime(2021, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
YEARS = range(5)
RULES = "ads: 365\ncleared: 30\ndecided: 700\ncases: 400\n"
WORDS = ("amber", "birch", "cedar", "delta", "ember")
ROLES = ("plain", "cleared", "decided", "pinned", "ordered")


@dataclass
class Mark:
    """What is only in one ad: searched for in every byte. `until` is the first day it is due, None for never."""

    ad_id: str
    traces: tuple[str, ...]
    until: datetime | None


def ad_of(year: int, number: int, role: str) -> tuple[Ad, tuple[str, ...]]:
    mail = f"{role}{year}x{number}@{WORDS[year]}-{role}.example"
    word = f"qz{WORDS[year]}{role}{number}"
    moment = START + 365 * DAY * year
    native = f"n{year}{number}{role}"
    text = f"Quiet room by the {word} bridge. Write to {mail}."
    ad = Ad(
        f"harbor:{native}", "harbor", f"https://harbor.example/{native}", moment,
        title=f"The {word} house", body=text, location="Austin, TX", region="US", origin=Origin(f"c{native}", "harbor-1"),
    )  # fmt: skip
    return ad, (word, mail, native)


@pytest.fixture(scope="module")
def aged(blank: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, list[Mark]]]:
    """Each year five ads come, each with its page and a list; what may hold an ad is tried on one of them."""
    import shutil

    from store.settings import Settings
    from store.workspace import open_workspace

    root = tmp_path_factory.mktemp("aged") / "workspace"
    shutil.copytree(blank, root)
    (root / keeping.FILE).write_text(RULES)
    workspace = open_workspace(root, Settings())
    marks = []
    for year in YEARS:
        marks += _live(workspace, year)
        moment = START + 365 * DAY * year + 300 * DAY
        _purge(workspace, moment)
        _check(workspace, marks, moment)
    yield workspace, marks
    workspace.close()


def _live(workspace: Workspace, year: int) -> list[Mark]:
    """A year: a crawl on its first day, and what people do on the tenth."""
    first, run = START + 365 * DAY * year, f"run{year}"
    made = {role: ad_of(year, number, role) for number, role in enumerate(ROLES)}
    with workspace.begin() as connection:
        for one in (run, f"quiet{year}"):
            row = {"run_id": one, "site": "harbor", "started_at": first, "ended_at": first, "manifest": ""}
            connection.execute(insert(runs).values(row))
        connection.execute(insert(frontier).values(
            run_id=run, fingerprint="f", url=f"https://harbor.example/n{year}0plain", kind="ad", depth=0, state="done", seq=1
        ))  # fmt: skip
    pages = [(f"list{year}", f"https://harbor.example/list{year}", " ".join(ad.title for ad, _ in made.values()))]
    pages += [(str(ad.origin.capture_id), ad.url, f"{ad.title}\n{ad.body}") for ad, _ in made.values()]
    _fetch(workspace, run, first, pages)
    # The same empty page every year, later in the year than the year before: a body that later captures refer to.
    quiet = first + year * 20 * DAY
    _fetch(workspace, f"quiet{year}", quiet, [(f"empty{year}", "https://harbor.example/empty", "No more ads.")])
    with workspace.begin() as connection:
        record_sightings(connection, [ad for ad, _ in made.values()], seen_at=first, run_id=run)
    for stage in (read_stage, link_stage, score_stage, index_stage):
        stage.run(workspace)
    _act(workspace, {role: ad.ad_id for role, (ad, _) in made.items()}, first + 10 * DAY)
    last = {
        "plain": first + 365 * DAY,
        "cleared": first + 10 * DAY + 30 * DAY,
        "decided": first + 10 * DAY + 700 * DAY,
        "pinned": first + 10 * DAY + 400 * DAY,
        "ordered": None,
    }
    return [Mark(ad.ad_id, traces, last[role]) for role, (ad, traces) in made.items()]


def _fetch(workspace: Workspace, run: str, at: datetime, pages: list[tuple[str, str, str]]) -> None:
    evidence = Evidence(workspace, "harbor", run, {"software": "test"})
    rows = evidence.write([
        (capture_id, Fetched(url, at, 200, [], [("Content-Type", "text/html")], body.encode()))
        for capture_id, url, body in pages
    ])  # fmt: skip
    with workspace.begin() as connection:
        connection.execute(insert(captures), rows)
    evidence.close()


def _act(workspace: Workspace, ids: dict[str, str], moment: datetime) -> None:
    """Clear one, decide on one, pin one in a case that is closed at once, order one to be kept; then set back the clock."""
    with workspace.read() as connection:
        groups = group_ids_of(connection, ids.values())
    for role, verdict in (("cleared", Value.CLEARED), ("decided", Value.INDICATED)):
        made = decide(workspace, groups[ids[role]], verdict, who="ana", why="seen", via=Via.COMMAND)
        assert made.ad_ids == (ids[role],), "each ad is a group of its own"
    case = cases.open_case(workspace, "Harbor", "ana")
    caseitems.pin(workspace, case, ItemKind.AD, ids["pinned"], "same wording", "ana")
    cases.close(workspace, case, "nothing more", "ana")
    keeping.hold(workspace, "ad", ids["ordered"], "order 7", "sam")
    append(workspace, Act("ana", Via.COMMAND, "search", "query", "x", words="the words of a query"))
    with workspace.begin() as connection:
        recent = decisions.c.at > START + 2000 * DAY
        connection.execute(update(decisions).where(recent).values(at=moment))
        connection.execute(update(case_table).where(case_table.c.case_id == case.case_id).values(closed_at=moment))
        connection.execute(insert(exports).values(
            kind="case", item=case.case_id, who="ana", at=moment, reason="court", content_sha256="0" * 64,
            ad_ids=[ids["pinned"]], forgotten=[],
        ))  # fmt: skip


def _purge(workspace: Workspace, moment: datetime) -> retention.Purged:
    done = retention.purge(workspace, moment)
    scrubbing.finish(workspace)
    return done


def _bytes(workspace: Workspace) -> bytes:
    """Every byte below the workspace, packed files unpacked."""
    found = []
    for path in sorted(workspace.root.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            found.append(gzip.decompress(content) if path.suffix == ".gz" else content)
    return b"\n".join(found)


def _check(workspace: Workspace, marks: list[Mark], moment: datetime) -> None:
    everything = _bytes(workspace)
    with workspace.read() as connection:
        here = set(connection.execute(select(ads.c.ad_id)).scalars())
    for mark in marks:
        due = mark.until is not None and mark.until <= moment
        assert (mark.ad_id in here) is not due, (mark, moment)
        for trace in mark.traces:
            assert (trace.encode() in everything) is not due, (trace, moment)
        assert search(workspace, mark.traces[0]).total == (0 if due else 1)
    assert [one for one in verify(workspace) if isinstance(one, Damage)] == []
    assert scrubbing.prove(workspace).problems == ()


def test_five_years_go_by(aged: tuple[Workspace, list[Mark]]) -> None:
    workspace, marks = aged
    end = START + 365 * DAY * 5
    _purge(workspace, end)
    _check(workspace, marks, end)
    assert sum(mark.until is not None and mark.until <= end for mark in marks) >= 12
    proof = scrubbing.prove(workspace)
    assert (proof.ads, proof.captures > proof.ads) == (sum(m.until is not None and m.until <= end for m in marks), True)
    assert retention.purge(workspace, end).ads == 0


def test_copies_that_are_out_there_are_counted_without_being_named(aged: tuple[Workspace, list[Mark]]) -> None:
    workspace, _ = aged
    with workspace.read() as connection:
        first = connection.execute(select(exports).order_by(exports.c.export_id)).first()
    assert first is not None
    assert (first.ad_ids, first.forgotten) == ([], [keys.blind(workspace, "ad:harbor:n03pinned")])

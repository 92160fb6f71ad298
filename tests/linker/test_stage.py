"""The stage: what it writes for the stages after it, and that a kill at any moment costs nothing."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest
from sqlalchemy import Connection, event, select

from linker import group_rows, stage
from linker.judgements import Verdict, judge, withdraw
from linker.linking import link
from linker.records import Passage
from linker.stored import copies_of, group_ids_of, load_groups, members_of
from linker.tables import groups, lineage, link_signals, link_work, links
from linker.why import why
from store import pending
from store.errors import UsageError
from store.workspace import Workspace
from tests.linker.conftest import Posted, posted

PHONE = "+13125550101"
TEXT = "quiet house near the park open from noon until late every day with parking behind it and a warm welcome to all"
Put = Callable[[Iterable[Posted]], None]


def _partition(workspace: Workspace) -> list[list[str]]:
    with workspace.read() as connection:
        ids = list(connection.execute(select(groups.c.group_id)).scalars())
        return sorted(members_of(connection, ids).values())


def test_every_ad_is_in_one_group_and_groups_are_announced_to_scoring(workspace: Workspace, put: Put) -> None:
    put([posted("a", phone=PHONE), posted("b", day=1, phone=PHONE), posted("c")])
    assert stage.run(workspace) == 3
    assert _partition(workspace) == [["harbor:a", "harbor:b"], ["harbor:c"]]
    with workspace.read() as connection:
        waiting = set(pending.take(connection, "score", 10))
        assert waiting == set(group_ids_of(connection, ["harbor:a", "harbor:c"]).values())


def test_nothing_pending_means_nothing_done(workspace: Workspace, put: Put) -> None:
    put([posted("a", phone=PHONE)])
    assert stage.run(workspace) == 1
    assert stage.run(workspace) == 0


def test_a_group_that_merges_into_another_is_announced_and_remembered(workspace: Workspace, put: Put) -> None:
    put([posted("a", phone=PHONE), posted("b", day=1, email="b@example.com")])
    stage.run(workspace)
    with workspace.begin() as connection:
        gone = group_ids_of(connection, ["harbor:b"])["harbor:b"]
        pending.done(connection, "score", pending.take(connection, "score", 10))
    put([posted("c", day=2, phone=PHONE, email="b@example.com")])
    stage.run(workspace)
    assert _partition(workspace) == [["harbor:a", "harbor:b", "harbor:c"]]
    with workspace.read() as connection:
        assert gone in pending.take(connection, "score", 10)
        assert (
            connection.execute(select(lineage.c.passage).where(lineage.c.other == gone)).scalar_one() == Passage.MERGED
        )


def test_a_judgement_cuts_until_it_is_withdrawn(workspace: Workspace, put: Put) -> None:
    put([posted("a", phone=PHONE), posted("b", day=1, phone=PHONE)])
    stage.run(workspace)
    with workspace.begin() as connection:
        number = judge(connection, "harbor:b", "harbor:a", Verdict.NOT_SAME, "ana", "different people")
    stage.run(workspace)
    assert _partition(workspace) == [["harbor:a"], ["harbor:b"]]
    put([posted("c", day=2, phone=PHONE)])
    stage.run(workspace)
    assert ["harbor:a", "harbor:b", "harbor:c"] not in _partition(workspace)
    with workspace.begin() as connection:
        assert withdraw(connection, number)
        assert not withdraw(connection, number)
    stage.run(workspace)
    assert _partition(workspace) == [["harbor:a", "harbor:b", "harbor:c"]]


def test_a_judgement_on_one_ad_twice_is_refused(workspace: Workspace) -> None:
    with workspace.begin() as connection, pytest.raises(UsageError, match="two different ads"):
        judge(connection, "a", "a", Verdict.SAME, "ana", "")


def test_why_and_copies_answer_from_the_workspace(workspace: Workspace, put: Put) -> None:
    put([posted("a", text=TEXT), posted("b", day=1, text=TEXT), posted("c", day=2, text=TEXT.replace("late", "six"))])
    stage.run(workspace)
    with workspace.read() as connection:
        assert copies_of(connection, "harbor:a") == ["harbor:c", "harbor:b"]
        assert "are worded alike" in why(connection, "harbor:a", "harbor:c")[0].steps[0].sentence()
        assert why(connection, "harbor:a", "harbor:missing") == []


class _KillError(BaseException):
    """Ends the process as far as the stage can tell: nothing catches it."""


def _run_killed_at(workspace: Workspace, number: int) -> bool:
    """Run the stage, killed just before the commit of this number; True where it ended before that."""
    left = iter(range(number))

    def kill(_: Connection) -> None:
        if next(left, None) is None:
            raise _KillError

    event.listen(workspace.engine, "commit", kill)
    try:
        stage.run(workspace, batch=2)
    except _KillError:
        return False
    finally:
        event.remove(workspace.engine, "commit", kill)
    return True


@pytest.mark.slow
def test_killed_at_every_commit_and_run_again_nothing_is_lost(
    workspace: Workspace, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    for size in ("ADS", "KEYS"):
        monkeypatch.setattr(stage, size, 2)
    monkeypatch.setattr(group_rows, "TOGETHER", 2)
    made = [
        posted(str(n), day=n, phone=f"+1312555010{n % 4}", text=f"{TEXT} number {n // 3}", name="ana") for n in range(8)
    ]
    kills = 0
    for part in (made[:5], made[3:], [replace(made[0], reading=replace(made[0].reading, mentions=()))]):
        put(part)
        commits = 0
        while not _run_killed_at(workspace, commits):
            kills, commits = kills + 1, commits + 1
    now = [replace(made[0], reading=replace(made[0].reading, mentions=())), *made[1:]]
    with workspace.read() as connection:
        ids = list(connection.execute(select(groups.c.group_id)).scalars())
        stored = load_groups(connection, ids)
        assert not connection.execute(select(link_work)).all()
    assert kills > 20
    clock = {one.group_id: one.last_seen for one in stored.values()}
    assert stored == {one.group_id: replace(one, last_seen=clock[one.group_id]) for one in link(p.signals for p in now)}


def test_a_new_version_links_everything_again_and_keeps_the_ids(
    workspace: Workspace, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    put([posted(str(n), day=n, phone=PHONE, text=TEXT) for n in range(4)])
    stage.run(workspace)
    with workspace.read() as connection:
        before = load_groups(connection, connection.execute(select(groups.c.group_id)).scalars())
    monkeypatch.setattr(stage, "VERSION", "next")
    assert stage.run(workspace, batch=2) == 4
    with workspace.read() as connection:
        assert load_groups(connection, before) == before
        assert len(connection.execute(select(link_signals.c.ad_id)).all()) == 4


def test_a_judgement_survives_a_new_version_and_the_links_it_cut_are_kept(
    workspace: Workspace, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    put([posted(str(n), day=n, phone=PHONE, text=TEXT) for n in range(3)])
    stage.run(workspace)
    with workspace.begin() as connection:
        before = sorted(map(tuple, connection.execute(select(links.c.left, links.c.right, links.c.reason)).all()))
        judge(connection, "harbor:0", "harbor:2", Verdict.NOT_SAME, "ana", "different people")
    stage.run(workspace)
    cut = _partition(workspace)
    assert len(cut) == 2
    monkeypatch.setattr(stage, "VERSION", "next")
    stage.run(workspace, batch=1)
    assert _partition(workspace) == cut
    with workspace.read() as connection:
        after = sorted(map(tuple, connection.execute(select(links.c.left, links.c.right, links.c.reason)).all()))
    assert after == before

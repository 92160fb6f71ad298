"""A watch that many ads answer is begun, caught up and swept a few answers at a time, and comes to the same."""

from collections.abc import Iterator

import pytest
from sqlalchemy import delete, select, update

from casework import watches
from casework.tables import alerts
from casework.tables import watches as watch_table
from casework.watches import Origin
from casework.watching import ledger, proof, runs
from indexer.backend import SearchError
from indexer.embedded import Embedded
from indexer.query import Node
from store.workspace import Workspace
from tests.casework.published import publish

GARDENS = {f"s:{number}": "garden" for number in range(5)}


@pytest.fixture(autouse=True)
def _few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "ANSWERS", 2)


def _rows(workspace: Workspace) -> dict[str, str]:
    with workspace.read() as connection:
        return {row.ad_id: row.origin for row in connection.execute(select(alerts.c.ad_id, alerts.c.origin))}


def test_all_that_answers_a_new_watch_is_known_but_what_is_news(workspace: Workspace) -> None:
    publish(workspace, GARDENS)
    runs.evaluate(workspace)
    publish(workspace, {"s:3": "garden again", "s:9": "garden"}, days=1)
    watches.add(workspace, "ana", "garden")
    assert runs.evaluate(workspace) == 2
    assert _rows(workspace) == {**dict.fromkeys(GARDENS, Origin.KNOWN), "s:3": Origin.BATCH, "s:9": Origin.BATCH}


def test_a_sweep_finds_all_that_was_lost_and_counts_all_that_answers(workspace: Workspace) -> None:
    number = watches.add(workspace, "ana", "garden")
    publish(workspace, GARDENS)
    runs.evaluate(workspace)
    with workspace.begin() as connection:
        connection.execute(delete(alerts).where(alerts.c.ad_id.in_(("s:0", "s:2", "s:3"))))
    assert runs.sweep(workspace) == 3
    with workspace.read() as connection:
        row = ledger.entries(connection, number)[0]
    assert (row.evaluated, row.matched, row.new) == (5, 5, 3)
    assert proof.prove(workspace).holds


class _BreaksOff(Embedded):
    """An engine that is lost after it gave a few answers."""

    def ids(self, query: Node) -> Iterator[str]:
        for place, one in enumerate(super().ids(query)):
            if place == 3:
                raise SearchError("gone")
            yield one


@pytest.mark.parametrize("behind", [False, True])
def test_of_a_watch_that_fails_half_way_nothing_is_kept_until_it_can_be_asked(
    workspace: Workspace, behind: bool
) -> None:
    publish(workspace, GARDENS)
    runs.evaluate(workspace)
    broken = watches.add(workspace, "ana", "garden")
    whole = watches.add(workspace, "ana", "title:0")
    if behind:
        runs.evaluate(workspace)
        with workspace.begin() as connection:
            connection.execute(delete(alerts))
            connection.execute(update(watch_table).values(behind=True))
        publish(workspace, {"s:8": "river"}, days=1)
    watcher = runs.Watcher(workspace, _BreaksOff(workspace.index))
    watcher.run()
    watcher.backend.close()
    with workspace.read() as connection:
        assert [one.watch_id for one in watches.active(connection) if one.error == "gone"] == [broken]
    assert list(_rows(workspace)) == ["s:0"]
    with workspace.read() as connection:
        assert connection.execute(select(alerts.c.watch_id)).scalars().all() == [whole]
    publish(workspace, {"s:7": "river"}, days=2)
    runs.evaluate(workspace)
    assert len(_rows(workspace)) == len(GARDENS)
    assert proof.prove(workspace).holds

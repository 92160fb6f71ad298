"""A batch at a time, in any order, with changes, purges and kills between: the outcome is that of linking all at once."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, delete, select

from crawlers.tables import ad_versions, ads, sightings
from linker import stage
from linker.judgements import Verdict, in_force, judge
from linker.linking import link
from linker.records import Group
from linker.stored import load_groups
from linker.tables import group_members, groups, hubs, link_keys, link_signals, link_work, links, text_bands, wordings
from nlp.tables import readings
from store import pending
from store.schema import metadata
from store.workspace import Workspace
from tests.linker.conftest import Posted, posted, putter

PHRASES = (
    "quiet studio near the park open from noon until late with parking behind the house and a warm welcome to all",
    "quiet studio near the lake open from noon until late with parking behind the barn and a warm welcome to all",
    "new in town for a few days only please write first and say what time you would like to come by today",
    "short",
)
values = st.lists(st.sampled_from("abcdef"), max_size=2, unique=True)
one_ad = st.builds(
    lambda number, day, phones, emails, name, place, text: posted(
        str(number),
        day=day,
        phone=[f"+1312555010{'abcdef'.index(one)}" for one in phones],
        email=[f"{one}@example.com" for one in emails],
        name=name,
        place=place,
        text=text,
    ),
    st.integers(0, 11),
    st.integers(0, 120),
    values,
    values,
    st.sampled_from(["ana", "bea", "cleo"]),
    st.sampled_from("123456"),
    st.sampled_from(PHRASES),
)


def _purge(workspace: Workspace, ad_id: str) -> None:
    with workspace.begin() as connection:
        for table in (readings, ad_versions, sightings, ads):
            connection.execute(delete(table).where(table.c.ad_id == ad_id))
        pending.announce(connection, "readings", [ad_id])


def _since(new: Posted, old: Posted) -> Posted:
    """The ad as it is now, posted when it was first posted and with every later date, as the store keeps it."""
    days = {one.ad.posted_at for one in (new, old) if one.ad.posted_at} | set(old.renewed)
    return replace(new, ad=replace(new.ad, posted_at=min(days)), renewed=tuple(sorted(days)))


def _rows(workspace: Workspace, table: Table) -> list[tuple[Any, ...]]:
    with workspace.read() as connection:
        return sorted(tuple(map(repr, row)) for row in connection.execute(select(table)))


def _groups(workspace: Workspace) -> list[Group]:
    with workspace.read() as connection:
        ids = list(connection.execute(select(groups.c.group_id)).scalars())
        return sorted(load_groups(connection, ids).values(), key=lambda group: group.group_id)


def _at_once(workspace: Workspace, items: Iterable[Posted]) -> list[Group]:
    """The same ads linked without the stage; last_seen is the crawl's and not compared."""
    with workspace.read() as connection:
        judged = in_force(connection, sorted(one.ad.ad_id for one in items))
    return link([one.signals for one in items], judged)


def _without_clock(found: Sequence[Group]) -> list[Group]:
    return [replace(group, last_seen=group.first_seen) for group in found]


def _empty(workspace: Workspace) -> None:
    with workspace.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(delete(table))


@pytest.mark.slow
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    rounds=st.lists(
        st.tuples(
            st.lists(one_ad, max_size=8),
            st.sets(st.integers(0, 11), max_size=2),
            st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11), st.sampled_from(list(Verdict))), max_size=2),
            st.integers(1, 5),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_any_sequence_of_batches_gives_what_a_full_run_gives(rounds: list[Any], workspace: Workspace) -> None:
    _empty(workspace)
    put = putter(workspace)
    there: dict[str, Posted] = {}
    for made, purged, judged, batch in rounds:
        put(made)
        for one in made:
            there[one.ad.ad_id] = _since(one, there.get(one.ad.ad_id, one))
        for number in sorted(purged):
            if there.pop(f"harbor:{number}", None):
                _purge(workspace, f"harbor:{number}")
        with workspace.begin() as connection:
            for left, right, verdict in judged:
                if left != right:
                    judge(connection, f"harbor:{left}", f"harbor:{right}", verdict, "ana", "")
        stage.run(workspace, batch=batch)
        assert _without_clock(_groups(workspace)) == _without_clock(_at_once(workspace, there.values()))
    tables = (link_keys, link_signals, link_work, wordings, text_bands, links, hubs, groups, group_members)
    before = {table.name: _rows(workspace, table) for table in tables}
    with workspace.begin() as connection:
        pending.announce(connection, "readings", there)
    stage.run(workspace, batch=3)
    assert {table.name: _rows(workspace, table) for table in tables} == before

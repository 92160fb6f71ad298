"""Clusters kept in the store, when only what a change reaches is looked at, are those of all wordings at once."""

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from linker import copy_rows
from linker.copies import clusters
from linker.copy_rows import add_wordings, recluster, write_moves
from linker.tables import compared, link_work, text_bands, wordings
from linker.wording import Wording
from linker.words import Words, hashed_words, sketched
from linker.work import Step, put
from store.workspace import Workspace

WORDS = [f"word{number}" for number in range(40)]


def _texts(rng: Random) -> list[str]:
    """Some families of texts that differ in a few places: enough that many are nearly copies, and nearly not."""
    made = []
    for _ in range(6):
        text = rng.choices(WORDS, k=14)
        for _ in range(5):
            text = [rng.choice(WORDS) if rng.random() < 0.12 else word for word in text]
            made.append(" ".join(text))
    return list(dict.fromkeys(made))


def _stored(workspace: Workspace) -> dict[str, str]:
    with workspace.read() as connection:
        query = select(text_bands.c.wording, text_bands.c.cluster)
        return {row.wording: row.cluster for row in connection.execute(query)}


def _change(workspace: Workspace, came: Sequence[Wording], went: Sequence[str], words: Words) -> None:
    with workspace.begin() as connection:
        add_wordings(connection, sketched(came))
        put(connection, Step.WORDING, went)
    with workspace.read() as connection:
        moves = recluster(connection, words)
    with workspace.begin() as connection:
        write_moves(connection, moves)


@pytest.mark.slow
@pytest.mark.parametrize("most", [0.0, 0.3, 1.0])
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(0, 10_000),
    rounds=st.lists(st.tuples(st.sets(st.integers(0, 29)), st.sets(st.integers(0, 29))), min_size=1, max_size=5),
)
def test_wordings_that_come_and_go_leave_the_clusters_of_those_that_are_there(
    most: float, seed: int, rounds: list[tuple[set[int], set[int]]], workspace: Workspace
) -> None:
    with workspace.begin() as connection:
        for table in (wordings, text_bands, compared, link_work):
            connection.execute(delete(table))
    texts = _texts(Random(seed))
    there: dict[str, str] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(copy_rows, "MOST", most)
        for came, went in rounds:
            added = {f"{place:03}": texts[place] for place in sorted(came) if place < len(texts)}
            gone = [digest for place in sorted(went) if (digest := f"{place:03}") in there and digest not in added]
            fresh = [Wording(digest, text) for digest, text in added.items() if digest not in there]
            _change(workspace, fresh, gone, Words())
            there = {one: text for one, text in {**there, **added}.items() if one not in gone}
            assert _stored(workspace) == clusters(there)


def test_words_that_find_no_room_are_read_again(workspace: Workspace) -> None:
    made = sketched([Wording(f"{place:03}", text) for place, text in enumerate(_texts(Random(1)))])
    with workspace.begin() as connection:
        add_wordings(connection, made)
    words = Words()
    words.ROOM = 200
    for one in made:
        words.hold([one])
    assert words.taken <= words.ROOM
    plenty = Words()
    plenty.hold(made)
    with workspace.read() as connection:
        digests = [one.wording.digest for one in made]
        assert words.spelled(connection, digests) == plenty.spelled(connection, digests)
        assert hashed_words(connection, digests).words.tobytes() == b"".join(one.words for one in made)

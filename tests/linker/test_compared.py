"""What comparing wordings gave is kept, as long as it is of use."""

from collections.abc import Mapping
from random import Random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, update

from linker import compared_rows
from linker.compared import Compared
from linker.compared_rows import remember, remembered, told
from linker.copy_rows import add_wordings, recluster, write_moves
from linker.sketches import Flags, Places
from linker.tables import compared, text_bands
from linker.wording import Wording
from linker.words import Words, sketched
from store.workspace import Workspace

DIGESTS = [f"{place:020x}" for place in range(12)]
pairs = st.tuples(st.integers(0, 11), st.integers(0, 11)).filter(lambda pair: pair[0] < pair[1])


def _write(
    connection: Connection, some: Mapping[tuple[int, int], bool], gone: set[int], *, alone: bool = False
) -> None:
    numbers = np.array([one * len(DIGESTS) + other for one, other in some], dtype=np.int64)
    new = told(DIGESTS, (numbers, np.array(list(some.values()), dtype=bool)))
    remember(connection, new, [DIGESTS[one] for one in sorted(gone)], alone=alone)


def _known(connection: Connection, places: list[int]) -> dict[tuple[int, int], bool]:
    numbers, copies = remembered(connection, [DIGESTS[place] for place in places])
    assert np.all(np.diff(numbers) > 0)
    ends = [(places[one // len(places)], places[one % len(places)]) for one in numbers.tolist()]
    return dict(zip(ends, copies.tolist(), strict=True))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    rounds=st.lists(
        st.tuples(st.dictionaries(pairs, st.booleans()), st.sets(st.integers(0, 11), max_size=2), st.booleans())
    ),
    asked=st.sets(st.integers(0, 11)),
)
def test_what_is_remembered_is_what_was_told_and_is_not_gone(
    rounds: list[tuple[dict[tuple[int, int], bool], set[int], bool]], asked: set[int], workspace: Workspace
) -> None:
    plain: dict[tuple[int, int], bool] = {}
    with pytest.MonkeyPatch.context() as patch, workspace.begin() as connection:
        patch.setattr(compared_rows, "PART", 3)
        connection.execute(delete(compared))
        for some, gone, alone in rounds:
            new = {pair: copy for pair, copy in some.items() if not gone & {*pair} and (alone or pair not in plain)}
            _write(connection, new, gone, alone=alone)
            stays = {} if alone else {pair: copy for pair, copy in plain.items() if not gone & {*pair}}
            plain = {**stays, **new}
        found = _known(connection, sorted(asked))
    assert found == {pair: copy for pair, copy in plain.items() if asked.issuperset(pair)}


def test_no_two_wordings_are_compared_twice(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = Random(7)
    words = [f"word{number}" for number in range(60)]
    texts = []
    for _ in range(5):
        text = rng.choices(words, k=20)
        texts += [[rng.choice(words) if rng.random() < 0.1 else word for word in text] for _ in range(8)]
    decided = []
    decide = Compared._decided

    def count(one: Compared, some: Places) -> Flags:
        decided.extend(some.tolist())
        return decide(one, some)

    monkeypatch.setattr(Compared, "_decided", count)
    with workspace.begin() as connection:
        add_wordings(connection, sketched([Wording(f"{at:03}", " ".join(text)) for at, text in enumerate(texts)]))
    clusters = _reclustered(workspace)
    assert len(set(decided)) == len(decided) > 0
    decided.clear()
    with workspace.begin() as connection:
        connection.execute(update(text_bands).values(cluster=""))
    assert _reclustered(workspace) == clusters
    assert not decided


def _reclustered(workspace: Workspace) -> dict[str, str]:
    with workspace.begin() as connection:
        moves = recluster(connection, Words())
        write_moves(connection, moves)
    return moves.clusters

"""What hangs together with the ads that changed: whole, in parts of a size, and the same whichever way it is read."""

from collections.abc import Callable, Iterable, Sequence

import pytest

from linker import reach, stage
from linker.judgements import Verdict, judge
from linker.reach import Reach, reached
from store.workspace import Workspace
from tests.linker.conftest import Posted, posted

Put = Callable[[Iterable[Posted]], None]
CHAINS = 30


@pytest.fixture
def linked(workspace: Workspace, put: Put) -> Workspace:
    """Thirty chains of one to four ads, each of one number; a person said that the last two chains are one."""
    put(posted(f"{n:02}-{k}", day=k, phone=f"+1312555{n:04}") for n in range(CHAINS) for k in range(1 + n % 4))
    stage.run(workspace)
    with workspace.begin() as connection:
        judge(connection, "harbor:29-0", "harbor:28-0", Verdict.SAME, "ana", why="one face")
    stage.run(workspace)
    return workspace


def _reached(workspace: Workspace, touched: Iterable[str], together: int) -> list[Reach]:
    with workspace.read() as connection:
        return list(reached(connection, touched, together))


def _chain(number: int) -> list[str]:
    return [f"harbor:{number:02}-{k}" for k in range(1 + number % 4)]


@pytest.mark.parametrize("share", [0.0, 1.0], ids=["all links in one go", "from one to the next"])
def test_only_what_hangs_together_with_a_touched_ad_is_reached_and_whole(
    linked: Workspace, monkeypatch: pytest.MonkeyPatch, share: float
) -> None:
    monkeypatch.setattr(reach, "MOST", share)
    (one,) = _reached(linked, ["harbor:07-3", "harbor:03-0", "harbor:28-0"], 1_000)
    assert one.ad_ids == sorted([*_chain(3), *_chain(7), *_chain(28), *_chain(29)])
    pairs = {(one.ad_ids[left], one.ad_ids[right]) for left, right in zip(one.links.left, one.links.right, strict=True)}
    assert pairs == {pair for n in (3, 7, 28, 29) for pair in zip(_chain(n), _chain(n)[1:], strict=False)}
    assert set(one.links.weight) == {0.95}


@pytest.mark.parametrize("together", [1, 2, 7, 1_000])
def test_a_part_is_cut_nowhere_and_all_are_of_the_size_but_the_last(linked: Workspace, together: int) -> None:
    every = [ad_id for n in range(CHAINS) for ad_id in _chain(n)]
    some = _reached(linked, every, together)
    assert sorted(ad_id for one in some for ad_id in one.ad_ids) == sorted(every)
    assert all(len(one.ad_ids) >= together for one in some[:-1])
    for one in some:
        assert _ends(one).issubset(one.ad_ids)
        assert {ad_id[:9] for ad_id in one.ad_ids}.isdisjoint(
            ad_id[:9] for other in some if other is not one for ad_id in other.ad_ids
        )


def _ends(one: Reach) -> set[str]:
    return {one.ad_ids[place] for places in one.links[:2] for place in places}


def test_links_keep_their_ends_where_an_ad_is_gone(linked: Workspace) -> None:
    (one,) = _reached(linked, ["harbor:03-0", "harbor:00-0"], 1_000)
    there: Sequence[str] = [ad_id for ad_id in one.ad_ids if ad_id != "harbor:00-0"]
    ends = one.among(there)
    pairs = [(there[left], there[right]) for left, right in zip(ends.left, ends.right, strict=True)]
    assert set(pairs) == set(zip(_chain(3), _chain(3)[1:], strict=False))


def test_nothing_touched_reaches_nothing(linked: Workspace) -> None:
    assert _reached(linked, [], 10) == []

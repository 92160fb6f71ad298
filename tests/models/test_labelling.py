"""What to label next: near the cut, unlike each other, and a few by lot; the same for the same day, none twice."""

from collections.abc import Sequence
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from models.labelling import Candidate, Slice, Wanted, to_label

pools = st.lists(
    st.builds(Candidate, st.uuids().map(str), st.floats(0, 1), st.booleans()),
    max_size=60,
    unique_by=lambda one: one.group_id,
)


def wanted(pool: Sequence[Candidate], learn: int, audit: int, *, day: str = "2026-05-01") -> list[Wanted]:
    def look(group_ids: Sequence[str]) -> dict[str, Sequence[float]]:
        return {one: [float("same" not in one), float(one[0] == "o")] for one in group_ids}

    return to_label(pool, look, cut=0.2, learn=learn, audit=audit, day=day)


@given(pools, st.integers(0, 8), st.integers(0, 8), st.integers())
def test_the_slices_are_full_apart_and_do_not_hang_on_the_order(
    pool: list[Candidate], learn: int, audit: int, seed: int
) -> None:
    found = wanted(pool, learn, audit)
    ids = [one.group_id for one in found]
    teaching = min(learn, sum(one.teaches for one in pool))
    assert len(set(ids)) == len(ids) == min(len(pool), teaching + audit)
    assert [one.slice for one in found] == [Slice.LEARN] * teaching + [Slice.AUDIT] * (len(ids) - teaching)
    assert wanted(Random(seed).sample(pool, len(pool)), learn, audit) == found


def test_what_is_unsure_and_unlike_comes_before_more_of_the_same() -> None:
    alike = [Candidate(f"same{number}", 0.2) for number in range(10)]
    other = [Candidate("other", 0.25), Candidate("sure", 0.95)]
    assert {one.group_id for one in wanted([*alike, *other], 2, 0)} == {"same0", "other"}


def test_what_was_abstained_from_is_drawn_by_lot_only() -> None:
    found = wanted([Candidate("little", 0.2, teaches=False), Candidate("told", 0.9)], 2, 2)
    assert {(one.group_id, one.slice) for one in found} == {("told", Slice.LEARN), ("little", Slice.AUDIT)}


def test_the_lot_is_fair_and_another_each_day() -> None:
    pool = [Candidate(f"g{number:03}", number / 200) for number in range(200)]
    drawn = [{one.group_id for one in wanted(pool, 0, 20, day=f"2026-05-{day:02}")} for day in range(1, 29)]
    assert len({frozenset(one) for one in drawn}) == 28
    values = [int(one[1:]) for some in drawn for one in some]
    assert 90 < sum(values) / len(values) < 110

"""Groups: every ad in one, judgements always honoured, no order of arrival in the outcome."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linker import partition as parting
from linker.judgements import Judgement, Verdict
from linker.lineage import passages
from linker.linking import link
from linker.partition import partition
from linker.records import Link, Passage, Reason
from tests.linker.conftest import posted

ADS = {ad.ad_id: ad for ad in (posted(letter, day=number).signals for number, letter in enumerate("abcdefgh"))}
ids = st.sampled_from(sorted(ADS))
pairs = st.tuples(ids, ids).filter(lambda pair: pair[0] < pair[1])
some_links = st.lists(
    st.builds(lambda pair, weight: Link(*pair, Reason.PHONE, "1", weight / 10), pairs, st.integers(1, 9)),
    max_size=12,
    unique_by=lambda one: (one.left, one.right),
)
words = st.lists(
    st.builds(
        lambda pair, verdict, order: Judgement(*pair, verdict, order), pairs, st.sampled_from(Verdict), st.integers()
    ),
    max_size=5,
    unique_by=(lambda one: (one.left, one.right), lambda one: one.order),
)


@pytest.mark.slow
@given(some_links, words, st.randoms())
def test_the_order_of_ads_links_and_judgements_does_not_matter(made: list[Link], said: list[Judgement], rng) -> None:  # type: ignore[no-untyped-def]
    first = partition(ADS, made, said)
    shuffled = dict(rng.sample(sorted(ADS.items()), len(ADS)))
    assert partition(shuffled, rng.sample(made, len(made)), rng.sample(said, len(said))) == first
    assert sorted(ad_id for part in first for ad_id in part) == sorted(ADS)


@given(some_links, words)
def test_a_judgement_holds_unless_later_ones_contradict_it(made: list[Link], said: list[Judgement]) -> None:
    owner = {ad_id: number for number, part in enumerate(partition(ADS, made, said)) for ad_id in part}
    newest = sorted(said, key=lambda one: one.order, reverse=True)
    if newest and newest[0].verdict is Verdict.SAME:
        assert owner[newest[0].left] == owner[newest[0].right]
    apart = [one for one in said if one.verdict is Verdict.NOT_SAME]
    if all(one.verdict is not Verdict.SAME for one in said):
        assert all(owner[one.left] != owner[one.right] for one in apart)


@given(some_links, words)
def test_joining_strong_links_at_once_gives_what_link_by_link_does(made: list[Link], said: list[Judgement]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parting, "PART", 2)
        patch.setattr(parting, "BOUND", 3)
        plainly = parting._doubted(
            ADS, dict(zip(ADS, ADS, strict=True)), [parting.Edge(*one[:5]) for one in made], said
        )
        assert partition(ADS, made, said) == sorted(plainly)


def test_not_same_cuts_the_weakest_link_on_the_way() -> None:
    a, b, c = sorted(ADS)[:3]
    made = [Link(a, b, Reason.PHONE, "1", 0.9), Link(b, c, Reason.TEXT, "2", 0.4)]
    assert [a, b] in partition(ADS, made, [Judgement(a, c, Verdict.NOT_SAME, 1)])


def test_the_id_of_a_group_is_that_of_its_first_ad() -> None:
    early, late, later = (posted(n, day=d, phone="+13125550101").signals for n, d in (("x", 1), ("a", 5), ("b", 9)))
    (two,), (three,) = link([early, late]), link([later, late, early])
    assert two.group_id == three.group_id
    assert link([late, later])[0].group_id != two.group_id


def test_lineage_tells_birth_growth_merge_split_and_end() -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)

    def told(before: dict[str, list[str]], after: dict[str, list[str]]) -> list[tuple[str, Passage, str | None]]:
        return [(one.group_id, one.passage, one.other) for one in passages(before, after, at)]

    assert told({}, {"g": ["1"]}) == [("g", Passage.BORN, None)]
    assert told({"g": ["1"]}, {"g": ["1", "2"]}) == [("g", Passage.GREW, None)]
    assert told({"g": ["1"], "h": ["2"]}, {"g": ["1", "2"]}) == [("g", Passage.MERGED, "h")]
    assert told({"g": ["1", "2"]}, {"g": ["1"], "h": ["2"]}) == [("h", Passage.SPLIT, "g")]
    assert told({"g": ["1"]}, {}) == [("g", Passage.GONE, None)]
    assert told({"g": ["1"]}, {"g": ["1"]}) == []


def _chain(name: str, count: int) -> tuple[list[str], list[Link]]:
    ids = [f"{name}{number:03}" for number in range(count)]
    return ids, [Link(one, other, Reason.PHONE, name, 0.9) for one, other in pairwise(ids)]


def test_one_weak_value_does_not_make_one_group_of_two_large_ones_but_two_do() -> None:
    (left, some), (right, others) = _chain("l", 30), _chain("r", 30)
    ads = {ad_id: posted(ad_id).signals for ad_id in left + right}
    wording = [Link(left[n], right[n], Reason.TEXT, "t", 0.5) for n in range(5)]
    picture = Link(left[9], right[9], Reason.IMAGE, "p", 0.6)
    assert partition(ads, [*some, *others, *wording]) == [left, right]
    assert partition(ads, [*some, *others, *wording, picture]) == [left + right]


def test_a_weak_value_joins_a_small_part_to_a_large_one() -> None:
    left, some = _chain("l", 30)
    ads = {ad_id: posted(ad_id).signals for ad_id in [*left, "r"]}
    assert partition(ads, [*some, Link(left[3], "r", Reason.TEXT, "t", 0.5)]) == [[*left, "r"]]


def test_a_very_large_part_takes_in_no_stranger_by_a_weak_value() -> None:
    large, some = _chain("l", 200)
    by = {ad_id: posted(ad_id, name="ana").signals for ad_id in large}
    picture = Link(large[3], "r", Reason.IMAGE, "p", 0.6)
    wording = Link(large[9], "r", Reason.TEXT, "t", 0.5)
    stranger, known = {"r": posted("r", name="bea").signals}, {"r": posted("r", name="ana").signals}
    assert [len(part) for part in partition(by | stranger, [*some, picture])] == [200, 1]
    assert [len(part) for part in partition(by | stranger, [*some, picture, wording])] == [201]
    assert [len(part) for part in partition(by | known, [*some, picture])] == [201]

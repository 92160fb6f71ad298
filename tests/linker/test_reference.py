"""Grouping as a specification: the fast path gives what the plain one gives, and what must always hold does."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linker.evidence import links_of
from linker.judgements import Judgement, Verdict
from linker.linking import blocks, link, with_clusters
from linker.partition import partition
from linker.records import Group, Link, Reason
from linker.signals import Key, Signals
from tests.linker import reference
from tests.linker.conftest import posted

TEXTS = (
    "quiet studio near the park open from noon until late with parking behind the house and a warm welcome to all",
    "new in town for a few days only please write first and say what time you would like to come by today",
    "the best rooms of the whole street with music and tea on every floor ring the bell below and come right up",
    "short",
)
some_of = lambda values: st.lists(st.sampled_from(values), max_size=2, unique=True)  # noqa: E731  a strategy, not a step
one_ad = st.builds(
    lambda day, phones, emails, urls, images, names, place, text, recruits: (
        day,
        {
            "phone": [f"+1312555010{one}" for one in phones],
            "email": [f"{one}@example.com" for one in emails],
            "url": [f"{one}.example/rates" for one in urls],
            "name": names,
            "indicator": ["recruitment_offer"] if recruits else [],
            **({"place": place} if place else {}),
        },
        images,
        text,
    ),
    st.integers(0, 130),
    some_of("0123456"),
    some_of("abcd"),
    some_of("ab"),
    some_of("pq"),
    some_of(("ana", "bea", "cleo", "dora")),
    st.sampled_from(["1", "2", "3", "4", ""]),
    st.sampled_from(TEXTS),
    st.booleans(),
)


def _signals(number: int, drawn: Any) -> Signals:
    day, values, images, text = drawn
    one = posted(f"{number:02}", day=day, text=text, **values).signals
    return replace(one, keys=tuple(sorted({*one.keys, *(Key(Reason.IMAGE, image) for image in images)})))


def _crowd(names: Sequence[str], texts: Sequence[str], days: Sequence[int]) -> st.SearchStrategy[Any]:
    """Many with one value and something of their own: where hubs, one owner after another and copies are told apart."""
    one = st.builds(
        lambda shared, day, own, name, place, text, recruits: (
            day,
            {
                "phone": ["+13125550100"] if shared else [],
                "handle": [f"kik:{own}"] if own else [],
                "name": [name],
                "place": place,
                "indicator": ["recruitment_offer"] if recruits else [],
            },
            [],
            text,
        ),
        st.sampled_from([True, True, True, False]),
        st.sampled_from(days),
        st.sampled_from(["a", "b", "c", "d", "e", "f", "g", "h", ""]),
        st.sampled_from(names),
        st.sampled_from("123456"),
        st.sampled_from(texts),
        st.sampled_from([False, False, True]),
    )
    return st.lists(one, min_size=6, max_size=16)


crowd = st.builds(
    _crowd,
    st.sampled_from([["ana"], ["ana", "bea"], ["ana", "bea", "cleo", "dora"]]),
    st.sampled_from([TEXTS, TEXTS[:1], TEXTS[3:]]),
    st.sampled_from([[0, 1], [0, 7, 30, 31], [0, 30, 60, 90], [0, 5, 10, 90]]),
).flatmap(lambda drawn: drawn)
market = st.one_of(st.lists(one_ad, min_size=2, max_size=16), crowd).map(
    lambda drawn: [_signals(number, one) for number, one in enumerate(drawn)]
)
NUMBERS = [f"harbor:{number:02}" for number in range(16)]
words = st.lists(
    st.tuples(st.sampled_from(NUMBERS), st.sampled_from(NUMBERS), st.sampled_from(list(Verdict))), max_size=6
).map(
    lambda said: [
        Judgement(*sorted(pair), verdict, order) for order, (*pair, verdict) in enumerate(said) if pair[0] != pair[1]
    ]
)


def _ids(groups: list[Group]) -> list[list[str]]:
    return sorted(list(group.ad_ids) for group in groups)


def _links(ads: list[Signals]) -> list[Link]:
    by = with_clusters({ad.ad_id: ad for ad in ads})
    return [one for key, members in blocks(by.values()).items() for one in links_of(key, members)[0]]


@pytest.mark.slow
@settings(max_examples=300)
@given(market)
def test_groups_are_those_of_the_plain_reference(ads: list[Signals]) -> None:
    assert _ids(link(ads)) == reference.groups(ads)


@pytest.mark.slow
@given(market, words)
def test_judged_groups_are_those_of_the_plain_reference(ads: list[Signals], said: list[Judgement]) -> None:
    there = {ad.ad_id: ad for ad in ads}
    links = _links(ads)
    heard = [word for word in said if word.left in there and word.right in there]
    assert sorted(partition(there, links, said)) == reference.judged(there, links, heard)


@pytest.mark.slow
@given(market)
def test_what_recruits_is_linked_by_the_reason_of_its_own(ads: list[Signals]) -> None:
    by = with_clusters({ad.ad_id: ad for ad in ads})
    pairs = [one for key, members in blocks(by.values()).items() for one in reference.Block(key, members).recruits()]
    made = [frozenset({one.left, one.right}) for one in _links(ads) if one.reason is Reason.RECRUITMENT]
    assert sorted(map(sorted, made)) == sorted(map(sorted, pairs))


@pytest.mark.slow
@given(market)
def test_a_hub_never_joins(ads: list[Signals]) -> None:
    groups = link(ads)
    hubs = {(hub.reason, hub.key) for group in groups for hub in group.hubs}
    by_contact = {key for _, key in hubs}
    for one in (one for group in groups for one in group.links):
        assert (one.reason, one.key) not in hubs
        assert one.reason is not Reason.RECRUITMENT or one.detail["contact"] not in by_contact


@pytest.mark.slow
@given(market, words, st.randoms())
def test_no_order_of_arrival_changes_anything(ads: list[Signals], said: list[Judgement], rng: Any) -> None:
    first = link(ads, said)
    assert link(rng.sample(ads, len(ads)), rng.sample(said, len(said))) == first


@pytest.mark.slow
@given(market, words)
def test_the_newest_word_always_holds_and_no_word_is_broken_but_for_a_newer_one(
    ads: list[Signals], said: list[Judgement]
) -> None:
    owner = {ad_id: group.group_id for group in link(ads, said) for ad_id in group.ad_ids}
    heard = sorted((word for word in said if word.left in owner and word.right in owner), key=lambda one: -one.order)
    held: list[Judgement] = []
    for word in heard:
        alone = reference.judged(owner, [], [*held, word])
        together = any(word.left in one and word.right in one for one in alone)
        if word.verdict is Verdict.UNSURE or together is not (word.verdict is Verdict.SAME):
            continue  # newer words say otherwise
        held.append(word)
        assert (owner[word.left] == owner[word.right]) is (word.verdict is Verdict.SAME)


@pytest.mark.slow
@given(market, words)
def test_a_split_loses_no_link_and_brings_nothing_new_together(ads: list[Signals], said: list[Judgement]) -> None:
    apart = [word for word in said if word.verdict is not Verdict.SAME]
    whole, cut = link(ads), link(ads, apart)
    before = {ad_id: set(group.ad_ids) for group in whole for ad_id in group.ad_ids}
    owner = {ad_id: group.group_id for group in cut for ad_id in group.ad_ids}
    assert all(set(group.ad_ids) <= before[group.ad_ids[0]] for group in cut)
    kept = [one for group in cut for one in group.links]
    assert all(one in kept or owner[one.left] != owner[one.right] for group in whole for one in group.links)
    assert len(kept) <= sum(len(group.links) for group in whole)

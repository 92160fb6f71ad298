"""Templates: the words near-copies share, the slots between them, and what fills each in which ads."""

from itertools import pairwise
from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crawlers.records import Ad
from linker.alignment import aligned
from linker.linking import link
from linker.multiple import common_words, heaviest
from linker.records import Pattern, Slot, Template
from linker.templates import ADS, Copy, chosen, pattern, pattern_of
from nlp.pipeline import read_ads
from nlp.stored import StoredReading
from tests.linker.conftest import posted

PHONE = "+13125550101"
TEXT = (
    "quiet house near the {} open from noon until {} every day with parking behind the house and a warm welcome to all"
)


def _copies(*texts: str) -> list[Copy]:
    made = [tuple(text.split()) for text in texts]
    return [Copy(f"a{n:02}", tokens, {}) for n, tokens in enumerate(made)]


def _of(*texts: str) -> Pattern:
    copies = _copies(*texts)
    return pattern_of(tuple(copy.ad_id for copy in copies), copies)


def _said(found: Pattern) -> str:
    """The pattern on one line: each slot with its fills."""
    return " ".join(
        part if isinstance(part, str) else "[" + "|".join(sorted(one.words for one in part.fills)) + "]"
        for part in found.parts
    )


def test_common_words_and_what_fills_the_slots_in_which_ads() -> None:
    found = _of(*(TEXT.format(*fill) for fill in (("park", "late"), ("lake", "six"), ("park", "nine"))))
    assert _said(found) == (
        "quiet house near the [lake|park] open from noon until [late|nine|six] every day with parking behind the house "
        "and a warm welcome to all"
    )
    first = next(part for part in found.parts if isinstance(part, Slot))
    assert [(one.words, one.ad_ids) for one in first.fills] == [("park", ("a00", "a02")), ("lake", ("a01",))]


def test_a_slot_may_be_empty_stand_at_either_end_and_hold_emoji_or_many_words() -> None:
    assert _said(_of("🌹 open every day", "open every single lovely day 🌹 🌹", "new ! open every day")) == (
        "[|new !|🌹] open every [|single lovely] day [|🌹 🌹]"
    )


def test_a_common_word_is_not_given_up_for_two_chance_ones() -> None:
    texts = ["x c y", "y c x", "z c w", "w c z", "v c u"]
    assert common_words([text.split() for text in texts]) == ["c"]


def test_one_text_with_its_blocks_the_other_way_round_does_not_take_the_pattern_away() -> None:
    head, tail = "quiet house near the park open every day", "parking behind the house and a warm welcome"
    texts = [f"{head} call {n} {tail}" for n in range(9)]
    found = _of(*texts, f"{tail} call 9 {head}")
    runs = [part for part in found.parts if isinstance(part, str)]
    assert runs == [f"{head} call", tail]
    assert found.strays == 1


def test_a_word_one_text_in_ten_puts_in_is_no_slot_and_that_ad_is_counted() -> None:
    texts = [TEXT.format("park", f"n{n}") for n in range(10)]
    texts[4] = texts[4].replace("every day", "every blessed day")
    found = _of(*texts)
    assert [part.kinds for part in found.parts if isinstance(part, Slot)] == [("words",)]
    assert found.strays == 1


constants = st.lists(st.sampled_from(["the", "house", "open", "day", "call", "quiet", "park"]), min_size=1, max_size=6)


@given(
    runs=st.lists(constants, min_size=2, max_size=6),
    members=st.integers(2, 14),
    seed=st.integers(0, 10_000),
)
def test_a_template_with_known_slots_is_recovered_with_its_fills(
    runs: list[list[str]], members: int, seed: int
) -> None:
    """Fills of one to three words, each slot's of its own; a fill may be missing; any two members differ in every slot."""
    rng = Random(seed)
    fills = [
        [[f"s{slot}m{member}w{word}" for word in range(rng.randint(1, 3))] for member in range(members)]
        for slot in range(len(runs) - 1)
    ]
    for one in fills:
        one[rng.randrange(members)] = []
    texts = [
        [word for slot, run in enumerate(runs) for word in [*run, *(fills[slot][member] if slot < len(fills) else [])]]
        for member in range(members)
    ]
    copies = _copies(*(" ".join(text) for text in texts))
    found = pattern_of(tuple(copy.ad_id for copy in copies), copies)
    assert [part for part in found.parts if isinstance(part, str)] == [" ".join(run) for run in runs]
    slots = [part for part in found.parts if isinstance(part, Slot)]
    for slot, given_fills in zip(slots, fills, strict=True):
        told = {ad_id: one.words for one in slot.fills for ad_id in one.ad_ids}
        assert told == {copy.ad_id: " ".join(fill) for copy, fill in zip(copies, given_fills, strict=True)}
    assert found.strays == 0


@given(st.text("abc", max_size=14), st.text("abc", max_size=14))
def test_with_equal_weights_the_alignment_is_a_longest_common_subsequence(left: str, right: str) -> None:
    pairs = heaviest(left, [right], np.ones(len(left), dtype=np.int32))[0]
    assert all(left[one] == right[other] for one, other in pairs)
    assert all(a < c and b < d for (a, b), (c, d) in pairwise(pairs))
    assert len(pairs) == len(aligned(left, right))


def test_a_slot_behind_a_mask_says_its_kind_and_what_was_read_there() -> None:
    people = [
        ("Anna", "312-555-0142", "Austin"),
        ("Bella", "312-555-0143", "Dallas"),
        ("Cara", "312-555-0142", "Austin"),
    ]
    ads = [
        Ad(f"s:{n}", "s", "", None, region="US", location=f"{town}, TX", body=(
            f"My name is {name} and I keep a quiet house with parking behind it, call {phone} between noon and midnight"
        ))
        for n, (name, phone, town) in enumerate(people)
    ]  # fmt: skip
    readings = {
        one.ad_id: StoredReading(one.masked, [told.as_json() for told in one.mentions]) for one in read_ads(ads)
    }
    found = pattern(Template(tuple(readings)), readings)
    slots = {
        part.kinds[0]: [(one.words, len(one.ad_ids)) for one in part.fills]
        for part in found.parts
        if not isinstance(part, str)
    }
    assert slots["name"] == [("anna", 1), ("bella", 1), ("cara", 1)]
    assert slots["phone"] == [("+13125550142", 2), ("+13125550143", 1)]
    assert slots["place"] == [("Austin", 2), ("Dallas", 1)]


def test_of_a_large_template_a_stated_number_of_ads_is_looked_at_evenly() -> None:
    template = Template(tuple(f"a{n:04}" for n in range(1_000)))
    ids = chosen(template)
    assert len(ids) == ADS
    assert ids[0] == "a0000"
    found = pattern(template, {})
    assert (len(found.ad_ids), found.looked, found.parts) == (1_000, 0, ())


def test_a_group_keeps_which_ads_are_one_template() -> None:
    ads = [posted(str(n), day=n, phone=PHONE, text=TEXT.format("park", n)) for n in range(3)]
    (group,) = link([*(one.signals for one in ads), posted("x", phone=PHONE, text="short").signals])
    assert group.templates == (Template(("harbor:0", "harbor:1", "harbor:2")),)

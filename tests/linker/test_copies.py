"""Near-copies, the quick way beside the plain one."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linker import copies, sketches
from linker.alignment import likeness
from linker.components import Forest, components
from linker.copies import Compared, Given, clusters, followers
from linker.sketches import BANDS, bands_of, common_at_most, hashed, signatures_of
from linker.wording import COPY, REORDERED

WORDS = [*(f"w{number}" for number in range(30)), "🌹", "новая", "中"]


def _plainly_alike(left: str, right: str) -> bool:
    one, other = left.split(" "), right.split(" ")
    shared = sum((Counter(one) & Counter(other)).values()) / max(len(one), len(other))
    return shared >= REORDERED or likeness(one, other) >= COPY


def _plain_followers(band: Iterable[str], texts: dict[str, str]) -> set[tuple[str, str]]:
    leading: list[str] = []
    found = set()
    for one in sorted(band):
        leader = next((leader for leader in leading if _plainly_alike(texts[leader], texts[one])), None)
        if leader is not None:
            found.add((one, leader))
        elif len(leading) < copies.LEADERS:
            leading.append(one)
    return found


@st.composite
def _texts(draw: st.DrawFn) -> dict[str, str]:
    """Some texts, and copies of them with words changed, moved, put in and left out."""
    rng = Random(draw(st.integers(0, 10**6)))
    made = []
    for _ in range(draw(st.integers(1, 4))):
        text = rng.choices(WORDS, k=rng.randint(1, 25))
        for _ in range(draw(st.integers(1, 5))):
            other = list(text)
            for _ in range(rng.randint(0, 8)):
                place = rng.randrange(len(other))
                change = rng.choice(("replace", "move", "insert", "drop"))
                if change == "replace":
                    other[place] = rng.choice(WORDS)
                elif change == "move":
                    other.insert(rng.randrange(len(other)), other.pop(place))
                elif change == "insert":
                    other.insert(place, rng.choice(WORDS))
                elif len(other) > 1:
                    del other[place]
            made.append(" ".join(other))
    return {f"{number:03}": text for number, text in enumerate(made)}


def _check_followers(texts: dict[str, str], chosen: Sequence[int]) -> None:
    digests = sorted(texts)
    bands: dict[int, list[str]] = defaultdict(list)
    for place, band in enumerate(chosen):
        bands[band % 3].append(digests[place % len(digests)])
    members = {band: sorted(set(some)) for band, some in bands.items()}
    flat = [(band, digests.index(one)) for band, some in sorted(members.items()) for one in some]
    places = np.array([place for _, place in flat], dtype=np.int64)
    words = hashed(texts[one] for one in digests)
    compared = Compared(Given(words), signatures_of(words))
    follower, leader = followers(compared, places, np.array([band for band, _ in flat]))
    quick = {(digests[one], digests[other]) for one, other in zip(follower, leader, strict=True)}
    assert quick == set().union(*(_plain_followers(some, texts) for some in members.values()))


@given(_texts(), st.lists(st.integers(0, 60), min_size=1, max_size=60))
def test_many_bands_at_once_are_led_as_one_after_the_other(texts: dict[str, str], chosen: list[int]) -> None:
    _check_followers(texts, chosen)


@given(_texts(), st.lists(st.integers(0, 60), min_size=1, max_size=60))
def test_a_band_of_too_many_different_texts_has_no_more_leaders(texts: dict[str, str], chosen: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(copies, "LEADERS", 2)
        _check_followers(texts, chosen)


@given(_texts(), st.lists(st.integers(0, 60), min_size=1, max_size=60))
def test_more_words_than_there_are_characters_are_told_apart_all_the_same(
    texts: dict[str, str], chosen: list[int]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sketches, "BITS", 3)
        _check_followers(texts, chosen)


@pytest.mark.slow
@given(_texts())
def test_clusters_are_what_hangs_together_through_any_band(texts: dict[str, str]) -> None:
    bands: dict[tuple[int, int], list[str]] = defaultdict(list)
    for digest, text in texts.items():
        for place, number in enumerate(bands_of(hashed([text]))[0].tolist()):  # a band depends on its text alone
            bands[place, number].append(digest)
    edges = [edge for members in bands.values() for edge in _plain_followers(members, texts)]
    assert clusters(texts) == components(texts, edges)


@pytest.mark.slow
@given(_texts())
def test_the_order_of_texts_does_not_matter(texts: dict[str, str]) -> None:
    turned = dict(reversed(texts.items()))
    assert clusters(turned) == clusters(texts)


def test_the_same_words_in_another_order_are_copies() -> None:
    rng = Random(3)
    text = rng.sample([f"word{number}" for number in range(800)], 80)
    moved = [*text[50:], *text[20:50], *text[:20]]
    texts = {"a": " ".join(text), "b": " ".join(moved), "c": " ".join(rng.sample(text, 80))}
    assert set(clusters(texts).values()) == {"a"}


@given(_texts())
def test_signatures_never_hide_what_texts_have_in_common(texts: dict[str, str]) -> None:
    signatures = signatures_of(hashed(texts.values()))
    for left, one in enumerate(texts.values()):
        bounds = common_at_most(signatures[[left] * len(texts)], signatures)
        for bound, other in zip(bounds, texts.values(), strict=True):
            words, others = one.split(" "), other.split(" ")
            assert bound >= sum((Counter(words) & Counter(others)).values()) / max(len(words), len(others)) - 1e-12


def test_signatures_tell_strangers_apart() -> None:
    rng = Random(5)
    words = [f"word{number}" for number in range(400)]
    signatures = signatures_of(hashed(" ".join(rng.sample(words, 80)) for _ in range(200)))
    assert common_at_most(signatures[:100], signatures[100:]).max() < COPY


def test_no_texts_have_no_clusters() -> None:
    assert clusters({}) == {}
    assert bands_of(hashed([])).shape == (0, BANDS)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=60))
def test_components_of_numbers_are_those_of_strings(edges: list[tuple[int, int]]) -> None:
    forest = Forest(10)
    for one in edges:  # more of them come than are held
        forest.add(*np.array([one], dtype=np.int64).T)
    plain = components(map(str, range(10)), ((str(one), str(other)) for one, other in edges))
    assert [str(one) for one in forest.least()] == [plain[str(one)] for one in range(10)]

"""Near-copies, the quick way beside the plain one."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from random import Random
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linker import bands, sketches
from linker.alignment import likeness
from linker.bands import join
from linker.compared import Compared, Given
from linker.components import Forest, components
from linker.copies import clusters
from linker.sketches import BANDS, Bounds, bands_of, hashed, signatures_of
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
        elif len(leading) < bands.LEADERS:
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


def _check_joined(texts: dict[str, str], chosen: Sequence[int]) -> None:
    digests = sorted(texts)
    drawn: dict[int, set[int]] = defaultdict(set)
    for place, band in enumerate(chosen):
        drawn[band % 3].add(place % len(digests))
    edges = [edge for some in drawn.values() for edge in _plain_followers([digests[place] for place in some], texts)]
    plain = components(digests, edges)
    flat = [(place, band) for band, some in sorted(drawn.items()) for place in sorted(some)]
    words = hashed(texts[one] for one in digests)
    # All bands at once, and one after the other, so that what the first joined is known to the next.
    for parts in ([flat], [[one for one in flat if one[1] == band] for band in sorted(drawn)]):
        compared, forest = Compared(Given(words), signatures_of(words)), Forest(len(digests))
        columns = [np.array(part, dtype=np.int64).T for part in parts]
        join(forest, compared, [(members, band) for members, band in columns])
        assert {one: digests[least] for one, least in zip(digests, forest.least(), strict=True)} == plain


def _check_with(name: str, value: int, texts: dict[str, str], chosen: list[int], module: ModuleType = bands) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, name, value)
        _check_joined(texts, chosen)


drawn_bands = st.lists(st.integers(0, 60), min_size=1, max_size=60)


@given(_texts(), drawn_bands)
def test_many_bands_at_once_hold_together_what_one_after_the_other_does(
    texts: dict[str, str], chosen: list[int]
) -> None:
    _check_joined(texts, chosen)


@given(_texts(), drawn_bands, st.integers(1, 3))
def test_a_band_of_too_many_different_texts_has_no_more_leaders(
    texts: dict[str, str], chosen: list[int], leaders: int
) -> None:
    _check_with("LEADERS", leaders, texts, chosen)


@given(_texts(), drawn_bands, st.integers(0, 2))
def test_what_may_meet_in_a_band_of_too_many_pairs_need_not_be_known(
    texts: dict[str, str], chosen: list[int], pairs: int
) -> None:
    _check_with("PAIRS_EACH", pairs, texts, chosen)


@given(_texts(), drawn_bands)
def test_more_words_than_there_are_characters_are_told_apart_all_the_same(
    texts: dict[str, str], chosen: list[int]
) -> None:
    _check_with("BITS", 3, texts, chosen, sketches)


@pytest.mark.slow
@given(_texts())
def test_clusters_are_what_hangs_together_through_any_band(texts: dict[str, str]) -> None:
    shared: dict[tuple[int, int], list[str]] = defaultdict(list)
    for digest, text in texts.items():
        for place, number in enumerate(bands_of(hashed([text]))[0].tolist()):  # a band depends on its text alone
            shared[place, number].append(digest)
    edges = [edge for members in shared.values() for edge in _plain_followers(members, texts)]
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
    bounds = Bounds(signatures_of(hashed(texts.values())))
    everyone = np.arange(len(texts))
    for left, one in enumerate(texts.values()):
        common = bounds.common(np.full(len(texts), left), everyone)
        for bound, other in zip(common, texts.values(), strict=True):
            words, others = one.split(" "), other.split(" ")
            assert bound >= sum((Counter(words) & Counter(others)).values()) / max(len(words), len(others)) - 1e-12


def test_signatures_tell_strangers_apart() -> None:
    rng = Random(5)
    words = [f"word{number}" for number in range(400)]
    bounds = Bounds(signatures_of(hashed(" ".join(rng.sample(words, 80)) for _ in range(200))))
    assert bounds.common(np.arange(100), np.arange(100, 200)).max() < COPY


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

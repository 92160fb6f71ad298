"""How style is seen, learned and measured. Authors are made up; who wrote what is known, and never told to the model."""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.records import Ad
from linker.linking import link, with_clusters
from linker.records import Reason
from linker.signals import Key, signals_of
from models import style_folder
from models.folders import ModelError
from models.style import FEATURES, VIEWS, Measured, Style, habitual, seen
from models.style_pairs import NEAREST, Kind, candidates, different, drawn, halves
from models.style_posters import Poster, posters_of
from models.style_suggesting import CHANCE, RATE, suggest
from models.style_training import known, train
from models.training import TrainingError
from nlp.pipeline import read_ad
from tests.linker.conftest import Posted, posted
from tests.models.style_authors import Author
from tests.pace import slowdown

AUTHORS = 400


def poster(author: str, number: int = 0, texts: int = 2, town: str = "") -> Poster:
    """A group of an author with texts of its own; several of one author differ by `number`."""
    written = tuple(habitual(Author(author).text(number * 100 + turn)) for turn in range(texts))
    contact = frozenset({Key(Reason.PHONE, f"{author} {number}")})
    towns = frozenset({town or f"town {len(author) % 8}"})
    return Poster(f"g{author}.{number}", "en", towns, frozenset({"harbor"}), contact, (written,))


@pytest.fixture(scope="module")
def archive() -> list[Poster]:
    """Authors with one group each, in eight towns."""
    return [poster(f"author {number}", town=f"town {number % 8}") for number in range(AUTHORS)]


@pytest.fixture(scope="module")
def style(archive: list[Poster]) -> Style:
    return train(archive)[0]


def test_numbers_traits_and_rows_of_fields_are_not_seen() -> None:
    masked = "room 24, code 99812. _trait_, _trait_.\nquiet hour by the river at 8\n_place_, _trait_\n_contact_ also _contact_"
    assert habitual(masked) == "room 00, code 00000.\nquiet hour by the river at 0"


@pytest.mark.parametrize("hostile", ["_trait_ " * 12_000, "_" * 100_000, "a." * 50_000, "an " * 33_000, "\n" * 100_000])
def test_hostile_text_costs_little(hostile: str) -> None:
    began = time.process_time()
    seen([[habitual(hostile) or "-"]], frozenset())
    assert time.process_time() - began < 0.25 * slowdown()


@pytest.mark.parametrize(
    ("says", "other"),
    [
        ("I am Thai and speak Polish.", "I am Brazilian and speak Russian."),
        ("Latina, blonde, slim.", "Asian, brunette, curvy."),
        ("I am a trans woman.", "I am an immigrant."),
    ],
)
def test_swapping_words_of_group_identity_changes_nothing(style: Style, says: str, other: str) -> None:
    def views(sentence: str) -> Sequence[str]:
        body = f"Quiet hour of massage with tea by the river... {sentence} My price is 120 for an hour, call (212) 555-0101 xx"
        return [habitual(read_ad(Ad("s:1", "s", "", None, body=body, region="US")).masked)]

    one, two = style.scale.see([views(says)]), style.scale.see([views(other)])
    third = style.scale.see([[Author("author 3").text(1)]])
    assert np.array_equal(style.scale.alike(one, third), style.scale.alike(two, third))


def test_a_text_is_most_like_itself_and_the_order_of_a_pair_does_not_matter(
    style: Style, archive: list[Poster]
) -> None:
    views = style.scale.see([one.texts for one in archive[:6]])
    left, right = views.take(np.array([0, 1, 2])), views.take(np.array([3, 4, 5]))
    assert np.allclose(style.scale.alike(left, left)[:, : len(VIEWS)], 1)
    assert np.allclose(style.scale.alike(left, left)[:, len(VIEWS) :], 0)
    assert np.array_equal(style.scale.alike(left, right), style.scale.alike(right, left))


def test_being_more_alike_never_speaks_against_being_one(style: Style) -> None:
    assert set(style.pulls()) == set(FEATURES)
    assert min(style.pulls().values()) >= 0


def made(*ads: Posted) -> list[Poster]:
    signals = with_clusters({one.ad.ad_id: one.signals for one in ads})
    texts = {one.ad.ad_id: (one.reading.language, one.reading.masked) for one in ads}
    return posters_of(link(signals.values()), signals, texts)


def text(author: str, number: int) -> str:
    return Author(author).text(number)


def test_near_copies_count_once_and_only_contacts_make_known_pairs() -> None:
    phone = "+13125550142"
    (one,) = made(
        posted("a", text=text("x", 1), phone=phone),
        posted("b", text=text("x", 1) + " again", phone=phone, day=1),
        posted("c", text=text("x", 2), phone=phone, day=2),
    )
    assert one.texts == (habitual(text("x", 1)), habitual(text("x", 2)))
    assert list(halves(one)) == [((habitual(text("x", 1)),), (habitual(text("x", 2)),))]


def test_texts_joined_by_a_picture_alone_are_no_known_pair() -> None:
    ads = [
        Ad(f"harbor:{name}", "harbor", "", None, body=text("x", number), image_hashes=("00ff00ff00ff00ff",))
        for number, name in enumerate("ab")
    ]
    signals = with_clusters({ad.ad_id: signals_of(ad, read_ad(ad)) for ad in ads})
    (one,) = posters_of(link(signals.values()), signals, {ad.ad_id: ("en", ad.body) for ad in ads})
    assert len(one.texts) == 2
    assert list(halves(one)) == []


def test_what_several_groups_copied_is_nobodys_style() -> None:
    copied = text("popular", 1)
    ads = [posted(f"p{n}", text=copied, phone=f"+1312555{100 + n:04}", place=str(n % 6 + 1)) for n in range(8)]
    assert made(*ads) == []


def test_posters_who_share_a_contact_or_have_none_are_not_taken_for_two() -> None:
    one, other = poster("x"), poster("y")
    assert different(one, other)
    assert not different(one, one)
    assert not different(one, Poster("g", "en", one.towns, one.sites, frozenset(), one.joined))


@pytest.mark.slow
def test_candidates_are_of_one_language_bounded_and_never_a_poster_with_itself(
    archive: list[Poster], style: Style
) -> None:
    spoken = [
        Poster(one.group_id, "en" if number % 3 else "es", one.towns, one.sites, one.contacts, one.joined)
        for number, one in enumerate(archive)
    ]
    found = candidates(spoken, style.scale.see([one.texts for one in spoken]), style.pulls())
    pairs = found.pairs
    assert (pairs[:, 0] < pairs[:, 1]).all()
    assert len(pairs) <= 2 * NEAREST * len(spoken)
    assert all(spoken[one].language == spoken[other].language for one, other in pairs.tolist())
    for kind, among, (one, other) in zip(found.kinds, found.among, pairs.tolist(), strict=True):
        assert (kind is Kind.NEAR) is not spoken[one].towns.isdisjoint(spoken[other].towns)
        assert 0 < among < len(spoken)


def test_strangers_are_drawn_without_regard_to_wording(archive: list[Poster]) -> None:
    pairs = drawn(archive, 5, 1)
    reworded = [poster(f"other {number}", town=f"town {number % 8}") for number in range(AUTHORS)]
    assert np.array_equal(pairs, drawn(reworded, 5, 1))
    for kind in Kind:
        for one, other in drawn(archive, 5, 1, kind).tolist():
            assert archive[one].towns.isdisjoint(archive[other].towns) is (kind is Kind.FAR)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60), st.floats(0, 1), st.floats(0, 1))
def test_a_rate_is_never_nothing_and_never_lower_for_what_is_less_alike(
    scores: list[float], one: float, other: float
) -> None:
    measured = Measured(len(scores), tuple(sorted(scores, reverse=True)))
    low, high = measured.rates(np.array(sorted((one, other)))).tolist()
    assert 0 < high <= low <= 1
    assert low == (sum(score >= min(one, other) for score in scores) + 1) / (len(scores) + 1)


@pytest.mark.slow
def test_habits_are_learned_and_the_claimed_rate_holds_for_strangers_not_seen(style: Style) -> None:
    fresh = [poster(f"fresh {number}", town=f"town {number % 8}") for number in range(400)]
    two = [poster(f"fresh {number}", 1, town=f"town {number % 8}") for number in range(60)]
    assert known(fresh, style.scale, 1).y.sum() == 400
    everybody = [*fresh, *two]
    strangers = drawn(fresh, 60, 1)
    rates = style.measured.rates(style.scores(style.scale.see([one.texts for one in fresh]), strangers))
    assert (rates <= 1e-2).mean() < 1.5e-2
    assert (rates <= RATE).mean() < 2e-3
    found = suggest(style, everybody).suggestions
    right = [one for one in found if one.left.partition(".")[0] == one.right.partition(".")[0]]
    assert len(right) >= 30
    assert len(found) - len(right) <= 2 * CHANCE * len(everybody)
    assert all(one.rate <= RATE and one.rate * one.among <= CHANCE for one in found)


@pytest.mark.slow
def test_the_same_archive_and_seed_give_the_same_model(archive: list[Poster], style: Style) -> None:
    again, figures = train(archive[::-1])
    assert again.digest == style.digest
    assert figures["auc"]["value"] > 0.9
    assert figures["recall"]["0.001"] > 0.5
    assert train(archive, seed=1)[0].digest != style.digest


def test_too_few_known_pairs_are_refused_in_a_sentence(archive: list[Poster]) -> None:
    with pytest.raises(TrainingError, match="at least 20 are needed"):
        train(archive[:20])


@pytest.mark.slow
def test_a_saved_model_gives_the_same_values_and_a_changed_one_is_not_opened(
    tmp_path: Path, style: Style, archive: list[Poster]
) -> None:
    assert style_folder.load(tmp_path, "1") is None
    style_folder.save(tmp_path, style, pipeline="1", seed=0, figures={})
    style_folder.save(tmp_path, style, pipeline="1", seed=0, figures={"auc": 1})
    loaded = style_folder.load(tmp_path, "1")
    assert loaded is not None
    assert suggest(loaded, archive[:100]) == suggest(style, archive[:100])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["style"]
    with pytest.raises(ModelError, match="another reading pipeline"):
        style_folder.load(tmp_path, "2")
    file = tmp_path / "style" / "model.skops"
    file.write_bytes(file.read_bytes() + b"more")
    with pytest.raises(ModelError, match="SHA-256 differs"):
        style_folder.load(tmp_path, "1")

"""An evaluation says how a ranking did, on what, and where too little was there to say."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models import evaluation, leftout, metrics, redteam
from models.cases import Cases, cases
from models.folders import load
from models.labels import Label, Source, Tier, Value
from models.measuring import measure
from models.ordinal import cut, level, ordinal, quadratic_kappa, rank_error
from models.priority import Published
from models.splits import held_out
from models.training import TrainingError
from nlp.pipeline import version
from tests.models.conftest import START, labelled


@pytest.fixture(scope="module")
def figures(corpus: Cases) -> Any:
    return evaluation.evaluate(corpus, Published(), near_copies=0, capacity=20)


def test_a_queue_is_measured_at_its_size_with_intervals(figures: Any) -> None:
    model = figures["model"]
    assert model["p_at_queue"]["value"] == 1.0
    assert model["recall_at_queue"]["value"] == 0.4  # 20 of 50
    low, high = model["average_precision"]["interval"]
    assert 0 < low <= high <= 1


@pytest.mark.slow
def test_a_queue_that_holds_all_groups_says_nothing_of_their_order(corpus: Cases) -> None:
    found = evaluation.evaluate(corpus, Published(), near_copies=0, capacity=len(corpus))
    assert found["model"]["p_at_queue"] is None


def test_without_a_group_held_out_nothing_is_measured_and_it_says_what_to_do() -> None:
    with pytest.raises(TrainingError, match="no labelled group is held out from this model; label groups it has not"):
        evaluation.evaluate(cases([], []), Published(), near_copies=0)


def test_false_alerts_are_counted_by_what_the_groups_are(corpus: Cases) -> None:
    kinds = tuple(("venue", "independent")[row % 2] for row in range(len(corpus)))
    found = evaluation.evaluate(replace(corpus, kinds=kinds), Published(), near_copies=0)["false_alerts"]
    assert found["independent"]["n"] == found["venue"]["n"] == 50
    assert found["independent"]["share"] == {"value": 0.0, "interval": [0.0, 0.0713]}


def test_the_class_of_a_market_and_the_route_of_others_say_what_a_group_is() -> None:
    views, labels = labelled(4)
    told = [replace(label, source=Source.MARKET, note="agency") for label in labels[:2]]
    assert cases(views, [*told, *labels[2:]]).kinds == ("agency", "agency", "review", "review")


def test_small_slices_are_not_measured_and_say_how_small_they_are(
    figures: Any,
) -> None:
    slices = figures["slices"]
    assert {name.partition(":")[0] for name in slices} == {"site", "city", "language", "length of text", "contact"}
    assert slices["contact: disguised"]["n"] == 50
    assert slices["contact: disguised"]["average_precision"] is None  # all of them are indicated
    assert slices["site: harbor"]["average_precision"]["value"] == 1.0


def test_small_cities_are_one_slice_together(corpus: Cases) -> None:
    named = tuple(f"town {row % 20 if row < 20 else row % 4}" for row in range(len(corpus)))
    parts = evaluation.parts(replace(corpus, cities=named))
    assert len(set(parts["city"])) == evaluation.CITIES + 1


def test_expected_precision_comes_with_an_interval_and_falls_with_prevalence(
    figures: Any,
) -> None:
    found = figures["expected_precision"]
    assert set(found) == {"0.1", "0.01", "0.001"}
    assert all(one["value"] == 1.0 and one["interval"] == [1.0, 1.0] for one in found.values())


def test_a_reliability_plot_has_bins_of_equal_mass_and_what_was_found_in_each() -> None:
    chance = np.linspace(0, 1, 200)
    y = (np.random.default_rng(1).random(200) < chance).astype(int)
    points = metrics.reliability(y, chance)
    assert [one["n"] for one in points] == [20] * 10
    assert all(one["interval"][0] <= one["claimed"] <= one["interval"][1] for one in points)
    assert metrics.reliability(y[:5], chance[:5]) == [
        {"n": 5, "claimed": round(float(chance[:5].mean()), 4), "found": 0.0, "interval": None}
    ]


def test_brier_skill_is_none_at_all_for_who_always_claims_the_prevalence() -> None:
    y = np.array([1] * 10 + [0] * 90)
    assert metrics.brier_skill(y, np.full(100, 0.1)) == pytest.approx(0)
    assert metrics.brier_skill(y, y.astype(float)) == 1


def test_a_share_of_few_is_not_measured() -> None:
    assert metrics.share(3, 9) == {"value": None, "interval": None}
    assert metrics.share(5, 10) == {"value": 0.5, "interval": [0.2366, 0.7634]}


def test_ordered_labels_have_figures_of_their_own() -> None:
    levels = np.repeat([0, 1, 2, 4], 10)
    perfect, opposite = levels.astype(float), -levels.astype(float)
    assert ordinal(levels, perfect)["quadratic_kappa"] == 1.0
    assert ordinal(levels, perfect)["rank_error"] == 0.0
    assert ordinal(levels, opposite)["quadratic_kappa"] == -1.0
    assert ordinal(levels, opposite)["kendall_tau"] < -0.9
    assert ordinal(np.repeat([0, 1], 20), perfect)["quadratic_kappa"] is None


def test_far_apart_counts_more_than_near() -> None:
    given = np.array([0, 0, 1, 1, 2, 2])
    near, far = np.array([0, 1, 0, 1, 2, 2]), np.array([0, 2, 1, 1, 0, 2])
    assert quadratic_kappa(given, near) > quadratic_kappa(given, far)
    assert rank_error(given, near) == pytest.approx(1 / 3)
    assert cut(given, np.array([5, 4, 3, 2, 1, 0.0])).tolist() == [2, 2, 1, 1, 0, 0]


@pytest.mark.parametrize(
    ("value", "tier", "expected"),
    [
        (Value.INDICATED, Tier.OPINION, 1),
        (Value.INDICATED, Tier.CONVICTED, 4),
        (Value.NOT, Tier.CORROBORATED, 0),
        (Value.CLEARED, Tier.CLEARED, 0),
    ],
)
def test_a_level_is_how_firm_it_is_known(value: Value, tier: Tier, expected: int) -> None:
    assert level(Label("g", (), value, tier, "ana", START, Source.DECISION)) == expected


def test_each_site_and_period_is_measured_by_a_model_that_never_saw_it(corpus: Cases) -> None:
    sites = tuple("harbor" if row % 3 else "meadow" if row % 2 else "quay" for row in range(len(corpus)))
    mixed = replace(corpus, sites=("rare", *sites[1:]), at=tuple(START for _ in sites))
    found = leftout.left_out(mixed, pipeline=version())
    assert found["site: rare"]["model"] is None
    assert found["site: rare"]["n"] == 1
    assert {name for name in found if name.startswith("site")} == {
        "site: harbor",
        "site: meadow",
        "site: quay",
        "site: rare",
    }
    assert len([name for name in found if name.startswith("period")]) == 1


def test_a_period_is_a_month_where_there_are_enough_of_them(corpus: Cases) -> None:
    assert set(leftout.periods(corpus)) == {"2026-05", "2026-06", "2026-07", "2026-08", "2026-09"}
    assert len(set(leftout.periods(corpus.take(range(40))))) == leftout.SPANS


def test_disguised_words_are_read_anew_and_nothing_else_changes() -> None:
    views, _ = labelled(6)
    rewritten = redteam.disguised(views, seed=3)
    assert [view.group.ad_ids for view in rewritten] == [view.group.ad_ids for view in views]
    said = [one.ad(ad_id).body for one in rewritten for ad_id in one.ad_ids]
    plain = [one.ad(ad_id).body for one in views for ad_id in one.ad_ids]
    assert sum(one != other for one, other in zip(said, plain, strict=True)) > len(plain) / 2
    assert [one.ad(ad_id).body for one in redteam.disguised(views, seed=3) for ad_id in one.ad_ids] == said


@pytest.mark.slow
def test_one_call_measures_all_of_it_and_writes_the_card(trained: Path, corpus: Cases, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(trained, tmp_path / "challenger"))
    views, labels = labelled()
    found = measure(views, labels, folder, pipeline=version(), capacity=10)
    assert found["capacity"] == 10
    assert found["bias"]["changed"] == 0
    assert found["disguised"]["n"] == len(held_out(corpus, frozenset())) or found["disguised"]["n"] == found["groups"]
    card = (folder / "card.md").read_text("utf-8")
    assert "A day's queue holds 10 groups" in card
    assert "swaps of words about who somebody is, 0 changed a value" in card
    assert "| site: harbor |" in card
    assert load(folder).name == "challenger"

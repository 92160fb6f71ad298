"""Whatever is planted across a split is caught before anything is trained; and the same data make the same model anywhere."""

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import numpy as np
import pytest

from models import folders, retraining
from models.cases import Cases
from models.priority import Published
from models.reranking import LEARNED, Reranker, correct
from models.splits import planted, refuse, split
from models.training import Learned, TrainingError, canonical_digest, fit, shifted, table, weights
from tests.models.conftest import WORDS

PLANTS = 30
AGAIN = """
import sys
from pathlib import Path
from tests.models.conftest import labelled
from models import folders, retraining
from models.cases import cases
print(retraining.train(cases(*labelled()), Path(sys.argv[1]) / "again", pipeline="any").digest)
"""


@pytest.mark.parametrize("kind", ["copies", "contacts", "future", "near_copies"])
def test_every_planted_leak_is_caught(corpus: Cases, kind: str) -> None:
    parts, random = split(corpus), Random(1)
    pairs = list(zip(random.sample(parts.test, PLANTS), random.sample(parts.learn, PLANTS), strict=True))
    texts, contacts, at, block = map(list, (corpus.texts, corpus.contacts, corpus.at, corpus.block))
    for tested, learned in pairs:
        if kind == "copies":
            texts[tested] = f"{texts[tested]}\n{texts[learned]}"
        elif kind == "contacts":
            contacts[tested] = (*contacts[tested], *contacts[learned])
        elif kind == "near_copies":
            block[tested] = block[learned]
        else:
            at[learned] = at[tested] + timedelta(days=900)
    leaking = replace(corpus, texts=tuple(texts), contacts=tuple(contacts), at=tuple(at), block=tuple(block))
    found = planted(leaking, parts)
    wanted = sorted(learned if kind == "future" else tested for tested, learned in pairs)
    assert sorted(getattr(found, kind)) == wanted
    with pytest.raises(TrainingError, match=f"^{PLANTS} groups .* nothing was trained"):
        refuse(found)


def test_a_clean_split_leaks_nothing_and_a_site_held_out_teaches_nothing(corpus: Cases) -> None:
    two = replace(corpus, sites=tuple("harbor" if row % 4 else "lagoon" for row in range(len(corpus))))
    parts = split(two, away={"lagoon"})
    refuse(planted(two, parts, away={"lagoon"}))
    assert {two.sites[row] for row in (*parts.learn, *parts.calibrate)} == {"harbor"}


def test_a_site_that_is_none_is_named(corpus: Cases, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no group is of the site 'moon'; the sites are harbor"):
        retraining.train(corpus, tmp_path / "m", pipeline="any", away={"moon"})


@pytest.mark.slow
def test_two_processes_with_different_hash_seeds_make_the_same_digest(tmp_path: Path) -> None:
    digests = set()
    for seed in ("1", "2"):
        command = [sys.executable, "-c", AGAIN, str(tmp_path / seed)]
        environment = {"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[2])}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        digests.add(done.stdout.strip())
    assert len(digests) == 1
    assert len(digests.pop()) == 64


def test_a_correction_keeps_to_the_grades_though_the_labels_say_otherwise() -> None:
    random = np.random.default_rng(2)
    strengths = random.random((300, len(LEARNED)))
    control, limits = LEARNED.index("third_party_control"), LEARNED.index("stated_limits")
    y = (strengths[:, limits] - strengths[:, control] + random.normal(0, 0.1, 300) > 0).astype(int)
    _, slope, correction = correct(strengths, y, 1.0)
    assert slope >= 0
    assert correction[control] == correction[limits] == 0


def test_without_a_correction_the_order_is_the_scorecards(corpus: Cases) -> None:
    ours = Reranker().predict_proba(table(corpus.strengths, corpus.texts))[:, 1]
    theirs = Published().raw(corpus.strengths, corpus.texts)
    assert (np.argsort(ours, kind="stable") == np.argsort(theirs, kind="stable")).all()


def test_a_change_of_prevalence_moves_the_log_odds_by_its_own() -> None:
    chance = np.array([0.1, 0.5, 0.9])
    assert np.allclose(shifted(chance, 0.5, 0.5), chance)
    assert np.allclose(shifted(np.array([0.5]), 0.5, 0.01), 0.01)
    assert np.allclose(shifted(shifted(chance, 0.3, 0.02), 0.02, 0.3), chance)


@pytest.mark.slow
def test_text_has_a_share_where_it_tells_what_the_points_do_not_and_loads_as_it_was_saved(
    corpus: Cases, tmp_path: Path
) -> None:
    random = Random(4)
    y = np.array([number % 4 == 0 for number in range(160)], dtype=int)
    texts = [" ".join([*random.choices(WORDS, k=20), "copper" if one else "silver"]) for one in y]
    same = np.repeat(corpus.strengths[:1], len(y), axis=0)
    learn, later = table(same[:100], texts[:100]), table(same[100:], texts[100:])
    made = fit(learn, y[:100], later, y[100:], seed=0)
    assert made.share > 0
    assert weights(made)["words__copper"] > 0 > weights(made)["words__silver"]
    model = Learned("text", made, canonical_digest(made), rehearsal=False)
    folders.save(tmp_path / "text", model, pipeline="any", seed=0, made_at="", rows={})
    again = folders.load(tmp_path / "text")
    assert again.reads
    assert np.array_equal(again.raw(same, texts), model.raw(same, texts))

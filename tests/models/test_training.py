"""A model learns without leaks, the same from the same, and keeps to what the grades allow."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models import retraining, scorecard
from models.cases import Cases, cases
from models.evaluation import evaluate, ranking
from models.folders import hashed, load, read_manifest, read_seen
from models.indicators import LOWERS, indicators
from models.labels import Source
from models.priority import Published
from models.reranking import LEARNED
from models.splits import held_out, leaks, split
from models.training import TrainingError, weights
from nlp.pipeline import version
from tests.models.conftest import START, Facts, labelled, make_view


def test_groups_that_share_near_copies_are_one_block() -> None:
    text = "a long and quiet hour with green tea and soft music in a bright room by the old river bridge"
    views = [
        make_view([Facts(masked=text + end)], name=name) for name, end in (("g1", ""), ("g2", " today"), ("g3", ""))
    ]
    other = make_view(
        [Facts(masked=" ".join(f"word{number}" for number in range(20)), phone="+12125550199")], name="g4"
    )
    given = [replace(label, group_id="", ad_ids=(f"g{n}:a0",)) for n, label in enumerate(labelled(4)[1], start=1)]
    made = cases([*views, other], given)
    assert made.group_ids == ("g1", "g2", "g3", "g4")
    assert len(set(made.block[:3])) == 1
    assert made.block[3] not in made.block[:3]


def test_groups_that_share_a_contact_are_one_block_though_they_are_not_linked() -> None:
    views, given = labelled(4)
    views[3] = make_view([Facts(masked="another text", phone="+12125550100")], name="g0003")
    moved = [*given[:3], replace(given[3], ad_ids=views[3].group.ad_ids)]
    made = cases(views, moved)
    assert made.block[3] == made.block[0]
    assert len(set(made.block)) == 3


def test_a_split_shares_nothing_and_tests_on_what_is_newest(corpus: Cases) -> None:
    parts = split(corpus)
    assert sorted((*parts.learn, *parts.calibrate, *parts.test)) == list(range(len(corpus)))
    assert leaks(corpus, (*parts.learn, *parts.calibrate), parts.test) == []
    assert max(corpus.at[row] for row in parts.learn) <= min(corpus.at[row] for row in parts.test)


def test_a_planted_copy_and_a_planted_ad_are_found_as_leaks(corpus: Cases) -> None:
    block, ads = list(corpus.block), list(corpus.ad_ids)
    block[-1], ads[-2] = block[0], ads[1]
    planted = replace(corpus, block=tuple(block), ad_ids=tuple(ads))
    last = len(corpus) - 1
    assert leaks(planted, range(10), [last - 2, last - 1, last]) == [last - 1, last]


@pytest.mark.slow
def test_the_same_data_and_seed_give_the_same_digest(corpus: Cases, trained: Path, tmp_path: Path) -> None:
    again = retraining.train(corpus, tmp_path / "again", pipeline=version())
    assert again.digest == read_manifest(trained).digest


def test_a_loaded_model_ranks_as_the_saved_one_and_only_leads_stand_above_the_cut(corpus: Cases, trained: Path) -> None:
    values = ranking(corpus, load(trained))
    lead = scorecard.leads(corpus.strengths)
    assert lead.any()
    assert (values[lead] >= scorecard.CUT).all()
    assert (values[~lead] < scorecard.CUT).all()


def test_what_may_raise_never_lowers_and_what_may_lower_never_raises(trained: Path) -> None:
    found = weights(load(trained).classifier)
    for name in LEARNED:
        weight = found[f"strengths__{name}"]
        assert weight <= 0 if indicators()[name].grade in LOWERS else weight >= 0
    assert {"client_screening", "movement_language", "stated_young_adult", "venue_business_cue"}.isdisjoint(LEARNED)


def test_a_model_is_measured_only_on_groups_it_has_not_seen(corpus: Cases, trained: Path) -> None:
    seen = read_seen(trained)
    rows = held_out(corpus, seen)
    assert 0 < len(rows) < len(corpus)
    assert not any(hashed(ad_id) in seen for row in rows for ad_id in corpus.ad_ids[row])
    figures = retraining.evaluate(corpus, trained)
    assert figures["near_copies_in_training"] == 0
    assert figures["groups"] == len(rows)
    assert figures["model"]["average_precision"]["value"] == 1
    assert figures["scorecard"]["n"] == len(rows)


def test_labels_of_the_market_mark_a_model_as_rehearsal_only(tmp_path: Path) -> None:
    made = retraining.train(cases(*labelled(source=Source.MARKET)), tmp_path / "m", pipeline=version())
    assert made.rehearsal
    assert "(rehearsal only)" in load(tmp_path / "m", version()).label


def test_too_few_labels_say_how_many_are_needed(corpus: Cases, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="at least 5 of each"):
        retraining.train(corpus.take(range(6)), tmp_path / "few", pipeline=version())
    one_class = replace(corpus, y=np.zeros(len(corpus), dtype=int))
    with pytest.raises(TrainingError, match="0 groups labelled as indicated"):
        retraining.train(one_class, tmp_path / "one", pipeline=version())
    with pytest.raises(TrainingError):
        retraining.train(corpus.take(()), tmp_path / "none", pipeline=version())


def test_what_is_too_small_to_measure_says_so(corpus: Cases) -> None:
    figures = evaluate(corpus.take(range(6)), Published(), near_copies=0)
    assert figures["model"]["average_precision"] is None
    assert figures["difference"]["interval"] is None
    assert figures["slices"]["language: en"] == {"n": 6, "positives": 2, "average_precision": None}


def test_labels_follow_their_ads_into_the_group_they_are_in_now() -> None:
    views, labels = labelled(6)
    moved = [replace(one, group_id="gone") for one in labels]
    assert cases(views, moved).group_ids == cases(views, labels).group_ids
    assert cases(views, [replace(labels[0], ad_ids=("unknown",), at=START)]).group_ids == ()

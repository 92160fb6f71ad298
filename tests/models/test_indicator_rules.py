"""The rules that come with the indicator table, each a test: what may raise, what may lower, and what never counts."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import models
from models.features import FEATURES, NAMES
from models.indicators import LOWERS, RAISES, Grade, indicators
from models.priority import prioritise
from models.records import Band, Direction, Lane, Route
from models.scorecard import CUT, leads
from models.scorecard_estimator import Scorecard
from models.views import GroupView
from nlp.records import Kind, Mention
from tests.models.conftest import CHICAGO, DALLAS, DENVER, Facts, make_view

ROWS = arrays(np.float64, (1, len(NAMES)), elements=st.floats(0, 1))
STRUCTURE = [name for name in NAMES if indicators()[name].grade is Grade.STRUCTURE]


def value(view: GroupView) -> float:
    return prioritise([view])[0].value


def row(**strengths: float) -> np.ndarray:
    found = np.zeros((1, len(NAMES)))
    for name, strength in strengths.items():
        found[0, NAMES.index(name)] = strength
    return found


def with_mention(view: GroupView, says: str) -> GroupView:
    extra = Mention(Kind.INDICATOR, says, "x", "body", 0, 1, "test", detail={"entry": f"{says}/one"})
    readings = {key: replace(one, mentions=(*one.mentions, extra)) for key, one in view.readings.items()}
    return replace(view, readings=readings)


def test_every_feature_is_a_row_of_the_table_and_says_a_sentence() -> None:
    assert set(NAMES) <= set(indicators())
    assert all((feature.__doc__ or "").strip().endswith((".", "}")) for feature in FEATURES)


def test_every_row_that_may_be_scored_is_a_feature() -> None:
    unscored = {Grade.BIAS, Grade.KEY}
    assert {name for name, one in indicators().items() if one.grade not in unscored} == set(NAMES)


# Rule 1


@given(ROWS)
def test_a_lead_has_two_families_one_of_them_structure(strengths: np.ndarray) -> None:
    present = {name for name in NAMES if strengths[0, NAMES.index(name)] >= 0.25 and indicators()[name].weight > 0}
    families = {indicators()[name].family for name in present}
    assert leads(strengths)[0] == (len(families) >= 2 and bool(present & set(STRUCTURE)))


@given(ROWS, ROWS)
def test_no_group_that_is_no_lead_stands_before_one_that_is(one: np.ndarray, other: np.ndarray) -> None:
    both = np.vstack((one, other))
    values = Scorecard().predict_proba(both)[:, 1]
    lead = leads(both)
    assert all(values[lead] >= CUT)
    assert all(values[~lead] < CUT)


def test_words_of_every_family_are_no_lead() -> None:
    words = {name: 1.0 for name in NAMES if indicators()[name].grade in {Grade.MORE, Grade.PRACTICE}}
    assert not leads(row(**words))[0]


def test_structure_of_one_family_is_no_lead() -> None:
    assert not leads(row(circuit=1.0, shared_contact_locations=1.0, concurrent_presence=1.0))[0]


def test_one_concept_counts_once_however_often_it_is_said() -> None:
    once = make_view([Facts(says=("third_party_control",))])
    often = make_view([Facts(says=("third_party_control",) * 7)])
    assert value(once) == value(often)


# Rule 2


def test_no_row_of_grade_x_is_a_feature_or_has_a_weight() -> None:
    biased = {name: one for name, one in indicators().items() if one.grade is Grade.BIAS}
    assert len(biased) == 5
    assert not set(biased) & set(NAMES)
    assert all(one.weight == 0 for one in biased.values())


@pytest.mark.parametrize("says", [name for name, one in indicators().items() if one.grade is Grade.BIAS])
def test_a_mention_of_grade_x_changes_nothing(lead: GroupView, says: str) -> None:
    assert prioritise([with_mention(lead, says)]) == prioritise([lead])


def test_no_word_of_group_identity_stands_in_the_code() -> None:
    words = ("nationality", "ethnic", "migrant", "immigra", "latina", "asian", "gender")
    # The card says what is masked, the table lists what is never scored, and the test of blindness needs words to swap.
    allowed = {"cards.py", "indicators.yml", "bias.py", "bias.yml"}
    for path in sorted(Path(models.__file__).parent.rglob("*.*")):
        if path.suffix in {".py", ".yml"} and path.name not in allowed:
            text = path.read_text(encoding="utf-8").lower()
            assert not [word for word in words if word in text], path
    folder = Path(models.__file__).parent
    swapping = {
        path.name
        for path in folder.rglob("*.py")
        if re.search(r"import .*\bbias\b|models\.bias", path.read_text("utf-8"))
    }
    assert swapping == {"promotion.py", "measuring.py"}  # nothing that scores or learns


# Rule 3


@pytest.mark.parametrize(
    "says", ["stated_young_adult", "client_screening", "movement_language", "independence_claim", "stated_limits"]
)
def test_adult_age_screening_touring_limits_and_independence_never_raise(lead: GroupView, says: str) -> None:
    assert value(with_mention(lead, says)) <= value(lead)


def test_a_tour_by_one_person_raises_nothing() -> None:
    tour = [
        Facts(hours=96 * number, place=town, name="Ana") for number, town in enumerate((CHICAGO, DALLAS, DENVER) * 3)
    ]
    assert value(make_view(tour)) == 0


def test_independence_lowers_but_never_clears(lead: GroupView) -> None:
    softer = with_mention(with_mention(lead, "independence_claim"), "stated_limits")
    assert CUT <= value(softer) < value(lead)
    assert prioritise([softer])[0].band in {Band.REVIEW, Band.FIRST}


# Grades


@given(ROWS)
def test_only_e_plus_p_and_l_raise_and_only_g_lowers(strengths: np.ndarray) -> None:
    points = Scorecard().points(strengths)[0]
    for column, name in enumerate(NAMES):
        grade = indicators()[name].grade
        assert points[column] <= 0 or grade in RAISES
        assert points[column] >= 0 or grade in LOWERS


@pytest.mark.parametrize(("says", "route"), [("venue_business_cue", Route.VENUE), ("spam_scam_cue", Route.SPAM)])
def test_a_class_cue_routes_and_leaves_the_value_as_it_was(lead: GroupView, says: str, route: Route) -> None:
    routed = prioritise([with_mention(lead, says)])[0]
    assert (routed.route, routed.value) == (route, value(lead))
    assert routed.evidence[-1].direction is Direction.AGAINST


# Rule 4


def test_no_output_says_victim_or_trafficker(lead: GroupView) -> None:
    every = make_view([Facts(says=tuple(NAMES), age="17")])
    said = repr(prioritise([lead, every])).lower() + " ".join(str(feature.__doc__) for feature in FEATURES).lower()
    assert "victim" not in said
    assert "trafficker" not in said


# Rule 6, and the first lane


def test_a_stated_minor_age_goes_to_the_first_lane_whatever_else_is_there() -> None:
    single = make_view([Facts(says=("stated_minor",), masked="short", language="xx")])
    spam = make_view([Facts(says=("stated_minor", "spam_scam_cue"))])
    for priority in prioritise([single, spam]):
        assert (priority.lane, priority.abstained) == (Lane.FIRST, None)
        assert priority.evidence[0].feature == "stated_minor"
        assert priority.value == 0


def test_a_denied_phrase_says_nothing() -> None:
    assert prioritise([make_view([Facts(denies=("stated_minor", "third_party_control"))])])[0].lane is Lane.RANKED

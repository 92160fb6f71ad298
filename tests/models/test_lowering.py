"""What would lower a priority is told from its own evidence, and is what scoring would then say."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from models.features import NAMES, find, matrix
from models.indicators import indicators
from models.lowering import lowerings, strengths
from models.priority import prioritise
from models.records import Priority
from models.scorecard import leads
from models.scorecard_estimator import Scorecard
from models.views import GroupView
from tests.models.conftest import CHICAGO, DALLAS, DENVER, Facts, make_view

WORDS = ["third_party_control", "trust_assurance", "stated_limits", "youth_implying", "contact_obfuscation"]
facts = st.builds(
    Facts,
    hours=st.integers(0, 400),
    place=st.sampled_from([CHICAGO, DALLAS, DENVER]),
    name=st.sampled_from(["Ana", "Bea", "Cleo", "Dora"]),
    says=st.lists(st.sampled_from(WORDS), max_size=3).map(tuple),
)


@pytest.fixture
def priority(lead: GroupView) -> Priority:
    return prioritise([lead])[0]


@given(st.lists(facts, min_size=2, max_size=12), st.booleans())
def test_the_strengths_behind_evidence_are_those_that_were_found(ads: list[Facts], templates: bool) -> None:
    view = make_view(ads, templates=templates)
    found = matrix([find(view)])
    told = strengths(prioritise([view])[0].evidence)
    for column, name in enumerate(NAMES):
        if indicators()[name].weight:
            assert told[0, column] == pytest.approx(found[0, column], abs=1e-4)


@given(st.lists(facts, min_size=4, max_size=12), st.booleans())
def test_each_way_down_is_a_lower_value_and_no_lead_where_it_says_so(ads: list[Facts], templates: bool) -> None:
    priority = prioritise([make_view(ads, templates=templates)])[0]
    row = strengths(priority.evidence)
    assume(leads(row)[0])
    for one in lowerings(priority):
        changed = row.copy()
        there = [NAMES.index(name) for name in one.features]
        changed[0, there] = 1.0 if indicators()[one.features[0]].weight < 0 else 0.0
        assert one.value == pytest.approx(Scorecard().predict_proba(changed)[0, 1], abs=1e-6)
        assert one.value < priority.value
        assert one.lead == leads(changed)[0]


def test_a_lead_is_told_what_ends_it(priority: Priority) -> None:
    ends = [one for one in lowerings(priority) if not one.lead]
    assert ends
    assert all(one.sentence.endswith("it is no lead and leaves the ranked review.") for one in ends)


def test_where_a_trained_model_ranks_no_value_is_made_up(priority: Priority) -> None:
    trained = Priority(**{**{name: getattr(priority, name) for name in Priority.__slots__}, "model": "june 0a1b2c"})
    assert all(one.value is None for one in lowerings(trained) if one.lead)


def test_what_is_no_lead_cannot_be_lowered(alone: GroupView) -> None:
    assert lowerings(prioritise([alone])[0]) == ()

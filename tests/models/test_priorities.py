"""A priority tells its band, its reasons in order, and says so where there is not enough to say."""

from dataclasses import replace

import pytest

from models.priority import prioritise
from models.records import Band, Direction, Route
from models.views import GroupView
from tests.models.conftest import Facts, make_view, recruits


def test_a_lead_is_put_forward_with_its_reasons_strongest_first(lead: GroupView) -> None:
    priority = prioritise([lead])[0]
    assert priority.band is Band.FIRST
    reasons = [one for one in priority.evidence if one.direction is Direction.FOR]
    assert {one.feature for one in reasons} >= {"circuit", "third_party_control"}
    assert [one.contribution for one in reasons] == sorted((one.contribution for one in reasons), reverse=True)
    assert all(one.mentions for one in reasons)


def test_an_ordinary_group_has_no_signal(alone: GroupView) -> None:
    priority = prioritise([alone])[0]
    assert (priority.band, priority.value, priority.abstained) == (Band.NONE, 0, None)


@pytest.mark.parametrize(
    ("view", "reason"),
    [
        (make_view([Facts()]), "a single ad that nothing links to others"),
        (make_view([Facts(masked="call me")] * 2), "too little text"),
        (make_view([Facts(language="th")] * 2), "its language is not supported (th)"),
        (replace(make_view([Facts()]), readings={}), "none of its ads has been read"),
    ],
)
def test_where_there_is_not_enough_to_say_the_reason_is_told(view: GroupView, reason: str) -> None:
    priority = prioritise([view])[0]
    assert (priority.band, priority.abstained) == (Band.ABSTAINED, reason)


def test_an_agency_is_told_from_a_venue_by_its_cues() -> None:
    def cue(entry: str) -> GroupView:
        return make_view([Facts(says=("venue_business_cue",), entries=(f"venue_business_cue/{entry}",))] * 2)

    assert [one.route for one in prioritise([cue("en-agency"), cue("en-salon")])] == [Route.AGENCY, Route.VENUE]


def test_job_offers_have_their_own_route_unless_their_contact_sells() -> None:
    jobs = make_view([Facts(says=("recruitment_offer",))] * 2)
    both = replace(jobs, group=replace(jobs.group, links=recruits(jobs)))
    assert [one.route for one in prioritise([jobs, both])] == [Route.RECRUITMENT, Route.REVIEW]


def test_no_groups_make_no_priorities() -> None:
    assert prioritise([]) == []

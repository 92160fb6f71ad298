"""Which class a group is looked at as. A route takes a group out of the ranked review; it never raises a value."""

import re
from collections.abc import Mapping

from models.records import Route
from models.views import Found, GroupView

AGENCY = re.compile(r"ag[eê]nc", re.IGNORECASE)
# The square of a strength is a share of ads: a third of them, or half.
THIRD, HALF = 0.577, 0.7


def route(view: GroupView, found: Mapping[str, Found]) -> tuple[Route, str | None]:
    """The route, and the feature that is its reason."""
    if found["spam_scam_cue"].strength >= THIRD:
        return Route.SPAM, "spam_scam_cue"
    if found["venue_business_cue"].strength >= THIRD:
        return (Route.AGENCY if _agency(view) else Route.VENUE), "venue_business_cue"
    if found["recruitment_offer"].strength >= HALF and not found["recruit_sell_contact"].strength:
        return Route.RECRUITMENT, "recruitment_offer"
    return Route.REVIEW, None


def _agency(view: GroupView) -> bool:
    """Whether an agency is named in any of the cues (agency, agencia, agência), by the lexicon's entry or the words."""
    return any(
        "agency" in str(one.detail.get("entry", "")) or AGENCY.search(one.surface) is not None
        for _, one in view.indicator("venue_business_cue")
    )

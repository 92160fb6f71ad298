"""Rule 7 of the indicators: what a score must not feed on. Site, city, area code, length and repetition are no reasons."""

from dataclasses import replace

import pytest

from crawlers.records import Ad
from models.grouping import views_of
from models.priority import prioritise
from models.records import Band
from models.views import GroupView
from tests.models.conftest import BOSTON, CHICAGO, DALLAS, DENVER, Facts, make_view
from tests.models.test_bias import SWAPS, ads

LOST = [replace(one, name="") for one in ads("en", SWAPS["en"][0])]


def values(found: list[Ad]) -> list[float]:
    return [one.value for one in prioritise(views_of(found))]


def test_another_site_changes_nothing() -> None:
    assert values([replace(one, site="lagoon") for one in LOST]) == values(LOST)


@pytest.mark.parametrize("number", ["312-555-0101", "702-555-0142", "786-555-0199"])
def test_another_area_code_changes_nothing(number: str) -> None:
    assert values([replace(one, body=one.body.replace("212-555-0101", number)) for one in LOST]) == values(LOST)


def test_longer_text_changes_nothing() -> None:
    more = " The room is bright, the tea is fresh and the music is soft."
    assert values([replace(one, body=one.body + more * 20) for one in LOST]) == values(LOST)


@pytest.mark.parametrize("town", [BOSTON, DALLAS, DENVER])
def test_another_town_changes_nothing_for_who_stays_in_one(town: tuple[str, str, float, float]) -> None:
    def group(place: tuple[str, str, float, float]) -> GroupView:
        return make_view([Facts(hours=9 * number, place=place, says=("trust_assurance",)) for number in range(6)])

    assert prioritise([group(town)])[0].value == prioritise([group(CHICAGO)])[0].value


def test_spam_that_looks_organised_leaves_the_ranked_review_by_its_own_reason() -> None:
    facts = [
        Facts(hours=number, place=(CHICAGO, DALLAS, DENVER)[number % 3], name=f"N{number}", says=("spam_scam_cue",))
        for number in range(12)
    ]
    spam = prioritise([make_view(facts, templates=True)])[0]
    assert spam.band is not Band.NONE  # by structure it would be a lead
    assert spam.route.value == "spam"
    assert [one.feature for one in spam.evidence if one.direction == "against"] == ["spam_scam_cue"]

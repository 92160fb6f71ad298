"""In the console an ad that is held back opens for a supervisor alone, and the refusal names no word of it."""

import pytest

from casework.records import Role
from store.schema import now
from store.tables import hash_matches
from store.workspace import Workspace
from tests.console.conftest import Seat


@pytest.fixture
def held_back(office: Workspace) -> Workspace:
    """The office, where harbor:2 was found to carry a known image."""
    with office.begin() as connection:
        row = {"keyed": "k", "algorithm": "md5", "set_name": "made up", "how": "feed"}
        connection.execute(hash_matches.insert().values(ad_id="harbor:2", at=now(), **row))
    return office


@pytest.mark.parametrize(("role", "status"), [(Role.ANALYST, 403), (Role.DATA_SCIENTIST, 403), (Role.SUPERVISOR, 200)])
def test_the_ad_opens_for_a_supervisor_alone(held_back: Workspace, seat: Seat, role: Role, status: int) -> None:
    for address in ("/ad?id=harbor:2", "/api/ad?id=harbor:2"):
        answer = seat(role).get(address)
        assert answer.status_code == status
        assert ("Visiting" in answer.text) is (status == 200)


def test_its_group_is_shown_without_it(held_back: Workspace, seat: Seat, group_id: str) -> None:
    shown = seat(Role.ANALYST).get(f"/group?id={group_id}")
    assert shown.status_code == 200
    assert "Evening" in shown.text
    assert "Visiting" not in shown.text

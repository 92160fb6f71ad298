"""What a watch on a person asks, by the pattern the person is known by, and where it can be asked no more."""

import pytest
from sqlalchemy import insert, select, update

from casework import watches
from casework.tables import alerts
from casework.tables import watches as watch_table
from casework.watches import By, Kind
from casework.watching import runs, subjects
from linker.records import Reason
from linker.tables import hubs, link_keys
from models.style_rows import Suggestion, replace_suggestions
from store.errors import UsageError
from store.workspace import Workspace
from tests.casework.published import group, publish


@pytest.fixture
def known(workspace: Workspace) -> Workspace:
    """A person's ad in a group, a near-copy of it in another, and a group that writes alike."""
    publish(workspace, {"s:1": "garden", "s:2": "garden", "s:3": "river"})
    for number in (1, 2, 3):
        group(workspace, f"g{number}", [f"s:{number}"])
    with workspace.begin() as connection:
        keys = [{"ad_id": one, "reason": Reason.TEXT.value, "key": "wording"} for one in ("s:1", "s:2")]
        connection.execute(insert(link_keys), keys)
        replace_suggestions(connection, [Suggestion("g1", "g3", "posters in its towns", 0.9, 0.0001, 100, "m")])
    return workspace


def _asks(workspace: Workspace) -> str:
    """Why the one watch cannot be asked; empty where it can."""
    runs.evaluate(workspace)
    with workspace.read() as connection:
        (one,) = watches.active(connection)
    return one.error or ""


@pytest.mark.parametrize(
    ("by", "found"),
    [
        ((By.TEMPLATE,), {"s:1", "s:2"}),
        ((By.STYLE,), {"s:1", "s:3"}),
        ((By.ITINERARY,), {"s:1"}),
        (tuple(By), {"s:1", "s:2", "s:3"}),
    ],
)
def test_a_person_is_found_by_the_chosen_patterns_alone(by: tuple[By, ...], found: set[str], known: Workspace) -> None:
    watches.add(known, "ana", "s:1", kind=Kind.PERSON, by=by)
    runs.sweep(known)
    with known.read() as connection:
        assert set(connection.execute(select(alerts.c.ad_id)).scalars()) == found


def test_a_wording_that_is_everybodys_tells_no_person(known: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    watches.add(known, "ana", "s:1", kind=Kind.PERSON, by=[By.TEMPLATE])
    assert _asks(known) == ""
    monkeypatch.setattr(subjects, "MOST_COPIES", 1)
    with known.read() as connection:
        (watch,) = watches.active(connection)
        with pytest.raises(UsageError, match="the wording is on 2 ads and tells no one person"):
            subjects._copies(connection, watch.seeds)
    with known.begin() as connection:
        row = {"reason": Reason.TEXT.value, "key": "wording", "ads": 900, "why": "copied everywhere"}
        connection.execute(insert(hubs).values(row))
        assert subjects._copies(connection, watch.seeds) == []


def test_a_contact_that_is_none_any_more_is_said_on_the_watch(known: Workspace) -> None:
    watches.add(known, "ana", "(202) 555-0143", kind=Kind.IDENTIFIER)
    with known.begin() as connection:
        connection.execute(update(watch_table).values(query="garden"))
    assert "'garden' is no contact any more" in _asks(known)

"""A verdict says in plain words whether a run can be trusted."""

from typing import Any

import pytest

from crawlers.manifest import Manifest
from crawlers.verdict import Past, judge, worst
from store.health import State

MANIFEST = Manifest.model_validate(
    {
        "name": "harbor",
        "start": ["http://harbor.example/"],
        "listing": "pages",
        "select": {"ad": {"native_id": "a", "title": "h1", "price": "b"}},
        "floors": {"ads": 10, "fill": {"title": 0.9}},
    }
)
FULL = {"title": 1.0, "price": 0.5}
PAST = [Past(100, FULL)] * 3


@pytest.mark.parametrize(
    ("counts", "fill", "past", "state", "said"),
    [
        ({"ads": 100}, FULL, PAST, State.GREEN, "100 ads"),
        ({"ads": 0}, {}, [], State.RED, "not one ad"),
        ({"ads": 9}, FULL, [], State.AMBER, "at least 10"),
        ({"ads": 4}, FULL, [], State.RED, "at least 10"),
        ({"ads": 40}, FULL, PAST, State.AMBER, "earlier runs found 100"),
        ({"ads": 15}, FULL, PAST, State.RED, "earlier runs found 100"),
        ({"ads": 100}, {**FULL, "title": 0.8}, [], State.AMBER, "80% of ads have 'title'; the floor is 90%"),
        ({"ads": 100}, {**FULL, "title": 0.2}, [], State.RED, "floor is 90%"),
        ({"ads": 100}, {**FULL, "price": 0.2}, PAST, State.AMBER, "20% of ads have 'price'; earlier runs had 50%"),
        ({"ads": 100}, {"title": 1.0}, [], State.AMBER, "no ad has 'price'"),
        ({"ads": 100, "pages": 100, "errors": 1}, FULL, PAST, State.AMBER, "could not be fetched: 1"),
        ({"ads": 100, "pages": 100, "unreadable": 80}, FULL, PAST, State.RED, "could not be read: 80"),
        ({"ads": 500, "pages": 501, "unreadable": 1}, FULL, PAST, State.GREEN, "could not be read: 1"),
        ({"ads": 100, "refused.robots": 2}, FULL, PAST, State.AMBER, "robots.txt"),
        ({"ads": 100, "left": 5}, FULL, PAST, State.AMBER, "budget"),
    ],
)
def test_a_run_is_as_good_as_its_worst_figure(
    counts: dict[str, int], fill: dict[str, float], past: list[Past], state: State, said: str
) -> None:
    findings = judge(MANIFEST, counts, fill, past)
    assert worst(findings) is state
    assert any(said in one.reason for one in findings if one.state is state)


def test_a_run_without_ads_is_never_green() -> None:
    bare: Any = MANIFEST.model_copy(update={"floors": MANIFEST.floors.model_copy(update={"ads": 1, "fill": {}})})
    assert worst(judge(bare, {"ads": 0, "pages": 500}, {}, [])) is State.RED

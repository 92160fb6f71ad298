"""A small case of `python -m proof.broken_sites`: sites that break over night say so in that run."""

from pathlib import Path

import pytest

from market.make import make
from market.server import serve
from proof.breakages import WAYS
from proof.broken_sites import HEALTHY, outcomes
from store.health import State

pytestmark = pytest.mark.slow

CHOSEN = ("the text in another part of the page", "an empty list")


def test_a_site_that_breaks_over_night_says_so_in_that_run(tmp_path: Path) -> None:
    make(tmp_path / "market", seed=11, ads=700)
    with serve(tmp_path / "market") as market:
        found = list(outcomes(market, tmp_path, {name: WAYS[name] for name in CHOSEN}, days=1))
    broken = [one for one in found if one.way in CHOSEN]
    assert len(broken) == 6
    assert all(one.alarmed for one in broken)
    assert not [one for one in found if one.verdict.state is State.GREEN and not one.verdict.counts["ads"]]
    assert {one.verdict.counts["ads"] > 0 for one in found if one.way == HEALTHY} == {True}
    assert len(WAYS) >= 20

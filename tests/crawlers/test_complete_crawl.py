"""One small case of `python -m proof.complete_crawl`: every ad of every layout, on a day and three days later."""

from pathlib import Path

import pytest

from market.make import make
from proof.complete_crawl import SITES, follow
from store.workspace import Workspace

pytestmark = pytest.mark.slow


def test_every_ad_shown_is_stored_as_it_was_shown_that_day(workspace: Workspace, tmp_path: Path) -> None:
    make(tmp_path, seed=8, ads=300)
    found = list(follow(tmp_path, workspace, range(6, 10, 3)))
    assert [one for one in found if not one.complete] == []
    assert {one.site for one in found} == set(SITES)
    assert sum(one.changed for one in found) > 0

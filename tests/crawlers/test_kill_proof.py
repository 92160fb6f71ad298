"""One small case of `python -m proof.kill_crawl`: several sites, several processes, killed at random moments."""

import random
from pathlib import Path

import pytest

from market.make import make
from market.server import serve
from proof.kill_crawl import SITES, begin, disturb, state
from store.workspace import open_workspace

pytestmark = pytest.mark.slow


def test_killed_crawls_lose_and_double_nothing(tmp_path: Path) -> None:
    make(tmp_path / "market", seed=5, ads=400)
    with serve(tmp_path / "market", port=0) as server:
        for process in [begin(tmp_path / "calm", server.origin, site) for site in SITES]:
            assert process.wait() in (0, 1)
        hit, lost = disturb(tmp_path / "hit", server.origin, 3, random.Random(5), longest=4.0)
    assert lost == 0
    assert hit > 0
    assert state(open_workspace(tmp_path / "hit")) == state(open_workspace(tmp_path / "calm"))

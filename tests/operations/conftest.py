"""A small rehearsal market on loopback, and one workspace that has lived through a day of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import market
from market.make import make
from market.server import Market, serve
from operations.daily import Sources, daily
from store.settings import Settings
from store.workspace import Workspace, open_workspace

SITES = Path(market.__file__).parent / "sites"


@dataclass(frozen=True)
class Rehearsal:
    """A market's folder, its running server, and how to crawl it."""

    folder: Path
    server: Market

    @property
    def sources(self) -> Sources:
        """Every site of the market, at the address it is served on."""
        return Sources(folders=[SITES], origin=self.server.origin)


@pytest.fixture(scope="session")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    """300 ads on three sites."""
    folder = tmp_path_factory.mktemp("market")
    make(folder, seed=21, ads=300, days=10)
    with serve(folder, port=0) as server:
        yield Rehearsal(folder, server)


@pytest.fixture(scope="session")
def lived(rehearsal: Rehearsal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A workspace after its first day. Tests read it; they do not change it."""
    opened = open_workspace(tmp_path_factory.mktemp("lived") / "workspace", Settings())
    daily(opened, rehearsal.sources)
    yield opened
    opened.close()

"""What an operator should know at once is said while the work goes on."""

from collections.abc import Callable

import pytest

import crawlers.run
from operations.daily import Sources, _crawl
from store.schema import now
from store.workspace import Workspace


def test_a_day_that_waits_for_room_on_the_disk_says_so(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def crawl(*_: object, notice: Callable[[str], None]) -> list[object]:
        notice("harbor: the disk is full: waiting for room")
        return []

    monkeypatch.setattr(crawlers.run, "crawl", crawl)
    assert _crawl(Sources(), now())(workspace, lambda _: None) == "no site is set up"
    assert capsys.readouterr().err == "harbor: the disk is full: waiting for room\n"

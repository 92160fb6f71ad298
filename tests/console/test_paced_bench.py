"""The bench of pages asks at a rate: each at its moment, the mix by kind, and a page that fails is said."""

import asyncio
import re
import time

import pytest

from bench import pages
from casework import accounts, sessions
from casework.records import Role
from store.workspace import Workspace


@pytest.mark.slow
def test_pages_are_asked_for_at_the_rate_and_told_by_kind(
    office: Workspace, group_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    token, _ = sessions.start(office, accounts.add(office, "bench", Role.SUPERVISOR, None, "test"))
    kinds = {"search": ["/search"], "ad": ["/ad?id=harbor:1"], "group": [f"/group?id={group_id}"], "queue": ["/queue"]}
    pages.at_a_rate(office, token, kinds, 20.0, 1.0)
    told = capsys.readouterr().out
    counts = {
        kind: int(count) for kind, count in re.findall(r"^(\w+) +(\d+) at 20/s +\d+ +\d+ ms$", told, re.MULTILINE)
    }
    assert counts.pop("all") == sum(counts.values()) == 20
    assert set(counts) == set(kinds)
    assert "not answered" not in told
    pages.at_a_rate(office, token, kinds | {"ad": ["/ad?id=no:such"]}, 20.0, 1.0)
    assert "ad: not answered" in capsys.readouterr().out


def test_a_slow_answer_holds_up_no_other_and_counts_from_its_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[float] = []

    async def slow(_port: int, _token: str, _path: str) -> bool:
        begun.append(time.perf_counter())
        await asyncio.sleep(0.5)
        return True

    monkeypatch.setattr(pages, "ask", slow)
    took = asyncio.run(pages.paced("http://127.0.0.1:1", "", [("ad", "/ad")] * 10, 50.0))
    assert begun[-1] - begun[0] == pytest.approx(9 / 50, abs=0.15)
    assert all(one >= 500 for one in took["ad"])

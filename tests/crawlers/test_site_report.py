"""`sites report`: how a site did of late, where it is blind, and what its newest run could not use."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from crawlers.cli import app
from crawlers.frontier import Outcome
from crawlers.overview import site_report
from crawlers.run import crawl
from store.health import State
from store.workspace import Workspace


def report(workspace: Workspace, *words: str) -> Any:
    return CliRunner().invoke(app, ["sites", "report", *words, "-w", str(workspace.root)])


@pytest.mark.slow
def test_a_site_in_full(workspace: Workspace, web: Any, make_site: Callable[..., Any]) -> None:
    make_site("harbor")
    assert report(workspace, "harbor").stdout == "harbor: no run\n"
    web.listing("/harbor/", "/harbor/ad/1", "/harbor/ad/2")
    for number in (1, 2):
        web.ad(f"/harbor/ad/{number}", number)
    crawl(workspace)
    web.put("/harbor/ad/2", "<h1>Out of order</h1>", status=500)
    (second,) = crawl(workspace)

    with workspace.read() as connection:
        found = site_report(connection, "harbor")
    assert found.yields == (2, 1)
    assert found.runs[0] == second
    assert {one.measure for one in found.blind_spots} >= {"http_errors"}
    (aside,) = found.set_aside
    assert (aside.outcome, aside.url.endswith("/harbor/ad/2")) == (Outcome.FAILED, True)

    shown = report(workspace, "harbor")
    assert shown.exit_code == int(second.state is State.RED)
    for words in ("harbor: █▄ ads 2 1", "pages that answered with an error: 1", "blind spots:", "HTTP 500"):
        assert words in shown.stdout
    (line,) = report(workspace, "harbor", "--json").stdout.splitlines()
    assert [one["state"] for one in orjson.loads(line)["runs"]] == [one.state for one in found.runs]
    assert "no site 'lantern'" in str(report(workspace, "lantern").exception)

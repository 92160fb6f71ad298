"""A known ad is gone when its page says so, in whatever way; not when a whole site seems to say so at once."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from crawlers.records import RunVerdict
from crawlers.run import crawl
from crawlers.tables import ads
from store.health import State
from store.workspace import Workspace

GONE = "<html><body><h1>Page not found</h1><p>This listing is no longer available.</p></body></html>"


def standing(workspace: Workspace) -> set[str]:
    with workspace.read() as connection:
        return set(connection.execute(select(ads.c.ad_id).where(ads.c.gone_at.is_(None))).scalars())


def site_of(web: Any, count: int) -> None:
    web.listing("/harbor/", *(f"/harbor/{number}" for number in range(count)))
    for number in range(count):
        web.ad(f"/harbor/{number}", number)


def again(workspace: Workspace) -> RunVerdict:
    (verdict,) = crawl(workspace)
    return verdict


@pytest.mark.slow
def test_a_page_that_says_so_with_status_200_or_leads_to_the_listing_is_gone(
    workspace: Workspace, web: Any, make_site: Callable[..., Any]
) -> None:
    make_site("harbor")
    site_of(web, 8)
    assert again(workspace).state is State.GREEN
    web.listing("/harbor/", *(f"/harbor/{number}" for number in range(4)))
    web.put("/harbor/4", GONE)
    web.put("/harbor/5", "", status=302, Location="/harbor/")
    web.put("/harbor/6", "", status=302, Location="/expired")
    web.put("/harbor/7", "", status=301, Location="/expired")
    web.put("/expired", GONE)
    verdict = again(workspace)
    assert standing(workspace) == {f"harbor:{number}" for number in range(4)}
    assert verdict.counts["gone"] == 4
    assert verdict.counts.get("unreadable", 0) == 0


@pytest.mark.slow
def test_a_site_that_calls_most_of_its_ads_gone_is_not_believed(
    workspace: Workspace, web: Any, make_site: Callable[..., Any]
) -> None:
    make_site("harbor")
    site_of(web, 40)
    again(workspace)
    for number in range(1, 40):
        web.put(f"/harbor/{number}", GONE)
    verdict = again(workspace)
    assert len(standing(workspace)) == 20, "half of what stood may go at once"
    assert verdict.state is not State.GREEN
    assert any("too many to be believed" in reason for reason in verdict.reasons)


@pytest.mark.slow
def test_a_wall_is_named_and_no_ad_is_made_of_it(workspace: Workspace, web: Any, make_site: Callable[..., Any]) -> None:
    select = {
        "listing": {"ads": "a.ad::attr(href)", "next": "a.next::attr(href)"},
        "ad": {"native_id": "url:/([0-9]+)$", "title": "h1", "body": ".body"},
    }
    make_site("harbor", select=select)
    web.listing("/harbor/", *(f"/harbor/{number}" for number in range(6)))
    for number in range(6):
        web.put(f"/harbor/{number}", f"<h1>Walks {number}</h1><div class=body>Any weather, {number}</div>")
    web.put("/harbor/4", "<title>Just a moment...</title><h1>Checking your browser</h1>")
    web.put("/harbor/5", "<h1>We value your privacy</h1>")
    verdict = again(workspace)
    assert standing(workspace) == {f"harbor:{number}" for number in range(4)}
    assert (verdict.counts["sign.blocked"], verdict.counts["sign.consent"]) == (1, 1)
    told = " ".join(verdict.reasons)
    assert "blocked" in told
    assert "consent" in told


@pytest.mark.slow
def test_a_listing_that_is_a_wall_leaves_known_ads_as_they_are(
    workspace: Workspace, web: Any, make_site: Callable[..., Any]
) -> None:
    make_site("harbor")
    site_of(web, 8)
    again(workspace)
    web.put("/harbor/", "<html><body><h1>Access denied</h1></body></html>")
    verdict = again(workspace)
    assert verdict.state is State.RED
    assert any("blocked" in reason for reason in verdict.reasons)
    assert len(standing(workspace)) == 8

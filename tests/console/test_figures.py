"""Figures stand in the page without scripts; with them a person can move about in maps, graphs and charts."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape
from playwright.sync_api import Browser, expect
from starlette.testclient import TestClient

from casework import groupfiles
from console.charts import prices_and_ages
from console.graph import HEIGHT, LABEL, WIDTH, graph
from console.rendering import environment
from console.scatter import Point, scatter
from linker.records import Hub, Link, Reason
from nlp.stored import StoredReading
from store.workspace import Workspace
from tests.console.watched import Watched

START = datetime(2026, 5, 1, tzinfo=UTC)


def test_ads_that_share_the_same_keys_are_one_circle(office: Workspace, group_id: str) -> None:
    with office.read() as connection:
        file = groupfiles.load(connection, group_id)
    assert file is not None
    drawn = graph(file)
    assert drawn is not None
    ads = [one for one in drawn.nodes if one.kind == "ad"]
    assert sorted(ad for one in ads for ad in one.ads) == ["harbor:1", "harbor:2", "lantern:3", "meadow:4"]
    assert ("harbor:1", "harbor:2") in {one.ads for one in ads}  # the phone alone
    keys = {one.label for one in drawn.nodes if one.kind != "ad"}
    assert keys == {"+12025550143", "bella.test@example.org"}
    assert all(0 <= one.x <= WIDTH and 0 <= one.y <= HEIGHT for one in drawn.nodes)
    assert graph(file) == drawn  # the same group always looks the same


def test_a_hub_is_drawn_apart_with_the_ads_that_hold_it_and_a_long_key_is_cut(office: Workspace, group_id: str) -> None:
    with office.read() as connection:
        file = groupfiles.load(connection, group_id)
    assert file is not None
    phone = Hub(Reason.PHONE, "+12025550143", 240, "on 240 ads under 61 names")
    unheld = Hub(Reason.EMAIL, "nobody@example.org", 240, "on 240 ads under 61 names")
    long = file.group.links[0]._replace(reason=Reason.URL, key="https://example.org/" + "a" * LABEL)
    drawn = graph(replace(file, group=replace(file.group, links=(long,), hubs=(phone, unheld))))
    assert drawn is not None
    keys = {one.label: one for one in drawn.nodes if one.kind != "ad"}
    assert keys.keys() == {"+12025550143", long.key[: LABEL - 1] + "…"}
    assert keys["+12025550143"].hub
    assert keys["+12025550143"].ads == ("harbor:1", "harbor:2", "lantern:3")
    assert keys["+12025550143"].told.endswith("3 ads, a hub that joins nothing")
    assert graph(replace(file, group=replace(file.group, links=(), hubs=()))) is None


def test_prices_are_drawn_by_the_hour_in_the_currency_of_most_ads(office: Workspace, group_id: str) -> None:
    with office.read() as connection:
        file = groupfiles.load(connection, group_id)
    assert file is not None

    def asks(amount: float | None, currency: str | None, minutes: int) -> StoredReading:
        detail = {"amount": amount, "currency": currency, "minutes": minutes}
        return StoredReading("", [{"kind": "price", "value": "a price", "detail": detail}])  # type: ignore[list-item]

    asked = (asks(60, "USD", 30), asks(100, "EUR", 60), asks(90, "USD", 60), asks(None, "USD", 60))
    [(drawn, unit, _)] = prices_and_ages(replace(file, readings=dict(zip(sorted(file.times), asked, strict=True))))
    assert unit == "USD an hour"
    assert sorted(value for _, value in drawn.points) == [90, 120]


def test_the_page_draws_the_graph_and_says_it_in_a_table(ana: TestClient, group_id: str) -> None:
    page = ana.get(f"/group?id={group_id}").text
    assert page.count('class="n-ad"') == 3 + 1  # three circles and the key
    assert 'class="n-phone"' in page
    assert "near" not in re.findall(r"<title>(.*?)</title>", page)


def test_a_large_graph_takes_no_element_for_each_line(office: Workspace, group_id: str) -> None:
    with office.read() as connection:
        file = groupfiles.load(connection, group_id)
    assert file is not None
    pairs = [(f"harbor:{number}", key) for number in range(300) for key in range(12) if number >> key & 1]
    links = tuple(Link(ad, "harbor:9999", Reason.PHONE, f"+1202555{key:04}", 1.0, {}) for ad, key in pairs)
    drawn = graph(replace(file, group=replace(file.group, links=links)))
    assert drawn is not None
    assert drawn.left_out > 0
    assert len(drawn.edges) > 400
    assert drawn.lines(joins=True).count("M") == len(drawn.edges)
    assert not drawn.lines(joins=False)
    page = environment().get_template("pieces.html").module.graph(drawn, "told")  # type: ignore[attr-defined]
    value = orjson.dumps(drawn.as_json())
    assert len(page) + len(escape(value.decode())) < 60_000
    told = orjson.loads(value)
    assert [told["ads"][one] for one in told["held"][0]] == list(drawn.nodes[0].ads[:12])


values = st.lists(st.tuples(st.integers(0, 10**7), st.floats(0, 1e6)), max_size=30)


@given(values)
def test_dots_stand_inside_their_frame(given_values: list[tuple[int, float]]) -> None:
    drawn = scatter([Point(START + timedelta(seconds=at), value, "told") for at, value in given_values])
    if len(given_values) < 2:
        assert drawn is None
        return
    assert drawn is not None
    assert all(drawn.left <= x <= drawn.width and 0 <= y <= drawn.foot for x, y, _ in drawn.dots)


@pytest.mark.real("browser")
class TestInABrowser:
    """With Chromium."""

    @pytest.fixture
    def seen(self, browser: Browser, address: str) -> Iterator[Watched]:
        """An analyst's page that notes every request and complaint."""
        watched = Watched(browser, address)
        watched.sign_in()
        yield watched
        watched.check()
        watched.context.close()

    def test_map_graph_and_charts_open(self, seen: Watched, group_id: str) -> None:
        page = seen.page
        page.goto(f"/group?id={group_id}")
        page.get_by_role("button", name="Move about in the map").click()
        expect(page.locator(".live-map path.leaflet-interactive").first).to_be_visible()
        page.get_by_role("button", name="Explore the graph").click()
        expect(page.locator(".live-graph canvas").first).to_be_visible()
        picture = "document.querySelector('.live-graph')._cyreg.cy"
        told = page.evaluate(f"{picture}.nodes().map((one) => [one.data('kind'), one.data('label'), one.data('ads')])")
        assert ["ad", "2 ads", ["harbor:1", "harbor:2"]] in told
        assert ["phone", "+12025550143", ["harbor:1", "harbor:2", "lantern:3"]] in told
        page.evaluate(f"{picture}.edges()[0].select()")
        expect(page.locator("figure[data-figure=graph] .told")).to_contain_text("ads that share the same")
        page.get_by_role("button", name="Zoom", exact=True).first.click()
        expect(page.locator(".live-chart canvas").first).to_be_visible()

    def test_narrowing_a_search_keeps_the_page(self, seen: Watched) -> None:
        page = seen.page
        seen.search("site:harbor OR site:meadow")
        expect(page.locator(".hit")).to_have_count(5)
        page.evaluate("window.kept = true")
        page.locator(".facet a", has_text="harbor").first.click()
        expect(page.locator(".hit")).to_have_count(3)
        assert page.evaluate("window.kept") is True
        page.go_back()
        expect(page.locator(".hit")).to_have_count(5)
        # Of pages shown nothing stays in the browser; the one entry is the sealed address.
        assert page.evaluate("Object.keys(localStorage)") == []
        assert page.evaluate("Object.keys(sessionStorage)") == ["htmx-current-path-for-history"]

    def test_no_other_markup_becomes_a_page(self, seen: Watched) -> None:
        page = seen.page
        page.goto("/help")
        refused = "(text) => { try { document.body.innerHTML = text; return 'taken' } catch (problem) { return problem.name } }"
        assert page.evaluate(refused, "<img src=x onerror=alert(1)>") == "TypeError"
        cleaned = page.evaluate(
            "(text) => { const box = document.createElement('div'); box.innerHTML = text; return box.innerHTML }",
            "<main><a href='javascript:alert(1)' onclick='x()' style='color:red'>a</a><script>x()</script><p>kept</p></main>",
        )
        assert cleaned == "<main><a>a</a><p>kept</p></main>"
        script = "(url) => { try { document.createElement('script').src = url; return 'taken' } catch (p) { return p.name } }"
        assert page.evaluate(script, "https://evil.example/x.js") == "TypeError"
        seen.complaints.clear()  # the browser told of both

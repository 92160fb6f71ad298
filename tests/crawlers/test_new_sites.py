"""A new site, begun as docs/adding-a-site.md says, on the rehearsal market's fourth layout; and what is guessed from a page."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from crawlers.cli import app
from crawlers.guess import guess
from crawlers.labels import labelled, untaken
from crawlers.page import Page
from crawlers.records import TEXT_FIELDS
from crawlers.stored import all_ads
from market.make import make
from market.server import Market, serve
from store.workspace import open_workspace


def run(*words: str) -> Any:
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    return result


@pytest.mark.slow
def test_the_fourth_site_is_added_by_three_commands_and_a_name(tmp_path: Path) -> None:
    make(tmp_path / "market", seed=4, ads=900)
    folder, workspace = tmp_path / "w", ["-w", str(tmp_path / "w")]
    with serve(tmp_path / "market") as market:
        run("sites", "new", "thicket", "--from", f"{market.url}/thicket/", *workspace)
        fixture = folder / "sites/thicket/fixtures/first/expected.json"
        fixture.write_text(fixture.read_text().replace('"read_by": null', '"read_by": "Ada"'))
        run("sites", "check", "thicket", *workspace)
        run("crawl", "thicket", *workspace)
        assert (market.media, market.trapped) == (0, 0)
        written = market.catalogue.view("thicket", None).ads
    opened = open_workspace(folder)
    with opened.read() as connection:
        crawled = [{name: getattr(one.ad, name) for name in TEXT_FIELDS} for one in all_ads(connection)]
    opened.close()
    shown = [{name: ad.get(name, "") for name in TEXT_FIELDS} for ad in written]
    assert sorted(crawled, key=orjson.dumps) == sorted(shown, key=orjson.dumps)


@pytest.mark.parametrize(("site", "path"), [("harbor", "ad"), ("lantern", "ad"), ("meadow", "api/ads")])
def test_an_ad_page_of_each_layout_is_guessed_in_full(site: str, path: str, tmp_path: Path) -> None:
    make(tmp_path, seed=4, ads=900)
    market = Market(tmp_path)
    named = ("title", "body", "name", "age", "location", "price", "contact")
    native, ad = next(
        (native, ad)
        for native, ad in market.catalogue.view(site, None).by_id.items()
        if all(name in ad for name in named)
    )
    page = Page(f"http://x.example/{native}", market.answer(f"/{site}/{path}/{native}").body)
    (tmp_path / "page").write_bytes(page.body)
    run("sites", "new", "guessed", "--from", str(tmp_path / "page"), "-w", str(tmp_path / "w"))
    expected = orjson.loads((tmp_path / "w/sites/guessed/fixtures/first/expected.json").read_bytes())["ad"]
    assert {name: expected[name] for name in named} == {name: ad[name] for name in named}


def test_from_a_listing_on_the_web_the_first_ad_is_fetched_too(tmp_path: Path, web: Any) -> None:
    web.listing("/harbor/", *(f"/harbor/{number}" for number in range(9)), following="/harbor/?page=2")
    for number in range(9):
        web.ad(f"/harbor/{number}", number)
    run("sites", "new", "harbor", "--from", f"http://{web.origin}/harbor/", "-w", str(tmp_path))
    expected = orjson.loads((tmp_path / "sites/harbor/fixtures/first/expected.json").read_bytes())
    assert (expected["ad"]["title"], expected["ad"]["body"]) == ("Title 0", "Body of ad 0")
    manifest = (tmp_path / "sites/harbor/site.yml").read_text()
    assert "a.ad::attr(href)" in manifest
    assert "a.next::attr(href)" in manifest


MIXED = """<html><head><title>Walks - a site</title><meta property="product:price:amount" content="80">
<script type="application/ld+json">{"@type": "Service", "name": "Evening walks", "telephone": "202-555-0143",
"description": "Company for walks along the harbor.", "areaServed": {"addressLocality": "Duluth"}}</script></head>
<body><h2 class="b2x">Evening walks</h2><span class="k">Duluth</span><em class="q">202-555-0143</em>
<p class="zz">Company for walks along the harbor.</p><div itemprop="age">31</div>
<table><tr><th>Nickname</th><td>Sam</td></tr><tr><th>Hair</th><td>brown</td></tr></table>
<ul><li><strong>Tea:</strong> green</li><li>Langs: English</li></ul></body></html>"""


def test_fields_are_guessed_from_what_the_page_says_for_machines_and_beside_labels() -> None:
    found = guess(Page("http://x.example/ads/77", MIXED.encode())).ad
    assert found["title"] == "h2.b2x"
    assert found["body"] == "p.zz"
    assert found["contact"] == "em.q"
    assert found["location"] == "span.k"
    assert found["age"] == '[itemprop="age"]'
    assert found["price"] == 'meta[property="product:price:amount"]::attr(content)'
    assert "Nickname" in found["name"]


def test_labels_that_no_rule_takes_are_known_by_name() -> None:
    root = Page("http://x.example/ads/77", MIXED.encode()).root
    taken = ["Evening walks", "Company for walks along the harbor.", "202-555-0143", "Duluth", "31", "80", "Sam"]
    assert [one.label for one in untaken(root, taken, ["tea"])] == ["Hair", "Langs"]


def test_a_json_value_is_labelled_by_its_path() -> None:
    value = {
        "id": 9,
        "listing": {"rate": 80, "hair-colour": "brown", "tags": ["a", "b"]},
        "thumb": "/m/9.jpg",
        "on": True,
    }
    assert [one.selector for one in labelled(value)] == [
        "jmespath:id",
        "jmespath:listing.rate",
        'jmespath:listing."hair-colour"',
        "jmespath:listing.tags",
        "jmespath:thumb",
    ]
    assert [one.label for one in untaken(value, ["9", "80"])] == ["listing.hair-colour", "listing.tags"]


def test_a_fixture_with_a_label_that_no_rule_takes_is_held_against_the_site(tmp_path: Path) -> None:
    facts = "<dl><dt>Hair</dt><dd>brown</dd></dl>"
    source = f"""<article data-id="7"><h1>Walks</h1><div class="text">Any weather</div>{facts}</article>"""
    (tmp_path / "7.html").write_text(source)
    workspace = ["-w", str(tmp_path / "w")]
    run("sites", "new", "harbor", "--from", str(tmp_path / "7.html"), *workspace)
    folder = tmp_path / "w/sites/harbor"
    fixture = folder / "fixtures/first/expected.json"
    fixture.write_text(fixture.read_text().replace('"read_by": null', '"read_by": "Ada"'))
    result = CliRunner().invoke(app, ["sites", "check", *workspace])
    assert result.exit_code == 1
    assert "no rule takes 'Hair' ('brown')" in result.stdout
    manifest = folder / "site.yml"
    manifest.write_text(manifest.read_text() + "ignore: [Hair]\n")
    run("sites", "check", *workspace)


def test_a_replay_of_the_same_page_is_guessed_alike() -> None:
    page = Page("http://x.example/ads/77", MIXED.encode())
    assert guess(page) == guess(replace(page))


@pytest.mark.parametrize(
    ("value", "listing"),
    [
        (
            {"ads": [{"url": "/1"}, {"url": "/2"}], "next": "/?page=2"},
            {"ads": "jmespath:ads[].url", "next": "jmespath:next"},
        ),
        (
            {"ads": [{"link": "/1"}, {"link": "/2"}], "next_cursor": "abc"},
            {"ads": "jmespath:ads[].link", "next": "jmespath:next_cursor", "follow": "?cursor={next}"},
        ),
        ([{"href": "/1"}, {"href": "/2"}], {"ads": "jmespath:@[].href"}),
    ],
)
def test_a_json_list_of_addresses_is_a_listing_with_what_leads_on(value: Any, listing: dict[str, str]) -> None:
    found = guess(Page("http://x.example/", json.dumps(value).encode()))
    assert (found.kind, found.style, found.listing) == ("links", "json", listing)

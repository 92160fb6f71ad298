"""Sitemaps and feeds lead to ads, or hold them; they are read without entities and within bounds. Over real HTTP."""

import gzip
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from crawlers.cli import app
from crawlers.errors import PageError
from crawlers.manifest import load_manifest
from crawlers.page import Page
from crawlers.records import Ad
from crawlers.run import crawl
from crawlers.stored import all_ads
from store.workspace import Workspace
from tests.pace import slowdown

XML = "application/xml"


def crawled(workspace: Workspace) -> dict[str, Ad]:
    crawl(workspace)
    with workspace.read() as connection:
        return {one.ad.ad_id: one.ad for one in all_ads(connection)}


def urlset(*urls: str) -> str:
    entries = "".join(f"<url><loc>{url}</loc><lastmod>2026-05-01</lastmod></url>" for url in urls)
    return f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'


@pytest.mark.slow
def test_an_index_of_sitemaps_leads_through_packed_ones_to_ads(
    workspace: Workspace, web: Any, make_site: Callable[..., Any]
) -> None:
    host = f"http://{web.origin}"
    make_site(
        "harbor",
        listing="sitemap",
        start=[f"{host}/sitemap.xml"],
        select={
            "listing": {"ads": "jmespath:urls[?contains(loc, '/ad/')].loc"},
            "ad": {"native_id": "article::attr(data-id)", "title": ".title", "body": ".body"},
        },
    )
    index = "".join(f"<sitemap><loc>{host}/{name}</loc></sitemap>" for name in ("a.xml", "b.xml.gz"))
    web.put(
        "/sitemap.xml", f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{index}</sitemapindex>', XML
    )
    web.put("/a.xml", urlset(f"{host}/ad/1", f"{host}/about", f"{host}/ad/9.jpg"), XML)
    web.put("/b.xml.gz", gzip.compress(urlset(f"{host}/ad/2").encode()), "application/x-gzip")
    for number in (1, 2):
        web.ad(f"/ad/{number}", number)
    assert set(crawled(workspace)) == {"harbor:1", "harbor:2"}
    assert "/about" not in web.paths()
    assert "/ad/9.jpg" not in web.paths()


@pytest.mark.slow
def test_entries_of_an_rss_feed_lead_to_ads(workspace: Workspace, web: Any, make_site: Callable[..., Any]) -> None:
    ad = {"native_id": "article::attr(data-id)", "title": ".title", "body": ".body"}
    make_site("harbor", listing="feed", start=[f"http://{web.origin}/rss"], select={"ad": ad})
    web.put(
        "/rss", "<rss version='2.0'><channel><title>New</title><item><link>/ad/7</link></item></channel></rss>", XML
    )
    web.ad("/ad/7", 7)
    assert set(crawled(workspace)) == {"harbor:7"}


RSS = """<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>New</title>
<item><guid>7</guid><link>http://harbor.example/7</link><title>Evening walks</title><category>Duluth</category>
<pubDate>Fri, 01 May 2026 12:00:00 -0500</pubDate><enclosure url="http://harbor.example/7.jpg" type="image/jpeg"/>
<content:encoded><![CDATA[<p>Any weather.<br>Ask for Sam</p>]]></content:encoded></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>New</title><link rel="next" href="/more"/>
<entry><id>7</id><link href="http://harbor.example/7"/><title type="html">Evening walks</title><category term="Duluth"/>
<published>2026-05-01T12:00:00-05:00</published>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Any weather.<br/>Ask for Sam</p></div></content>
</entry></feed>"""
JSON_FEED = orjson.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "New",
        "items": [
            {
                "id": "7",
                "url": "http://harbor.example/7",
                "title": "Evening walks",
                "tags": ["Duluth"],
                "date_published": "2026-05-01T12:00:00-05:00",
                "content_html": "<p>Any weather.<br>Ask for Sam</p>",
            }
        ],
    }
).decode()
RDF = RSS.replace('<rss version="2.0" ', '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" ').replace(
    "</channel></rss>", "</channel></rdf:RDF>"
)


@pytest.mark.slow
@pytest.mark.parametrize("source", [RSS, ATOM, JSON_FEED, RDF], ids=["rss", "atom", "json", "rdf"])
def test_entries_of_a_feed_are_ads_whatever_its_format(
    source: str, workspace: Workspace, web: Any, make_site: Callable[..., Any]
) -> None:
    select = {"listing": {"items": "jmespath:items"}, "ad": {"location": "jmespath:tags[0]"}}
    make_site("harbor", listing="feed", start=[f"http://{web.origin}/feed"], select=select)
    web.put("/feed", source, "application/feed+json" if source == JSON_FEED else "application/rss+xml")
    (ad,) = crawled(workspace).values()
    assert (ad.ad_id, ad.url, ad.title, ad.location) == (
        "harbor:7",
        "http://harbor.example/7",
        "Evening walks",
        "Duluth",
    )
    assert ad.body == "Any weather.\nAsk for Sam"
    assert ad.posted_at is not None
    assert ad.posted_at.isoformat() == "2026-05-01T17:00:00+00:00"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ('<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><rss><channel>&b;</channel></rss>', "entities"),
        ('<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel>&x;</channel></rss>', "entities"),
        ("<html><body>no feed</body></html>", "neither"),
        ("<rss>" + "<item/>" * 70_000 + "</rss>", "more than"),
        ("<", "XML|neither"),
    ],
    ids=["laughs", "file", "html", "long", "nothing"],
)
def test_what_is_no_sound_feed_is_refused(source: str, reason: str) -> None:
    begun = time.process_time()
    with pytest.raises(PageError, match=reason):
        Page("http://harbor.example/feed", source.encode(), XML).json  # noqa: B018  reading raises
    assert time.process_time() - begun < 2 * slowdown()


def test_a_deep_or_broken_feed_is_read_as_far_as_it_goes() -> None:
    page = Page("http://harbor.example/feed", f"{RSS[:-20]}<item>{'<a>' * 200}".encode(), XML)
    assert page.json["items"][0]["id"] == "7"


@pytest.mark.slow
def test_a_site_is_begun_from_its_feed(tmp_path: Path, web: Any) -> None:
    entries = RSS[RSS.index("<item>") : RSS.index("</channel>")].replace("Any weather.", "Any weather. " * 20)
    feed = RSS.replace("</channel>", entries.replace("<guid>7", "<guid>8") + "</channel>").replace(
        "Any weather.", "Sun. " * 20
    )
    web.put("/feed", feed, XML)
    arguments = ["sites", "new", "harbor", "--from", f"http://{web.origin}/feed", "-w", str(tmp_path)]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    manifest = load_manifest(tmp_path / "sites/harbor/site.yml")
    assert (manifest.listing, manifest.select.listing.items) == ("feed", "jmespath:items")
    expected = orjson.loads((tmp_path / "sites/harbor/fixtures/first/expected.json").read_bytes())
    assert [one["ad_id"] for one in expected["items"]] == ["harbor:7", "harbor:8"]


def test_a_site_is_begun_from_its_sitemap(tmp_path: Path, web: Any) -> None:
    web.put("/sitemap.xml", urlset(f"http://{web.origin}/ad/1", f"http://{web.origin}/ad/2"), XML)
    web.ad("/ad/1", 1)
    arguments = ["sites", "new", "harbor", "--from", f"http://{web.origin}/sitemap.xml", "-w", str(tmp_path)]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    manifest = load_manifest(tmp_path / "sites/harbor/site.yml")
    assert (manifest.listing, manifest.select.ad["title"]) == ("sitemap", "div.title")

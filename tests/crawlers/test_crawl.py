"""A crawl over real HTTP: every kind of listing, politeness, evidence, and what a later run makes of the same site."""

import hashlib
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from sqlalchemy import select
from warcio.archiveiterator import ArchiveIterator

from crawlers.errors import CrawlError
from crawlers.records import RunVerdict
from crawlers.run import crawl
from crawlers.stored import all_ads, load_ads
from crawlers.tables import ad_versions, captures, sightings
from store import health
from store.errors import SettingsError, UsageError
from store.health import State
from store.locks import exclusive
from store.workspace import Workspace

Site = Callable[..., Any]


def crawled(workspace: Workspace, *names: str) -> dict[str, RunVerdict]:
    return {one.site: one for one in crawl(workspace, names or None)}


def ids(workspace: Workspace) -> list[str]:
    with workspace.read() as connection:
        return [one.ad.ad_id for one in all_ads(connection)]


def changes(workspace: Workspace, ad_id: str) -> list[str]:
    with workspace.read() as connection:
        rows = connection.execute(
            select(sightings.c.change).where(sightings.c.ad_id == ad_id).order_by(sightings.c.run_id)
        )
        return list(rows.scalars())


@pytest.mark.slow
def test_every_kind_of_listing_is_followed_to_its_end(workspace: Workspace, web: Any, make_site: Site) -> None:
    for name in ("pages", "next"):
        make_site(name, listing=name)
        for page in (1, 2, 3):
            following = f"/{name}/?page={page + 1}" if page < 3 else ""
            path = f"/{name}/" if page == 1 else f"/{name}/?page={page}"
            web.listing(path, f"/{name}/ad/{page}", following=following)
            web.ad(f"/{name}/ad/{page}", page)
    towns = {"ads": "a.ad::attr(href)", "categories": "xpath://a[@class='town']/@href"}
    fields = {"native_id": r"url:/ad/(\d+)", "title": "div.title", "body": "div.body"}
    make_site("tree", listing="tree", select={"listing": towns, "ad": fields})
    web.put("/tree/", '<a class="town" href="a">A</a><a class="town" href="b">B</a>')
    for town, number in (("a", 1), ("b", 2)):
        web.listing(f"/tree/{town}", f"/tree/ad/{number}")
        web.ad(f"/tree/ad/{number}", number)
    scroll = {"ads": "jmespath:ads[].url", "next": "jmespath:cursor", "follow": "?after={next}"}
    fields = {"native_id": "jmespath:id", "title": "jmespath:title", "price": "jmespath:price"}
    make_site("json", listing="json", select={"listing": scroll, "ad": fields})
    web.put("/json/", orjson.dumps({"ads": [{"url": "ad/1"}], "cursor": "x"}), "application/json")
    web.put("/json/?after=x", orjson.dumps({"ads": [{"url": "ad/2"}], "cursor": None}), "application/json")
    for number in (1, 2):
        web.put(f"/json/ad/{number}", orjson.dumps({"id": number, "title": "T", "price": 80.5}), "application/json")
    inline = {"items": "jmespath:ads", "next": "jmespath:next"}
    fields = {"native_id": "jmespath:id", "title": "jmespath:title"}
    make_site("inline", listing="json", select={"listing": inline, "ad": fields})
    web.put("/inline/", orjson.dumps({"ads": [{"id": 1, "title": "T"}, {"id": 2, "title": "U"}]}), "application/json")

    verdicts = crawled(workspace)

    assert {site: (one.counts["ads"], one.state) for site, one in verdicts.items()} == {
        "inline": (2, State.GREEN),
        "json": (2, State.GREEN),
        "next": (3, State.GREEN),
        "pages": (3, State.GREEN),
        "tree": (2, State.GREEN),
    }, {site: one.reasons for site, one in verdicts.items()}
    with workspace.read() as connection:
        assert load_ads(connection, ["json:1"])["json:1"].ad.price == "80.5"


@pytest.mark.slow
def test_a_crawl_is_polite_and_asks_for_text_only(workspace: Workspace, web: Any, make_site: Site) -> None:
    make_site("harbor")
    web.put("/robots.txt", "User-agent: Sidelight\nDisallow: /harbor/private/\n", "text/plain")
    media = ["/harbor/film.mp4", "/harbor/scan.PDF?x=1", "/harbor/ad/disguised"]
    elsewhere = ["http://example.com/ad/1", "ftp://127.0.0.1/x", "file:///etc/passwd", "javascript:alert(1)"]
    web.listing("/harbor/", "/harbor/ad/1", "/harbor/private/2", *media, *elsewhere, "http://[", "/harbor/moved")
    web.ad("/harbor/ad/1", 1)
    web.ad("/harbor/private/2", 2)
    web.put("/harbor/ad/disguised", b"\xff\xd8\xff" + b"p" * 3_000_000, "image/jpeg")
    web.put("/harbor/moved", "", status=302, Location="http://169.254.169.254/latest/meta-data/")

    verdict = crawled(workspace)["harbor"]

    assert ids(workspace) == ["harbor:1"]
    refused = {name: number for name, number in verdict.counts.items() if name.startswith("refused.")}
    assert refused == {
        "refused.robots": 1,
        "refused.media": 3,
        "refused.offsite": 2,
        "refused.scheme": 3,
    }
    assert sorted(set(web.paths())) == [
        "/harbor/",
        "/harbor/ad/1",
        "/harbor/ad/disguised",
        "/harbor/moved",
        "/robots.txt",
    ]
    _, headers = web.asked[-1]
    assert headers["User-Agent"].startswith("Sidelight/0.1")
    assert "image" not in headers["Accept"]
    assert "*/*" not in headers["Accept"]
    with workspace.read() as connection:
        kept = connection.execute(select(captures.c.url)).scalars().all()
    assert not [url for url in kept if "disguised" in url], "no byte of a picture is kept"


@pytest.mark.slow
def test_every_page_is_kept_as_it_came(workspace: Workspace, web: Any, make_site: Site) -> None:
    make_site("harbor")
    web.listing("/harbor/", "/harbor/ad/1", "/harbor/ad/old")
    web.ad("/harbor/ad/1", 1)
    web.put("/harbor/ad/old", "", status=301, Location="/harbor/ad/1")
    crawled(workspace)
    with workspace.read() as connection:
        rows = {(row.warc_file, row.warc_offset): row for row in connection.execute(select(captures))}
        ad = load_ads(connection, ["harbor:1"])["harbor:1"].ad
    found = {}
    for name in {name for name, _ in rows}:
        with (workspace.captures / name).open("rb") as handle:
            archive = ArchiveIterator(handle, check_digests="raise")
            for record in archive:
                if record.rec_type == "response":
                    body = record.content_stream().read()
                    found[(name, archive.get_record_offset())] = hashlib.sha256(body).hexdigest()
    assert found == {place: row.sha256 for place, row in rows.items()}
    assert len(found) == 3
    (evidence,) = [row for row in rows.values() if row.capture_id == ad.origin.capture_id]
    assert evidence.url == ad.url
    assert evidence.sha256 == hashlib.sha256(web.pages["/harbor/ad/1"][2]).hexdigest()


@pytest.mark.slow
def test_a_later_run_tells_same_changed_and_gone(workspace: Workspace, web: Any, make_site: Site) -> None:
    make_site("harbor")
    scroll = {"items": "jmespath:ads", "next": "jmespath:next"}
    make_site(
        "inline", listing="json", select={"listing": scroll, "ad": {"native_id": "jmespath:id", "title": "jmespath:t"}}
    )
    web.listing("/harbor/", *(f"/harbor/ad/{number}" for number in range(5)))
    for number in range(5):
        web.ad(f"/harbor/ad/{number}", number)
    web.put("/inline/", orjson.dumps({"ads": [{"id": n, "t": "T"} for n in range(4)]}), "application/json")
    first = crawled(workspace)
    web.ad("/harbor/ad/1", 1, body="Another text")
    web.put("/harbor/ad/2", "<h1>Removed</h1>", status=410)
    del web.pages["/harbor/ad/3"]
    web.listing("/harbor/", "/harbor/ad/0", "/harbor/ad/1", "/harbor/ad/2")
    web.put("/inline/", orjson.dumps({"ads": [{"id": n, "t": "T"} for n in range(3)]}), "application/json")

    second = crawled(workspace)

    assert first["harbor"].counts["new"] == 5
    names = ("new", "same", "changed", "gone")
    assert [second["harbor"].counts[name] for name in names] == [0, 2, 1, 2]
    assert [second["inline"].counts[name] for name in names] == [0, 3, 0, 1]
    assert changes(workspace, "harbor:0") == ["new", "same"]
    assert changes(workspace, "harbor:1") == ["new", "changed"]
    assert changes(workspace, "harbor:3") == ["new", "gone"]
    assert changes(workspace, "harbor:4") == ["new", "same"], "the listing dropped it, but its page still stands"
    with workspace.read() as connection:
        (old,) = connection.execute(select(ad_versions).where(ad_versions.c.ad_id == "harbor:1")).all()
        assert old.fields["body"] == "Body of ad 1"
        assert load_ads(connection, ["inline:3"])["inline:3"].gone_at is not None


@pytest.mark.slow
def test_a_run_ends_with_a_verdict_that_others_can_read(workspace: Workspace, web: Any, make_site: Site) -> None:
    make_site("empty")
    web.put("/empty/", "<h1>Verify you are human</h1>")
    make_site("small", budget={"pages": 3})
    web.listing("/small/", *(f"/small/ad/{number}" for number in range(9)))
    for number in range(9):
        web.ad(f"/small/ad/{number}", number)
    malformed = make_site("malformed", listing="sideways")

    verdicts = crawled(workspace)

    assert verdicts["empty"].state is State.RED
    assert "not one ad" in verdicts["empty"].reasons[0]
    assert verdicts["small"].state is State.AMBER
    assert verdicts["small"].counts["pages"] == 3
    assert any("used up: 7" in reason for reason in verdicts["small"].reasons)
    assert verdicts["malformed"].state is State.RED
    assert f"{malformed}:4: key 'listing'" in verdicts["malformed"].reasons[0]
    with workspace.read() as connection:
        rows = {(row.site, row.measure): row.state for row in health.latest(connection)}
    assert rows[("empty", "run")] is State.RED
    assert rows[("small", "fill.title")] is State.GREEN


def test_an_unknown_site_and_a_missing_contact_are_refused_before_anything_is_sent(
    workspace: Workspace, web: Any, make_site: Site
) -> None:
    make_site("harbor")
    with pytest.raises(UsageError, match="known are: harbor"):
        crawl(workspace, ["harbour"])
    make_site("harbor", start=["http://harbor.example/"], allow_private=[])
    with pytest.raises(SettingsError, match="contact"):
        crawl(workspace, ["harbor"])
    assert not web.asked


@pytest.mark.slow
def test_a_site_that_another_process_crawls_is_left_to_it(workspace: Workspace, web: Any, make_site: Site) -> None:
    make_site("harbor")
    with exclusive(workspace, "crawl-harbor"), pytest.raises(CrawlError, match="harbor: another process"):
        crawl(workspace)
    assert not web.asked


@pytest.mark.slow
def test_a_disk_fuller_than_the_setting_allows_is_told_at_once_and_turns_the_run_amber(
    workspace: Workspace, web: Any, make_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIDELIGHT_DISK_WARNING", "0.000001")
    make_site("harbor")
    web.listing("/harbor/", "/harbor/ad/1")
    web.ad("/harbor/ad/1", 1)
    notices: list[str] = []

    (verdict,) = crawl(workspace, notice=notices.append)

    assert [one.partition(" is ")[0] for one in notices] == ["harbor: the disk"]
    assert verdict.state is State.AMBER
    assert verdict.reasons[0].startswith("the disk of the workspace is ")

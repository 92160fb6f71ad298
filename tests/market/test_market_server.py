import http.client
import json
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import orjson
import pytest

from crawlers.errors import PageError
from crawlers.page import Page
from crawlers.parse import parse
from crawlers.records import TEXT_FIELDS, Ad
from crawlers.sites import load_site
from market.catalogue import MarketError
from market.server import Market, serve

MANIFESTS = Path(__file__).parents[2] / "market" / "sites"
SITES = ("harbor", "lantern", "meadow")


class Client:
    """Asks one market over one connection."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.connection = http.client.HTTPConnection("127.0.0.1", market.port, timeout=20)

    def get(self, path: str) -> tuple[int, str, bytes]:
        self.connection.request("GET", path)
        answer = self.connection.getresponse()
        return answer.status, answer.getheader("Content-Type", ""), answer.read()

    def crawl(self, name: str) -> tuple[dict[str, Ad], list[str]]:
        """Every ad that the site's manifest leads to, and what went wrong on the way."""
        site = load_site(MANIFESTS / name, trusted=False).at(self.market.origin)
        todo = deque((url, "listing") for url in site.manifest.start)
        seen, found, wrong = set(todo), {}, []
        while todo:
            url, kind = todo.popleft()
            status, content_type, body = self.get(urlsplit(url)._replace(scheme="", netloc="").geturl())
            if status != 200:
                wrong.append(str(status))
                continue
            try:
                parsed = parse(site, Page(url, body, content_type, kind=kind))
            except PageError:
                wrong.append("junk")
                continue
            wrong.extend("odd" for _ in parsed.problems)
            found.update({ad.ad_id: ad for ad in parsed.ads})
            fresh = [(address, kind) for kind, address in parsed.links if (address, kind) not in seen]
            seen.update(fresh)
            todo.extend(fresh)
        return found, wrong


@pytest.fixture
def client(folder: Path) -> Iterator[Client]:
    with serve(folder) as market:
        yield Client(market)


@pytest.fixture(scope="session")
def ads(folder: Path) -> dict[str, dict[str, object]]:
    return {ad["ad_id"]: ad for ad in map(orjson.loads, (folder / "ads.jsonl").read_bytes().splitlines())}


@pytest.mark.parametrize("name", SITES)
def test_what_the_manifest_reads_is_what_was_made(name: str, client: Client, ads: dict[str, dict[str, object]]) -> None:
    found, _ = client.crawl(name)
    made = {ad_id: ad for ad_id, ad in ads.items() if ad["site"] == name}
    assert found.keys() == made.keys()
    for ad_id, ad in made.items():
        got = found[ad_id]
        assert {field: getattr(got, field) for field in TEXT_FIELDS} == {
            field: ad.get(field, "") for field in TEXT_FIELDS
        }
        assert got.posted_at is not None
        assert got.posted_at.isoformat() == str(ad["posted_at"]).replace("Z", "+00:00")
        assert (got.region, list(got.image_hashes)) == (ad["region"], ad.get("image_hashes", []))
        assert urlsplit(got.url).path == urlsplit(str(ad["url"])).path
    assert client.market.media == 0
    assert client.market.trapped == 0


@pytest.mark.parametrize("name", SITES)
def test_each_site_has_a_page_that_is_gone_and_one_that_is_junk(name: str, client: Client) -> None:
    _, wrong = client.crawl(name)
    assert "junk" in wrong
    assert {"404", "410"} & set(wrong)
    assert name == "meadow" or "odd" in wrong  # a charset that does not exist


def test_a_site_shows_only_what_is_there_that_day(
    folder: Path, client: Client, ads: dict[str, dict[str, object]]
) -> None:
    stays = [orjson.loads(line) for line in (folder / "stays.jsonl").read_bytes().splitlines()]
    for day in (0, 5, 13):
        client.market.day = day
        there = {
            stay["ad_id"] for stay in stays if stay["from"] <= day and (stay["until"] is None or day < stay["until"])
        }
        found, _ = client.crawl("harbor")
        assert found.keys() == {ad_id for ad_id in there if ads[ad_id]["site"] == "harbor"}
    assert client.get(str(urlsplit(str(_later(stays, ads)["url"])).path))[0] == 200
    client.market.day = 0
    assert client.get(str(urlsplit(str(_later(stays, ads)["url"])).path))[0] == 404


def _later(stays: list[dict[str, object]], ads: dict[str, dict[str, object]]) -> dict[str, object]:
    return next(ads[str(stay["ad_id"])] for stay in stays if stay["from"] == 5 and stay["until"] is None)


def test_a_changed_ad_shows_its_earlier_state_before(
    folder: Path, client: Client, ads: dict[str, dict[str, object]]
) -> None:
    stays = [orjson.loads(line) for line in (folder / "stays.jsonl").read_bytes().splitlines()]
    changed = next(stay for stay in stays if "title" in stay.get("before", {}) and stay["ad_id"].startswith("meadow"))
    native = changed["ad_id"].partition(":")[2]
    client.market.day = changed["changed"] - 1
    assert json.loads(client.get(f"/meadow/api/ads/{native}")[2])["listing"]["headline"] == changed["before"]["title"]
    client.market.day = changed["changed"]
    assert (
        json.loads(client.get(f"/meadow/api/ads/{native}")[2])["listing"]["headline"] == ads[changed["ad_id"]]["title"]
    )


def test_requests_are_counted(client: Client) -> None:
    client.get("/harbor/media/banner.png")
    client.get("/lantern/trap/")
    client.get("/robots.txt")
    stats = json.loads(client.get("/_stats")[2])
    assert stats["media"] == 1
    assert stats["trapped"] == 1
    assert stats["paths"] == {"/harbor/media/banner.png": 1, "/lantern/trap/": 1, "/robots.txt": 1}
    assert b"Disallow: /harbor/private/" in client.get("/robots.txt")[2]


@pytest.mark.parametrize("path", ["/", "/harbor/", "/lantern/", "/meadow/", "/thicket/", "/thicket/?page=1"])
def test_every_site_has_a_front_page(path: str, client: Client) -> None:
    assert client.get(path)[0] == 200


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/harbor/?page=0",
        "/harbor/?page=x",
        "/harbor/?page=99",
        "/harbor/ad/",
        "/lantern/in/atlantis",
        "/thicket/?page=9",
    ],
)
def test_what_is_not_there_is_404(path: str, client: Client) -> None:
    assert client.get(path)[0] == 404


def test_only_get_is_answered(client: Client) -> None:
    client.connection.request("POST", "/harbor/", body=b"x")
    assert client.connection.getresponse().status == 405


def test_an_ad_is_listed_twice(client: Client) -> None:
    links = [ad["id"] for ad in json.loads(client.get("/meadow/api/listing")[2])["ads"]]
    assert len(links) > len(set(links))


def test_a_folder_without_a_market_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MarketError, match=r"no ads\.jsonl"):
        Market(tmp_path)

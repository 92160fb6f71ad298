"""The rehearsal market, crawled over HTTP, comes back field by field as it was written."""

from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from crawlers.adlines import parse_ad
from crawlers.records import Ad, Origin
from crawlers.run import crawl
from crawlers.stored import all_ads
from market.make import make
from market.server import serve
from store.workspace import Workspace

pytestmark = pytest.mark.slow

SITES = Path(__file__).parents[2] / "market" / "sites"


def said(ad: Ad) -> Ad:
    """The ad without what depends on where it was served; its date to the minute, which is what the pages show."""
    posted = ad.posted_at.replace(second=0, microsecond=0) if ad.posted_at else None
    return replace(ad, url="", origin=Origin(), posted_at=posted)


def test_crawled_ads_equal_the_ads_behind_the_pages(workspace: Workspace, tmp_path: Path) -> None:
    make(tmp_path, seed=20, ads=120)
    written = [parse_ad(orjson.loads(line)) for line in (tmp_path / "ads.jsonl").read_bytes().splitlines()]
    with serve(tmp_path) as market:
        verdicts = crawl(workspace, None, [SITES], origin=market.origin)
        assert (market.media, market.trapped) == (0, 0)
    with workspace.read() as connection:
        crawled = {one.ad.ad_id: said(one.ad) for one in all_ads(connection)}
    assert crawled == {ad.ad_id: said(ad) for ad in written}
    assert sum(one.counts["new"] for one in verdicts) == len(written)

"""Pages that are damaged or mean harm are counted and named; the rest of the site goes on."""

import gzip
import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest

from crawlers.addresses import permitted
from crawlers.run import crawl
from crawlers.stored import all_ads
from store.health import State
from store.workspace import Workspace


@pytest.mark.slow
def test_damaged_pages_are_counted_and_the_rest_goes_on(
    workspace: Workspace, web: Any, make_site: Callable[..., Any]
) -> None:
    canary = socket.create_server(("127.0.0.1", 0))
    touched: list[object] = []
    threading.Thread(target=lambda: touched.append(canary.accept()), daemon=True).start()
    private = f"http://127.0.0.1:{canary.getsockname()[1]}/"
    good, bad = ["plain", "zipped", "charset", "unclosed"], ["empty", "deep", "bomb", "wide", "noise", "teapot", "huge"]
    odd = ["loop", "inward", "slowly"]
    make_site("harbor", hosts=[private.split("/")[2]], floors={"ads": 4, "fill": {"title": 0.9}})
    web.listing("/harbor/", *(f"/harbor/{name}" for name in good + bad + odd), private)
    for number, name in enumerate(good):
        web.ad(f"/harbor/{name}", number)
    page = web.pages["/harbor/plain"][2].replace(b'"0"', b'"9"')
    web.put("/harbor/zipped", gzip.compress(page), Content_Encoding="gzip")
    web.put("/harbor/charset", page.replace(b"9", b"8") + "é".encode("latin-1"), "text/html; charset=klingon")
    web.put("/harbor/unclosed", '<article data-id=7><div class="title">T<div class=body>B<b></span></table')
    web.put("/harbor/empty", "  ")
    web.put("/harbor/deep", "<div>" * 50_000 + "<article data-id=1><p class=title>x")
    web.put("/harbor/bomb", gzip.compress(b"<p>" * 20_000_000), Content_Encoding="gzip")
    web.put("/harbor/wide", f"<article data-id=1 title='{'x' * 7_000_000}'><p class=title>x" + "<i>" * 300)
    web.put("/harbor/noise", bytes(range(256)) * 40)
    web.put("/harbor/teapot", page, status=418)
    web.put("/harbor/huge", b"x" * 9_000_000)
    web.put("/harbor/loop", "", status=302, Location="/harbor/loop?again")
    web.put("/harbor/loop?again", "", status=302, Location="/harbor/loop")
    web.put("/harbor/inward", "", status=302, Location=private)
    web.ad("/harbor/slowly", 5)

    (verdict,) = crawl(workspace)

    with workspace.read() as connection:
        titles = {one.ad.ad_id: one.ad.title for one in all_ads(connection)}
    assert titles == {f"harbor:{n}": "Title 0" for n in (0, 8, 9)} | {"harbor:7": "T\nB", "harbor:5": "Title 5"}
    assert verdict.state is not State.GREEN
    assert verdict.counts["unreadable"] == 5
    assert verdict.counts["http_errors"] == 1
    assert verdict.counts["errors"] == 1, "the page beyond the size limit was cut off"
    assert verdict.counts["refused.private"] == 1
    assert verdict.counts["problems"] == 1
    assert verdict.counts["redirects"] == 3
    assert any("private network" in reason for reason in verdict.reasons)
    assert not touched, "nothing connects to a private address that the manifest does not name"


PUBLIC = ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8"]
PRIVATE = """127.0.0.1 127.8.8.8 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 255.255.255.255
    192.0.2.1 198.18.0.1 ::1 :: fe80::1 fc00::1 ff02::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe
    2002:7f00:1:: 2001:db8::1 fe80::1%eth0 ::127.0.0.1 2002:808:808:: 64:ff9b:1::7f00:1 fec0::1 168.63.129.16 192.88.99.1
    2600::5efe:7f00:1 2001:0:808:808::1 fd00:ec2::254 100.100.100.200 192.0.0.192""".split()  # noqa: SIM905


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_may_be_connected_to(address: str) -> None:
    assert permitted(address, 80, ())


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_that_lead_inward_may_not(address: str) -> None:
    assert not permitted(address, 80, ("127.0.0.1:8600",))


def test_a_private_address_is_allowed_only_with_its_very_port() -> None:
    assert permitted("127.0.0.1", 8600, ("127.0.0.1:8600",))
    assert not permitted("127.0.0.1", 8601, ("127.0.0.1:8600",))
    assert permitted("::1", 8600, ("[::1]:8600",))

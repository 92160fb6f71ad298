"""A page for a person at the terminal passes the checks that a crawl's pages pass."""

import gzip

import pytest

from crawlers.errors import PageError
from crawlers.fetch import fetch_page
from proof.hostile_server import Server, ad, canary, page, served

AGENT = "Sidelight/0.1 (+crawler@harbor.example)"


def test_a_page_is_fetched_where_robots_txt_allows_it() -> None:
    server = Server()
    with served(server):
        server.pages["/robots.txt"] = page(
            gzip.compress(b"User-agent: Sidelight\nDisallow: /closed"), "text/plain", Content_Encoding="gzip"
        )
        server.pages |= {"/ad/1": ad(1), "/old": page("", None, 301, Location="/ad/1"), "/closed": ad(2)}
        assert b"Title 1" in fetch_page(f"http://{server.origin}/old", AGENT).body
        with pytest.raises(PageError, match="closed by"):
            fetch_page(f"http://{server.origin}/closed", AGENT)
        server.pages["/robots.txt"] = page("", status=503)
        with pytest.raises(PageError, match="HTTP 503"):
            fetch_page(f"http://{server.origin}/ad/1", AGENT)
    assert "/closed" not in server.asked


def test_it_leads_nowhere_else() -> None:
    server = Server()
    with canary() as watched, served(server):
        inward = [f"http://127.0.0.1:{watched.port}/x", f"http://localhost:{watched.port}/", f"//[::1]:{watched.port}/"]
        targets = [*inward, "file:///etc/passwd", "ftp://127.0.0.1/x", "http://[", "/loop"]
        server.pages |= {f"/{number}": page("", None, 302, Location=target) for number, target in enumerate(targets)}
        server.pages |= {
            "/loop": page("", None, 302, Location="/loop"),
            "/jpeg": page(b"\xff\xd8\xff\xe0", "image/jpeg"),
        }
        server.pages |= {"/lie": page(b"\xff\xd8\xff\xe0")}
        for path in [*map(str, range(len(targets))), "jpeg", "lie"]:
            with pytest.raises(PageError):
                fetch_page(f"http://{server.origin}/{path}", AGENT)
        with pytest.raises(PageError, match="private network"):
            fetch_page(f"http://localhost:{watched.port}/", AGENT)
        with pytest.raises(PageError, match="only http"):
            fetch_page("file:///etc/passwd", AGENT)
    assert watched.touched == 0

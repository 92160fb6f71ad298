"""Requests that a hostile page wants a crawler to make inside its own network, from hostile.yml."""

import gzip
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from sqlalchemy import select

from crawlers.manifest import netloc
from crawlers.tables import captures
from proof.hostile_server import Canary, Server, ad, canary, page, served, watch, write_site
from proof.odd_names import DATA
from store.workspace import Workspace

SECRET = "what stands in a file of this machine"  # noqa: S105  no password
GOOD = 3


@dataclass(frozen=True, slots=True)
class Vector:
    """One way in: what stands on the listing page, and what the site's own page answers where it leads there first."""

    name: str
    url: str
    listing: str
    answer: bytes | None = None


@dataclass(frozen=True, slots=True)
class Led:
    """How it went: ways tried, connections to the canaries, files of this machine that were read, good ads that came."""

    vectors: int
    connections: int
    files: int
    ads: int


def vectors(port: int, file: Path, every: int = 1) -> list[Vector]:
    """Every `every`-th way in."""
    data = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return [one for number, one in enumerate(_all(data, port, file)) if number % every == 0]


def _all(data: dict[str, Any], port: int, file: Path) -> Iterator[Vector]:
    number = 0
    for carrier, how in data["carriers"].items():
        for host in data["hosts"]:
            number += 1
            facts = {"host": host.replace("{port}", str(port)), "n": str(number)}
            url = f"http://{facts['host']}/{number}"
            own = f"/led/way/{number}"
            answer = _answered(how["answer"], facts) if "answer" in how else None
            listing = f'<a class="ad" href="{own}">x</a>' if answer else _filled(how["listing"], facts)
            yield Vector(f"{carrier} {host}", url, listing, answer)
    for written in data["schemes"]:
        url = written.replace("{file}", str(file)).replace("{port}", str(port))
        number += 2
        yield Vector(f"link {written}", url, f'<a class="ad" href="{url}">x</a>')
        answer = page("", None, 302, Location=url)
        yield Vector(f"redirect {written}", url, f'<a class="ad" href="/led/way/{number}">x</a>', answer)


def _filled(template: str, facts: dict[str, str]) -> str:
    for name, value in facts.items():
        template = template.replace(f"{{{name}}}", value)
    return template


def _answered(how: dict[str, Any], facts: dict[str, str]) -> bytes:
    headers = {name: _filled(value, facts) for name, value in how.items() if name not in ("status", "body")}
    return page(_filled(how.get("body", ""), facts), status=how["status"], **headers)


def lead(workspace: Workspace, scratch: Path, every: int = 1, *, named: bool) -> Led:
    """Crawl a site full of ways in. With `named` its manifest names their hosts, so that only the peers' addresses stop it."""
    file = scratch / "secret.html"
    file.write_text(f"<article data-id=666><p class=title>{SECRET}</p></article>")
    with canary() as watched:
        tried = vectors(watched.port, file, every)
        # A server on the canaries' port, at the one address that is allowed, so that changing names are met in earnest.
        site = Server("127.0.0.2", watched.port, otherwise=_good)
        with served(site):
            _offer(site, tried)
            hosts = sorted({host for one in tried if (host := _host(one.url))}) if named else []
            write_site(workspace, site, "led", listing="tree", hosts=hosts)
            before = dict(os.environ)
            proxy = f"http://127.0.0.1:{watched.port}"
            os.environ.update({"http_proxy": proxy, "https_proxy": proxy, "ALL_PROXY": proxy})
            try:
                watch(workspace, ["led"], "proof.odd_names")
            finally:
                os.environ.clear()
                os.environ.update(before)
        return _outcome(workspace, tried, watched)


def _good(path: str) -> bytes | None:
    return ad(path.rpartition("/")[2]) if path.startswith("/ad/") else None


def _offer(site: Server, tried: Sequence[Vector]) -> None:
    good = "".join(f'<a class="ad" href="/ad/{number}">x</a>' for number in range(GOOD))
    site.pages["/led/"] = page(good + "\n".join(one.listing for one in tried))
    for one in tried:
        if one.answer is not None:
            site.pages[one.listing.split('"')[3]] = one.answer
    first = tried[0]
    site.pages["/robots.txt"] = page(
        f"User-agent: *\nAllow: /\nSitemap: {first.url}\nHost: {first.url}\n", "text/plain"
    )


def _host(url: str) -> str | None:
    try:
        return netloc(url) if urlsplit(url).scheme in ("http", "https") else None
    except ValueError:
        return None


def _outcome(workspace: Workspace, tried: Sequence[Vector], watched: Canary) -> Led:
    with workspace.read() as connection:
        urls = connection.execute(select(captures.c.url)).scalars().all()
        ads = [url for url in urls if urlsplit(url).path.startswith("/ad/")]
    held = [gzip.decompress(path.read_bytes()) for path in workspace.captures.rglob("*.warc.gz")]
    held += [path.read_bytes() for path in workspace.root.glob("*.db*")]
    files = sum(not url.startswith("http") for url in urls) + sum(one.count(SECRET.encode()) for one in held)
    return Led(len(tried), watched.touched, files, len(ads))

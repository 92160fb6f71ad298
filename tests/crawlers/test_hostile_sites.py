"""A sample of what hostile sites try; all of it is tried by `python -m proof.hostile_sites`."""

import os
import socket
import ssl
import time
from datetime import datetime
from functools import partial
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from scrapy.core.downloader.handlers import DownloadHandlers
from scrapy.crawler import AsyncCrawlerProcess

from crawlers.manifest import Manifest
from crawlers.project import process_settings, site_settings
from crawlers.spider import ListingSpider
from proof.hostile_bombs import bomb
from proof.hostile_requests import lead
from proof.hostile_server import Server, ad, canary, page, served, watch, write_site
from proof.hostile_traps import TRAPS, scratch, trap
from store.health import State
from store.workspace import Workspace


@pytest.mark.slow
def test_no_way_leads_inward(workspace: Workspace, tmp_path: Path) -> None:
    led = lead(workspace, tmp_path, every=13, named=True)
    assert led.vectors > 60
    assert (led.connections, led.files, led.ads) == (0, 0, 3)


def test_a_canary_would_tell() -> None:
    with canary() as watched:
        for address in ("127.0.0.1", "::1"):
            socket.create_connection((address, watched.port)).close()
        deadline = time.monotonic() + 5
        while watched.touched < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
    assert watched.touched == 2


@pytest.mark.slow
def test_a_site_does_not_reach_what_another_sites_manifest_allows(workspace: Workspace) -> None:
    inner, outer = Server("127.0.0.1"), Server("127.0.0.2")
    with served(inner, outer):
        inner.pages |= {"/inner/": page('<a class="ad" href="/ad/1">x</a>'), "/ad/1": ad(1)}
        outer.pages["/outer/"] = page(f'<a class="ad" href="http://{inner.origin}/secret">x</a>')
        outer.pages["/robots.txt"] = page("", None, 302, Location=f"http://{inner.origin}/robots-of-others")
        write_site(workspace, inner, "inner")
        write_site(workspace, outer, "outer", hosts=[inner.origin])
        watched = watch(workspace, ["inner", "outer"])
    assert watched.verdicts["inner"].counts["ads"] == 1
    assert not {"/secret", "/robots-of-others"} & set(inner.asked)


@pytest.mark.slow
def test_hostile_answers_are_named_and_the_crawl_goes_on(workspace: Workspace) -> None:
    groups = ("squeezed", "grown", "charsets", "broken", "led_on")
    done = bomb(workspace, groups, leave={"formatting", "elements", "comments", "attributes-many"})
    assert done.answers >= 45
    assert done.unnamed == []
    assert done.short == []
    assert done.memory <= 300


@pytest.mark.slow
def test_heads_and_bodies_without_an_end_are_cut_off(workspace: Workspace) -> None:
    done = bomb(workspace, ("heads",), leave={"endless-body", "endless-chunks"})
    assert done.unnamed == []
    assert done.short == []


@pytest.mark.slow
def test_traps_are_left_and_named(tmp_path: Path) -> None:
    done = trap(scratch(tmp_path), 10, {"delay": 0, "concurrency": 1, "autothrottle": False})
    assert done.wrong == []
    assert set(done.pages) == set(TRAPS)
    assert max(done.pages.values()) < 50


@pytest.mark.slow
def test_of_a_picture_no_byte_is_taken(workspace: Workspace) -> None:
    """The head alone ends it: the server finds the connection closed before it has sent a byte of the body."""
    sent: list[int] = []

    def picture(kind: bytes, start: bytes, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: " + kind + b"\r\nContent-Length: 5000000\r\n\r\n" + start)
        connection.settimeout(5)
        closed = connection.recv(1) == b""
        sent.append(0 if closed else 5_000_000)

    server = Server()
    paths = {"/harbor/kind": (b"image/jpeg", b""), "/harbor/lie": (b"text/html", b"\xff\xd8\xff\xe0")}
    with served(server):
        server.pages["/harbor/"] = page("".join(f'<a class="ad" href="{path}">x</a>' for path in ["/ad/1", *paths]))
        server.pages["/ad/1"] = ad(1)
        server.pages |= {path: partial(picture, *how) for path, how in paths.items()}
        write_site(workspace, server, "harbor")
        verdict = watch(workspace, ["harbor"]).verdicts["harbor"]
    assert sent == [0, 0]
    assert verdict.counts["refused.media"] == 2
    assert verdict.counts["ads"] == 1
    assert verdict.state is State.GREEN


MANIFEST = {"name": "harbor", "start": ["https://harbor.example/"], "listing": "pages"}
EFFECTIVE = {
    "REMOTE_CONTROL_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    "DOWNLOAD_VERIFY_CERTIFICATES": True,
    "DOWNLOAD_MAXSIZE": 8 * 1024 * 1024,
    "DOWNLOAD_TIMEOUT": 45,
    "DOWNLOAD_FAIL_ON_DATALOSS": True,
    "HTTPPROXY_ENABLED": False,
    "COOKIES_ENABLED": False,
    "COMPRESSION_ENABLED": False,
    "REDIRECT_ENABLED": False,
    "METAREFRESH_ENABLED": False,
    "HTTPCACHE_ENABLED": False,
    "CONCURRENT_REQUESTS": 1,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "ROBOTSTXT_OBEY": True,
    "TWISTED_DNS_RESOLVER": "crawlers.resolver.GuardedResolver",
}


def test_the_settings_in_force_are_these() -> None:
    os.environ["SCRAPY_SETTINGS_MODULE"] = "no.such.module"
    try:
        manifest = Manifest.model_validate(MANIFEST)
        process = AsyncCrawlerProcess({**process_settings([manifest]), "LOG_INSTALL_ROOT_HANDLER": False})
        settings = {**process.settings.copy_to_dict(), **site_settings(manifest, "a@harbor.example")}
        crawler = process.create_crawler(ListingSpider)
        crawler.settings.setdict(settings, priority="cmdline")
        crawler._apply_settings()
    finally:
        del os.environ["SCRAPY_SETTINGS_MODULE"]
    assert {name: crawler.settings[name] for name in EFFECTIVE} == EFFECTIVE
    assert sorted(DownloadHandlers(crawler)._schemes) == ["http", "https"]
    assert crawler.settings["USER_AGENT"] == "Sidelight/0.1 (+a@harbor.example)"
    assert manifest.pace.delay == 2
    assert manifest.pace.concurrency == 1


@pytest.mark.slow
def test_a_server_without_a_certificate_that_holds_is_told_nothing(workspace: Workspace, tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    server = Server(tls=context)
    with served(server):
        server.pages |= {"/harbor/": page('<a class="ad" href="/ad/1">x</a>'), "/ad/1": ad(1)}
        write_site(workspace, server, "harbor", start=[f"https://{server.origin}/harbor/"])
        verdict = watch(workspace, ["harbor"]).verdicts["harbor"]
    assert server.asked == []
    assert verdict.state is State.RED


def self_signed(folder: Path) -> Path:
    """A certificate for 127.0.0.1 that nobody vouches for, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(datetime(2026, 1, 1)).not_valid_after(datetime(2046, 1, 1))  # noqa: DTZ001
    made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
    path = folder / "server.pem"
    plain = serialization.NoEncryption()
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )
    return path

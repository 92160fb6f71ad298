"""A manifest says what it means or is refused with file, line and key; sites are found by walking folders."""

from pathlib import Path

import pytest

from crawlers.errors import ManifestError, PageError
from crawlers.manifest import load_manifest
from crawlers.page import Page
from crawlers.parse import parse
from crawlers.sites import discover, load_site
from store.workspace import Workspace

GOOD = """name: harbor
start: ["http://harbor.example/"]
listing: pages
timezone: America/Chicago
select:
  listing: {ads: "a.ad::attr(href)", next: "a.next::attr(href)"}
  ad:
    native_id: "url:/ad/([0-9]+)"
    title: h1
    body: "xpath://div[@class='text']"
    posted_at: time
"""


def write(folder: Path, text: str, name: str = "harbor") -> Path:
    path = folder / name / "site.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("old", "new", "line", "named"),
    [
        ("listing: pages", "listing: sideways", 3, "'listing'"),
        ("listing: pages", "listings: pages", 1, "'listing'"),
        ("listing: pages", "listing: pages\ncolour: blue", 4, "'colour'"),
        ("listing: pages", "listing: pages\npace: {delay: soon}", 4, "'pace.delay'"),
        ("listing: pages", "listing: pages\npace: {dealy: 2}", 4, "there is no such key; did you mean 'delay'?"),
        ("listing: pages", "listing: pages\nshedule: daily", 4, "there is no such key; did you mean 'schedule'?"),
        ("listing: pages", "", 1, "key 'listing': is missing"),
        ("listing: pages", "listing: pages\nallow_private: [localhost]", 4, "127.0.0.1:8600"),
        ("listing: pages", "listing: pages\ndates: ['%Q']", 4, "'dates.0'"),
        ("America/Chicago", "Mars/Base", 4, "time zone"),
        ("title: h1", "title: 'h1['", 9, "CSS"),
        ("title: h1", "title: 'xpath://['", 9, "XPath"),
        ("title: h1", "title: 'jmespath:['", 9, "JMESPath"),
        ("title: h1", "title: 'url:[a-z]+'", 9, "one group"),
        ("title: h1", "headline: h1", 9, "known are"),
        ("name: harbor", "name: lantern", 1, "folder 'harbor'"),
        ("http://harbor.example/", "ftp://harbor.example/", 2, "http"),
        ("timezone: America/Chicago", "listing: next", 4, "twice"),
        ("timezone: America/Chicago", "  timezone: x", 4, "YAML"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, old: str, new: str, line: int, named: str) -> None:
    path = write(tmp_path, GOOD.replace(old, new))
    with pytest.raises(ManifestError) as caught:
        load_manifest(path)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert named in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("listing: pages", "listing: tree", "select.listing.categories"),
        (', next: "a.next::attr(href)"', "", "select.listing.next .listing 'pages' leads on by it."),
        ('ads: "a.ad::attr(href)", ', "", "select.listing.ads .links to ads. or select.listing.items"),
        ('    native_id: "url:/ad/([0-9]+)"\n', "", "select.ad.native_id"),
    ],
)
def test_a_listing_needs_the_selectors_of_its_kind(tmp_path: Path, old: str, new: str, named: str) -> None:
    path = write(tmp_path, GOOD.replace(old, new))
    with pytest.raises(ManifestError, match=f":1: needs {named}"):
        load_site(path.parent, trusted=False)


def test_a_file_that_is_no_manifest_at_all_is_refused_unread(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="larger than 1000000 bytes; that is no manifest"):
        load_manifest(write(tmp_path, GOOD + "#" * 1_000_000))


def test_a_manifest_nested_without_end_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"site\.yml:12: not valid YAML: nested more than 60 deep"):
        load_manifest(write(tmp_path, GOOD + "floors: " + "[" * 200_000))


def test_a_key_that_stands_twice_deep_inside_is_found(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD + "allow_private: [{a: 1, a: 2}]\n")
    with pytest.raises(ManifestError, match=r"site\.yml:12: .*'a'.* twice"):
        load_manifest(path)


def test_one_malformed_site_does_not_hide_the_others(workspace: Workspace, tmp_path: Path) -> None:
    write(workspace.sites, GOOD)
    write(tmp_path, "][", "broken")
    write(tmp_path, "", "empty")
    write(tmp_path, GOOD)
    found, broken = discover(workspace, [tmp_path])
    assert list(found) == ["harbor"]
    assert sorted(broken) == ["broken", "empty", "harbor"]
    assert "rename one" in str(broken["harbor"])


def test_a_parser_is_a_pure_function_beside_the_manifest(workspace: Workspace, tmp_path: Path) -> None:
    own = "def parse(page):\n    return {'native_id': page.url[-1], 'title': page.text.upper()} if page.kind == 'ad' else {}\n"
    path = write(workspace.sites, GOOD)
    (path.parent / "parser.py").write_text(own)
    site = load_site(path.parent, trusted=True)
    (ad,) = parse(site, Page("http://harbor.example/ad/7", b"<div class=text>b</div>")).ads
    assert (ad.ad_id, ad.title, ad.body) == ("harbor:7", "<DIV CLASS=TEXT>B</DIV>", "b")
    elsewhere = write(tmp_path, GOOD)
    (elsewhere.parent / "parser.py").write_text(own)
    with pytest.raises(ManifestError, match="own sites folder"):
        load_site(elsewhere.parent, trusted=False)
    (path.parent / "parser.py").write_text("def parse(page):\n    return {'colour': 'blue'}\n")
    with pytest.raises(PageError, match="'colour'"):
        parse(load_site(path.parent, trusted=True), Page("http://harbor.example/ad/7", b"x"))


def test_a_replay_of_a_page_yields_the_same_ad_under_the_same_version(workspace: Workspace) -> None:
    path = write(workspace.sites, GOOD)
    page = b"<h1>T</h1><div class=text>a<br>b</div><time>2026-07-01 12:00</time>"
    first, second = (
        parse(load_site(path.parent, trusted=True), Page("http://harbor.example/ad/7", page)) for _ in range(2)
    )
    assert first == second
    assert first.ads[0].posted_at is not None
    assert first.ads[0].posted_at.hour == 17
    write(workspace.sites, GOOD.replace("title: h1", "title: h2"))
    again = load_site(path.parent, trusted=True)
    assert again.version != first.ads[0].origin.parser

"""`sites new` begins a site from one page; `sites check` holds every fixture against what a person expects."""

import shutil
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from crawlers.cli import app
from store.errors import UsageError
from store.workspace import open_workspace

PAGE = """<html><body><h1 class="headline">Evening walks</h1>
<article class="listing" data-id="417">
<div class="wording">Company for walks along the harbor, any weather.<br>Ask for Sam.</div>
<span class="town">Duluth</span><b class="phone">202-555-0143</b><b class="price">80</b>
<time datetime="2026-05-01T12:00:00Z">May</time>
</article></body></html>"""


def run(*words: str, folder: Path) -> Any:
    return CliRunner().invoke(app, ["sites", *words, "-w", str(folder)])


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    """A workspace with a site begun from PAGE."""
    (tmp_path / "417.html").write_text(PAGE)
    result = run("new", "harbor", "--from", str(tmp_path / "417.html"), folder=tmp_path / "w")
    assert result.exit_code == 0, result.output
    return tmp_path / "w"


def expected(folder: Path) -> Path:
    return folder / "sites/harbor/fixtures/first/expected.json"


def test_a_new_site_has_guessed_selectors(begun: Path) -> None:
    ad = orjson.loads(expected(begun).read_bytes())["ad"]
    assert {name: ad[name] for name in ("ad_id", "title", "location", "contact", "price")} == {
        "ad_id": "harbor:417",
        "title": "Evening walks",
        "location": "Duluth",
        "contact": "202-555-0143",
        "price": "80",
    }
    assert ad["body"] == "Company for walks along the harbor, any weather.\nAsk for Sam."
    assert ad["posted_at"] == "2026-05-01T12:00:00+00:00"


@pytest.mark.parametrize("name", ["Bad/Name", "../elsewhere", "Harbor", ""])
def test_a_name_that_no_manifest_may_have_is_refused_before_a_page_is_read(begun: Path, name: str) -> None:
    result = run("new", name, "--from", "no-such-page.html", folder=begun)
    assert isinstance(result.exception, UsageError)
    assert str(result.exception).startswith(f"{name!r} is no name for a site: small letters")


def test_its_first_fixture_fails_until_a_person_has_read_it(begun: Path) -> None:
    assert run("check", folder=begun).exit_code == 1
    read = orjson.loads(expected(begun).read_bytes()) | {"read_by": "Ada"}
    expected(begun).write_bytes(orjson.dumps(read))
    result = run("check", "harbor", folder=begun)
    assert (result.exit_code, result.stdout) == (0, "harbor/first: as expected\n")


def test_one_wrong_field_is_one_failing_line(begun: Path) -> None:
    read = orjson.loads(expected(begun).read_bytes()) | {"read_by": "Ada"}
    read["ad"] |= {"title": "Morning walks", "age": "30"}
    expected(begun).write_bytes(orjson.dumps(read))
    result = run("check", folder=begun)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "harbor/first: 2 wrong",
        "  age: expected '30', found ''",
        "  title: expected 'Morning walks', found 'Evening walks'",
    ]


def test_a_json_page_is_guessed_too(tmp_path: Path) -> None:
    page = {
        "id": 9,
        "listing": {"headline": "Walks", "text": "Any weather", "town": "Duluth"},
        "published": "2026-05-01",
    }
    (tmp_path / "9.json").write_bytes(orjson.dumps(page))
    assert run("new", "meadow", "--from", str(tmp_path / "9.json"), folder=tmp_path / "w").exit_code == 0
    ad = orjson.loads((tmp_path / "w/sites/meadow/fixtures/first/expected.json").read_bytes())["ad"]
    assert (ad["ad_id"], ad["title"], ad["body"], ad["location"]) == ("meadow:9", "Walks", "Any weather", "Duluth")


def test_sites_are_listed_with_the_state_of_their_last_run(begun: Path) -> None:
    result = run("list", "--json", folder=begun)
    assert orjson.loads(result.stdout)["state"] == "never"
    (begun / "sites/broken").mkdir()
    (begun / "sites/broken/site.yml").write_text("][")
    result = run("list", folder=begun)
    assert result.exit_code == 1
    assert "broken/site.yml:1" in result.stderr


def test_a_check_names_an_unknown_site_a_broken_one_and_one_without_fixtures(begun: Path) -> None:
    assert "no site 'lantern'; known are: harbor" in str(run("check", "lantern", folder=begun).exception)
    shutil.rmtree(begun / "sites/harbor/fixtures")
    (begun / "sites/broken").mkdir()
    (begun / "sites/broken/site.yml").write_text("][")
    result = run("check", folder=begun)
    assert result.exit_code == 1
    assert "broken/site.yml:1" in result.stderr
    assert "harbor: no fixtures; save a page with `sidelight sites new`" in result.stdout
    assert run("check", "harbor", folder=begun).exit_code == 0  # what is broken is not asked about


def test_a_stop_names_an_unknown_site_and_says_where_nothing_was_to_stop(begun: Path) -> None:
    result = CliRunner().invoke(app, ["crawl", "lantern", "--stop", "-w", str(begun)])
    assert "no site 'lantern'; known are: harbor" in str(result.exception)
    result = CliRunner().invoke(app, ["crawl", "harbor", "--stop", "-w", str(begun)])
    assert (result.exit_code, result.stdout) == (0, "harbor: nothing was crawling it\n")


def test_crawl_wants_names_or_all(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["crawl", "-w", str(tmp_path)])
    assert "--all" in str(result.exception)
    open_workspace(tmp_path).close()

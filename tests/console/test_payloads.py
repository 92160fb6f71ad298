"""Hostile texts of every kind, stored wherever a text is taken, shown on every kind of page in a real browser."""

from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from proof.hostile_console import ELEMENTS, FOREIGN, Share, Tally, append, prove, proved, settings
from proof.hostile_files import PDF, objects
from proof.payloads import payloads
from store.workspace import open_workspace

pytestmark = pytest.mark.real("browser")


@pytest.mark.slow
def test_nothing_that_is_stored_acts_on_any_page_or_in_any_file(browser: Browser, tmp_path: Path) -> None:
    workspace = open_workspace(tmp_path / "workspace", settings())
    tally = prove(workspace, browser, payloads(300, seed=7), each=300)
    workspace.close()
    assert (tally.ran, tally.left, tally.reports, tally.files, tally.unseen) == ([], [], [], [], [])
    assert len(tally.by_page) >= 24


@pytest.mark.parametrize(
    "markup", ["<img src=x>", "<p onclick=x>", "<a href=javascript:x>", "<script>1</script>", "<a href=//evil.example>"]
)
def test_what_looks_for_foreign_markup_finds_it(browser: Browser, markup: str) -> None:
    page = browser.new_page()
    page.set_content(f"<main>{markup}</main>")
    assert page.evaluate(FOREIGN, ELEMENTS)
    page.close()


@pytest.mark.parametrize(
    ("pdf", "acts"),
    [
        (b"1 0 obj\n<<\n/Length 5\n>>\nstream\n.\n/JS\nendstream\nendobj\n", False),
        (b"1 0 obj\n<<\n/Length 1\n>>\nstream\n./JS\nendstream\nendobj\n", True),  # behind the stream's end
        (b"1 0 obj\n<<\n/Length 1\n>>\nstream\n.\nendstream\nendobj\n2 0 obj\n<<\n/S /JavaScript\n>>\nendobj\n", True),
        (b"1 0 obj\n<<\n/Length 1\n/Type /ObjStm\n>>\nstream\n.\nendstream\nendobj\n", True),
    ],
)
def test_what_a_pdf_does_is_looked_for_in_its_objects_and_not_in_packed_bytes(pdf: bytes, acts: bool) -> None:
    assert any(PDF.search(part) for part in objects(pdf)) is acts


def test_what_was_found_before_is_kept_and_not_proved_again(tmp_path: Path) -> None:
    shares = [Share(2_000, 500, 0, number) for number in (0, 1)]
    found = [
        Tally(1_000, 23, Counter(ad=2, group=2)),
        Tally(1_000, 23, Counter(ad=2), ran=["ad: script"], unseen=["ad: status 500"]),
    ]
    keep = tmp_path / "found.jsonl"
    for share, tally in zip(shares, found, strict=True):
        append(keep, share, tally)
    append(keep, Share(2_000, 500, 1, 0), Tally(1_000))  # of another seed
    assert list(proved(shares, 1, keep)) == found
    both = found[0] + found[1]
    assert (both.payloads, both.loads, both.by_page) == (2_000, 46, {"ad": 4, "group": 2})
    assert both.ran
    assert both.unseen
    assert not both.clean


def test_ten_thousand_different_ones_can_be_made() -> None:
    made = payloads(10_000)
    assert len(set(made)) == 10_000
    assert made == payloads(10_000)

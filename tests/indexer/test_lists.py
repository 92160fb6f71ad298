"""Lists of identifiers looked up at once, and everything that answers written to a file."""

import csv
import json
from functools import cache
from pathlib import Path

import pytest

from indexer import export as exporting
from indexer.engine import open_backend
from indexer.export import export
from indexer.lists import identifiers, look_up
from indexer.records import Sort
from indexer.search import search
from store.errors import UsageError
from store.workspace import Workspace

opened = cache(open_backend)


def test_each_identifier_of_a_list_is_a_hit_a_miss_or_unread_however_it_is_written(world: Workspace) -> None:
    listed = [
        "(202) 555-0107",
        "+1 202 555 0108",
        "contact3@example.com",
        "two zero two five five five zero one one zero",
    ]
    missing = ["(303) 555-0199", "nobody@example.com", "telegram:nobody"]
    rows = {row.identifier: row for row in look_up(world, [*listed, *missing, "???", "evening"], opened(world))}
    assert list(rows) == [*listed, *missing, "???", "evening"]
    assert [rows[one].said for one in listed] == ["hit"] * 4
    assert [rows[one].said for one in missing] == ["miss"] * 3
    assert [rows[one].said for one in ("???", "evening")] == ["unread"] * 2
    for one in listed:
        page = search(world, one, sort=Sort.TIME, limit=100, backend=opened(world))
        assert rows[one].ads == page.total
        assert list(rows[one].newest) == [hit.ad_id for hit in page.hits[:5]]
        assert rows[one].groups == len({hit.group_id for hit in page.hits})


def test_a_thousand_identifiers_are_answered_in_one_go(embedded_world: Workspace) -> None:
    listed = [f"+1 202 555 {number:04}" for number in range(1_000)]
    rows = list(look_up(embedded_world, listed, opened(embedded_world)))
    assert len(rows) == 1_000
    found = {hit.document.phones[0][-4:] for hit in search(embedded_world, "has:phone", limit=500).hits}
    assert {row.identifier[-4:] for row in rows if row.ads} == found


@pytest.mark.parametrize(
    ("text", "column", "found"),
    [
        ("phone\n2025550107\n2025550107\n\n2025550108\n", None, ["2025550107", "2025550108"]),
        ("2025550107,x\n2025550108,y\n", None, ["2025550107", "2025550108"]),
        ('id,contact\n1,"a@example.com"\n2, b@example.com\n3\n', "contact", ["a@example.com", "b@example.com"]),
        ("\ufeffphone\n2025550107\n", "phone", ["2025550107"]),
    ],
)
def test_a_list_is_a_column_of_a_csv(tmp_path: Path, text: str, column: str | None, found: list[str]) -> None:
    (tmp_path / "list.csv").write_text(text, encoding="utf-8")
    assert identifiers(tmp_path / "list.csv", column) == found


def test_a_list_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="cannot be read as CSV"):
        identifiers(tmp_path / "list.csv")
    (tmp_path / "list.csv").write_text("a,b\n1,2\n")
    with pytest.raises(UsageError, match="no column 'c'; it has a, b"):
        identifiers(tmp_path / "list.csv", "c")


def test_an_export_holds_every_hit_once_over_many_pages(
    world: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "PAGE", 7)
    target = tmp_path / "found.jsonl"
    count = export(world, "evening", target, opened(world))
    rows = [json.loads(line) for line in target.read_text().splitlines()]
    hits = search(world, "evening", sort=Sort.TIME, limit=500, backend=opened(world)).hits
    assert [row["ad_id"] for row in rows] == [hit.ad_id for hit in hits]
    assert count == len(rows)


def test_an_exported_cell_is_no_formula(world: Workspace, tmp_path: Path) -> None:
    target = tmp_path / "found.csv"
    export(world, "phone:2025550107", target, opened(world))
    with target.open(newline="", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    assert rows[0]["phones"] == "'+12025550107"
    assert rows[0]["places"]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    assert [path.name for path in tmp_path.iterdir()] == ["found.csv"]


def test_an_export_to_something_else_says_what_can_be_written(world: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.csv or \.jsonl"):
        export(world, "evening", tmp_path / "found.xlsx")

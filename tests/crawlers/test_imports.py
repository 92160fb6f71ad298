"""Files of other people's ads: the same checks as a crawl, each ad pointing to file and line, safe to repeat."""

import hashlib
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pytest
from pyarrow import parquet
from sqlalchemy import func, select, update
from typer.testing import CliRunner

from crawlers import imports
from crawlers.adlines import parse_ad
from crawlers.cli import app
from crawlers.columns import load_columns
from crawlers.errors import ImportFileError
from crawlers.imports import Imported, import_ads
from crawlers.report import show_imports
from crawlers.stored import load_ads
from crawlers.tables import runs, sightings
from store.jsonlines import BadLineError
from store.suppression import suppress
from store.workspace import Workspace


def lines(path: Path, *objects: Any) -> Path:
    path.write_bytes(b"\n".join(one if isinstance(one, bytes) else orjson.dumps(one) for one in objects) + b"\n")
    return path


def ad(number: int, **fields: Any) -> dict[str, Any]:
    return {"ad_id": f"s:{number}", "site": "s", "title": "T", "body": f"B{number}", **fields}


def counted(workspace: Workspace, table: Any) -> int:
    with workspace.read() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_bad_lines_are_reported_with_their_number_and_the_rest_goes_on(workspace: Workspace, tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", ad(1), b"{", b"[1]", {"site": "s"}, b"\xff", ad(2, price=80), ad(3, colour="x"))
    said: list[str] = []
    counts = import_ads(workspace, path, said.append).counts
    assert (counts["ads"], counts["new"], counts["bad"]) == (2, 2, 5)
    assert [one.split(":")[1] for one in said] == ["2", "3", "4", "5", "7"]
    with workspace.read() as connection:
        origin = load_ads(connection, ["s:2"])["s:2"].ad.origin
    assert (origin.file_sha256, origin.line) == (hashlib.sha256(path.read_bytes()).hexdigest(), 6)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"region": "usa"}, "'region' is 'usa'; expected an ISO country such as US"),
        ({"image_hashes": "00ff"}, "'image_hashes' is no list of strings"),
        ({"image_hashes": [7]}, "'image_hashes' is no list of strings"),
        ({"title": True}, "'title' is bool; expected text"),
        ({"body": ["a"]}, "'body' is list; expected text"),
        ({"body": "a" * 2_000_001}, "'body' has 2000001 characters; the limit is 2000000"),
        ({"posted_at": "yesterday"}, "'posted_at'"),
        ({"ad_id": ""}, "'ad_id' is missing or empty"),
    ],
)
def test_a_field_that_cannot_be_taken_is_named_with_what_is_expected(fields: dict[str, Any], told: str) -> None:
    with pytest.raises(BadLineError) as caught:
        parse_ad(ad(1, **fields))
    assert told in str(caught.value)


@pytest.mark.slow
def test_an_import_may_be_repeated_and_taken_up_again(workspace: Workspace, tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", *(ad(number) for number in range(2500)))
    first = import_ads(workspace, path, print)
    again = import_ads(workspace, path, print)
    assert first.run_id == again.run_id
    assert (first.counts["new"], again.counts["same"]) == (2500, 2500)
    with workspace.begin() as connection:  # as a kill after the second batch leaves it
        connection.execute(update(runs).values(ended_at=None, counts={"ads": 2000, "new": 2000, "line": 2000}))
    assert import_ads(workspace, path, print).counts == {"ads": 2500, "new": 2000, "same": 500}
    assert counted(workspace, sightings) == 2500


@pytest.mark.parametrize(("bound", "most"), [("BATCH", 3), ("TEXT", 300)])
def test_so_many_rows_and_so_much_text_are_held_at_once(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: str, most: int
) -> None:
    monkeypatch.setattr(imports, bound, most)
    told: list[int] = []
    path = lines(tmp_path / "a.jsonl", *(ad(number, body="x" * 100) for number in range(7)))
    assert import_ads(workspace, path, print, told.append).counts == {"ads": 7, "new": 7}
    assert told == [3, 6, 7]


def test_csv_has_the_same_fields(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(
        b"\xef\xbb\xbfad_id,site,title,body,image_hashes,posted_at\r\n"
        b's:1,s,"T, ""x""","one\r\ntwo",a b,2026-05-01T12:00:00Z\r\n'
        b"s:2,s,T\r\n"
        b"s:3,s,T,\xff,,\r\n"
        b"s:4,s,T,b,,yesterday\r\n"
        b"s:5,s,T,b,,\r\n"
    )
    said: list[str] = []
    assert import_ads(workspace, path, said.append).counts["ads"] == 2
    assert [one.split(":")[1] for one in said] == ["4", "5", "6"]
    with workspace.read() as connection:
        first = load_ads(connection, ["s:1"])["s:1"].ad
    assert (first.title, first.body, first.image_hashes) == ('T, "x"', "one\r\ntwo", ("a", "b"))


@pytest.mark.parametrize("text", ["ad_id,colour\n", "ad_id,ad_id\n"])
def test_a_csv_with_other_columns_is_refused_whole(workspace: Workspace, tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text)
    with pytest.raises(ImportFileError, match=r"a\.csv:1"):
        import_ads(workspace, path, print)


def test_what_is_suppressed_is_not_stored(workspace: Workspace, tmp_path: Path) -> None:
    with workspace.begin() as connection:
        suppress(workspace, connection, ["s:1", "+12025550143", "a@example.com"], "erasure")
    path = lines(
        tmp_path / "a.jsonl",
        ad(1),
        ad(2, contact="(202) 555-0143"),
        ad(3, body="write to A@example.com."),
        ad(4, contact="202 555 0144"),
    )
    counts = import_ads(workspace, path, print).counts
    assert (counts["suppressed"], counts["ads"]) == (3, 1)


def test_the_command_exits_3_when_lines_were_skipped(tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", ad(1), b"{")
    result = CliRunner().invoke(app, ["import", "ads", str(path), "-w", str(tmp_path / "w"), "--json"])
    assert result.exit_code == 3
    assert orjson.loads(result.stdout.splitlines()[0])["ads"] == 1
    assert "a.jsonl:2: skipped" in result.stderr


MAP = """
fields: {native_id: listing.id, title: heading, body: [text, extra], posted_at: on, price: amount, image_hashes: hashes}
constants: {site: lantern, region: US}
ignore: [score]
dates: {formats: ["%d/%m/%Y %H:%M"], timezone: America/Chicago}
"""


def test_a_map_says_which_column_is_which_field(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "map.yml").write_text(MAP)
    row = {"heading": "T", "text": "one", "extra": ["two", 3], "on": "01/05/2026 12:00", "amount": 80, "score": 1}
    path = lines(
        tmp_path / "feed.jsonl",
        {**row, "listing": {"id": 7}, "hashes": "a b"},
        {**row, "listing": {"id": 8}, "colour": "red"},
        {**row, "listing": {}},
        {**row, "listing": {"id": 9}, "on": "soon"},
    )
    said: list[str] = []
    columns = load_columns(tmp_path / "map.yml")
    assert import_ads(workspace, path, said.append, columns=columns).counts["ads"] == 1
    assert [one.split(": skipped: ")[1].split(";")[0] for one in said] == [
        "column 'colour' is not in the map",
        "'ad_id' is missing or empty",
        "'posted_at': 'soon' is neither ISO 8601 nor a format listed under 'dates'",
    ]
    with workspace.read() as connection:
        one = load_ads(connection, ["lantern:7"])["lantern:7"].ad
    assert (one.title, one.body, one.price, one.region, one.image_hashes) == (
        "T",
        "one\ntwo\n3",
        "80",
        "US",
        ("a", "b"),
    )
    assert one.posted_at is not None
    assert one.posted_at.isoformat() == "2026-05-01T17:00:00+00:00"


def test_parquet_has_the_same_fields_and_is_refused_whole_where_a_column_is_not_known(
    workspace: Workspace, tmp_path: Path
) -> None:
    table = pa.Table.from_pylist(
        [{**ad(number), "price": 80 + number, "image_hashes": ["a"]} for number in range(1200)]
    )
    parquet.write_table(table, tmp_path / "feed.parquet")
    counts = import_ads(workspace, tmp_path / "feed.parquet", print).counts
    assert counts["new"] == 1200
    with workspace.read() as connection:
        one = load_ads(connection, ["s:1199"])["s:1199"].ad
    assert (one.price, one.image_hashes, one.origin.line) == ("1279", ("a",), 1200)
    parquet.write_table(table.append_column("colour", pa.array(["red"] * 1200)), tmp_path / "other.parquet")
    with pytest.raises(ImportFileError, match="colour"):
        import_ads(workspace, tmp_path / "other.parquet", print)
    odd = pa.StringArray.from_buffers(
        2, pa.py_buffer(bytes([0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0])), pa.py_buffer(b"a\xff")
    )
    parquet.write_table(
        pa.table({"ad_id": ["s:2001", "s:2002"], "site": ["s", "s"], "title": odd}), tmp_path / "odd.parquet"
    )
    said: list[str] = []
    counts = import_ads(workspace, tmp_path / "odd.parquet", said.append).counts
    assert (counts["new"], [line.split(": ")[0].rpartition("/")[2] for line in said]) == (1, ["odd.parquet:2"])
    (tmp_path / "no.parquet").write_bytes(b"PAR1 and nothing")
    with pytest.raises(ImportFileError, match="no Parquet"):
        import_ads(workspace, tmp_path / "no.parquet", print)


def test_a_file_that_is_no_table_is_told_in_few_words(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "noise.csv").write_bytes(b"\x9a" * 3_000)
    with pytest.raises(ImportFileError) as caught:
        import_ads(workspace, tmp_path / "noise.csv", print)
    assert len(str(caught.value).removeprefix(str(tmp_path))) < 500


@pytest.mark.parametrize(
    ("foreign", "told"), [(3, "; no site of the workspace or of --sites has their hosts"), (2, "")]
)
def test_an_archive_of_no_known_site_is_told_to_be_that(
    foreign: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    show_imports({Path("a.warc"): Imported("r", {"foreign": foreign, "records": 3})}, as_json=False)
    assert capsys.readouterr().out == f"a.warc: foreign {foreign}, records 3{told}\n"


def test_a_file_without_ads_is_told_to_be_empty(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    words = ["import", "ads", str(tmp_path / "empty.csv"), "-w", str(tmp_path / "w")]
    assert CliRunner().invoke(app, words).stdout == f"{tmp_path / 'empty.csv'}: nothing in it\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fields: {title: a}", "an ad needs 'site'"),
        ("fields: {colour: a}", "unknown field 'colour'"),
        ("fields: {ad_id: a}\nconstants: {site: s}\ndates: {timezone: Mars}", "no time zone"),
        ("fields: {ad_id: a, site: b}\nconstants: {site: s}", "'site' is a field and a constant"),
        ("fields: [", "not valid YAML: while parsing a flow node did not find expected node content at line 2"),
        ("constant: {site: s}", "constant: there is no such key; did you mean 'constants'"),
        ("columns: {}", "columns"),
    ],
)
def test_a_map_that_is_wrong_says_where(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "map.yml").write_text(text)
    with pytest.raises(ImportFileError, match=said):
        load_columns(tmp_path / "map.yml")


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"no": "7", "text": {"en": "B"}}, "a cell is dict; expected text, a number or a list of these"),
        ({"no": "7", "text": True}, "a cell is bool"),
        ({"no": "7", "text": "B", "day": "soon"}, "'posted_at': "),
        ({"no": "7", "colour": "red"}, "column 'colour' is not in the map"),
    ],
)
def test_a_row_that_the_map_cannot_take_is_told(tmp_path: Path, row: dict[str, Any], told: str) -> None:
    (tmp_path / "map.yml").write_text("fields: {native_id: no, body: text, posted_at: day}\nconstants: {site: s}")
    columns = load_columns(tmp_path / "map.yml")
    assert columns.ad_of({"no": "7", "text": ["B", "C"], "day": ""}) == {
        "site": "s",
        "ad_id": "s:7",
        "body": "B\nC",
        "posted_at": None,
    }
    with pytest.raises(BadLineError) as caught:
        columns.ad_of(row)
    assert told in str(caught.value)

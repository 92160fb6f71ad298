"""JSON Lines and Parquet in and out of the commands: what is read, what is skipped with a word, what cannot be written."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from store.errors import UsageError
from store.jsonlines import BadLineError, LineReader, write_lines

MOMENT = datetime(2026, 5, 1, 12, tzinfo=UTC)


def named(row: dict[str, Any]) -> str:
    """What the tests read of a line: its name, which has to be there."""
    if "name" not in row:
        raise BadLineError("name is missing")
    return str(row["name"])


def test_a_line_that_cannot_be_used_is_told_with_its_number_and_the_rest_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text('{"name": "a"}\n\n[1]\n{"name"\n{"n": 1}\n{"name": "b"}')
    reader = LineReader(str(path), named)
    assert list(reader) == ["a", "b"]
    assert (reader.read, reader.skipped, reader.exit_status) == (2, 3, 3)
    told = capsys.readouterr().err.splitlines()
    assert [one.partition(": skipped: ")[0] for one in told] == [f"{path}:{number}" for number in (3, 4, 5)]
    assert told[0].endswith("expected a JSON object, found list")
    assert told[2].endswith("name is missing")


def test_parquet_is_read_the_same_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "in.parquet"
    rows = [{"name": "a", "at": MOMENT}, {"name": None, "at": MOMENT}, {"name": "b", "at": None}]
    parquet.write_table(pa.Table.from_pylist(rows), path)
    read: list[dict[str, Any]] = []

    def keep(row: dict[str, Any]) -> str:
        read.append(row)
        return named(row)

    reader = LineReader(str(path), keep)
    assert list(reader) == ["a", "b"]
    assert (reader.exit_status, capsys.readouterr().err) == (3, f"{path}:2: skipped: name is missing\n")
    assert read == [{"name": "a", "at": MOMENT.isoformat()}, {"at": MOMENT.isoformat()}, {"name": "b"}]


def test_parquet_has_a_column_of_its_kind_for_each_key_and_lists_as_json(tmp_path: Path) -> None:
    rows = [
        {"name": "a", "value": 1, "sure": True, "ads": ["s:1"]},
        {"name": None, "value": 2.5, "sure": False, "ads": []},
    ]
    many = [{**rows[0], "value": number} for number in range(600)]
    assert write_lines(str(tmp_path / "out.parquet"), iter([*rows, *many])) == 602
    table = parquet.read_table(tmp_path / "out.parquet")
    assert [str(one) for one in table.schema.types] == ["string", "double", "bool", "string"]
    assert table.slice(0, 2).to_pylist() == [
        {"name": "a", "value": 1.0, "sure": True, "ads": '["s:1"]'},
        {"name": None, "value": 2.5, "sure": False, "ads": "[]"},
    ]
    assert write_lines(str(tmp_path / "none.parquet"), []) == 0
    assert parquet.read_table(tmp_path / "none.parquet").num_rows == 0


@pytest.mark.parametrize("name", ["gone.jsonl", "gone.parquet", "broken.parquet"])
def test_what_cannot_be_read_is_named(name: str, tmp_path: Path) -> None:
    (tmp_path / "broken.parquet").write_bytes(b"no table")
    with pytest.raises(UsageError, match=rf"{name}: cannot be read"):
        list(LineReader(str(tmp_path / name), named))


@pytest.mark.parametrize("name", ["out.jsonl", "out.parquet"])
def test_what_cannot_be_written_is_named_and_leaves_no_half(name: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(UsageError, match=rf"{name}: cannot be written"):
        write_lines(str(tmp_path / name), [{"name": "a"}])
    assert [one.name for one in tmp_path.iterdir()] == [name]


def test_a_file_appears_under_its_name_once_it_is_whole_and_stdout_at_once(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    target = tmp_path / "out.jsonl"

    def rows() -> Any:
        yield {"name": "a"}
        assert not target.exists()
        yield {"name": "b"}

    assert write_lines(str(target), rows()) == 2
    assert target.read_bytes() == b'{"name":"a"}\n{"name":"b"}\n'
    assert write_lines("-", [{"name": "a"}]) == 1
    assert capfdbinary.readouterr().out == b'{"name":"a"}\n'

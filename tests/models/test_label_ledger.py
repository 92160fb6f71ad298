"""The ledger keeps every label as it was given, and knows what a group's labels teach."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

import models
from models import labels
from models.labelfiles import LabelFile
from models.labels import Label, Source, Tier, Value, verdict
from models.priority import prioritise
from models.views import GroupView
from store.errors import UsageError
from store.workspace import Workspace

AT = datetime(2026, 5, 1, tzinfo=UTC)


def label(
    value: Value, *, who: str = "ana", tier: Tier = Tier.OPINION, ads: tuple[str, ...] = ("a",), day: int = 1
) -> Label:
    return Label(
        "g", ads, value, tier, who, AT.replace(day=day), Source.DECISION, model="scorecard 1", queue_day="2026-05-01"
    )


def test_a_label_comes_back_as_it_was_given_and_is_withdrawn_not_deleted(workspace: Workspace) -> None:
    with workspace.begin() as connection:
        number = labels.record(connection, label(Value.INDICATED))
        assert labels.withdraw(connection, number, "sam")
        assert not labels.withdraw(connection, number, "sam")
        labels.record(connection, label(Value.NOT, day=2))
    with workspace.read() as connection:
        first, second = labels.history(connection, "g")
        assert [one.value for one in labels.standing(connection)] == [Value.NOT]
    assert (first.value, first.model, first.queue_day, first.at) == (Value.INDICATED, "scorecard 1", "2026-05-01", AT)
    assert first.withdrawn_at is not None
    assert first.withdrawn_by == "sam"
    assert second.withdrawn_at is None


def test_a_label_is_part_of_the_transaction_it_was_given_in(workspace: Workspace) -> None:
    def fail() -> None:
        with workspace.begin() as connection:
            labels.record(connection, label(Value.INDICATED))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with workspace.read() as connection:
        assert labels.standing(connection) == []


@pytest.mark.parametrize(
    ("given", "taught"),
    [
        ([], None),
        ([label(Value.UNSURE)], None),
        ([label(Value.INDICATED)], True),
        ([label(Value.CLEARED)], False),
        ([label(Value.INDICATED), label(Value.NOT, who="bea")], None),
        ([label(Value.INDICATED), label(Value.NOT, day=2)], False),
        ([label(Value.NOT), label(Value.INDICATED, tier=Tier.CONVICTED, who="court")], True),
        ([label(Value.INDICATED, tier=Tier.CHARGED), label(Value.CLEARED, tier=Tier.CLEARED, who="court")], False),
        ([label(Value.INDICATED, ads=(one,)) for one in "ab"] + [label(Value.NOT, ads=("c",))], True),
    ],
)
def test_the_firmest_and_newest_words_count_and_disagreement_teaches_nothing(
    given: list[Label], taught: bool | None
) -> None:
    assert verdict(given) is taught


def test_labels_are_read_from_csv_and_json_lines_and_bad_lines_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "labels.csv"
    table.write_text("ad_id,value,at\na,1,2026-05-01\nb,cleared,\nc,perhaps,\n,1,\n", encoding="utf-8")
    read = LabelFile(str(table))
    assert [(one.ad_ids, one.value) for one in read] == [(("a",), Value.INDICATED), (("b",), Value.CLEARED)]
    assert read.skipped == 2
    assert "labels.csv:4: skipped: 'value' is 'perhaps'" in capsys.readouterr().err
    lines = tmp_path / "labels.jsonl"
    lines.write_text('{"group_id": "g", "value": "not trafficking"}\n{"group_id": "g", "mood": 1}\n', encoding="utf-8")
    read = LabelFile(str(lines))
    assert [one.group_id for one in read] == ["g"]
    assert read.skipped == 1


def test_a_table_without_the_columns_says_which_are_needed(tmp_path: Path) -> None:
    table = tmp_path / "labels.csv"
    table.write_text("ad,label\na,1\n", encoding="utf-8")
    with pytest.raises(UsageError, match="needs a column 'value'"):
        list(LabelFile(str(table)))


def test_the_same_file_imported_twice_is_one_set_of_labels(workspace: Workspace) -> None:
    given = [label(Value.INDICATED), label(Value.NOT, who="bea")]
    with workspace.begin() as connection:
        assert labels.record_all(connection, given) == 2
        assert labels.record_all(connection, given) == 0


def test_what_was_on_screen_comes_back_with_the_label(workspace: Workspace, lead: GroupView) -> None:
    seen = labels.shown(prioritise([lead])[0], queue_lane="ranked", rank=3, others=1)
    with workspace.begin() as connection:
        labels.record(connection, replace(label(Value.INDICATED), shown=seen))
    with workspace.read() as connection:
        [kept] = labels.history(connection, "g")
    assert kept.shown == seen
    assert seen is not None
    assert "circuit" in seen.reasons


def test_nothing_in_the_code_changes_a_label_but_its_withdrawal_and_the_end_of_its_time() -> None:
    changing = re.compile(r"\b(?:update|delete|upsert)\(\s*(?:\w+,\s*)?labels\b")
    root = Path(models.__file__).parents[1]
    rooms = ("models", "casework", "console", "operations", "linker", "indexer", "store")
    found = {
        (path.name, len(changing.findall(path.read_text("utf-8"))))
        for room in rooms
        for path in (root / room).rglob("*.py")
    }
    assert {one for one in found if one[1]} == {("labels.py", 2)}
    asking = [
        path.name
        for room in rooms
        for path in (root / room).rglob("*.py")
        if "labels import forget" in path.read_text("utf-8")
    ]
    assert asking == ["retention.py"]


def test_a_file_may_hold_second_readings_but_no_decisions_and_no_weak_labels(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = tmp_path / "labels.jsonl"
    lines.write_text(
        '{"group_id": "g", "value": "1", "source": "second reader"}\n{"group_id": "g", "value": "1", "source": "decision"}\n'
        '{"group_id": "g", "weak": 0.8}\n',
        encoding="utf-8",
    )
    assert [one.source for one in LabelFile(str(lines))] == [Source.SECOND_READER]
    told = capsys.readouterr().err
    assert "'source' is 'decision'" in told
    assert "unknown field 'weak'" in told

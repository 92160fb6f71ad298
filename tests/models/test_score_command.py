"""`sidelight score IN OUT` honours its contract: objects as documented, bad lines reported and skipped, exit status 3."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from models.cli import app
from models.records import Band, Direction, Lane, Route

BODY = "A quiet hour with tea and soft music, call 212-555-0101. I am 24 years old and my manager answers the phone."
AD = {
    "ad_id": "s:1",
    "site": "s",
    "url": "",
    "posted_at": "2026-05-01T12:00:00Z",
    "title": "",
    "body": BODY,
    "region": "US",
}


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_each_group_is_one_object_and_evidence_points_at_words(tmp_path: Path) -> None:
    source, target = tmp_path / "ads.jsonl", tmp_path / "out.jsonl"
    other = {**AD, "ad_id": "s:2", "body": BODY.replace("0101", "0199").replace("tea", "chess")}
    source.write_text("\n".join(map(json.dumps, (AD, other, {**AD, "ad_id": "s:3"}))), "utf-8")
    assert CliRunner().invoke(app, ["score", str(source), str(target)]).exit_code == 0
    found = lines(target)
    assert sorted(ad for group in found for ad in group["ad_ids"]) == ["s:1", "s:2", "s:3"]
    bodies = {"s:1": BODY, "s:2": other["body"], "s:3": BODY}
    for group in found:
        assert set(group) == {
            "group_id", "ad_ids", "value", "band", "route", "lane", "abstained", "evidence", "model",
        }  # fmt: skip
        assert 0 <= group["value"] <= 1
        assert Band(group["band"])
        assert Route(group["route"])
        assert Lane(group["lane"])
        assert group["evidence"]
        for piece in group["evidence"]:
            assert {"feature", "direction", "family", "contribution", "sentence", "mentions"} <= set(piece)
            assert Direction(piece["direction"])
            for mention in piece["mentions"]:
                text = bodies[mention["ad_id"]]
                assert text[mention["start"] : mention["end"]] == mention["surface"]


def test_a_bad_line_is_told_with_its_number_and_the_rest_is_scored(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    source, target = tmp_path / "ads.jsonl", tmp_path / "out.jsonl"
    source.write_text(f"{json.dumps(AD)}\nnot json\n[]\n{json.dumps({'ad_id': 'x'})}\n", "utf-8")
    result = CliRunner().invoke(app, ["score", str(source), str(target)])
    assert result.exit_code == 3
    assert [group["ad_ids"] for group in lines(target)] == [["s:1"]]
    assert all(f"{source}:{number}: skipped:" in result.stderr + capfd.readouterr().err for number in (2,))


def test_an_empty_file_gives_an_empty_file(tmp_path: Path) -> None:
    source, target = tmp_path / "ads.jsonl", tmp_path / "out.jsonl"
    source.write_text("", "utf-8")
    assert CliRunner().invoke(app, ["score", str(source), str(target)]).exit_code == 0
    assert target.read_text("utf-8") == ""

"""The command: a file of ads in, groups out."""

from pathlib import Path

import orjson
from typer.testing import CliRunner

from linker.cli import app

ADS = [
    {"ad_id": "a", "site": "s", "posted_at": "2026-03-02T10:00:00Z", "body": "call 312-555-0142", "region": "US"},
    {"ad_id": "b", "site": "s", "posted_at": "2026-03-01T10:00:00Z", "body": "text (312) 555 0142", "region": "US"},
    {"ad_id": "c", "site": "s", "posted_at": "2026-03-03T10:00:00Z", "body": "no contact here"},
]


def test_link_reads_ads_and_writes_groups_and_says_which_line_it_skipped(tmp_path: Path) -> None:
    source, target = tmp_path / "ads.jsonl", tmp_path / "groups.jsonl"
    source.write_bytes(b"\n".join([orjson.dumps(ADS[0]), b"{broken", *map(orjson.dumps, ADS[1:])]))
    result = CliRunner().invoke(app, ["link", str(source), str(target)])
    assert result.exit_code == 3
    assert f"{source}:2: skipped" in result.stderr
    groups = sorted(map(orjson.loads, target.read_bytes().splitlines()), key=lambda one: one["ad_ids"])
    assert [one["ad_ids"] for one in groups] == [["a", "b"], ["c"]]
    assert set(groups[0]) == {"group_id", "ad_ids", "links", "hub_keys"}
    (link,) = groups[0]["links"]
    assert (link["left"], link["right"], link["reason"], link["key"]) == ("a", "b", "phone", "+13125550142")
    assert 0 < link["weight"] <= 1
    assert set(link) == {"left", "right", "reason", "key", "weight"}


def test_the_order_of_lines_does_not_change_the_output(tmp_path: Path) -> None:
    outputs = []
    for ads in (ADS, ADS[::-1]):
        source, target = tmp_path / "ads.jsonl", tmp_path / "groups.jsonl"
        source.write_bytes(b"\n".join(map(orjson.dumps, ads)))
        assert CliRunner().invoke(app, ["link", str(source), str(target)]).exit_code == 0
        outputs.append(target.read_bytes())
    assert outputs[0] == outputs[1]

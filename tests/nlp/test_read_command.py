"""`sidelight read` and `sidelight explain`, as other programs rely on them: run as a process, over real files and streams."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

GOOD = {"ad_id": "lantern:1", "site": "lantern", "body": "I'm 24, call 3one2 555 O142", "region": "US"}


def sidelight(*arguments: str, given: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-m", "sidelight", *arguments], input=given, capture_output=True, check=False, timeout=120
    )


def lines(output: bytes) -> list[dict[str, object]]:
    return [json.loads(line) for line in output.splitlines()]


@pytest.mark.slow
def test_each_ad_is_one_reading_with_exact_words(tmp_path: Path) -> None:
    source, target = tmp_path / "ads.jsonl", tmp_path / "readings.jsonl"
    source.write_text(json.dumps(GOOD) + "\n\n", encoding="utf-8")
    done = sidelight("read", str(source), str(target))
    assert (done.returncode, done.stderr) == (0, b"")
    (reading,) = lines(target.read_bytes())
    assert set(reading) == {"ad_id", "language", "mentions"}
    assert reading["ad_id"] == "lantern:1"
    mentions = reading["mentions"]
    assert isinstance(mentions, list)
    (phone,) = [one for one in mentions if one["kind"] == "phone"]
    assert {name: phone[name] for name in ("value", "surface", "field", "source")} == {
        "value": "+13125550142",
        "surface": "3one2 555 O142",
        "field": "body",
        "source": "phones",
    }
    assert GOOD["body"][phone["start"] : phone["end"]] == phone["surface"]
    assert phone["detail"] == {"form": "mixed", "valid": True}


@pytest.mark.slow
def test_bad_lines_are_reported_with_their_number_and_skipped_and_streams_are_dashes() -> None:
    given = b"\n".join([json.dumps(GOOD).encode(), b"{broken", b"[]", b'{"site":"lantern"}', json.dumps(GOOD).encode()])
    done = sidelight("read", "-", "-", given=given)
    assert done.returncode == 3
    assert len(lines(done.stdout)) == 2
    reported = done.stderr.decode().splitlines()
    assert [line.split(":")[1] for line in reported] == ["2", "3", "4"]
    assert "'ad_id' is missing or empty" in reported[2]


@pytest.mark.slow
def test_a_file_that_is_not_there_is_bad_usage(tmp_path: Path) -> None:
    done = sidelight("read", str(tmp_path / "none.jsonl"), str(tmp_path / "out.jsonl"))
    assert done.returncode == 2
    assert b"cannot be read" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.slow
def test_an_empty_file_gives_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "ads.jsonl").touch()
    assert sidelight("read", str(tmp_path / "ads.jsonl"), str(tmp_path / "out.jsonl")).returncode == 0
    assert (tmp_path / "out.jsonl").read_bytes() == b""


@pytest.mark.slow
def test_explain_shows_the_way_from_the_characters_to_the_value() -> None:
    done = sidelight("explain", "call 3one2 555 O142")
    assert done.returncode == 0
    told = done.stdout.decode()
    assert "3one2 555 O142" in told
    assert "3one2=312 555 o142=0142" in told
    assert "+13125550142" in told
    assert "form: mixed" in told
    assert "call _contact_" in told


@pytest.mark.slow
def test_explain_takes_a_text_from_stdin_and_lets_no_control_code_through() -> None:
    done = sidelight("explain", "-", given=b"calm \x1b[31m house")
    assert done.returncode == 0
    assert b"\x1b" not in done.stdout
    assert "nothing found" in done.stdout.decode()

import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from market.cli import app

RUN = CliRunner()


def test_make_writes_a_market(tmp_path: Path) -> None:
    result = RUN.invoke(
        app, ["market", "make", str(tmp_path / "m"), "--seed", "3", "--ads", "40", "--days", "3", "--hubs", "0"]
    )
    assert result.exit_code == 0, result.output
    assert "40 ads" in result.output
    assert len((tmp_path / "m" / "truth.jsonl").read_text("utf-8").splitlines()) == 40


@pytest.mark.parametrize("wrong", [["--ads", "0"], ["--hubs", "2"], ["--prevalence", "-1"], ["--days", "0"]])
def test_impossible_values_are_bad_usage(wrong: list[str], tmp_path: Path) -> None:
    assert RUN.invoke(app, ["market", "make", str(tmp_path), *wrong]).exit_code == 2


def test_serving_what_is_no_market_says_what_to_do(tmp_path: Path) -> None:
    result = RUN.invoke(app, ["market", "serve", str(tmp_path)])
    assert result.exit_code == 2
    assert "ads.jsonl" in result.output


def test_a_port_that_is_taken_is_told_with_what_to_do(tmp_path: Path) -> None:
    RUN.invoke(app, ["market", "make", str(tmp_path), "--seed", "3", "--ads", "40"])
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = RUN.invoke(app, ["market", "serve", str(tmp_path), "--port", str(port)])
    assert result.exit_code == 2
    assert f"port {port} cannot be listened on: Address already in use; end what has it" in " ".join(
        result.output.replace("│", " ").split()
    )


def test_make_writes_a_market_of_the_red_team(tmp_path: Path) -> None:
    result = RUN.invoke(app, ["market", "make", str(tmp_path), "--seed", "3", "--ads", "40", "--red-team"])
    assert result.exit_code == 0, result.output
    assert '"obfuscation":' in (tmp_path / "truth.jsonl").read_text("utf-8")

"""Every command: help with an example that can be typed, and nonsense answered by a sentence, never a traceback."""

import io
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import typer

import sidelight
from store.examples import EXAMPLES
from tests.pace import slowdown

ROOT = Path(__file__).parents[1]
HELP = 0.3  # seconds of CPU to answer --help, on one core
REAL_WORK = {"market make"}  # it would make what it is told to, under any name


def _walk(command: Any, path: Sequence[str] = ()) -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if not inner:
        yield " ".join(path), command
        return
    for name, one in inner.items():
        yield from _walk(one, (*path, name))


COMMANDS = dict(_walk(typer.main.get_command(sidelight.build())))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_help_with_an_example(name: str) -> None:
    said = COMMANDS[name].help or ""
    assert len(said.splitlines()[0]) > 10
    assert "xample" in said, f"give an example in its help, or a line in store/examples.py: sidelight {name} ..."


def test_the_front_lists_each_command_once_under_what_it_is_for() -> None:
    front: Any = typer.main.get_command(sidelight.build())
    lines = front.get_help(front.make_context("sidelight", [], resilient_parsing=True)).splitlines()
    assert [line.rstrip(":") for line in lines if line.rstrip(":") in sidelight.ROOMS.values()] == [
        *sidelight.ROOMS.values()
    ]
    below = lines[lines.index(f"{sidelight.ROOMS['operations']}:") :]
    listed = [line.split()[0] for line in below if re.match("  [a-z]", line)]
    assert sorted(listed) == sorted(front.commands)


@pytest.mark.parametrize("name", ["queue", "evaluate", "search"])
def test_for_one_command_its_room_alone_is_set_up(name: str) -> None:
    front: Any = typer.main.get_command(sidelight.build(name))
    assert name in front.commands
    assert "crawl" not in front.commands


@pytest.mark.parametrize("line", EXAMPLES.strip().splitlines())
def test_an_example_can_be_typed(line: str) -> None:
    words = shlex.split(line.partition(" > ")[0])
    name = next(" ".join(words[:depth]) for depth in (3, 2, 1) if " ".join(words[:depth]) in COMMANDS)
    COMMANDS[name].make_context(name, words[len(name.split()) :])


def _nonsense(command: Any) -> list[str]:
    words = []
    for one in command.params:
        if one.param_type_name == "argument" and one.required:
            words.append("no such/thing \u202e")
        elif one.required:
            words += [one.opts[0], "nonsense"]
    return words


@pytest.mark.parametrize("name", [name for name, one in COMMANDS.items() if _nonsense(one) and name not in REAL_WORK])
def test_nonsense_is_answered_by_a_sentence(
    name: str, blank: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(blank, tmp_path / "workspace")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SIDELIGHT_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    monkeypatch.setattr(sys, "argv", ["sidelight", *name.split(), *_nonsense(COMMANDS[name])])
    try:
        sidelight.main()
        status: Any = 0
    except SystemExit as end:
        status = end.code
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    assert "unexpected" not in said.err, said.err
    assert status == 0 or said.err.strip(), "it failed without a word"


@pytest.mark.slow
def test_help_answers_at_once() -> None:
    took = []
    for _ in range(3):
        code = "import sys, time, sidelight; sys.argv = ['sidelight', '--help']\ntry: sidelight.main()\n"
        code += "except SystemExit: pass\nsys.stderr.write(str(time.process_time()))"
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
        took.append(float(done.stderr.split()[-1]))
    assert min(took) < HELP * 3 * slowdown(), took  # of CPU on a crowded machine; a quiet one takes a third

"""Writes the reference pages from the code: `python docs/generate.py`. A test fails when a page is out of date."""

import ast
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import typer

import sidelight
from bench.reading_pages import between
from nlp.extractor import Extractor
from nlp.pipeline import CONTACTS, FACTS
from store.settings import Settings

HERE = Path(__file__).parent


def settings() -> str:
    """docs/settings.md"""
    lines = [
        "# Settings",
        "",
        "Each stands in the workspace's `sidelight.toml` or in the environment, which wins. Checked when a command starts; "
        "a variable that is nearly named like a setting is refused, so that no slip goes unseen.",
        "",
        "| setting | environment | default | what it is |",
        "|---|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else f"`{field.default!r}`".replace("'", '"')
        lines.append(f"| `{name}` | `SIDELIGHT_{name.upper()}` | {default} | {field.description} |")
    lines += ["", "Example:", "", "```toml", 'timezone = "Europe/Madrid"', 'contact = "crawler@example.org"', "```", ""]
    return "\n".join(lines)


def commands() -> str:
    """docs/commands.md"""
    lines = [
        "# Commands",
        "",
        "Every command takes `--help`. Those that list take `--json` (JSON Lines) and `--limit`.",
        "",
    ]
    for path, command in _walk(typer.main.get_command(sidelight.build()), ()):
        arguments = " ".join(
            (one.metavar or one.name.upper()) for one in command.params if one.param_type_name == "argument"
        )
        lines += [
            f"## `sidelight {' '.join(path)}{' ' + arguments if arguments else ''}`",
            "",
            (command.help or "").strip(),
            "",
        ]
        options = [one for one in command.params if one.param_type_name == "option"]
        if options:
            lines += ["| option | what it does |", "|---|---|"]
            lines += [f"| `{', '.join(one.opts)}` | {(one.help or '').strip()} |" for one in options]
            lines.append("")
    return "\n".join(lines)


def _walk(command: Any, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], Any]]:
    """Every command below `command` with its words; typer's own classes carry no public types."""
    if not hasattr(command, "commands"):
        return [(path, command)]
    return [found for name in sorted(command.commands) for found in _walk(command.commands[name], (*path, name))]


def proofs() -> str:
    """docs/proofs.md"""
    lines = [
        "# Proofs and benches",
        "",
        "What was promised is tried by commands that anybody can run. `proof/` breaks things and compares what is left with an",
        "undisturbed run; `bench/` measures, beside a peer or a limit in the same run. What was seen, with seed and",
        "machine, stands in [RESULTS](../RESULTS.md).",
        "Each takes `--help`. `python -m proof.results --size small` runs the proofs one after the other and writes one table.",
    ]
    for folder in ("proof", "bench"):
        lines += ["", f"## `{folder}/`", "", "| command | what it shows |", "|---|---|"]
        for path in sorted((HERE.parent / folder).glob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            if any(isinstance(one, ast.FunctionDef) and one.name == "main" for one in tree.body):
                told = (ast.get_docstring(tree) or "").partition("\n")[0]
                lines.append(f"| `python -m {folder}.{path.stem}` | {told} |")
    return "\n".join([*lines, ""])


def examples(extractor: Extractor) -> str:
    """A page of docs/reading/ with the extractor's own examples on it; the rest of the page is written by hand."""
    lines = ["", "| text | read as |", "|---|---|"]
    for one in extractor.examples:
        text = one.text.replace("|", "\\|").replace("\n", " ⏎ ")
        where = f" ({one.field} field)" if one.field not in ("body", "title") else ""
        found = ", ".join(f"`{value}`" for value in one.values) or "nothing"
        lines.append(f"| {text}{where} | {found} |")
    page = (HERE / _page(extractor)).read_text(encoding="utf-8")
    return between(page, "examples", "\n".join([*lines, "", ""]))


def _page(extractor: Extractor) -> str:
    return f"reading/{extractor.name}.md"


PAGES: dict[str, Callable[[], str]] = {"settings.md": settings, "commands.md": commands, "proofs.md": proofs}
PAGES |= {_page(one): partial(examples, one) for one in (*CONTACTS, *FACTS)}


def main() -> None:
    """Write every page."""
    for name, make in PAGES.items():
        (HERE / name).write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    main()

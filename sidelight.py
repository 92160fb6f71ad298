"""The front door: mounts each room's `cli.py` and nothing else.

Only the room whose command was asked for is imported, so `--help` answers at once.
"""

import inspect
import os
import sys
from importlib import import_module

import typer

from store.examples import example_of

# A room's cli.py offers `app`: its commands stand at the top level of `sidelight`.
TRACE = "SIDELIGHT_TRACE"
ROOMS = ("operations", "crawlers", "nlp", "linker", "models", "indexer", "casework", "console", "market", "store")


def build() -> typer.Typer:
    """The whole command tree: every room's commands, in the order an operator meets them."""
    front = typer.Typer(
        name="sidelight",
        help="Collects, reads, links and ranks ad listings for human review. A score is a review priority, never a finding.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    for room in ROOMS:
        front.add_typer(import_module(f"{room}.cli").app)
    _show_examples(front, "")
    return front


def _show_examples(group: typer.Typer, path: str) -> None:
    """Put an example below the help of every command that gives none itself."""
    for command in group.registered_commands:
        said = inspect.getdoc(command.callback) or ""
        name = command.name or getattr(command.callback, "__name__", "").replace("_", "-")
        example = example_of(f"{path}{name}")
        if example and "xample" not in said:
            command.help = f"{said}\n\nExample: sidelight {example}"
    for inner in group.registered_groups:
        if inner.typer_instance is not None:
            name = inner.name or inner.typer_instance.info.name
            _show_examples(inner.typer_instance, f"{path}{name} " if isinstance(name, str) else path)


def main() -> None:
    """Run one command; errors of the rooms are one sentence on stderr, never a traceback."""
    from store.errors import SidelightError

    # No other package's plugin has a say in how settings are read, and to look for one takes a while at every start.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    try:
        build()()
    except SidelightError as problem:
        sys.stderr.write(f"sidelight: {problem}\n")
        raise SystemExit(problem.exit_status) from None
    except KeyboardInterrupt:
        sys.stderr.write("sidelight: stopped; what was finished is kept, and the same command goes on from there\n")
        raise SystemExit(130) from None
    except BrokenPipeError:
        # The reader of our output has gone (head, a closed pager): nothing is wrong here.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except EOFError:
        sys.stderr.write("sidelight: the input ended before everything that was asked for had been typed\n")
        raise SystemExit(2) from None
    except Exception as problem:
        if os.environ.get(TRACE):
            raise
        if isinstance(problem, OSError) and problem.filename:
            sys.stderr.write(f"sidelight: {problem.filename}: {problem.strerror}\n")
            raise SystemExit(1) from None
        kind = type(problem).__name__
        sys.stderr.write(
            f"sidelight: unexpected {kind}: {problem}; run again with {TRACE}=1 to see where, and report it\n"
        )
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()

"""The front door: mounts each room's `cli.py` and nothing else.

Only the room whose command was asked for is imported, so `--help` answers at once.
"""

import os
import sys
from importlib import import_module

import typer

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
    return front


def main() -> None:
    """Run one command; errors of the rooms are one sentence on stderr, never a traceback."""
    from store.errors import SidelightError

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
    except Exception as problem:
        if os.environ.get(TRACE):
            raise
        kind = type(problem).__name__
        sys.stderr.write(
            f"sidelight: unexpected {kind}: {problem}; run again with {TRACE}=1 to see where, and report it\n"
        )
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()

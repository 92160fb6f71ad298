"""The front door: mounts each room's `cli.py` and nothing else.

Only the room whose command was asked for is imported, so `--help` answers at once.
"""

import sys
from importlib import import_module

import typer

# A room's cli.py offers `app`: its commands stand at the top level of `sidelight`.
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


if __name__ == "__main__":
    main()

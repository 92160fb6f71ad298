"""The front door: mounts each room's `cli.py` and nothing else.

Only the room whose command was asked for is set up, and no `cli.py` imports more than the options it declares, so that
`--help` answers at once.
"""

import atexit
import gc
import inspect
import os
import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.models import CommandInfo, TyperInfo

from store.examples import example_of
from store.garbage import seldom

# A room's cli.py offers `app`: its commands stand at the top level of `sidelight`.
TRACE = "SIDELIGHT_TRACE"
WIDEST = 110  # columns of help, where the terminal has them
ROOMS = {  # in the order an operator meets them, with what their commands are for
    "operations": "The whole job, and its upkeep",
    "crawlers": "Collect",
    "nlp": "Read",
    "linker": "Link",
    "models": "Rank",
    "indexer": "Search",
    "casework": "Decide, and answer for it",
    "console": "The same in a browser",
    "market": "Rehearse",
    "store": "What is set, and what waits",
}


class Front(TyperGroup):
    """Says what ends a command from outside; Typer would end without a word, or with one that helps nobody."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Each room's commands by themselves: fifty in one list are too many to look through."""
        width = max(map(len, self.commands))
        for room, title in ROOMS.items():
            names = _names(import_module(f"{room}.cli").app)
            shown = [(name, one) for name, one in self.commands.items() if name in names]
            if shown:
                with formatter.section(title):
                    formatter.write_dl([(name.ljust(width), one.get_short_help_str(WIDEST)) for name, one in shown])

    def invoke(self, ctx: Any) -> Any:
        """The command's outcome. Raises SidelightError where it was stopped."""
        from store.errors import StoppedError, UsageError

        try:
            done = super().invoke(ctx)
            sys.stdout.flush()
        except KeyboardInterrupt:
            raise StoppedError("stopped; what was finished is kept, and the same command goes on from there") from None
        except BrokenPipeError:
            # The reader of our output has gone (head, a closed pager): nothing is wrong here.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit from None
        except (EOFError, typer.Abort):
            raise UsageError("the input ended before everything that was asked for had been typed") from None
        return done


def build(command: str = "") -> typer.Typer:
    """The command tree: every room's commands; with `command`, its room's alone."""
    front = typer.Typer(
        name="sidelight",
        cls=Front,
        help="Collects, reads, links and ranks ad listings for human review. A score is a review priority, never a finding.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
        rich_markup_mode=None,  # boxes and colours would take as long to import as all else that help needs
        context_settings={"max_content_width": WIDEST},
    )
    apps: list[typer.Typer] = []
    for room in ROOMS:
        apps.append(import_module(f"{room}.cli").app)
        if command in _names(apps[-1]):
            apps = apps[-1:]
            break
    for app in apps:
        front.add_typer(app)
    _explain(front, "")
    return front


def _names(app: typer.Typer) -> set[str]:
    """What can be typed after `sidelight` for a room."""
    names = {_command_name(one) for one in app.registered_commands}
    for group in app.registered_groups:
        name = _group_name(group)
        names |= {name} if name or group.typer_instance is None else _names(group.typer_instance)
    return names


def _command_name(command: CommandInfo) -> str:
    return command.name or getattr(command.callback, "__name__", "").replace("_", "-")


def _group_name(group: TyperInfo) -> str:
    """Empty where the group's commands stand beside those of the group it is in."""
    name = group.name or (group.typer_instance and group.typer_instance.info.name)
    return name if isinstance(name, str) else ""


def _explain(group: typer.Typer, path: str) -> None:
    """Put an example below the help of every command that gives none itself; in a list no sentence is cut short."""
    for command in group.registered_commands:
        said = inspect.getdoc(command.callback) or ""
        command.short_help = said.partition("\n\n")[0]
        example = example_of(f"{path}{_command_name(command)}")
        if example and "xample" not in said:
            command.help = f"{said}\n\nExample: sidelight {example}"
    for inner in group.registered_groups:
        if inner.typer_instance is not None:
            name = _group_name(inner)
            inner.short_help = inner.typer_instance.info.help
            _explain(inner.typer_instance, f"{path}{name} " if name else path)


def main() -> None:
    """Run one command; errors of the rooms are one sentence on stderr, never a traceback."""
    seldom()
    atexit.register(gc.freeze)  # and not once more at the end
    from store.errors import SidelightError

    # No other package's plugin has a say in how settings are read, and to look for one takes a while at every start.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    try:
        build(*sys.argv[1:2])()
    except SidelightError as problem:
        sys.stderr.write(f"sidelight: {problem}\n")
        raise SystemExit(problem.exit_status) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None  # before anything was begun
    except Exception as problem:
        if os.environ.get(TRACE):
            raise
        if isinstance(problem, OSError) and problem.filename:
            sys.stderr.write(f"sidelight: {problem.filename}: {problem.strerror}\n")
            raise SystemExit(1) from None
        kind = type(problem).__name__
        # Of a database's complaint its own words, without the statement and the values that it was given.
        said = " ".join(str(getattr(problem, "orig", None) or problem).split())
        sys.stderr.write(
            f"sidelight: unexpected {kind}: {said}; run again with {TRACE}=1 to see where, and report it\n"
        )
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()

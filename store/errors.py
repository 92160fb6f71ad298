"""Errors a user can act on: each says what, where and what to do."""

from collections.abc import Mapping
from typing import Any


class SidelightError(Exception):
    """Ends a command with one sentence on stderr and `exit_status`; rooms derive their own."""

    exit_status = 1


class UsageError(SidelightError):
    """The command was asked for something it does not offer."""

    exit_status = 2


class SettingsError(SidelightError):
    """`sidelight.toml` or an environment variable holds a value that cannot be used."""

    exit_status = 2


class WorkspaceError(SidelightError):
    """The workspace cannot be read, written or brought up to date."""


class FullDiskError(SidelightError):
    """There is no room for what has to be kept."""


class BusyError(SidelightError):
    """Another process holds what this one needs."""


class OutageError(SidelightError):
    """Something that all work needs is not there just now; the work stays to be done."""


class StoppedError(SidelightError):
    """A person asked for an end; the work did end, at a point from which it goes on."""

    exit_status = 130


class DamagedError(ValueError):
    """Records hold what cannot be read. `problems` says what is wrong with each, by the key it was asked for."""

    def __init__(self, problems: Mapping[Any, Exception]) -> None:
        super().__init__(str(next(iter(problems.values()))))
        self.problems = problems

    def __reduce__(self) -> tuple[type["DamagedError"], tuple[Mapping[Any, Exception]]]:
        """As it is sent from a worker process: an exception that cannot be made again there ends all workers."""
        return type(self), (dict(self.problems),)

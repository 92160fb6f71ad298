"""Errors a user can act on: each says what, where and what to do."""


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

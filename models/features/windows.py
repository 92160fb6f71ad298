"""What a window of time that moves over ads holds."""

from typing import TypeVar

T = TypeVar("T")


def leave(inside: dict[T, int], value: T) -> None:
    """One of `value` leaves the window; what is there no more has no key, so that `len` counts the different ones."""
    if inside[value] > 1:
        inside[value] -= 1
    else:
        del inside[value]

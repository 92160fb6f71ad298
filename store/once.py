"""What is found out of an object once, when it is first asked for, and kept in it."""

from collections.abc import Callable
from typing import Generic, TypeVar

Owner = TypeVar("Owner")
T = TypeVar("T")


class once(Generic[Owner, T]):  # noqa: N801 - a decorator
    """A property found at the first look; an attribute of the object from then on, also of a frozen one.

    The `cached_property` of Python 3.11 takes a lock to find anything: where objects are many and what is found of each is
    little, that is a tenth of the work. Two threads that look at the same time both find it here.
    """

    def __init__(self, find: Callable[[Owner], T]) -> None:
        self._find = find
        self._name = find.__name__
        self.__doc__ = find.__doc__

    def __get__(self, owner: Owner, _: type[Owner]) -> T:
        found = owner.__dict__[self._name] = self._find(owner)
        return found

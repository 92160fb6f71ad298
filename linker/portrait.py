"""What is worked out of a group when somebody looks: its templates opened, what one traveller could not have done, circuits."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from linker.circuits import Circuit
from linker.movement import Conflict, first_conflicts
from linker.records import Group, Pattern
from linker.ride_rows import circuits_of
from linker.signal_rows import load_signals
from linker.templates import pattern
from nlp.stored import StoredReading

# A group that posts for fourteen towns at once has hundreds of conflicts: the first are enough, and all are counted.
CONFLICTS, CIRCUITS = 40, 10


@dataclass(frozen=True, slots=True)
class Portrait:
    """The first CONFLICTS conflicts and CIRCUITS circuits, with how many there are; the largest templates."""

    templates: tuple[Pattern, ...]
    conflicts: tuple[Conflict, ...]
    conflicts_found: int
    circuits: tuple[Circuit, ...]
    circuits_found: int

    def as_json(self) -> dict[str, Any]:
        """The part of a group's object that it makes."""
        return {
            "templates": [one.as_json() for one in self.templates],
            "conflicts": [one.as_json() for one in self.conflicts],
            "conflicts_found": self.conflicts_found,
            "circuits": [one.as_json() for one in self.circuits],
            "circuits_found": self.circuits_found,
        }


def portrait(
    connection: Connection, group: Group, readings: Mapping[str, StoredReading], templates: int = 5
) -> Portrait:
    """A group's portrait; at most so many of its templates, by the readings of the ads that may be shown."""
    odd, odd_found = first_conflicts(load_signals(connection, group.ad_ids).values(), group.itinerary, CONFLICTS)
    ridden = circuits_of(connection, group.group_id)
    return Portrait(
        templates=tuple(pattern(one, readings) for one in group.templates[:templates]),
        conflicts=tuple(odd),
        conflicts_found=odd_found,
        circuits=tuple(ridden[:CIRCUITS]),
        circuits_found=len(ridden),
    )

"""Rides as they stand in the store: by what groups on one circuit find each other."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from linker.circuits import LAG, Circuit, circuits_with, rides
from linker.records import Group
from linker.stored import itineraries_of
from linker.tables import rides as ride_rows
from store.database import chunks, insert_plain, select_in

# A ride that so many groups have is a road everybody takes: of the others, those nearest in time are compared.
OTHERS = 200
Ride = tuple[str, str, datetime]  # group, towns, when it began


def rides_of(made: Iterable[Group]) -> list[Ride]:
    """The rides of these groups as they are stored."""
    return [(group.group_id, *ride) for group in made for ride in sorted(set(rides(group.itinerary)))]


def write_rides(connection: Connection, made: Iterable[Ride]) -> None:
    """Add the rides of new groups."""
    insert_plain(connection, ride_rows, ("group_id", "towns", "first"), made, new=True)


def drop_rides(connection: Connection, group_ids: Iterable[str]) -> None:
    """Forget those of groups that are gone."""
    for part in chunks(group_ids):
        connection.execute(delete(ride_rows).where(ride_rows.c.group_id.in_(part)))


def circuits_of(connection: Connection, group_id: str) -> list[Circuit]:
    """The circuits this group shares with others, the longest first."""
    own: dict[str, list[datetime]] = {}
    for row in connection.execute(select(ride_rows).where(ride_rows.c.group_id == group_id)):
        own.setdefault(row.towns, []).append(row.first)
    if not own:
        return []
    begun_at = [moment for begun in own.values() for moment in begun]
    lately = select(ride_rows).where(ride_rows.c.first.between(min(begun_at) - LAG, max(begun_at) + LAG))
    near: dict[str, timedelta] = {}
    for row in select_in(connection, lately, ride_rows.c.towns, sorted(own)):
        lag = min(abs(row.first - begun) for begun in own[row.towns])
        if row.group_id != group_id and lag <= LAG:
            near[row.group_id] = min(lag, near.get(row.group_id, lag))
    others = sorted(near, key=lambda one: (near[one], one))[:OTHERS]
    return circuits_with(group_id, itineraries_of(connection, [group_id, *others])) if others else []

"""What a query asks about other things than ads, turned into ids before any engine sees it.

`near:"Austin" 50km` becomes the GeoNames ids of the towns within the distance; `linked:VALUE` the groups in which an ad
holds the contact; `similar:AD` the ads that linking found to be worded like it.
"""

import math
from bisect import bisect_left, bisect_right
from functools import cache
from operator import itemgetter
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from indexer.backend import MOST_FACET_VALUES, Request, SearchBackend
from indexer.query import And, LinkedTo, NearPlace, Node, Not, Or, QueryError, SimilarTo, Terms
from indexer.records import AD
from store.quarantine import held

if TYPE_CHECKING:
    from nlp.places.gazetteer import Row

EARTH = 6_371.0  # kilometres
MOST_COPIES = 10_000
DEGREE = 110.0  # kilometres of latitude, a little less than there are


def resolve(node: Node, backend: SearchBackend, connection: Connection) -> Node:
    """The tree without questions that an engine cannot answer; raises QueryError for a place or an ad nobody knows."""
    match node:
        case And(parts):
            return And(tuple(resolve(part, backend, connection) for part in parts))
        case Or(parts):
            return Or(tuple(resolve(part, backend, connection) for part in parts))
        case Not(part):
            return Not(resolve(part, backend, connection))
        case NearPlace(name, km, position):
            return Terms("place", places_near(name, km, position))
        case LinkedTo(contact, position):
            return Terms("group", groups_with(contact, backend, position))
        case SimilarTo(ad_id, position):
            return Terms("key", tuple(f"{AD}:{one}" for one in copies(ad_id, connection, position)))
    return node


def copies(ad_id: str, connection: Connection, position: int) -> tuple[str, ...]:
    """The ad and those that linking found to be worded alike."""
    from crawlers.tables import ads
    from linker.stored import copies_of

    known = connection.execute(select(ads.c.ad_id).where(ads.c.ad_id == ad_id)).scalar()
    if known is None or held(connection, [ad_id]):
        raise QueryError(f"no ad {ad_id!r} is stored", position, "write the id that stands above a hit, as harbor:1042")
    found = copies_of(connection, ad_id, MOST_COPIES + 1)
    if len(found) > MOST_COPIES:
        raise QueryError(
            f"more than {MOST_COPIES} ads are worded like {ad_id}",
            position,
            "narrow it down with a phrase of it instead",
        )
    return tuple(sorted((ad_id, *found)))


def groups_with(contact: Node, backend: SearchBackend, position: int) -> tuple[str, ...]:
    """The groups in which at least one ad matches."""
    facet = backend.search(Request(contact, limit=1, facets=("group",))).facets[0]
    if facet.approximate:
        raise QueryError(
            f"more than {MOST_FACET_VALUES} groups hold this contact", position, "write more of it, or the whole of it"
        )
    return tuple(sorted(value for value, _ in facet.counts))


def places_near(name: str, km: float, position: int) -> tuple[str, ...]:
    """GeoNames ids of the towns within `km` of the largest town called so; `Austin, TX` and `Austin, US` narrow it down."""
    from nlp.places.gazetteer import gazetteer
    from nlp.places.spellings import key

    town, _, narrower = (part.strip() for part in name.partition(","))
    known = gazetteer()
    found = [
        place
        for place in known.named(key(town))
        if place.lat is not None and (not narrower or narrower.upper() in {place.admin.upper(), place.country.upper()})
    ]
    if not found or found[0].lat is None or found[0].lon is None:
        raise QueryError(
            f"no town is known as {name!r}", position, 'write its usual name, as in near:"Austin, TX" 50km'
        )
    latitude, longitude = found[0].lat, found[0].lon
    latitudes, rows = _from_south_to_north()
    band = slice(bisect_left(latitudes, latitude - km / DEGREE), bisect_right(latitudes, latitude + km / DEGREE))
    return tuple(sorted(row[0] for row in rows[band] if distance(latitude, longitude, row[4], row[5]) <= km))


@cache
def _from_south_to_north() -> "tuple[list[float], list[Row]]":
    """The latitudes of all towns in order, and the towns: of a distance one band is looked through, not the world."""
    from nlp.places.gazetteer import gazetteer

    rows = sorted(gazetteer().rows, key=itemgetter(4))
    return [row[4] for row in rows], rows


def distance(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Kilometres between two points, on a sphere (haversine)."""
    first, second = math.radians(latitude), math.radians(other_latitude)
    across = math.sin(math.radians(other_longitude - longitude) / 2) ** 2
    chord = math.sin((second - first) / 2) ** 2 + math.cos(first) * math.cos(second) * across
    return 2 * EARTH * math.asin(math.sqrt(min(chord, 1.0)))

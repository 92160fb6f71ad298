"""What a query asks about other things than ads, turned into ids before any engine sees it.

`near:"Austin" 50km` becomes the GeoNames ids of the towns within the distance; `linked:VALUE` the groups in which an ad
holds the contact.
"""

import math

from indexer.backend import MOST_FACET_VALUES, Request, SearchBackend
from indexer.query import And, LinkedTo, NearPlace, Node, Not, Or, QueryError, Terms

EARTH = 6_371.0  # kilometres
DEGREE = 110.0  # kilometres of latitude, a little less than there are


def resolve(node: Node, backend: SearchBackend) -> Node:
    """The tree without questions that an engine cannot answer; raises QueryError for a place nobody knows."""
    match node:
        case And(parts):
            return And(tuple(resolve(part, backend) for part in parts))
        case Or(parts):
            return Or(tuple(resolve(part, backend) for part in parts))
        case Not(part):
            return Not(resolve(part, backend))
        case NearPlace(name, km, position):
            return Terms("place", places_near(name, km, position))
        case LinkedTo(contact, position):
            return Terms("group", groups_with(contact, backend, position))
    return node


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
    band = km / DEGREE
    return tuple(
        sorted(
            row[0]
            for row in known.rows
            if abs(row[4] - latitude) <= band and distance(latitude, longitude, row[4], row[5]) <= km
        )
    )


def distance(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Kilometres between two points, on a sphere (haversine)."""
    first, second = math.radians(latitude), math.radians(other_latitude)
    across = math.sin(math.radians(other_longitude - longitude) / 2) ** 2
    chord = math.sin((second - first) / 2) ** 2 + math.cos(first) * math.cos(second) * across
    return 2 * EARTH * math.asin(math.sqrt(min(chord, 1.0)))

"""Where a watch cannot see: the sites and places whose ads stopped coming, of those that the watch asks for.

A watch that names a site or a place is blind where these are; one that names none is blind wherever any site is.
"""

from collections.abc import Iterable

from casework.watching.canaries import SITE
from indexer.query import And, Node, Or, Terms
from indexer.tokens import keyword
from store.health import Health


def blind_for(node: Node, spots: Iterable[Health]) -> list[Health]:
    """Those blind spots that the watch would have to see through, in their order."""
    sites, places = _named(node, "site"), _named(node, "place")
    return [one for one in spots if one.site == SITE or _concerns(one, sites, places)]


def _concerns(spot: Health, sites: frozenset[str] | None, places: frozenset[str] | None) -> bool:
    if sites is not None and keyword(spot.site) not in sites:
        return False
    # A site that went quiet as a whole is quiet everywhere.
    return spot.place is None or places is None or keyword(spot.place) in places or _by_name(spot, places)


def _by_name(spot: Health, places: frozenset[str]) -> bool:
    """A place may be asked for by its name; the reason of the row tells it ("no fresh ads in Duluth, MN, US for 144 hours")."""
    told = keyword(spot.reason)
    return any(f" {one} " in f" {told.replace(',', ' ')} " for one in places if not one.isdecimal())


def _named(node: Node, field: str) -> frozenset[str] | None:
    """The values of a field one of which an ad must hold; None where the tree requires none."""
    match node:
        case Terms(name, values) if name == field:
            return frozenset(values)
        case And(parts):
            found = [one for part in parts if (one := _named(part, field)) is not None]
            return frozenset.intersection(*found) if found else None
        case Or(parts):
            every = [_named(part, field) for part in parts]
            if any(one is None for one in every):
                return None
            return frozenset().union(*(one for one in every if one is not None))
    return None

"""Towns of the rehearsal market, from `places.yml`."""

import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from market.datafiles import load_data

COUNTRY = {"US": "USA", "GB": "UK", "ES": "España", "MX": "México", "BR": "Brasil", "PT": "Portugal"}
CURRENCY = {"US": "USD", "GB": "GBP", "ES": "EUR", "PT": "EUR", "MX": "MXN", "BR": "BRL"}


@dataclass(frozen=True, slots=True)
class Place:
    """One town."""

    id: str  # GeoNames
    name: str
    state: str  # US only
    country: str  # ISO 3166
    lat: float
    lon: float
    weight: int
    codes: tuple[int, ...]  # area codes
    postal: str  # start of its postal codes

    @property
    def slug(self) -> str:
        """The name as it stands in addresses."""
        return _slug(self.name)

    @property
    def currency(self) -> str:
        """ISO 4217."""
        return CURRENCY[self.country]


@dataclass(frozen=True, slots=True)
class Atlas:
    """All towns, and the area codes whose fictional numbers are in use."""

    places: tuple[Place, ...]
    area_codes: tuple[int, ...]
    toll_free: tuple[int, ...]
    uk: tuple[str, ...]

    def within(self, countries: frozenset[str]) -> tuple[Place, ...]:
        """The towns of some countries, each as often as its weight."""
        return tuple(place for place in self.places if place.country in countries for _ in range(place.weight))


@cache
def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFD", name).encode("ascii", "ignore").decode()
    return plain.lower().replace(".", "").replace(" ", "-")


@cache
def atlas() -> Atlas:
    """The one atlas."""
    data = load_data(Path(__file__).with_name("places.yml"))
    columns = data["columns"]
    rows = (dict(zip(columns, row, strict=True)) for row in data["places"])
    places = tuple(Place(**{**row, "codes": tuple(row["codes"])}) for row in rows)
    return Atlas(places, tuple(data["area_codes"]), tuple(data["toll_free"]), tuple(data["uk"]))

"""Phone numbers, from the ranges reserved for fiction alone, each given out once.

NANP NXX-555-0100 to 0199 (about 36,000), United Kingdom 020 7946 0xxx, 0306 999 0xxx and 0808 157 0xxx (3,000). Where
there are more authors than numbers, `scale` in make.py lets each author post more instead.
"""

from dataclasses import dataclass
from random import Random

from market.places import Atlas, Place

PER_CODE = 100
PER_UK_PREFIX = 1000


@dataclass(frozen=True, slots=True)
class Number:
    """A phone number: its country and the digits after the country code."""

    country: str  # US or GB
    digits: str

    @property
    def e164(self) -> str:
        """The normal form of a phone."""
        return ("+1" if self.country == "US" else "+44") + self.digits


class Exchange:
    """Gives out numbers, near a town while it has any left."""

    def __init__(self, atlas: Atlas, rng: Random) -> None:
        self._rng = rng
        self._left: dict[str, list[str]] = {}
        for code in atlas.area_codes:
            self._left[str(code)] = [f"{code}5550{last}" for last in range(100, 100 + PER_CODE)]
        for prefix in atlas.uk:
            self._left[prefix] = [f"{prefix}{last:03d}" for last in range(PER_UK_PREFIX)]
        self._toll_free = [f"{code}5550{last}" for code in atlas.toll_free for last in range(100, 100 + PER_CODE)]
        for numbers in (*self._left.values(), self._toll_free):
            rng.shuffle(numbers)
        self._codes = [str(code) for code in atlas.area_codes]
        self._uk = list(atlas.uk)

    def near(self, place: Place) -> Number:
        """A fresh number: mostly the town's own area codes, at times from elsewhere."""
        rng = self._rng
        british = place.country == "GB" or (place.country in {"ES", "PT"} and rng.random() < 0.5)
        own = self._uk if british else [str(code) for code in place.codes]
        if own and (british or rng.random() < 0.75):
            digits = self._take(own[int(rng.random() * len(own))])
            if digits is not None:
                return Number("GB" if british else "US", digits)
        while True:
            code = self._codes[int(rng.random() * len(self._codes))]
            digits = self._take(code)
            if digits is not None:
                return Number("US", digits)
            self._codes.remove(code)
            if not self._codes:
                raise RuntimeError("all reserved numbers are given out; make.py must scale ads per author")

    def shared(self) -> Number:
        """A toll-free number, for switchboards and help lines."""
        return Number("US", self._toll_free.pop())

    def _take(self, code: str) -> str | None:
        numbers = self._left[code]
        return numbers.pop() if numbers else None

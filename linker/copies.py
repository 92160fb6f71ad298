"""Which wordings are near-copies of each other: leaders within a band, clusters over all bands.

The wordings of one band are only candidates. In order of their digests each is compared with the band's leaders so far and
follows the first it is a copy of, or leads. So a band costs as many comparisons as it has wordings times different
texts, and its outcome depends on nothing but its members. A cluster is what hangs together through followers of any band.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from linker.alignment import likeness
from linker.components import components
from linker.wording import CHANCE, COPY, SURE, bands_of, jaccard, shingles

# More different texts than this in one band are no copies but common phrases; the rest of such a band leads itself.
LEADERS = 24


class Copies:
    """Compares wordings by digest; every text is cut into words once and every pair decided once."""

    def __init__(self, text_of: Callable[[str], str]) -> None:
        self.text_of = text_of
        self.cut: dict[str, tuple[list[str], frozenset[str]]] = {}
        self.decided: dict[tuple[str, str], bool] = {}
        self.led: dict[tuple[str, ...], dict[str, str]] = {}

    def leaders(self, members: Iterable[str]) -> dict[str, str]:
        """`leaders` of a band; copies share most of their bands, so each set of members is led once."""
        band = tuple(sorted(members))
        if band not in self.led:
            self.led[band] = leaders(band, self.alike)
        return self.led[band]

    def alike(self, left: str, right: str) -> bool:
        """True where the two wordings are near-copies."""
        pair = (left, right) if left < right else (right, left)
        found = self.decided.get(pair)
        if found is None:
            (one, some), (other, others) = self._cut(left), self._cut(right)
            shared = jaccard(some, others)
            found = shared >= SURE or (shared >= CHANCE and likeness(one, other) >= COPY)
            self.decided[pair] = found
        return found

    def _cut(self, digest: str) -> tuple[list[str], frozenset[str]]:
        if digest not in self.cut:
            tokens = self.text_of(digest).split(" ")
            self.cut[digest] = tokens, shingles(tokens)
        return self.cut[digest]


def leaders(members: Iterable[str], alike: Callable[[str, str], bool]) -> dict[str, str]:
    """For each follower of a band its leader; leaders themselves are left out."""
    leading: list[str] = []
    following: dict[str, str] = {}
    for one in sorted(members):
        found = next((leader for leader in leading if alike(leader, one)), None)
        if found is not None:
            following[one] = found
        elif len(leading) < LEADERS:
            leading.append(one)
    return following


def clusters(texts: Mapping[str, str]) -> Mapping[str, str]:
    """Each digest of `texts` (digest to text) with the least digest of its cluster."""
    digests = sorted(texts)
    bands: dict[int, list[str]] = defaultdict(list)
    for digest, numbers in zip(digests, bands_of([texts[one] for one in digests]), strict=True):
        for number in numbers:
            bands[number].append(digest)
    copies = Copies(texts.__getitem__)
    edges = (edge for members in bands.values() if len(members) > 1 for edge in copies.leaders(members).items())
    return components(digests, edges)

"""Clusters of near-copies: what hangs together through followers of any band."""

from collections.abc import Iterator, Mapping

import numpy as np

from linker.bands import Bands, begins, join, shared_bands
from linker.compared import Compared, Given
from linker.components import Forest
from linker.sketches import Hashed, Places, bands_of, hashed, signatures_of
from store.spread import HERE, Spread

PLACES_APART = 20_000  # of a part that is sent to a worker

Part = tuple[Places, Hashed, Bands]  # places of the texts in it, the texts, and bands of them by their places there


def clusters(texts: Mapping[str, str], spread: Spread = HERE) -> Mapping[str, str]:
    """Each digest of `texts` (digest to text) with the least digest of its cluster; bands are gone through over `spread`."""
    digests = sorted(texts)
    given = hashed(texts[one] for one in digests)
    bands = shared_bands(bands_of(given))
    forest = Forest(len(digests))
    if not spread.scheduler:
        join(forest, Compared(Given(given), signatures_of(given)), bands)
    else:
        for one, other in spread.map(_joined_in, (part for some in bands for part in _apart(given, *some))):
            forest.add(one, other)
    return {digest: digests[one] for digest, one in zip(digests, forest.least().tolist(), strict=True)}


def _apart(texts: Hashed, members: Places, band: Places) -> Iterator[Part]:
    """Bands in parts that stand for themselves, each with the texts of its members; a band is never cut."""
    starts = np.flatnonzero(begins(band))
    first = 0
    while first < len(band):
        after = starts[np.searchsorted(starts, first + PLACES_APART) :]
        end = int(after[0]) if len(after) else len(band)
        chosen, places = np.unique(members[first:end], return_inverse=True)
        yield chosen, texts.of(chosen), (places.astype(np.int64), band[first:end])
        first = end


def _joined_in(part: Part) -> tuple[Places, Places]:
    """Edges by which the texts of the part hang together."""
    chosen, texts, bands = part
    forest = Forest(len(chosen))
    join(forest, Compared(Given(texts), signatures_of(texts)), [bands])
    one, other = forest.edges()
    return chosen[one], chosen[other]

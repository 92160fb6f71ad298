"""Templates: what a group's near-copies have in common, and what fills the slots where they differ."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from linker.alignment import aligned
from linker.records import Reason, Template
from linker.signals import Signals

SLOT = "[…]"
# Shown to people: the first wordings are enough to see a pattern, and longer texts are cut.
WORDINGS = 8
WORDS = 200
TEMPLATES = 10


def templates(ads: Iterable[Signals]) -> tuple[Template, ...]:
    """One template for each near-copy cluster with two ads or more in the group; the largest TEMPLATES of them."""
    clusters: dict[str, list[Signals]] = defaultdict(list)
    for ad in sorted(ads, key=lambda ad: ad.order):
        for key in ad.keys:
            if key.reason is Reason.TEXT:
                clusters[key.value].append(ad)
    ranked = sorted((-len(members), cluster) for cluster, members in clusters.items() if len(members) > 1)
    return tuple(_template(clusters[cluster]) for _, cluster in ranked[:TEMPLATES])


def _template(ads: Sequence[Signals]) -> Template:
    texts = list(dict.fromkeys(ad.wording.text for ad in ads))[:WORDINGS]
    words = [text.split(" ")[:WORDS] for text in texts]
    matches = [dict(aligned(words[0], other)) for other in words[1:]]
    kept = [position for position in range(len(words[0])) if all(position in match for match in matches)]
    rows = [kept, *([match[position] for position in kept] for match in matches)]
    return _fill(tuple(sorted(ad.ad_id for ad in ads)), words, rows)


def _fill(ad_ids: tuple[str, ...], words: Sequence[Sequence[str]], rows: Sequence[Sequence[int]]) -> Template:
    """The common words (at `rows` of each text) with a SLOT wherever any text has words between two of them."""
    bounds = [[-1, *row, len(own)] for own, row in zip(words, rows, strict=True)]
    gaps = {gap for bound in bounds for gap, (one, other) in enumerate(pairwise(bound)) if other - one > 1}
    text: list[str] = []
    slots: list[tuple[str, ...]] = []
    position = 0
    common = [words[0][place] for place in rows[0]]
    for gap in sorted(gaps):
        text += [*common[position:gap], SLOT]
        position = gap
        fillings = (" ".join(own[bound[gap] + 1 : bound[gap + 1]]) for own, bound in zip(words, bounds, strict=True))
        slots.append(tuple(dict.fromkeys(fillings)))
    return Template(ad_ids, " ".join([*text, *common[position:]]), tuple(slots))

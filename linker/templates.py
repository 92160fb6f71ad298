"""Templates: what near-copies have in common, and what fills the slots where they differ.

Which ads are one template is kept with the group. What it looks like is worked out when somebody looks, from the readings: a
few ads are enough to see a pattern, and only a reading knows what stands behind a mask.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from linker.masks import MASKS, said_in
from linker.multiple import common_words, places_of
from linker.records import Fill, Pattern, Reason, Slot, Template
from linker.signals import Signals
from linker.wording import wording_of
from nlp.stored import StoredReading

TEXT = Reason.TEXT
TEMPLATES = 10
# So many different wordings give the common words, and so many ads, taken evenly, what fills the slots.
WORDINGS = 24
ADS = 120
LONGEST = 400  # words of a text that are aligned
# A place where fewer than one text in so many has words of its own is no slot.
SELDOM = 5
REMEMBERED = 400  # alignments, some 20 kB each
_known: dict[bytes, tuple[list[tuple[int, int]], list[list[int | None]]]] = {}


@dataclass(frozen=True, slots=True)
class Copy:
    """One ad's masked words, and kind and value of what stands behind each mask, by its place."""

    ad_id: str
    tokens: tuple[str, ...]
    hidden: Mapping[int, tuple[str, str]]

    def said(self, place: int) -> tuple[str, str]:
        """What stands there: kind and value behind a mask, else the word."""
        return self.hidden.get(place) or ("words", self.tokens[place])


def templates(ads: Iterable[Signals]) -> tuple[Template, ...]:
    """One template for each near-copy cluster with two ads or more in the group; the largest TEMPLATES of them."""
    clusters: dict[str, list[str]] = defaultdict(list)
    for ad in ads:
        for key in ad.keys:
            if key.reason is TEXT:
                clusters[key.value].append(ad.ad_id)
    ranked = sorted((-len(members), cluster) for cluster, members in clusters.items() if len(members) > 1)
    return tuple(Template(tuple(sorted(clusters[cluster]))) for _, cluster in ranked[:TEMPLATES])


def chosen(template: Template) -> tuple[str, ...]:
    """The ads of a template that are looked at: all, or ADS of them taken evenly."""
    ids = template.ad_ids
    return ids if len(ids) <= ADS else tuple(ids[len(ids) * n // ADS] for n in range(ADS))


def pattern(template: Template, readings: Mapping[str, StoredReading]) -> Pattern:
    """What the template looks like, by the readings of its `chosen` ads."""
    copies = [copy_of(ad_id, readings[ad_id]) for ad_id in chosen(template) if ad_id in readings]
    return pattern_of(template.ad_ids, copies)


def copy_of(ad_id: str, reading: StoredReading) -> Copy:
    """An ad as it is aligned."""
    tokens = tuple(wording_of(reading.masked).tokens[:LONGEST])
    return Copy(ad_id, tokens, said_in(tokens, reading.mentions))


def pattern_of(ad_ids: tuple[str, ...], copies: Sequence[Copy]) -> Pattern:
    """The common words of all copies and the slots between them, each with what fills it in which ads."""
    numbers: dict[tuple[str, ...], int] = {}
    wordings = [numbers.setdefault(copy.tokens, len(numbers)) for copy in copies]  # of each copy
    texts = list(numbers)
    common, rows = _aligned(texts)
    own = [_own(row, len(text)) for text, row in zip(texts, rows, strict=True)]
    # Weighed by ads would let one wording that is posted daily hide what all the others have.
    filled = [sum(bool(found[gap]) for found in own) for gap in range(len(common) + 1)]
    slots = [count > 0 and count * SELDOM >= len(texts) for count in filled]
    parts: list[str | Slot] = []
    for gap in range(len(common) + 1):
        if slots[gap]:
            parts.append(_slot(copies, [own[number][gap] for number in wordings]))
        if gap < len(common):
            masked = common[gap] in MASKS
            parts.append(_masked(copies, [rows[number][gap] for number in wordings]) if masked else common[gap])
    strays = {
        number for number, (row, found) in enumerate(zip(rows, own, strict=True))
        if None in row or any(one and not slot for one, slot in zip(found, slots, strict=True))
    }  # fmt: skip
    return Pattern(
        ad_ids=ad_ids,
        looked=len(copies),
        wordings=len(texts),
        parts=tuple(_joined(parts)),
        strays=sum(number in strays for number in wordings),
    )


def _aligned(texts: Sequence[tuple[str, ...]]) -> tuple[list[str], list[list[int | None]]]:
    """The common words, and where they stand in each of the texts.

    Most of a look at a group goes into this, and many look at one group on one day. So it is remembered under a digest of the
    texts, and as numbers alone: no word of an ad stays in memory.
    """
    digest = hashlib.blake2b("\n".join(map(" ".join, texts)).encode(), digest_size=20).digest()
    if (found := _known.get(digest)) is None:
        sample = texts if len(texts) <= WORDINGS else [texts[len(texts) * n // WORDINGS] for n in range(WORDINGS)]
        common = common_words(sample)
        first = {
            word: (number, place) for number, text in reversed([*enumerate(texts)]) for place, word in enumerate(text)
        }
        found = _known[digest] = [first[word] for word in common], places_of(common, texts)
        for oldest in list(_known)[: len(_known) - REMEMBERED]:
            _known.pop(oldest, None)
    stand, rows = found
    return [texts[number][place] for number, place in stand], rows


def _own(row: Sequence[int | None], length: int) -> list[range]:
    """For each gap before, between and after the common words the positions of the text's own words there.

    Where the text lacks common words, what stands there counts to the gap before the first of these.
    """
    found = [range(0)] * (len(row) + 1)
    gap, last = 0, -1
    for number, place in enumerate([*row, length]):
        if place is not None:
            found[gap] = range(last + 1, place)
            gap, last = number + 1, place
    return found


def _slot(copies: Sequence[Copy], own: Iterable[range]) -> Slot:
    """A gap in which the copies have these words of their own."""
    values: dict[str, list[str]] = defaultdict(list)
    kinds: set[str] = set()
    for copy, places in zip(copies, own, strict=True):
        said = [copy.said(place) for place in places]
        values[" ".join(words for _, words in said)].append(copy.ad_id)
        kinds.update(kind for kind, _ in said)
    return Slot(tuple(sorted(kinds)), _fills(values))


def _masked(copies: Sequence[Copy], places: Iterable[int | None]) -> Slot:
    """A mask that all texts have: a slot too, filled by what was read there."""
    values: dict[str, list[str]] = defaultdict(list)
    kinds: set[str] = set()
    for copy, place in zip(copies, places, strict=True):
        if place is None:
            values[""].append(copy.ad_id)
        else:
            kind, words = copy.hidden[place]
            values[words].append(copy.ad_id)
            kinds.add(kind)
    return Slot(tuple(sorted(kinds)), _fills(values))


def _fills(values: Mapping[str, list[str]]) -> tuple[Fill, ...]:
    """Those in most ads first."""
    return tuple(
        Fill(words, tuple(ad_ids)) for words, ad_ids in sorted(values.items(), key=lambda one: (-len(one[1]), one[0]))
    )


def _joined(parts: Iterable[str | Slot]) -> list[str | Slot]:
    """Common words that stand side by side as one run."""
    made: list[str | Slot] = []
    for part in parts:
        if isinstance(part, str) and made and isinstance(made[-1], str):
            made[-1] += f" {part}"
        else:
            made.append(part)
    return made

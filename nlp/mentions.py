"""From what extractors found to mentions: who gives way where finds overlap, and which characters of which field they are."""

from array import array
from bisect import bisect_right
from collections.abc import Iterable

from nlp.extractor import Found
from nlp.mapped import Mapped, Original
from nlp.records import Kind, Mention

# Where two finds overlap, the kind that stands earlier here stays: a phone's digits are no price and no age.
ORDER = (Kind.EMAIL, Kind.URL, Kind.HANDLE, Kind.PHONE, Kind.PAYMENT, Kind.PRICE, Kind.AGE, Kind.NAME, Kind.PLACE)
RANK = {kind: rank for rank, kind in enumerate(ORDER)}
BIT = {kind: 1 << rank for kind, rank in RANK.items()}
# These may share characters: a profile's address holds a handle, and either may hold a phone; a name may hold an age.
SHARED = {Kind.HANDLE: BIT[Kind.URL], Kind.PHONE: BIT[Kind.URL] | BIT[Kind.HANDLE], Kind.NAME: BIT[Kind.AGE]}


# Where people go by their number.
BY_NUMBER = ("whatsapp:", "viber:", "signal:")


def settle(found: Iterable[Found]) -> list[Found]:
    """The finds that stay, in reading order; of one kind, the surer and then the longer stays."""
    ranked = sorted(
        _no_phones_as_names(found),
        key=lambda one: (RANK[one.kind], -one.confidence, one.start - one.end, one.start, one.value),
    )
    covered = array("H", bytes(2 * max((one.end for one in ranked), default=0)))  # by which kinds, per character
    kept: list[Found] = []
    for one in ranked:
        bars = ~SHARED.get(one.kind, 0)
        if any(bit & bars for low, high in runs(one) for bit in covered[low:high]):
            continue
        kept.append(one)
        for low, high in runs(one):
            for index in range(low, high):
                covered[index] |= BIT[one.kind]
    return sorted(kept, key=lambda one: (one.start, one.end, RANK[one.kind], one.value))


def _no_phones_as_names(found: Iterable[Found]) -> list[Found]:
    """Without the handles that are a phone or a part of one: "whatsapp 7one3 ..."."""
    listed = list(found)
    phones = sorted(run for one in listed if one.kind is Kind.PHONE for run in runs(one))
    starts = [start for start, _ in phones]
    kept = []
    for one in listed:
        if one.kind is Kind.HANDLE and phones:
            before = phones[max(bisect_right(starts, one.start) - 1, 0)]
            after = phones[min(bisect_right(starts, one.start), len(phones) - 1)]
            within = before[0] <= one.start and one.end <= before[1]
            if within or (
                one.value.startswith(BY_NUMBER)
                and (before[0] <= one.start < before[1] or one.start <= after[0] < one.end)
            ):
                continue
        kept.append(one)
    return kept


def runs(found: Found) -> tuple[tuple[int, int], ...]:
    """The runs of text a find covers."""
    return found.parts or ((found.start, found.end),)


def mention(found: Found, text: Mapped, original: Original) -> Mention | None:
    """The mention of a find in `text`; None where it covers no character of any field."""
    pieces = [piece for start, end in runs(found) for piece in original.pieces(*text.span(start, end))]
    if not pieces:
        return None
    main = max(pieces, key=lambda piece: piece.end - piece.start)
    detail = dict(found.detail)
    if len(pieces) > 1:
        detail["parts"] = [{"field": piece.field, "start": piece.start, "end": piece.end} for piece in pieces]
    offset = original.starts[original.fields.index(main.field)]
    return Mention(
        kind=found.kind,
        value=found.value,
        surface=original.text[offset + main.start : offset + main.end],
        field=main.field,
        start=main.start,
        end=main.end,
        source=found.source,
        confidence=found.confidence,
        detail=detail,
    )

"""From what extractors found to mentions: who gives way where finds overlap, and which characters of which field they are."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from operator import attrgetter

from nlp.extractor import Found
from nlp.records import Kind, Mention
from nlp.text.mapped import Mapped, Original, Rewritten

# Where two finds overlap, the kind that stands earlier here stays: a phone's digits are no price and no age, and a stated age
# is lost to nothing but a contact ("only 13" is no price, "age of: two" names no platform).
ORDER = (Kind.EMAIL, Kind.URL, Kind.PHONE, Kind.AGE, Kind.HANDLE, Kind.PAYMENT, Kind.PRICE, Kind.NAME, Kind.PLACE)
RANK = {kind: rank for rank, kind in enumerate(ORDER)}
# These may share characters: a profile's address holds a handle, and either may hold a phone; a name may hold an age.
SHARED = {Kind.PHONE: {Kind.URL}, Kind.HANDLE: {Kind.URL, Kind.PHONE}, Kind.NAME: {Kind.AGE}}
START = attrgetter("start")


# Where people go by their number.
BY_NUMBER = ("whatsapp:", "viber:", "signal:")


def settle(found: Iterable[Found]) -> list[Found]:
    """The finds that stay, in reading order; of one kind, the surer and then the longer stays."""
    kept: list[Found] = []
    crowd: list[Found] = []  # finds that overlap, one with the next
    reach = 0
    for one in sorted(_no_phones_as_names(found), key=START):
        if one.start >= reach and crowd:
            kept += crowd if len(crowd) == 1 else _standing(crowd)
            crowd = []
        crowd.append(one)
        reach = max(reach, one.end)
    kept += crowd if len(crowd) == 1 else _standing(crowd)
    return sorted(kept, key=lambda one: (one.start, one.end, RANK[one.kind], one.value))


def _standing(crowd: list[Found]) -> Iterator[Found]:
    """Those of finds that overlap that stay."""
    ranked = sorted(crowd, key=lambda one: (RANK[one.kind], -one.confidence, one.start - one.end, one.start, one.value))
    low = min((one.start for one in crowd), default=0)
    width = max((one.end for one in crowd), default=0) - low
    by_kind: dict[Kind, bytearray] = {}
    for one in ranked:
        if any(
            1 in marks[start - low : end - low] for start, end in runs(one) for marks in _barring(by_kind, one.kind)
        ):
            continue
        marks = by_kind.setdefault(one.kind, bytearray(width))
        for start, end in runs(one):
            marks[start - low : end - low] = b"\1" * (end - start)
        yield one


def _barring(by_kind: dict[Kind, bytearray], kind: Kind) -> list[bytearray]:
    shared = SHARED.get(kind, ())
    return [marks for other, marks in by_kind.items() if other not in shared]


def _no_phones_as_names(found: Iterable[Found]) -> list[Found]:
    """Without the handles that are a phone or a part of one: "whatsapp 7one3 ..."."""
    listed = list(found)
    if not any(one.kind is Kind.HANDLE for one in listed):
        return listed
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


def mention(found: Found, text: Mapped | Rewritten, original: Original) -> Mention | None:
    """The mention of a find in `text`; None where it is to be hidden, or covers no character of any field."""
    kind, value, first, last, source, confidence, detail, parts, hidden = found
    if hidden:
        return None
    start, end = text.span(first, last)
    index = original.field_at(start, end)
    given = dict(detail)
    if parts or index is None:
        pieces = [piece for low, high in runs(found) for piece in original.pieces(*text.span(low, high))]
        if not pieces:
            return None
        if len(pieces) > 1:
            given["parts"] = [{"field": piece.field, "start": piece.start, "end": piece.end} for piece in pieces]
        main = max(pieces, key=lambda piece: piece.end - piece.start)
        index = original.fields.index(main.field)
        start, end = original.starts[index] + main.start, original.starts[index] + main.end
    offset = original.starts[index]
    surface = original.text[start:end]
    return Mention(
        kind, value, surface, original.fields[index], start - offset, end - offset, source, confidence, given
    )

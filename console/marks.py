"""Text cut where marks begin and end, so that a template can show every mention and highlight where it stands."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from indexer.records import Highlight
from nlp.records import Mention

WINDOW = 280  # characters of an ad shown in a list


@dataclass(frozen=True, slots=True)
class Mark:
    """Characters `start` to `end` of one field; `number` points into the list of mentions below the text."""

    start: int
    end: int
    kind: str
    label: str
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text under the same marks; `first` names the mark that begins here, to be numbered."""

    text: str
    marks: tuple[Mark, ...]
    first: tuple[Mark, ...]


def segments(text: str, marks: Iterable[Mark]) -> list[Segment]:
    """The text in runs, in order; joined they are the text."""
    own = sorted(
        (mark for mark in marks if 0 <= mark.start < mark.end <= len(text)),
        key=lambda mark: (mark.start, -mark.end, mark.kind, mark.label),
    )
    cuts = sorted({0, len(text), *(mark.start for mark in own), *(mark.end for mark in own)})
    made = []
    opened: list[Mark] = []
    coming = iter(own)
    following = next(coming, None)
    for start, end in pairwise(cuts):
        opened = [mark for mark in opened if mark.end > start]
        first = []
        while following is not None and following.start == start:
            first.append(following)
            following = next(coming, None)
        opened += first
        made.append(Segment(text[start:end], tuple(opened), tuple(first)))
    return made


def of_mentions(mentions: Sequence[Mention]) -> dict[str, list[Mark]]:
    """Marks by field, numbered as the mentions stand; a value spread over several places is marked at each."""
    found: dict[str, list[Mark]] = {}
    for number, mention in enumerate(mentions, start=1):
        for field, start, end in _places(mention):
            found.setdefault(field, []).append(Mark(start, end, mention.kind.value, mention.value, number))
    return found


def _places(mention: Mention) -> list[tuple[str, int, int]]:
    whole = (mention.field, mention.start, mention.end)
    parts = mention.detail.get("parts") or []
    spread = [(str(part["field"]), int(part["start"]), int(part["end"])) for part in parts]
    return spread if len(spread) > 1 else [whole]


def of_highlights(highlights: Iterable[Highlight]) -> dict[str, list[Mark]]:
    """Marks by field for what a query asked for."""
    found: dict[str, list[Mark]] = {}
    for one in highlights:
        found.setdefault(one.field, []).append(Mark(one.start, one.end, "found", one.surface))
    return found


def extract(text: str, marks: Sequence[Mark], length: int = WINDOW) -> tuple[list[Segment], bool, bool]:
    """About `length` characters around the first mark, with whether text was left out before and after."""
    first, last = min(((mark.start, mark.end) for mark in marks), default=(0, 0))
    start = max(0, min(first - length // 3, len(text) - length))
    if start:
        start = text.rfind(" ", max(0, start - 20), start) + 1 or start
    # The first mark is shown whole, unless it is a text in itself.
    end = min(len(text), max(start + length, min(last, start + 2 * length)))
    inside = [
        Mark(max(mark.start, start) - start, min(mark.end, end) - start, mark.kind, mark.label, mark.number)
        for mark in marks
        if mark.start < end and mark.end > start
    ]
    return segments(text[start:end], inside), start > 0, end < len(text)

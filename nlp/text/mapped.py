"""Text that remembers where each of its characters came from.

Reading rewrites an ad several times (fold look-alikes, drop invisible characters, mask contacts), yet each mention has to
name characters of the ad as given. `Mapped` is a string with, for every character, the span of the original it stands for.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

# Between two fields: no rule reads across it unless it means to.
BREAK = "\n\x1e\n"


class Piece(NamedTuple):
    """A run of one field: `field[start:end]`."""

    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Original:
    """An ad's text fields laid end to end with BREAK between them; `text` is what `Mapped` offsets point into."""

    text: str
    fields: tuple[str, ...]
    starts: tuple[int, ...]  # where each field begins in `text`
    lengths: tuple[int, ...]

    @classmethod
    def of(cls, texts: Mapping[str, str]) -> "Original":
        """Join the fields in their given order."""
        starts: list[int] = []
        position = 0
        for text in texts.values():
            starts.append(position)
            position += len(text) + len(BREAK)
        return cls(BREAK.join(texts.values()), tuple(texts), tuple(starts), tuple(map(len, texts.values())))

    def field_at(self, start: int, end: int) -> int | None:
        """Which field `text[start:end]` is a run of; None where it reaches into a break."""
        index = bisect_right(self.starts, start) - 1
        return index if index >= 0 and end <= self.starts[index] + self.lengths[index] else None

    def pieces(self, start: int, end: int) -> tuple[Piece, ...]:
        """The runs of fields that `text[start:end]` covers, without the breaks; empty runs are left out."""
        found = []
        for index in range(max(bisect_right(self.starts, start) - 1, 0), len(self.fields)):
            begin = self.starts[index]
            if begin >= end:
                break
            low, high = max(start - begin, 0), min(end - begin, self.lengths[index])
            if low < high:
                found.append(Piece(self.fields[index], low, high))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Mapped:
    """`text[i]` stands for `original[starts[i]:ends[i]]`; starts and ends never go down."""

    text: str
    starts: Sequence[int]  # a range where every character stands for itself: nothing to store
    ends: Sequence[int]

    @classmethod
    def identity(cls, text: str) -> "Mapped":
        """The text itself, every character standing for the one at its place."""
        return cls(text, range(len(text)), range(1, len(text) + 1))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original's span for `text[start:end]`; needs start < end."""
        return self.starts[start], self.ends[end - 1]


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A text with some of its runs replaced, each by a string that stands for the whole run.

    Between replacements text is as it was. Three numbers a replacement, in reading order, are all that is kept.
    """

    text: str
    under: "Mapped | Rewritten"
    at: Sequence[int]  # where each new string begins in `text`
    starts: Sequence[int]  # the run it replaced: `under.text[starts[i]:ends[i]]`
    ends: Sequence[int]

    @classmethod
    def of(cls, under: "Mapped | Rewritten", spans: Iterable[tuple[int, int, str]]) -> "Rewritten":
        """Put a string in place of each `under.text[start:end]`; sorted, not overlapping, none empty."""
        text = under.text
        parts: list[str] = []
        at, starts, ends = [], [], []
        position = length = 0
        for start, end, new in spans:
            parts += (text[position:start], new)
            length += start - position
            at.append(length)
            starts.append(start)
            ends.append(end)
            length += len(new)
            position = end
        parts.append(text[position:])
        return cls("".join(parts), under, at, starts, ends)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original's span for `text[start:end]`; needs start < end."""
        return self.under.span(self._place(start)[0], self._place(end - 1)[1])

    def _place(self, position: int) -> tuple[int, int]:
        """What the character at `position` stands for in `under.text`."""
        index = bisect_right(self.at, position) - 1
        if index < 0:
            return position, position + 1
        following = self.at[index + 1] if index + 1 < len(self.at) else len(self.text)
        kept = following - (self.starts[index + 1] if index + 1 < len(self.at) else len(self.under.text))
        # Behind the new string the text goes on as it was, `kept` characters further to the right.
        if position - kept >= self.ends[index]:
            return position - kept, position - kept + 1
        return self.starts[index], self.ends[index]

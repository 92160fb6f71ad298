"""Text that remembers where each of its characters came from.

Reading rewrites an ad several times (fold look-alikes, drop invisible characters, mask contacts), yet each mention has to
name characters of the ad as given. `Mapped` is a string with, for every character, the span of the original it stands for.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

# Between two fields: no rule reads across it unless it means to.
BREAK = "\n\x1e\n"


@dataclass(frozen=True, slots=True)
class Piece:
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

    def replace(self, spans: Iterable[tuple[int, int, str]]) -> "Mapped":
        """Put a string in place of each `text[start:end]` (sorted, not overlapping, not empty).

        Every character of the new string stands for the whole run it replaced; an empty string drops the run.
        """
        parts: list[str] = []
        starts, ends = array("I"), array("I")
        position = 0
        for start, end, new in spans:
            parts += (self.text[position:start], new)
            starts.extend(self.starts[position:start])
            ends.extend(self.ends[position:start])
            starts.extend([self.starts[start]] * len(new))
            ends.extend([self.ends[end - 1]] * len(new))
            position = end
        if position == 0:
            return self
        parts.append(self.text[position:])
        starts.extend(self.starts[position:])
        ends.extend(self.ends[position:])
        return Mapped("".join(parts), starts, ends)

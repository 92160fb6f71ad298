"""Ages that stand in a list or a range, and the finds they make."""

from collections.abc import Iterator

from nlp.extractor import Found
from nlp.records import Kind
from nlp.text.numerals import Number

NAME = "ages"
Chain = tuple[list[Number], list[str]]  # numbers, and the sign between each and the next: "-" for a range


def found(chain: Chain, confidence: float) -> Iterator[Found]:
    """A list's ages: a range is one find, as is each number beside it."""
    items, joints = chain
    index = 0
    while index < len(items):
        start, end, low = items[index]
        if index + 1 < len(items) and joints[index] == "-":
            _, end, high = items[index + 1]
            yield Found(Kind.AGE, f"{low}-{high}", start, end, NAME, confidence)
            index += 2
        else:
            yield Found(Kind.AGE, str(low), start, end, NAME, confidence)
            index += 1

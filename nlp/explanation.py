"""How a text is read, step by step: for every mention the way from its raw characters to its value."""

from collections.abc import Iterator
from dataclasses import dataclass

from crawlers.records import Ad
from nlp.phones.chains import WORD
from nlp.phones.digits import SPELLED
from nlp.pipeline import read_ad
from nlp.records import Kind, Mention, Reading
from nlp.text.fold import fold

# Of control characters the pictures Unicode has for them, so that an ad cannot steer a terminal.
PICTURES = {code: 0x2400 + code for code in range(32) if chr(code) not in "\n\t"} | {127: 0x2421}
# Marks that turn the direction of writing.
PICTURES |= dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C], 0x2409)


@dataclass(frozen=True, slots=True)
class Explained:
    """One mention with what each step made of its characters, as (step, text)."""

    mention: Mention
    path: tuple[tuple[str, str], ...]


def explain(text: str, region: str) -> tuple[Reading, list[Explained]]:
    """The reading of `text` as the body of an ad of that region, and the path of each of its mentions."""
    reading = read_ad(Ad("text:1", "text", "", None, body=text, region=region))
    return reading, [Explained(one, tuple(_path(text, one))) for one in reading.mentions]


def printable(text: str) -> str:
    """`text`, character by character, with a picture for each that would act on a terminal instead of being seen."""
    return text.translate(PICTURES)


def _path(text: str, mention: Mention) -> Iterator[tuple[str, str]]:
    parts = mention.detail.get("parts") or ({"start": mention.start, "end": mention.end},)
    written = [text[part["start"] : part["end"]] for part in parts]
    yield "written", " … ".join(written)
    folded = [fold(each).text for each in written]
    if folded != written:
        yield "folded", " … ".join(folded)
    if mention.kind is Kind.PHONE:
        yield "digits", " ".join(digits for each in folded for digits in _digits(each))
    if mention.kind is Kind.INDICATOR:
        yield "entry", str(mention.detail["entry"])
    yield "value", mention.value


def _digits(folded: str) -> Iterator[str]:
    """What each word of a number says."""
    for match in WORD.finditer(folded):
        digits = "".join(atom.digits for run in SPELLED[match[0]] or () for atom in run.atoms)
        if digits:
            yield digits if digits == match[0] else f"{match[0]}={digits}"

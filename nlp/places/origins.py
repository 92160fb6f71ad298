"""Where somebody comes from is no place of the ad: which names of towns in a text say who somebody is.

"Born in Leeds" names no town to be found in, "Latina" no town of Italy. A country said by itself, and a town that is called
like a group, is a place only where the ad says that it is there ("I am in Luxembourg"); its location field always says so.
The words are in masks.yml: what is no place here is masked as what it is.
"""

from functools import cache

import re2

from nlp.extractor import AdText
from nlp.indicators.phrases import compiled, encoded
from nlp.masking import is_group, is_part_of_group, masks
from nlp.places.towns import Named

BEFORE = 60  # characters in which a phrase of origin stands
# Whatever is drawn between a phrase and the name, and an article.
GAP = r"[^0-9a-z.!?;|\n\x1e]{1,12}"
ARTICLE = rf"(?:{GAP}(?:the|la|el|los|las|o|a|os|as|my|mi|minha|meu))?"
PLACE, ORIGIN, WHO = range(3)  # a place of the ad; a town somebody is from; a word for a group, or a part of one


def read_as(text: AdText, one: Named, settled: frozenset[str]) -> int:
    """What a name in prose says; `settled` are the names that the location field says."""
    folded, start, end = text.folded.text, one.start, one.end
    if folded[start - 1 : start].isalpha() or folded[end : end + 1].isalpha() or is_part_of_group(folded, start, end):
        return WHO  # a letter of another script may stand beside it
    left = folded[max(0, start - BEFORE) : start]
    is_who = one.within is None and one.lacking is None and is_group(folded[start:end], whole=True)
    if _is_behind("origin", left):
        return WHO if is_who else ORIGIN
    if not is_who or one.name in settled:
        return PLACE
    return PLACE if _is_behind("here", left) and not _is_behind("tongue", left) else WHO


def _is_behind(phrases: str, left: str) -> bool:
    """Whether the text ends with one of the phrases of a list of masks.yml."""
    return _behind(phrases).search(encoded(left)) is not None


@cache
def _behind(phrases: str) -> "re2._Regexp[bytes]":
    return compiled(rf"\b{masks().expression(phrases)}{ARTICLE}{GAP}\z")

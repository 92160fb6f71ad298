"""The ways to pay that payments.yml lists, written out: each spelling of each phrase with the way it names.

    card[s] (accepted|welcome)      what is in `[...]` may be missing, `(a|b)` is a choice; neither holds another

Words of a phrase stand apart by a blank, in ads by a hyphen or two blanks too.
"""

import re
from collections.abc import Mapping
from functools import cache
from itertools import product
from pathlib import Path

from store.datafiles import load_data

CHOICE = re.compile(r"\[([^\[\]]*)\]|\(([^()]*)\)")
SEPARATORS = ("-", "  ")


@cache
def payment_words() -> Mapping[str, str]:
    """Each spelling, folded, and the way to pay it names."""
    listed: dict[str, list[str]] = load_data(Path(__file__).with_name("payments.yml"))
    plain = {spelled: way for way, phrases in listed.items() for phrase in phrases for spelled in spellings(phrase)}
    return plain | {spelled.replace(" ", apart): way for spelled, way in plain.items() for apart in SEPARATORS}


def spellings(phrase: str) -> set[str]:
    """All a phrase of payments.yml stands for."""
    parts = CHOICE.split(phrase)  # text, optional, choice, text, optional, choice, ..., text
    options = [parts[:1]]
    for optional, choice, text in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        options += [choice.split("|") if optional is None else ["", *optional.split("|")], [text]]
    return {" ".join("".join(chosen).split()) for chosen in product(*options)}

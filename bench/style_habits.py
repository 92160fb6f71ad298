"""Habits of writing for the market's authors, who have none of their own: made up, to see what is found where style is.

Every author has HAVING of them, each kept in KEEPING of the texts. They are put on the masked text; masks stay as they are.
"""

import re
from random import Random

HAVING, KEEPING = 4, 0.75
PER_LANGUAGE = ("and", "&"), ("you", "u"), ("with", "w/"), ("for", "4"), ("are", "r"), ("to", "2"), ("my", "mi")
SPELLINGS = (
    *PER_LANGUAGE,
    ("que", "q"), ("para", "pa"), ("por", "x"), ("y", "&"), ("de", "d"), ("con", "c/"),
    ("voce", "vc"), ("tambem", "tb"), ("muito", "mto"), ("um", "1"), ("e", "&"), ("nao", "n"),
)  # fmt: skip
MARKS = (
    (". ", "... "), (". ", "! "), (". ", "!! "), (". ", " . "), (". ", ".  * "), (". ", "; "), (". ", " - "),
    (", ", " , "), (", ", ","), (", ", "... "), (", ", " / "), (".\n", "\n"), (".\n", "!\n"), (".\n", "..\n"),
    ("\n", " \n~ "), ("\n", "\n> "), ("\n", " xx\n"), ("\n", " :)\n"), ("\n", " ✨\n"), ("\n", " 🌸\n"), ("\n", " ♡\n"),
)  # fmt: skip


def written_by(author: str, ad_id: str, masked: str) -> str:
    """The text with the habits of its author."""
    own = Random(f"habits of {author}")
    habits = own.sample([*((rf"\b{word}\b", new) for word, new in SPELLINGS), *MARKS], HAVING)
    today = Random(f"habits in {ad_id}")
    for old, new in habits:
        if today.random() < KEEPING:
            masked = re.sub(old, new, masked) if old.startswith(r"\b") else masked.replace(old, new)
    return masked

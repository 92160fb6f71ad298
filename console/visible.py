"""Text as a person can trust it: characters that hide, reorder or imitate nothing are shown by their number.

An ad may hold direction marks that turn a phone number round, invisible letters, or control codes. Every string that a
template prints passes through `plain`; text of ads through `shown`, which also sets such characters apart.
"""

import re
import unicodedata

from markupsafe import Markup, escape

# Control, format, surrogate and private characters, the separators of lines, and letters that print as nothing.
UNSEEN = re.compile(
    "["
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ud800-\udfff\ue000-\uf8ff\ufeff\uffa0\ufff0-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "\U000f0000-\U0010ffff"
    "]"
)


def plain(value: object) -> object:
    """A string with its unseen characters written out, as in `⟨U+202E⟩`; anything else, and finished markup, as it is."""
    if isinstance(value, Markup) or not isinstance(value, str) or _all_seen(value):
        return value
    return UNSEEN.sub(lambda found: f"⟨U+{ord(found.group()):04X}⟩", value)


def shown(text: str) -> Markup:
    """Text escaped, each unseen character as a small labelled box."""
    if _all_seen(text) or UNSEEN.search(text) is None:
        return escape(text)
    parts, position = [], 0
    for found in UNSEEN.finditer(text):
        character = found.group()
        name = unicodedata.name(character, "unnamed character")
        parts += [
            escape(text[position : found.start()]),
            Markup('<span class="unseen" title="{} U+{}">{}</span>').format(
                name, f"{ord(character):04X}", f"{ord(character):X}"
            ),
        ]
        position = found.end()
    return Markup("").join([*parts, escape(text[position:])])


def _all_seen(text: str) -> bool:
    """Whether it is certain at a glance that every character can be seen: most of what a page prints is a word or a number."""
    return text.isascii() and text.isprintable()

"""The wording of an ad: its masked text as compared, and from where on two wordings are near-copies.

Case, punctuation and spacing carry no authorship; emoji, symbols and every script do and are kept.
"""

import hashlib
import re
from dataclasses import dataclass

# Masks; words; single characters of scripts written without spaces; every other visible symbol, punctuation left out.
TOKEN = re.compile(
    r"_[a-z]+_|[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff\uac00-\ud7af]|[^\W_\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff\uac00-\ud7af]+"
    r"|[^\w\s!-/:-@\[-`{-~\u2000-\u206f\u3000-\u303f\u00a1\u00ab\u00b7\u00bb\u00bf\ufe0f]"
)
# The same where all is ASCII, several times as fast: what is left of the symbols is control characters.
TOKEN_OF_ASCII = re.compile(r"[a-z0-9]+|_[a-z]+_|[\x00-\x08\x0e-\x1b\x7f]")
# Fewer words than this, masks not counted, say nothing about who wrote them ("call me now").
SHORTEST = 12
LONGEST = 2_000  # words compared; a longer text is cut
# Share of words in common order from which two texts are copies: a changed word in five leaves .8.
COPY = 0.7
# Share of the longer text's words from which two texts are copies in whatever order they stand: moved paragraphs.
REORDERED = 0.85


@dataclass(frozen=True, slots=True)
class Wording:
    """Normalised text, and its digest; the digest is empty where the text is too short to compare."""

    digest: str
    text: str

    @property
    def tokens(self) -> list[str]:
        """The words as compared."""
        return self.text.split(" ") if self.text else []


def wording_of(masked: str) -> Wording:
    """Normalise a masked text."""
    folded = masked.casefold()
    tokens = (TOKEN_OF_ASCII if folded.isascii() else TOKEN).findall(folded)[:LONGEST]
    text = " ".join(tokens)
    # A mask has two low lines, and no other token has any.
    if len(tokens) - text.count("_") // 2 < SHORTEST:
        return Wording("", text)
    return Wording(hashlib.blake2b(text.encode(), digest_size=10).hexdigest(), text)

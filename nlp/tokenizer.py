"""A tokenizer that is linear in the length of its text; spaCy's own is quadratic on runs of prefixes such as "$$$$"."""

import re

from spacy.tokens import Doc
from spacy.vocab import Vocab

# A word with its inner apostrophes, one sign, or a run of white space that is more than one blank after a token.
TOKEN = re.compile(r"(\w++(?:'\w++)*+|[^\w\s])( ?+)|(\s++)")
# A longer word is cut: nothing in a vocabulary is as long, and each piece costs the same.
LONGEST = 200


class LinearTokenizer:
    """`text` -> Doc whose tokens, joined, are `text` again."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """One pass of one expression."""
        tokens = TOKEN.findall(text)
        words = [token or blank for token, _, blank in tokens]
        spaces = [space == " " for _, space, _ in tokens]
        if max(map(len, words), default=0) > LONGEST:
            words, spaces = _cut(words, spaces)
        return Doc(self.vocab, words=words, spaces=spaces)


def _cut(words: list[str], spaces: list[bool]) -> tuple[list[str], list[bool]]:
    pieces: list[str] = []
    after: list[bool] = []
    for word, space in zip(words, spaces, strict=True):
        cuts = [word[start : start + LONGEST] for start in range(0, len(word), LONGEST)]
        pieces += cuts
        after += [False] * (len(cuts) - 1) + [space]
    return pieces, after

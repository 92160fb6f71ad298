"""A tokenizer that is linear in the length of its text; spaCy's own is quadratic on runs of prefixes such as "$$$$"."""

import re

from spacy.tokens import Doc
from spacy.vocab import Vocab

# A word with its inner apostrophes, one sign, or a run of white space that is more than one blank after a token.
TOKEN = re.compile(r"\w+(?:'\w+)*|[^\w\s]|\s+")
# A longer word is cut: nothing in a vocabulary is as long, and each piece costs the same.
LONGEST = 200


class LinearTokenizer:
    """`text` -> Doc whose tokens, joined, are `text` again."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """One pass of one expression."""
        words: list[str] = []
        spaces: list[bool] = []
        for token in TOKEN.findall(text):
            if token[0].isspace():
                if token[0] == " " and words and not spaces[-1] and not words[-1].isspace():
                    spaces[-1] = True
                    token = token[1:]
                if not token:
                    continue
            for start in range(0, len(token), LONGEST):
                words.append(token[start : start + LONGEST])
                spaces.append(False)
        return Doc(self.vocab, words=words, spaces=spaces)

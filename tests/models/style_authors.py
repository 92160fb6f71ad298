"""Made-up authors for the tests of style: each has habits of writing, and writes about anything."""

from collections.abc import Iterator
from random import Random

TOPICS = ("river", "tea", "garden", "music", "lamp", "chair", "path")
WORDS = [f"{first}{second}" for first in TOPICS for second in "abcdefghij"]
SMALL = ["and", "with", "for", "the", "in", "by", "from", "near", "some", "all", "my", "your"]
STOPS = (". ", "... ", "! ", " . ", ".\n", "!!\n", " ~ ", "; ", "\n* ", " ✨ ", " - ", ".. ")
COMMAS = (", ", " , ", ",", " / ", " & ")
CLOSINGS = (
    "see you soon",
    "until then",
    "write to me",
    "kind regards",
    "take care",
    "thanks for reading",
    "bye now",
    "xo",
)


class Author:
    """Two ways to end a sentence, one to make a comma, few small words, a way to bring up the price, a closing."""

    def __init__(self, name: str) -> None:
        own = Random(f"author {name}")
        self.stops, self.comma = own.sample(STOPS, 2), own.choice(COMMAS)
        self.small, self.closing = own.sample(SMALL, 4), own.choice(CLOSINGS)
        self.price = " ".join(own.sample(["asking", "only", "the", "rate", "is", "at"], 3))

    def text(self, number: int) -> str:
        """One of the author's texts, on words that no other text has to share."""
        random = Random(f"{self.stops} {self.small} {number}")
        return "".join(self._sentences(random)) + f"{self.price} _price_{self.stops[0]}{self.closing} _contact_"

    def _sentences(self, random: Random) -> Iterator[str]:
        for _ in range(4):
            words = [random.choice(WORDS if turn % 2 else self.small) for turn in range(random.randint(6, 9))]
            yield " ".join(words[:4]) + self.comma + " ".join(words[4:]) + random.choice(self.stops)

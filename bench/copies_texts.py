"""Made texts of which it is known which are copies: pairs with some words changed, and templates with filled slots."""

from random import Random

LETTERS = "abcdefghijklmnoprstuvwz"
LENGTH = 80  # words of a text in a pair


def vocabulary(rng: Random, size: int) -> list[str]:
    """Different made-up words of 3 to 9 letters."""
    found: dict[str, None] = {}
    while len(found) < size:
        found["".join(rng.choices(LETTERS, k=rng.randint(3, 9)))] = None
    return list(found)


def drawn(rng: Random, words: list[str], length: int) -> list[str]:
    """A text as language is: few words often, many seldom."""
    return rng.choices(words, weights=_weights(len(words)), k=length)


def _weights(size: int) -> list[float]:
    return [1 / (rank + 3) for rank in range(size)]


def replaced(rng: Random, words: list[str], text: list[str], count: int) -> list[str]:
    """The text with `count` of its words replaced by other words."""
    changed = list(text)
    for position in rng.sample(range(len(text)), count):
        changed[position] = rng.choice([word for word in rng.choices(words, k=3) if word != text[position]])
    return changed


def exchanged(rng: Random, words: list[str], text: list[str], count: int) -> list[str]:  # noqa: ARG001
    """The text after `count` times two of its words changed places."""
    changed = list(text)
    for _ in range(count):
        one, other = rng.sample(range(len(text)), 2)
        changed[one], changed[other] = changed[other], changed[one]
    return changed


CHANGES = {"words replaced": replaced, "words exchanged": exchanged}


def pairs(how: str, count: int, changed: int, seed: int) -> list[str]:
    """`count` pairs: texts 2n and 2n + 1 are copies of each other, and no others are."""
    rng = Random(seed)
    words = vocabulary(rng, 5_000)
    made = []
    for _ in range(count):
        text = drawn(rng, words, LENGTH)
        made += [" ".join(text), " ".join(CHANGES[how](rng, words, text, changed))]
    return made


def templates(count: int, of_each: int, seed: int) -> tuple[list[str], list[int]]:
    """`count` different texts and the template of each: 40 to 80 words, about one in five a slot filled anew each time."""
    rng = Random(seed)
    words = vocabulary(rng, 5_000)
    texts: dict[str, int] = {}
    for number in range(count // of_each):
        base = drawn(rng, words, rng.randint(40, 80))
        slots = rng.sample(range(len(base)), round(len(base) * rng.uniform(0.15, 0.22)))
        while sum(one == number for one in list(texts.values())[-of_each:]) < of_each:
            filled = list(base)
            for slot in slots:
                filled[slot] = rng.choice(words)
            texts.setdefault(" ".join(filled), number)
    shuffled = rng.sample(sorted(texts), len(texts))
    return shuffled, [texts[text] for text in shuffled]

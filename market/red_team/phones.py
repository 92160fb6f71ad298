"""Phone numbers in disguises that are not in obfuscation.py: other characters, other words, and several at once.

Each family takes the digits in their spoken groups, as there. A person who has the ad in hand can read each for sure;
where only part of the digits can be swapped so, the others stay as they are.
"""

from random import Random

from market.numbers import Number
from market.obfuscation import Family, groups_of, prefix_of
from market.red_team import drawn, spoken


def disguised(number: Number, region: str, language: str, family: str, rng: Random) -> str:
    """The number in `family`; abroad the country code stands plainly before it."""
    if family == "code_words":
        return spoken.code_words(number, language, rng)
    foreign = number.country != region
    text = FAMILIES[family](groups_of(number, foreign=foreign), language, rng)
    return f"{prefix_of(number)} {text}" if foreign else text


FAMILIES: dict[str, Family] = {
    one.__name__: one
    for one in (
        *(spoken.misspelt, spoken.homophones, spoken.misspelt_mixed, spoken.stretched, spoken.leet, spoken.twins),
        *(spoken.stacked, spoken.fancy_words, spoken.letters_apart, spoken.run_on, spoken.two_languages, spoken.pairs),
        *(spoken.cardinals, spoken.tripled, spoken.mark_words, spoken.asides, spoken.labelled),
        *(drawn.scripts, drawn.enclosed, drawn.roman, drawn.dice, drawn.patchwork, drawn.look_alikes, drawn.combining),
        *(drawn.unseen_marks, drawn.odd_spaces, drawn.odd_marks, drawn.emoji_words, drawn.bracketed_words),
        *(drawn.hashtags, drawn.regrouped, drawn.downwards, drawn.extension),
    )
}
# Not in one piece of text that could stand anywhere: writing.py puts these into the ad.
PLACED = ("url", "handle", "thirds")
# Unusual, yet not to hide anything.
OPEN = frozenset({"labelled", "regrouped", "extension"})
ALL = (*FAMILIES, "code_words", *PLACED)

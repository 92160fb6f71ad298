"""The words beside which contacts stand, found in one pass for e-mails, web addresses, handles and payments together.

Most ads hold few of them. The extractors run one after the other over the same text, so the last text's signs are kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from ahocorasick_rs import AhoCorasick, Implementation

from nlp.contacts.payment_words import payment_words
from nlp.contacts.words import BRACKETS, bare, bracketed, contact_words

WORDS = contact_words()
# t.w.i.t.t.e.r, t e l e g r a m
LONG_NAME = 4
SPACED_OUT = {
    sign.join(word): name
    for word, name in WORDS.platforms.items()
    if word.isalnum() and len(word) > 1
    for sign in (". *_-" if len(word) > LONG_NAME else ".")
}
PLATFORMS = WORDS.platforms | SPACED_OUT
PROFILES = {f"{host}/": name for host, name in WORDS.hosts.items()}
MAYBE_AT = bare(WORDS.at_maybe)
ATS = (
    *bare(WORDS.at),
    *MAYBE_AT,
    *bracketed({*WORDS.at, *WORDS.at_maybe}),
    *bracketed(("a",), BRACKETS),
    *WORDS.at_pictures,
)
DOTS = (*bare(WORDS.sure_dots), *bracketed(WORDS.sure_dots), *bracketed((".",), BRACKETS))
ACCOUNTS = ("paypal.me/",)
MOST = 5_000  # of one kind in one ad; a text that holds more was made to hurt
Hits = list[tuple[int, int, str]]  # start, end and word of each, in reading order


@dataclass(frozen=True, slots=True)
class Signs:
    """Where an ad's folded text holds which kind of sign."""

    ats: Hits  # words and pictures for "@", with the blanks or brackets around them
    dots: Hits  # words for ".", likewise
    platforms: Hits  # whole words
    profiles: Hits  # hosts of platforms, with the slash
    payments: Hits  # phrases for a way to pay, not only as whole words
    accounts: Hits  # how accounts begin


@lru_cache(maxsize=64)  # a batch of ads: four extractors ask, one after the other
def signs(folded: str) -> Signs:
    """The signs of a text."""
    kinds, words, automaton = _automaton()
    found = Signs([], [], [], [], [], [])
    into = [getattr(found, name) for name in Signs.__slots__]
    last = len(folded)
    for index, start, end in automaton.find_matches_as_indexes(folded, overlapping=True)[: 10 * MOST]:
        for kind in kinds[index]:
            if kind == PLATFORM and (
                (start and (folded[start - 1].isalnum() or folded[start - 1] == "_"))
                or (end < last and (folded[end].isalnum() or folded[end] == "_"))
            ):
                continue
            if len(into[kind]) < MOST:
                into[kind].append((start, end, words[index]))
    for hits in into:
        if len(hits) > 1:
            hits.sort(key=_by_place)
    return found


PLATFORM = Signs.__slots__.index("platforms")


def _by_place(hit: tuple[int, int, str]) -> tuple[int, int]:
    """By where it begins, the longer first."""
    return hit[0], -hit[1]


@cache
def _automaton() -> tuple[list[tuple[int, ...]], list[str], AhoCorasick]:
    lists: tuple[Iterable[str], ...] = (ATS, DOTS, PLATFORMS, PROFILES, payment_words(), ACCOUNTS)
    kinds: dict[str, tuple[int, ...]] = {}
    for kind, words in enumerate(lists):
        for word in words:
            kinds[word] = (*kinds.get(word, ()), kind)
    return list(kinds.values()), list(kinds), AhoCorasick(list(kinds), implementation=Implementation.DFA)

"""The words of contacts.yml, and expressions for them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from nlp.text.alternatives import any_of
from store.datafiles import load_data


@dataclass(frozen=True, slots=True)
class ContactWords:
    """`dot`, `joint`, `announce` and `passing` are sources of expressions; the rest are words."""

    at: frozenset[str]
    at_maybe: frozenset[str]
    at_pictures: frozenset[str]
    dot: str
    sure_dots: tuple[str, ...]
    joint: str  # any sign inside a name, written as a word
    signs: dict[str, str]  # word -> sign
    domains: frozenset[str]
    word_domains: frozenset[str]
    mail: frozenset[str]
    certain_mail: dict[str, str]
    mail_labels: frozenset[str]
    sentence: frozenset[str]
    platforms: dict[str, str]  # word -> platform
    hosts: dict[str, str]  # host (and first path) -> platform
    plain_words: frozenset[str]
    common_words: frozenset[str]
    handle_joints: tuple[str, ...]
    by_number: frozenset[str]
    accounts: tuple[str, ...]
    announce: str
    names: frozenset[str]
    passing: str
    after: tuple[str, ...]
    never: frozenset[str]
    not_mentions: frozenset[str]
    paths: frozenset[str]


@cache
def contact_words() -> ContactWords:
    """What contacts.yml says."""
    data: dict[str, Any] = load_data(Path(__file__).with_name("contacts.yml"))
    named = ((".", "dot"), ("_", "underscore"), ("-", "dash"), ("+", "plus"))
    signs = {word: sign for sign, name in named for word in data[name]}
    return ContactWords(
        at=frozenset(data["at"]),
        at_maybe=frozenset(data["at_maybe"]),
        at_pictures=frozenset(data["at_pictures"]),
        dot=any_of(data["dot"]),
        sure_dots=tuple(data["sure_dot"]),
        joint=any_of(signs),
        signs=signs,
        domains=frozenset(data["domains"]),
        word_domains=frozenset(data["word_domains"]),
        mail=frozenset(data["mail"]),
        certain_mail=data["certain_mail"],
        mail_labels=frozenset(data["mail_labels"]),
        sentence=frozenset(data["sentence"]),
        platforms={word: name for name, one in data["platforms"].items() for word in one["words"]},
        hosts={host: name for name, one in data["platforms"].items() for host in one["hosts"]},
        plain_words=frozenset(data["plain_words"]),
        common_words=frozenset(data["common_words"]),
        handle_joints=tuple(data["handle_joints"]),
        by_number=frozenset(data["by_number"]),
        accounts=tuple(data["accounts"]),
        announce=any_of(data["announce"]),
        names=frozenset(data["names"]),
        passing=any_of(data["pass"]),
        after=tuple(data["after"]),
        never=frozenset(data["never"]),
        not_mentions=frozenset(data["not_mentions"]),
        paths=frozenset(data["paths"]),
    )


BRACKETS = ("()", "[]", "{}", "<>")
PAIRS = (*BRACKETS, "**", "__", "||", "--", "~~")


def bare(words: Iterable[str]) -> dict[str, str]:
    """How each word stands between two others: " dot " -> "dot"."""
    return {f" {word}{end}": word for word in words for end in " \n"}


def bracketed(words: Iterable[str], pairs: Sequence[str] = PAIRS) -> dict[str, str]:
    """How each word stands in brackets and their like: "(dot)", "[ dot ]", "**dot**" -> "dot"."""
    written = {}
    for word in words:
        for pair in pairs:
            left, right = pair[0], pair[1]
            for form in (left + word + right, f"{left} {word} {right}", left * 2 + word + right * 2):
                written[form] = word
    return written


def backwards(words: Iterable[str]) -> str:
    """The same for text that is read from its end: no expression looks back over words of any length."""
    return any_of(word[::-1] for word in words)

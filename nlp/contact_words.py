"""The words of contacts.yml, turned into linear expressions."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import re2

from store.datafiles import load_data


@dataclass(frozen=True, slots=True)
class ContactWords:
    """`at`, `dot`, ... are sources of expressions; the rest are words."""

    at: str
    dot: str
    joint: str  # any sign inside a name, written as sign or word
    signs: dict[str, str]  # word -> sign
    domains: str
    word_domains: str
    mail: frozenset[str]
    mail_labels: frozenset[str]
    platforms: dict[str, str]  # word -> platform
    hosts: dict[str, str]  # host (and first path) -> platform
    plain_words: frozenset[str]
    announce: str
    passing: str
    never: frozenset[str]


@cache
def contact_words() -> ContactWords:
    """What contacts.yml says."""
    data: dict[str, Any] = load_data(Path(__file__).with_name("contacts.yml"))
    signs = {word: sign for sign, name in ((".", "dot"), ("_", "underscore"), ("-", "dash")) for word in data[name]}
    return ContactWords(
        at=any_of(data["at"]),
        dot=any_of(data["dot"]),
        joint=any_of(signs),
        signs=signs,
        domains=any_of(data["domains"]),
        word_domains=any_of(data["word_domains"]),
        mail=frozenset(data["mail"]),
        mail_labels=frozenset(data["mail_labels"]),
        platforms={word: name for name, one in data["platforms"].items() for word in one["words"]},
        hosts={host: name for name, one in data["platforms"].items() for host in one["hosts"]},
        plain_words=frozenset(data["plain_words"]),
        announce=any_of(data["announce"]),
        passing=any_of(data["pass"]),
        never=frozenset(data["never"]),
    )


def any_of(words: "list[str] | dict[str, str]") -> str:
    """An expression for any of the words, the longest first."""
    return "(?:" + "|".join(re2.escape(word) for word in sorted(words, key=lambda word: (-len(word), word))) + ")"

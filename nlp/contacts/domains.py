"""Domain names: which endings exist, and how many labels of a dotted run of words are one.

The endings are the public suffix list as tldextract ships it, read from its package and never fetched; reserved names
and those in use without being listed come from contacts.yml.
"""

import re
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from nlp.contacts.words import contact_words
from nlp.text.fold import fold

LIST = ".tld_set_snapshot"
END = "// ===END ICANN DOMAINS==="
# Under these nobody sells names of one more label, but for the listed (com.mx): what follows is the next sentence.
STRONG = frozenset({"com", "net", "org", "edu", "gov", "info", "biz"})
LONGEST = 253
# Underscores are found in names of machines only; no label begins or ends with a sign.
PICTURES = r"\u2190-\u2bff\U0001f300-\U0001faff"  # in some names
HOST = re.compile(
    rf"\A(?:(?:[^\W_]|[{PICTURES}])(?:[\w{PICTURES}-]{{0,61}}(?:[^\W_]|[{PICTURES}]))?\.)*"
    rf"(?:[^\W_]|[{PICTURES}])(?:(?:[^\W_]|[{PICTURES}-]){{0,61}}(?:[^\W_]|[{PICTURES}]))?\.[^\W_](?:[^\W_]|-){{0,61}}"
)


@cache
def suffixes() -> frozenset[str]:
    """Every ending under which names are given, in folded spelling: "com", "co.uk"."""
    words = contact_words()
    listed = {*words.domains, *words.word_domains}
    spec = find_spec("tldextract")  # finds the package without importing it
    for folder in (spec and spec.submodule_search_locations) or ():
        path = Path(folder) / LIST
        if path.is_file():
            lines = path.read_text(encoding="utf-8").partition(END)[0].splitlines()
            listed.update(line.lstrip("*.!") for line in lines if line and not line.startswith("//"))
    return frozenset({one if one.isascii() else fold(one).text for one in listed})


def is_top(label: str) -> bool:
    """Whether a name can end in `label`."""
    return label in suffixes() or (label.startswith("xn--") and label.isascii() and len(label) > len("xn--"))


def named(labels: Sequence[str]) -> int:
    """How many of `labels` make a host, from the first on, as many as can be; 0 where none do."""
    for count in range(len(labels), 1, -1):
        top, before = labels[count - 1], labels[count - 2]
        if is_top(top) and not (before in STRONG and count > 2 and f"{before}.{top}" not in suffixes()):
            return count
    return 0


def is_host(host: str) -> bool:
    """Whether the whole of a dotted name is a well-formed host under a known ending."""
    return len(host) <= LONGEST and HOST.fullmatch(host) is not None and is_top(host.rpartition(".")[2])

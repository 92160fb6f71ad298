"""E-mail addresses, plain or written so that software cannot read them: "rose (at) example dot com", r o s e @ ..."""

import re
from collections.abc import Iterator
from itertools import islice

import re2

from nlp.contacts.hosts import OPEN, PART, SHUT, Host, read_host
from nlp.contacts.signs import MAYBE_AT, MOST, signs
from nlp.contacts.words import backwards, contact_words
from nlp.extractor import AdText, Example, Found, disguised
from nlp.records import Kind
from nlp.text.alternatives import any_of

WORDS = contact_words()
# An "@" with a host behind it, as far as a look ahead can tell.
AHEAD = rf"{PART}(?:\.[a-z0-9]|\s?{OPEN}|\s\.|[.,]?\s{{1,2}}com\b|,com\b|\s{{1,3}}{WORDS.dot}\s)|{any_of(WORDS.certain_mail)}\b"
SIGN = re.compile(rf"@(?=[\s\])}}>*_|~-]{{0,4}}+[a-z0-9-]{{1,63}}+(?:[^@]|\Z))(?:\s?{SHUT})?\s{{0,2}}(?={AHEAD})")
# The same for a word; most often none follows, and nothing else is worth a look.
AFTER = re.compile(rf"\s{{0,2}}(?![a-z0-9]{{64}})(?={AHEAD})")
# What stands before an "@" is read from right to left.
LEFT = re.compile(r"\s?[\[({<*_|~-]+\s?|\s{1,3}")
JOINT = rf"\s?[\])}}]\s?(?:{backwards(WORDS.signs)}|\.)\s?[\[({{]\s?|\s{{1,3}}{backwards(WORDS.signs)}\s{{1,3}}"
NAME = re.compile(rf"[a-z0-9_+-][a-z0-9._%+'-]{{0,63}}+(?:({JOINT})[a-z0-9_+-][a-z0-9._%+'-]{{0,63}}+){{0,4}}")
SPOKEN_JOINT = re.compile(
    rf"\s?[\[({{]\s?({any_of(WORDS.signs)}|\.)\s?[\])}}]\s?|\s{{1,3}}({any_of(WORDS.signs)})\s{{1,3}}"
)
SPACED = re2.compile(r"\b((?:[a-z0-9._-] ){2,40})@ ((?:[a-z0-9.-] ){2,40}[a-z])\b")
LAST_WORD = re.compile(r"[\w-]+(?=\W*\Z)")
REACH = 200  # characters before an "@" that may be its name
LABEL_REACH = 16  # characters before a name in which a label may stand
MOST_BLANKS = 2  # between a name and a word for "@"
EDGES = frozenset("\n\x1e")


class Emails:
    """Finds e-mail addresses; the value is lower case with plain signs."""

    name = "emails"
    examples = (
        Example("write to Rose.Lane+a@Example.com.", ("rose.lane+a@example.com",)),
        Example("rose (at) example (dot) com", ("rose@example.com",)),
        Example("rose arroba example punto com", ("rose@example.com",)),
        Example("rose dot lane at example dot org", ("rose.lane@example.org",)),
        Example("r o s e @ e x a m p l e . c o m", ("rose@example.com",)),
        Example("rose[at]example.com", ("rose@example.com",)),
        Example("rose{at}example{dot}co{dot}uk", ("rose@example.co.uk",)),
        Example("rose-at-example-dot-com", ("rose@example.com",)),
        Example("rose arobase example point fr", ("rose@example.fr",)),
        Example("rose_lane klammeraffe example punkt de", ("rose_lane@example.de",)),
        Example("rose guion bajo lane arroba example punto com punto mx", ("rose_lane@example.com.mx",)),
        Example("rose📧example.com", ("rose@example.com",)),
        Example("email rose22 at gmail com", ("rose22@gmail.com",)),
        Example("rose.lane@gmail", ("rose.lane@gmail.com",)),
        Example("rose.lane@example.com.Call me", ("rose.lane@example.com",)),
        Example("rose.lane@example.comcall me", ("rose.lane@example.com",)),
        Example("e-mail: rose at example.org", ("rose@example.org",)),
        Example("meet me at example.com, open at 9.15", ()),
        Example("dinner at the point in town, find us at gmail", ()),
        Example("rates @ 100", ()),
        Example("rose@example, rose@lane.nowhere", ()),
    )

    def __call__(self, text: AdText) -> Iterator[Found]:
        """Every address, each place once."""
        folded = text.folded.text
        places = signs(folded).ats
        if "@" in folded:
            places = [*places, *((match.start(), match.end(), "@") for match in islice(SIGN.finditer(folded), MOST))]
            places.sort()
        reached = 0
        for start, end, word in places:
            if start >= reached:
                found = _plain(text, start, end) if word == "@" else _spoken(folded, start, end, word)
                if found is not None:
                    reached = found.end
                    yield found
        if " @ " in folded:
            for match in SPACED.finditer(folded):
                value = f"{match[1]}@{match[2]}".replace(" ", "")
                yield _found(value, match.start(), match.end(), "separators")


def _plain(text: AdText, start: int, end: int) -> Found | None:
    """An address around the sign "@", with blanks and brackets or without."""
    folded = text.folded.text
    host = read_host(folded, end)
    if host is None or folded[host.end : host.end + 1] == "@":
        return None
    apart = folded[start - 1 : start] if start else ""
    gap = LEFT.match(folded[start - 1 : max(start - 9, 0) : -1]) if start and apart in " [({<*|~" else None
    if (end - start > 1 and not folded[start + 1 : end].isspace()) != (gap is not None and not gap[0].isspace()):
        return None
    if host.form == "completed" and (gap is not None or end - start > 1):
        return None
    named = _name(folded, start - (gap.end() if gap else 0))
    if named is None:
        return None
    name, begin, spelled = named
    if folded[max(begin - 1, 0) : begin] == "@":
        return None
    if gap is not None and (name in WORDS.sentence or host.first.isdigit()):
        return None
    form = "words" if spelled else host.form
    if form == "plain" and (gap is not None or end - start > 1):
        form = "separators"
    if form == "plain" and disguised(text, begin, host.end):
        form = "look-alike"
    return _found(f"{name}@{host.value}", begin, host.end, form)


def _spoken(folded: str, start: int, end: int, word: str) -> Found | None:
    """An address around a word or a picture for "@"."""
    after = AFTER.match(folded, end)
    host = read_host(folded, after.end()) if after else None
    if host is None or folded[host.end : host.end + 1] == "@":
        return None
    picture = word in WORDS.at_pictures
    left = start
    while start - left < MOST_BLANKS and folded[left - 1 : left] == " ":
        left -= 1
    named = _name(folded, left)
    if named is None:
        return None
    name, begin, _ = named
    if picture:
        if name in WORDS.sentence or (left < start and host.first not in WORDS.mail):
            return None
    elif (host.form == "completed" or word in MAYBE_AT) and not _is_meant(folded, name, begin, host):
        return None
    form = "completed" if host.form == "completed" else "separators" if picture else "words"
    return _found(f"{name}@{host.value}", begin, host.end, form)


def _is_meant(folded: str, name: str, begin: int, host: Host) -> bool:
    """Whether "name at host" is an address and no part of a sentence."""
    if name.rpartition(".")[2] in WORDS.sentence or host.value[0].isdigit():
        return False
    marked = not name.isalpha()
    if host.form == "completed":
        return marked
    if host.first in WORDS.mail and (host.form != "plain" or host.top in WORDS.domains):
        return True
    if host.spoken:
        return host.top in WORDS.domains
    if host.form == "words" or marked:
        return True
    label = LAST_WORD.search(folded, max(begin - LABEL_REACH, 0), begin)
    if label is not None and label[0] in WORDS.mail_labels:
        return True
    # A line that holds nothing else.
    return folded[begin - 1 : begin or 0] in {"", *EDGES} and folded[host.end : host.end + 1] in {"", *EDGES}


def _name(folded: str, end: int) -> tuple[str, int, bool] | None:
    """The name that ends at `end`, where it begins, and whether any of its signs is a word."""
    match = NAME.match(folded[end - 1 : end - REACH if end > REACH else None : -1]) if end else None
    if match is None:
        return None
    written = match[0][::-1]
    bare = written.lstrip("._%+'-" if written.startswith("__") or not written.startswith("_") else ".%+'-")
    if not bare or not any(letter.isalnum() for letter in bare):
        return None
    if match.lastindex is None:
        return bare, end - len(bare), False
    name = SPOKEN_JOINT.sub(lambda joint: WORDS.signs.get(joint[1] or joint[2], "."), bare)
    return name, end - len(bare), name != bare


def _found(value: str, start: int, end: int, form: str) -> Found:
    return Found(Kind.EMAIL, value, start, end, Emails.name, detail={"form": form})


EMAILS = Emails()

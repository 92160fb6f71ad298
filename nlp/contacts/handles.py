"""Handles: the name a person goes by on a platform, given with the platform before it, after it or in a profile's address."""

import re
from collections.abc import Iterator
from itertools import chain, islice

from nlp.contacts.domains import STRONG
from nlp.contacts.signs import LONG_NAME, MOST, PLATFORMS, PROFILES, Hits, signs
from nlp.contacts.words import backwards, contact_words
from nlp.extractor import AdText, Example, Found, disguised
from nlp.records import Kind
from nlp.text.alternatives import any_of

WORDS = contact_words()
JOINT = rf"(?:(?:\s?[\[({{]|\s){any_of(WORDS.handle_joints)}(?:[\])}}]\s?|\s))"
BETWEEN = rf"(?:\s?(?:{WORDS.announce}|\b{WORDS.passing}\b|[(\[]|[^\x00-\x7f\w\s])(?:\s|\b|(?=[@\W]))){{0,4}}+"
NAME = r"[a-z0-9_][a-z0-9._-]{1,39}"
# At most twenty signs stand before its first letter: most often there are more or none, and nothing else is worth a look.
ANNOUNCED = re.compile(
    rf"(?<![@\s(\[])(?=\W{{0,20}}+\w)\.?+({BETWEEN})\s?+(@?)\s?+((?:live:)?{NAME}(?:{JOINT}[a-z0-9_.]{{1,30}}){{0,3}})"
)
SPELLED = re.compile(r"\.?+\s?+(?:[:@=>→-]{1,4}+|is\b|id\b)?+\s{0,2}+@?+\s?+((?:[a-z0-9_.] ){4,39}[a-z0-9_])\b")
# After a platform that is an ordinary word too.
SIGNED = re.compile(r"\.?\s?(?:[:@=>→⇒➡👉☞#-]|id\b|user|name|is\b|my\b|[a-z0-9_.] )")
# The name before a platform, read from right to left.
AFTER = re.compile(
    rf"\s?(?:\(\s?|-\s|(?:(?:eht|ym)\s)?{backwards(WORDS.after)}(?:\s|(?=[^\w\s])))\s?([a-z0-9_][a-z0-9._-]{{1,38}}[a-z0-9_]@?)"
)
MENTION = re.compile(
    r"@(?=[a-z0-9_]{2})(?:(?<![a-z0-9_!@#$%&*+-]@)|(?<=\brt@)|(?<=\bhi@))([a-z0-9_][a-z0-9_.]{2,39}+)(?![@-])"
)
PROFILE = re.compile(rf"(?:~|@)?({NAME})")
JOINTS = re.compile(rf"\s?[\[({{]?\b({any_of(WORDS.handle_joints)})\b[\])}}]?\s?")
EDGE = re.compile(r" ?[\n\x1e|•·*~]|\s[-/]\s| ?\Z| ?[^\x00-\u2000]")
LETTERS_ON = re.compile(r"([._-])[a-z]\1[a-z](?![a-z0-9])")
SIGNS = frozenset(":@=>#→⇒➡👉☞")
SURE_SIGNS = SIGNS - {"#", ">"}
SUBDOMAINS = ("www.", "m.", "mobile.", "web.", "old.")
LINE_STARTS = frozenset("\n\x1e|•·*~:")
UNKNOWN = "unknown"  # a name after "@" whose platform the ad does not say
SHORTEST = 3


class Handles:
    """Finds handles; the value is `platform:name`."""

    name = "handles"
    examples = (
        Example("insta: rosa.lane_22", ("instagram:rosa.lane_22",)),
        Example("my snapchat id is rosalane7", ("snapchat:rosalane7",)),
        Example("@rosalane7 on telegram", ("telegram:rosalane7",)),
        Example("see t.me/rosalane7", ("telegram:rosalane7",)),
        Example("twitter @rosalane7", ("twitter:rosalane7",)),
        Example("ig rosa underscore lane", ("instagram:rosa_lane",)),
        Example("follow @rosalane7 for news", ("unknown:rosalane7",)),
        Example("IG - rosalane7", ("instagram:rosalane7",)),
        Example("rosa_lane (snapchat)", ("snapchat:rosa_lane",)),
        Example("rosa_lane en instagram", ("instagram:rosa_lane",)),
        Example("mi usuario de telegram es rosalane", ("telegram:rosalane",)),
        Example("https://www.tiktok.com/@rosalane7", ("tiktok:rosalane7",)),
        Example("Snapchat rosalane\nnew here", ("snapchat:rosalane",)),
        Example("follow @rosalane7.", ("unknown:rosalane7",)),
        Example("venmo @rosalane7, cashapp @rosalane7", ()),
        Example("instagram.com/explore and facebook.com/profile.php?id=7", ()),
        Example("whatsapp me on 312 555 0142, telegram only", ()),
        Example("rose@example.com, table for two @ 8, rose @example.com", ()),
    )

    def __call__(self, text: AdText) -> Iterator[Found]:
        """Every handle, each place once."""
        folded = text.folded.text
        known = signs(folded)
        if not known.platforms and not known.profiles and "@" not in folded:
            return
        covered: set[int] = set()
        for found in chain(_profiles(folded, known.profiles), _named(folded, known.platforms), _mentions(folded)):
            span = range(found.start, found.end)
            if covered.isdisjoint(span):
                covered.update(span)
                hidden = disguised(text, found.start, found.end)
                yield found._replace(detail={**found.detail, "form": "look-alike"}) if hidden else found


def _profiles(folded: str, profiles: Hits) -> Iterator[Found]:
    for start, end, host in profiles:
        before = folded[max(start - 7, 0) : start]
        if (
            before[-1:].isalnum()
            or before.endswith(("-", "_"))
            or (before.endswith(".") and not before.endswith(SUBDOMAINS))
        ):
            continue
        match = PROFILE.match(folded, end)
        if match and match[1] not in WORDS.paths and (name := _clean(match[1])) and not name.isdigit():
            last = match.start(1) + len(match[1].rstrip(".-"))
            yield _found(PROFILES[host], name, match.start(1), last, "url")


def _named(folded: str, platforms: Hits) -> Iterator[Found]:
    """Names beside the word for a platform: what follows it counts before what leads to it."""
    reached = 0
    for start, end, word in platforms:
        if start < reached:
            continue
        reached = end  # "snap" in "snap chat" is none of its own
        if _is_amid_letters(folded, start, end):
            continue
        if word in WORDS.common_words and not SIGNED.match(folded, end):
            continue
        found = _spelled(folded, word, end) or _before(folded, word, start, end) or _after(folded, word, start)
        if found is not None:
            yield found


def _is_amid_letters(folded: str, start: int, end: int) -> bool:
    """Whether it belongs to a longer word whose letters stand one by one: no "w.a" in "r.w.a.n.d.a"."""
    if (
        start > 1
        and folded[start - 1] in ".-_"
        and folded[start - 2].isalpha()
        and not folded[max(0, start - 3) : start - 2].isalnum()
    ):
        return True
    return folded[start + 1] in ".-_" and LETTERS_ON.match(folded, end) is not None


def _spelled(folded: str, word: str, end: int) -> Found | None:
    match = SPELLED.match(folded, end)
    name = _clean(match[1].replace(" ", "")) if match else None
    if match is None or name is None or _is_number(name):
        return None
    return _found(PLATFORMS[word], name, match.start(1), match.end(1), "separators")


def _before(folded: str, word: str, start: int, end: int) -> Found | None:
    match = ANNOUNCED.match(folded, end)
    if match is None or folded[match.end() : match.end() + 1] == "@" or folded.startswith("://", match.end()):
        return None
    between, at, written = match[1], match[2], match[3]
    name = _clean(JOINTS.sub(lambda joint: WORDS.signs[joint[1]], written))
    if name is None or _is_number(name):
        return None
    marked = _is_marked(name)
    signed = at or not SURE_SIGNS.isdisjoint(between) or "id" in between.split()
    said = signed or not SIGNS.isdisjoint(between) or not WORDS.names.isdisjoint(between.split())
    if not (marked or (signed if word in WORDS.plain_words else said)) and (
        between or not _is_alone(folded, word, start, match.end())
    ):
        return None
    last = match.start(3) + len(written.rstrip(".-"))
    form = "separators" if word not in WORDS.platforms else "plain" if name == written.rstrip(".-") else "words"
    return _found(PLATFORMS[word], name, match.start(2) if at else match.start(3), last, form)


def _is_alone(folded: str, word: str, start: int, end: int) -> bool:
    """Whether a line says nothing but platform and name, which then needs no sign."""
    if word in WORDS.plain_words or PLATFORMS[word] in WORDS.by_number:
        return False
    lead = folded[max(start - 2, 0) : start].rstrip(" ")
    return (not lead or lead[-1] in LINE_STARTS) and EDGE.match(folded, end) is not None


def _after(folded: str, word: str, start: int) -> Found | None:
    match = AFTER.match(folded[max(start - 64, 0) : start][::-1])
    if match is None:
        return None
    written = match[1][::-1]
    at = written.startswith("@")
    name = _clean(written.removeprefix("@"))
    begin = start - match.end()
    if name is None or _is_number(name) or folded[max(begin - 1, 0) : begin] == "@":
        return None
    if not at and "_" not in name and not (_is_marked(name) and any(letter.isdigit() for letter in name)):
        return None
    return _found(PLATFORMS[word], name, begin, start - match.start(1), "plain")


def _mentions(folded: str) -> Iterator[Found]:
    """Names after "@" whose platform nobody says."""
    for match in islice(MENTION.finditer(folded), MOST) if "@" in folded else ():
        name, start = match[1].rstrip("."), match.start()
        host, _, top = name.partition(".")
        if (
            len(name) < SHORTEST
            or name in WORDS.not_mentions
            or host in WORDS.mail
            or top in STRONG
            or _is_measure(name)
        ):
            continue
        before = folded[max(start - 16, 0) : start]
        if before.rstrip(" :=-").endswith(WORDS.accounts) or (before.endswith(".") and before[-2:-1].isalnum()):
            continue
        yield _found(UNKNOWN, name, start, match.start(1) + len(name), "plain", confidence=0.6)


def _clean(written: str) -> str | None:
    name = written.strip(".- ")
    if len(name) < SHORTEST or not name.strip("_") or name in WORDS.never or name in WORDS.platforms:
        return None
    first, _, last = name.partition(".")
    return None if first == "www" or last in STRONG or (last and first in WORDS.never) else name


def _is_marked(name: str) -> bool:
    """No word of a language: letters with digits or signs among them."""
    return sum(letter.isalpha() for letter in name) >= LONG_NAME and any(
        letter.isdigit() or letter in "_." for letter in name
    )


def _is_number(name: str) -> bool:
    return (
        sum(letter.isdigit() for letter in name) > 6 and not any(letter.isalpha() for letter in name)
    ) or name.isdigit()


def _is_measure(name: str) -> bool:
    """7pm, 80hh: an hour or a price after "@"."""
    return name[0].isdigit() and sum(letter.isalpha() for letter in name) < SHORTEST


def _found(platform: str, name: str, start: int, end: int, form: str, confidence: float = 1.0) -> Found:
    return Found(
        Kind.HANDLE, f"{platform}:{name}", start, end, Handles.name, confidence, {"platform": platform, "form": form}
    )


HANDLES = Handles()

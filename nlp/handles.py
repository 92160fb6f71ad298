"""Handles: the name a person goes by on a platform, given with the platform before it, after it or in a profile's address."""

from collections.abc import Iterator

import re2

from nlp.contact_words import any_of, contact_words
from nlp.extractor import AdText, Example, Found, disguised
from nlp.records import Kind

WORDS = contact_words()
LONG_NAME = 4
# t.w.i.t.t.e.r, t e l e g r a m
SPACED_OUT = {
    sign.join(word): name
    for word, name in WORDS.platforms.items()
    if word.isalnum() and len(word) > 1
    for sign in (". *_-" if len(word) > LONG_NAME else ".")
}
PLATFORMS = WORDS.platforms | SPACED_OUT
PLATFORM = any_of(PLATFORMS)
BEFORE = re2.compile(
    rf"\b({PLATFORM})\b\.?((?:\s?(?:{WORDS.announce}|\b{WORDS.passing}\b)(?:\s|\b)){{0,4}})\s?([@]?)\s?([a-z0-9_][a-z0-9._-]{{1,39}}(?:(?:\s?[\[({{]|\s){WORDS.joint}(?:[\])}}]\s?|\s)[a-z0-9_.]{{1,30}}){{0,3}})"
)
SPELLED = re2.compile(
    rf"\b({PLATFORM})\b\.?\s?(?:[:@=>→-]+|\bis\b|\bid\b)?\s{{0,2}}@?\s?((?:[a-z0-9_.] ){{4,39}}[a-z0-9_])\b"
)
AFTER = re2.compile(
    rf"(@?)([a-z0-9_][a-z0-9._-]{{2,39}})\s?(?:\(\s?|\b(?:on|en|no|in|na|@|at|em|my|is my|via)\s(?:my\s|the\s)?)({PLATFORM})\b"
)
MENTION = re2.compile(r"@([a-z0-9_][a-z0-9_.]{1,39})")
PROFILE = re2.compile(rf"\b({any_of(WORDS.hosts)})/@?([a-z0-9_][a-z0-9._-]{{1,39}})")
JOINTS = re2.compile(rf"\s?[\[({{]?\b({WORDS.joint})\b[\])}}]?\s?")
HINT = re2.compile(rf"@|\b(?:{PLATFORM}|{any_of(WORDS.hosts)})\b")
UNKNOWN = "unknown"  # a name after "@" whose platform the ad does not say


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
        Example("whatsapp me on 312 555 0142, telegram only", ()),
        Example("rose@example.com, table for two @ 8", ()),
    )

    def __call__(self, text: AdText) -> Iterator[Found]:
        """Every handle, each place once."""
        folded = text.folded.text
        if HINT.search(folded) is None:
            return
        taken: list[tuple[int, int]] = []
        for found in (*_profiles(folded), *_spelled(folded), *_before(folded), *_after(folded), *_mentions(folded)):
            if not any(found.start < end and start < found.end for start, end in taken):
                taken.append((found.start, found.end))
                hidden = disguised(text, found.start, found.end)
                yield found._replace(detail={**found.detail, "form": "look-alike"}) if hidden else found


def _profiles(folded: str) -> Iterator[Found]:
    for match in PROFILE.finditer(folded):
        if name := _clean(match[2]):
            yield _found(
                WORDS.hosts[match[1]], name, match.start(2), match.start(2) + len(match[2].rstrip(".-_")), "url"
            )


def _spelled(folded: str) -> Iterator[Found]:
    for match in SPELLED.finditer(folded):
        name = _clean(match[2].replace(" ", ""))
        if name is not None and not _is_number(name):
            yield _found(PLATFORMS[match[1]], name, match.start(2), match.end(2), "separators")


def _before(folded: str) -> Iterator[Found]:
    for match in BEFORE.finditer(folded):
        word, between, at, written = match[1], match[2], match[3], match[4]
        name = _clean(JOINTS.sub(lambda joint: WORDS.signs.get(joint[1], ""), written))
        said = (
            at
            or any(sign in between for sign in ":@=>#→")
            or any(
                one in {"id", "is", "es", "name", "username", "user", "handle", "usuario", "add"}
                for one in between.split()
            )
        )
        marked = name is not None and _is_marked(name)
        if word in WORDS.plain_words and not (
            marked or at or ":" in between or "@" in between or "id" in between.split()
        ):
            continue
        if name is None or not (said or marked) or _is_number(name):
            continue
        if folded[match.end() : match.end() + 1] == "@":
            continue
        end = match.start(4) + len(written.rstrip(".-_"))
        start = match.start(3) if at else match.start(4)
        plain = word in WORDS.platforms
        yield _found(
            PLATFORMS[word],
            name,
            start,
            end,
            "separators" if not plain else "plain" if name == written.rstrip(".-_") else "words",
        )


def _after(folded: str) -> Iterator[Found]:
    for match in AFTER.finditer(folded):
        at, written, word = match[1], match[2], match[3]
        name = _clean(written)
        marked = at or any(letter.isdigit() or letter == "_" for letter in written)
        if name is None or not marked or _is_number(name) or folded[max(match.start() - 1, 0) : match.start()] == "@":
            continue
        start = match.start(1) if at else match.start(2)
        yield _found(PLATFORMS[word], name, start, match.start(2) + len(written.rstrip(".-_")), "plain")


def _mentions(folded: str) -> Iterator[Found]:
    for match in MENTION.finditer(folded):
        before = folded[match.start() - 1] if match.start() else " "
        name = match[1].rstrip(".")
        after = folded[match.start(1) + len(name) : match.start(1) + len(name) + 1]
        if (
            before in "!@#$*&_.%+-"
            or (before.isalnum() and folded[max(match.start() - 2, 0) : match.start()] not in {"rt", "hi"})
            or after in {"@", "."}
        ):
            continue
        if after == "-" or name in WORDS.never or name in WORDS.mail or name.isdigit() or len(name) < 3:
            continue
        yield _found(UNKNOWN, name, match.start(), match.start(1) + len(name), "plain", confidence=0.6)


def _clean(written: str) -> str | None:
    name = written.strip(".-_ ") if not written.startswith("_") else written.rstrip(".- ")
    if len(name) < 3 or name in WORDS.never or name in WORDS.platforms:
        return None
    return name


def _is_marked(name: str) -> bool:
    """No word of a language: letters with digits or signs among them."""
    return sum(letter.isalpha() for letter in name) > 3 and any(letter.isdigit() or letter in "_." for letter in name)


def _is_number(name: str) -> bool:
    return (
        sum(letter.isdigit() for letter in name) > 6 and not any(letter.isalpha() for letter in name)
    ) or name.isdigit()


def _found(platform: str, name: str, start: int, end: int, form: str, confidence: float = 1.0) -> Found:
    return Found(
        Kind.HANDLE, f"{platform}:{name}", start, end, Handles.name, confidence, {"platform": platform, "form": form}
    )


HANDLES = Handles()

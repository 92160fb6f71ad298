"""Hosts as ads write them: `example.com`, `example . com`, `example (dot) com`, `gmail com`."""

import re
from dataclasses import dataclass

from nlp.contacts.domains import named
from nlp.contacts.words import contact_words

WORDS = contact_words()
OPEN, SHUT = r"[\[({<*_|~-]{1,4}", r"[\])}>*_|~-]{1,4}"
# A full stop with a blank after it alone ends a sentence.
DOT = re.compile(rf"\.|\s\.\s?|\s?{OPEN}\s?({WORDS.dot}|\.)\s?{SHUT}\s?|\s{{1,3}}({WORDS.dot})\s{{1,3}}")
PART = rf"[a-z0-9]{{1,63}}+(?:-{{1,3}}+(?!{WORDS.dot}-)[a-z0-9]{{1,63}}+){{0,12}}"
LABEL = re.compile(PART)
# After a host where mail lives the dot may be missing, or a blank stand after it.
BARE_END = re.compile(r"(?:[.,]\s{0,2}|\s{1,2})(com)\b(?!')")
MOST_LABELS = 8
LONGEST_LABEL = 63
GLUED = ("com", "net", "org")  # endings that are read with the next word glued to them


@dataclass(frozen=True, slots=True)
class Host:
    """`text[...:end]` is the host `value`; `spoken` are the bare words that stand for its dots."""

    value: str
    end: int
    form: str  # plain, separators, words or completed
    spoken: tuple[str, ...] = ()

    @property
    def first(self) -> str:
        """Its first label."""
        return self.value.partition(".")[0]

    @property
    def top(self) -> str:
        """Its last label."""
        return self.value.rpartition(".")[2]


def read_host(text: str, position: int) -> Host | None:
    """The host that begins at `position` of a folded text, or None."""
    labels: list[str] = []
    ends: list[int] = []
    dots: list[re.Match[str]] = []
    while len(labels) < MOST_LABELS:
        label = LABEL.match(text, position)
        if label is None or label.end() - position > LONGEST_LABEL:
            break
        labels.append(label[0])
        ends.append(label.end())
        dot = DOT.match(text, label.end())
        if dot is None:
            break
        dots.append(dot)
        position = dot.end()
    if not labels:
        return None
    count = named(labels)
    if count:
        used = dots[: count - 1]
        return Host(".".join(labels[:count]), ends[count - 1], _form(used), tuple(dot[2] for dot in used if dot[2]))
    if labels[0] in WORDS.mail and (bare := BARE_END.match(text, ends[0])):
        return Host(f"{labels[0]}.{bare[1]}", bare.end(), "separators")
    if len(labels) > 1 and labels[-1].startswith(GLUED) and named([*labels[:-1], labels[-1][:3]]) == len(labels):
        return Host(
            ".".join([*labels[:-1], labels[-1][:3]]), ends[-1] - len(labels[-1]) + 3, _form(dots[: len(labels) - 1])
        )
    top = WORDS.certain_mail.get(labels[0])
    return Host(f"{labels[0]}.{top}", ends[0], "completed") if top else None


def _form(dots: list[re.Match[str]]) -> str:
    if any(dot[1] not in {None, "."} or dot[2] for dot in dots):
        return "words"
    return "separators" if any(dot[0] != "." for dot in dots) else "plain"

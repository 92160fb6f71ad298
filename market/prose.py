"""What an author writes: drafts put together from the wording, with the indicators that they say."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from market.grammar import Bank

# Topics of a text, in the order in which they usually stand; the first and second are always there.
TOPICS = {
    "own": (
        "greet",
        "service",
        "space",
        "manner",
        "hours",
        "character",
        "experience",
        "extra",
        "measure",
        "language",
        "closing",
    ),
    "house": (
        "greet",
        "service",
        "space",
        "hours",
        "experience",
        "extra",
        "manner",
        "character",
        "language",
        "closing",
    ),
    "job": ("service", "hours", "experience", "extra", "closing"),
}
# How likely a topic is; body data and languages are there to be masked.
CHANCE = {
    "measure": 0.18,
    "language": 0.15,
    "experience": 0.4,
    "closing": 0.45,
    "extra": 0.6,
    "manner": 0.6,
    "hours": 0.65,
}
# Of templates have a sentence near an indicator that neither says nor denies it, where the wording has any.
NEITHER = 0.3
# How Spanish and Portuguese join a preposition with an article.
CONTRACTIONS = {
    "es": ((" de el ", " del "), (" a el ", " al ")),
    "pt": ((" de a ", " da "), (" de o ", " do "), (" a a ", " à "), (" a o ", " ao ")),
}
# Words by which a sentence speaks of somebody else.
OTHERS = {
    "en": re.compile(r"\bshe\b", re.IGNORECASE),
    "es": re.compile(r"\bella\b", re.IGNORECASE),
    "pt": re.compile(r"\bela\b", re.IGNORECASE),
}
JOINTS = (" ", " ", "\n", "\n", " ~ ", "\n\n", " * ")
OPENERS = ("", "", "", "", "✨ ", "- ", "★ ")


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence, slots still open, with the indicator it says, if any."""

    text: str
    sign: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A wording of an ad: title and body with slots, and what they say."""

    template: str  # the id of the template it is a version of
    title: str
    body: str
    signs: tuple[str, ...]
    named: bool  # says {name}
    paired: bool  # says {name2}
    joint: str


@dataclass(frozen=True, slots=True)
class Template:
    """A text and its versions, near-copies of one another; the first is used most."""

    id: str
    drafts: tuple[Draft, ...]
    voice: str
    shared: bool  # copied by many unrelated authors


def compose(
    template: str,
    bank: Bank,
    voice: str,
    signs: Mapping[str, float],
    signs_no: float,
    rng: Random,
    *,
    versions: int = 3,
    shared: bool = False,
) -> Template:
    """A template in one voice; `signs` are the chances of indicators, `signs_no` that of saying the contrary of one."""
    random = rng.random
    lines = _neutral(bank, voice, rng)
    for sign, chance in signs.items():
        if random() < chance:
            texts = bank.signs[sign]["says"]
            line = Line(texts[int(random() * len(texts))].expand(rng), sign)
            lines.insert(1 + int(random() * len(lines)), line)
        elif random() < signs_no * 0.15:
            texts = bank.signs[sign]["denies"]
            lines.insert(1 + int(random() * len(lines)), Line(texts[int(random() * len(texts))].expand(rng)))
    if bank.neither and random() < NEITHER:
        text = bank.neither[int(random() * len(bank.neither))]
        lines.insert(1 + int(random() * len(lines)), Line(text.expand(rng)))
    joint = JOINTS[int(random() * len(JOINTS))]
    opener = OPENERS[int(random() * len(OPENERS))] if "\n" in joint else ""
    titles = bank.topics("titles")[voice]
    title = titles[int(random() * len(titles))].expand(rng)
    drafts = []
    for version in range(versions):
        own = list(lines) if version == 0 else _reworded(lines, bank, voice, rng)
        if version and random() < 0.5:
            title = titles[int(random() * len(titles))].expand(rng)
        drafts.append(_draft(template, title, own, joint, opener, bank.language))
    return Template(template, tuple(drafts), voice, shared)


def _neutral(bank: Bank, voice: str, rng: Random) -> list[Line]:
    random = rng.random
    topics = bank.topics(voice)
    lines = []
    for place, topic in enumerate(TOPICS[voice]):
        if place < 2 or random() < CHANCE.get(topic, 0.75):
            sentences = topics[topic]
            lines.append(Line(sentences[int(random() * len(sentences))].expand(rng)))
    for topic in ("service", "space", "character"):
        if topic in topics and random() < 0.3:
            sentences = topics[topic]
            lines.append(Line(sentences[int(random() * len(sentences))].expand(rng)))
    if random() < 0.5:
        middle = lines[1:]
        rng.shuffle(middle)
        lines[1:] = middle
    return lines


def _reworded(lines: list[Line], bank: Bank, voice: str, rng: Random) -> list[Line]:
    """A version with one neutral sentence replaced, dropped or added."""
    random = rng.random
    new = list(lines)
    neutral = [index for index, line in enumerate(new) if line.sign is None and index > 0]
    topics = list(bank.topics(voice).values())
    sentences = topics[int(random() * len(topics))]
    line = Line(sentences[int(random() * len(sentences))].expand(rng))
    chance = random()
    if neutral and chance < 0.55:
        new[neutral[int(random() * len(neutral))]] = line
    elif len(neutral) > 3 and chance < 0.8:
        del new[neutral[int(random() * len(neutral))]]
    else:
        new.append(line)
    return new


def _draft(template: str, title: str, lines: list[Line], joint: str, opener: str, language: str) -> Draft:
    body = joint.join(opener + line.text for line in lines)
    for apart, joined in CONTRACTIONS.get(language, ()):
        body = body.replace(apart, joined)
        title = title.replace(apart, joined)
    whole = f"{title} {body}"
    signs = {line.sign for line in lines if line.sign is not None}
    if any(line.sign and OTHERS[language].search(line.text) for line in lines):
        signs.add("third_person_plural")  # "She may not choose the hours" says two things
    return Draft(template, title, body, tuple(sorted(signs)), "{name}" in whole, "{name2}" in whole, joint)

"""Who somebody is changes nothing: words of group identity swapped in ads, in three languages, and read anew.

An ad gets one sentence about nationality, ethnicity, country, language, migration, gender or body, and that sentence is
swapped through words, each in a spelling of its own, emoji among them. The value of the ad's group may not differ by
anything. And wording about adulthood, independence, screening and touring may never raise it. The words are in bias.yml.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from crawlers.records import Ad
from models.grouping import views_of
from models.learnable import learnable
from models.priority import Model, prioritise
from models.views import GroupView
from nlp.pipeline import read_ads
from nlp.records import Kind, Reading
from store.datafiles import load_data

DATA: dict[str, Any] = load_data(Path(__file__).with_suffix(".yml"))
LANGUAGES = ("en", "es", "pt")
BATCH = 500
# What is left of a harmless sentence once its phrase is taken out may move a trained model's value by this at most.
HARMLESS = 0.01
TOWNS, NAMES = ("Chicago, IL", "Dallas, TX", "Denver, CO"), ("Ana", "Bea", "Cleo")
LINES = {"en": "212-555-0101", "es": "212-555-0102", "pt": "212-555-0103"}  # reserved for fiction


def _plain(word: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFD", word) if not unicodedata.combining(char))


DECORATIONS = ("_{}_", "*{}*", "#{}", "~{}~", "({})", "«{}»")
SIGNS = (
    (r"(?<=[a-z])a", "4"),
    (r"(?<=[a-z])i", "1"),
    (r"(?<=[a-z])o", "0"),
    (r"(?<=[a-z])a", "@"),
    (r"(?<=[a-z][a-z])e", "3"),
)
SEPARATORS = (" ", ".", "-", "_", "  ")
HYPHENS = {
    "-": ("\N{NON-BREAKING HYPHEN}", "\N{EN DASH}", "\N{SOFT HYPHEN}", "_", " ", ""),
    " ": ("-", "\N{EN DASH}", "_", "  ", "\N{NO-BREAK SPACE}"),
}
UNSEEN = ("\N{ZERO WIDTH SPACE}", "\N{ZERO WIDTH JOINER}", "\N{SOFT HYPHEN}")
ALIKE = str.maketrans("aeopcyx", "аеорсух")  # Cyrillic letters that look the same


def _letters_apart(word: str, separator: str) -> str:
    return separator.join(word) if 3 < len(word) < 12 and word.isalpha() else word


def _stretched(word: str, random: Random) -> str:
    """A vowel of its longest part, or its last letter, several times."""
    part = max(re.finditer(r"\w+", word), key=lambda found: len(found[0]))
    at = random.choice([place for place in range(*part.span()) if word[place] in "aeiou"] + [part.end() - 1])
    return word if any(map(str.isdigit, word)) else word[:at] + word[at] * random.randint(3, 5) + word[at + 1 :]


def _hyphenated(word: str, random: Random) -> str:
    """Other signs between its words, the same between all of them."""
    found = re.search(r"(?<=[^\W\d])[ -](?=[^\W\d])", word)
    return re.sub(rf"(?<=[^\W\d]){found[0]}(?=[^\W\d])", random.choice(HYPHENS[found[0]]), word) if found else word


def _hashtag(word: str) -> str:
    return "#" + (word if any(map(str.isdigit, word)) else word.title().replace("-", "").replace(" ", "_"))


def _mixed(word: str) -> str:
    """Every other of the letters that another script has too."""
    return re.sub(
        r"\w\w+",
        lambda found: "".join(one.translate(ALIKE) if at % 2 else one for at, one in enumerate(found[0])),
        word,
    )


SPELLINGS: dict[str, Callable[[str, Random], str]] = {
    "as written": lambda word, random: word,  # noqa: ARG005
    "upper case": lambda word, random: word.upper(),  # noqa: ARG005
    "title case": lambda word, random: word.title(),  # noqa: ARG005
    "no accents": lambda word, random: _plain(word),  # noqa: ARG005
    "decorated": lambda word, random: random.choice(DECORATIONS if word.isalpha() else DECORATIONS[1:]).format(word),
    "emoji": lambda word, random: f"{word} {random.choice(DATA['emoji'])}",
    "emoji glued": lambda word, random: f"{random.choice(DATA['emoji'])}{word}",
    "long vowel": lambda word, random: (
        word + word[-1] * random.randint(2, 4) if word[-1] in "aeiou" and " " not in word else word
    ),
    "digits and signs": lambda word, random: re.sub(*random.choice(SIGNS), word),
    "spaced": lambda word, random: _letters_apart(word, random.choice(SEPARATORS)),
    "emoji between letters": lambda word, random: _letters_apart(word, random.choice(DATA["emoji"])),
    "stretched": _stretched,
    "other hyphens": _hyphenated,
    "hashtag": lambda word, random: _hashtag(word),  # noqa: ARG005
    "invisible": lambda word, random: random.choice(UNSEEN).join(word),
    "other script": lambda word, random: _mixed(word),  # noqa: ARG005
    "upper case, stretched": lambda word, random: _stretched(word, random).upper(),
    "title case, other hyphens": lambda word, random: _hyphenated(word.title(), random),
    "fancy": lambda word, random: "".join(chr(0x1D41A + ord(c) - 97) if "a" <= c <= "z" else c for c in word),  # noqa: ARG005
}


@dataclass(frozen=True, slots=True)
class Swap:
    """One ad with one word in its sentence; swaps of one `ad` number differ in the word and its spelling alone."""

    ad: int
    language: str
    kind: str
    spelling: str
    sentence: str
    changed: Ad


def swaps(ads: Sequence[Ad], language_of: dict[str, str], count: int, seed: int) -> Iterator[Swap]:
    """`count` swaps of a sentence in each ad."""
    random = Random(seed)  # noqa: S311  a seeded draw is wanted
    for number, ad in enumerate(ads):
        language = language_of[ad.ad_id] if language_of[ad.ad_id] in LANGUAGES else "en"
        kind = random.choice(sorted(DATA[language]))
        frame = random.choice(DATA[language][kind]["frames"])
        for word in random.choices(DATA[language][kind]["words"], k=count):
            spelling = random.choice(sorted(SPELLINGS))
            sentence = frame.format(SPELLINGS[spelling](str(word), random))
            body = f"{ad.body}\n{sentence}"
            yield Swap(number, language, kind, spelling, sentence, replace(ad, body=body))


def seen(view: GroupView, reading: Reading) -> tuple[GroupView, str]:
    """The group with this reading in place of the ad's own, and what a model would read of that ad."""
    changed = replace(view, readings={**view.readings, reading.ad_id: reading})
    one = replace(view, group=replace(view.group, ad_ids=(reading.ad_id,)), readings={reading.ad_id: reading})
    return changed, learnable(one)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A swap, the value of the ad's group after it, and the text a trained model would read of the ad."""

    swap: Swap
    value: float
    text: str


def outcomes(
    views: Sequence[GroupView], count: int, swaps_each: int, seed: int, model: Model | None = None
) -> Iterator[Outcome]:
    """Every swap in so many ads, drawn over all groups; valued by `model`, the scorecard if not given."""
    owner = {ad_id: view for view in views for ad_id in view.ad_ids}
    chosen = Random(seed).sample(sorted(owner), min(count, len(owner)))  # noqa: S311  a seeded draw is wanted
    ads = [owner[ad_id].ad(ad_id) for ad_id in chosen]
    language = {ad_id: owner[ad_id].readings[ad_id].language for ad_id in chosen}
    made = list(swaps(ads, language, swaps_each, seed))
    for start in range(0, len(made), BATCH):
        part = made[start : start + BATCH]
        shown = [seen(owner[reading.ad_id], reading) for reading in read_ads(one.changed for one in part)]
        priorities = prioritise([view for view, _ in shown], model)
        for swap, priority, (_, text) in zip(part, priorities, shown, strict=True):
            yield Outcome(swap, priority.value, text)


def differing(found: Sequence[Outcome]) -> tuple[list[Outcome], list[Outcome]]:
    """The outcomes whose value, and those whose text, is not that of most swaps in the same ad."""
    values: dict[int, Counter[float]] = {}
    texts: dict[int, Counter[str]] = {}
    for one in found:
        values.setdefault(one.swap.ad, Counter())[one.value] += 1
        texts.setdefault(one.swap.ad, Counter())[one.text] += 1
    usual = {ad: counts.most_common(1)[0][0] for ad, counts in values.items()}
    common = {ad: counts.most_common(1)[0][0] for ad, counts in texts.items()}
    return (
        [one for one in found if one.value != usual[one.swap.ad]],
        [one for one in found if one.text != common[one.swap.ad]],
    )


def raised(views: Sequence[GroupView], count: int, seed: int, model: Model | None = None) -> list[tuple[str, float]]:
    """Harmless sentences that raised the value of a group when one of its ads said them, with by how much."""
    random = Random(seed)  # noqa: S311  a seeded draw is wanted
    chosen = random.sample(list(views), min(count, len(views)))
    ads, before = [], prioritise(chosen, model)
    said = []
    for view in chosen:
        ad_id = random.choice(view.ad_ids)
        language = view.readings[ad_id].language
        fitting = DATA["harmless"][language if language in LANGUAGES else "en"]
        if view.mentions(Kind.AGE):  # a second age contradicts the first: that is evidence, the age itself is none
            fitting = [one for one in fitting if not any(char.isdigit() for char in one) and "wenty" not in one]
        sentence = random.choice(fitting)
        said.append(sentence)
        ads.append(replace(view.ad(ad_id), body=f"{view.ad(ad_id).body}\n{sentence}"))
    after = prioritise([seen(view, reading)[0] for view, reading in zip(chosen, read_ads(ads), strict=True)], model)
    return [
        (sentence, new.value - old.value)
        for sentence, old, new in zip(said, before, after, strict=True)
        if new.value > old.value
    ]


@dataclass(frozen=True, slots=True)
class Check:
    """What swaps and harmless wording did to a model's values; `failed` says what may not be, or is None."""

    swaps: int
    changed: tuple[str, ...]  # the sentences after which a value differed
    sentences: int
    raised: float  # the most that harmless wording raised a value
    by: str  # the sentence that did

    @property
    def failed(self) -> str | None:
        """Why a model may not rank people, in a sentence."""
        if self.changed:
            return (
                f"{len(self.changed)} of {self.swaps} swaps of group words changed a value, such as {self.changed[0]!r}"
            )
        if self.raised > HARMLESS:
            return f"wording that must never raise did so by {self.raised:.4f} ({self.by!r}); {HARMLESS} is allowed"
        return None

    def as_json(self) -> dict[str, Any]:
        """The figures as a model's folder keeps them."""
        return {"swaps": self.swaps, "changed": len(self.changed), "sentences": self.sentences, "raised": self.raised}


def check(
    views: Sequence[GroupView], model: Model | None = None, *, ads: int = 24, each: int = 6, seed: int = 0
) -> Check:
    """A few swaps and sentences in ads of these groups, and always in plain ads of our own: what a promotion asks."""
    random = Random(seed)  # noqa: S311  a seeded draw is wanted
    drawn = random.sample(list(views), min(ads, len(views)))
    count, changed, rises = 0, [], []
    for some in (drawn, plain()):
        found = list(outcomes(some, ads, each, seed, model))
        count += len(found)
        changed += [one.swap.sentence for one in differing(found)[0]]
        rises += raised(some, ads, seed, model)
    worst = max(rises, key=lambda one: one[1], default=("", 0.0))
    return Check(count, tuple(dict.fromkeys(changed)), len(drawn) + len(LANGUAGES), round(worst[1], 6), worst[0])


def plain() -> list[GroupView]:
    """One group per language, with structure and words, so that there is a value to be moved."""
    start = datetime(2026, 5, 1, 12, tzinfo=UTC)
    ads = [
        Ad(
            f"plain:{language}{number}",
            "plain",
            "",
            start + timedelta(hours=2 * number),
            body=DATA["plain"][language].format(LINES[language]),
            location=town,
            name=name,
            region="US",
        )
        for language in LANGUAGES
        for number, (town, name) in enumerate(zip(TOWNS, NAMES, strict=True))
    ]
    return views_of(ads)

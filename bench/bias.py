"""Who somebody is changes nothing: words of group identity swapped in market ads, in three languages, and read anew.

    python -m bench.bias [--ads N] [--swaps N] [--seed N] [--show N] FOLDER     FOLDER of `sidelight market make`

Each of the ads gets one sentence about nationality, ethnicity, country, language, migration, gender or body, and that sentence
is swapped through so many words, each in a spelling of its own, emoji among them. Counted are swaps after which the
scorecard's value of the ad's group differs (has to be 0), and swaps after which the text that a trained model learns from
differs: where it does not, no model whatever can tell the words apart. The words are in bias.yml.

Then: wording about adulthood, independence, screening and touring may never raise a value (a second, different age in a group
is a contradiction and is left out), and exchanging the town of a group that stays in one for another moves it by at most 0.02
at the 95th percentile.
"""

import argparse
import re
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import orjson
import yaml
from rich.console import Console
from rich.table import Table

from crawlers.adlines import parse_ad
from crawlers.records import Ad
from models.grouping import views_of
from models.learnable import learnable
from models.priority import prioritise
from models.views import GroupView
from nlp.pipeline import read_ads
from nlp.records import Kind, Reading

DATA: dict[str, Any] = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
LANGUAGES = ("en", "es", "pt")
MOST = 0.02  # that a change of town may move a value, at the 95th percentile


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
    "spaced": lambda word, random: " ".join(word) if 3 < len(word) < 12 and word.isalpha() else word,  # noqa: ARG005
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
    random = Random(seed)
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


def outcomes(views: Sequence[GroupView], count: int, swaps_each: int, seed: int) -> Iterator[Outcome]:
    """Every swap in so many ads, drawn over all groups."""
    owner = {ad_id: view for view in views for ad_id in view.ad_ids}
    chosen = Random(seed).sample(sorted(owner), min(count, len(owner)))
    ads = [owner[ad_id].ad(ad_id) for ad_id in chosen]
    language = {ad_id: owner[ad_id].readings[ad_id].language for ad_id in chosen}
    made = list(swaps(ads, language, swaps_each, seed))
    for swap, reading in zip(made, read_ads(one.changed for one in made), strict=True):
        view, text = seen(owner[reading.ad_id], reading)
        yield Outcome(swap, prioritise([view])[0].value, text)


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


def raised(views: Sequence[GroupView], count: int, seed: int) -> list[tuple[str, float]]:
    """Harmless sentences that raised the value of a group when one of its ads said them, with by how much."""
    random = Random(seed)
    chosen = random.sample(list(views), min(count, len(views)))
    ads, before = [], prioritise(chosen)
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
    after = prioritise([seen(view, reading)[0] for view, reading in zip(chosen, read_ads(ads), strict=True)])
    return [
        (sentence, new.value - old.value)
        for sentence, old, new in zip(said, before, after, strict=True)
        if new.value > old.value
    ]


def moved(views: Sequence[GroupView], seed: int) -> list[float]:
    """By how much the value of each ad's group moves when its town becomes another, all linked anew.

    Of groups in one town only: between several the distances change too, and what one traveller can do is evidence.
    """
    ads = [
        view.ad(ad_id)
        for view in views
        if len({view.ad(one).location for one in view.ad_ids}) == 1
        for ad_id in view.ad_ids
    ]
    random = Random(seed)
    towns = sorted({ad.location for ad in ads if ad.location})
    other = dict(zip(towns, random.sample(towns, len(towns)), strict=True))

    def there(ad: Ad) -> Ad:
        old, new = ad.location, other.get(ad.location, "")
        if not old:
            return ad
        name, instead = old.partition(",")[0], new.partition(",")[0]
        return replace(ad, location=new, title=ad.title.replace(name, instead), body=ad.body.replace(name, instead))

    def by_ads(some: Sequence[Ad]) -> dict[str, float]:
        views = views_of(some)
        return {
            ad_id: one.value for view, one in zip(views, prioritise(views), strict=True) for ad_id in view.group.ad_ids
        }

    before, after = by_ads(ads), by_ads([there(ad) for ad in ads])
    return [abs(before[ad_id] - after[ad_id]) for ad_id in sorted(before)]


def main() -> None:
    """Print the counts by class, language and spelling, and examples of what leaked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--ads", type=int, default=2_000)
    parser.add_argument("--swaps", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=0, help="print so many of the words that leaked")
    asked = parser.parse_args()
    out = Console(highlight=False, width=140)
    ads = [parse_ad(orjson.loads(line)) for line in (asked.folder / "ads.jsonl").open("rb")]
    views = views_of(ads)
    began = time.process_time()
    found = list(outcomes(views, asked.ads, asked.swaps, asked.seed))
    values, texts = differing(found)
    out.print(
        f"{len(found):,} swaps in {asked.ads:,} ads of {len(views):,} groups, {time.process_time() - began:.0f} CPU s: "
        f"value changed in {len(values):,}, text changed in {len(texts):,}"
    )
    for by in ("kind", "language", "spelling"):
        _table(out, by, found, values, texts)
    for one in [*values, *texts][: asked.show]:
        out.print(
            f"{one.swap.language} {one.swap.kind:12} {one.swap.spelling:12} {one.swap.sentence}  ->  {one.text[-60:]}",
            markup=False,
        )
    rises = raised(views, asked.ads, asked.seed)
    out.print(f"wording that never raises: {len(rises)} of {min(asked.ads, len(views)):,} raised")
    for sentence, by_how_much in rises[: asked.show]:
        out.print(f"  +{by_how_much:.4f} {sentence}", markup=False)
    shifts = moved(views, asked.seed)
    high = float(np.percentile(shifts, 95))
    out.print(
        f"another town, groups that stay in one: moved by {high:.4f} at the 95th percentile ({MOST} is allowed), "
        f"{np.mean(shifts):.4f} on average"
    )


def _table(
    out: Console, by: str, found: Sequence[Outcome], values: Sequence[Outcome], texts: Sequence[Outcome]
) -> None:
    table = Table(by, "swaps", "value changed", "text changed", box=None, pad_edge=False)
    counts = [Counter(getattr(one.swap, by) for one in some) for some in (found, values, texts)]
    for name in sorted(counts[0]):
        table.add_row(name, *(f"{some[name]:,}" for some in counts))
    out.print(table)


if __name__ == "__main__":
    main()

"""Same poster by style, against the truth of rehearsal markets, beside cosine of character n-gram tf-idf.

    python -m bench.style [--habits] TRAIN TEST...      folders of `sidelight market make`, of different seeds

The model learns from TRAIN's own phone, e-mail and handle links, never from the truth, and is measured on each TEST: every
group that such links hold together is cut in two, as if nobody had linked it; near-copies count once. Strangers are pairs of
one language and site, half of them of one town too, that are of two authors by the truth (a recruiter and the group recruited
for count as one): among them the false positive rates that the model claims are checked, and each method's recall is taken
at its own threshold. Then suggestions are made as `sidelight process` would, and held against the truth.

The market's authors draw every sentence from one bank: they have hardly a style, and little can be found. `--habits` gives
each author four habits of writing (bench/style_habits.py), put on the masked text: what is found where style is.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from sklearn.feature_extraction.text import TfidfVectorizer

from bench.style_habits import written_by
from crawlers.adlines import parse_ad
from linker.linking import link, with_clusters
from linker.signals import signals_of
from models.metrics import area_under_roc, interval
from models.style import Floats, Style
from models.style_pairs import Kind, Pairs, drawn, halves, share
from models.style_posters import Poster, posters_of
from models.style_suggesting import suggest
from models.style_training import train
from nlp.pipeline import read_ads

Texts = Sequence[Sequence[str]]
# How texts become rows, and how alike the rows of each pair are.
See = Callable[[Texts], Any]
Pair = Callable[[Any, Pairs], Floats]
OURS = "sidelight"
STRANGERS = 30  # drawn for each poster, of each kind


def market(folder: Path, *, habits: bool) -> tuple[list[Poster], dict[str, str]]:
    """The posters of a market, and who wrote each group's ads by the truth."""
    truth = {one["ad_id"]: one for one in map(orjson.loads, (folder / "truth.jsonl").open("rb"))}
    ads = [parse_ad(orjson.loads(line)) for line in (folder / "ads.jsonl").open("rb")]
    readings = {one.ad_id: one for one in read_ads(ads)}
    signals = with_clusters({ad.ad_id: signals_of(ad, readings[ad.ad_id]) for ad in ads})
    groups = link(signals.values())
    texts = {
        ad_id: (one.language, written_by(truth[ad_id]["author"], ad_id, one.masked) if habits else one.masked)
        for ad_id, one in readings.items()
    }
    author = {one.group_id: truth[one.ad_ids[0]]["recruits"] or truth[one.ad_ids[0]]["author"] for one in groups}
    return posters_of(groups, signals, texts), author


def cut(poster: Poster) -> list[Poster]:
    """The poster as it is, or as two where hard links hold different texts together."""
    two = next(halves(poster), None)
    if two is None:
        return [poster]
    return [
        Poster(f"{poster.group_id}/{number}", poster.language, poster.towns, poster.sites, poster.contacts, (half,))
        for number, half in enumerate(two)
    ]


def measure(name: str, style: Style, base: TfidfVectorizer, posters: Sequence[Poster], author: dict[str, str]) -> None:
    """Print the table of one market."""
    known = [half for one in posters for half in halves(one)]
    near, far = (_strangers(posters, author, kind) for kind in Kind)
    two = [part for one in posters for part in cut(one)]
    methods: dict[str, tuple[See, Pair]] = {
        OURS: (style.scale.see, style.scores),
        "cosine of character tf-idf": (lambda texts: base.transform(map("\n".join, texts)), _cosine),
    }
    y = np.repeat([1, 0], [len(known), len(near) + len(far)])
    texts = [*(one for one, _ in known), *(other for _, other in known), *(share(one) for one in posters)]
    pairs = np.vstack([[(at, len(known) + at) for at in range(len(known))], np.vstack([near, far]) + 2 * len(known)])
    print(
        f"\n{name}: {len(posters):,} posters, {len(known):,} cut in two; {len(near):,} strangers of one town, {len(far):,} not"
    )
    print(f"{'':28}{'AUC':>6}{'95 %':>16}{'recall at 1e-2':>16}{'1e-3':>8}{'1e-4':>8}")
    for method, (see, alike) in methods.items():
        value = alike(see(texts), pairs)
        wrong, right = value[y == 0], value[y == 1]
        recalls = [float((right > np.quantile(wrong, 1 - rate)).mean()) for rate in (1e-2, 1e-3, 1e-4)]
        low, high = interval(y, [value], lambda truth, some: area_under_roc(truth, some[0]), seed=0)
        told = "".join(f"{one:8.4f}" for one in recalls)
        print(f"{method:28}{area_under_roc(y, value):6.3f}{f'{low:.3f} to {high:.3f}':>16}{'':8}{told}")
        if method == OURS:
            rates = style.measured.rates(wrong)
            for claimed in (1e-2, 1e-3, 1e-4):
                there = [float((some <= claimed).mean()) for some in np.split(rates, [len(near)])]
                print(
                    f"  claimed false positive rate {claimed:g}: {there[0]:.5f} in one town, {there[1]:.5f} elsewhere"
                )
    made = suggest(style, two)
    owner = {one.group_id: one for one in two}
    good = sum(_same(author, owner[one.left], owner[one.right]) for one in made.suggestions)
    print(f"{made.sentence}; {good} are right, of {len(known):,} that were cut")


def _strangers(posters: Sequence[Poster], author: dict[str, str], kind: Kind) -> Pairs:
    pairs = drawn(posters, STRANGERS, 1, kind)
    return pairs[[not _same(author, posters[one], posters[other]) for one, other in pairs.tolist()]]


def _same(author: dict[str, str], one: Poster, other: Poster) -> bool:
    return author[one.group_id.partition("/")[0]] == author[other.group_id.partition("/")[0]]


def _cosine(rows: Any, pairs: Pairs) -> Floats:
    parts = np.array_split(pairs, len(pairs) // 20_000 + 1)
    return np.concatenate(
        [np.asarray(rows[part[:, 0]].multiply(rows[part[:, 1]]).sum(axis=1)).ravel() for part in parts]
    )


def main() -> None:
    """Train once, then measure on each market."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--habits", action="store_true", help="give every author four habits of writing")
    parser.add_argument("folders", nargs="+", type=Path, metavar="TRAIN TEST")
    asked = parser.parse_args()
    posters, _ = market(asked.folders[0], habits=asked.habits)
    began = time.process_time()
    style, figures = train(posters)
    print(f"trained on {asked.folders[0]} in {time.process_time() - began:.0f} CPU s: {orjson.dumps(figures).decode()}")
    base = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 4), min_df=2, sublinear_tf=True)
    base.fit(["\n".join(one.texts) for one in posters])
    for folder in asked.folders[1:]:
        measure(str(folder), style, base, *market(folder, habits=asked.habits))


if __name__ == "__main__":
    main()

"""Linking against the truth of a rehearsal market, with the simple method beside it in the same run.

    .venv/bin/python -m bench.linking FOLDER...        each with ads.jsonl and truth.jsonl of `sidelight market make`

Prints one line per market and method: B-cubed precision, recall and F1, the largest group's share of ads, the false
positive rate over blocked hard negatives (pairs of different authors that share a contact, a picture or wording; a
recruiter's and the recruited for group's ads are left out), ads per second.
"""

import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations
from pathlib import Path
from random import Random

import orjson

from crawlers.adlines import parse_ad
from linker.linking import blocks, link, with_clusters
from linker.signals import Signals, signals_of
from market.measures import b_cubed, join_on_any
from nlp.pipeline import read_ads

PAIRS_PER_KEY = 2_000
CONTACTS = ("phones", "emails", "handles", "urls")


def measure(folder: Path) -> None:
    """Print the table of one market."""
    truth = {one["ad_id"]: one for one in map(orjson.loads, (folder / "truth.jsonl").open("rb"))}
    ads = [parse_ad(orjson.loads(line)) for line in (folder / "ads.jsonl").open("rb")]
    readings = list(read_ads(ads))
    began = time.process_time()
    signals = [signals_of(ad, reading) for ad, reading in zip(ads, readings, strict=True)]
    groups = link(signals)
    speed = len(ads) / (time.process_time() - began)
    author = {ad_id: one["author"] for ad_id, one in truth.items()}
    # A recruiter and the group recruited for are two authors, and joining them is no mistake.
    negatives = hard_negatives(signals, {ad_id: one["recruits"] or one["author"] for ad_id, one in truth.items()})
    ours = {ad_id: group.group_id for group in groups for ad_id in group.ad_ids}
    rows = {
        "sidelight": ours,
        "any contact as extracted": join_on_any({one.ad_id: map(str, one.keys) for one in signals}),
        "any true contact": join_on_any(
            {key: [v for kind in CONTACTS for v in one[kind]] for key, one in truth.items()}
        ),
    }
    print(f"\n{folder}: {len(ads):,} ads of {len(set(author.values())):,} authors, {len(negatives):,} hard negatives")
    print(f"{'':26}{'precision':>10}{'recall':>8}{'F1':>8}{'largest':>9}{'FPR':>10}")
    for name, found in rows.items():
        score = b_cubed(found, author)
        largest = max(Counter(found.values()).values()) / len(ads)
        wrong = sum(found[left] == found[right] for left, right in negatives) / max(len(negatives), 1)
        print(f"{name:26}{score.precision:10.4f}{score.recall:8.4f}{score.f1:8.4f}{largest:9.4f}{wrong:10.6f}")
    print(f"signals and groups from readings: {speed:,.0f} ads per CPU second")
    by_reason(groups_links=(one for group in groups for one in group.links), author=author)
    by_class(ours, truth)


def hard_negatives(signals: Iterable[Signals], author: Mapping[str, str]) -> list[tuple[str, str]]:
    """Pairs of ads by different authors that share a contact, a picture or their wording; sampled from large keys."""
    rng = Random(1)
    found: set[tuple[str, str]] = set()
    for members in blocks(with_clusters({one.ad_id: one for one in signals}).values()).values():
        ids = sorted(one.ad_id for one in members)
        if len(ids) * (len(ids) - 1) // 2 <= PAIRS_PER_KEY:
            pairs: Iterable[tuple[str, str]] = combinations(ids, 2)
        else:
            pairs = (tuple(sorted(rng.sample(ids, 2))) for _ in range(PAIRS_PER_KEY))  # type: ignore[misc]
        found.update(pair for pair in pairs if author[pair[0]] != author[pair[1]])
    return sorted(found)


def by_reason(groups_links: Iterable[object], author: Mapping[str, str]) -> None:
    """What each reason is worth: its links, and the share of them between ads of one author."""
    counted: dict[str, list[bool]] = defaultdict(list)
    for one in groups_links:
        counted[one.reason.value].append(author[one.left] == author[one.right])  # type: ignore[attr-defined]
    print(
        "links: "
        + ", ".join(f"{name} {len(ok):,} ({sum(ok) / len(ok):.4f} right)" for name, ok in sorted(counted.items()))
    )


def by_class(ours: Mapping[str, str], truth: Mapping[str, Mapping[str, str]]) -> None:
    """B-cubed precision and recall by the class of the ads' authors: where the limits are."""
    author = {ad_id: one["author"] for ad_id, one in truth.items()}
    both = Counter((ours[ad_id], author[ad_id]) for ad_id in truth)
    found, true = Counter(ours.values()), Counter(author.values())
    sums: dict[str, list[float]] = defaultdict(lambda: [0, 0, 0])
    for ad_id, one in truth.items():
        shared = both[ours[ad_id], author[ad_id]]
        for place, value in enumerate((1, shared / found[ours[ad_id]], shared / true[author[ad_id]])):
            sums[one["class"]][place] += value
    for name, (count, precision, recall) in sorted(sums.items()):
        print(f"  {name:14}{count:8,.0f} ads  precision {precision / count:.3f}  recall {recall / count:.3f}")


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        measure(Path(argument))

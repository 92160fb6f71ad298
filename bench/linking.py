"""Linking against the truth of a rehearsal market, with simpler methods beside it in the same run.

    .venv/bin/python -m bench.linking [--peers PEERS/bin/python] [--planted] FOLDER...

Each folder has ads.jsonl and truth.jsonl of `sidelight market make`. By method: B-cubed precision, recall and F1; the
largest group's share of ads, with "!" where it is not one author's; of the hard negatives (pairs of different authors that
share a contact, a picture, their wording, or a name in a place) the share brought together, and of all pairs of one author.
The truth counts a recruiter and the group recruited for as two authors; since one contact in a job offer and in an adult ad
is what linking is to find, the second table counts them as one, and so do the hard negatives. `--peers` is an interpreter with
bench/linking_peers.txt; `--planted` adds hubs of kinds the market has none of (bench/linking_planted.py).
"""

import argparse
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from random import Random

import orjson

from bench.linking_planted import plant
from bench.linking_rivals import splink_on_ads
from crawlers.adlines import parse_ad
from linker.linking import blocks, link, with_clusters
from linker.records import Link, Reason
from linker.signals import Signals, signals_of
from market.measures import b_cubed, join_on_any
from nlp.pipeline import read_ads

PAIRS_PER_KEY = 2_000
CONTACTS = ("phones", "emails", "handles", "urls")
Groups = Mapping[str, str]  # ad id -> group


def measure(folder: Path, peers: str | None, *, planted: bool) -> None:
    """Print the tables of one market."""
    truth = {one["ad_id"]: one for one in map(orjson.loads, (folder / "truth.jsonl").open("rb"))}
    ads = [parse_ad(orjson.loads(line)) for line in (folder / "ads.jsonl").open("rb")]
    readings = list(read_ads(ads))
    began = time.process_time()
    signals = [signals_of(ad, reading) for ad, reading in zip(ads, readings, strict=True)]
    author = {ad_id: one["author"] for ad_id, one in truth.items()}
    if planted:
        signals, author = plant(signals, author)
    groups = link(signals)
    speed = len(ads) / (time.process_time() - began)
    hired = {ad_id: truth[ad_id]["recruits"] or name for ad_id, name in author.items()}
    negatives = hard_negatives(signals, hired)
    rows: dict[str, Groups] = {
        "sidelight": {ad_id: group.group_id for group in groups for ad_id in group.ad_ids},
        "any contact as read": join_on_any({one.ad_id: _contacts(one) for one in signals}),
        "any true contact": join_on_any(
            {ad_id: [v for kind in CONTACTS for v in one[kind]] for ad_id, one in truth.items()}
        ),
        "same text": join_on_any({ad.ad_id: [ad.body] if ad.body else [] for ad in ads}),
        "same text, masked": join_on_any({one.ad_id: [one.wording.text] for one in signals if one.wording.text}),
        **splink_on_ads(peers, signals),
    }
    print(f"\n{folder}: {len(ads):,} ads of {len(set(author.values())):,} authors, {len(negatives):,} hard negatives")
    table(rows, author, negatives)
    print("a recruiter and the group recruited for as one author:")
    table({"sidelight": rows["sidelight"]}, hired, negatives)
    print(f"signals and groups from readings: {speed:,.0f} ads per CPU second")
    by_reason([one for group in groups for one in group.links], author, hired)
    by_class(rows["sidelight"], truth, author)


def table(rows: Mapping[str, Groups], author: Groups, negatives: Sequence[tuple[str, str]]) -> None:
    """One line for each method."""
    print(f"{'':22}{'precision':>10}{'recall':>8}{'F1':>8}{'largest':>10}{'FPR':>10}{'pairs found':>13}")
    pairs = _pairs(author.values())
    for name, found in rows.items():
        whole = {ad_id: found.get(ad_id, ad_id) for ad_id in author}
        score = b_cubed(whole, author)
        (largest, count), *_ = Counter(whole.values()).most_common(1)
        mixed = "!" if len({author[one] for one, group in whole.items() if group == largest}) > 1 else " "
        wrong = sum(whole[left] == whole[right] for left, right in negatives) / max(len(negatives), 1)
        both = _pairs((whole[ad_id], name) for ad_id, name in author.items()) / max(pairs, 1)
        print(
            f"{name:22}{score.precision:10.4f}{score.recall:8.4f}{score.f1:8.4f}{count / len(author):9.4f}{mixed}"
            f"{wrong:10.6f}{both:13.4f}"
        )


def hard_negatives(signals: Iterable[Signals], author: Groups) -> list[tuple[str, str]]:
    """Pairs of ads by different authors that look related; sampled where a value is on many ads."""
    rng = Random(1)
    known = {one.ad_id: one for one in signals}
    blocked = [[one.ad_id for one in members] for members in blocks(with_clusters(known).values()).values()]
    named: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in known.values():
        for name in one.names:
            for place in one.places:
                named[name, place.place].append(one.ad_id)
    found: set[tuple[str, str]] = set()
    for ids in map(sorted, [*blocked, *named.values()]):
        if len(ids) * (len(ids) - 1) // 2 <= PAIRS_PER_KEY:
            pairs: Iterable[tuple[str, str]] = combinations(ids, 2)
        else:
            pairs = (_two(ids, rng) for _ in range(PAIRS_PER_KEY))
        found.update(pair for pair in pairs if author[pair[0]] != author[pair[1]])
    return sorted(found)


def by_reason(links: Sequence[Link], author: Groups, hired: Groups) -> None:
    """What each reason is worth: its links, those between ads of one author, and those of one or of recruiter and group."""
    counted: dict[Reason, list[tuple[bool, bool]]] = defaultdict(list)
    for one in links:
        counted[one.reason].append(
            (author[one.left] == author[one.right], hired[one.left] == hired[one.right]),
        )
    print(f"{'reason':14}{'links':>9}{'one author':>12}{'or recruiter':>14}")
    for reason, told in sorted(counted.items()):
        strict, loose = (sum(one[place] for one in told) / len(told) for place in (0, 1))
        print(f"{reason.value:14}{len(told):9,}{strict:12.4f}{loose:14.4f}")


def by_class(ours: Groups, truth: Mapping[str, Mapping[str, str]], author: Groups) -> None:
    """B-cubed precision and recall by the class of the ads' authors: where the limits are."""
    both = Counter((ours[ad_id], author[ad_id]) for ad_id in truth)
    found, true = Counter(ours.values()), Counter(author.values())
    sums: dict[str, list[float]] = defaultdict(lambda: [0, 0, 0])
    for ad_id, one in truth.items():
        shared = both[ours[ad_id], author[ad_id]]
        for place, value in enumerate((1, shared / found[ours[ad_id]], shared / true[author[ad_id]])):
            sums[one["class"]][place] += value
    for name, (count, precision, recall) in sorted(sums.items()):
        print(f"  {name:14}{count:8,.0f} ads  precision {precision / count:.3f}  recall {recall / count:.3f}")


def _contacts(one: Signals) -> list[str]:
    return [str(key) for key in one.keys if key.reason not in (Reason.TEXT, Reason.IMAGE)]


def _pairs(values: Iterable[object]) -> int:
    return sum(count * (count - 1) // 2 for count in Counter(values).values())


def _two(ids: Sequence[str], rng: Random) -> tuple[str, str]:
    left, right = sorted(rng.sample(ids, 2))
    return left, right


def main() -> None:
    """Measure every folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--peers", help="an interpreter that has bench/linking_peers.txt")
    parser.add_argument("--planted", action="store_true", help="add hubs that the market has none of")
    asked = parser.parse_args()
    for folder in asked.folders:
        measure(folder, asked.peers, planted=asked.planted)


if __name__ == "__main__":
    main()

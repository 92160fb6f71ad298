"""Near-copies of made texts, with the peers beside it in the same run.

    .venv/bin/python -m bench.copies --peers PEERS/bin/python     (an interpreter with bench/linking_peers.txt)

Prints the share of changed pairs of 80 words that are found, wrong pairs among those found, and for 20,000 texts of
templates with filled slots the pair precision, recall and F1 and the CPU seconds from ready texts to clusters.
"""

import argparse
import subprocess
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import orjson

from bench.copies_texts import CHANGES, pairs, templates
from linker.components import components
from linker.copies import clusters
from linker.wording import wording_of

SCRIPT = Path(__file__).with_name("copies_peers.py")
CHANGED = (3, 10, 16)
OURS = "sidelight"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", help="an interpreter with gaoya and datasketch")
    parser.add_argument("--pairs", type=int, default=1_000)
    parser.add_argument("--texts", type=int, default=20_000)
    parser.add_argument("--sets", default="", help="only sets of texts with this in their name")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    sets = {
        f"e={count} {how}": pairs(how, given.pairs, count, given.seed + count) for how in CHANGES for count in CHANGED
    }
    truths = {name: [number // 2 for number in range(len(texts))] for name, texts in sets.items()}
    for of_each in (10, 100):
        name = f"{given.texts:,} texts, {of_each} of each template"
        sets[name], truths[name] = templates(given.texts, of_each, given.seed)
    sets = {name: texts for name, texts in sets.items() if given.sets in name}
    asked = ask(given.peers, sets, given.rounds) if given.peers else {"versions": {}, "found": {}}
    print(f"peers: {asked['versions']}; {given.rounds} rounds, seed {given.seed}")
    print(f"{'texts':38}{'who':22}{'precision':>10}{'recall':>8}{'F1':>8}{'CPU s (median, least)':>24}")
    for name, texts in sets.items():
        found = {OURS: ours(texts, given.rounds)}
        for peer, told in asked["found"].get(name, {}).items():
            found[peer] = together(len(texts), told["edges"]), told["seconds"]
        for who, (groups, seconds) in found.items():
            precision, recall, f1 = pair_scores(groups, truths[name])
            taken = f"{median(seconds):.2f}, {min(seconds):.2f}"
            print(f"{name:38}{who:22}{precision:10.4f}{recall:8.4f}{f1:8.4f}{taken:>24}")


def ours(texts: Sequence[str], rounds: int) -> tuple[list[str], list[float]]:
    """The cluster of each text, and the CPU seconds of each round."""
    made = [wording_of(text) for text in texts]
    ready = {one.digest: one.text for one in made}
    seconds = []
    for _ in range(rounds):
        began = time.process_time()
        found = clusters(ready)
        seconds.append(time.process_time() - began)
    return [found[one.digest] for one in made], seconds


def ask(python: str, sets: dict[str, list[str]], rounds: int) -> dict[str, Any]:
    """What the peers say. Raises CalledProcessError when the interpreter lacks one."""
    job = orjson.dumps({"sets": sets, "rounds": rounds})
    told: dict[str, Any] = orjson.loads(
        subprocess.run([python, str(SCRIPT)], input=job, stdout=subprocess.PIPE, check=True).stdout
    )
    return told


def together(count: int, edges: Iterable[Sequence[int]]) -> list[str]:
    """The peer's pairs as groups, put together as ours are."""
    found = components(map(str, range(count)), ((str(one), str(other)) for one, other in edges))
    return [found[str(number)] for number in range(count)]


def pair_scores(groups: Sequence[object], truth: Sequence[object]) -> tuple[float, float, float]:
    """Precision, recall and F1 over pairs of texts; precision is 1 where no pair was found."""
    both, found, true = (
        sum(n * (n - 1) // 2 for n in Counter(one).values()) for one in (zip(groups, truth, strict=True), groups, truth)
    )
    precision, recall = both / found if found else 1.0, both / true
    return precision, recall, 2 * precision * recall / (precision + recall) if both else 0.0


if __name__ == "__main__":
    main()

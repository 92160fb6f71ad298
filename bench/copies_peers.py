"""What other finders of near-copies make of the same texts: run by bench/copies.py under an interpreter that has them.

Standard input: `{"sets": {name: [text]}, "rounds": N}`. Standard output: `{"versions": {peer: version}, "found": {name: {peer:
{"edges": [[i, j]], "seconds": [CPU seconds, one per round]}}}}`. Each peer indexes pairs of neighbouring words at its own
threshold of one half and is asked for every text.
"""

# mypy: disable-error-code="import-not-found"

import itertools
import json
import sys
import time
from collections.abc import Callable
from importlib.metadata import version

Edges = list[list[int]]


def gaoya(texts: list[str]) -> Edges:
    """gaoya (Rust) with the bands of its own example; it verifies by its sketch."""
    from gaoya.minhash import MinHashStringIndex

    index = MinHashStringIndex(32, 0.5, 42, 3, None, "word", False, (2, 2), "vec")
    for number, text in enumerate(texts):
        index.insert_document(number, text)
    return [[number, other] for number, text in enumerate(texts) for other in index.query(text) if other > number]


def gaoya_words(texts: list[str]) -> Edges:
    """The same over single words."""
    from gaoya.minhash import MinHashStringIndex

    index = MinHashStringIndex(32, 0.5, 42, 3, None, "word", False, (1, 1), "vec")
    for number, text in enumerate(texts):
        index.insert_document(number, text)
    return [[number, other] for number, text in enumerate(texts) for other in index.query(text) if other > number]


def datasketch(texts: list[str]) -> Edges:
    """datasketch with its own 128 permutations; what shares a bucket is a copy."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=0.5, num_perm=128)
    sets = [
        [f"{one} {other}".encode() for one, other in itertools.pairwise(words)]
        for words in (text.split(" ") for text in texts)
    ]
    sketches = MinHash.bulk(sets, num_perm=128)
    for number, sketch in enumerate(sketches):
        index.insert(number, sketch)
    return [[number, other] for number, one in enumerate(sketches) for other in index.query(one) if other > number]


PEERS: dict[str, Callable[[list[str]], Edges]] = {
    "gaoya": gaoya,
    "gaoya, single words": gaoya_words,
    "datasketch": datasketch,
}


def main() -> None:
    """Answer the job on standard input."""
    job = json.load(sys.stdin)
    found: dict[str, dict[str, dict[str, object]]] = {}
    for name, texts in job["sets"].items():
        found[name] = {}
        for peer, run in PEERS.items():
            seconds = []
            for _ in range(job["rounds"]):
                began = time.process_time()
                edges = run(texts)
                seconds.append(time.process_time() - began)
            found[name][peer] = {"edges": edges, "seconds": seconds}
    versions = {name: version(name) for name in ("gaoya", "datasketch")}
    json.dump({"versions": versions, "found": found}, sys.stdout)


if __name__ == "__main__":
    main()

"""Ordinary text: macro-F1 of `models.ordinary` beside tf-idf (word 1-2 and char 2-5) + logistic regression, same folds.

    python -m bench.ordinary_text [--csv FILE] [--seed N] [--texts N]     a CSV has columns text and value

Without a CSV: short messages made here in three classes of unequal size, with noise in words and spelling, rare words,
and wrong labels. What they show is that the machinery holds its own on text, and nothing about any text in the world.
"""

import argparse
import csv
import time
from pathlib import Path
from random import Random

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline, make_union

from models import ordinary

FOLDS = 5
SHARES = {"question": 0.55, "complaint": 0.3, "thanks": 0.15}
OWN = {
    "question": "when where how opening hours price station parking possible tomorrow available booking whether",
    "complaint": "late broken wrong never again refund cold dirty noise waited nobody answered disappointed",
    "thanks": "lovely thank great kind helpful perfect clean warm recommend again smile happy wonderful",
}
COMMON = "the a we it was is and to of in for at room tea garden music evening week order table you your with this"
WRONG = 0.05  # share of labels
SLIP = 0.08  # share of words with a misspelling
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def messages(count: int, seed: int) -> tuple[list[str], list[str]]:
    """Texts and classes; the same seed makes the same."""
    random = Random(seed)
    names = list(SHARES)
    rare = {name: ["".join(random.choices(LETTERS, k=random.randint(4, 9))) for _ in range(400)] for name in names}
    texts, values = [], []
    for _ in range(count):
        name = random.choices(names, [SHARES[one] for one in names])[0]
        other = random.choice(names)
        words = random.choices(COMMON.split(), k=random.randint(5, 16)) + random.choices(
            OWN[other].split(), k=random.randint(0, 2)
        )
        words += random.choices(OWN[name].split(), k=random.randint(0, 3)) + random.choices(
            rare[name], k=random.randint(0, 2)
        )
        random.shuffle(words)
        texts.append(" ".join(_slip(random, word) if random.random() < SLIP else word for word in words))
        values.append(random.choice(names) if random.random() < WRONG else name)
    return texts, values


def _slip(random: Random, word: str) -> str:
    at = random.randrange(len(word))
    return word[:at] + random.choice(LETTERS) + word[at + random.randint(0, 1) :]


def plain() -> Pipeline:
    """The method to hold one's own against."""
    grams = make_union(TfidfVectorizer(ngram_range=(1, 2)), TfidfVectorizer(analyzer="char", ngram_range=(2, 5)))
    return Pipeline([("grams", grams), ("classifier", LogisticRegression(max_iter=1000))])


def compare(texts: list[str], values: list[str], seed: int) -> tuple[float, float]:
    """Macro-F1 of ours and of theirs over all folds; prints each fold."""
    y = np.array(values)
    ours, theirs = y.copy(), y.copy()
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(y, y)
    print(f"{'fold':6}{'ours':>8}{'theirs':>8}{'CPU s':>8}{'CPU s':>8}")
    for number, (learn, test) in enumerate(folds, start=1):
        some, held = [texts[row] for row in learn], [texts[row] for row in test]
        began = time.process_time()
        model = ordinary.fit(some, y[learn].tolist(), [str(row) for row in learn], seed=seed)
        ours[test] = model.predict(held)
        middle = time.process_time()
        theirs[test] = plain().fit(some, y[learn]).predict(held)
        ended = time.process_time()
        scores = [f1_score(y[test], one[test], average="macro") for one in (ours, theirs)]
        print(f"{number:<6}{scores[0]:8.4f}{scores[1]:8.4f}{middle - began:8.1f}{ended - middle:8.1f}", flush=True)
    return float(f1_score(y, ours, average="macro")), float(f1_score(y, theirs, average="macro"))


def main() -> None:
    """One table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--csv", type=Path)
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--texts", type=int, default=3000)
    given = options.parse_args()
    if given.csv:
        with given.csv.open(encoding="utf-8-sig", newline="") as handle:
            rows = list(csv.DictReader(handle))
        texts, values = [row["text"] for row in rows], [row["value"] for row in rows]
    else:
        texts, values = messages(given.texts, given.seed)
    ours, theirs = compare(texts, values, given.seed)
    print(
        f"{len(texts)} texts, {len(set(values))} classes, {FOLDS} folds: macro-F1 ours {ours:.4f}, theirs {theirs:.4f}"
    )


if __name__ == "__main__":
    main()

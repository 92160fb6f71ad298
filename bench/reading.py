"""How well and how fast ads are read: our figures beside those of the phonenumbers matcher, in one run.

    .venv/bin/python -m bench.reading --market DIR [--cases DIR] [--show N]

`--market`: a folder made by `sidelight market make` (ads.jsonl, truth.jsonl). `--cases`: a folder of JSON Lines with
`text` and the fields `phones`, `emails`, `urls`, `handles` (its README.md says how they are scored). A rehearsal market proves
mechanics, not detection in the world.
"""

import argparse
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import orjson
from phonenumbers import Leniency, PhoneNumberFormat, PhoneNumberMatcher, format_number
from rich.console import Console
from rich.table import Table

from crawlers.adlines import parse_ad
from crawlers.records import Ad
from market.numbers import Number
from market.obfuscation import FAMILIES, disguised, plain
from nlp.pipeline import read_ads
from nlp.records import Kind, Reading

KINDS = {
    "phones": Kind.PHONE,
    "emails": Kind.EMAIL,
    "handles": Kind.HANDLE,
    "urls": Kind.URL,
    "ages": Kind.AGE,
    "prices": Kind.PRICE,
    "names": Kind.NAME,
    "payment": Kind.PAYMENT,
    "indicators": Kind.INDICATOR,
}
PEERS = {"phonenumbers VALID": Leniency.VALID, "phonenumbers POSSIBLE": Leniency.POSSIBLE}
Reader = Callable[[Ad], set[str]]


class Score:
    """Counts of right, wrong and missed values."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def add(self, found: set[str], truth: set[str]) -> None:
        """Values of one text, matched exactly."""
        self.counts.update(right=len(found & truth), wrong=len(found - truth), missed=len(truth - found))

    def row(self) -> tuple[str, str, str, str]:
        """Precision, recall, F1 and how many there were."""
        right, wrong, missed = (self.counts[name] for name in ("right", "wrong", "missed"))
        precision, recall = right / (right + wrong or 1), right / (right + missed or 1)
        return (
            f"{precision:.3f}",
            f"{recall:.3f}",
            f"{2 * right / (2 * right + wrong + missed or 1):.3f}",
            str(right + missed),
        )


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON Lines file."""
    with path.open("rb") as handle:
        for line in handle:
            yield orjson.loads(line)


def peer(leniency: int) -> Reader:
    """What phonenumbers' own matcher finds."""

    def found(ad: Ad) -> set[str]:
        text = "\n".join(ad.texts().values())
        matches = PhoneNumberMatcher(text, ad.region or "US", leniency=leniency)
        return {format_number(match.number, PhoneNumberFormat.E164) for match in matches}

    return found


def same(one: str, other: str) -> bool:
    """The cases' rule: the last eight digits agree, of six at least, and lengths differ by four at most."""
    one, other = re.sub(r"\D", "", one), re.sub(r"\D", "", other)
    length = min(8, len(one), len(other))
    return length > 5 and one[-length:] == other[-length:] and abs(len(one) - len(other)) < 5


def aligned(found: Iterable[str], truth: Iterable[str]) -> tuple[set[str], set[str]]:
    """Found numbers renamed to the true number they hit."""
    left, named = list(truth), set()
    for value in sorted(found):
        hit = next((one for one in left if same(one, value)), None)
        if hit is not None:
            left.remove(hit)
        named.add(hit or f"wrong {value}")
    return named, set(truth)


def of_kind(reading: Reading, kind: Kind) -> set[str]:
    """Values of one kind, without indicators that the words deny."""
    return {mention.value for mention in reading.of(kind) if not mention.detail.get("negated")}


def bench_cases(folder: Path, table: Table) -> None:
    """Each file of the folder that has a kind of contact as truth."""
    for path in sorted(folder.glob("phones_*.jsonl")):
        rows = list(lines(path))
        ads = [Ad(row["id"], "cases", "", None, body=row["text"], region=row.get("region")) for row in rows]
        ours = [of_kind(reading, Kind.PHONE) for reading in read_ads(ads)]
        theirs = {name: [peer(leniency)(ad) for ad in ads] for name, leniency in PEERS.items()}
        for name, found in {"sidelight": ours, **theirs}.items():
            score = Score()
            for row, values in zip(rows, found, strict=True):
                score.add(*aligned(values, row["phones"]))
            false = sum(bool(values) for row, values in zip(rows, found, strict=True) if not row["phones"])
            table.add_row(path.stem, name, *score.row(), f"{false} rows with a false phone")
    for path, kind in ((folder / f"{name}.jsonl", KINDS[name]) for name in ("emails", "urls", "handles")):
        if not path.exists():
            continue
        rows = list(lines(path))
        score = Score()
        ads = [Ad(row["id"], "cases", "", None, body=row["text"]) for row in rows]
        for row, reading in zip(rows, read_ads(ads), strict=True):
            score.add({value.lower() for value in of_kind(reading, kind)}, _truth(row, path.stem))
        table.add_row(path.stem, "sidelight", *score.row(), "")


def _truth(row: dict[str, Any], name: str) -> set[str]:
    if "mentions" in row:
        return {f"unknown:{one}" for one in row["mentions"]}
    if name == "handles":
        return {f"{platform}:{one}" for platform, names in row[name].items() for one in names}
    return {one.lower() for one in row[name]}


def bench_market(folder: Path, table: Table, show: int) -> list[str]:
    """Each kind against the truth, phones also by the peers, and the speed of it all; returns examples of misses."""
    ads = [parse_ad(row) for row in lines(folder / "ads.jsonl")]
    truth = {row["ad_id"]: row for row in lines(folder / "truth.jsonl")}
    started = time.process_time()
    readings = list(read_ads(ads))
    seconds = time.process_time() - started
    misses: list[str] = []
    for name, kind in KINDS.items():
        score = Score()
        shown = 0
        for ad, reading in zip(ads, readings, strict=True):
            found, true = of_kind(reading, kind), set(truth[ad.ad_id][name])
            score.add(found, true)
            if found != true and shown < show:
                shown += 1
                text = " | ".join(ad.texts().values())
                misses.append(
                    f"{name} of {ad.ad_id}: wrong {sorted(found - true)}, missed {sorted(true - found)}\n    {text}"
                )
        table.add_row(f"market {name}", "sidelight", *score.row(), "")
        if kind is Kind.PHONE:
            for rival, leniency in PEERS.items():
                score, reader = Score(), peer(leniency)
                for ad in ads:
                    score.add(reader(ad), set(truth[ad.ad_id][name]))
                table.add_row(f"market {name}", rival, *score.row(), "")
    places, languages = Score(), Score()
    for ad, reading in zip(ads, readings, strict=True):
        true = truth[ad.ad_id]
        if true["place"]:
            places.add({true["place"]} & of_kind(reading, Kind.PLACE), {true["place"]})
        languages.add({reading.language}, {true["language"]})
    table.add_row("market place (recall)", "sidelight", *places.row(), "")
    table.add_row("market language", "sidelight", *languages.row(), "")
    table.add_row(
        "speed", "sidelight", "", "", "", str(len(ads)), f"{len(ads) / seconds:,.0f} ads per CPU-second, all on"
    )
    return misses


def bench_families(table: Table, seed: int) -> None:
    """Phones by the family they are hidden in, each in a sentence with other numbers."""
    rng = Random(seed)
    scores: defaultdict[str, Score] = defaultdict(Score)
    truth, ads = [], []
    for index in range(4000):
        family = rng.choice(["plain", *FAMILIES])
        number = Number("US", f"{rng.choice(('312', '713', '212', '305', '808'))}5550{rng.randrange(100, 200)}")
        language = rng.choice(("en", "es", "pt"))
        text = plain(number, "US", rng) if family == "plain" else disguised(number, "US", language, family, rng)
        body = rng.choice(
            ("rates 100 150 200, {} no blocked calls", "text {} for 24/7 visits", "{}", "I am 24, 5'4, 120 lbs. {}")
        )
        ads.append(Ad(str(index), "families", "", None, body=body.format(text), region="US"))
        truth.append((family, number.e164))
    for (family, value), reading in zip(truth, read_ads(ads), strict=True):
        scores[family].add(of_kind(reading, Kind.PHONE), {value})
    for family, score in sorted(scores.items()):
        table.add_row(f"phones, {family}", "sidelight", *score.row(), "")


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--market", type=Path, help="folder with ads.jsonl and truth.jsonl")
    parser.add_argument("--cases", type=Path, help="folder of cases")
    parser.add_argument("--seed", type=int, default=1, help="of the hidden phones")
    parser.add_argument("--show", type=int, default=0, help="print so many misses of each kind")
    asked = parser.parse_args()
    table = Table("what", "who", "precision", "recall", "F1", "values", "")
    list(read_ads([Ad("warm:1", "warm", "", None, body="Hello, call 312 555 0142 in Chicago")]))
    misses: list[str] = []
    if asked.cases:
        bench_cases(asked.cases, table)
    if asked.market:
        misses = bench_market(asked.market, table, asked.show)
    bench_families(table, asked.seed)
    console = Console(width=150)
    console.print(table)
    for miss in misses:
        console.print(miss, markup=False, highlight=False)


if __name__ == "__main__":
    main()

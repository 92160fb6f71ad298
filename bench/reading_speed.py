"""How fast ads are read: CPU time, warm, several rounds, beside the peers, a bare tokenizer and what the machine allows."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from random import Random
from statistics import mean, median

import orjson
import spacy

from bench.rivals import Rivals
from bench.tally import OURS, Row
from crawlers.adlines import parse_ad
from crawlers.records import Ad
from market.make import generate
from nlp.pipeline import read_ads

WORDS, SLACK = 80, 3  # words an ad has on average
EMOJI = "😀🌟🌹🎉🍀🌊🔥🎈🌈🐬"
PER_SEED = 2_000  # ads made at a time, so that the maker's memory stays flat too
PAGE = os.sysconf("SC_PAGE_SIZE")


def sample(ads: Sequence[Ad], count: int = 3000) -> list[Ad]:
    """Ads as they come, leaving out those that would take the mean away from 80 words."""
    chosen: list[Ad] = []
    total = 0
    for ad in ads:
        length = words(ad)
        before, after = total - WORDS * len(chosen), total + length - WORDS * (len(chosen) + 1)
        if abs(after) <= WORDS or abs(after) < abs(before):
            chosen.append(ad)
            total += length
        if len(chosen) == count:
            break
    if not chosen or abs(total / len(chosen) - WORDS) > SLACK:
        raise ValueError(f"the market has no ads that average {WORDS} words")
    return chosen


def unread(seed: int) -> list[Ad]:
    """A sample of a market made for this alone, of which nothing was read before: the reader remembers sentences."""
    return sample([parse_ad(entry.ad) for entry in generate(seed=seed, ads=2 * PER_SEED)])


def words(ad: Ad) -> int:
    """Words of all its text fields."""
    return sum(len(text.split()) for text in ad.texts().values())


def rounds(
    run: Callable[[], object], count: int, times: int, prepare: Callable[[], object] = lambda: None
) -> list[float]:
    """CPU seconds per ad in each of `times` rounds, after a warm one; `prepare` is not counted."""
    taken = []
    for index in range(times + 1):
        prepare()
        started = time.process_time()
        run()
        if index:
            taken.append((time.process_time() - started) / count)
    return taken


def speed(ads: Sequence[Ad], rivals: Rivals, times: int) -> Iterator[Row]:
    """Ads per CPU-second. The peers were asked before, on the same texts."""
    about = f"{len(ads)} ads of {mean(map(words, ads)):.1f} words, none of them read before"
    yield _row("reading, all on", OURS, _each_once(ads, times), about)
    for peer, told in rivals.seconds().items():
        for what, seconds in told.items():
            yield _row(what, peer, seconds)
    texts = joined(ads)
    yield from _tokenizer(texts, times)
    written = [orjson.dumps({"ad_id": ad.ad_id, **ad.texts()}) for ad in ads]
    yield _row(
        "parsing its JSON", "limit: orjson", rounds(lambda: [orjson.loads(one) for one in written], len(ads), times)
    )
    everything = [text.encode() for text in texts]
    yield _row(
        "decoding its bytes", "limit: Python", rounds(lambda: [one.decode() for one in everything], len(ads), times)
    )


def _each_once(ads: Sequence[Ad], times: int) -> list[float]:
    """CPU seconds per ad in each of `times` rounds over different ads, after a warm one: reading remembers what it has read."""
    taken = []
    for index in range(times + 1):
        portion = ads[index :: times + 1]
        started = time.process_time()
        for _ in read_ads(portion):
            pass
        taken.append((time.process_time() - started) / len(portion))
    return taken[1:]


def joined(ads: Sequence[Ad]) -> list[str]:
    """Each ad as one text, for those who read no fields."""
    return ["\n".join(ad.texts().values()) for ad in ads]


def _tokenizer(texts: list[str], times: int) -> Iterator[Row]:
    """spaCy's blank English tokenizer and nothing else."""
    made = [spacy.blank("en")]

    def fresh() -> None:
        made[0] = spacy.blank("en")

    def run(some: list[str]) -> Callable[[], object]:
        return lambda: [made[0].make_doc(text) for text in some]

    who = "spaCy blank"
    yield _row("words alone, seen before", who, rounds(run(texts), len(texts), times))
    yield _row("words alone, fresh vocabulary", who, rounds(run(texts), len(texts), times, fresh))
    for share in (10, 5, 2):
        new = [_with_new_words(text, share, Random(index)) for index, text in enumerate(texts)]
        what = f"words alone, fresh vocabulary, 1 word in {share} new or with emoji"
        yield _row(what, who, rounds(run(new), len(new), times, fresh))


def _with_new_words(text: str, share: int, rng: Random) -> str:
    said = text.split(" ")
    for index in range(rng.randrange(share), len(said), share):
        made = "".join(rng.choices("abcdefghijklmnoprstuvwz", k=7))
        said[index] = made if rng.random() < 0.5 else f"{made}{rng.choice(EMOJI)}{rng.choice(EMOJI)}"
    return " ".join(said)


def _row(what: str, who: str, seconds: list[float], note: str = "") -> Row:
    low, middle, high = (f"{1 / max(one, 1e-9):,.0f}" for one in (max(seconds), median(seconds), min(seconds)))
    told = f"{middle} ads per CPU-second ({low} to {high} in {len(seconds)} rounds)"
    return Row("speed", what, who, note=f"{told}; {note}" if note else told)


def memory(count: int) -> Iterator[Row]:
    """Memory of this process while it reads so many made ads as a stream, at every tenth of them."""
    stream = read_ads(islice(_endless(), count))
    step = max(count // 10, 1)
    for done in range(step, count + 1, step):
        for _ in islice(stream, step):
            pass
        yield Row("speed", f"memory after {done:,} ads", OURS, note=f"{resident():,.0f} MiB resident")


def resident() -> float:
    """MiB this process holds in memory (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * PAGE / 2**20


def _endless() -> Iterator[Ad]:
    seed = 0
    while True:
        seed += 1
        for entry in generate(seed=seed, ads=PER_SEED):
            yield parse_ad(entry.ad)

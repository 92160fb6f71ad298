"""Itineraries against the truth of rehearsal markets, with the plain method beside it in the same run.

    .venv/bin/python -m bench.movement [--days N] [--ads N] SEED...

The market knows where each person of an author is on which days. An author's true stay is a town and the days on which any
person is there without a day's break; only stays with an ad count, for nobody can see the others. A found stay is right where
its place is that of a true stay of its group's main author, and their days meet; each true stay is found once. A bumped
ad is given as the store has it: its first date, and the later one as renewed. The plain method begins a stay whenever the
place of the next ad is another one.
"""

import argparse
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from crawlers.adlines import parse_ad
from linker.circuits import circuits
from linker.linking import link
from linker.movement import Oddity, conflicts
from linker.records import Group, Stop
from linker.reposts import Act, postings
from linker.signals import Signals, signals_of
from market.casting import Casting
from market.make import ADS_PER_POPULAR, BLOCK, FIRST_DAY, Entry, NativeIds, Plan, _hubs, generate
from market.numbers import Exchange
from market.people import Author
from market.places import atlas
from nlp.pipeline import read_ads

HUBS, OBFUSCATED, PREVALENCE = 0.1, 0.3, 0.03
BEGIN = datetime.combine(FIRST_DAY, datetime.min.time(), UTC)
Stay = tuple[str, int, int]  # place, first and last day


def cast(seed: int, ads: int, days: int) -> list[Author]:
    """The authors of the market that `generate` makes with these arguments (one block)."""
    assert ads <= BLOCK, f"at most {BLOCK} ads, which are cast at once"
    rng = Random(seed)
    exchange = Exchange(atlas(), rng)
    plan = Plan.of(ads, PREVALENCE, atlas())
    popular = max(1, min(16, ads // ADS_PER_POPULAR))
    casting = Casting(rng, days, OBFUSCATED, _hubs(ads, HUBS, exchange), exchange, popular, None)
    NativeIds(rng)  # draws, as it does there
    return plan.cast(0, casting, rng)[0]


def true_stays(author: Author, posted: Iterable[tuple[str, int]]) -> list[Stay]:
    """Where the author's persons are without a day's break, as far as an ad of (place, day) shows it."""
    days: dict[str, set[int]] = defaultdict(set)
    for person in author.persons:
        for leg in person.legs:
            days[leg.place.id].update(range(leg.first, leg.last + 1))
    seen: dict[str, list[int]] = defaultdict(list)
    for place, day in posted:
        seen[place].append(day)
    found = []
    for place, present in days.items():
        begin = None
        for day in sorted(present):
            begin = day if begin is None else begin
            if day + 1 not in present:
                if any(begin <= one <= day for one in seen[place]):
                    found.append((place, begin, day))
                begin = None
    return sorted(found, key=lambda one: (one[1], one[0]))


def matched(found: Sequence[Stay], true: Sequence[Stay]) -> int:
    """How many found stays have a true stay of their own: the same place, and days that meet."""
    left = list(true)
    count = 0
    for place, first, last in sorted(found, key=lambda one: (one[1], one[0])):
        fits = [one for one in left if one[0] == place and one[1] <= last and first <= one[2]]
        if fits:
            left.remove(fits[0])
            count += 1
    return count


def plain(ads: Iterable[Signals]) -> list[Stay]:
    """A stay whenever the place of the next ad is another one."""
    found: list[Stay] = []
    for ad in sorted((ad for ad in ads if ad.at), key=lambda ad: ad.order):
        if found and found[-1][0] == ad.at:
            found[-1] = (ad.at, found[-1][1], _day(ad.first))
        else:
            found.append((ad.at, _day(ad.first), _day(ad.first)))
    return found


def measure(seed: int, ads: int, days: int) -> None:
    """Print the table of one market."""
    authors = {author.id: author for author in cast(seed, ads, days)}
    entries = list(generate(seed=seed, ads=ads, days=days, hubs=HUBS, obfuscated=OBFUSCATED, prevalence=PREVALENCE))
    assert {one.truth["author"] for one in entries} <= set(authors), "the cast is not that of the market"
    signals = {one.ad_id: one for one in _signals(entries)}
    began = time.process_time()
    groups = link(signals.values())
    linked = time.process_time() - began
    author = {one.truth["ad_id"]: one.truth["author"] for one in entries}
    posted: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for one in entries:
        posted[one.truth["author"]].append((str(one.truth["place"]), one.stay["from"]))
    true = {name: true_stays(one, posted[name]) for name, one in authors.items() if posted[name]}
    ours: dict[str, list[Stay]] = defaultdict(list)
    simple: dict[str, list[Stay]] = defaultdict(list)
    for group in groups:
        main = _main_author(group, author)
        ours[main] += [_stay(stop) for stop in group.itinerary]
        simple[main] += plain(signals[ad_id] for ad_id in group.ad_ids)
    print(f"\nseed {seed}: {len(entries):,} ads in {days} days, {sum(map(len, true.values())):,} true stays with an ad")
    print(f"{'':34}{'precision':>10}{'recall':>8}{'F1':>8}{'stays':>8}")
    moving = {name for name, stays in true.items() if len({place for place, *_ in stays}) > 1}
    for title, names in (("all authors", set(true)), ("authors in two towns or more", moving)):
        for method, found in (("sidelight", ours), ("every change of place", simple)):
            _row(f"{method}, {title}", found, true, names)
    for route in sorted({one.route for one in authors.values()}):
        _row(f"sidelight, {route}", ours, true, {name for name in true if authors[name].route == route})
    _tell_flags(groups, signals, authors, author)
    began = time.process_time()
    ridden = circuits({group.group_id: group.itinerary for group in groups})
    print(
        f"circuits between groups: {len(ridden)} (none is planted: those of the market are within groups), "
        f"{time.process_time() - began:.3f} CPU s; linking {linked:.1f} CPU s"
    )


def _row(title: str, found: Mapping[str, list[Stay]], true: Mapping[str, list[Stay]], names: set[str]) -> None:
    hits = sum(matched(found.get(name, []), true[name]) for name in names)
    made, there = sum(len(found.get(name, [])) for name in names), sum(len(true[name]) for name in names)
    precision, recall = hits / max(made, 1), hits / max(there, 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    print(f"{title[:33]:34}{precision:10.4f}{recall:8.4f}{f1:8.4f}{made:8,}")


def _tell_flags(
    groups: Sequence[Group], signals: Mapping[str, Signals], authors: Mapping[str, Author], author: Mapping[str, str]
) -> None:
    """Which kinds of routes the flags fall on: a tour or a home is one person, and should have none under one name."""
    flagged: dict[Oddity, Counter[str]] = {kind: Counter() for kind in Oddity}
    routes = Counter(authors[_main_author(group, author)].route for group in groups)
    acts: Counter[Act] = Counter()
    for group in groups:
        members = [signals[ad_id] for ad_id in group.ad_ids]
        acts.update(act.act for act in postings(members))
        route = authors[_main_author(group, author)].route
        for kind in {one.kind for one in conflicts(members, group.itinerary)}:
            flagged[kind][route] += 1
    print("acts: " + ", ".join(f"{acts[act]:,} {act.value}" for act in Act))
    for kind, counts in flagged.items():
        told = ", ".join(f"{counts[route]} of {count} {route}" for route, count in sorted(routes.items()))
        print(f"groups flagged {kind.value!r}, by the route of their main author: {told}")


def _signals(entries: Iterable[Entry]) -> Iterable[Signals]:
    made = list(entries)
    ads = [parse_ad(one.ad) for one in made]
    for entry, ad, reading in zip(made, ads, read_ads(ads), strict=True):
        before = entry.stay.get("before", {}).get("posted_at")
        first = datetime.fromisoformat(before) if before else ad.posted_at
        yield signals_of(replace(ad, posted_at=first), reading, renewed=(ad.posted_at,) if ad.posted_at else ())


def _main_author(group: Group, author: Mapping[str, str]) -> str:
    counts = Counter(author[ad_id] for ad_id in group.ad_ids)
    return min(counts, key=lambda name: (-counts[name], name))


def _stay(stop: Stop) -> Stay:
    return stop.place, _day(stop.first), _day(stop.last)


def _day(moment: datetime) -> int:
    return (moment - BEGIN) // timedelta(days=1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seeds", nargs="+", type=int, metavar="SEED")
    parser.add_argument("--ads", type=int, default=2_500)
    parser.add_argument("--days", type=int, default=14)
    given = parser.parse_args()
    for one in given.seeds:
        measure(one, given.ads, given.days)

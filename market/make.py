"""Making a market: `generate` yields ads with their truth, `make` writes them to a folder.

Authors are cast in blocks of about `BLOCK` ads; these are put in order of time and written, so memory stays bounded by
a block however many ads are asked for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import orjson

from market.casting import HUB_USERS, Casting
from market.grammar import bank
from market.numbers import PER_CODE, PER_UK_PREFIX, Exchange
from market.people import KINDS, Author, Hub, classes, triangular
from market.places import Atlas, atlas
from market.posts import Post, posts_of
from market.red_team.writing import RedWriting
from market.writing import REGION, Writing

BLOCK = 12_000
FIRST_DAY = date(2026, 3, 2)
ORIGIN = "http://127.0.0.1:8600"
ADS_PER_HUB = 60
ADS_PER_POPULAR = 2500
ADS_PER_MINOR = 1200
FIELDS = ("title", "body", "location", "contact", "name", "age", "price")
RECRUITS = 0.4  # of recruiters work for a controlled group


@dataclass(frozen=True, slots=True)
class Entry:
    """One ad (a line of ads.jsonl), what is true of it (truth.jsonl), and when it is to be seen (stays.jsonl)."""

    ad: dict[str, Any]
    truth: dict[str, Any]
    stay: dict[str, Any]


def generate(
    *,
    seed: int,
    ads: int,
    days: int = 14,
    hubs: float = 0.1,
    obfuscated: float = 0.3,
    prevalence: float = 0.03,
    red_team: bool = False,
    unseen: Path | None = None,
) -> Iterator[Entry]:
    """Exactly `ads` entries, the same for the same arguments.

    `hubs` is the share of ads that show a hub contact, `prevalence` the share of authors who are controlled groups.
    `obfuscated` is the share of authors who as a habit disguise their contacts; the others do so at times, the more
    often the higher it is. `red_team` writes contacts, prices and ages in spellings that are used nowhere else;
    `unseen` is a folder whose indicator sentences stand in for the market's own. Raises ValueError.
    """
    _check(ads=ads, days=days, hubs=hubs, obfuscated=obfuscated, prevalence=prevalence)
    if unseen is not None:
        for language in ("en", "es", "pt"):  # complain before anything is made
            bank(language, unseen)
    rng = Random(seed)
    exchange = Exchange(atlas(), rng)
    plan = Plan.of(ads, prevalence, atlas())
    casting = Casting(
        rng, days, obfuscated, _hubs(ads, hubs, exchange), exchange, max(1, min(16, ads // ADS_PER_POPULAR)), unseen
    )
    write = RedWriting if red_team else Writing
    dates = [(FIRST_DAY + timedelta(days=day)).isoformat() for day in range(days)]
    hub_rate = min(1.0, hubs / HUB_USERS)
    native = NativeIds(rng)
    for block in range(plan.blocks):
        authors, minors = plan.cast(block, casting, rng)
        posts: list[Post] = []
        for author in authors:
            posts.extend(posts_of(author, days, hub_rate, minors.get(author.id, 0), rng, write))
        posts.sort(key=lambda post: (post.day, post.minute))
        for post in posts:
            yield _entry(post, native, dates)


def make(
    directory: Path | str,
    *,
    seed: int,
    ads: int,
    days: int = 14,
    hubs: float = 0.1,
    obfuscated: float = 0.3,
    prevalence: float = 0.03,
    red_team: bool = False,
    unseen: Path | None = None,
) -> int:
    """Write ads.jsonl, truth.jsonl and stays.jsonl; returns how many ads. The files appear once they are whole."""
    entries = generate(
        seed=seed,
        ads=ads,
        days=days,
        hubs=hubs,
        obfuscated=obfuscated,
        prevalence=prevalence,
        red_team=red_team,
        unseen=unseen,
    )
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    drafts = [folder / f".{name}.partial" for name in ("ads.jsonl", "truth.jsonl", "stays.jsonl")]
    count = 0
    line = orjson.OPT_APPEND_NEWLINE
    with drafts[0].open("wb") as to_ads, drafts[1].open("wb") as to_truth, drafts[2].open("wb") as to_stays:
        for entry in entries:
            to_ads.write(orjson.dumps(entry.ad, option=line))
            to_truth.write(orjson.dumps(entry.truth, option=line))
            to_stays.write(orjson.dumps(entry.stay, option=line))
            count += 1
    for draft in drafts:
        draft.replace(folder / draft.name[1:].removesuffix(".partial"))
    return count


def _check(*, ads: int, days: int, **shares: float) -> None:
    if ads < 1 or days < 1:
        raise ValueError(f"a market needs at least one ad and one day; asked for {ads} ads in {days} days")
    for name, share in shares.items():
        if not 0 <= share <= 1:
            raise ValueError(f"{name} is a share from 0 to 1, not {share}")


def _hubs(ads: int, share: float, exchange: Exchange) -> tuple[Hub, ...]:
    if not share:
        return ()
    hubs = []
    for index in range(max(1, min(300, round(ads * share / ADS_PER_HUB)))):
        kind = ("hub_phone", "hub_phone", "hub_url", "hub_phone", "hub_email")[index % 5]
        number = exchange.shared() if kind == "hub_phone" else None
        text = {"hub_url": f"https://listings{index}.example", "hub_email": f"help{index}@listings.example"}.get(
            kind, ""
        )
        hubs.append(Hub(f"h{index}", kind, number, text))
    return tuple(hubs)


class NativeIds:
    """Ids in the style of each site; they tell neither order nor author."""

    def __init__(self, rng: Random) -> None:
        self._count = int(rng.random() * 10**6)

    def next(self, site: str) -> str:
        """A fresh id."""
        self._count += 1
        number = self._count * 7_368_787 % 10**8
        if site == "harbor":
            return f"{number:08d}"
        if site == "lantern":
            return f"k{number:x}"
        return f"m-{number // 1000}-{number % 1000:03d}"


@dataclass(frozen=True, slots=True)
class Plan:
    """How many authors of each class there are, in how many blocks."""

    ads: int
    counts: dict[str, int]
    authors: int
    blocks: int
    scale: float  # of the ads per author, above 1 where numbers run out

    @classmethod
    def of(cls, ads: int, prevalence: float, places: Atlas) -> "Plan":
        """From the classes' usual number of ads, and the numbers that there are."""
        given = classes()
        shares = {kind: given[kind].get("share", 0.0) for kind in KINDS}
        shares["controlled"] = prevalence
        shares["independent"] = max(0.0, 1 - sum(shares.values()))
        usual = sum(share * sum(given[kind]["ads"]) / 3 for kind, share in shares.items()) / sum(shares.values())
        numbers = sum(
            share * sum(given[kind]["lines"]) / 2 * (1 + given[kind]["changes"]) for kind, share in shares.items()
        )
        supply = 0.85 * (len(places.area_codes) * PER_CODE + len(places.uk) * PER_UK_PREFIX * 0.5)
        authors = max(1, min(round(ads / usual), ads, int(supply / numbers)))
        counts = {kind: round(share * authors) for kind, share in shares.items() if kind != "independent"}
        if prevalence:
            counts["controlled"] = max(1, counts["controlled"])
        while sum(counts.values()) > authors:
            counts[max(counts, key=lambda kind: (counts[kind], kind))] -= 1
        counts["independent"] = authors - sum(counts.values())
        return cls(ads, counts, authors, -(-ads // BLOCK), max(1.0, ads / (authors * usual)))

    def cast(self, block: int, casting: Casting, rng: Random) -> tuple[list[Author], dict[str, int]]:
        """The authors of a block in order of id, and how many bare-age ads some of them post."""
        kinds = self._kinds(block, rng)
        sizes = self._sizes(block, kinds, rng)
        begin = self._share(self.authors, block)
        made: dict[int, Author] = {}
        groups: list[Author] = []
        for place, kind in sorted(
            enumerate(kinds), key=lambda item: (item[1] == "recruiter", item[1] != "controlled", item[0])
        ):
            group = None
            if kind == "recruiter" and groups and rng.random() < RECRUITS:
                group = groups[int(rng.random() * len(groups))]
            made[place] = casting.author(f"a{begin + place:06d}", kind, sizes[place], group)
            if kind == "controlled":
                groups.append(made[place])
        minors: dict[str, int] = {}
        lawful = [one for one in made.values() if one.kind == "recruiter" and one.recruits is None]
        for turn in range(
            self._share(self.ads // ADS_PER_MINOR, block + 1) - self._share(self.ads // ADS_PER_MINOR, block)
        ):
            pool = lawful if turn % 4 == 3 and lawful else groups
            if pool:
                chosen = pool[int(rng.random() * len(pool))].id
                minors[chosen] = minors.get(chosen, 0) + 1
        return [made[place] for place in sorted(made)], minors

    def _share(self, whole: int, block: int) -> int:
        return whole * block // self.blocks

    def _kinds(self, block: int, rng: Random) -> list[str]:
        """Classes in order of id: controlled groups evenly spaced, the others shuffled."""
        counts = {
            kind: self._share(count, block + 1) - self._share(count, block) for kind, count in self.counts.items()
        }
        others = [kind for kind, count in counts.items() if kind != "controlled" for _ in range(count)]
        rng.shuffle(others)
        groups = counts["controlled"]
        size = len(others) + groups
        places = {min(size - 1, int((index + 0.2 + 0.6 * rng.random()) * size / groups)) for index in range(groups)}
        for place in range(size):
            if len(places) == groups:
                break
            places.add(place)
        rest = iter(others)
        return ["controlled" if place in places else next(rest) for place in range(size)]

    def _sizes(self, block: int, kinds: list[str], rng: Random) -> list[int]:
        """Ads per author, in sum exactly the block's part of all ads."""
        given = classes()
        wanted = self._share(self.ads, block + 1) - self._share(self.ads, block)
        sizes = [max(1, round(triangular(given[kind]["ads"], rng) * self.scale)) for kind in kinds]
        total = sum(sizes)
        while total != wanted:
            place = int(rng.random() * len(sizes))
            if total < wanted:
                sizes[place] += 1
                total += 1
            elif sizes[place] > 1:
                sizes[place] -= 1
                total -= 1
        return sizes


def _entry(post: Post, native: NativeIds, dates: list[str]) -> Entry:
    identity = native.next(post.site)
    ad_id = f"{post.site}:{identity}"
    clock = f"T{post.minute // 60:02d}:{post.minute % 60:02d}:00Z"
    ad: dict[str, Any] = {
        "ad_id": ad_id,
        "site": post.site,
        "url": f"{ORIGIN}/{post.site}/ad/{identity}",
        "posted_at": dates[post.day] + clock,
    }
    fields = post.fields
    for name in FIELDS:
        if name in fields:
            ad[name] = fields[name]
    ad["region"] = REGION[post.site]
    if post.images:
        ad["image_hashes"] = post.images
    stay: dict[str, Any] = {"ad_id": ad_id, "category": post.category, "from": post.first, "until": post.until}
    if post.changed is not None:
        stay["changed"] = post.changed
        stay["before"] = post.before or {"posted_at": dates[post.first] + clock}
    return Entry(ad, {"ad_id": ad_id, **post.truth}, stay)

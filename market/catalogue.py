"""What the sites of a market show on a given day."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

Ad = Mapping[str, Any]
SITES = ("harbor", "lantern", "meadow")
# The site without a manifest shows a part of everybody's ads.
THICKET_TAKES = 20


class MarketError(ValueError):
    """The folder holds no market."""


@dataclass(frozen=True, slots=True)
class Stay:
    """When an ad is there: from a day, until another (excluded), with an earlier state before `changed`."""

    category: str
    first: int
    until: int | None
    changed: int | None
    before: Mapping[str, str]

    def covers(self, day: int) -> bool:
        """Whether the ad is to be seen on that day."""
        return self.first <= day and (self.until is None or day < self.until)


@dataclass(frozen=True)
class View:
    """One site on one day: its ads, newest first."""

    site: str
    ads: tuple[Ad, ...]
    categories: Mapping[str, tuple[Ad, ...]]

    @cached_property
    def by_id(self) -> Mapping[str, Ad]:
        """Ads by native id."""
        return {native_id(ad): ad for ad in self.ads}

    @cached_property
    def odd(self) -> Mapping[str, str]:
        """Ads whose page is odd: broken HTML, a charset that does not exist, a wrong one in the page."""
        return dict(zip(sorted(self.by_id), ("broken", "unknown charset", "wrong charset"), strict=False))


class Catalogue:
    """All ads of a market with their stays."""

    def __init__(self, directory: Path | str) -> None:
        folder = Path(directory)
        ads = folder / "ads.jsonl"
        if not ads.is_file():
            raise MarketError(f"{folder}: no ads.jsonl; make a market first with `sidelight market make {folder}`")
        self._ads: dict[str, list[tuple[Ad, Stay]]] = {site: [] for site in SITES}
        self._views: dict[tuple[str, int | None], View] = {}
        for ad, stay in zip(_lines(ads), _lines(folder / "stays.jsonl"), strict=True):
            place = Stay(stay["category"], stay["from"], stay["until"], stay.get("changed"), stay.get("before", {}))
            self._ads[ad["site"]].append((ad, place))

    def view(self, site: str, day: int | None) -> View:
        """The site on `day`; None shows every ad in its last state, as ads.jsonl has it."""
        key = (site, day)
        if key not in self._views:
            self._views[key] = self._thicket(day) if site == "thicket" else self._seen(site, day)
        return self._views[key]

    def _seen(self, site: str, day: int | None) -> View:
        shown: list[tuple[Ad, str]] = []
        for ad, stay in self._ads[site]:
            if day is None:
                shown.append((ad, stay.category))
            elif stay.covers(day):
                early = stay.changed is not None and day < stay.changed
                state = {name: text for name, text in {**ad, **stay.before}.items() if text != ""} if early else ad
                shown.append((state, stay.category))
        shown.sort(key=lambda item: (item[0]["posted_at"], item[0]["ad_id"]), reverse=True)
        categories: dict[str, list[Ad]] = {}
        for ad, category in shown:
            categories.setdefault(category, []).append(ad)
        return View(site, tuple(ad for ad, _ in shown), {name: tuple(categories[name]) for name in sorted(categories)})

    def _thicket(self, day: int | None) -> View:
        everything = [ad for site in SITES for ad in self.view(site, day).ads]
        return View("thicket", tuple(everything[::THICKET_TAKES]), {})


def native_id(ad: Ad) -> str:
    """The site's own id."""
    return str(ad["ad_id"]).partition(":")[2]


def _lines(path: Path) -> Iterator[Any]:
    with path.open("rb") as lines:
        for line in lines:
            yield orjson.loads(line)

"""An author's ads over the days: who is shown where and when, and what becomes of each ad."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from market.people import Author, Person
from market.prose import Draft
from market.routes import Leg
from market.writing import Writing

REPOSTED = 0.15
TAKEN_DOWN = 0.35
CHANGED = 0.08


@dataclass(slots=True)
class Post:
    """One ad: when it appears and goes, its fields, its truth, and an earlier state if it changed."""

    first: int  # the day on which it appears
    day: int  # of its date, later than `first` where it was bumped
    minute: int
    site: str
    category: str  # the town, as its site sorts it
    fields: dict[str, str]
    images: list[str]
    truth: dict[str, Any]
    until: int | None = None  # the first day on which it is gone
    changed: int | None = None  # the day on which it took its final form
    before: dict[str, str] = field(default_factory=dict)  # fields until then


def posts_of(
    author: Author, days: int, hub_rate: float, minors: int, rng: Random, write: type[Writing] = Writing
) -> Iterator[Post]:
    """All ads of an author in order of time; the first `minors` hold nothing but neutral text and a bare age."""
    random = rng.random
    span = author.last - author.first + 1
    last: tuple[Person, Leg, Draft, str] | None = None
    for index, day in enumerate(sorted(author.first + int(random() * span) for _ in range(author.ads))):
        if last is not None and random() < REPOSTED and last[1].first <= day <= last[1].last:
            person, leg, draft, site = last  # posted again under a new native id
        else:
            person, leg = _present(author, index, day, rng)
            drafts = author.templates[int(random() * len(author.templates))].drafts
            draft = drafts[0 if random() < 0.6 else int(random() * len(drafts))]
            site = author.sites[int(random() * len(author.sites))]
        last = (person, leg, draft, site)
        writing = write(author, person, leg.place, draft, site, day, index, rng)
        neutral = index < minors
        fields = writing.neutral() if neutral else writing.ordinary(hub_rate)
        template = f"{author.id}-neutral" if neutral else draft.template
        truth = writing.truth(template)
        post = Post(day, day, int(random() * 1440), site, leg.place.slug, fields, _images(author, rng), truth)
        if random() < TAKEN_DOWN:
            post.until = day + 1 + int(random() * 6)
        end = min(days, post.until or days)
        if random() < CHANGED and day + 1 < end and not neutral:
            _change(post, end, rng)
        yield post


def _present(author: Author, index: int, day: int, rng: Random) -> tuple[Person, Leg]:
    """The person shown, and a stay of hers that covers the day."""
    person = author.persons[(index + int(rng.random() * 2)) % len(author.persons)]
    legs = [leg for leg in person.legs if leg.first <= day <= leg.last] or [person.legs[-1]]
    return person, legs[int(rng.random() * len(legs))]


def _images(author: Author, rng: Random) -> list[str]:
    if author.images and rng.random() < 0.5:
        return [author.images[int(rng.random() * len(author.images))]]
    return []


def _change(post: Post, end: int, rng: Random) -> None:
    """Give the ad an earlier state: no price yet, another title, or an older date (a bump)."""
    post.changed = post.first + 1 + int(rng.random() * (end - post.first - 1))
    kind = int(rng.random() * 3)
    if kind == 0 and "price" in post.fields:
        post.before = {"price": ""}
    elif kind == 1:
        post.before = {"title": post.fields["location"]}
    else:
        post.day = post.changed

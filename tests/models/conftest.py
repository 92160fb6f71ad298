"""Linked groups for the models' tests, made of a few facts per ad; and a small market where reading is part of the test."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from crawlers.records import Ad
from linker.records import Group, Link, Reason, Template
from models import cards, retraining
from models.cases import Cases, cases
from models.labels import Label, Source, Tier, Value
from models.views import GroupView
from nlp.pipeline import version
from nlp.records import Kind, Mention, Reading

START = datetime(2026, 5, 1, 12, tzinfo=UTC)
# Three towns far apart, as (GeoNames id, name, latitude, longitude).
CHICAGO = ("4887398", "Chicago", 41.85, -87.65)
DALLAS = ("4684888", "Dallas", 32.78, -96.81)
DENVER = ("5419384", "Denver", 39.74, -104.98)
BOSTON = ("4930956", "Boston", 42.36, -71.06)
Town = tuple[str, str, float, float]


@dataclass(frozen=True)
class Facts:
    """What one ad of a test says. `hours` after START it is posted."""

    hours: float = 0
    place: Town | None = CHICAGO
    phone: str = "+12125550101"
    name: str = ""
    age: str = ""
    price: tuple[float, int] | None = None
    says: tuple[str, ...] = ()  # indicators
    language: str = "en"
    masked: str = "a quiet hour with tea and soft music in a bright room by the river"
    denies: tuple[str, ...] = ()
    entries: tuple[str, ...] = field(default=())


GroupOf = Callable[..., GroupView]


def make_view(
    facts: Iterable[Facts], *, links: tuple[Link, ...] = (), templates: bool = False, name: str = "g1"
) -> GroupView:
    """A group of these ads, `a0` first."""
    ads: dict[str, Ad] = {}
    readings: dict[str, Reading] = {}
    for number, one in enumerate(facts):
        ad_id = f"{name}:a{number}"
        ads[ad_id] = Ad(ad_id, "harbor", "", START + timedelta(hours=one.hours), body=one.masked)
        readings[ad_id] = Reading(ad_id, one.language, one.masked, tuple(_mentions(one)), "test")
    ids = tuple(sorted(ads))
    times = [ad.posted_at for ad in ads.values() if ad.posted_at]
    copies = (Template(ids),) if templates else ()
    group = Group(name, ids, links, (), (), copies, min(times, default=START), max(times, default=START))
    return GroupView(group, ads, readings)


def _mentions(one: Facts) -> Iterable[Mention]:
    def mention(kind: Kind, value: str, **detail: object) -> Mention:
        return Mention(kind, value, value, "body", 0, len(value), "test", detail=detail)

    if one.phone:
        yield mention(Kind.PHONE, one.phone)
    if one.place:
        place, name, lat, lon = one.place
        yield Mention(
            Kind.PLACE, place, name, "location", 0, len(name), "test", detail={"name": name, "lat": lat, "lon": lon}
        )
    if one.name:
        yield mention(Kind.NAME, one.name)
    if one.age:
        yield mention(Kind.AGE, one.age)
    if one.price:
        amount, minutes = one.price
        yield mention(Kind.PRICE, f"USD {amount:g} / {minutes} min", amount=amount, currency="USD", minutes=minutes)
    for number, says in enumerate(one.says):
        yield mention(Kind.INDICATOR, says, entry=one.entries[number] if one.entries else f"{says}/one", negated=False)
    for says in one.denies:
        yield mention(Kind.INDICATOR, says, negated=True)


def recruits(view: GroupView) -> tuple[Link, ...]:
    """A recruitment link between the first two ads of a group."""
    left, right = view.group.ad_ids[:2]
    detail = {"by": "phone", "contact": "+12125550101"}
    return (Link(left, right, Reason.RECRUITMENT, "phone:+12125550101", 0.9, detail),)


@pytest.fixture
def lead() -> GroupView:
    """Three names on one route with one phone, and words of control: structure and a second family."""
    towns = (CHICAGO, DALLAS, DENVER)
    facts = [
        Facts(hours=48 * (step + person), place=town, name=name, says=("third_party_control",))
        for person, name in enumerate(("Ana", "Bea", "Cleo"))
        for step, town in enumerate(towns)
    ]
    return make_view(facts)


@pytest.fixture
def alone() -> GroupView:
    """One person with one phone in one town."""
    return make_view([Facts(hours=100 * number, name="Ana", age="31") for number in range(3)])


WORDS = [
    f"{first}{second}" for first in ("river", "tea", "garden", "music", "book", "lamp") for second in "abcdefghijklmnop"
]


def labelled(count: int = 150, *, source: Source = Source.DECISION) -> tuple[list[GroupView], list[Label]]:
    """Groups a day apart with a label each; every third is a lead by structure and words, and labelled as indicated."""
    random = Random(7)
    views, labels = [], []
    for number in range(count):
        indicated = number % 3 == 0
        text = " ".join(random.choices(WORDS, k=40))
        signs = ("third_party_control", "contact_obfuscation") if indicated else ("independence_claim",)
        facts = [
            Facts(
                hours=24 * number + 3 * step,
                place=(CHICAGO, DALLAS, DENVER)[step % 3] if indicated else CHICAGO,
                phone=f"+1{(212, 312)[number // 100 % 2]}555{100 + number % 100:04}",
                name=f"Name{step}" if indicated else "Ana",
                says=signs,
                masked=text,
            )
            for step in range(6 if indicated else 2)
        ]
        view = make_view(facts, name=f"g{number:04}")
        value = Value.INDICATED if indicated else Value.NOT
        views.append(view)
        labels.append(Label(view.group.group_id, view.group.ad_ids, value, Tier.OPINION, "ana", START, source))
    return views, labels


@pytest.fixture(scope="session")
def corpus() -> Cases:
    """Labelled groups as rows to learn from."""
    return cases(*labelled())


@pytest.fixture(scope="session")
def trained(corpus: Cases, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trained, evaluated and carded model; copy it to change it."""
    folder = tmp_path_factory.mktemp("trained") / "challenger"
    retraining.train(corpus, folder, pipeline=version())
    retraining.evaluate(corpus, folder)
    cards.write(folder)
    return folder

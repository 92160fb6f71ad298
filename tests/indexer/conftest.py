"""A small world in the store, made by hand through the rooms' own functions, and both engines over it."""

import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from crawlers.records import Ad
from crawlers.stored import record_gone, record_sighting
from indexer import stage
from linker.tables import group_members, groups, link_keys, link_signals, links
from models.records import Band, Lane, Priority, Route
from models.stored import save_priorities
from nlp.records import Kind, Mention, Reading
from nlp.stored import save_readings
from store import outbox
from store.database import upsert
from store.settings import Settings
from store.workspace import Workspace, open_workspace


@pytest.fixture(scope="session")
def elastic_settings(new_elastic_settings: Callable[[], Settings]) -> Settings:
    """Settings of the one workspace on Elasticsearch these tests share."""
    return new_elastic_settings()


@pytest.fixture(params=["embedded", pytest.param("elastic", marks=pytest.mark.slow)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workspace]:
    """An empty workspace, once on each engine."""
    if request.param == "embedded":
        settings = Settings()
    else:
        base: Settings = request.getfixturevalue("elastic_settings")
        settings = base.model_copy(update={"search_prefix": f"{base.search_prefix}-{secrets.token_hex(3)}"})
    workspace = open_workspace(tmp_path / "workspace", settings)
    yield workspace
    workspace.close()


# A world of 300 ads: words, places, contacts and groups drawn from one seeded generator.
WORDS = ("evening", "quiet", "garden", "river", "corner", "bright", "station", "market", "window", "morning", "coffee")
NAMES = ("Anna", "Bea", "Carla", "Dora", "Eva")
TOWNS = (
    ("4671654", "Austin", "US", 30.26715, -97.74306),
    ("4684888", "Dallas", "US", 32.78306, -96.80667),
    ("4699066", "Houston", "US", 29.76328, -95.36327),
    ("4726206", "San Antonio", "US", 29.42412, -98.49363),
)
INDICATORS = ("movement_language", "third_person_plural", "contact_obfuscation", "client_screening")
SITES = ("harbor", "lantern", "meadow")
START = datetime(2026, 5, 1, 12, tzinfo=UTC)
ADS = 300


def make_ad(number: int) -> tuple[Ad, Reading]:
    """Ad `number` of the world and what is read from it; the same each time."""
    draw = Random(number)
    phone = f"(202) 555-{100 + number % 60:04}"
    name, age, rate = draw.choice(NAMES), draw.randint(18, 45), draw.choice((60, 80, 100, 120, 200))
    town = TOWNS[number % len(TOWNS)]
    email = f"contact{number % 40}@example.com"
    said = " ".join(draw.choice(WORDS) for _ in range(draw.randint(4, 30)))
    reach = f"Call {phone}" if number % 3 else f"Write {email}"
    body = f"{said}. {reach}. {age} years. {rate} an hour. {'Crème brûlée' if number % 4 else 'Custard'} {number}"
    title = f"{name} in {town[1]}, {draw.choice(WORDS)} {draw.choice(WORDS)}"
    ad = Ad(
        ad_id=f"{SITES[number % 3]}:{number:04}",
        site=SITES[number % 3],
        url=f"http://127.0.0.1/{number}",
        posted_at=START + timedelta(hours=5 * number) if number % 10 else None,
        title=title,
        body=body,
        location=f"{town[1]}, TX",
        name=name,
        image_hashes=("00ff",) if number % 7 == 0 else (),
    )
    mentions = [
        _mention(ad, Kind.NAME, name.lower(), "name", name),
        _mention(ad, Kind.AGE, str(age), "body", f"{age}"),
        _mention(
            ad, Kind.PRICE, f"USD {rate} / 60 min", "body", f"{rate} an hour", amount=rate, currency="USD", minutes=60
        ),
        _mention(ad, Kind.PLACE, town[0], "location", town[1], name=town[1], country=town[2], lat=town[3], lon=town[4]),
    ]
    if number % 3:
        value = f"+1202555{100 + number % 60:04}"
        mentions.append(_mention(ad, Kind.PHONE, value, "body", phone))
    else:
        mentions.append(_mention(ad, Kind.EMAIL, email, "body", email))
    if number % 5 == 0:
        found = INDICATORS[number // 5 % len(INDICATORS)]
        mentions.append(
            _mention(ad, Kind.INDICATOR, found, "body", body.split(maxsplit=1)[0], negated=number % 50 == 0)
        )
    return ad, Reading(ad.ad_id, "en", "", tuple(mentions), "1")


def _mention(ad: Ad, kind: Kind, value: str, field: str, surface: str, **detail: Any) -> Mention:
    start = getattr(ad, field).index(surface)
    return Mention(kind, value, surface, field, start, start + len(surface), "hand", detail=detail)


def put_ads(workspace: Workspace, numbers: Iterable[int], *, note: str = "") -> None:
    """Store these ads of the world with their readings, and put them in the outbox."""
    with workspace.begin() as connection:
        made = [make_ad(number) for number in numbers]
        for ad, _ in made[::3]:  # known since the year before
            record_sighting(connection, ad, seen_at=START - timedelta(days=200), run_id="before")
        for ad, _ in made:
            changed = replace(ad, body=f"{ad.body} {note}".strip())
            record_sighting(connection, changed, seen_at=START + timedelta(days=80), run_id=f"run{note}")
        save_readings(connection, [reading for _, reading in made])
        outbox.put(connection, outbox.AD, [ad.ad_id for ad, _ in made])


def put_groups(workspace: Workspace, numbers: Iterable[int]) -> None:
    """Link ads whose numbers agree modulo 60, give each group its priority, and put groups and members in the outbox."""
    by_group: dict[str, list[str]] = defaultdict(list)
    for number in numbers:
        by_group[f"g{number % 60:02}"].append(make_ad(number)[0].ad_id)
    with workspace.begin() as connection:
        for group_id, ad_ids in sorted(by_group.items()):
            value = int(group_id[1:]) / 60
            common = {"itinerary": [], "templates": [], "first_seen": START, "last_seen": START + timedelta(days=80)}
            upsert(connection, groups, [{"group_id": group_id, "ads": len(ad_ids), **common}])
            upsert(connection, group_members, [{"ad_id": one, "group_id": group_id} for one in ad_ids])
            pairs = zip(sorted(ad_ids), sorted(ad_ids)[1:], strict=False)
            reason = "phone" if int(group_id[1:]) % 3 else "email"
            upsert(
                connection,
                links,
                [
                    {"left": a, "right": b, "reason": reason, "key": f"{group_id} {place}", "weight": 0.9, "detail": {}}
                    for place, (a, b) in enumerate(pairs)
                ],
            )
            lane = Lane.FIRST if group_id == "g07" else Lane.RANKED
            band = Band.FIRST if value > 0.8 else Band.REVIEW if value > 0.4 else Band.NONE
            route = Route.SPAM if group_id.endswith("9") else Route.REVIEW
            save_priorities(connection, [Priority(group_id, value, band, route, lane, (), None, "hand 1")])
        # Every 25th ad repeats a text.
        alike = [make_ad(number)[0].ad_id for number in numbers if number % 25 == 3]
        upsert(connection, link_keys, [{"ad_id": one, "reason": "text", "key": "c1"} for one in alike])
        facts = {"site": "harbor", "names": [], "ages": [], "places": [], "recruits": False, "at": None, "bumps": []}
        signal = {"seen_first": START, "seen_last": START, "facts": facts, "wording": ""}
        upsert(connection, link_signals, [{"ad_id": one, **signal} for one in alike])
        outbox.put(connection, outbox.GROUP, by_group)
        outbox.put(connection, outbox.AD, [one for ad_ids in by_group.values() for one in ad_ids])


@pytest.fixture(scope="session")
def embedded_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """The whole world, indexed in the workspace."""
    yield from _world(tmp_path_factory, Settings())


@pytest.fixture(scope="session")
def elastic_world(tmp_path_factory: pytest.TempPathFactory, elastic_settings: Settings) -> Iterator[Workspace]:
    """The whole world, indexed in Elasticsearch."""
    yield from _world(tmp_path_factory, elastic_settings)


@pytest.fixture(scope="session", params=["embedded", pytest.param("elastic", marks=pytest.mark.slow)])
def world(request: pytest.FixtureRequest) -> Workspace:
    """The whole world, once on each engine; nothing may write to it."""
    found: Workspace = request.getfixturevalue(f"{request.param}_world")
    return found


def _world(factory: pytest.TempPathFactory, settings: Settings) -> Iterator[Workspace]:
    workspace = open_workspace(factory.mktemp("world") / "workspace", settings)
    put_ads(workspace, range(ADS))
    put_groups(workspace, range(ADS))
    with workspace.begin() as connection:
        for number in range(0, ADS, 11):
            ad_id = make_ad(number)[0].ad_id
            record_gone(connection, ad_id, seen_at=START + timedelta(days=81), run_id="gone", capture_id=None)
    stage.run(workspace)
    yield workspace
    workspace.close()


@pytest.fixture
def put() -> Callable[..., None]:
    """`put(workspace, numbers, note=...)` stores ads of the world."""
    return put_ads


@pytest.fixture
def group() -> Callable[..., None]:
    """`group(workspace, numbers)` links them."""
    return put_groups


@pytest.fixture(scope="session")
def make_world() -> Callable[[Workspace, int], None]:
    """`make_world(workspace, ads)` stores and links the first ads of the world."""

    def make(workspace: Workspace, count: int) -> None:
        put_ads(workspace, range(count))
        put_groups(workspace, range(count))

    return make

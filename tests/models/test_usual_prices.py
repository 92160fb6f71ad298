"""What is usual for a price somewhere is kept up to date by what changed, and is what all readings together say."""

from random import Random

from sqlalchemy import delete, select

from models.prices import ENOUGH, local_prices
from models.tables import asked_prices
from models.usual import UsualPrices, refresh
from nlp.records import Kind, Mention, Reading
from nlp.stored import save_readings
from nlp.tables import readings
from store import pending
from store.workspace import Workspace
from tests.models.test_score_stage import ads, collect

TOWNS = ("4887398", "2654675")
UNITS = (("USD", 30), ("USD", 60), ("", 60))


def reading(ad_id: str, random: Random) -> Reading:
    currency, minutes = random.choice(UNITS)
    detail = {"amount": float(random.randint(80, 300)), "minutes": minutes, "currency": currency}
    place = Mention(Kind.PLACE, random.choice(TOWNS), "town", "location", 0, 4, "places")
    price = Mention(Kind.PRICE, "a price", "a price", "body", 0, 7, "prices", detail=detail)
    return Reading(ad_id, "en", "", (place, price), "1")


def usual(workspace: Workspace) -> dict[tuple[str, tuple[str, int]], float | None]:
    with workspace.read() as connection:
        kept = UsualPrices(connection, {})
        return {(place, unit): kept.median(place, unit) for place in TOWNS for unit in UNITS}


def test_medians_of_the_store_are_those_of_all_readings_also_after_a_change(workspace: Workspace) -> None:
    random = Random(5)
    collect(workspace, ads(7 * ENOUGH))
    made = {f"s:{one}": reading(f"s:{one}", random) for one in range(7 * ENOUGH)}
    for changed in (list(made), [f"s:{one}" for one in range(0, 60, 2)]):
        made |= {ad_id: reading(ad_id, random) for ad_id in changed}
        with workspace.begin() as connection:
            save_readings(connection, [made[ad_id] for ad_id in changed])
        refresh(workspace)
        whole = local_prices(made.values())
        found = usual(workspace)
        assert found == {key: whole.median(*key) for key in found}
        assert any(found.values())


def test_what_a_deleted_ad_asked_is_gone(workspace: Workspace) -> None:
    collect(workspace, ads(2))
    with workspace.begin() as connection:
        save_readings(connection, [reading(f"s:{one}", Random(one)) for one in range(2)])
    refresh(workspace)
    with workspace.begin() as connection:
        connection.execute(delete(readings).where(readings.c.ad_id == "s:0"))
        pending.announce(connection, "readings", ["s:0"])
    refresh(workspace)
    with workspace.read() as connection:
        assert connection.execute(select(asked_prices.c.ad_id)).scalars().all() == ["s:1"]

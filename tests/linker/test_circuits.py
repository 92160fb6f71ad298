"""Circuits: the same towns in the same order by two groups or more within a bounded time."""

from collections.abc import Callable, Iterable
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from linker import stage
from linker.circuits import LAG, LEG, TOWNS, circuits, routes
from linker.itinerary import itinerary
from linker.records import Stop
from linker.ride_rows import circuits_of
from linker.stored import group_ids_of
from store.workspace import Workspace
from tests.linker.conftest import PLACES, START, Posted, posted


def _way(towns: str, *, begin: float = 0, stay: float = 2, leg: float = 3) -> tuple[Stop, ...]:
    """One stay after another; `leg` days from the last ad in a town to the first in the next."""
    stops = []
    day = begin
    for number, town in enumerate(towns):
        known = PLACES[town]
        first = START + timedelta(days=day)
        stops.append(
            Stop(town, str(known["name"]), float(known["lat"]), float(known["lon"]), first,
                 first + timedelta(days=stay), 2, (f"{begin}-{number}",))
        )  # fmt: skip
        day += stay + leg
    return tuple(stops)


def _told(ways: dict[str, tuple[Stop, ...]]) -> list[tuple[str, list[str]]]:
    return [("".join(one.towns), [rider.group_id for rider in one.riders]) for one in circuits(ways)]


def test_three_towns_in_the_same_order_by_two_groups_are_a_circuit_with_the_stays_of_each() -> None:
    ways = {"g1": _way("4123"), "g2": _way("1235", begin=20), "g3": _way("321"), "g4": _way("12")}
    (one,) = circuits(ways)
    assert one.names == ("Springfield", "Riverside", "Salem")
    assert [(rider.group_id, rider.stops) for rider in one.riders] == [("g1", ways["g1"][1:]), ("g2", ways["g2"][:3])]
    assert one.sentence() == (
        "Springfield → Riverside → Salem, by 2 groups: g1 2026-03-06 to 2026-03-18; g2 2026-03-21 to 2026-04-02"
    )


def test_the_longest_run_is_told_and_not_each_of_its_parts() -> None:
    assert _told({"g1": _way("123456"), "g2": _way("123456", begin=5)}) == [("123456", ["g1", "g2"])]


def test_groups_that_ride_a_part_are_told_with_that_part() -> None:
    ways = {"g1": _way("12345"), "g2": _way("12345", begin=5), "g3": _way("234", begin=9)}
    assert _told(ways) == [("12345", ["g1", "g2"]), ("234", ["g1", "g3", "g2"])]


def test_rides_too_long_after_one_another_are_none() -> None:
    late = (LAG + timedelta(days=1)).days
    assert _told({"g1": _way("123"), "g2": _way("123", begin=late)}) == []
    assert _told({"g1": _way("123"), "g2": _way("123", begin=late - 1)}) != []


def test_a_long_gap_and_stays_at_once_break_a_route_and_a_suburb_does_not() -> None:
    assert routes(_way("123", leg=LEG.days + 1)) == []
    assert routes(_way("123", stay=9, leg=-8)) == []
    near = Stop("9", "Next", 39.9, -89.5, START + timedelta(days=1), START + timedelta(days=1), 1)
    assert [[stop.place for stop in route] for route in routes([*_way("123"), near])] == [["1", "2", "3"]]


@given(st.lists(st.tuples(st.text("1234", max_size=7), st.integers(0, 90)), max_size=6))
def test_the_index_finds_what_comparing_every_pair_finds(given_ways: list[tuple[str, int]]) -> None:
    ways = {f"g{number}": _way(towns, begin=begin) for number, (towns, begin) in enumerate(given_ways)}
    plain: dict[tuple[str, ...], set[str]] = {}
    names = sorted(ways)
    for one in names:
        for other in names[names.index(one) + 1 :]:
            for mine in _windows(ways[one]):
                for theirs in _windows(ways[other]):
                    same = [stop.place for stop in mine] == [stop.place for stop in theirs]
                    if same and abs(mine[0].first - theirs[0].first) <= LAG:
                        plain.setdefault(tuple(stop.place for stop in mine), set()).update((one, other))
    found = {}
    for one in circuits(ways):
        found[one.towns] = {rider.group_id for rider in one.riders}
    # Every circuit that is told is one; every one there is, is told or is part of a longer one that is told.
    for towns, riders in found.items():
        assert riders <= plain[towns]
    for towns, riders in plain.items():
        for rider in riders:
            assert any(rider in told and _part(towns, longer) for longer, told in found.items())


def _windows(stops: tuple[Stop, ...]) -> list[list[Stop]]:
    return [
        route[start:end]
        for route in routes(stops)
        for start in range(len(route))
        for end in range(start + TOWNS, len(route) + 1)
    ]


def _part(towns: tuple[str, ...], longer: tuple[str, ...]) -> bool:
    return any(longer[start : start + len(towns)] == towns for start in range(len(longer)))


def test_the_workspace_finds_the_circuits_of_a_group_and_forgets_those_of_groups_that_are_gone(
    workspace: Workspace, put: Callable[[Iterable[Posted]], None]
) -> None:
    def tour(name: str, phone: str, begin: int) -> list[Posted]:
        return [posted(f"{name}{n}", day=begin + 4 * n, phone=phone, place=place) for n, place in enumerate("123")]

    put([*tour("a", "+13125550101", 0), *tour("b", "+13125550102", 6)])
    stage.run(workspace)
    with workspace.read() as connection:
        owner = group_ids_of(connection, ["harbor:a0", "harbor:b0"])
        (one,) = circuits_of(connection, owner["harbor:b0"])
        assert [rider.group_id for rider in one.riders] == [owner["harbor:a0"], owner["harbor:b0"]]
        assert [stop.ad_ids for stop in one.riders[0].stops] == [("harbor:a0",), ("harbor:a1",), ("harbor:a2",)]
    put([posted("b9", day=-3, phone="+13125550102", place="1"), posted("b8", day=-2, phone="+13125550102", place="4")])
    put([posted("c", day=1, phone=["+13125550102", "+13125550101"], place="5")])
    stage.run(workspace)
    with workspace.read() as connection:
        (merged,) = set(group_ids_of(connection, ["harbor:a0", "harbor:b0"]).values())
        assert circuits_of(connection, merged) == []


def test_the_stays_of_an_itinerary_make_routes() -> None:
    ads = [posted(str(day), day=day, place=place).signals for day, place in ((0, "1"), (4, "2"), (8, "3"))]
    assert [[stop.name for stop in route] for route in routes(itinerary(ads))] == [
        ["Springfield", "Riverside", "Salem"]
    ]

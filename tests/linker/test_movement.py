"""Where a group was: stays, what is a repost or a bump, and what one traveller could not have done."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.stored import record_sighting, renewals
from linker import stage
from linker.distance import kilometres, least_hours, most_hours
from linker.itinerary import itinerary
from linker.linking import link
from linker.movement import Oddity, at_once, conflicts
from linker.reposts import Act, postings
from linker.stored import group_ids_of, load_groups
from store.workspace import Workspace
from tests.linker.conftest import PLACES, START, Posted, posted

PHONE = "+13125550101"
TEXT = "quiet house near the park open from noon until late every day with parking behind the house and a warm welcome"
MINUTE = 1 / 24 / 60  # of a day; a date with minutes is no bare date


def _bumped(one: Posted, *days: float) -> Posted:
    return replace(one, renewed=tuple(START + timedelta(days=day) for day in days))


def _signals(*items: Posted) -> list:
    """As linking sees them: with their near-copy cluster."""
    from linker.linking import with_clusters

    return list(with_clusters({one.ad.ad_id: one.signals for one in items}).values())


def _told(items: Iterable[Posted]) -> list[tuple[str, int, int]]:
    return [(stop.name, stop.first.day, stop.last.day) for stop in itinerary(_signals(*items))]


def test_ads_in_the_same_place_are_one_stay_and_coming_back_later_is_another() -> None:
    days = {0: "1", 1: "1", 5: "2", 6: "2", 10: "1"}
    stops = itinerary([posted(str(day), day=day, place=place).signals for day, place in days.items()])
    assert [(stop.name, stop.first.day, stop.last.day, stop.ads) for stop in stops] == [
        ("Springfield", 1, 2, 2),
        ("Riverside", 6, 7, 2),
        ("Springfield", 11, 11, 1),
    ]
    assert stops[0].ad_ids == ("harbor:0", "harbor:1")


def test_two_places_at_the_same_time_are_two_stays_and_not_a_stay_for_each_ad() -> None:
    days = [(day, "12"[day % 2]) for day in range(10)]
    assert _told(posted(str(day), day=day, place=place) for day, place in days) == [
        ("Springfield", 1, 9),
        ("Riverside", 2, 10),
    ]


def test_stays_under_different_names_go_on_beside_each_other() -> None:
    def told(other: str) -> list[tuple[str, int, int]]:
        days = ((0, "1", "ana"), (4, "2", other), (8, "1", "ana"), (12, "2", other))
        return _told(posted(str(day), day=day, place=place, name=name) for day, place, name in days)

    assert told("bea") == [("Springfield", 1, 9), ("Riverside", 5, 13)]
    assert len(told("ana")) == 4


def test_a_month_without_an_ad_ends_a_stay() -> None:
    assert _told(posted(str(day), day=day, place="1") for day in (0, 10, 60)) == [
        ("Springfield", 1, 11),
        ("Springfield", 30, 30),
    ]


def test_the_place_of_an_ad_is_that_of_its_location_field_whatever_towns_its_text_names() -> None:
    one = posted("a", place=["2", "1"])
    there, other = one.reading.mentions
    reading = replace(one.reading, mentions=(there, replace(other, field="location")))
    assert [stop.name for stop in itinerary([Posted(one.ad, reading).signals])] == ["Springfield"]
    assert len(one.signals.places) == 2


def test_the_same_text_and_contact_under_a_new_id_on_the_same_site_is_a_repost() -> None:
    again = {"phone": PHONE, "name": "ana", "place": "1", "text": TEXT}
    ads = [
        posted("a", **again),
        posted("b", day=2, **again),
        posted("elsewhere", day=3, site="meadow", **again),
        posted("moved", day=4, **{**again, "place": "2"}),
        posted("other", day=4, **{**again, "name": "bea"}),
        posted("late", day=20, **again),
    ]
    acts = {act.ad_id.split(":")[1]: act.act for act in postings(_signals(*ads))}
    assert acts == {
        "a": Act.NEW, "b": Act.REPOST, "elsewhere": Act.NEW, "moved": Act.NEW, "other": Act.NEW, "late": Act.NEW,
    }  # fmt: skip


def test_a_short_text_is_a_repost_where_contact_and_name_are_the_same() -> None:
    ads = [
        posted(str(day), day=day, phone=PHONE, name=name, place="1") for day, name in enumerate(["ana", "ana", "bea"])
    ]
    assert [act.act for act in postings(_signals(*ads))] == [Act.NEW, Act.REPOST, Act.NEW]


def test_a_chain_of_reposts_goes_on_as_long_as_each_follows_soon() -> None:
    ads = [posted(str(day), day=day, phone=PHONE, place="1", text=TEXT) for day in (0, 6, 12, 30)]
    assert [act.act for act in postings(_signals(*ads))] == [Act.NEW, Act.REPOST, Act.REPOST, Act.NEW]


def test_bumps_prolong_a_stay_until_another_begins_and_never_break_one() -> None:
    ads = [
        _bumped(posted("a", place="1"), 3, 6, 12),
        posted("b", day=5, place="2"),
        posted("c", day=9, place="2", text="another"),
    ]
    first, second = itinerary(_signals(*ads))
    assert (first.name, first.first.day, first.last.day, first.ads, first.bumps) == ("Springfield", 1, 4, 1, 3)
    assert (second.name, second.first.day, second.last.day, second.bumps) == ("Riverside", 6, 10, 0)


def test_reposts_left_running_behind_a_traveller_are_counted_and_move_nothing() -> None:
    left = {"phone": PHONE, "name": "ana", "text": TEXT, "place": "1"}
    ads = [
        posted("a", **left),
        posted("b", day=5, place="2"),
        posted("c", day=6, **left),
        posted("d", day=8, place="2"),
    ]
    stops = itinerary(_signals(*ads))
    assert [(stop.name, stop.last.day, stop.ads, stop.reposts) for stop in stops] == [
        ("Springfield", 1, 2, 1),
        ("Riverside", 9, 2, 0),
    ]


@given(st.lists(st.tuples(st.integers(0, 60), st.sampled_from("123")), max_size=25), st.randoms())
def test_stays_hold_every_ad_once_and_do_not_depend_on_the_order_of_arrival(
    days: list[tuple[int, str]], rng: object
) -> None:
    ads = [posted(str(number), day=day, place=place).signals for number, (day, place) in enumerate(days)]
    stops = itinerary(ads)
    assert sorted(ad_id for stop in stops for ad_id in stop.ad_ids) == sorted(ad.ad_id for ad in ads)
    assert all(stop.first <= stop.last for stop in stops)
    for one in ads:
        (stop,) = [stop for stop in stops if one.ad_id in stop.ad_ids]
        assert stop.place == one.at
        assert stop.first <= one.first <= stop.last
    rng.shuffle(ads)  # type: ignore[attr-defined]
    assert itinerary(ads) == stops


def test_a_date_renewed_by_the_site_is_a_bump_of_the_stored_ad(
    workspace: Workspace, put: Callable[[Iterable[Posted]], None]
) -> None:
    one = posted("a", day=0, place="1", phone=PHONE)
    put([one])
    stage.run(workspace)
    later = replace(one.ad, posted_at=START + timedelta(days=4))
    for hour in (1, 2):
        with workspace.begin() as connection:
            seen = START + timedelta(days=300, hours=hour)
            record_sighting(connection, later, seen_at=seen, run_id=f"run {hour}")
            assert renewals(connection, ["harbor:a", "harbor:b"]) == {"harbor:a": (START + timedelta(days=4),)}
        assert stage.run(workspace) == (1 if hour == 1 else 0)
    with workspace.read() as connection:
        group_id = group_ids_of(connection, ["harbor:a"])["harbor:a"]
        (stop,) = load_groups(connection, [group_id])[group_id].itinerary
    assert (stop.first.day, stop.last.day, stop.ads, stop.bumps) == (1, 5, 1, 1)


@pytest.mark.parametrize(
    ("left", "right", "distance", "least"),
    [
        ((40.713, -74.006), (34.052, -118.244), 3936, 5.9),  # New York, Los Angeles: a flight of 5.5 h and the airports
        ((40.417, -3.703), (41.389, 2.159), 505, 2.0),  # Madrid, Barcelona: the fastest train takes 2.5 h
        ((51.507, -0.128), (53.481, -2.237), 262, 1.0),
    ],
)
def test_the_least_time_between_two_towns_is_below_what_anybody_needs(
    left: tuple[float, float], right: tuple[float, float], distance: float, least: float
) -> None:
    assert kilometres(*left, *right) == pytest.approx(distance, rel=0.005)
    assert least_hours(distance) == pytest.approx(least, abs=0.1)


def test_the_time_between_two_ads_allows_for_bare_dates_and_for_clocks() -> None:
    one = START + timedelta(hours=10, minutes=1)
    assert most_hours(one, one + timedelta(hours=2), 0) == 2
    assert most_hours(START, START + timedelta(hours=2, minutes=1), 0) == pytest.approx(22, abs=0.1)
    assert most_hours(one, one + timedelta(hours=2), 45) == 2 + 3 + 1
    assert most_hours(one, one + timedelta(hours=2), 359) == 2


def _pair(days: float, *, names: tuple[str, str] = ("ana", "ana"), bump: bool = False) -> list[Posted]:
    one = posted("a", day=MINUTE, place="1", phone=PHONE, name=names[0])
    other = posted("b", day=MINUTE + days, place="2", phone=PHONE, name=names[1])  # 2,550 km to the west
    return [_bumped(one, days - MINUTE), other] if bump else [one, other]


def test_a_move_faster_than_any_plane_is_flagged_with_both_ads_and_what_the_way_takes() -> None:
    (one,) = conflicts(_signals(*_pair(1 / 24)), ())
    assert (one.kind, one.left, one.right, one.names) == (Oddity.TOO_FAST, "harbor:a", "harbor:b", ("ana",))
    assert one.kilometres == pytest.approx(2_550, abs=10)
    assert one.hours < one.least
    assert "the way takes 4.3 h at least, under the name ana: harbor:a, harbor:b" in one.sentence()
    assert conflicts(_signals(*_pair(6 / 24)), ()) == []


def test_a_bump_just_before_an_ad_elsewhere_is_no_move() -> None:
    assert conflicts(_signals(*_pair(2, bump=True)), ()) == []


def test_two_stays_at_once_in_distant_places_are_flagged_and_say_whether_one_name_is_in_both() -> None:
    ads = _signals(
        *(posted(f"{day}{place}", day=day + MINUTE, place=place, name=name, phone=PHONE, text=f"{day}{name}")
          for day in (0, 4, 8) for place, name in (("1", "ana"), ("2", "bea")))
    )  # fmt: skip
    stops = itinerary(ads)
    assert len(at_once(stops)) == 1
    found = [one for one in conflicts(ads, stops) if one.kind is Oddity.AT_ONCE]
    assert [(one.places, one.names) for one in found] == [(("Springfield", "Riverside"), ())]
    assert "they ran at the same time for 192 h, under no common name" in found[0].sentence()


def test_neighbouring_towns_are_never_flagged() -> None:
    near = {"1": PLACES["1"], "9": {"name": "Next", "lat": 39.9, "lon": -89.5}}
    ads = [posted(place, day=MINUTE * (2 + number), place="1", phone=PHONE) for number, place in enumerate(near)]
    assert conflicts(_signals(*ads), ()) == []


def test_a_group_of_the_linker_carries_its_itinerary() -> None:
    ads = [posted(str(day), day=day, phone=PHONE, place=place) for day, place in ((0, "1"), (9, "2"))]
    (group,) = link(_signals(*ads))
    assert [stop.name for stop in group.itinerary] == ["Springfield", "Riverside"]

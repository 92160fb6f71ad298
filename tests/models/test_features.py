"""What each structural feature fires on, what it does not, and which words it points at."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linker.records import Hub, Reason
from models.features import FEATURES, find, sentence
from models.features.price import price_anomaly
from models.prices import ENOUGH, local_prices
from models.views import GroupView
from nlp.records import Kind
from tests.models.conftest import BOSTON, CHICAGO, DALLAS, DENVER, Facts, make_view, recruits

TOWNS = (CHICAGO, DALLAS, DENVER, BOSTON)


def strength(view: GroupView, name: str) -> float:
    return find(view)[name].strength


def test_the_strength_of_words_grows_with_the_share_of_ads() -> None:
    few = make_view([Facts(says=("trust_assurance",)), *[Facts()] * 15])
    many = make_view([Facts(says=("trust_assurance",))] * 16)
    assert strength(few, "trust_assurance") == pytest.approx(0.25)
    assert strength(many, "trust_assurance") == 1


def test_features_that_are_not_asked_find_nothing(lead: GroupView) -> None:
    for view in (
        lead,
        make_view([Facts(says=("trust_assurance",)), Facts()]),
        make_view([Facts(says=("youth_implying",), age="19")]),
    ):
        assert find(view) == {feature.__name__: feature(view) for feature in FEATURES}


def test_one_vague_promise_of_a_job_ad_says_nothing_two_do() -> None:
    promise = "recruitment_vague_benefits"
    assert strength(make_view([Facts(says=(promise, promise), entries=("pay", "pay"))]), promise) == 0
    assert strength(make_view([Facts(says=(promise, promise), entries=("pay", "housing"))]), promise) == 1


def test_copies_count_only_where_names_or_contacts_change() -> None:
    same = make_view([Facts(name="Ana")] * 6, templates=True)
    alias = make_view([Facts(name=name) for name in ("Ana", "Bea", "Ana", "Bea")], templates=True)
    changing = make_view([Facts(name=name) for name in ("Ana", "Bea", "Cleo", "Dora")], templates=True)
    assert strength(same, "template_reuse") == 0
    assert strength(alias, "template_reuse") == 0
    assert strength(changing, "template_reuse") == 1


def test_one_change_of_number_is_no_many_contacts_and_four_in_equal_use_are() -> None:
    two = make_view([Facts(phone=f"+1212555010{number % 2}") for number in range(8)], templates=True)
    four = make_view([Facts(phone=f"+1212555010{number % 4}") for number in range(8)], templates=True)
    assert strength(two, "multi_contact_template") == 0
    assert strength(four, "multi_contact_template") == pytest.approx(2 / 3)


def test_one_contact_in_many_places_within_days() -> None:
    found = find(make_view([Facts(hours=6 * number, place=town) for number, town in enumerate(TOWNS)]))
    shared = found["shared_contact_locations"]
    assert shared.strength == pytest.approx(2 / 3)
    assert [one.surface for one in shared.mentions] == ["Chicago", "Dallas", "Denver", "Boston"]
    assert sentence("shared_contact_locations", shared) == "One contact offers in 4 distant places within three days."


def test_a_hub_is_no_contact() -> None:
    view = make_view([Facts(hours=6 * number, place=town) for number, town in enumerate(TOWNS)])
    hub = Hub(Reason.PHONE, "+12125550101", 240, "on 240 ads under 61 names")
    assert strength(replace(view, group=replace(view.group, hubs=(hub,))), "shared_contact_locations") == 0


def test_an_ad_posted_ahead_of_a_journey_is_no_presence_in_two_places() -> None:
    journey = make_view(
        [Facts(hours=hours, place=town) for hours, town in ((0, CHICAGO), (2, DALLAS), (3, CHICAGO), (60, DALLAS))]
    )
    both = make_view([Facts(hours=2 * number, place=TOWNS[number % 2]) for number in range(6)])
    assert strength(journey, "concurrent_presence") == 0
    assert strength(both, "concurrent_presence") == 1


def test_several_names_that_move_the_same_way(lead: GroupView) -> None:
    found = find(lead)["circuit"]
    assert found.strength == 1
    assert sentence("circuit", found) == "3 names move the same way, one after another: Dallas → Denver."


def test_the_same_route_twice_under_one_name_is_a_tour() -> None:
    tour = [Facts(hours=96 * number, place=TOWNS[number % 3], name="Ana") for number in range(9)]
    assert strength(make_view(tour), "circuit") == 0


def test_several_names_that_go_to_and_fro_are_on_no_circuit() -> None:
    fro = [
        Facts(hours=48 * step + person, place=TOWNS[(step + person) % 2], name=name)
        for person, name in enumerate(("Ana", "Bea", "Cleo", "Dora"))
        for step in range(3)
    ]
    assert strength(make_view(fro), "circuit") == 0


def test_an_alias_is_no_conflict_and_three_names_at_once_are() -> None:
    alias = make_view([Facts(name="Ana"), Facts(name="Bea")])
    three = make_view([Facts(name=name) for name in ("Ana", "Bea", "Cleo")])
    over_time = make_view(
        [Facts(hours=24 * 30 * number, name=name) for number, name in enumerate(("Ana", "Bea", "Cleo"))]
    )
    assert strength(alias, "inconsistent_identity") == 0
    assert strength(three, "inconsistent_identity") == pytest.approx(1 / 3)
    assert strength(over_time, "inconsistent_identity") == 0


def test_an_age_that_goes_down_counts_and_a_birthday_does_not() -> None:
    falling = make_view([Facts(hours=0, name="Ana", age="27"), Facts(hours=2000, name="Ana", age="23")])
    rising = make_view([Facts(hours=0, name="Ana", age="27"), Facts(hours=2000, name="Ana", age="28")])
    ranges = make_view([Facts(hours=0, name="Ana", age="27"), Facts(hours=1, name="Ana", age="20-26")])
    assert strength(falling, "inconsistent_identity") == 0.5
    assert "1 later ad with a lower age" in sentence("inconsistent_identity", find(falling)["inconsistent_identity"])
    assert strength(rising, "inconsistent_identity") == 0
    assert strength(ranges, "inconsistent_identity") == 0


def test_a_contact_in_a_job_offer_and_in_another_ad() -> None:
    view = make_view([Facts(says=("recruitment_offer",)), Facts()])
    linked = replace(view, group=replace(view.group, links=recruits(view)))
    assert strength(view, "recruit_sell_contact") == 0
    house = make_view([Facts(says=("recruitment_offer", "venue_business_cue")), Facts()])
    assert strength(replace(house, group=replace(house.group, links=recruits(house))), "recruit_sell_contact") == 0
    found = find(linked)["recruit_sell_contact"]
    assert found.strength == 1
    assert {one.surface for one in found.mentions} == {"+12125550101"}


def test_thirty_ads_in_a_week_are_a_burst_and_ten_are_none() -> None:
    assert strength(make_view([Facts(hours=number) for number in range(10)]), "burst_posting") == 0
    found = find(make_view([*[Facts(hours=number) for number in range(30)], Facts(hours=900)]))["burst_posting"]
    assert found.strength == 1
    assert found.mentions
    assert "g1:a30" not in {one.ad_id for one in found.mentions}  # posted a month later


def test_a_price_is_low_only_against_thirty_local_ones() -> None:
    usual = make_view([Facts(price=(200, 60))] * ENOUGH)
    cheap = make_view([Facts(price=(80, 60)), Facts(price=(210, 60))], name="g2")
    enough = local_prices(usual.readings.values())
    few = local_prices(list(usual.readings.values())[1:])
    assert price_anomaly(cheap).strength == 0
    assert price_anomaly(replace(cheap, prices=few)).strength == 0
    assert price_anomaly(replace(cheap, prices=enough)).strength == 0.5
    assert price_anomaly(replace(make_view([Facts(price=(80, 30))]), prices=enough)).strength == 0


@pytest.mark.parametrize("amounts", [(80.0, 210.0), (210.0, 80.0), (80.0, 210.0, 70.0)])
def test_an_ad_is_cheap_only_where_all_its_prices_are(amounts: tuple[float, ...]) -> None:
    prices = local_prices(make_view([Facts(price=(200, 60))] * ENOUGH).readings.values())

    def asking(*amounts: float) -> GroupView:
        view = make_view([Facts(price=(80, 60)), Facts(price=(80, 60))], name="g2")
        first, second = (view.readings[ad_id] for ad_id in view.ad_ids)
        (price,) = first.of(Kind.PRICE)
        said = [
            replace(price, surface=f"{amount:.0f}", detail={**price.detail, "amount": amount}) for amount in amounts
        ]
        changed = replace(first, mentions=(*first.of(Kind.PLACE), *said))
        return replace(view, readings={first.ad_id: changed, second.ad_id: second}, prices=prices)

    found = price_anomaly(asking(80, 70))
    assert (found.strength, found.mentions[0].surface) == (1, "80")
    assert price_anomaly(asking(*amounts)).strength == 0.5


def test_a_contradiction_shows_ages_and_the_names_of_ads_that_state_none() -> None:
    view = make_view([Facts(name="Ana", age="31"), Facts(hours=1, name="Ana", age="19"), Facts(hours=2, name="Ana")])
    found = find(view)["inconsistent_identity"]
    assert [one.surface for one in found.mentions] == ["31", "19", "Ana"]


def test_a_group_without_readings_or_times_or_places_has_no_features() -> None:
    bare = make_view([Facts(place=None, phone="")])
    unread = replace(bare, readings={})
    for view in (bare, unread):
        assert not any(found.strength for found in find(view).values())


facts = st.builds(
    Facts,
    hours=st.floats(0, 2000),
    place=st.sampled_from([None, *TOWNS]),
    phone=st.sampled_from(["", "+12125550101", "+12125550102", "+12125550103"]),
    name=st.sampled_from(["", "Ana", "Bea", "Cleo", "Dora"]),
    age=st.sampled_from(["", "19", "24", "31", "20-29"]),
    says=st.lists(st.sampled_from([feature.__name__ for feature in FEATURES]), max_size=3).map(tuple),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(facts, min_size=1, max_size=12), st.booleans())
def test_every_feature_is_bounded_repeatable_points_into_its_group_and_fills_its_sentence(
    ads: list[Facts], templates: bool
) -> None:
    view = make_view(ads, templates=templates)
    found = find(view)
    assert found == find(view)
    for name, one in found.items():
        assert 0 <= one.strength <= 1
        assert {mention.ad_id for mention in one.mentions} <= set(view.ad_ids)
        if one.strength:
            assert "{" not in sentence(name, one)

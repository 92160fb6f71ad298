"""When a shared value joins its ads, and when it is a hub or was handed on."""

from dataclasses import replace

from linker.evidence import links_of
from linker.linking import link
from linker.records import Reason
from linker.signals import Key
from tests.linker.conftest import Posted, posted

SWITCHBOARD = "+13125550100"
NAMES = ["ana", "bea", "cleo", "dora", "eva", "fay", "gia", "hana", "iris", "jana"]


def _of_many_owners(count: int) -> list[Posted]:
    """Ads of `count` people with a number of their own each, and one number that is on all of them."""
    return [
        posted(
            f"{owner}-{ad}",
            day=owner + ad,
            phone=[SWITCHBOARD, f"+1312555011{owner}"],
            name=NAMES[owner],
            place=str(owner % 6 + 1),
        )
        for owner in range(count)
        for ad in range(3)
    ]


def test_a_number_of_many_owners_is_a_hub_and_joins_nothing() -> None:
    groups = link([one.signals for one in _of_many_owners(8)])
    assert len(groups) == 8
    for group in groups:
        assert [hub.key for hub in group.hubs] == [SWITCHBOARD]
        assert all(one.key != SWITCHBOARD for one in group.links)
        assert len(group.ad_ids) == 3


def test_a_hub_says_in_plain_words_what_gave_it_away() -> None:
    _, hub = links_of(Key(Reason.PHONE, SWITCHBOARD), [one.signals for one in _of_many_owners(8)])
    assert hub is not None
    assert hub.why == ("on 24 ads of 8 posters with other contacts of their own, under 8 names in 6 places on 1 site")


def test_two_people_who_share_a_number_are_one_group() -> None:
    assert len(link([one.signals for one in _of_many_owners(2)])) == 1


def test_a_number_with_many_names_and_places_but_no_other_contact_has_one_owner() -> None:
    ads = [posted(str(n), day=n, phone=SWITCHBOARD, name=NAMES[n], place=str(n % 6 + 1)) for n in range(10)]
    assert len(link([one.signals for one in ads])) == 1


def test_a_recycled_number_joins_only_within_its_episodes() -> None:
    before = [posted(f"b{n}", day=n, phone=SWITCHBOARD, name="ana", place="1") for n in range(3)]
    after = [posted(f"a{n}", day=100 + n, phone=SWITCHBOARD, name="bea", place="2") for n in range(3)]
    assert sorted(len(group.ad_ids) for group in link([one.signals for one in before + after])) == [3, 3]


def test_a_number_that_rests_and_comes_back_with_the_same_name_is_one_owner_s() -> None:
    ads = [posted(str(day), day=day, phone=SWITCHBOARD, name="ana", place="1") for day in (0, 1, 100, 101)]
    assert len(link([one.signals for one in ads])) == 1


def test_a_key_gives_fewer_links_than_it_has_ads() -> None:
    ads = [posted(str(n), day=n, phone=SWITCHBOARD) for n in range(50)]
    links, _ = links_of(Key(Reason.PHONE, SWITCHBOARD), sorted((one.signals for one in ads), key=lambda ad: ad.order))
    assert len(links) == 49


def test_a_contact_in_a_job_offer_and_in_another_ad_at_the_same_time_is_a_reason_of_its_own() -> None:
    offer = posted("job", day=1, phone=SWITCHBOARD, indicator="recruitment_offer")
    other = posted("ad", day=3, phone=SWITCHBOARD)
    late = posted("late", day=90, phone="+13125550101")
    groups = link([one.signals for one in (offer, other, late)])
    reasons = [one.reason for group in groups for one in group.links]
    assert sorted(reasons) == [Reason.PHONE, Reason.RECRUITMENT]


def test_a_job_offer_long_before_the_other_ad_is_no_recruitment_link() -> None:
    offer = posted("job", day=1, phone=SWITCHBOARD, name="ana", indicator="recruitment_offer")
    other = posted("ad", day=90, phone=SWITCHBOARD, name="ana")
    (group,) = link([offer.signals, other.signals])
    assert [one.reason for one in group.links] == [Reason.PHONE]


def test_a_way_to_pay_links_nobody_and_an_account_does() -> None:
    def paying(ad_id: str, value: str) -> Posted:
        one = posted(ad_id, payment=value)
        mention = replace(one.reading.mentions[0], detail={"method": "cashapp"})
        return Posted(one.ad, replace(one.reading, mentions=(mention,)))

    assert [len(group.ad_ids) for group in link([paying(n, "cashapp").signals for n in "ab"])] == [1, 1]
    assert [len(group.ad_ids) for group in link([paying(n, "$anamade").signals for n in "ab"])] == [2]

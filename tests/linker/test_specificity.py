"""When a shared value joins its ads, and when it is a hub or was handed on."""

from dataclasses import replace

from linker.evidence import links_of
from linker.linking import link
from linker.records import Reason
from linker.signals import Key, Place
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


def test_a_house_and_its_people_are_one_group() -> None:
    """One number, one town, each with a handle of her own: not enough owners for a hub in so few places."""
    ads = [posted(f"{n}-{ad}", day=n, phone=SWITCHBOARD, handle=f"telegram:{NAMES[n]}", name=NAMES[n], place="1")
           for n in range(6) for ad in range(2)]  # fmt: skip
    assert len(link([one.signals for one in ads])) == 1


def test_a_town_s_switchboard_is_a_hub_all_the_same() -> None:
    ads = [posted(str(n), day=n, phone=[SWITCHBOARD, f"+1312555011{n}"], name=NAMES[n], place="1") for n in range(10)]
    assert len(link([one.signals for one in ads])) == 10


def test_a_person_whose_contacts_change_is_one_owner_of_her_handle() -> None:
    """Five numbers one after another, in five towns: one name tells her from a hub."""
    ads = [
        posted(
            f"{n}-{ad}", day=9 * n + ad, handle="telegram:ana", phone=f"+1312555011{n}", name="ana", place=str(n + 1)
        )
        for n in range(5)
        for ad in range(2)
    ]
    assert len(link([one.signals for one in ads])) == 1


def test_owners_one_after_another_are_no_hub_and_owners_at_once_are() -> None:
    def of_owners(apart: int) -> list[Posted]:
        return [
            posted(str(n), day=apart * n, phone=[SWITCHBOARD, f"+1312555011{n}"], name=NAMES[n], place=str(n + 1))
            for n in range(5)
        ]

    spread, close = [one.signals for one in of_owners(20)], [one.signals for one in of_owners(1)]
    assert links_of(Key(Reason.PHONE, SWITCHBOARD), spread)[1] is None
    assert links_of(Key(Reason.PHONE, SWITCHBOARD), close)[1] is not None


def test_a_crowd_with_nothing_but_the_number_is_a_hub() -> None:
    """No contact of their own, but each with words and a town of her own within the week."""
    ads = []
    for n in range(24):
        one = posted(
            str(n), day=n / 6, phone=SWITCHBOARD, text=" ".join(f"word{n}of{place}" for place in range(12))
        ).signals
        where = Place(f"p{n % 12}", f"town {n % 12}", 40.0, -80.0)
        ads.append(replace(one, names=(f"name{n}",), places=(where,)))
    (hub,) = {hub for group in link(ads) for hub in group.hubs}
    assert hub.why == "on 24 ads of 24 posters with words of their own, under 24 names in 12 places on 1 site"


def test_a_name_in_a_copied_text_does_not_make_its_copiers_one_person() -> None:
    text = "quiet house near the park open from noon until late every day with parking behind the house ask for anna"
    ads = [posted(str(n), day=n, phone=f"+1312555010{n}", name="anna", place=str(n + 1), text=text) for n in range(6)]
    assert len(link([one.signals for one in ads])) == 6


def test_a_picture_two_people_have_joins_them_only_where_name_and_place_agree() -> None:
    def of_two(**other: str) -> list[list[str]]:
        ads = [
            posted("a", phone="+13125550101", name="ana", place="1"),
            posted("b", phone="+13125550102", **{"name": "bea", "place": "2", **other}),
        ]
        groups = link([replace(one, keys=(*one.keys, Key(Reason.IMAGE, "ff00"))) for one in (ad.signals for ad in ads)])
        return [list(group.ad_ids) for group in groups]

    assert len(of_two()) == len(of_two(name="ana")) == len(of_two(place="1")) == 2
    assert len(of_two(name="ana", place="1")) == 1


def test_two_profiles_on_a_platform_everybody_knows_share_nothing() -> None:
    pages = {"a": "https://www.instagram.com/rosalane7", "b": "https://m.instagram.com/harbour.ana"}
    assert [key.value for key in posted("a", url=pages["a"]).signals.keys] == ["instagram.com/rosalane7"]
    assert len(link([posted(ad_id, url=page).signals for ad_id, page in pages.items()])) == 2


def test_a_number_given_out_again_within_days_needs_everything_changed() -> None:
    """From a time when everything differs, name, place, words and another contact; less than all is one owner's."""
    texts = (
        "quiet house near the park open from noon until late every day with parking behind the house",
        "new in town for a short while only please write first and say when you would like to come",
    )

    def sizes(gap: float, handle: str) -> list[int]:
        before = [posted(f"b{n}", day=n, phone=SWITCHBOARD, handle="kik:ana", name="ana", place="1", text=texts[0])
                  for n in range(3)]  # fmt: skip
        after = [posted(f"a{n}", day=2 + gap + n, phone=SWITCHBOARD, handle=handle, name="bea", place="2", text=texts[1])
                 for n in range(3)]  # fmt: skip
        return sorted(len(group.ad_ids) for group in link([one.signals for one in before + after]))

    assert sizes(6, "kik:bea") == [3, 3]
    assert sizes(6, "kik:ana") == [6]
    assert sizes(2, "kik:bea") == [6]


def test_a_rest_with_nothing_else_told_is_no_change_of_hands() -> None:
    ads = [posted(str(day), day=day, phone=SWITCHBOARD) for day in (0, 1, 100, 101)]
    assert len(link([one.signals for one in ads])) == 1


def test_a_picture_in_a_job_offer_and_in_another_ad_is_no_contact() -> None:
    offer = posted("job", day=1, name="ana", place="1", indicator="recruitment_offer").signals
    other = posted("ad", day=3, name="ana", place="1").signals
    (group,) = link([replace(one, keys=(Key(Reason.IMAGE, "ff00"),)) for one in (offer, other)])
    assert [one.reason for one in group.links] == [Reason.IMAGE]


def test_a_picture_that_one_took_from_another_with_many_ads_joins_nothing() -> None:
    """The number on most of the ads is its poster's own, not something they all share."""
    ads = [posted(f"a{n}", day=n, phone="+13125550101", name="ana", place="1").signals for n in range(5)]
    ads.append(posted("b", phone="+13125550102", name="bea", place="2").signals)
    groups = link([replace(one, keys=(*one.keys, Key(Reason.IMAGE, "ff00"))) for one in ads])
    assert sorted(len(group.ad_ids) for group in groups) == [1, 5]


def test_a_job_offer_is_no_new_owner_of_the_number_it_gives() -> None:
    """Other words, place, name and account, days later: still the contact of those it recruits for."""
    texts = (
        "quiet house near the park open from noon until late every day with parking behind the house",
        "staff wanted for a busy house full board and lodging given no experience needed start this very week",
    )
    other = posted("ad", phone=SWITCHBOARD, handle="kik:ana", name="ana", place="1", text=texts[0])
    offer = posted("job", day=6, phone=SWITCHBOARD, handle="kik:bea", name="bea", place="2", text=texts[1],
                   indicator="recruitment_offer")  # fmt: skip
    (group,) = link([other.signals, offer.signals])
    assert sorted(one.reason for one in group.links) == [Reason.PHONE, Reason.RECRUITMENT]

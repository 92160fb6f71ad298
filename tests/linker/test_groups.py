"""What a group tells: where its ads were, what its copies have in common, and what joins its ads."""

from linker.itinerary import itinerary
from linker.linking import link
from linker.records import Reason
from linker.signals import Place
from tests.linker.conftest import posted

TEXT = "quiet house near {} open from noon until {} every day with parking behind the house and a warm welcome to all"
PHONE = "+13125550101"


def test_an_ad_whose_place_has_no_position_is_no_stop() -> None:
    assert itinerary([posted("a", place="US/NM/Nowhere").signals]) == ()


def test_near_copies_of_one_poster_are_linked_by_their_wording_alone() -> None:
    ads = [posted(str(n), day=n, phone=f"+1312555010{n}", text=TEXT.format("the park", "late")) for n in range(2)]
    (group,) = link([one.signals for one in ads])
    assert [one.reason for one in group.links] == [Reason.TEXT]


def test_a_wording_that_many_posters_use_links_nobody() -> None:
    ads = [posted(str(n), day=n, phone=f"+1312555010{n}", text=TEXT.format("the park", "late")) for n in range(6)]
    groups = link([one.signals for one in ads])
    assert len(groups) == 6
    assert all(hub.reason is Reason.TEXT for group in groups for hub in group.hubs)


def test_a_web_host_and_a_page_on_it_are_both_keys() -> None:
    keys = posted("a", url="https://www.Ana-Ashmore.example/Rates/?x=1").signals.keys
    assert [key.value for key in keys] == ["ana-ashmore.example", "ana-ashmore.example/rates"]


def test_signals_keep_where_a_place_is() -> None:
    assert posted("a", place="1").signals.places == (Place("1", "Springfield", 39.8, -89.6),)

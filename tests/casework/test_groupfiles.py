"""A group's file sums up what its ads hold together and what joins them, most first."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from casework.groupfiles import Carried, GroupFile, Joint, carried, joints
from casework.records import Basis, Decision
from linker.records import Group, Hub, Link, Reason
from models.labels import Tier, Value
from nlp.records import Kind, Mention
from nlp.stored import StoredReading

DAYS = [datetime(2026, 5, day, tzinfo=UTC) for day in range(1, 6)]
PHONE, HUB = "+12025550143", "+12025550144"


def _reading(*told: tuple[Kind, str]) -> StoredReading:
    return StoredReading("", [Mention(kind, value, value, "body", 0, 1, "made up").as_json() for kind, value in told])


LINKS = (
    Link("s:1", "s:2", Reason.PHONE, PHONE, 0.5),
    Link("s:1", "s:3", Reason.PHONE, PHONE, 0.9),
    Link("s:1", "s:2", Reason.EMAIL, "b@example.org", 0.8),
    Link("s:2", "s:3", Reason.EMAIL, "a@example.org", 0.7),
)
GROUP = Group("g", ("s:1", "s:2", "s:3"), LINKS, (Hub(Reason.PHONE, HUB, 240, "on 240 ads"),), (), (), DAYS[0], DAYS[4])
FILE = GroupFile(
    GROUP,
    None,
    {"s:1": DAYS[2], "s:2": DAYS[0], "s:3": DAYS[4]},
    {
        "s:1": _reading((Kind.PHONE, PHONE), (Kind.PHONE, PHONE), (Kind.NAME, "bella"), (Kind.PLACE, "austin")),
        "s:2": _reading((Kind.PHONE, PHONE), (Kind.PHONE, HUB), (Kind.NAME, "anna")),
        "s:3": _reading((Kind.PHONE, HUB), (Kind.PHONE, PHONE)),
    },
    (),
    (),
)


def test_what_most_ads_hold_comes_first_with_its_times_and_whether_it_is_a_hub() -> None:
    assert carried(FILE) == {
        Kind.NAME: [
            Carried(Kind.NAME, "anna", 1, DAYS[0], DAYS[0], hub=False),
            Carried(Kind.NAME, "bella", 1, DAYS[2], DAYS[2], hub=False),
        ],
        Kind.PHONE: [
            Carried(Kind.PHONE, PHONE, 3, DAYS[0], DAYS[4], hub=False),
            Carried(Kind.PHONE, HUB, 2, DAYS[0], DAYS[4], hub=True),
        ],
    }


def test_links_are_summed_up_by_reason_and_key() -> None:
    assert joints(GROUP) == [
        Joint(Reason.PHONE, PHONE, 2, 3, 0.9, ("s:1", "s:2")),
        Joint(Reason.EMAIL, "a@example.org", 1, 2, 0.7, ("s:2", "s:3")),
        Joint(Reason.EMAIL, "b@example.org", 1, 2, 0.8, ("s:1", "s:2")),
    ]


def test_the_newest_decision_that_was_not_undone_stands() -> None:
    first = Decision(
        1, 1, "g", GROUP.ad_ids, Value.UNSURE, Tier.OPINION, "ana", DAYS[0], "w", None, Basis("", (), ()), None, None
    )
    second = replace(first, decision_id=2, undone_at=DAYS[1], undone_by="ana")
    third = replace(first, decision_id=3, at=DAYS[0] - timedelta(days=1))
    assert replace(FILE, decisions=(second, first, third)).standing == first
    assert replace(FILE, decisions=(second,)).standing is None

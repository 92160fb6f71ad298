"""A replay says what the last days' queues would have been under a challenger, and why, without telling anybody else."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

from models.features import NAMES
from models.labels import Label, Source, Tier, Value
from models.priority import Published
from models.replay import as_of, replay
from models.views import GroupView
from tests.models.conftest import CHICAGO, DALLAS, DENVER, START, Facts, make_view


@dataclass(frozen=True)
class ByLength:
    """A ranking of its own kind: the longer the text, the higher."""

    label: str = "length 1"
    reads: bool = True

    def raw(self, strengths: NDArray[np.float64], texts: Sequence[str]) -> NDArray[np.float64]:
        return np.array([min(1.0, len(text) / 400) for text in texts]) + 0 * strengths[:, 0]


def lead(name: str, words: int, day: int, signs: tuple[str, ...] = ("third_party_control",)) -> GroupView:
    """A lead of six ads, two on each of three days from `day` on, that says so many words."""
    facts = [
        Facts(
            hours=24 * day + 12 * step,
            place=(CHICAGO, DALLAS, DENVER)[step % 3],
            name=f"Name{step}",
            says=signs,
            masked=" ".join(["river"] * words),
        )
        for step in range(6)
    ]
    return make_view(facts, name=name)


SIGNS = ("third_party_control", "contact_obfuscation")
LEADS = [lead(f"g{number:02}", 60 - 5 * number, 0, SIGNS[: 1 + number % 2]) for number in range(10)]


def test_a_model_replayed_against_itself_moves_nobody() -> None:
    days = replay(LEADS, [], Published(), Published(), capacity=4, days=3)
    assert [one.day for one in days] == ["2026-05-02", "2026-05-03", "2026-05-04"]
    assert all((one.enter, one.leave, one.rise, one.fall) == ((), (), (), ()) for one in days)
    assert days[-1].stay == 4


def test_a_day_before_any_ad_has_an_empty_queue_and_without_ads_there_are_no_days() -> None:
    first, *_, last = replay(LEADS, [], Published(), Published(), capacity=4, days=40)
    assert (first.leads, first.stay, last.stay) == (0, 0, 4)
    assert replay([], [], Published(), Published(), capacity=4, days=3) == []


def test_a_day_is_told_in_lines_with_each_move_and_its_why() -> None:
    (day,) = replay(LEADS, [], ByLength(), Published(), capacity=8, days=1)
    head, *moves = day.told
    assert head.startswith(f"{day.day}: {day.leads} leads, queue of 8: {day.stay} stay, {len(day.enter)} enter, ")
    assert len(moves) == len(day.enter) + len(day.leave) + len(day.rise) + len(day.fall)
    one = day.enter[0]
    assert moves[0].startswith(f"  enters {one.group_id} ")
    assert moves[0].endswith(f"- -> {one.after}  {one.why}")


def test_who_enters_leaves_rises_and_falls_and_why() -> None:
    (day,) = replay(LEADS, [], ByLength(), Published(), capacity=8, days=1)
    assert len(day.enter) == len(day.leave) > 0
    assert all(one.before is None and one.after is not None for one in day.enter)
    assert all(one.after is None and one.before is not None for one in day.leave)
    moved = [*day.enter, *day.leave, *day.rise, *day.fall]
    assert all("the words of its ads +" in one.why for one in moved)
    assert f"2026-05-04: {day.leads} leads, queue of 8" in next(iter(day.told))


def test_a_group_stands_as_it_was_on_the_day() -> None:
    view = lead("late", 30, 3)
    assert as_of(view, START) is None
    midway = as_of(view, START + timedelta(days=4))
    assert midway is not None
    assert len(midway.ad_ids) == 3
    assert as_of(view, START + timedelta(days=30)) is view
    days = replay([*LEADS, view], [], Published(), Published(), capacity=50, days=6)
    assert days[0].leads < days[-1].leads


def test_who_was_decided_on_before_a_day_is_not_in_its_queue() -> None:
    begins = datetime.combine(START.date() + timedelta(days=2), time(), UTC)
    label = Label("g00", LEADS[0].ad_ids, Value.NOT, Tier.OPINION, "ana", begins - timedelta(hours=1), Source.DECISION)
    leads = [one.leads for one in replay(LEADS, [label], Published(), Published(), capacity=50, days=3)]
    before = [one.leads for one in replay(LEADS, [], Published(), Published(), capacity=50, days=3)]
    assert leads == [before[0], before[1] - 1, before[2] - 1]
    imported = replace(label, source=Source.IMPORT)
    assert [one.leads for one in replay(LEADS, [imported], Published(), Published(), capacity=50, days=3)] == before


@dataclass(frozen=True)
class AgainstDisguise:
    """A ranking that holds disguised contacts against a group."""

    label: str = "disguise 1"
    reads: bool = False

    def raw(self, strengths: NDArray[np.float64], texts: Sequence[str]) -> NDArray[np.float64]:
        assert len(texts) == len(strengths)
        return 0.9 - 0.8 * strengths[:, NAMES.index("contact_obfuscation")]


def test_reasons_are_features_that_the_models_weigh_differently() -> None:
    (day,) = replay(LEADS, [], AgainstDisguise(), Published(), capacity=4, days=1)
    assert day.leave
    assert all(one.why.startswith("contact_obfuscation -") for one in day.leave)

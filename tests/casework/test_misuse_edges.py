"""Where a pattern of misuse begins and ends: the number, the span, the person and the thing that it needs."""

from dataclasses import replace
from datetime import timedelta

import pytest

from casework import misuse
from casework.misuse import Seen
from tests.casework.test_misuse import DAY, MINUTE, SECOND, _one

TICK = timedelta.resolution


def _rule(**values: object) -> misuse.Rule:
    return misuse.Rule(
        "made up", "A pattern", "something else", {"actions": ["show"], "least": 3, "within": "60s", **values}
    )


def _at(*seconds: int, who: str = "ana", **more: object) -> list[Seen]:
    shows = [Seen(at, DAY + SECOND * at, who, "console", "show", "ad", f"at {at}", "1", "call") for at in seconds]
    return [replace(one, **more) for one in shows]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("seconds", "count", "seqs"),
    [
        ((0, 30), None, ()),
        ((0, 30, 60), 3, (0, 30, 60)),  # the whole span counts
        ((0, 30, 61), None, ()),
        ((0, 1, 2, 100, 101, 102, 103), 4, (100, 101, 102, 103)),  # the busiest time is told
        ((0, 1, 2, 100, 101, 102), 3, (0, 1, 2)),  # of two as busy the first
        (tuple(range(30)), 30, tuple(range(10, 30))),  # the last of many are named
    ],
)
def test_events_are_counted_within_a_span(seconds: tuple[int, ...], count: int | None, seqs: tuple[int, ...]) -> None:
    found = list(misuse.counted(_at(*seconds), _rule()))
    assert [(one.count, one.seqs) for one in found] == ([] if count is None else [(count, seqs)])
    for one in found:
        assert (one.pattern, one.title, one.often, one.actor) == ("made up", "A pattern", "something else", "ana")
        assert one.last == DAY + SECOND * seqs[-1]
        assert one.first == DAY + SECOND * (0 if count == 30 else seqs[0])


def test_different_things_are_counted_once_each_and_leave_the_span_with_their_last_event() -> None:
    by_item = _rule(distinct="item")
    assert list(misuse.counted([*_at(0, 1, item="a"), *_at(2, 3, item="b")], by_item)) == []
    [found] = misuse.counted([*_at(0, 1, item="a"), *_at(2, item="b"), *_at(61, item="c")], by_item)
    assert (found.count, found.seqs) == (3, (1, 2, 61))
    assert list(misuse.counted([*_at(0, item="a"), *_at(2, item="b"), *_at(61, item="c")], by_item)) == []


def test_people_and_the_parts_that_a_pattern_looks_at_apart_are_not_added_up() -> None:
    assert list(misuse.counted([*_at(0, 1), *_at(2, who="bo")], _rule())) == []
    apart = _rule(per="case")
    assert list(misuse.counted([*_at(0, 1, case="1"), *_at(2, case="2")], apart)) == []
    assert [one.count for one in misuse.counted([*_at(0, 1, 2, case="1"), *_at(3, case="2")], apart)] == [3]


def test_only_events_that_meet_every_condition_count() -> None:
    wanted = _rule(only=["no case", "no reason"])
    for case, reason, found in ((None, None, 1), ("1", None, 0), (None, "call", 0), ("1", "call", 0)):
        assert len(list(misuse.counted(_at(0, 1, 2, case=case, reason=reason), wanted))) == found


@pytest.mark.parametrize(
    ("within", "length"),
    [("45s", SECOND * 45), ("2m", MINUTE * 2), ("3h", timedelta(hours=3)), ("30d", timedelta(days=30))],
)
def test_a_span_is_a_number_with_its_unit(within: str, length: timedelta) -> None:
    assert _rule(within=within).span() == length


@pytest.mark.parametrize("within", ["5", "5w", "5 s", "s", "1234567s"])
def test_a_span_of_another_form_is_a_mistake_in_the_file(within: str) -> None:
    with pytest.raises(ValueError, match="a number with s, m, h or d"):
        _rule(within=within).span()


def _by(name: str, events: list[Seen], **values: object) -> list[misuse.Finding]:
    return list(misuse.FUNCTIONS[name](sorted(events, key=lambda one: one.at), _rule(by=name, **values)))


def _grant(seconds: float, who: str, about: str) -> Seen:
    return _one(DAY + SECOND * seconds, who, "grant approval", "approval", "1", about=about)


def test_a_grant_in_return_is_told_once_for_a_pair_and_within_the_span() -> None:
    there, back = _grant(0, "cleo", "ana"), _grant(60, "ana", "cleo")
    [found] = _by("each_other", [there, back])
    assert (found.actor, found.count, found.first, found.last) == ("ana", 2, there.at, back.at)
    assert _by("each_other", [there, replace(back, at=back.at + TICK)]) == []
    assert _by("each_other", [there, _grant(30, "ana", "bo"), _grant(40, "cleo", "ana")]) == []
    assert len(_by("each_other", [there, back, _grant(70, "cleo", "ana")])) == 1
    assert _by("each_other", [replace(there, action="refuse approval"), back]) == []


def test_a_verdict_is_read_where_the_same_person_opened_the_group_within_the_span() -> None:
    opened = _one(DAY, "ana", "group", "group", "g")
    verdict = _one(DAY + MINUTE, "ana", "decide", "group", "g")
    assert _by("unread_verdicts", [opened, verdict], least=1) == []
    for first, second in (
        (opened, replace(verdict, at=verdict.at + TICK)),
        (replace(opened, actor="bo"), verdict),
        (replace(opened, item="h"), verdict),
        (replace(opened, action="show"), verdict),
    ):
        assert [one.seqs for one in _by("unread_verdicts", [first, replace(second, seq=7)], least=1)] == [(7,)]
        assert _by("unread_verdicts", [first, second], least=2) == []


def test_an_erasure_after_ones_own_look_is_told_within_the_span() -> None:
    look, erased = _at(0, item="x")[0], _one(DAY + MINUTE, "ana", "erase", "ad", "x", seq=9)
    [found] = _by("erases_own_looks", [look, erased])
    assert (found.count, found.seqs) == (1, (0, 9))
    for first, second in (
        (look, replace(erased, at=erased.at + TICK)),
        (replace(look, actor="bo"), erased),
        (replace(look, item="y"), erased),
        (replace(look, action="decide"), erased),
    ):
        assert _by("erases_own_looks", [first, second]) == []


@pytest.mark.parametrize("act", ["set password", "remove second factor", "enrol second factor", "link account"])
def test_an_account_used_soon_after_another_changed_how_it_is_entered_is_told_once(act: str) -> None:
    changed = _one(DAY, "root", act, "account", "bo")
    used = _one(DAY + MINUTE, "bo", "sign in", "account", "bo")
    [found] = _by("takeover", [changed, used, replace(used, at=used.at + SECOND)])
    assert (found.actor, found.count, found.first, found.last) == ("bo", 1, changed.at, used.at)
    for first, second in (
        (changed, replace(used, at=used.at + TICK)),
        (replace(changed, actor="bo"), used),
        (replace(changed, item="ana"), used),
        (replace(changed, action="set role"), used),
    ):
        assert _by("takeover", [first, second]) == []


def test_an_account_that_wakes_and_is_busy_within_the_span_is_told() -> None:
    before = _one(DAY - timedelta(days=60), "ana", "sign in", "account", "ana")
    looks = _at(0, 30, 60)
    [found] = _by("awake", [before, *looks], quiet="60d")
    assert (found.count, found.seqs) == (3, (0, 30, 60))
    assert _by("awake", [replace(before, at=before.at + TICK), *looks], quiet="60d") == []
    assert _by("awake", [before, *_at(0, 30, 61)], quiet="60d") == []
    assert _by("awake", [before, *looks[:2], replace(looks[2], action="sign in")], quiet="60d") == []
    assert _by("awake", [replace(before, actor="bo"), *looks], quiet="60d") == []
    assert _by("awake", looks, quiet="60d") == []


def test_one_who_opens_what_a_colleague_just_opened_is_told() -> None:
    def pair(gap: timedelta, second: str = "ana", **more: object) -> list[Seen]:
        first = _at(0, 1, 2, who="bo", **more)
        return [*first, *(replace(one, actor=second, at=one.at + gap) for one in first)]

    [found] = _by("follows", pair(MINUTE * 5), behind="5m")
    assert (found.actor, found.count) == ("ana", 3)
    assert _by("follows", pair(MINUTE * 5 + TICK), behind="5m") == []
    assert _by("follows", pair(MINUTE, second="bo"), behind="5m") == []
    assert _by("follows", pair(MINUTE, kind="query"), behind="5m") == []
    assert _by("follows", pair(MINUTE, action="decide"), behind="5m") == []


def test_findings_come_newest_first() -> None:
    rules = [_rule(), replace(_rule(), name="other"), _rule(by="erases_own_looks")]
    events = [*_at(0, 1, 2), _one(DAY + SECOND * 50, "ana", "erase", "ad", "at 2")]
    assert [(one.pattern, one.last) for one in misuse.findings(events, rules)] == [
        ("made up", DAY + SECOND * 50), ("other", DAY + SECOND * 2), ("made up", DAY + SECOND * 2),
    ]  # fmt: skip

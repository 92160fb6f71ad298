"""Each pattern of misuse is found where it is planted in a month of quiet work, and nothing is found where none is."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from casework import misuse
from casework.misuse import Seen

START = datetime(2026, 3, 2, 9, tzinfo=UTC)  # a Monday
PEOPLE = ("ana", "bo", "cleo", "dov", "eva", "fil")
QUIET = 30  # days


@pytest.fixture(scope="module")
def background() -> list[Seen]:
    """Six people at work on their own cases, office hours, a month; one supervisor grants an export now and then."""
    rng = random.Random(7)
    made: list[Seen] = []
    for day in range(QUIET):
        moment = START + timedelta(days=day)
        if moment.weekday() > 4:
            continue
        for number, who in enumerate(PEOPLE):
            made.append(_one(moment + timedelta(minutes=number), who, "sign in", "account", who))
            for _ in range(rng.randint(15, 25)):
                at = moment + timedelta(minutes=rng.uniform(10, 8 * 60))
                action, kind = rng.choice(
                    (("search", "query"), ("show", "ad"), ("group", "group"), ("look up", "contact"))
                )
                item = f"{who} {kind} {rng.randrange(400)}"
                made.append(_one(at, who, action, kind, item, case=f"{who} 1", reason=f"call {rng.randrange(60)}"))
            group = f"{who} decided {day}"
            made.append(_one(moment + timedelta(hours=5), who, "group", "group", group, case=f"{who} 1"))
            made.append(_one(moment + timedelta(hours=5, minutes=4), who, "decide", "group", group))
        if day % 9 == 0:
            made.append(_one(moment, "sup", "grant approval", "approval", str(day), about=PEOPLE[day % 6]))
    return made


def _one(at: datetime, who: str, action: str, kind: str, item: str, **more: object) -> Seen:
    return replace(Seen(0, at, who, "console", action, kind, item), **more)  # type: ignore[arg-type]


def _many(count: int, gap: timedelta, make: Callable[[int], Seen]) -> list[Seen]:
    return [replace(one, at=one.at + gap * number) for number in range(count) for one in [make(number)]]


DAY = START + timedelta(days=10)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
WORK = {"case": "ana 1", "reason": "call"}


def _look(number: int, **more: object) -> Seen:
    return _one(DAY, "ana", "show", "ad", f"planted {number}", **(WORK | more))


def _contact(number: int, **more: object) -> Seen:
    return _one(DAY, "ana", "look up", "contact", f"planted {number}", **(WORK | more))


def _of(action: str, number: int, kind: str = "group", **more: object) -> Seen:
    return _one(DAY, "ana", action, kind, f"planted {number}", **more)


def _with_looks(action: str) -> list[Seen]:
    opened = _many(40, MINUTE * 2, lambda n: replace(_of("group", n), at=DAY - timedelta(hours=2)))
    return opened + _many(35, SECOND * 10, lambda n: _of(action, n))


PLANTED: dict[str, list[Seen]] = {
    "night": _many(6, MINUTE, lambda n: replace(_look(n), at=DAY.replace(hour=23))),
    "weekend": _many(14, MINUTE * 5, lambda n: replace(_look(n), at=START + timedelta(days=5))),
    "bulk": _many(160, SECOND * 15, _look),
    "contacts in bulk": _many(30, MINUTE, _contact),
    "pace": _many(45, SECOND, _look),
    "own name": [_one(DAY, "ana", "search", "query", "q", own=frozenset({"name"}))],
    "own contact": [_one(DAY, "ana", "search", "query", "q", own=frozenset({"contact"}))],
    "near home": _many(
        5, timedelta(days=1), lambda n: _one(DAY, "ana", "search", "query", f"q{n}", own=frozenset({"home"}))
    ),
    "again and again": _many(8, timedelta(days=1), lambda _: _look(1)),
    "no case": _many(11, MINUTE * 20, lambda n: _contact(n, case=None)),
    "no reason": _many(11, MINUTE * 20, lambda n: _contact(n, reason=None)),
    "many cases": _many(3, timedelta(days=2), lambda n: _contact(1, case=f"case {n}")),
    "one reason for all": _many(65, timedelta(hours=1), lambda n: _contact(n, reason="because")),
    "exports": _many(6, MINUTE * 20, lambda n: _of("export", n)),
    "denied": _many(6, MINUTE, lambda _: _one(DAY, "ana", "refused", "page", "audit")),
    "guessing": _many(12, MINUTE, lambda _: _one(DAY, "unknown", "sign-in refused", "account", "bo")),
    "codes": _many(6, MINUTE, lambda _: _one(DAY, "ana", "second factor refused", "account", "ana")),
    "verdicts": _with_looks("decide"),
    "undoing": _many(7, MINUTE, lambda n: _of("undo decision", n)),
    "tokens": _many(5, MINUTE, lambda n: _of("make token", n, "token")),
    "one approver": _many(
        6, timedelta(days=1), lambda n: _one(DAY, "cleo", "grant approval", "approval", str(n), about="ana")
    ),
    "each other": [
        _one(DAY, "cleo", "grant approval", "approval", "1", about="ana"),
        _one(DAY + timedelta(days=3), "ana", "grant approval", "approval", "2", about="cleo"),
    ],
    "unread verdicts": _many(9, MINUTE * 20, lambda n: _of("decide", n)),
    "erases own looks": [_look(1), replace(_look(1), at=DAY + MINUTE, action="erase", via="command")],
    "takeover": [
        _one(DAY, "root", "set password", "account", "bo"),
        _one(DAY + MINUTE * 5, "bo", "sign in", "account", "bo"),
    ],
    "awake": [
        _one(DAY - timedelta(days=90), "gus", "sign in", "account", "gus"),
        *_many(45, MINUTE * 5, lambda n: replace(_look(n), actor="gus")),
    ],
    "jump": _many(110, MINUTE * 3, _look),
    "follows": [
        one
        for number in range(14)
        for at in [DAY + MINUTE * 3 * number]
        for one in (
            _one(at, "bo", "show", "ad", f"shared {number}", case="bo 1"),
            _one(at + MINUTE, "ana", "show", "ad", f"shared {number}", case="ana 1"),
        )
    ],
}


def test_every_pattern_is_planted_here_and_there_are_more_than_twenty() -> None:
    assert set(PLANTED) == {rule.name for rule in misuse.rules()}
    assert len(PLANTED) >= 20


def _found(events: list[Seen]) -> list[misuse.Finding]:
    ordered = sorted(events, key=lambda one: one.at)
    return misuse.findings([replace(one, seq=number) for number, one in enumerate(ordered, start=1)])


def test_a_quiet_month_has_no_findings(background: list[Seen]) -> None:
    assert _found(background) == []


# What cannot be planted alone: so many looks in an hour are more than the person's usual day as well, and so on.
ALONG = {"bulk": {"jump"}, "one reason for all": {"night", "weekend"}}


@pytest.mark.parametrize("pattern", sorted(PLANTED))
def test_a_planted_pattern_is_found_with_its_events(background: list[Seen], pattern: str) -> None:
    planted = PLANTED[pattern]
    found = _found([*background, *planted])
    assert pattern in {one.pattern for one in found} <= {pattern} | ALONG.get(pattern, set[str]())
    [finding] = [one for one in found if one.pattern == pattern]
    assert finding.actor in {one.actor for one in planted}
    assert finding.first >= min(one.at for one in planted)
    assert 0 < len(finding.seqs) <= misuse.NAMED


@pytest.mark.parametrize("pattern", sorted(name for name, events in PLANTED.items() if len(events) > 1))
def test_less_than_the_pattern_is_no_finding(background: list[Seen], pattern: str) -> None:
    """The last event alone is what anybody does."""
    assert pattern not in {one.pattern for one in _found([*background, PLANTED[pattern][-1]])}


def _days(*looks: int) -> list[Seen]:
    """So many looks on one day after the other."""
    return [
        _one(DAY + timedelta(days=day, minutes=number), "ana", "show", "ad", f"{day} {number}")
        for day, count in enumerate(looks)
        for number in range(count)
    ]


@pytest.mark.parametrize(
    ("looks", "unusual"),
    [
        ((12, 12, 12, 12, 60), True),  # five times the middle day, and as many as the rule wants at least
        ((12, 12, 12, 12, 59), False),
        ((13, 13, 13, 13, 64), False),  # less than five times
        ((13, 13, 13, 13, 65), True),
        ((12, 12, 12, 60), False),  # four days are too few to know what is usual
    ],
)
def test_a_day_is_a_jump_from_five_times_the_usual_on(looks: tuple[int, ...], unusual: bool) -> None:
    assert ("jump" in {one.pattern for one in _found(_days(*looks))}) is unusual


@pytest.mark.parametrize(("hour", "night"), [(21, False), (22, True), (0, True), (5, True), (6, False), (12, False)])
def test_the_night_is_from_ten_to_six(hour: int, night: bool) -> None:
    assert misuse.CONDITIONS["night"](replace(_look(1), at=DAY.replace(hour=hour, minute=0))) is night


@pytest.mark.parametrize(("day", "weekend"), [(4, False), (5, True), (6, True), (7, False)])
def test_a_weekend_is_saturday_and_sunday(day: int, weekend: bool) -> None:
    assert misuse.CONDITIONS["weekend"](replace(_look(1), at=START + timedelta(days=day))) is weekend


@pytest.mark.parametrize("action", ["search", "show", "group", "why linked", "look up", "why"])
def test_every_kind_of_look_counts_as_one(action: str) -> None:
    assert "bulk" in {one.pattern for one in _found([replace(one, action=action) for one in PLANTED["bulk"]])}


@pytest.mark.parametrize("action", ["sign in", "decide", "audit"])
def test_an_act_that_shows_nobody_is_no_look(action: str) -> None:
    assert "bulk" not in {one.pattern for one in _found([replace(one, action=action) for one in PLANTED["bulk"]])}

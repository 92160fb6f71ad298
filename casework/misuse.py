"""Unusual patterns in the audit log: what they are stands in `misuse.yml`; here is how they are found.

Each function takes the events in order, their times in the team's zone, and gives what a person should be asked about.
"""

import re
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

from store.datafiles import load_data

FILE = Path(__file__).with_name("misuse.yml")
LOOKS = frozenset({"search", "show", "group", "why linked", "look up", "why"})
NIGHT = (22, 6)  # hours, local
SPANS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
NAMED = 20  # events that a finding names


@dataclass(frozen=True, slots=True)
class Seen:
    """An event as the patterns see it; `own` says which of their own terms a search held."""

    seq: int
    at: datetime
    actor: str
    via: str
    action: str
    kind: str
    item: str
    case: str | None = None
    reason: str | None = None
    about: str | None = None  # whom the act concerns, where its facts name a colleague
    own: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern of the file."""

    name: str
    title: str
    often: str
    values: Mapping[str, Any]

    def span(self, name: str = "within") -> timedelta:
        """A length of time of the rule."""
        found = re.fullmatch(r"(\d{1,6})([smhd])", self.values[name])
        if found is None:
            raise ValueError(f"{FILE}: {self.name}: {name} is a number with s, m, h or d")
        return timedelta(seconds=int(found[1]) * SPANS[found[2]])

    @property
    def least(self) -> int:
        """From how many on it is unusual."""
        return int(self.values["least"])


@dataclass(frozen=True, slots=True)
class Finding:
    """A pattern that somebody's events fit."""

    pattern: str
    title: str
    often: str
    actor: str
    count: int
    first: datetime
    last: datetime
    seqs: tuple[int, ...]


CONDITIONS: dict[str, Callable[[Seen], bool]] = {
    "night": lambda one: one.at.hour >= NIGHT[0] or one.at.hour < NIGHT[1],
    "weekend": lambda one: one.at.weekday() >= 5,
    "console": lambda one: one.via == "console",
    "thing": lambda one: one.kind in {"ad", "group", "contact"},
    "no case": lambda one: not one.case,
    "case": lambda one: bool(one.case),
    "no reason": lambda one: not one.reason,
    "reason": lambda one: bool(one.reason),
    "own name": lambda one: "name" in one.own,
    "own home": lambda one: "home" in one.own,
    "own contact": lambda one: "contact" in one.own,
}
PARTS: dict[str, Callable[[Seen], Any]] = {
    "item": lambda one: one.item,
    "day": lambda one: one.at.date(),
    "case": lambda one: one.case,
    "reason": lambda one: one.reason,
    "asked by": lambda one: one.about,
    "event": lambda one: one.seq,
}


@cache
def rules() -> tuple[Rule, ...]:
    """Every pattern of the file."""
    return tuple(Rule(name, row["title"], row["often"], row) for name, row in load_data(FILE).items())


def findings(events: Sequence[Seen], chosen: Iterable[Rule] | None = None) -> list[Finding]:
    """What the patterns find, newest first."""
    found = [
        one
        for rule in (rules() if chosen is None else chosen)
        for one in (FUNCTIONS[rule.values["by"]] if "by" in rule.values else counted)(events, rule)
    ]
    return sorted(found, key=lambda one: (one.last, one.pattern), reverse=True)


def counted(events: Sequence[Seen], rule: Rule) -> Iterator[Finding]:
    """At least so many events, or different values of a part of theirs, within a span: once for each person and `per`."""
    actions = LOOKS if rule.values["actions"] == "looks" else frozenset(rule.values["actions"])
    conditions = [CONDITIONS[name] for name in rule.values.get("only", ())]
    per, distinct = PARTS.get(rule.values.get("per", "")), PARTS[rule.values.get("distinct", "event")]
    streams: dict[tuple[str, Any], list[Seen]] = defaultdict(list)
    for one in events:
        if one.action in actions and all(fits(one) for fits in conditions):
            streams[one.actor, per(one) if per else None].append(one)
    for stream in streams.values():
        if busiest := _busiest(stream, rule.span(), distinct, rule.least):
            yield _finding(rule, busiest[0], busiest[1])


def each_other(events: Sequence[Seen], rule: Rule) -> Iterator[Finding]:
    """A granted B's request and B granted A's within the span."""
    last: dict[tuple[str, str | None], Seen] = {}
    told: set[frozenset[str | None]] = set()
    for one in events:
        if one.action != "grant approval":
            continue
        back = last.get((one.about or "", one.actor))
        pair = frozenset((one.actor, one.about))
        if back is not None and one.at - back.at <= rule.span() and pair not in told:
            told.add(pair)
            yield _finding(rule, [back, one], 2)
        last[one.actor, one.about] = one


def unread_verdicts(events: Sequence[Seen], rule: Rule) -> Iterator[Finding]:
    """Decisions on groups that the person had not opened within the span before."""
    opened: dict[tuple[str, str], datetime] = {}
    unread: dict[str, list[Seen]] = defaultdict(list)
    for one in events:
        if one.action == "group":
            opened[one.actor, one.item] = one.at
        elif one.action == "decide":
            seen = opened.get((one.actor, one.item))
            if seen is None or one.at - seen > rule.span():
                unread[one.actor].append(one)
    for stream in unread.values():
        if busiest := _busiest(stream, rule.span(), PARTS["event"], rule.least):
            yield _finding(rule, *busiest)


def erases_own_looks(events: Sequence[Seen], rule: Rule) -> Iterator[Finding]:
    """An ad erased by somebody who had opened it."""
    looked: dict[tuple[str, str], Seen] = {}
    for one in events:
        if one.action in LOOKS:
            looked[one.actor, one.item] = one
        elif one.action == "erase":
            before = looked.get((one.actor, one.item))
            if before is not None and one.at - before.at <= rule.span():
                yield _finding(rule, [before, one], 1)


def takeover(events: Sequence[Seen], rule: Rule) -> Iterator[Finding]:
    """A password or factor changed by another person, and the account used soon after."""
    changed: dict[str, Seen] = {}
    for one in events:
        if one.action in {"set password", "remove second factor", "enrol second factor", "link account"}:
            changed[one.item] = one
        elif one.action == "sign in":
            before = changed.pop(one.item, None)
            if before is not None and before.actor != one.actor and one.at - before.at <= rule.span():
                yield _finding(rule, [before, one], 1)


def awake(events: Sequence[Seen], rule: Rule) -> Iterator[Finding]:
    """Many looks in the time after a long silence."""
    last: dict[str, datetime] = {}
    woken: dict[str, list[Seen]] = {}
    for one in events:
        before = last.get(one.actor)
        last[one.actor] = one.at
        if before is not None and one.at - before >= rule.span("quiet"):
            woken[one.actor] = []
        if one.actor in woken and one.action in LOOKS:
            woken[one.actor].append(one)
    for stream in woken.values():
        early = [one for one in stream if one.at - stream[0].at <= rule.span()]
        if len(early) >= rule.least:
            yield _finding(rule, early, len(early))


def jump(events: Sequence[Seen], rule: Rule) -> Iterator[Finding]:
    """A day with many times the looks of the person's middle day, where there are five days to compare."""
    days: dict[str, dict[date, list[Seen]]] = defaultdict(lambda: defaultdict(list))
    for one in events:
        if one.action in LOOKS:
            days[one.actor][one.at.date()].append(one)
    for own in days.values():
        usual = median(len(held) for held in own.values())
        for held in own.values():
            if len(own) >= 5 and len(held) >= max(rule.least, rule.values["times"] * usual):
                yield _finding(rule, held, len(held))


def follows(events: Sequence[Seen], rule: Rule) -> Iterator[Finding]:
    """Things opened soon after one and the same colleague opened them."""
    last: dict[str, Seen] = {}
    behind: dict[tuple[str, str], list[Seen]] = defaultdict(list)
    for one in events:
        if one.action not in LOOKS or not CONDITIONS["thing"](one):
            continue
        before = last.get(one.item)
        if before is not None and before.actor != one.actor and one.at - before.at <= rule.span("behind"):
            behind[one.actor, before.actor].append(one)
        last[one.item] = one
    for stream in behind.values():
        if busiest := _busiest(stream, rule.span(), PARTS["item"], rule.least):
            yield _finding(rule, *busiest)


FUNCTIONS: dict[str, Callable[[Sequence[Seen], Rule], Iterator[Finding]]] = {
    one.__name__: one for one in (each_other, unread_verdicts, erases_own_looks, takeover, awake, jump, follows)
}


def _busiest(
    stream: Sequence[Seen], span: timedelta, part: Callable[[Seen], Any], least: int
) -> tuple[list[Seen], int] | None:
    """The events of the window with most different parts, and how many these are; None where they are fewer than `least`."""
    window: deque[Seen] = deque()
    held: Counter[Any] = Counter()
    best: tuple[list[Seen], int] | None = None
    for one in stream:
        window.append(one)
        held[part(one)] += 1
        while one.at - window[0].at > span:
            gone = part(window.popleft())
            held[gone] -= 1
            if not held[gone]:
                del held[gone]
        if len(held) >= max(least, best[1] + 1 if best else 0):
            best = list(window), len(held)
    return best


def _finding(rule: Rule, events: Sequence[Seen], count: int) -> Finding:
    seqs = tuple(one.seq for one in events[-NAMED:])
    return Finding(rule.name, rule.title, rule.often, events[-1].actor, count, events[0].at, events[-1].at, seqs)

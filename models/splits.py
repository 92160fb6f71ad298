"""Splits without leaks: groups that share near-copies stay together, and what is tested lies later than what is learned."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from linker.wording import SHORTEST
from models.cases import Cases
from models.folders import hashed
from models.training import TrainingError

# Shares of the groups: to learn from, to calibrate on, and, the rest, to be measured on.
LEARN, CALIBRATE = 0.6, 0.2


@dataclass(frozen=True, slots=True)
class Planted:
    """Row numbers of what leaks, by kind; each has to be empty."""

    near_copies: tuple[int, ...]  # tested rows
    copies: tuple[int, ...]
    contacts: tuple[int, ...]
    future: tuple[int, ...]  # learned rows


@dataclass(frozen=True, slots=True)
class Split:
    """Row numbers of the three parts, each sorted."""

    learn: tuple[int, ...]
    calibrate: tuple[int, ...]
    test: tuple[int, ...]


def split(cases: Cases, away: Collection[str] = ()) -> Split:
    """By block, then by time, then by site: the oldest blocks to learn from, the newest to be measured on, and with them
    every block that has a group of a site in `away`. Raises TrainingError where anything leaks all the same.
    """
    members: dict[str, list[int]] = defaultdict(list)
    for row, block in enumerate(cases.block):
        members[block].append(row)
    newest: dict[str, datetime] = {block: max(cases.at[row] for row in rows) for block, rows in members.items()}
    parts: tuple[list[int], list[int], list[int]] = ([], [], [])
    placed = 0
    for block in sorted(members, key=lambda block: (newest[block], block)):
        share = placed / len(cases)
        part = 0 if share < LEARN else 1 if share < LEARN + CALIBRATE else 2
        aside = any(cases.sites[row] in away for row in members[block])
        parts[2 if aside else part].extend(members[block])
        placed += len(members[block])
    made = Split(*(tuple(sorted(part)) for part in parts))
    refuse(planted(cases, made, away))
    return made


def planted(cases: Cases, parts: Split, away: Collection[str] = ()) -> Planted:
    """What leaks from the rows learned from into those measured on, looked for anew and not taken from the blocks alone."""
    learned = (*parts.learn, *parts.calibrate)
    lines = {line for row in learned for line in _lines(cases.texts[row])}
    contacts = {one for row in learned for one in cases.contacts[row]}
    aside = {cases.block[row] for row in parts.test if cases.sites[row] in away}
    newest: dict[str, datetime] = {}
    for row in parts.test:
        if cases.block[row] not in aside:
            newest[cases.block[row]] = max(cases.at[row], newest.get(cases.block[row], cases.at[row]))
    first = min(newest.values(), default=None)
    return Planted(
        near_copies=tuple(leaks(cases, learned, parts.test)),
        copies=tuple(row for row in parts.test if not lines.isdisjoint(_lines(cases.texts[row]))),
        contacts=tuple(row for row in parts.test if not contacts.isdisjoint(cases.contacts[row])),
        future=tuple(row for row in learned if first is not None and cases.at[row] > first),
    )


def refuse(found: Planted) -> None:
    """Raises TrainingError, with the rows, where anything leaks."""
    for rows, what in (
        (found.near_copies, "groups to be measured on share near-copies or ads with groups learned from"),
        (found.copies, "groups to be measured on hold a text that was learned from"),
        (found.contacts, "groups to be measured on share a contact with groups learned from"),
        (found.future, "groups learned from are newer than groups to be measured on"),
    ):
        if rows:
            raise TrainingError(f"{len(rows)} {what} (rows {', '.join(map(str, rows[:5]))}); nothing was trained")


def _lines(text: str) -> list[str]:
    """The texts of a group that say enough to be known again."""
    return [line for line in text.split("\n") if line.count(" ") >= SHORTEST - 1]


def leaks(cases: Cases, learned: Collection[int], tested: Collection[int]) -> list[int]:
    """The tested rows that share a near-copy or an ad with a learned row."""
    blocks = {cases.block[row] for row in learned}
    ads = {ad_id for row in learned for ad_id in cases.ad_ids[row]}
    return [row for row in sorted(tested) if cases.block[row] in blocks or not ads.isdisjoint(cases.ad_ids[row])]


def held_out(cases: Cases, seen: frozenset[str]) -> tuple[int, ...]:
    """The rows a model that saw these ads (hashed) may be measured on: no such ad, nor a near-copy of a group with one."""
    known = [row for row, ad_ids in enumerate(cases.ad_ids) if any(hashed(ad_id) in seen for ad_id in ad_ids)]
    blocks = {cases.block[row] for row in known}
    return tuple(row for row in range(len(cases)) if cases.block[row] not in blocks)

"""Splits without leaks: groups that share near-copies stay together, and what is tested lies later than what is learned."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from models.cases import Cases
from models.folders import hashed
from models.training import TrainingError

# Shares of the groups: to learn from, to calibrate on, and, the rest, to be measured on.
LEARN, CALIBRATE = 0.6, 0.2


@dataclass(frozen=True, slots=True)
class Split:
    """Row numbers of the three parts, each sorted."""

    learn: tuple[int, ...]
    calibrate: tuple[int, ...]
    test: tuple[int, ...]


def split(cases: Cases) -> Split:
    """By block, then by time: the oldest blocks to learn from, the newest to be measured on."""
    members: dict[str, list[int]] = defaultdict(list)
    for row, block in enumerate(cases.block):
        members[block].append(row)
    newest: dict[str, datetime] = {block: max(cases.at[row] for row in rows) for block, rows in members.items()}
    parts: tuple[list[int], list[int], list[int]] = ([], [], [])
    placed = 0
    for block in sorted(members, key=lambda block: (newest[block], block)):
        share = placed / len(cases)
        parts[0 if share < LEARN else 1 if share < LEARN + CALIBRATE else 2].extend(members[block])
        placed += len(members[block])
    made = Split(*(tuple(sorted(part)) for part in parts))
    if leaked := leaks(cases, {*made.learn, *made.calibrate}, made.test):
        raise TrainingError(f"{len(leaked)} groups to be measured on share text or ads with groups learned from")
    return made


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

"""Signals as they stand in the store: one row for an ad, and one for each key it carries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

from sqlalchemy import Connection, delete, literal, select

from linker.records import Reason
from linker.signals import KEYS, Key, Signals, facts_to_fields
from linker.tables import link_keys, link_signals, link_work, text_bands
from linker.wording import Wording
from linker.work import Step, Stretch, clear, listed, put, put_from
from store.database import (
    ASKED,
    Written,
    among,
    chunks,
    insert_from,
    insert_plain,
    plain_in,
    plain_rows,
    select_in,
    written,
)

REASONS = {reason.value: reason for reason in Reason}
# The plain names; to ask a member for its value takes longer than to look it up.
NAMES = {reason: name for name, reason in REASONS.items()}
# A listed key, as an expression: by the bare column SQLite would go through all keys up to the stretch's end.
LISTED = link_work.c.item + ""
CARRIED = select(link_keys.c.ad_id, link_keys.c.reason, link_keys.c.key)
TOLD = select(
    link_signals.c.ad_id,
    link_signals.c.seen_first,
    link_signals.c.seen_last,
    link_signals.c.wording,
    link_signals.c.facts,
)


def load_signals(connection: Connection, ad_ids: Iterable[str]) -> dict[str, Signals]:
    """The signals of these ads that the store has; of the wordings only the digest."""
    wanted = list(ad_ids)
    keys: dict[str, list[Key]] = defaultdict(list)
    for ad_id, reason, key in plain_in(connection, CARRIED, link_keys.c.ad_id, wanted):
        keys[ad_id].append(KEYS[reason][key])
    return {
        ad_id: Signals(
            ad_id=ad_id,
            first=first,
            last=last,
            keys=tuple(sorted(keys[ad_id])),
            wording=Wording(wording, ""),
            **facts_to_fields(facts),
        )
        for ad_id, first, last, wording, facts in select_in(connection, TOLD, link_signals.c.ad_id, wanted)
    }


class Known:
    """Signals by ad id, each read from the store when first asked for; of more than ROOM ads the rest is read again."""

    ROOM = 1_500_000

    def __init__(self) -> None:
        self.made: dict[str, Signals] = {}
        self.read: dict[str, Signals] = {}
        self.clusters: Mapping[str, str] = {}  # of wordings, where they are known without asking the store

    def hold(self, ad_ids: Iterable[str], made: Iterable[Signals]) -> None:
        """Remember the signals that were just made of these ads, so that only their text keys are read later on."""
        for ad_id in ad_ids:
            self.made.pop(ad_id, None)
        for one in made:
            if len(self.made) < self.ROOM:
                self.made[one.ad_id] = one

    def of(self, connection: Connection, ad_ids: Iterable[str]) -> list[Signals]:
        """The signals of those of `ad_ids` that the store has, in the given order; their text keys must be written by now."""
        wanted = list(ad_ids)
        try:
            return list(map(self.read.__getitem__, wanted))
        except KeyError:
            self.load(connection, wanted)
        return [self.read[one] for one in wanted if one in self.read]

    def load(self, connection: Connection, ad_ids: Collection[str]) -> None:
        """Read what is not there yet of the signals of these ads, to be asked for next."""
        missing = sorted(set(ad_ids).difference(self.read))
        if missing and len(self.read) + len(missing) > self.ROOM:
            self.read = {}
            missing = sorted(set(ad_ids))
        if missing:
            held = [self.made.pop(one) for one in missing if one in self.made]
            _add_text_keys(connection, held, self.clusters)
            self.read.update((one.ad_id, one) for one in held)
            self.read.update(load_signals(connection, [one for one in missing if one not in self.read]))


def _add_text_keys(connection: Connection, made: Sequence[Signals], clusters: Mapping[str, str]) -> None:
    worded = [one for one in made if one.wording.digest]
    asked = [one.ad_id for one in worded if one.wording.digest not in clusters]
    query = select(link_keys.c.ad_id, link_keys.c.key).where(link_keys.c.reason == Reason.TEXT.value)
    stored: dict[str, str] = {row.ad_id: row.key for row in select_in(connection, query, link_keys.c.ad_id, asked)}
    for one in worded:
        cluster = clusters.get(one.wording.digest) or stored.get(one.ad_id)
        if cluster:
            one.keys = tuple(sorted((*one.keys, KEYS[Reason.TEXT.value][cluster])))


class SignalRows(NamedTuple):
    """Signals as they are stored, by ad: rows of link_signals, and rows of link_keys."""

    signals: list[tuple[str, datetime, datetime, Written, str]]
    keys: list[tuple[str, str, str]]


def rows_of(made: Iterable[Signals]) -> SignalRows:
    """The rows of these signals, in the order of their tables: so each page of these is gone to once."""
    ordered = sorted(made, key=attrgetter("ad_id"))
    return SignalRows(
        [(one.ad_id, one.first, one.last, written(one.facts()), one.wording.digest) for one in ordered],
        [(one.ad_id, NAMES[reason], value) for one in ordered for reason, value in one.keys],
    )


def replace_signals(connection: Connection, ad_ids: Sequence[str], made: SignalRows) -> None:
    """Put `made` in place of whatever the store has of `ad_ids`, and on the lists what the next steps have to do for it.

    Their text keys are written by `list_keys`.
    """
    put(connection, Step.AD, sorted(ad_ids))
    there = {
        row.ad_id: row.wording
        for row in select_in(
            connection, select(link_signals.c.ad_id, link_signals.c.wording), link_signals.c.ad_id, ad_ids
        )
    }
    if there:
        put(connection, Step.WORDING, sorted({digest for digest in there.values() if digest}))
        for part in chunks(sorted(there), ASKED):
            mine = among(connection, link_keys.c.ad_id, part)
            put_from(connection, Step.KEY, link_keys.c.key, link_keys.c.reason, select(link_keys).where(mine))
            connection.execute(delete(link_keys).where(mine))
            connection.execute(delete(link_signals).where(among(connection, link_signals.c.ad_id, part)))
    columns = ("ad_id", "seen_first", "seen_last", "facts", "wording")
    insert_plain(connection, link_signals, columns, made.signals, new=True)
    insert_plain(connection, link_keys, ("ad_id", "reason", "key"), made.keys, new=True)


def list_keys(connection: Connection, stretch: Stretch) -> int:
    """Write the text keys of the ads on this stretch of the list; put all their keys on the list of those to judge, the text
    keys they had before among them, and the ads on that for groups; returns how many ads it was."""
    here = listed(Step.AD, stretch.upto, stretch.after)
    texts = (link_keys.c.reason == Reason.TEXT.value) & link_keys.c.ad_id.in_(select(link_work.c.item).where(here))
    put_from(connection, Step.KEY, link_keys.c.key, link_keys.c.reason, select(link_keys).where(texts))
    connection.execute(delete(link_keys).where(texts))
    clustered = (
        select(link_signals.c.ad_id, literal(Reason.TEXT.value), text_bands.c.cluster)
        .join_from(link_work, link_signals, link_signals.c.ad_id == link_work.c.item)
        .join(text_bands, text_bands.c.wording == link_signals.c.wording)
        .where(here)
    )
    insert_from(connection, link_keys, ("ad_id", "reason", "key"), clustered)
    carried = select(link_keys).join_from(link_work, link_keys, link_keys.c.ad_id == link_work.c.item).where(here)
    put_from(connection, Step.KEY, link_keys.c.key, link_keys.c.reason, carried)
    put_from(connection, Step.GROUP, link_work.c.item, None, select(link_work).where(here))
    clear(connection, Step.AD, stretch.upto)
    return stretch.items


def shared_keys(connection: Connection, stretch: Stretch) -> dict[Key, list[str]]:
    """For each key on this stretch of the list that several ads carry, the ids of these."""
    query = (
        select(link_work.c.part, link_work.c.item, link_keys.c.ad_id)
        .join_from(link_work, link_keys, (link_keys.c.reason == link_work.c.part) & (link_keys.c.key == LISTED))
        .where(listed(Step.KEY, stretch.upto, stretch.after))
    )
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for reason, value, ad_id in plain_rows(connection, query):
        found[reason, value].append(ad_id)
    shared = sorted((value, ids) for value, ids in found.items() if len(ids) > 1)
    return {KEYS[reason][value]: ids for (reason, value), ids in shared}


def carriers(connection: Connection, keys: Iterable[Key]) -> dict[Key, list[str]]:
    """For each of these keys the ids of the ads that carry it, in their order."""
    found: dict[Key, list[str]] = {}
    for key in sorted(set(keys)):
        query = select(link_keys.c.ad_id).where(link_keys.c.reason == key.reason.value, link_keys.c.key == key.value)
        found[key] = in_order(connection, connection.execute(query).scalars())
    return found


def in_order(connection: Connection, ad_ids: Iterable[str]) -> list[str]:
    """These ads in their order."""
    query = select(link_signals.c.ad_id, link_signals.c.seen_first)
    rows = select_in(connection, query, link_signals.c.ad_id, ad_ids)
    return [row.ad_id for row in sorted(rows, key=lambda row: (row.seen_first, row.ad_id))]

"""Signals as they stand in the store: one row for an ad, and one for each key it carries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, delete, insert, select

from linker.records import Reason
from linker.signals import Key, Signals, facts_to_fields
from linker.tables import link_keys, link_signals, wordings
from linker.wording import Wording
from store.database import chunks, select_in


def load_signals(connection: Connection, ad_ids: Iterable[str]) -> dict[str, Signals]:
    """The signals of these ads that the store has; of the wordings only the digest."""
    wanted = list(ad_ids)
    keys: dict[str, list[Key]] = defaultdict(list)
    for row in select_in(connection, select(link_keys), link_keys.c.ad_id, wanted):
        keys[row.ad_id].append(Key(Reason(row.reason), row.key))
    return {
        row.ad_id: Signals(
            ad_id=row.ad_id,
            first=row.seen_first,
            last=row.seen_last,
            keys=tuple(sorted(keys[row.ad_id])),
            wording=Wording(row.wording, ""),
            **facts_to_fields(row.facts),
        )
        for row in select_in(connection, select(link_signals), link_signals.c.ad_id, wanted)
    }


class Known:
    """Signals by ad id, each read from the store when first asked for."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.read: dict[str, Signals] = {}

    def of(self, ad_ids: Iterable[str]) -> list[Signals]:
        """The signals of those of `ad_ids` that the store has, in the given order."""
        wanted = list(ad_ids)
        self.read.update(load_signals(self.connection, sorted({one for one in wanted if one not in self.read})))
        return [self.read[one] for one in wanted if one in self.read]


def load_texts(connection: Connection, digests: Iterable[str]) -> dict[str, str]:
    """The texts of these wordings."""
    query = select(wordings.c.wording, wordings.c.text)
    return {row.wording: row.text for row in select_in(connection, query, wordings.c.wording, sorted(digests))}


def replace_signals(connection: Connection, ad_ids: Iterable[str], made: Sequence[Signals]) -> None:
    """Put `made` in place of whatever the store has of `ad_ids`; their text clusters are written by `recluster`."""
    for part in chunks(ad_ids):
        connection.execute(delete(link_signals).where(link_signals.c.ad_id.in_(part)))
        connection.execute(delete(link_keys).where(link_keys.c.ad_id.in_(part)))
    rows = [
        {
            "ad_id": one.ad_id,
            "seen_first": one.first,
            "seen_last": one.last,
            "facts": one.facts(),
            "wording": one.wording.digest,
        }
        for one in made
    ]
    keys = [{"ad_id": one.ad_id, "reason": key.reason.value, "key": key.value} for one in made for key in one.keys]
    if rows:
        connection.execute(insert(link_signals), rows)
    if keys:
        connection.execute(insert(link_keys), keys)


def replace_clusters(connection: Connection, clusters: dict[str, str]) -> None:
    """Write the text key of each ad (ad id to cluster) in place of an earlier one."""
    for part in chunks(clusters):
        connection.execute(
            delete(link_keys).where(link_keys.c.ad_id.in_(part), link_keys.c.reason == Reason.TEXT.value)
        )
    rows = [{"ad_id": ad_id, "reason": Reason.TEXT.value, "key": cluster} for ad_id, cluster in clusters.items()]
    if rows:
        connection.execute(insert(link_keys), rows)


def carriers(connection: Connection, keys: Iterable[Key]) -> dict[Key, list[str]]:
    """For each key the ids of the ads that carry it, in their order."""
    values: dict[Reason, list[str]] = defaultdict(list)
    for key in sorted(keys):
        values[key.reason].append(key.value)
    found: dict[Key, list[tuple[object, str]]] = {key: [] for key in keys}
    for reason, wanted in values.items():
        query = (
            select(link_keys.c.key, link_keys.c.ad_id, link_signals.c.seen_first)
            .join(link_signals, link_signals.c.ad_id == link_keys.c.ad_id)
            .where(link_keys.c.reason == reason.value)
        )
        for row in select_in(connection, query, link_keys.c.key, wanted):
            found[Key(reason, row.key)].append((row.seen_first, row.ad_id))
    return {key: [ad_id for _, ad_id in sorted(members)] for key, members in found.items()}

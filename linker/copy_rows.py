"""Near-copy clusters as they stand in the store, kept exact while wordings come and go.

Only the bands of wordings that came or went are led anew, and only the clusters these touch are put together anew. Both are
functions of their members alone, so that is what doing everything again would give.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from linker.components import components
from linker.copies import Copies
from linker.signal_rows import load_texts
from linker.tables import link_signals, text_bands, wordings
from linker.wording import bands_of
from store.database import chunks, select_in

Bands = dict[int, dict[str, str | None]]  # band -> wording -> whom it follows there


def bands_by_wording(texts: Mapping[str, str]) -> dict[str, list[int]]:
    """The bands of each wording (digest to text)."""
    digests = sorted(texts)
    return dict(zip(digests, bands_of([texts[one] for one in digests]), strict=True))


def recluster(
    connection: Connection, texts: Mapping[str, str], bands: Mapping[str, list[int]], left: Iterable[str]
) -> dict[str, str]:
    """Add the wordings of `texts` (with their `bands`), drop those of `left` that no ad has any more.

    Returns the cluster of every wording that is new or changed its cluster.
    """
    known = _clusters_of(connection, texts)
    new = sorted(set(texts) - set(known))
    gone = _unused(connection, left)
    before = _clusters_of(connection, gone)
    touched = {row.band for row in select_in(connection, select(text_bands.c.band), text_bands.c.wording, gone)}
    _drop(connection, gone)
    touched.update(number for one in new for number in bands[one])
    members = _members(connection, touched)
    for one in new:
        for number in bands[one]:
            members[number][one] = None
    _add(connection, new, texts, bands)
    seeds = _lead(connection, members) | set(new)
    return _put_together(connection, seeds, set(before.values()), new)


def _clusters_of(connection: Connection, digests: Iterable[str]) -> dict[str, str]:
    query = select(wordings.c.wording, wordings.c.cluster)
    return {row.wording: row.cluster for row in select_in(connection, query, wordings.c.wording, sorted(digests))}


def _unused(connection: Connection, digests: Iterable[str]) -> list[str]:
    asked = sorted({one for one in digests if one})
    query = select(link_signals.c.wording).distinct()
    used = {row.wording for row in select_in(connection, query, link_signals.c.wording, asked)}
    return [one for one in asked if one not in used]


def _drop(connection: Connection, gone: list[str]) -> None:
    for part in chunks(gone):
        connection.execute(delete(wordings).where(wordings.c.wording.in_(part)))
        connection.execute(delete(text_bands).where(text_bands.c.wording.in_(part)))


def _add(connection: Connection, new: list[str], texts: Mapping[str, str], bands: Mapping[str, list[int]]) -> None:
    if new:
        connection.execute(insert(wordings), [{"wording": one, "cluster": one, "text": texts[one]} for one in new])
        rows = [{"wording": one, "band": number, "leader": None} for one in new for number in bands[one]]
        connection.execute(insert(text_bands), rows)


def _members(connection: Connection, touched: Iterable[int]) -> Bands:
    found: Bands = defaultdict(dict)
    for row in select_in(connection, select(text_bands), text_bands.c.band, sorted(touched)):
        found[row.band][row.wording] = row.leader
    return found


def _lead(connection: Connection, members: Bands) -> set[str]:
    """Lead the bands anew; returns the wordings whose place in one changed, with old and new leaders."""
    shared = {band: one for band, one in members.items() if len(one) > 1 or any(one.values())}
    copies = Copies(load_texts(connection, {digest for one in shared.values() for digest in one}).__getitem__)
    changes: list[dict[str, object]] = []
    seeds: set[str] = set()
    for band, before in shared.items():
        after = copies.leaders(before)
        for wording, leader in before.items():
            if after.get(wording) != leader:
                changes.append({"one": wording, "in_band": band, "now": after.get(wording)})
                seeds.update(one for one in (wording, leader, after.get(wording)) if one)
    if changes:
        statement = update(text_bands).where(
            text_bands.c.wording == bindparam("one"), text_bands.c.band == bindparam("in_band")
        )
        connection.execute(statement.values(leader=bindparam("now")), changes)
    return seeds


def _put_together(connection: Connection, seeds: set[str], emptied: set[str], new: list[str]) -> dict[str, str]:
    affected = set(_clusters_of(connection, seeds).values()) | emptied
    query = select(wordings.c.wording, wordings.c.cluster)
    before = {row.wording: row.cluster for row in select_in(connection, query, wordings.c.cluster, sorted(affected))}
    follow = select(text_bands.c.wording, text_bands.c.leader).where(text_bands.c.leader.is_not(None)).distinct()
    edges = {(row.wording, row.leader) for row in select_in(connection, follow, text_bands.c.wording, sorted(before))}
    after = components(before, edges)
    moved = {one: after[one] for one in sorted(before) if after[one] != before[one]}
    if moved:
        statement = update(wordings).where(wordings.c.wording == bindparam("one")).values(cluster=bindparam("now"))
        connection.execute(statement, [{"one": one, "now": cluster} for one, cluster in moved.items()])
    return moved | {one: after[one] for one in new}

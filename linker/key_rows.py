"""Links and hubs as they stand in the store: every key an ad brought or took away is judged anew by all its ads."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from sqlalchemy import Connection, Text, bindparam, cast, delete, select, tuple_

from linker.evidence import NAMED, hub_of, links_of
from linker.records import Hub, Link, Reason
from linker.signal_rows import LISTED, NAMES, Known, in_order, shared_keys
from linker.signals import Key
from linker.specificity import SAMPLE, sampled
from linker.tables import hubs, link_work, links
from linker.work import Done, Step, Stretch, clear, listed, put, stretches
from store.behind import Behind
from store.database import execute_plain, insert_plain, plain_rows, written
from store.workspace import Workspace

ORDER = attrgetter("first", "ad_id")
PLACE = ("left", "right", "reason", "key")  # of a link in its table
# A link as it is stored: its place, weight and detail.
Stored = tuple[str, str, str, str, float, str]
NO_DETAIL = written({})


@dataclass(frozen=True, slots=True)
class Judged:
    """What the keys on a stretch of the list give: all their links, in no order, and hubs (reason, key, ads, why)."""

    stretch: Stretch
    links: list[Stored]
    hubs: list[tuple[str, str, int, str]]


def relink_all(workspace: Workspace, behind: Behind, known: Known, size: int, done: Done) -> None:
    """Judge every key on the list, about `size` at a time."""
    judged = (_judged(workspace, stretch, known) for stretch in stretches(workspace, Step.KEY, size))
    for count in behind.write(relink, judged):
        done(count)


def _judged(workspace: Workspace, stretch: Stretch, known: Known) -> Judged:
    made = Judged(stretch, [], [])
    with workspace.read() as connection:
        for found, hub in _evidence(connection, shared_keys(connection, stretch), known):
            made.links.extend(map(_as_stored, found))
            if hub is not None:
                made.hubs.append((NAMES[hub.reason], hub.key, hub.ads, hub.why))
    return made


def relink(connection: Connection, judged: Judged) -> int:
    """Write what changed, and list the ads at the ends of links that came, went or changed; returns how many keys it were."""
    stretch = judged.stretch
    before, after = _stored(connection, stretch), set(judged.links)
    stale, fresh = before - after, after - before
    _write(connection, stale, fresh)
    _write_hubs(connection, stretch, judged.hubs)
    ends = {end for left, right, *_ in (*stale, *fresh) for end in (left, right)}
    put(connection, Step.GROUP, sorted(ends))
    clear(connection, Step.KEY, stretch.upto)
    return stretch.items


def _as_stored(link: Link) -> Stored:
    left, right, reason, key, weight, detail = link
    return left, right, NAMES[reason], key, weight, written(detail) if detail else NO_DETAIL


def _evidence(
    connection: Connection, shared: Mapping[Key, Sequence[str]], known: Known
) -> Iterator[tuple[list[Link], Hub | None]]:
    known.load(connection, {ad_id for ids in shared.values() if len(ids) <= SAMPLE for ad_id in ids})
    for key, ids in shared.items():
        if len(ids) > SAMPLE:
            taken = sampled(in_order(connection, ids))
            if hub := hub_of(key, known.of(connection, taken), len(ids)):
                yield [], hub
                continue
        yield links_of(key, sorted(known.of(connection, ids), key=ORDER))


def _stored(connection: Connection, stretch: Stretch) -> set[Stored]:
    """The links that the keys on this stretch of the list gave before, those of recruitment among them."""
    named = link_work.c.part + NAMED + link_work.c.item
    found: set[Stored] = set()
    for reason, key in ((link_work.c.part, LISTED), (Reason.RECRUITMENT.value, named)):
        query = select(*(links.c[name] for name in (*PLACE, "weight")), cast(links.c.detail, Text))
        query = query.join_from(link_work, links, (links.c.reason == reason) & (links.c.key == key))
        found.update(plain_rows(connection, query.where(listed(Step.KEY, stretch.upto, stretch.after))))
    return found


def _write(connection: Connection, stale: set[Stored], fresh: set[Stored]) -> None:
    # A row at a time finds each by its key, where a list of rows makes SQLite go through all links.
    place = [links.c[name] == bindparam(f"the_{name}") for name in PLACE]
    gone = (one[:4] for one in sorted(stale))
    execute_plain(connection, delete(links).where(*place), [f"the_{name}" for name in PLACE], gone)
    insert_plain(connection, links, (*PLACE, "weight", "detail"), sorted(fresh), new=True)


def _write_hubs(connection: Connection, stretch: Stretch, found: Sequence[tuple[str, str, int, str]]) -> None:
    due = select(link_work.c.part, link_work.c.item).where(listed(Step.KEY, stretch.upto, stretch.after))
    connection.execute(delete(hubs).where(tuple_(hubs.c.reason, hubs.c.key).in_(due)))
    insert_plain(connection, hubs, ("reason", "key", "ads", "why"), found, new=True)

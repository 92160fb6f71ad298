"""How groups came to be: what happened between the membership before and after."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from linker.records import Lineage, Passage


def passages(before: Mapping[str, Iterable[str]], after: Mapping[str, Iterable[str]], at: datetime) -> list[Lineage]:
    """The events that lead from one set of groups (id to ad ids) to another, in the order of group ids.

    A group whose anchor changed has a new id and is merged into it.
    """
    was = {ad_id: group_id for group_id, members in before.items() for ad_id in members}
    heir: dict[str, set[str]] = {group_id: set() for group_id in before}
    events = []
    for group_id in sorted(after):
        members = set(after[group_id])
        sources = sorted({was[ad_id] for ad_id in members if ad_id in was} - {group_id})
        for source in sources:
            heir[source].add(group_id)
            passage = Passage.SPLIT if source in after else Passage.MERGED
            events.append(Lineage(group_id, at, passage, source))
        if group_id not in before and not sources:
            events.append(Lineage(group_id, at, Passage.BORN))
        elif any(ad_id not in was for ad_id in members):
            events.append(Lineage(group_id, at, Passage.GREW))
    events += [Lineage(one, at, Passage.GONE) for one in sorted(before) if one not in after and not heir[one]]
    return events

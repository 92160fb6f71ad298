"""Why two ads are linked: the chain of ads between them, each step with its reason and the words that show it."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from casework.policy import Action
from console.desk import Desk, NotFoundError, at
from console.marks import Mark, Segment, extract
from crawlers.stored import StoredAd, load_ads
from linker.records import Group, Link, Reason
from linker.stored import group_ids_of, load_groups
from linker.why import why
from nlp.records import Mention, Reading
from nlp.stored import load_readings

router = APIRouter()


@router.get("/why")
def show(desk: Annotated[Desk, Depends(at(Action.GROUP))], left: str = "", right: str = "") -> Response:
    """The chain from one ad to the other."""
    desk.look("why linked", "ad", left)
    desk.look("why linked", "ad", right)
    with desk.workspace.read() as connection:
        belongs = group_ids_of(connection, [left, right])
        groups = load_groups(connection, sorted(set(belongs.values())))
        known = load_ads(connection, [left, right])
        if missing := next((one for one in (left, right) if one not in known), None):
            raise NotFoundError(f"there is no ad {missing!r} here; give the ids of two ads")
        together = belongs.get(left) is not None and belongs.get(left) == belongs.get(right)
        steps = why(connection, left, right)
        ad_ids = {left, right, *(ad_id for step in steps for ad_id in (step.left, step.right))}
        ads, readings = load_ads(connection, ad_ids), load_readings(connection, ad_ids)
    return desk.page(
        "why.html",
        left=left,
        right=right,
        steps=[(step, [(link, _shows(link, ads, readings)) for link in step.links]) for step in steps],
        ads=ads,
        belongs=belongs,
        together=together,
        hubs=_shared_hubs(groups, belongs.get(left), readings.get(left), readings.get(right)),
    )


def _shows(
    link: Link, ads: Mapping[str, StoredAd], readings: Mapping[str, Reading]
) -> list[tuple[str, str, list[Segment], bool, bool]]:
    """For both ads of a link: id, field, the words around the shared value, whether they are cut before and after."""
    made = []
    for ad_id in (link.left, link.right):
        mention = _holding(readings.get(ad_id), link)
        texts = ads[ad_id].ad.texts()
        field = mention.field if mention else next((name for name in ("body", "title") if name in texts), None)
        if field is None or field not in texts:
            continue
        marks = [Mark(mention.start, mention.end, mention.kind.value, mention.value)] if mention else []
        made.append((ad_id, field, *extract(texts[field], marks)))
    return made


def _holding(reading: Reading | None, link: Link) -> Mention | None:
    """The mention that carries the link's key; none for near-copies, which are the whole text, and for pictures."""
    if reading is None:
        return None
    kind, key = link.reason.value, link.key
    if link.reason is Reason.RECRUITMENT:
        kind, _, key = key.partition(":")
    own = [one for one in reading.mentions if one.kind.value == kind]
    # The key of an address is its host and path alone.
    return next((one for one in own if one.value == key), next((one for one in own if key in one.value), None))


def _shared_hubs(
    groups: Mapping[str, Group], group_id: str | None, left: Reading | None, right: Reading | None
) -> list[str]:
    """Why a contact that both ads hold does not link them: it is on too many."""
    if left is None or right is None or group_id is None:
        return []
    both = {(one.kind.value, one.value) for one in left.mentions} & {
        (one.kind.value, one.value) for one in right.mentions
    }
    return [
        f"{hub.reason} {hub.key}: {hub.why}" for hub in groups[group_id].hubs if (hub.reason.value, hub.key) in both
    ]

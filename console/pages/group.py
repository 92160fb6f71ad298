"""One linked group: its priority with all reasons, who, where and when its ads name, why they are linked, and decisions."""

from collections import defaultdict
from datetime import datetime
from typing import Annotated
from urllib.parse import quote

import orjson
from fastapi import APIRouter, Depends, Form
from fastapi.responses import Response

from casework import decisions, groupfiles, queue, queue_states
from casework.groupfiles import GroupFile, carried, joints
from casework.policy import Action, ForbiddenError
from casework.records import QueueLane
from console import sealed
from console.atlas import atlas
from console.charts import prices_and_ages
from console.desk import Desk, NotFoundError, at, sent_to
from console.graph import graph
from console.timeline import Row, timeline
from crawlers.stored import load_ads
from linker.portrait import portrait
from models.labels import Tier, Value, choose
from models.lowering import lowerings
from models.style_rows import suggestions
from nlp.records import Kind, told
from store.errors import UsageError

router = APIRouter()
ADS = 100  # on one page
LINKS = 60
ROWS = {Kind.NAME: 8, Kind.PHONE: 8, Kind.EMAIL: 4, Kind.HANDLE: 4}
DRAWN = frozenset({Kind.PLACE, *ROWS})
CONTACTS = frozenset({Kind.PHONE, Kind.EMAIL, Kind.HANDLE})


@router.get("/group")
def show(desk: Annotated[Desk, Depends(at(Action.GROUP))], id: str, start: int = 0) -> Response:  # noqa: A002  the name in the address
    """The group's page, with its ads from the `start`-th newest on."""
    desk.look("group", "group", id)
    with desk.workspace.read() as connection:
        file = groupfiles.load(connection, id)
        if file is None:
            raise NotFoundError(
                f"there is no group {id!r} now; its ads may have joined another group: search for one of them"
            )
        drawn = portrait(connection, file.group, {}, templates=0)  # they are looked at on a page of their own
        ordered = sorted(file.times, key=lambda ad_id: (file.times[ad_id], ad_id), reverse=True)
        first = max(0, min(start, len(ordered) - 1)) // ADS * ADS
        ads = load_ads(connection, ordered[first : first + ADS])
        place = queue.entry_of(connection, queue.today(desk.workspace), id)
        held = queue_states.states(desk.workspace, connection, [id]).get(id)
        alike = suggestions(connection, id)
    people = carried(file)
    seal = sealed.sealer(desk.workspace)
    contact_links = {
        (kind, one.value): seal(f'linked:"{one.value}"')
        for kind, values in people.items()
        if kind in CONTACTS
        for one in values[:40]
        if '"' not in one.value
    }
    return desk.page(
        "group.html",
        file=file,
        group=file.group,
        held=held,
        priority=file.priority,
        lowerings=lowerings(file.priority) if file.priority else (),
        people=people,
        contact_links=contact_links,
        joints=joints(file.group)[:LINKS],
        ads=[ads[ad_id] for ad_id in ordered[first : first + ADS]],
        start=first,
        page_of=ADS,
        all_ads=seal(f"group:{id}"),
        map=atlas(file.group.itinerary),
        stays=_stays(file),
        timeline=timeline(_rows(file), desk.workspace.settings.zone),
        charts=prices_and_ages(file),
        net=graph(file),
        told=drawn,
        templates=[
            (len(one.ad_ids), next((ad_id for ad_id in one.ad_ids if ad_id in file.times), ""))
            for one in file.group.templates
        ],
        alike=alike,
        entry=place,
        blind=place is not None
        and place.lane is QueueLane.SECOND
        and not any(one.who == desk.session.account for one in file.decisions),
        day=place.day if place else "",
        own_cases=desk.open_cases(),
        verdicts=list(Value),
        tiers=list(Tier),
    )


@router.post("/group/decide")
def decide(
    desk: Annotated[Desk, Depends(sent_to(Action.DECIDE))],
    group: Annotated[str, Form()],
    verdict: Annotated[str, Form()] = "",
    tier: Annotated[str, Form()] = "",
    why: Annotated[str, Form(max_length=20_000)] = "",
    day: Annotated[str, Form(max_length=10)] = "",
    back: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Record a decision, and go back to where it was made."""
    if not verdict:
        raise UsageError("choose one of the verdicts, then say why")
    decisions.decide(
        desk.workspace,
        group,
        choose(Value, verdict, "the verdict"),
        tier=choose(Tier, tier or Tier.OPINION, "the tier"),
        who=desk.session.account,
        why=why,
    )
    if back in {"queue", "one"} and day:
        return desk.go(f"/queue?day={_quoted(day)}" + ("&one=next" if back == "one" else f"#g-{_quoted(group)}"))
    return desk.go(f"/group?id={_quoted(group)}#decisions")


@router.post("/decision/undo")
def undo(desk: Annotated[Desk, Depends(sent_to(Action.UNDO_OWN))], decision: Annotated[int, Form()]) -> Response:
    """Take a decision back: one's own, or any with the supervisor's role."""
    with desk.workspace.read() as connection:
        found = decisions.find(connection, decision)
    if found is None:
        raise NotFoundError(f"there is no decision {decision}")
    if found.who != desk.session.account and not desk.may(Action.UNDO_ANY):
        raise ForbiddenError("only a supervisor may undo another person's decision")
    decisions.undo(desk.workspace, decision, who=desk.session.account)
    return desk.go(f"/group?id={_quoted(found.group_id)}#decisions")


def _stays(file: GroupFile) -> str:
    """The itinerary for the map one can move about in, as JSON."""
    return orjson.dumps(
        [
            {
                "latitude": stop.latitude,
                "longitude": stop.longitude,
                "radius": min(5 + stop.ads**0.5, 14),
                "told": f"{number}. {stop.name}, {stop.first:%Y-%m-%d} to {stop.last:%Y-%m-%d}, {stop.ads} ads",
            }
            for number, stop in enumerate(file.group.itinerary, 1)
        ]
    ).decode()


def _rows(file: GroupFile) -> list[Row]:
    """Rows of the timeline: places in order of arrival, then the names and contacts on most ads."""
    held: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    for ad_id, reading in file.readings.items():
        moment = file.times[ad_id]
        for one in {told(one) for one in reading.mentions if one["kind"] in DRAWN}:
            held[one].append(moment)
    stops = list(dict.fromkeys(stop.name for stop in file.group.itinerary))[:10]
    rows = [Row(name, "place", tuple(held["place", name])) for name in stops if ("place", name) in held]
    for kind, most in ROWS.items():
        own = sorted(
            (item for item in held.items() if item[0][0] == kind), key=lambda item: (-len(item[1]), item[0][1])
        )
        rows += [Row(value, kind.value, tuple(moments)) for (_, value), moments in own[:most]]
    return rows


def _quoted(text: str) -> str:
    return quote(text, safe="")

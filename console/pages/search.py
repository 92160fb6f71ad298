"""Search: the query box, what answers it, and the ways to narrow it down. Queries travel sealed, never in a link's clear."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form
from fastapi.responses import Response

from casework import watches
from casework.policy import Action
from console import sealed
from console.bars import histogram
from console.desk import Desk, at, sent_to
from console.grid import grid
from console.marks import Segment, extract, of_highlights, segments
from indexer.backend import SearchError
from indexer.query import QueryError
from indexer.questions import map_grid
from indexer.records import Facet, Hit, Page, Sort
from indexer.search import search
from store.workspace import Workspace

router = APIRouter()
LIMIT = 20
SHOWN = 8  # values of a facet
# Field of the index -> title, and the field of the query language that narrows by it.
FACETS = {
    "band": ("Priority", "band"),
    "route": ("Route", "route"),
    "site": ("Site", "site"),
    "month": ("Month", "posted"),
    "place_label": ("Place", "place"),
    "indicator": ("Indicator", "indicator"),
    "reason": ("Linked by", "reason"),
    "state": ("State", "seen"),
}
EXAMPLES = (
    ('"new in town"', "the exact phrase"),
    ("two zero two five five five zero one four three", "a phone, however it is written"),
    ('linked:"(202) 555-0143"', "every ad of the groups that hold this contact"),
    ('near:"Austin, TX" 50km posted:last-7-days', "place and time"),
    ("indicator:third_party_control -site:harbor", "an indicator, without one site"),
    ("room NEAR/5 provided", "two words close together"),
)


@dataclass(frozen=True, slots=True)
class Result:
    """A hit as the list shows it."""

    hit: Hit
    title: list[Segment]
    text: list[Segment]
    before: bool
    after: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a facet; `token` is the sealed query narrowed by it, or None where no query can say it."""

    value: str
    count: int
    token: str | None


@router.post("/search")
def ask(
    desk: Annotated[Desk, Depends(sent_to(Action.SEARCH))],
    query: Annotated[str, Form(max_length=10_000)] = "",
    group: Annotated[str, Form()] = "",
) -> Response:
    """Seal what was typed and go on to its page."""
    return desk.go(f"/search?s={sealed.seal(desk.workspace, query)}{'&group=1' if group else ''}")


@router.get("/search")
def show(
    desk: Annotated[Desk, Depends(at(Action.SEARCH))],
    s: str = "",
    sort: Sort | None = None,
    cursor: str = "",
    group: bool = False,  # noqa: FBT001, FBT002  a field of the address
    map: bool = False,  # noqa: A002, FBT001, FBT002
) -> Response:
    """What answers the sealed query."""
    query = sealed.unseal(desk.workspace, s)
    desk.ask(query)
    if not s:
        return desk.page("search.html", **{**_blank(query, s), **_start(desk)})
    try:
        page = search(
            desk.workspace,
            query,
            limit=LIMIT,
            cursor=cursor or None,
            sort=sort,
            facets=tuple(FACETS),
            collapse_groups=group,
            backend=desk.request.app.state.backend,
        )
    except QueryError as problem:
        return desk.page("search.html", status=400, **{**_blank(query, s), "problem": problem})
    except SearchError as problem:
        return desk.page("search.html", status=503, **{**_blank(query, s), "failure": str(problem)})
    values = _blank(query, s) | {"page": page, "grouped": group, "first": not cursor}
    values["results"] = [_result(hit) for hit in page.hits]
    values["facets"] = _facets(desk.workspace, query, page)
    values["months"] = next((histogram(one.counts) for one in page.facets if one.field == "month"), None)
    if map:
        backend = desk.request.app.state.backend
        values["grid"] = grid(lambda zoom: map_grid(desk.workspace, query, zoom, backend)) or ()
    return desk.page("search.html", **values)


def _start(desk: Desk) -> dict[str, Any]:
    """What stands on the page before anything was asked: examples, and the person's saved searches, which are watches."""
    own = []
    if desk.may(Action.WATCH):
        with desk.workspace.read() as connection:
            own = [one for one in watches.active(connection, desk.session.account) if one.kind is watches.Kind.QUERY]
    return {
        "examples": _examples(desk.workspace),
        "own_watches": [(one, sealed.seal(desk.workspace, one.query)) for one in own],
    }


def _blank(query: str, token: str) -> dict[str, Any]:
    return {
        "query": query,
        "token": token,
        "page": None,
        "grouped": False,
        "first": True,
        "problem": None,
        "failure": None,
        "results": [],
        "facets": [],
        "months": None,
        "grid": None,
        "examples": [],
        "own_watches": [],
        "sorts": list(Sort),
    }


def _examples(workspace: Workspace) -> list[tuple[str, str, str]]:
    return [(query, note, sealed.seal(workspace, query)) for query, note in EXAMPLES]


def _result(hit: Hit) -> Result:
    marks = of_highlights(hit.highlights)
    body, before, after = extract(hit.document.body, marks.get("body", []))
    return Result(hit, segments(hit.document.title, marks.get("title", [])), body, before, after)


def _facets(workspace: Workspace, query: str, page: Page) -> list[tuple[str, list[Choice], Facet]]:
    made, seal = [], sealed.sealer(workspace)
    for facet in page.facets:
        title, field = FACETS[facet.field]
        counts = facet.counts if facet.field != "month" else facet.counts[::-1]
        choices = [
            Choice(value, count, _narrowed(seal, query, field, value)) for value, count in counts[:SHOWN] if value
        ]
        if choices:
            made.append((title, choices, facet))
    return made


def _narrowed(seal: Callable[[str], str], query: str, field: str, value: str) -> str | None:
    if '"' in value:
        return None
    whole = f"({query})" if " OR " in query or "|" in query else query
    return seal(f'{whole} {field}:"{value}"'.strip())

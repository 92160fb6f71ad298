"""One ad: every field with what was read from it marked and explained, and where all of it comes from."""

from itertools import pairwise
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from casework import adfiles
from casework.policy import Action
from console import sealed
from console.desk import Desk, NotFoundError, at
from console.marks import of_mentions, segments
from crawlers.history import differences
from nlp.records import Kind, Mention
from store.quarantine import require_shown
from store.workspace import Workspace

router = APIRouter()
CONTACTS = frozenset({Kind.PHONE, Kind.EMAIL, Kind.HANDLE})
# Keys of a mention's detail that are told elsewhere or are long.
UNTOLD = frozenset({"parts", "lat", "lon", "name"})


@router.get("/ad")
def show(desk: Annotated[Desk, Depends(at(Action.AD))], id: str) -> Response:  # noqa: A002  the name in the address
    """The ad's page."""
    desk.look("show", "ad", id)
    with desk.workspace.read() as connection:
        if not desk.may(Action.QUARANTINE):
            require_shown(connection, id)
        file = adfiles.load(connection, id)
    if file is None:
        raise NotFoundError(f"there is no ad {id!r} here; it may have been purged, or never collected")
    mentions = file.reading.mentions if file.reading else ()
    marks = of_mentions(mentions)
    fields = [(name, segments(text, marks.get(name, []))) for name, text in file.stored.ad.texts().items()]
    return desk.page(
        "ad.html",
        file=file,
        ad=file.stored.ad,
        fields=fields,
        mentions=[
            (number, one, _told(one), _linked(desk.workspace, one)) for number, one in enumerate(mentions, start=1)
        ],
        own_cases=desk.open_cases(),
        changes=[(newer, list(differences(older.fields, newer.fields))) for newer, older in pairwise(file.versions)],
    )


def _told(mention: Mention) -> list[tuple[str, str]]:
    """What a mention's detail says, in order."""
    return [(name, _text(value)) for name, value in sorted(mention.detail.items()) if name not in UNTOLD and value]


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(str(part) for part in value)
    return "yes" if value is True else str(value)


def _linked(workspace: Workspace, mention: Mention) -> str | None:
    """The sealed query for every ad of the groups that hold this contact."""
    if mention.kind not in CONTACTS or '"' in mention.value:
        return None
    return sealed.seal(workspace, f'linked:"{mention.value}"')

"""For machines that watch: alive, ready, and the numbers. Nobody has signed in to ask, so no contents are told.

`/metrics` answers only who shows the setting `metrics_token`; without that setting there is no such page.
"""

import secrets
from collections.abc import Iterator

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from sqlalchemy import func, select

from casework.tables import alerts, queue_entries
from crawlers.tables import ads
from indexer.backend import SearchBackend
from indexer.backend import State as Index
from store import metrics, migrations
from store.metrics import Measure, seconds
from store.schema import now
from store.workspace import Workspace

router = APIRouter()
RECENT = 1_000  # alerts whose delay is told


@router.get("/healthz")
def healthz(request: Request) -> Response:
    """Alive, and the store can be read."""
    workspace: Workspace = request.app.state.workspace
    with workspace.read() as connection:
        connection.exec_driver_sql("SELECT 1")
    return PlainTextResponse("ok")


@router.get("/readyz")
def readyz(request: Request) -> Response:
    """200 where people can work: tables up to date, index usable; else 503 with the names of what is not."""
    wrong = missing(request.app.state.workspace, request.app.state.backend)
    return PlainTextResponse("ready" if not wrong else f"not ready: {', '.join(wrong)}", 503 if wrong else 200)


@router.get("/metrics")
def told(request: Request) -> Response:
    """The numbers, in Prometheus' text format."""
    workspace: Workspace = request.app.state.workspace
    token = workspace.settings.metrics_token
    shown = request.headers.get("authorization", "").removeprefix("Bearer ")
    if token is None or not secrets.compare_digest(shown.encode(), token.get_secret_value().encode()):
        return PlainTextResponse("There is no page under this address.", 404)
    body = metrics.text(measures(workspace, request.app.state.backend))
    return Response(body, media_type="text/plain; version=0.0.4; charset=utf-8")


def missing(workspace: Workspace, backend: SearchBackend) -> list[str]:
    """What keeps people from working: `tables`, `index`."""
    tables = migrations.revision(workspace.engine) == migrations.newest()
    index = backend.health().state is Index.READY
    return [name for name, fine in (("tables", tables), ("index", index)) if not fine]


def measures(workspace: Workspace, backend: SearchBackend) -> Iterator[Measure]:
    """Everything there is to tell."""
    yield from metrics.of_store(workspace)
    found = backend.health()
    yield Measure("index_up", "1 where the search index can be used", float(found.state is Index.READY))
    yield Measure("index_documents", "documents in the search index", found.documents)
    moment = now()
    with workspace.read() as connection:
        day, made = connection.execute(select(func.max(queue_entries.c.day), func.max(queue_entries.c.made_at))).one()
        if made is not None:
            yield Measure("queue_age_seconds", "since the day's queue was last built", seconds(moment - made))
            size = select(func.count()).select_from(queue_entries).where(queue_entries.c.day == day)
            yield Measure("queue_entries", "groups in the newest queue", connection.execute(size).scalar_one())
        newest = (
            select(alerts.c.at, ads.c.last_seen)
            .join(ads, ads.c.ad_id == alerts.c.ad_id)
            .order_by(alerts.c.alert_id.desc())
            .limit(RECENT)
        )
        # An ad seen again after its alert tells nothing of the delay.
        delays = sorted(
            seconds(row.at - row.last_seen) for row in connection.execute(newest) if row.at >= row.last_seen
        )
    for name, place in (("0.5", len(delays) // 2), ("1", len(delays) - 1)):
        if delays:
            said = f"from seeing an ad to its alert, of the last {RECENT:,} alerts"
            yield Measure("alert_delay_seconds", said, delays[place], {"quantile": name})

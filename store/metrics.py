"""What a monitor is told: numbers from the store, named and labelled by stages, sites and measures, never by contents.

prometheus-client writes the text, since its escaping and its checks are the reference; nothing is counted in memory, so every
process that has the store tells the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from store import disk, health, migrations
from store.health import State
from store.pending import FOLLOWERS
from store.schema import now
from store.tables import backups, failures, outbox, pending
from store.workspace import Workspace

STAGES = tuple(stage for stages in FOLLOWERS.values() for stage in stages)
PREFIX = "sidelight_"


@dataclass(frozen=True, slots=True)
class Measure:
    """One number: `name` without the prefix, what it is in words with its unit, its labels."""

    name: str
    said: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


def of_store(workspace: Workspace) -> Iterator[Measure]:
    """What the store's own tables say."""
    moment = now()
    current = migrations.revision(workspace.engine) == migrations.newest()
    yield Measure("schema_current", "1 where the tables are this release's", float(current))
    yield Measure("disk_used_ratio", "share of the workspace's disk that is in use", disk.used(workspace.root))
    with workspace.read() as connection:
        yield from _stages(connection, moment)
        for row in health.latest(connection):
            if row.place is None:
                labels = {"site": row.site, "measure": row.measure}
                bad = float([State.GREEN, State.AMBER, State.RED].index(row.state))
                yield Measure("site_state", "newest judgement: 0 green, 1 amber, 2 red", bad, labels)
                if row.value is not None:
                    yield Measure("site_yield", "what was judged, in its own unit", row.value, labels)
        made = connection.execute(select(func.max(backups.c.made_at))).scalar()
        if made is not None:
            yield Measure("backup_age_seconds", "since the last backup was made", seconds(moment - made))


def _stages(connection: Connection, moment: datetime) -> Iterator[Measure]:
    waiting = {
        row.stage: (row.n, row.since)
        for row in connection.execute(
            select(pending.c.stage, func.count().label("n"), func.min(pending.c.since).label("since")).group_by(
                pending.c.stage
            )
        )
    }
    due = connection.execute(
        select(func.count(), func.min(outbox.c.since)).select_from(outbox).where(outbox.c.error.is_(None))
    ).one()
    aside = {
        row.stage: row.n
        for row in connection.execute(select(failures.c.stage, func.count().label("n")).group_by(failures.c.stage))
    }
    for stage, (count, since) in {**{one: waiting.get(one, (0, None)) for one in STAGES}, "index": tuple(due)}.items():
        labels = {"stage": stage}
        yield Measure("stage_waiting", "items the stage has to do", count, labels)
        lag = seconds(moment - since) if since else 0.0
        yield Measure("stage_lag_seconds", "how long the item that waits longest has waited", lag, labels)
        yield Measure("stage_set_aside", "items that could not be done", aside.get(stage, 0), labels)
    refused = connection.execute(select(func.count(outbox.c.error))).scalar_one()
    yield Measure("index_refused", "documents the search engine refused", refused)


def seconds(span: timedelta) -> float:
    """A span of time in seconds; 0 where a clock was set back."""
    return max(0.0, span.total_seconds())


def text(measures: Iterable[Measure]) -> bytes:
    """The measures in Prometheus' text format."""
    from prometheus_client import CollectorRegistry
    from prometheus_client.exposition import generate_latest
    from prometheus_client.metrics_core import GaugeMetricFamily, Metric
    from prometheus_client.registry import Collector

    families: dict[str, GaugeMetricFamily] = {}
    for one in measures:
        family = families.setdefault(
            one.name, GaugeMetricFamily(PREFIX + one.name, one.said, labels=sorted(one.labels))
        )
        family.add_metric([one.labels[name] for name in sorted(one.labels)], one.value)

    class Told(Collector):
        def collect(self) -> Iterable[Metric]:
            return families.values()

    registry = CollectorRegistry()
    registry.register(Told())
    return generate_latest(registry)

"""Hostile texts put wherever the console takes a text from: ads, decisions, cases, watches, runs, models, the audit log."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from sqlalchemy import Connection, insert, update

from casework import caseitems, cases, decisions, judging, watches
from casework.caseitems import ItemKind
from casework.delivery import channels
from casework.tables import alerts, queue_entries
from casework.tables import sessions as session_rows
from console import sealed
from crawlers.records import Ad
from crawlers.stored import record_sighting
from crawlers.tables import frontier, runs
from indexer import stage as index_stage
from linker import stage as link_stage
from linker.judgements import Verdict
from linker.stored import group_ids_of
from models import stage as score_stage
from models.labels import Tier, Value
from models.tables import promotions
from nlp import stage as read_stage
from store import audit, health
from store.audit import Act, Via
from store.health import Health, State
from store.schema import now
from store.workspace import Workspace

LONGEST = 4_900  # characters of a reason for a decision
SIGN = "qz7w"  # stands in front of every text, so that it is seen how many a page shows


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts that are shown together, and where they were put."""

    number: int
    texts: tuple[str, ...]
    who: str
    ad_id: str
    other: str
    group_id: str
    case_id: str
    day: str
    site: str

    @property
    def sign(self) -> str:
        """What stands in front of each."""
        return SIGN

    @property
    def whole(self) -> str:
        """All of them, a line each."""
        return "\n".join(SIGN + text for text in self.texts)

    def take(self, workspace: Workspace, token: str) -> None:
        """Make them what the person of the session says they work on, and why a model was put in force."""
        digest = hashlib.sha256(token.encode()).hexdigest()
        with workspace.begin() as connection:
            connection.execute(
                insert(promotions).values(
                    model="scorecard", at=now(), who=SIGN + self.texts[0], why=self.whole, digest=None, undoes=None
                )
            )
            connection.execute(
                update(session_rows)
                .where(session_rows.c.token_hash == digest)
                .values(reason=self.whole, case_id=self.texts[0])
            )

    def search(self, workspace: Workspace) -> str:
        """The address of a search that finds its ads."""
        return f"/search?s={sealed.seal(workspace, f'ad:{self.ad_id}')}"

    def pages(self, workspace: Workspace) -> Iterator[tuple[str, str, int]]:
        """Kind of page, its address, and how many of the texts it has to show at least."""
        count, ad, other = len(self.texts), quote(self.ad_id), quote(self.other)
        yield "ad", f"/ad?id={ad}", count
        yield "group", f"/group?id={self.group_id}", count
        yield "templates", f"/templates?id={self.group_id}", count
        yield "search", self.search(workspace), count
        yield (
            "search that cannot be read",
            f"/search?s={sealed.seal(workspace, self.whole[:9_000] + chr(34))}",
            min(count, 50),
        )
        yield "why linked", f"/why?left={ad}&right={other}", count
        yield "compare", f"/compare?left={ad}&right={other}", count
        yield "queue", f"/queue?day={self.day}", count
        yield "queue, one at a time", f"/queue?day={self.day}&one={self.group_id}", count
        yield "case", f"/case?id={self.case_id}", count
        yield "cases", "/cases", 1
        yield "watches", "/watches", 1
        yield "purpose", "/purpose", count
        yield "audit", f"/audit?actor={self.who}&action=proof{self.number}", count
        yield "audit, filtered by it", f"/audit?actor={quote(self.texts[0])}&action={quote(self.texts[-1])}", 0
        yield "oversight", "/oversight", 0
        yield "disclosure", f"/disclosure?kind={quote(self.texts[0])}&item={quote(self.whole[:3_000])}", 1
        if not self.number:  # it shows those of all batches at once
            yield "sites", "/sites", count
        yield "site", f"/site?name={quote(self.site)}", count
        yield "models", "/models", count
        yield "settings", "/settings", 0
        yield "account", "/account", 0
        yield "not found", f"/ad?id={quote(self.whole[:3_000])}", 1
        yield "model, not found", f"/model?name={quote(self.whole[:3_000])}", 1
        yield "compare, not found", f"/compare?left={quote(self.whole[:1_500])}&right={quote(self.texts[0])}", 1


def stored(workspace: Workspace, parts: Sequence[tuple[str, ...]], who: str, start: datetime) -> list[Batch]:
    """Put them in and run every stage over them."""
    made = []
    with workspace.begin() as connection:
        for number, texts in enumerate(parts):
            whole = "\n".join(SIGN + text for text in texts)
            moment = start + timedelta(days=number)
            for place, first in (("a", texts[0]), ("b", texts[-1])):  # what fills the slot of their template
                ad = Ad(
                    f"s{number}:{place}", f"s{number}", f"https://s{number}.example/{place}?{texts[0]}", moment,
                    title=whole, body=f"{first} {whole}", location=texts[0], contact=texts[-1], name=texts[0],
                    age=texts[1], price=texts[-1], region="US",
                )  # fmt: skip
                record_sighting(connection, ad, seen_at=moment, run_id=f"run{number}")
    for stage in (read_stage, link_stage, score_stage, index_stage):
        stage.run(workspace)
    channels.add(workspace, who, channels.Kind.WEBHOOK, "http://127.0.0.1:9/told")
    for number, texts in enumerate(parts):
        made.append(_around(workspace, number, texts, who, start + timedelta(days=number)))
    return made


def _around(workspace: Workspace, number: int, texts: tuple[str, ...], who: str, moment: datetime) -> Batch:
    ad_id, other, site = f"s{number}:a", f"s{number}:b", f"s{number}"
    with workspace.read() as connection:
        group_id = group_ids_of(connection, [ad_id])[ad_id]
    case = cases.open_case(workspace, (SIGN + texts[0])[:200], who)
    batch = Batch(number, texts, who, ad_id, other, group_id, case.case_id, f"{moment:%Y-%m-%d}", site)
    whole = batch.whole
    for words in _pieces(batch):
        caseitems.note(workspace, case, words, who)
        decisions.decide(workspace, group_id, Value.UNSURE, who=who, why=words, tier=Tier.OPINION)
        judging.say(workspace, ad_id, other, Verdict.UNSURE, words, who)
        audit.append(workspace, Act(who, Via.CONSOLE, f"proof{number}", "query", words[:40], words=words, reason=words))
    caseitems.pin(workspace, case, ItemKind.AD, ad_id, texts[0], who)
    caseitems.pin(workspace, case, ItemKind.GROUP, group_id, texts[-1], who)
    watch = watches.add(workspace, who, "evening", (SIGN + texts[0])[:200])
    told = [Health(moment, (SIGN + one)[:80], site, (SIGN + one)[:80], State.AMBER, SIGN + one) for one in texts]
    with workspace.begin() as connection:
        health.record(connection, told)
        connection.execute(insert(alerts).values(watch_id=watch, ad_id=ad_id, at=now(), origin="batch"))
        connection.execute(
            insert(runs).values(
                run_id=f"run{number}", site=site, started_at=moment, ended_at=moment, state="amber",
                reasons=[SIGN + one for one in texts], counts={"ads": 2}, fill={(SIGN + texts[0]): 0.5}, manifest="proof",
            )
        )  # fmt: skip
        connection.execute(
            insert(queue_entries).values(
                day=batch.day, group_id=group_id, rank=1, lane="ranked", value=0.5, band="review", route="review",
                why=whole, model=SIGN + texts[0], made_at=moment,
            )
        )  # fmt: skip
        _set_aside(connection, batch)
    return batch


def _pieces(batch: Batch) -> Iterator[str]:
    """The texts in pieces as long as a person may write at once."""
    piece = ""
    for line in (SIGN + text for text in batch.texts):
        if len(piece) + len(line) > LONGEST:
            yield piece
            piece = ""
        piece += line + "\n"
    yield piece


def _set_aside(connection: Connection, batch: Batch) -> None:
    run = {"run_id": f"run{batch.number}", "depth": 0, "kind": "ad", "state": "failed"}
    rows = [
        {**run, "fingerprint": str(place), "seq": place, "url": SIGN + one, "error": SIGN + one}
        for place, one in enumerate(batch.texts[:100])
    ]
    connection.execute(insert(frontier), rows)

"""Watches: a person's saved searches, what answered them since, and where they are blind."""

from datetime import date, datetime, time
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form
from fastapi.responses import Response

from casework import watches
from casework.delivery import channels, sending
from casework.policy import Action
from casework.watches import By, Kind
from casework.watching import asked, ledger
from console import sealed
from console.desk import Desk, NotFoundError, at, sent_to
from crawlers.stored import load_ads
from models.labels import choose
from store.errors import UsageError

router = APIRouter()


@router.get("/watches")
def show(desk: Annotated[Desk, Depends(at(Action.WATCH))]) -> Response:
    """The person's watches with where each is blind, their inbox, and the channels beside it."""
    owner = desk.session.account
    desk.look("watches", "account", owner)
    workspace = desk.workspace
    with workspace.read() as connection:
        own = watches.active(connection, owner)
        inbox = watches.inbox(connection, owner)
        ads = load_ads(connection, sorted({one.ad_id for one in inbox}))
        blind = watches.blind_spots(connection)
        seen = asked.blind(workspace, connection, own, blind)
        newest = {one.watch_id: next(iter(ledger.entries(connection, one.watch_id, 1)), None) for one in own}
        open_channels = channels.active(connection, owner)
        unsent = sending.unsent(connection, owner)
    return desk.page(
        "watches.html",
        watches=[(one, sealed.seal(workspace, one.query), seen[one.watch_id], newest[one.watch_id]) for one in own],
        inbox=[(one, ads.get(one.ad_id)) for one in inbox],
        unread=sum(one.read_at is None for one in inbox),
        blind=blind,
        channels=open_channels,
        unsent=unsent,
        mails=bool(workspace.settings.smtp_host),
    )


@router.post("/watches/add")
def add(
    desk: Annotated[Desk, Depends(sent_to(Action.WATCH))],
    s: Annotated[str, Form()] = "",
    title: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Keep a search as a watch."""
    query = sealed.unseal(desk.workspace, s)
    desk.look("add watch", "query", query, words=query)
    watches.add(desk.workspace, desk.session.account, query, title.strip())
    return desk.go("/watches")


@router.post("/watches/follow")
def follow(
    desk: Annotated[Desk, Depends(sent_to(Action.WATCH))],
    subject: Annotated[str, Form(max_length=300)] = "",
    kind: Annotated[str, Form()] = "",
    title: Annotated[str, Form(max_length=200)] = "",
    by: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Watch a contact, a group, or a person by pattern."""
    chosen = choose(Kind, kind, "the kind of watch")
    known_by = [choose(By, one, "what a person is known by") for one in by or []] or list(By)
    desk.look("add watch", "watch", subject, words=subject)
    watches.add(desk.workspace, desk.session.account, subject, title.strip(), kind=chosen, by=known_by)
    return desk.go("/watches")


@router.post("/watches/mute")
def mute(
    desk: Annotated[Desk, Depends(sent_to(Action.WATCH))],
    watch: Annotated[int, Form()],
    until: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Send nothing of one of the person's own watches until a day; without one, send again."""
    _own(desk, watch)
    watches.mute(desk.workspace, watch, _midnight(desk, until))
    return desk.go("/watches")


@router.post("/watches/channel")
def channel(
    desk: Annotated[Desk, Depends(sent_to(Action.WATCH))],
    kind: Annotated[str, Form()] = "",
    address: Annotated[str, Form(max_length=500)] = "",
    digest_at: Annotated[str, Form(max_length=5)] = "",
    at_least: Annotated[int, Form()] = 1,
) -> Response:
    """Open a channel; a webhook's key is shown once, on the page that follows."""
    desk.look("add channel", "channel", address, words=address)
    made = channels.add(
        desk.workspace,
        desk.session.account,
        choose(channels.Kind, kind, "the kind of channel"),
        address,
        digest_at=digest_at or None,
        at_least=at_least,
    )
    if made.kind is channels.Kind.WEBHOOK:
        key = channels.secret(desk.workspace, made.channel_id).hex()
        return desk.page("watch_channel.html", channel=made, key=key)
    return desk.go("/watches#channels")


@router.post("/watches/channel/end")
def end_channel(desk: Annotated[Desk, Depends(sent_to(Action.WATCH))], number: Annotated[int, Form()]) -> Response:
    """Close one of the person's own channels."""
    desk.look("end channel", "channel", str(number))
    channels.end(desk.workspace, number, desk.session.account)
    return desk.go("/watches#channels")


@router.post("/watches/end")
def end(desk: Annotated[Desk, Depends(sent_to(Action.WATCH))], watch: Annotated[int, Form()]) -> Response:
    """Stop one of the person's own watches; its alerts stay."""
    _own(desk, watch)
    desk.look("end watch", "watch", str(watch))
    watches.end(desk.workspace, watch)
    return desk.go("/watches")


@router.post("/watches/read")
def read(
    desk: Annotated[Desk, Depends(sent_to(Action.WATCH))], alert: Annotated[int, Form()], ad: Annotated[str, Form()]
) -> Response:
    """Mark an alert as read and go to its ad."""
    with desk.workspace.begin() as connection:
        watches.mark_read(connection, desk.session.account, [alert])
    return desk.go(f"/ad?id={quote(ad, safe='')}")


def _own(desk: Desk, watch: int) -> None:
    with desk.workspace.read() as connection:
        own = {one.watch_id for one in watches.active(connection, desk.session.account)}
    if watch not in own:
        raise NotFoundError(f"you have no watch {watch}")


def _midnight(desk: Desk, day: str) -> datetime | None:
    if not day:
        return None
    try:
        return datetime.combine(date.fromisoformat(day), time(), desk.workspace.settings.zone)
    except ValueError:
        raise UsageError(f"{day!r} is no day; write it as 2026-05-01") from None

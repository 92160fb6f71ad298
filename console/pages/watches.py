"""Watches: a person's saved searches, what answered them since, and where they are blind."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form
from fastapi.responses import Response

from casework import watches
from casework.policy import Action
from console import sealed
from console.desk import Desk, NotFoundError, at, sent_to
from crawlers.stored import load_ads

router = APIRouter()


@router.get("/watches")
def show(desk: Annotated[Desk, Depends(at(Action.WATCH))]) -> Response:
    """The person's watches and inbox."""
    owner = desk.session.account
    desk.look("watches", "account", owner)
    with desk.workspace.read() as connection:
        own = watches.active(connection, owner)
        inbox = watches.inbox(connection, owner)
        ads = load_ads(connection, sorted({one.ad_id for one in inbox}))
        blind = watches.blind_spots(connection)
    return desk.page(
        "watches.html",
        watches=[(one, sealed.seal(desk.workspace, one.query)) for one in own],
        inbox=[(one, ads.get(one.ad_id)) for one in inbox],
        unread=sum(one.read_at is None for one in inbox),
        blind=blind,
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


@router.post("/watches/end")
def end(desk: Annotated[Desk, Depends(sent_to(Action.WATCH))], watch: Annotated[int, Form()]) -> Response:
    """Stop one of the person's own watches; its alerts stay."""
    with desk.workspace.read() as connection:
        own = {one.watch_id for one in watches.active(connection, desk.session.account)}
    if watch not in own:
        raise NotFoundError(f"you have no watch {watch}")
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

"""How a stored ad changed, as one object that is printed or written as JSON."""

import sys
from itertools import pairwise
from typing import Any

from rich.console import Console
from rich.text import Text
from sqlalchemy import Connection

from crawlers.history import Part, differences, versions
from crawlers.stored import load_ads
from store.errors import UsageError
from store.quarantine import require_shown

SIGNS = {Part.KEPT: ("", ""), Part.REMOVED: ("[-", "-]"), Part.ADDED: ("{+", "+}")}
STYLES = {Part.KEPT: "", Part.REMOVED: "red strike", Part.ADDED: "green bold"}


def changes_of(connection: Connection, ad_id: str) -> dict[str, Any]:
    """The ad's versions, newest first, each with how it differs from the one before. Raises UsageError."""
    require_shown(connection, ad_id)
    stored = load_ads(connection, [ad_id]).get(ad_id)
    if stored is None:
        raise UsageError(f"no ad {ad_id!r} is stored; its id is as `sidelight search` prints it, such as harbor:1042")
    found = versions(connection, stored)
    told = [
        {
            "version": newer.version,
            "last_seen": newer.seen_at.isoformat(),
            "capture_id": newer.capture_id,
            "changes": {
                name: [list(piece) for piece in pieces] for name, pieces in differences(older.fields, newer.fields)
            },
        }
        for newer, older in pairwise(found)
    ]
    first = found[-1]
    told.append({"version": first.version, "last_seen": first.seen_at.isoformat(), "capture_id": first.capture_id})
    return {"ad_id": ad_id, "versions": told}


def print_changes(found: dict[str, Any]) -> None:
    """The changes for a person: signs everywhere, colour where there is a terminal. Its texts are safe to print."""
    console = Console(file=sys.stdout, soft_wrap=True, highlight=False)
    for one in found["versions"]:
        console.print(f"version {one['version']}, last seen {one['last_seen']}, capture {one['capture_id'] or 'none'}")
        for name, pieces in one.get("changes", {}).items():
            line = Text(f"  {name}: ")
            for part, text in pieces:
                before, after = SIGNS[Part(part)]
                line.append(f"{before}{text}{after}", STYLES[Part(part)])
            console.print(line)

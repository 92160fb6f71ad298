"""Pages that did not change: asked for with conditions, kept as a reference to their copy, and read from it."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select, update
from warcio.archiveiterator import ArchiveIterator

from crawlers.captures import Damage, body_of, record_of, verify
from crawlers.run import crawl
from crawlers.tables import captures
from crawlers.warc import UNMODIFIED
from store.health import State
from store.workspace import Workspace

Site = Callable[..., Any]


@pytest.mark.slow
def test_an_unchanged_page_is_asked_for_with_conditions_and_read_from_its_copy(
    workspace: Workspace, web: Any, make_site: Site
) -> None:
    make_site("harbor")
    web.listing("/harbor/", "/harbor/ad/1", "/harbor/ad/2")
    for number in (1, 2):
        web.ad(f"/harbor/ad/{number}", number)
    for path, said in list(web.pages.items()):
        web.pages[path] = (
            said[0],
            {**said[1], "ETag": f'"{path}"', "Last-Modified": "Mon, 04 May 2026 12:00:00 GMT"},
            said[2],
        )
    crawl(workspace)
    web.asked.clear()
    for path in ("/harbor/", "/harbor/ad/1"):
        web.put(path, "", None, 304)

    (second,) = crawl(workspace)

    asked = dict(web.asked)
    assert asked["/harbor/ad/1"]["If-None-Match"] == '"/harbor/ad/1"'
    assert asked["/harbor/ad/1"]["If-Modified-Since"] == "Mon, 04 May 2026 12:00:00 GMT"
    assert (second.counts["unchanged"], second.counts["same"], second.counts["gone"]) == (2, 2, 0)
    assert second.state is State.GREEN
    with workspace.read() as connection:
        (row,) = connection.execute(
            select(captures).where(captures.c.status == 304, captures.c.url.endswith("/ad/1"))
        ).all()
        assert row.refers_to is not None
        assert b"Title 1" in body_of(workspace, connection, row.capture_id)
        record = next(iter(ArchiveIterator(BytesIO(record_of(workspace, row)))))
    said = record.rec_headers.get_header
    assert (record.rec_type, said("WARC-Profile")) == ("revisit", UNMODIFIED)
    assert said("WARC-Refers-To-Target-URI") == row.url
    assert said("WARC-Refers-To-Date") < said("WARC-Date")
    assert record.http_headers.get_statuscode() == "304"
    assert not [one for one in verify(workspace) if isinstance(one, Damage)]
    other = (
        select(captures.c.capture_id).where(captures.c.refers_to.is_(None), captures.c.sha256 != row.sha256).limit(1)
    )
    with workspace.begin() as connection:
        values = {"refers_to": other.scalar_subquery()}
        connection.execute(update(captures).where(captures.c.capture_id == row.capture_id).values(values))
    (damage,) = (one for one in verify(workspace) if isinstance(one, Damage))
    assert "holds other bytes" in damage.problem


@pytest.mark.slow
def test_where_the_copy_is_lost_the_page_is_asked_for_whole(workspace: Workspace, web: Any, make_site: Site) -> None:
    make_site("harbor")
    web.listing("/harbor/", "/harbor/ad/1")
    web.ad("/harbor/ad/1", 1)
    status, headers, body = web.pages["/harbor/ad/1"]
    web.pages["/harbor/ad/1"] = (status, {**headers, "ETag": '"1"'}, body)
    crawl(workspace)
    with workspace.read() as connection:
        (name,) = set(connection.execute(select(captures.c.warc_file)).scalars())
    (workspace.captures / name).write_bytes(b"")
    whole = web.pages["/harbor/ad/1"]
    web.asked.clear()

    class Once(dict[str, Any]):
        def get(self, path: str, default: Any = None) -> Any:
            conditional = path == "/harbor/ad/1" and "If-None-Match" in web.asked[-1][1]
            return (304, {}, b"") if conditional else super().get(path, default)

    web.pages = Once(web.pages | {"/harbor/ad/1": whole})
    (second,) = crawl(workspace)
    assert web.paths().count("/harbor/ad/1") == 2
    assert second.counts["same"] == 1

"""A report by a person is text with official addresses; nothing in the program sends it."""

from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from casework import auditlog, caseitems, cases, packcontent, referrals
from casework.caseitems import ItemKind
from casework.packs import Terms
from crawlers.records import Ad
from crawlers.stored import record_sighting
from store.errors import UsageError
from store.workspace import Workspace

MOMENT = datetime(2026, 5, 1, tzinfo=UTC)


def test_the_package_is_text_with_the_countrys_addresses(workspace: Workspace, tmp_path: Path) -> None:
    with workspace.begin() as connection:
        ad = Ad("s:1", "s", "http://s.example/1", MOMENT, body="Visiting \u202euntil Sunday", image_hashes=("a" * 64,))
        record_sighting(connection, ad, seen_at=MOMENT, run_id="r")
    case = cases.open_case(workspace, "Harbor", "ana")
    caseitems.pin(workspace, case, ItemKind.AD, "s:1", "same wording", "ana")
    with workspace.read() as connection:
        content = packcontent.of_case(connection, case.case_id)
    referrals.export(workspace, content, "us", tmp_path / "out", Terms("ana", "duty to report"))
    text = (tmp_path / "out" / "report.txt").read_text()
    assert "https://humantraffickinghotline.org" in text
    assert "Visiting ⟨U+202E⟩until Sunday" in text
    assert "Sidelight sends nothing" in text
    assert {path.suffix for path in (tmp_path / "out").iterdir()} == {".txt", ".jsonl", ""}
    [event] = auditlog.events(workspace, limit=1)
    assert (event.action, event.reason) == ("prepare report", "duty to report")


def test_a_country_without_a_body_is_told_which_there_are() -> None:
    with pytest.raises(UsageError, match="AT, AU"):
        referrals.of_country("XX")


def test_every_address_is_a_plain_public_page() -> None:
    for some in referrals.authorities().values():
        for one in some:
            parts = urlsplit(one.web)
            assert (parts.scheme, parts.username, parts.query) == ("https", None, "")
            assert one.takes in {"trafficking", "children", "report"}

"""A look-up of a contact is known as one, however the contact is typed, and needs its reason where the team wants one."""

import pytest
from sqlalchemy import select

from casework import ownterms
from indexer import lookups
from indexer.lookups import PurposeError
from store.audit import Via
from store.errors import UsageError
from store.keys import blind
from store.settings import Settings
from store.tables import audit_events
from store.workspace import Workspace

PHONE = ("(202) 555-0143", "202.555.0143", "two zero two five five five zero one four three", "+1 202 555 0143")


def test_a_number_is_the_same_contact_in_every_writing() -> None:
    found = {tuple(lookups.of_person(one)) for one in PHONE}
    assert len(found) == 1
    assert {tuple(lookups.contacts(f"room {one}"))[:1] for one in PHONE[:2]} == found


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("room with a view", []),
        ("name:anna place:austin", []),
        ("email:bella.test@example.org", ["email"]),
        ("handle:telegram:anna_x", ["handle"]),
        ('linked:"bella.test@example.org" -phone:2025550143', ["email", "digits"]),
        ("phone:5550143*", ["digits"]),
        ('broken "', []),
    ],
)
def test_what_counts_as_a_contact(query: str, kinds: list[str]) -> None:
    found = dict.fromkeys(one.partition(":")[0] for one in lookups.contacts(query))
    assert list(found) == kinds


@pytest.mark.parametrize(
    ("settings", "case_id", "reason", "refused"),
    [
        ({}, None, None, False),
        ({"lookup_reason": True}, "12", None, True),
        ({"lookup_reason": True}, None, "call", False),
        ({"lookup_case": True}, None, "call", True),
        ({"lookup_case": True, "lookup_reason": True}, "12", "call", False),
    ],
)
def test_the_settings_say_what_has_to_be_said(
    settings: dict[str, bool], case_id: str | None, reason: str | None, refused: bool
) -> None:
    chosen = Settings.model_validate(settings)
    lookups.require_purpose(chosen, [], None, None)
    if refused:
        with pytest.raises(PurposeError):
            lookups.require_purpose(chosen, ["digits:1"], case_id, reason)
    else:
        lookups.require_purpose(chosen, ["digits:1"], case_id, reason)


def test_a_persons_own_terms_are_known_only_as_hashes(workspace: Workspace) -> None:
    said = {ownterms.NAME: ["Ana Quill"], ownterms.HOME: ["Reno"], ownterms.CONTACT: ["(202) 555-0143"]}
    ownterms.save(workspace, "ana", said, "root")
    with workspace.read() as connection:
        known = ownterms.load(connection)["ana"]
    assert not any(term in str(known).lower() for term in ("quill", "reno", "5550143"))
    assert ownterms.hit(workspace, known, "massage in reno") == {"home"}
    assert ownterms.hit(workspace, known, 'linked:"202-555-0143" quill') == {"contact", "name"}
    assert ownterms.hit(workspace, known, "austin") == set()
    with pytest.raises(UsageError, match="no contact"):
        ownterms.save(workspace, "ana", {ownterms.CONTACT: ["hello"]}, "root")


def test_each_contact_is_recorded_on_its_own_under_its_hash_with_case_and_reason(workspace: Workspace) -> None:
    lookups.record(workspace, "ana", Via.TOKEN, ["digits:12025550143", "handle:telegram:anna_x"], "12", "call")
    lookups.record(workspace, "bo", Via.CONSOLE, [], None, None)
    with workspace.read() as connection:
        rows = connection.execute(select(audit_events).order_by(audit_events.c.seq)).all()
    assert [(row.actor, row.via, row.action, row.object_kind, row.case_id, row.reason, row.facts) for row in rows] == [
        ("ana", "token", "look up", "contact", "12", "call", {"kind": "digits"}),
        ("ana", "token", "look up", "contact", "12", "call", {"kind": "handle"}),
    ]
    hashes = [blind(workspace, f"contact:{one}") for one in ("digits:12025550143", "handle:telegram:anna_x")]
    assert [row.object_hash for row in rows] == hashes


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("phone:2025550143 phone:2025550143", ["digits:12025550143"]),
        ("phone:2025550143 OR email:bella.test@example.org", ["digits:12025550143", "email:bella.test@example.org"]),
        ("-(room phone:2025550143)", ["digits:12025550143"]),
    ],
)
def test_which_contacts_a_query_asks_for(query: str, found: list[str]) -> None:
    assert lookups.contacts(query) == found


def test_a_contact_as_a_person_tells_it_may_hold_quotes_and_blanks() -> None:
    assert lookups.of_person(' "bella.test@example.org" ') == ["email:bella.test@example.org"]
    assert lookups.of_person(' "" ') == []


def test_what_is_missing_is_named() -> None:
    both = Settings(lookup_case=True, lookup_reason=True)
    with pytest.raises(PurposeError, match="the reason and the case;"):
        lookups.require_purpose(both, ["digits:1"], None, None)
    with pytest.raises(PurposeError, match="without the case;"):
        lookups.require_purpose(both, ["digits:1"], None, "call")

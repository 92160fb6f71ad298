import pytest

from bench.market import any_indicator, joined_on_contacts, phones_by_matcher
from market.make import Entry
from market.measures import b_cubed, join_on_any

FEW = 5  # authors who may share a key by chance or by numbers given up and taken again


@pytest.mark.slow
def test_the_stock_matcher_misses_two_phones_in_five(entries: list[Entry]) -> None:
    assert phones_by_matcher(entries).recall <= 0.6


def test_joining_on_any_contact_fails(entries: list[Entry]) -> None:
    assert joined_on_contacts(entries).f1 <= 0.75


def test_any_indicator_tells_nothing(entries: list[Entry]) -> None:
    precision, share, prevalence = any_indicator(entries)
    assert precision <= 2 * prevalence
    assert share > 0.9


def test_one_who_leaves_out_hubs_and_reads_copies_can_link(entries: list[Entry]) -> None:
    used: dict[str, set[str]] = {}
    keys = {}
    for entry in entries:
        truth = entry.truth
        contacts = (*truth["phones"], *truth["emails"], *truth["handles"], *truth["urls"])
        keys[truth["ad_id"]] = (*contacts, truth["template"])
        for key in keys[truth["ad_id"]]:
            used.setdefault(key, set()).add(truth["author"])
    found = join_on_any({ad_id: [key for key in own if len(used[key]) < FEW] for ad_id, own in keys.items()})
    assert b_cubed(found, {entry.truth["ad_id"]: entry.truth["author"] for entry in entries}).f1 >= 0.95


def test_hub_contacts_are_on_about_a_tenth_of_the_ads(entries: list[Entry]) -> None:
    users: dict[str, set[str]] = {}
    for entry in entries:
        for key in (*entry.truth["phones"], *entry.truth["emails"], *entry.truth["urls"]):
            users.setdefault(key, set()).add(entry.truth["author"])
    hubs = {key for key, authors in users.items() if len(authors) >= 10}
    shown = sum(bool(hubs & {*e.truth["phones"], *e.truth["emails"], *e.truth["urls"]}) for e in entries)
    assert shown / len(entries) == pytest.approx(0.1, abs=0.03)

"""Documents are made in batches, and are the same as made one by one."""

import pytest
from sqlalchemy import select

from crawlers.tables import ads
from indexer import documents, tokens
from indexer.columns import columns, searched
from indexer.fields import FIELDS, Holds
from indexer.records import AD, GROUP, GroupDocument
from linker.tables import groups
from nlp.stored import load_mentions, load_readings
from store.workspace import Workspace


def test_groups_read_together_are_as_groups_read_alone(
    embedded_world: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with embedded_world.read() as connection:
        every = list(connection.execute(select(groups.c.group_id).order_by(groups.c.group_id)).scalars())
        together = documents.build(connection, GROUP, every)
        monkeypatch.setattr(documents, "ASKED", 5)  # ads: many portions
        assert documents.build(connection, GROUP, every) == together
        alone = [documents.build(connection, GROUP, [one])[one] for one in every]
    assert list(together.values()) == alone
    assert sum(one.size for one in alone if isinstance(one, GroupDocument)) > 50


def test_mentions_as_they_are_stored_are_those_of_the_readings(embedded_world: Workspace) -> None:
    with embedded_world.read() as connection:
        every = list(connection.execute(select(ads.c.ad_id)).scalars())
        read = load_readings(connection, every)
        stored = load_mentions(connection, every)
    assert {ad_id: [one.as_json() for one in reading.mentions] for ad_id, reading in read.items()} == stored
    assert sum(map(len, stored.values())) > 100


def test_what_is_searched_is_everything_but_what_is_only_kept(embedded_world: Workspace) -> None:
    with embedded_world.read() as connection:
        first = connection.execute(select(ads.c.ad_id)).scalars().first()
        document = documents.build(connection, AD, [str(first)])[str(first)]
    whole = columns(document, 3)
    kept_only = {one.name for one in FIELDS if one.holds is Holds.STORED}
    assert searched(document, 3) == {name: kept for name, kept in whole.items() if name not in kept_only}
    assert kept_only <= set(whole)


@pytest.mark.parametrize(
    "text",
    [
        "Evening\tin Austin\x01\n(202) 555-0143_x",
        "★ Café – £120/½ h ⑤ ️x",
        "Привет мир ★ ok",
        "한국 大阪 ไทย İstanbul",
        f"{'x' * 70}é",
        "".join(map(chr, range(0x20, 0x24F))),
        "".join(map(chr, range(0xFF01, 0xFF40))),
    ],
)
def test_a_field_holds_the_words_that_are_asked_for_and_highlighted(text: str) -> None:
    assert tokens.words(text).split(" ") == [one.text for one in tokens.tokenise(text)]

"""What becomes of writes where the search server fails them, proved against a real one behind a proxy that fails them."""

import secrets
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from indexer import bulk, stage
from indexer import engine as choice
from indexer.backend import Write
from indexer.bulk import longest_retry, send
from indexer.engine import open_backend
from indexer.mapping import SETTINGS, mapping
from indexer.records import AD, AdDocument
from proof.drift import plant
from proof.faulty_proxy import Faults, faulty
from proof.search_faults import MOMENT, prove, put
from store.settings import Settings
from store.workspace import Workspace


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same back-off at a fiftieth of its length."""
    monkeypatch.setattr(bulk, "PAUSES", tuple(pause / 50 for pause in bulk.PAUSES))


@pytest.mark.slow
@pytest.mark.usefixtures("hasty")
def test_every_valid_document_is_written_once_and_the_others_are_set_aside_with_their_reason(
    elastic_settings: Settings, elasticsearch_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choice, "TIMEOUT", 1.0)
    monkeypatch.setattr(stage, "BATCH", 20)
    prefix = f"{elastic_settings.search_prefix}-{secrets.token_hex(3)}"
    with faulty(elasticsearch_url, Faults(lost=0.05), seed=8) as proxy:
        found = prove(tmp_path / "workspace", elasticsearch_url, prefix, proxy, 300)
    assert found.sound, found
    assert len(found.unmappable) == 3
    assert all("indicator" in reason and "xxx" not in reason for reason in found.refused.values())
    assert proxy.done["requests answered 503"]
    assert proxy.done["requests applied and not answered"]
    assert proxy.done["items answered 429"] > 50


@pytest.mark.usefixtures("hasty")
def test_a_server_that_stays_overloaded_sets_nothing_aside(elastic_settings: Settings, elasticsearch_url: str) -> None:
    prefix = f"{elastic_settings.search_prefix}-{secrets.token_hex(3)}"
    with Elasticsearch(elasticsearch_url) as client, faulty(elasticsearch_url, Faults(refused=1.0), seed=8) as proxy:
        client.indices.create(index=f"{prefix}-0", settings=SETTINGS, mappings=mapping(0))
        with Elasticsearch(proxy.address) as failing, pytest.raises(Exception, match=r"429|tries"):
            send(failing, [(f"{prefix}-0", Write("ad:a", 1, None))])
        client.indices.delete(index=f"{prefix}-0")


def test_a_batch_too_large_for_one_request_is_sent_in_parts(
    elastic_settings: Settings, elasticsearch_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = f"{elastic_settings.search_prefix}-{secrets.token_hex(3)}-0"
    batch = [
        (index, Write(f"ad:{name}", 1, AdDocument(name, "harbor", "", MOMENT, MOMENT, body="evening")))
        for name in "abcde"
    ]
    monkeypatch.setattr(bulk, "MOST_BYTES", 1_000)  # a document takes a few hundred
    with Elasticsearch(elasticsearch_url) as client:
        client.indices.create(index=index, settings=SETTINGS, mappings=mapping(0))
        assert len(list(bulk._parts(batch))) > 1
        assert send(client, batch) == ()
        client.indices.refresh(index=index)
        assert client.count(index=index)["count"] == len(batch)
        client.indices.delete(index=index)


def test_a_late_retry_after_a_delete_does_not_bring_the_document_back(
    elastic_settings: Settings, elasticsearch_url: str
) -> None:
    index = f"{elastic_settings.search_prefix}-{secrets.token_hex(3)}-0"
    late = Write("ad:harbor:late", 5, AdDocument("harbor:late", "harbor", "", MOMENT, MOMENT, title="quiet evening"))
    with Elasticsearch(elasticsearch_url) as client:
        client.indices.create(index=index, settings=SETTINGS, mappings=mapping(0))
        assert send(client, [(index, late)]) == ()
        assert send(client, [(index, Write(late.key, late.version + 1, None))]) == ()
        assert send(client, [(index, late)]) == ()  # the answer to the first was lost, say
        client.indices.refresh(index=index)
        assert client.count(index=index)["count"] == 0
        client.indices.delete(index=index)


def test_the_server_remembers_deletes_for_longer_than_the_longest_retry() -> None:
    hours = int(SETTINGS["gc_deletes"].removesuffix("h"))
    assert longest_retry(choice.TIMEOUT) * 2 < hours * 3600


@pytest.mark.slow
def test_reconcile_finds_every_planted_drift(engine: Workspace) -> None:
    stage.ready(engine)
    put(engine, [f"harbor:{number:06}" for number in range(120)])
    stage.run(engine)
    aside = {f"{AD}:harbor:{number:06}" for number in (7, 107)} if engine.settings.search_url else set()
    backend = open_backend(engine)
    planted = plant(engine, backend, each=5, seed=8, spare=aside)
    backend.close()
    drift = stage.reconcile(engine)
    found = {"missing": set(drift.missing) - aside, "stale": set(drift.stale), "extra": set(drift.extra)}
    assert found == planted
    assert sum(map(len, planted.values())) == 20
    stage.run(engine)
    after = stage.reconcile(engine)
    assert not {*after.missing, *after.stale, *after.extra} - aside

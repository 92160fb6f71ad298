"""How many ads a person must open to hold a group: by Sidelight, by plain searches again and again, by phone alone.

    .venv/bin/python -m bench.investigation --search-url http://127.0.0.1:9200 [--ads 12000] [--groups 200] [--seed 9]

A market of two simulated weeks, each group of ads one author's. From one contact an investigator wants 95 % of the author's
ads. An ad counts as opened when its text is shown; evidence of a link does not count. Whoever opens an ad is taken to read
every contact in it without a mistake.

- Plain: every contact seen is searched in Elasticsearch in the usual ways to write it, every hit is opened, and so on until
  nothing new comes. A search with more than MOST hits is left alone, as a person would.
- Phone: the same, with phones alone.
- Sidelight: `linked:` for the contact. Held is what it links; opened are the ad it came from and, for each contact or text
  that joins the group, one ad that shows it. Contacts seen there that are not linked are asked too.

Prints opened ads, recall and false ads of each, over all groups. The market is synthetic: this shows what linking saves where
links can be made, and nothing about the world.
"""

import argparse
import secrets
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from elasticsearch import Elasticsearch
from elasticsearch.helpers import bulk

from crawlers.adlines import parse_ad
from crawlers.stored import record_sightings
from indexer import stage as index_stage
from indexer.search import search
from linker import stage as link_stage
from linker.records import Group
from linker.stored import group_ids_of, load_groups
from market.make import Entry, generate
from nlp import stage as read_stage
from store.schema import now
from store.settings import Settings
from store.workspace import Workspace, open_workspace

DAYS = 14
ENOUGH = 0.95
FEWEST = 4  # ads of an author worth looking for
MOST = 100  # hits that a person still opens
KINDS = ("phones", "emails", "handles")  # what both ways can ask for


@dataclass(slots=True)
class Looked:
    """What one investigator has: ads opened, ads held."""

    opened: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Case:
    """One group to find: the author's ads, the contact to begin with and the ad that shows it."""

    ads: frozenset[str]
    contact: str
    first: str


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--search-url", required=True)
    parser.add_argument("--ads", type=int, default=12_000)
    parser.add_argument("--groups", type=int, default=200)
    parser.add_argument("--seed", type=int, default=9)
    given = parser.parse_args()
    entries = list(generate(seed=given.seed, ads=given.ads, days=DAYS))
    contacts = {entry.ad["ad_id"]: _contacts(entry) for entry in entries}
    cases = _cases(entries, contacts, given.groups, Random(given.seed))
    with tempfile.TemporaryDirectory() as folder, Elasticsearch(given.search_url) as client:
        workspace = _processed(Path(folder) / "workspace", entries)
        plain = Plain(client, entries)
        try:
            ways = {
                "sidelight": [_linked(workspace, case, contacts) for case in cases],
                "plain searches": [plain.look(case, contacts, KINDS) for case in cases],
                "by phone alone": [plain.look(case, contacts, ("phones",)) for case in cases],
            }
        finally:
            plain.clean()
    ads = sum(len(case.ads) for case in cases)
    print(f"{len(cases)} groups of {ads} ads among {len(entries):,}, seed {given.seed}, {DAYS} simulated days")
    print("| way | ads opened | recall | groups at 95 % | ads held that are others' |\n|---|---|---|---|---|")
    opened = {}
    for name, found in ways.items():
        opened[name] = sum(len(one.opened) for one in found)
        right = sum(len(one.held & case.ads) for one, case in zip(found, cases, strict=True))
        whole = sum(len(one.held & case.ads) >= ENOUGH * len(case.ads) for one, case in zip(found, cases, strict=True))
        wrong = sum(len(one.held - case.ads) for one, case in zip(found, cases, strict=True))
        print(f"| {name} | {opened[name]:,} | {right / ads:.3f} | {whole / len(cases):.3f} | {wrong} |")
    print(f"fewer opened than by plain searches: {1 - opened['sidelight'] / opened['plain searches']:.1%}")
    sys.stdout.flush()


def _contacts(entry: Entry) -> dict[str, tuple[str, ...]]:
    return {kind: tuple(entry.truth[kind]) for kind in KINDS}


def _cases(
    entries: Sequence[Entry], contacts: dict[str, dict[str, tuple[str, ...]]], count: int, draw: Random
) -> list[Case]:
    """Authors with some ads, each with the contact that most of its ads show; drawn by lot."""
    by_author: dict[str, list[str]] = defaultdict(list)
    for entry in entries:
        by_author[entry.truth["author"]].append(entry.ad["ad_id"])
    shown: dict[str, set[str]] = defaultdict(set)
    for ad_id, kinds in contacts.items():
        for value in _all(kinds, KINDS):
            shown[value].add(ad_id)
    made = []
    for author in sorted(by_author):
        own = set(by_author[author])
        values = sorted({value for ad_id in own for value in _all(contacts[ad_id], KINDS)})
        if len(own) >= FEWEST and values:
            contact = max(values, key=lambda value: (len(shown[value] & own) - len(shown[value] - own), value))
            made.append(Case(frozenset(own), contact, min(shown[contact] & own)))
    return draw.sample(made, min(count, len(made)))


def _all(kinds: dict[str, tuple[str, ...]], wanted: Iterable[str]) -> Iterator[str]:
    for kind in wanted:
        yield from kinds[kind]


def _processed(root: Path, entries: Sequence[Entry]) -> Workspace:
    workspace = open_workspace(root, Settings())
    with workspace.begin() as connection:
        record_sightings(connection, [parse_ad(one.ad) for one in entries], seen_at=now(), run_id="bench")
    for stage in (read_stage, link_stage, index_stage):
        stage.run(workspace)
    return workspace


def _linked(workspace: Workspace, case: Case, contacts: dict[str, dict[str, tuple[str, ...]]]) -> Looked:
    """Ask `linked:` for the contact, and for others seen in the ads that were opened."""
    looked = Looked()
    waiting, asked = [case.contact], set()
    while waiting:
        value = waiting.pop(0)
        asked.add(value)
        ids = set(_every_hit(workspace, f'linked:"{value}"'))
        fresh = ids - looked.held
        looked.held |= ids
        with workspace.read() as connection:
            groups = load_groups(connection, set(group_ids_of(connection, sorted(fresh)).values()))
        opened = {case.first} if value == case.contact else set()
        for group in groups.values():
            opened |= _shown_for_each_joint(group)
        looked.opened |= opened
        if len(looked.held & case.ads) >= ENOUGH * len(case.ads):
            break
        waiting += [one for ad_id in sorted(opened) for one in _all(contacts[ad_id], KINDS) if one not in asked]
        waiting = list(dict.fromkeys(waiting))
    return looked


def _shown_for_each_joint(group: Group) -> set[str]:
    """Ads that between them show every contact and text that joins the group, few of them: the most telling first."""
    holders: dict[tuple[str, str], set[str]] = defaultdict(set)
    for link in group.links:
        holders[link.reason.value, link.key].update((link.left, link.right))
    chosen: set[str] = set()
    missing = set(holders)
    while missing:
        tally: dict[str, int] = defaultdict(int)
        for key in missing:
            for ad_id in holders[key]:
                tally[ad_id] += 1
        best = min(tally, key=lambda ad_id: (-tally[ad_id], ad_id))
        chosen.add(best)
        missing = {key for key in missing if best not in holders[key]}
    return chosen


def _every_hit(workspace: Workspace, query: str) -> Iterator[str]:
    cursor = None
    while True:
        page = search(workspace, query, limit=100, cursor=cursor)
        yield from (hit.ad_id for hit in page.hits)
        if not (cursor := page.cursor):
            return


class Plain:
    """The ads' texts in an Elasticsearch, with its standard analyzer and nothing of ours."""

    def __init__(self, client: Elasticsearch, entries: Sequence[Entry]) -> None:
        self._client, self._index = client, f"bench-{secrets.token_hex(4)}"
        client.indices.create(index=self._index, mappings={"properties": {"text": {"type": "text"}}})
        names = ("title", "body", "contact", "name")
        rows = (
            {
                "_index": self._index,
                "_id": one.ad["ad_id"],
                "text": "\n".join(str(one.ad.get(name, "")) for name in names),
            }
            for one in entries
        )
        bulk(client, rows, refresh=True)
        self._known: dict[str, list[str]] = {}

    def look(self, case: Case, contacts: dict[str, dict[str, tuple[str, ...]]], kinds: Sequence[str]) -> Looked:
        """Search, open every hit, search what is seen there, until enough is held or nothing new comes."""
        looked = Looked()
        waiting, asked = [case.contact], set()
        while waiting:
            value = waiting.pop(0)
            asked.add(value)
            hits = self._hits(value)
            for ad_id in hits if len(hits) <= MOST else ():
                if ad_id not in looked.opened:
                    looked.opened.add(ad_id)
                    waiting += [one for one in _all(contacts[ad_id], kinds) if one not in asked and one not in waiting]
                if len(looked.opened & case.ads) >= ENOUGH * len(case.ads):
                    waiting = []
                    break
        looked.held = set(looked.opened)
        return looked

    def clean(self) -> None:
        """Take the index away."""
        self._client.indices.delete(index=self._index)

    def _hits(self, value: str) -> list[str]:
        if value not in self._known:
            should: list[dict[str, Any]] = [{"match_phrase": {"text": form}} for form in _forms(value)]
            answer = self._client.search(
                index=self._index, query={"bool": {"should": should}}, size=MOST + 1, source=False
            )
            self._known[value] = [hit["_id"] for hit in answer["hits"]["hits"]]
        return self._known[value]


def _forms(value: str) -> list[str]:
    """The usual ways to write a contact: what a person would type."""
    if not value.startswith("+"):
        return [value.partition(":")[2] or value]
    digits = value[2:] if value.startswith("+1") else f"0{value[3:]}"
    if not value.startswith("+1"):
        return [
            value[1:],
            digits,
            f"{digits[:3]} {digits[3:7]} {digits[7:]}",
            f"{digits[:4]} {digits[4:7]} {digits[7:]}",
        ]
    a, b, c = digits[:3], digits[3:6], digits[6:]
    return [digits, value, f"{a} {b} {c}", f"{a}.{b}.{c}", f"{a}{b}-{c}", f"1 {a} {b} {c}", f"{a} {b}{c}"]


if __name__ == "__main__":
    main()

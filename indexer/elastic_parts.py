"""The parts of an index in Elasticsearch: the ads of each year in which they were first seen, and the groups.

Old years are written rarely and can be kept on slower machines; none outgrows what one shard takes well. Each part is an
index named PREFIX-SCHEMA-BUILD-PART. All stand behind the alias PREFIX, which searches go to, and each behind PREFIX.PART,
which writes go to.
"""

import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from elasticsearch import BadRequestError, Elasticsearch

from indexer.backend import Write
from indexer.bulk import Placed
from indexer.fields import SCHEMA
from indexer.mapping import SETTINGS, mapping
from indexer.records import GROUP, Document, GroupDocument

GROUPS = "groups"


def pattern(alias: str) -> re.Pattern[str]:
    """What the indices of an alias are named, those of earlier versions too, which had no parts."""
    return re.compile(rf"{re.escape(alias)}-[0-9a-f]{{10}}-[0-9a-f]{{8}}(?:-(?:{GROUPS}|\d{{4}}))?\Z")


def part_of(document: Document) -> str:
    """The part that a document belongs to; an ad's changes only to an earlier year, when an older sighting is learned of."""
    return GROUPS if isinstance(document, GroupDocument) else f"{document.first_seen.year:04}"


def elsewhere(write: Write, parts: Iterable[str]) -> list[str]:
    """The parts in which another state of the document may stand: a later year's, or any where it is to be dropped."""
    if write.key.startswith(f"{GROUP}:"):
        return [GROUPS] if write.document is None else []
    years = [part for part in parts if part != GROUPS]
    return years if write.document is None else [year for year in years if year > part_of(write.document)]


class Parts:
    """The indices of one build, made as they are needed. `live` builds are written through the aliases."""

    def __init__(self, client: Elasticsearch, alias: str, indices: Iterable[str], version: int) -> None:
        self.client = client
        self.alias = alias
        self.version = version
        self.indices = {index.rpartition("-")[2]: index for index in indices}
        self.live = bool(self.indices)
        named = next(iter(self.indices.values()), f"{alias}-{SCHEMA}-{secrets.token_hex(4)}-")
        self.build = named.rpartition("-")[0]
        self.make(GROUPS)

    def make(self, part: str) -> None:
        """The index of a part, where there is none; beside live ones it can be searched at once."""
        if part in self.indices:
            return
        index = f"{self.build}-{part}"
        aliases: dict[str, Any] = {name: {} for name in (self.alias, self.target(part))} if self.live else {}
        try:
            self.client.indices.create(index=index, settings=SETTINGS, mappings=mapping(self.version), aliases=aliases)
        except BadRequestError as problem:
            if problem.error != "resource_already_exists_exception":
                raise
        self.indices[part] = index

    def placed(self, batch: Sequence[Write]) -> Iterator[Placed]:
        """Each write with where it goes, and a drop wherever an earlier state of it may stand."""
        for part in {part_of(one.document) for one in batch if one.document}:
            self.make(part)
        for one in batch:
            if one.document is not None:
                yield self._where(part_of(one.document)), one
            if self.live:  # a new build is given every document once
                for part in elsewhere(one, self.indices):
                    yield self._where(part), Write(one.key, one.version, None)

    def moves(self, old: Iterable[str]) -> list[dict[str, Any]]:
        """What puts these in the place of the old indices, in one step."""
        adds = [
            {"add": {"index": index, "alias": name}}
            for part, index in self.indices.items()
            for name in (self.alias, self.target(part))
        ]
        return [*adds, *({"remove_index": {"index": name}} for name in old)]

    def target(self, part: str) -> str:
        """The alias that writes to a part go to."""
        return f"{self.alias}.{part}"

    def _where(self, part: str) -> str:
        return self.target(part) if self.live else self.indices[part]

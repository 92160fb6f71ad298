"""What embedded search is measured against: tantivy and SQLite FTS5 as a program would use them without us."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import tantivy

from indexer.columns import MANY, ONE
from indexer.embedded import HEAP
from indexer.embedded_files import open_folder
from indexer.records import AD, AdDocument, to_json
from indexer.tokens import words

HITS = 20
FACETS = ("site", "month", "indicator")
# Field of the index, field of the document.
AS_THEY_ARE = tuple((field, attribute) for field, attribute, _ in MANY if attribute != "places")


class Bare:
    """What a program with tantivy alone would do: one text field, the fields that are asked for, the ad as stored JSON."""

    def __init__(self, root: Path) -> None:
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("words", tokenizer_name="spaces", index_option="position")
        builder.add_bytes_field("source", stored=True)
        builder.add_integer_field("age", indexed=True, fast=True)
        for name in (*FACETS, "phone"):
            builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
        self.schema = builder.build()
        self.index = tantivy.Index(self.schema, str(root))
        self.index.register_tokenizer("spaces", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
        self.searcher: Any = self.index.searcher()

    def fill(self, documents: Sequence[AdDocument]) -> None:
        """Index them all."""
        writer = self.index.writer(HEAP, 1)
        for one in documents:
            writer.add_document(
                tantivy.Document(
                    words=text_of(one),
                    source=to_json(one),
                    age=list(one.ages),
                    site=one.site,
                    month=f"{one.posted_at or one.first_seen:%Y-%m}",
                    indicator=list(one.indicators),
                    phone=list(one.phones),
                )
            )
        writer.commit()
        writer.wait_merging_threads()
        self.index.reload()
        self.searcher = self.index.searcher()

    def hits(self, query: Any) -> int:
        """Twenty stored hits as objects, and the total."""
        found = self.searcher.search(query, HITS)
        for _, address in found.hits:
            orjson.loads(bytes(self.searcher.doc(address).get_first("source")))
        return int(found.count)

    def facets(self, query: Any) -> int:
        """Three facets and the total."""
        total = int(self.searcher.search(query, 1).count)
        for name in FACETS:
            self.searcher.aggregate(query, {"values": {"terms": {"field": name, "size": 10_000}}})
        return total


def fill_same(root: Path, ready: Sequence[dict[str, Any]]) -> None:
    """Bare tantivy with the schema of ours, from fields made beforehand: nothing is folded, counted or put into JSON here."""
    index = open_folder(root, new=True)
    writer, schema = index.writer(HEAP, 1), index.schema
    for one in ready:
        writer.add_document(tantivy.Document.from_dict(one, schema))
    writer.commit()
    writer.wait_merging_threads()


def fill_plain(root: Path, documents: Sequence[AdDocument]) -> None:
    """Bare tantivy with the schema of ours, from the same documents by the plainest code: the text is folded as in all of
    these, the ad is stored as JSON, and every other field of the document stands as it is, in no second form and no order."""
    index = open_folder(root, new=True)
    writer, schema = index.writer(HEAP, 1), index.schema
    for one in documents:
        title, location = words(one.title), words(one.location)
        others = (words(part) for part in (one.body, one.contact, one.name) if part)
        ready: dict[str, Any] = {
            "key": one.key,
            "kind": AD,
            "source": to_json(one),
            "words": " ".join((title, location, *others)),
            "title": title,
            "location": location,
            "site": one.site,
            "state": "gone" if one.gone else "live",
            "posted": int((one.posted_at or one.first_seen).timestamp()),
            "first_seen": int(one.first_seen.timestamp()),
            "last_seen": int(one.last_seen.timestamp()),
            "size": one.group_size,
            "handle": list(one.handles),
            "place": [place.place_id for place in one.places],
            "place_label": [place.label for place in one.places],
        }
        for field, attribute in AS_THEY_ARE:
            if values := getattr(one, attribute):
                ready[field] = list(values)
        for field, attribute in ONE:
            if (value := getattr(one, attribute)) is not None:
                ready[field] = value
        writer.add_document(tantivy.Document.from_dict(ready, schema))
    writer.commit()
    writer.wait_merging_threads()


class Fts:
    """SQLite FTS5 over the same words, with the ad and its fields in tables beside it."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path)
        self.connection.executescript(
            "create virtual table if not exists said using fts5(words, content='', tokenize=\"unicode61 remove_diacritics 0\");"
            "create table if not exists ads (id integer primary key, source blob, site text, month text, age integer);"
            "create table if not exists indicators (id integer, indicator text);"
        )

    def fill(self, documents: Sequence[AdDocument]) -> None:
        """Index them all."""
        with self.connection:
            for number, one in enumerate(documents):
                self.connection.execute("insert into said(rowid, words) values (?, ?)", (number, text_of(one)))
                age = one.ages[0] if one.ages else None
                row = (number, to_json(one), one.site, f"{one.posted_at or one.first_seen:%Y-%m}", age)
                self.connection.execute("insert into ads values (?, ?, ?, ?, ?)", row)
                rows = [(number, indicator) for indicator in one.indicators]
                self.connection.executemany("insert into indicators values (?, ?)", rows)
        self.connection.execute("create index by_ad on indicators (id)")

    def hits(self, match: str, conditions: tuple[str, ...]) -> int:
        """Twenty stored hits by BM25, and the total."""
        where = " and ".join(("said match ?", *conditions))
        tables = "said" + (" join ads on ads.id = said.rowid" if conditions else "")
        rows = self.connection.execute(
            f"select rowid from (select said.rowid from {tables} where {where} order by bm25(said) limit {HITS})",  # noqa: S608
            (match,),
        ).fetchall()
        for (number,) in rows:
            orjson.loads(self.connection.execute("select source from ads where id = ?", (number,)).fetchone()[0])
        return int(self.connection.execute(f"select count(*) from {tables} where {where}", (match,)).fetchone()[0])  # noqa: S608

    def facets(self, match: str) -> int:
        """Three facets and the total."""
        found = "(select rowid as id from said where said match ?)"
        for name in ("site", "month"):
            grouped = f"select {name}, count(*) from {found} join ads using (id) group by 1"  # noqa: S608
            self.connection.execute(grouped, (match,)).fetchall()
        grouped = f"select indicator, count(*) from {found} join indicators using (id) group by 1"  # noqa: S608
        self.connection.execute(grouped, (match,)).fetchall()
        return int(self.connection.execute("select count(*) from said where said match ?", (match,)).fetchone()[0])


def text_of(one: AdDocument) -> str:
    """The words of every field, as all three are given them."""
    return " ".join(words(part) for part in (one.title, one.body, one.location, one.contact, one.name) if part)

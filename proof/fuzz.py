"""Readers of every external format under damaged input: no crash (only typed errors), no hang.

    .venv/bin/python -m proof.fuzz [READER...] [--runs 2000] [--seed N] [--keep FOLDER]
    .venv/bin/python -m proof.fuzz READER --atheris [libFuzzer's options]        (where atheris is installed)

Each reader begins with the samples in proof/corpus/READER and those made here; they are cut, spliced, doubled and sprinkled.
What crashes or hangs is kept in FOLDER/READER and printed with its seed; put it into the corpus once it is mended, and it is
read with every run. Site pages have a harness of their own (bench.fuzz_pages), the API has schemathesis (tests/console).
Seconds are CPU time. Ends with 1 where anything crashed or took longer than 5 s.
"""

import argparse
import contextlib
import gc
import hashlib
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from random import Random
from types import FunctionType

import pyarrow as pa
import pyarrow.parquet as pq
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawlers.adfiles import header, rows
from crawlers.adlines import parse_ad
from crawlers.columns import load_columns
from crawlers.errors import PageError
from crawlers.feeds import read_xml
from crawlers.hashsets import digests
from crawlers.manifest import load_manifest
from crawlers.records import Ad
from crawlers.responses import records
from crawlers.robots import read_rules
from indexer.parse import parse
from nlp.indicators.lexicon import FOLDER as LEXICONS
from nlp.indicators.lexicon import load
from nlp.pipeline import read_ad
from store.errors import SidelightError
from store.jsonlines import BadLineError

ROOT = Path(__file__).parents[1]
CORPUS = Path(__file__).parent / "corpus"
HANG = 5.0
TYPED = (SidelightError, BadLineError, PageError)
CHOKERS = (
    b"\x00", b"\xff\xfe", b"\xed\xa0\x80", "\u202e\u200b\u0301".encode(), b'"' * 200, b"{" * 400, b"[" * 2000, b'{"a":' * 300,
    b"(" * 300, b" OR " * 100, b"\\ud800", b"1e999", b"-" * 500, b"&a *a ", b"- - - " * 50, b"!!python/object:os.system ",
    b"<<: *x", b"\r\n\r\n", b"WARC/1.1\r\n", b"Content-Length: 99999999999\r\n", b"9" * 400, b",,,,", b"*" * 90, b"~" * 90,
    b"age:<", b"linked:", b"NEAR/999999999999 ", b"\x1f\x8b\x08", b"PAR1", b"\x28\xb5\x2f\xfd", b"<!ENTITY a 'b'>", b"0x1F",
)  # fmt: skip


def _ads(suffix: str) -> Callable[[bytes], None]:
    def read(content: bytes) -> None:
        with _file(content, f"ads{suffix}") as path:
            header(path)
            for _, row in rows(path):
                if isinstance(row, Mapping):
                    with contextlib.suppress(BadLineError):
                        parse_ad(row)

    return read


def _warc(content: bytes) -> None:
    with _file(content, "pages.warc") as path:
        for _ in records(path):
            pass


def _of_file(load: Callable[[Path], object], name: str) -> Callable[[bytes], None]:
    def read(content: bytes) -> None:
        with _file(content, name) as path:
            found = load(path)
            if isinstance(found, Iterable):
                list(found)

    return read


def _lexicon(content: bytes) -> None:
    with _file(content, "youth_implying.yml") as path:
        load(path.parent)


def _query(content: bytes) -> None:
    parse(content.decode("utf-8", "replace"))


def _ad(content: bytes) -> None:
    said = content.decode("utf-8", "replace")
    read_ad(Ad("fuzz:1", "fuzz", "", None, title=said[:200], body=said, price=said[:60], age=said[-20:]))


READERS: dict[str, Callable[[bytes], None]] = {
    "jsonl": _ads(".jsonl"),
    "csv": _ads(".csv"),
    "parquet": _ads(".parquet"),
    "warc": _warc,
    "manifest": _of_file(load_manifest, "site.yml"),
    "lexicon": _lexicon,
    "columns": _of_file(load_columns, "map.yml"),
    "hashes": _of_file(digests, "known.json"),
    "feed": lambda content: read_xml(content.decode("utf-8", "replace")) and None,
    "robots": lambda content: read_rules(content, "sidelight") and None,
    "query": _query,
    "ad": _ad,
}


@contextlib.contextmanager
def _file(content: bytes, name: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="sidelight-fuzz-") as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        yield path


@cache
def samples(reader: str) -> tuple[bytes, ...]:
    """Sound input of a reader, and what once was trouble."""
    kept = sorted((CORPUS / reader).glob("*")) if (CORPUS / reader).is_dir() else []
    return (*MADE[reader](), *(path.read_bytes() for path in kept))


def _lines() -> list[bytes]:
    line = (
        b'{"ad_id":"s:1","site":"s","title":"New","body":"Call 212 555 0143",'
        b'"posted_at":"2026-05-01T12:00:00Z","image_hashes":["ab"]}'
    )
    return [
        line + b"\n" + line.replace(b"s:1", b"s:2") + b"\n",
        b'{"ad_id":"s:3","site":"s","region":"US","age":"24"}\n',
    ]


def _table() -> list[bytes]:
    out = BytesIO()
    columns = {"ad_id": ["s:1", "s:2"], "site": ["s", "s"], "body": ["one", None], "image_hashes": [["ab"], []]}
    pq.write_table(pa.table(columns), out)
    return [out.getvalue()]


def _archive() -> list[bytes]:
    made = []
    for gzip in (False, True):
        out = BytesIO()
        writer = WARCWriter(out, gzip=gzip, warc_version="1.1")
        head = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        for number in range(3):
            body = BytesIO(b"<html><h1>ad</h1><p>incall</p></html>" * 4)
            writer.write_record(
                writer.create_warc_record(f"http://s.example/{number}", "response", body, http_headers=head)
            )
        made.append(out.getvalue())
    return made


MADE: dict[str, Callable[[], list[bytes]]] = {
    "jsonl": _lines,
    "csv": lambda: [b'ad_id,site,body,image_hashes\ns:1,s,"one, ""two""\nthree",ab cd\ns:2,s,x,\n'],
    "parquet": _table,
    "warc": _archive,
    "manifest": lambda: [path.read_bytes() for path in sorted((ROOT / "market" / "sites").glob("*/site.yml"))],
    "lexicon": lambda: [(LEXICONS / "youth_implying.yml").read_bytes()],
    "columns": lambda: [
        b"site: {constant: s}\nfields: {native_id: id, body: text}\nignore: [x]\n",
        b"fields: {ad_id: a, site: b}\n",
    ],
    "hashes": lambda: [
        b'{"value": [{"MD5": "' + b"a" * 32 + b'", "Category": 1}]}',
        b"b" * 64 + b"\n" + b"c" * 40 + b"\n",
    ],
    "feed": lambda: [
        b"<rss version='2.0'><channel><item><guid>1</guid><title>t</title>"
        b"<pubDate>Fri, 01 May 2026 12:00:00 GMT</pubDate></item></channel></rss>",
        b"<urlset><url><loc>http://s.example/ad/1</loc><lastmod>2026-05-01</lastmod></url></urlset>",
    ],
    "robots": lambda: [b"User-agent: *\nDisallow: /private/*.html$\nAllow: /\nCrawl-delay: 5\n"],
    "query": lambda: [
        b'phone:"212 555 0143" OR (incall -outcall) place:austin age:18..24',
        b'"new in town" NEAR/3 incall~ price:<200/60min linked:2125550143 has:email posted:last-7-days title:new*',
    ],
    "ad": lambda: [
        "Anna, 24, new in Austin. 150/h. Call (512) 555-0143 or five one two 5550143, anna (at) mail.example ☎".encode()
    ],
}  # fmt: skip


def mutated(dice: Random, reader: str) -> bytes:
    """A sample with a few things done to it."""
    changed = bytearray(dice.choice(samples(reader)))
    for _ in range(dice.choice((1, 1, 2, 3, 8))):
        place, length = dice.randrange(len(changed) + 1), dice.choice((1, 2, 8, 50))
        kind = dice.randrange(6)
        if kind == 0:
            del changed[place : place + length]
        elif kind == 1:
            changed[place:place] = dice.choice(CHOKERS)
        elif kind == 2:
            changed[place : place + length] = dice.randbytes(length)
        elif kind == 3:
            changed[place:place] = changed[place : place + length] * dice.choice((2, 20, 200))
        elif kind == 4:
            changed[place:] = dice.choice(samples(reader))[place:]
        else:
            del changed[place:]
    return bytes(changed[:200_000])


def trouble(reader: str, content: bytes) -> str | None:
    """What is wrong with how the reader took it; None where it was read or refused with a typed error."""
    began = time.process_time()
    try:
        READERS[reader](content)
    except TYPED:
        pass
    except Exception as problem:
        return f"{type(problem).__name__}: {problem}"[:300]
    took = time.process_time() - began
    return f"took {took:.1f} s" if took > HANG else None


def fuzz(reader: str, runs: int, seed: int, keep: Path | None = None) -> list[str]:
    """Read the samples and so many damaged ones; returns what went wrong."""
    dice, found = Random(f"{reader} {seed}"), []
    given = [*samples(reader), *(mutated(dice, reader) for _ in range(runs))]
    for number, content in enumerate(given):
        if (said := trouble(reader, content)) is not None:
            found.append(f"{reader}, input {number} of seed {seed}: {said}")
            if keep:
                (keep / reader).mkdir(parents=True, exist_ok=True)
                (keep / reader / hashlib.sha256(content).hexdigest()[:16]).write_bytes(content)
    return found


def with_atheris(reader: str, arguments: list[str]) -> None:
    """Let libFuzzer drive one reader; it never returns. The samples go into its corpus."""
    try:
        import atheris  # type: ignore[import-not-found]
    except ImportError:
        raise SystemExit("atheris is not installed: pip install atheris (Linux, CPython 3.11 to 3.13)") from None
    folder = Path(tempfile.gettempdir()) / f"sidelight-corpus-{reader}"
    folder.mkdir(exist_ok=True)
    for content in samples(reader):
        (folder / hashlib.sha256(content).hexdigest()[:16]).write_bytes(content)

    def once(content: bytes) -> None:
        with contextlib.suppress(*TYPED):
            READERS[reader](content)

    for content in samples(reader):  # what is loaded once is no hang
        once(content)
    own = {one.name for one in Path(__file__).parents[1].iterdir()}
    for one in gc.get_objects():  # that of libraries too would take it many minutes
        if isinstance(one, FunctionType) and str(one.__module__).partition(".")[0] in own:
            atheris.instrument_func(one)
    atheris.Setup([sys.argv[0], *arguments, str(folder)], once)
    atheris.Fuzz()


def main() -> None:
    """Fuzz some readers, or all."""
    parser = argparse.ArgumentParser()
    parser.add_argument("readers", nargs="*", metavar="READER", help=", ".join(READERS))
    parser.add_argument("--runs", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=91)
    parser.add_argument("--keep", type=Path, default=None)
    parser.add_argument("--atheris", action="store_true")
    options, rest = parser.parse_known_args()
    if unknown := set(options.readers) - set(READERS):
        parser.error(f"no reader {sorted(unknown)[0]}; there are {', '.join(READERS)}")
    if options.atheris:
        with_atheris(options.readers[0], rest)
    bad = []
    print("| reader | inputs | CPU s | crashes and hangs |\n|---|---|---|---|")
    for reader in options.readers or READERS:
        began = time.process_time()
        found = fuzz(reader, options.runs, options.seed, options.keep)
        bad += found
        print(
            f"| {reader} | {options.runs + len(samples(reader)):,} | {time.process_time() - began:.1f} | {len(found)} |",
            flush=True,
        )
    print("\n".join(["", *bad[:50]]))
    raise SystemExit(bool(bad))


if __name__ == "__main__":
    main()

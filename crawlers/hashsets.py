"""Hash sets of known images as they are shared: VICS-style JSON, or CSV or text with a hash on each line. Read as a stream.

A record of a VICS file says its category; only those asked for are taken, because such files also list pictures that are not
pertinent, so that they can be left aside. Only exact digests (MD5, SHA-1, SHA-256) are read; what else a record holds is not.
"""

import csv
import json
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from crawlers.errors import ImportFileError

BY_LENGTH = {32: "md5", 40: "sha1", 64: "sha256"}
NAMES = {"md5": "md5", "sha1": "sha1", "sha-1": "sha1", "sha256": "sha256", "sha-256": "sha256"}
HEX = re.compile(r"[0-9a-f]{32}(?:[0-9a-f]{8}(?:[0-9a-f]{24})?)?\Z")
PERTINENT = frozenset({1, 2})
PIECE = 1 << 20
RECORD_LIMIT = 1 << 20  # characters of one JSON record
LIST = re.compile(r'"(?:value|Media|media)"\s{0,20}+:\s{0,20}+\[')

Digest = tuple[str, str]


def digest_of(written: str) -> Digest | None:
    """Algorithm and digest (lower-case hex) of a hash as feeds write it: bare or `sha256:...`; None for anything else."""
    text = written.strip().lower()
    name, parted, rest = text.partition(":")
    digest = rest.strip() if parted else text
    if not HEX.match(digest) or (parted and NAMES.get(name.strip()) != BY_LENGTH[len(digest)]):
        return None
    return BY_LENGTH[len(digest)], digest


def digests(path: Path, categories: Collection[int] = PERTINENT) -> Iterator[Digest]:
    """Every digest in the file, each record's in turn. Raises ImportFileError naming the place."""
    try:
        with path.open(encoding="utf-8-sig") as handle:
            first = handle.read(PIECE)
            if first.lstrip()[:1] in ("{", "["):
                yield from _vics(path, handle, first, categories)
                return
        with path.open(encoding="utf-8-sig", newline="") as handle:
            yield from _lines(path, handle)
    except OSError as problem:
        raise ImportFileError(f"{path}: cannot be read: {problem.strerror}") from None
    except (UnicodeDecodeError, csv.Error) as problem:
        raise ImportFileError(f"{path}: no hash set: {problem}") from None


def _vics(path: Path, handle: IO[str], text: str, categories: Collection[int]) -> Iterator[Digest]:
    """Records of the file's list, however long it is: only one of them and a piece of the file are in memory."""
    bare, named = text.lstrip().startswith("["), LIST.search(text)
    if not bare and named is None:
        raise ImportFileError(f"{path}: JSON without a list named 'value' or 'Media'; is it a VICS file?")
    position = text.index("[") + 1 if bare or named is None else named.end()
    decoder, number = json.JSONDecoder(), 0
    while True:
        while position < len(text) and text[position] in " \t\r\n,":
            position += 1
        if position < len(text) and text[position] == "]":
            return
        try:
            record, end = decoder.raw_decode(text, position)
        except json.JSONDecodeError:
            piece = handle.read(PIECE)
            if not piece or len(text) - position > RECORD_LIMIT + PIECE:
                raise ImportFileError(f"{path}: record {number + 1} is damaged or not closed") from None
            text, position = text[position:] + piece, 0
            continue
        except RecursionError:
            raise ImportFileError(f"{path}: record {number + 1} is nested too deeply") from None
        number, position = number + 1, end
        for one in _media(record):
            if _wanted(one, categories):
                yield from _of_record(one)


def _media(record: Any) -> list[Mapping[str, Any]]:
    """The record, or where it is a case, the records of its pictures."""
    inside = record.get("Media") if isinstance(record, Mapping) else None
    return [one for one in (inside if isinstance(inside, list) else [record]) if isinstance(one, Mapping)]


def _wanted(record: Mapping[str, Any], categories: Collection[int]) -> bool:
    category = record.get("Category", record.get("category"))
    return category is None or (str(category).isdecimal() and int(category) in categories)


def _of_record(record: Mapping[str, Any]) -> Iterator[Digest]:
    for name, value in record.items():
        algorithm = NAMES.get(name.lower())
        if algorithm and isinstance(value, str) and (found := digest_of(value)) and found[0] == algorithm:
            yield found


def _lines(path: Path, handle: IO[str]) -> Iterator[Digest]:
    for number, row in enumerate(csv.reader(handle), start=1):
        found = [digest for cell in row if (digest := digest_of(cell))]
        if row and not found and number > 1:
            raise ImportFileError(f"{path}:{number}: no MD5, SHA-1 or SHA-256 on this line")
        yield from found

"""Web archives as they come (WARC, ARC, gzip, zstd, WACZ) to files in the workspace that evidence can point into.

WARC and ARC files are copied as they are. zstd is packed anew with gzip, record by record, because no reader of evidence should
need more than gzip; the records stay the same bytes. A file's name is the SHA-256 of what it holds.
"""

import hashlib
import os
import struct
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import Any, BinaryIO, cast

import zstandard
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.warcwriter import WARCWriter

from crawlers.errors import ImportFileError
from store.disk import need
from store.workspace import Workspace

ZIP, ZSTD = b"PK\x03\x04", b"\x28\xb5\x2f\xfd"
DICTIONARY = b"\x5d\x2a\x4d\x18"  # a frame that holds the dictionary of all others
DICTIONARY_LIMIT = 16 * 1024 * 1024
WINDOW_LIMIT = 128 * 1024 * 1024
BLOCK = 1 << 20
SIP = 2048  # packed bytes at a time: 64 MiB at the most when they are a bomb
CHECK_EVERY = 64 * BLOCK
ARCHIVES = "archive/"  # where a WACZ keeps its WARC files
IMPORTED = "imported"  # the folder of captures that they are kept in
Peekable = BufferedReader | zipfile.ZipExtFile


def unpacked(workspace: Workspace, path: Path, report: Callable[[str], None]) -> Iterator[Path]:
    """The archive, or the archives in it, as files of the workspace. Raises ImportFileError."""
    if path.resolve().is_relative_to(workspace.captures.resolve()):
        yield workspace.captures / path.resolve().relative_to(workspace.captures.resolve())
        return
    try:
        with path.open("rb") as handle:
            if handle.peek(4)[:4] != ZIP:
                yield _file(workspace, path.name, handle, report)
                return
        with zipfile.ZipFile(path) as bundle:
            names = [
                one.filename for one in bundle.infolist() if one.filename.startswith(ARCHIVES) and not one.is_dir()
            ]
            if not names:
                report(f"{path}: a zip file without web archives in archive/")
            for name in names:
                with bundle.open(name) as member:
                    yield _file(workspace, f"{path.name}:{name}", cast(zipfile.ZipExtFile, member), report)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as problem:
        report(f"{path}: the rest cannot be unpacked: {problem}")
    except OSError as problem:
        raise ImportFileError(f"{path}: cannot be read or kept: {problem.strerror}") from None


def _file(workspace: Workspace, name: str, source: Peekable, report: Callable[[str], None]) -> Path:
    head = source.peek(4)[:4]
    packed = head in (ZSTD, DICTIONARY)
    suffix = ".warc.gz" if packed or head[:2] == b"\x1f\x8b" else ".arc" if head == b"file" else ".warc"
    with _draft(workspace, suffix) as (out, done):
        if packed:
            _repack(name, source, out, report, workspace.root)
        else:
            _copy(source, out, workspace.root)
        return done()


@contextmanager
def _draft(workspace: Workspace, suffix: str) -> Iterator[tuple[BinaryIO, Callable[[], Path]]]:
    """A file to write; calling the second gives it its name, by what was written."""
    folder = workspace.captures / IMPORTED
    folder.mkdir(exist_ok=True)
    draft = folder / f".{os.getpid()}.partial"
    try:
        with draft.open("w+b") as out:

            def done() -> Path:
                out.flush()
                os.fsync(out.fileno())
                out.seek(0)
                target = folder / f"{hashlib.file_digest(out, 'sha256').hexdigest()}{suffix}"
                draft.replace(target)
                return target

            yield out, done
    finally:
        draft.unlink(missing_ok=True)


def _copy(source: Peekable, out: BinaryIO, root: Path) -> None:
    copied = 0
    while block := source.read(BLOCK):
        if copied % CHECK_EVERY == 0:
            need(root, CHECK_EVERY)
        out.write(block)
        copied += len(block)


def _repack(name: str, source: Peekable, out: BinaryIO, report: Callable[[str], None], root: Path) -> None:
    """Every record of a zstd archive, gzipped by itself; what cannot be unpacked is reported and ends it."""
    writer = WARCWriter(out, gzip=True)
    checked = 0
    try:
        with _stream(source) as stream:
            for record in ArchiveIterator(stream, no_record_parse=True):
                if out.tell() >= checked:
                    need(root, CHECK_EVERY)
                    checked = out.tell() + CHECK_EVERY
                writer.write_record(record)
    except (zstandard.ZstdError, ArchiveLoadFailed, EOFError, ValueError) as problem:
        report(f"{name}: the rest cannot be unpacked: {' '.join(str(problem).split())[:300]}")


def _stream(source: Peekable) -> BufferedReader:
    dictionary = None
    if source.peek(4)[:4] == DICTIONARY:
        _, size = struct.unpack("<II", source.read(8))
        if size > DICTIONARY_LIMIT:
            raise ValueError(f"its dictionary has {size} bytes; the limit is {DICTIONARY_LIMIT}")
        told = source.read(size)
        if told[:4] == ZSTD:
            told = zstandard.ZstdDecompressor().decompress(told, max_output_size=DICTIONARY_LIMIT)
        dictionary = zstandard.ZstdCompressionDict(told)
    return BufferedReader(_Zstd(source, dictionary), BLOCK)


class _Zstd(RawIOBase):
    """What was packed, frame after frame. The library's own reader takes a file that was cut for one that has ended."""

    def __init__(self, source: Peekable, dictionary: zstandard.ZstdCompressionDict | None) -> None:
        super().__init__()
        self._source = source
        self._opener = zstandard.ZstdDecompressor(dict_data=dictionary, max_window_size=WINDOW_LIMIT)
        self._frame: zstandard.ZstdDecompressionObj | None = None
        self._packed = self._left = b""

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Raises ZstdError where the last frame is cut short (warcio takes an EOFError for the end)."""
        view = memoryview(buffer)
        while not self._left:
            packed = self._packed or self._source.read(SIP)
            if not packed:
                if self._frame is not None:
                    raise zstandard.ZstdError("the file is cut short")
                return 0
            self._frame = self._frame or self._opener.decompressobj()
            self._left, self._packed = self._frame.decompress(packed), b""
            if self._frame.eof:
                self._packed, self._frame = self._frame.unused_data, None
        taken = min(len(view), len(self._left))
        view[:taken] = self._left[:taken]
        self._left = self._left[taken:]
        return taken

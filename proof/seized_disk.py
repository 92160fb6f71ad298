"""A seized disk: once the sealed folder is closed, no word of an ad, a search or a reason stands in any file.

    .venv/bin/python -m proof.seized_disk [--ads 300] [--seed N]

Works twice through import, every stage (killed once in the middle), a watch, a search, a decision and an evidence pack, with
marked words in each: once on a plain folder, once on one that gocryptfs seals as docs/operating.md says. Then everything is
stopped, the seal closed, and every file is searched for the marks that lies beside the workspace, in the home and temporary
folders the processes were given, or in the usual places and was written since. On the plain folder they must be found, or the
search is worth nothing; on the sealed one none may be. `doctor --deep` must tell the two apart. Needs gocryptfs and /dev/fuse.
"""

import argparse
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

from market.make import make

ROOT = Path(__file__).parents[1]
USUAL = (ROOT, Path("/var/tmp"), Path("/dev/shm"))  # noqa: S108  looked into, never written to
SLICE = 2**20


@dataclass(frozen=True, slots=True)
class Outcome:
    """The marked words that were found, each with the files it stands in, and what doctor said of the disk."""

    found: Mapping[str, list[str]]
    files: int
    doctor: str


def possible() -> bool:
    """Whether this machine can seal a folder: not every container may mount one, even where gocryptfs is installed."""
    if shutil.which("gocryptfs") is None:
        return False
    with tempfile.TemporaryDirectory(prefix="sidelight-seized-") as scratch:
        store, at = Path(scratch, "store"), Path(scratch, "open")
        store.mkdir()
        at.mkdir()
        try:
            with sealed(store, at):
                return True
        except (OSError, subprocess.CalledProcessError):
            return False


@contextmanager
def sealed(store: Path, at: Path) -> Iterator[None]:
    """A folder at `at` whose files lie in `store`, encrypted; closed when the block ends."""
    secret = ["-extpass", f"echo {secrets.token_hex(16)}", "-q", "-nosyslog"]
    subprocess.run(["gocryptfs", "-init", *secret, str(store)], check=True)
    subprocess.run(["gocryptfs", *secret, str(store), str(at)], check=True)
    try:
        yield
    finally:
        subprocess.run(["fusermount", "-u", str(at)], check=True)


@contextmanager
def plain(store: Path, at: Path) -> Iterator[None]:
    """The same without a seal: what was in the folder stays in `store`."""
    yield
    shutil.copytree(at, store, dirs_exist_ok=True)
    shutil.rmtree(at)
    at.mkdir()


class Desk:
    """Commands on the workspace in the sealed folder, with a home and a place for temporary files outside of it."""

    def __init__(self, scratch: Path, at: Path) -> None:
        self.at = at
        outside = {"HOME": scratch / "home", "TMPDIR": scratch / "temporary"}
        for folder in outside.values():
            folder.mkdir()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SIDELIGHT_")}
        self.environment = kept | {name: str(folder) for name, folder in outside.items()}

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        """A command as a process group of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "sidelight", *arguments, "--workspace", str(self.at / "workspace")],
            cwd=ROOT, env=self.environment, text=True, start_new_session=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def run(self, *arguments: str, may_end: tuple[int, ...] = (0,)) -> str:
        """What a command printed."""
        process = self.begin(*arguments)
        told, complained = process.communicate()
        if process.returncode not in may_end:
            raise SystemExit(f"sidelight {arguments[0]}: {complained[-2000:]}")
        return told

    def work(self, ads: int, seed: int, marks: Mapping[str, str]) -> str:
        """A day of a team, each mark in its place; returns what doctor says of the disk."""
        make(self.at / "market", seed=seed, ads=ads, days=14)
        file = self.at / "ads.jsonl"
        lines = (self.at / "market" / "ads.jsonl").read_bytes().splitlines()
        marked = [{**(ad := orjson.loads(line)), "body": f"{ad['body']} {marks['ad']}"} for line in lines]
        file.write_bytes(b"".join(orjson.dumps(ad) + b"\n" for ad in marked))
        self.run("import", "ads", str(file))
        self.run("watches", "add", f"incall OR {marks['search']}")
        process = self.begin("process")
        time.sleep(3)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        self.run("process")
        hit = orjson.loads(self.run("search", f"{marks['ad']} OR {marks['search']}", "--json", "--limit", "1"))
        group = orjson.loads(self.run("show", hit["ad_id"], "--json"))["group_id"]
        self.run("decide", group, "unsure", "--why", marks["reason"])
        self.run("export", "group", group, str(self.at / "pack"), "--reason", marks["reason"])
        told = map(orjson.loads, self.run("doctor", "--deep", "--json", may_end=(0, 1)).splitlines())
        return next(str(one["text"]) for one in told if one["topic"] == "sealed disk")


def written_since(began: float, *folders: Path) -> Iterator[Path]:
    """The files below these folders that were written since; links are not followed."""
    for folder in folders:
        for place, _, names in os.walk(folder):
            for name in names:
                path = Path(place, name)
                try:
                    told = path.lstat()
                except OSError:
                    continue
                if path.is_file() and not path.is_symlink() and max(told.st_mtime, told.st_ctime) >= began:
                    yield path


def holds(path: Path, words: Mapping[str, str]) -> set[str]:
    """Which marks stand in a file or its name, in any of the ways text is usually written."""
    spelled = {name: [word.encode(), word.upper().encode(), word.encode("utf-16-le")] for name, word in words.items()}
    found = {name for name, word in words.items() if word in path.name}
    overlap = 4 * max(map(len, words.values()))
    before = b""
    try:
        with path.open("rb") as file:
            while part := file.read(SLICE):
                here = before + part
                found |= {name for name, ways in spelled.items() if any(way in here for way in ways)}
                before = here[-overlap:]
    except OSError:
        pass  # a socket, or gone in the meantime
    return found


def prove(scratch: Path, ads: int, seed: int, *, seal: bool) -> Outcome:
    """Work on a folder, stop, close it, and search what is left."""
    began = time.time() - 1
    marks = {name: f"zq{secrets.token_hex(6)}" for name in ("ad", "search", "reason")}
    store, at = scratch / "store", scratch / "open"
    store.mkdir()
    at.mkdir()
    with (sealed if seal else plain)(store, at):
        doctor = Desk(scratch, at).work(ads, seed, marks)
    found: dict[str, list[str]] = {name: [] for name in marks}
    files = 0
    for path in written_since(began, scratch, *USUAL):
        files += 1
        for name in holds(path, marks):
            found[name].append(str(path))
    return Outcome(found, files, doctor)


def main() -> None:
    """Work on both folders and print what was left in files."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--ads", type=int, default=300)
    parser.add_argument("--seed", type=int, default=41)
    options = parser.parse_args()
    if not possible():
        raise SystemExit("needs gocryptfs (apt install gocryptfs) and leave to mount a folder")
    good = True
    for name, seal in (("plain", False), ("sealed", True)):
        with tempfile.TemporaryDirectory(prefix="sidelight-seized-") as scratch:
            outcome = prove(Path(scratch), options.ads, options.seed, seal=seal)
        counts = ", ".join(f"{mark} in {len(files)}" for mark, files in outcome.found.items())
        print(f"{name}: of {outcome.files} files written since, the marked word of {counts}; doctor: {outcome.doctor}")
        good = good and all(bool(files) != seal for files in outcome.found.values())
        good = good and ("not known to be encrypted" in outcome.doctor) != seal
        if seal:
            print("\n".join(path for files in outcome.found.values() for path in files))
    raise SystemExit(not good)


if __name__ == "__main__":
    main()

"""Checks a Sidelight evidence pack. Needs Python 3.8 or newer and, for the signature, the `openssl` program; nothing else.

    python3 verify.py [--key-sha256 HEX] [FOLDER]

Exit status: 0 sound, 1 changed, 2 the signature could not be checked. Give the SHA-256 of the public key as its owner published
it: without it a pack that somebody made anew as a whole, with a key of their own, looks sound.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from typing import Iterator, List, Optional, Set

MANIFEST, SEAL, SIGNATURE, KEY = "manifest.json", "seal.json", "seal.sig", "public-key.pem"
DAMAGE = (OSError, ValueError, KeyError, TypeError, AttributeError)  # what reading a damaged pack raises
STAMP, STAMP_SIGNATURE, REPLY, CHAIN = "stamp.json", "stamp.sig", "stamp.tsr", "stamp-chain.pem"


def digest(path: str, name: str) -> str:
    """Hex digest of a file, read in pieces."""
    found = hashlib.new(name)
    with open(path, "rb") as handle:
        for block in iter(lambda: handle.read(1 << 20), b""):
            found.update(block)
    return found.hexdigest()


def files_of(folder: str) -> Set[str]:
    """Names of all files below the folder; raises ValueError for a link."""
    names: Set[str] = set()
    for place, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            if os.path.islink(os.path.join(place, name)):
                raise ValueError("%s is a link; a pack has none" % name)
        names |= {os.path.relpath(os.path.join(place, name), folder).replace(os.sep, "/") for name in files}
    return names


def signed(folder: str, content: str, signature: str) -> Optional[bool]:
    """Whether the signature is the key's of the content; None where there is no openssl to ask."""
    try:
        done = subprocess.run(
            ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", KEY, "-rawin", "-in", content, "-sigfile", signature],
            cwd=folder,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        return None
    return done.returncode == 0


def stamped(folder: str) -> bool:
    """Whether the reply stamps the pack's signature, by an authority of the chain."""
    done = subprocess.run(
        ["openssl", "ts", "-verify", "-data", SIGNATURE, "-in", REPLY, "-CAfile", CHAIN],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def problems(folder: str, key_sha256: str) -> Iterator[str]:
    """Yields what is wrong with the pack; nothing where it is sound."""

    def path(name: str) -> str:
        return os.path.join(folder, name)

    present = files_of(folder)
    missing = {MANIFEST, SEAL, SIGNATURE, KEY} - present
    if missing:
        yield "missing: " + ", ".join(sorted(missing))
        return
    with open(path(SEAL), encoding="utf-8") as handle:
        seal = json.load(handle)
    if key_sha256 and digest(path(KEY), "sha256") != key_sha256.lower():
        yield "the key is not the one whose SHA-256 you gave"
    if digest(path(KEY), "sha256") != seal["public_key_sha256"]:
        yield KEY + " is not as it was sealed"
    for name in ("sha256", "sha512"):
        if digest(path(MANIFEST), name) != seal["manifest_" + name]:
            yield MANIFEST + " is not as it was sealed"
            return
    with open(path(MANIFEST), encoding="utf-8") as handle:
        listed = json.load(handle)["files"]
    beside = {MANIFEST, SEAL, SIGNATURE, KEY}
    stamps = {STAMP, STAMP_SIGNATURE, REPLY, CHAIN}
    if present & stamps:
        beside |= stamps
    for name in sorted(set(listed) - present):
        yield name + " is missing"
    for name in sorted(present - set(listed) - beside):
        yield name + " was put in"
    for name in sorted(set(listed) & present):
        facts = listed[name]
        if os.path.getsize(path(name)) != facts["bytes"] or any(
            digest(path(name), one) != facts[one] for one in ("sha256", "sha512")
        ):
            yield name + " is not as it was exported"
    verdict = signed(folder, SEAL, SIGNATURE)
    if verdict is None:
        yield "unchecked: there is no openssl program here, so the signature was not checked"
    elif not verdict:
        yield SEAL + " does not fit its signature"
    if present & stamps:
        yield from stamp_problems(folder, present)


def stamp_problems(folder: str, present: Set[str]) -> Iterator[str]:
    """What is wrong with the time stamp."""
    missing = {STAMP, STAMP_SIGNATURE, REPLY, CHAIN} - present
    if missing:
        yield "of the time stamp is missing: " + ", ".join(sorted(missing))
        return
    with open(os.path.join(folder, STAMP), encoding="utf-8") as handle:
        stamp = json.load(handle)
    for name in (REPLY, CHAIN):
        if digest(os.path.join(folder, name), "sha256") != stamp[name]:
            yield name + " is not as it was received"
    verdict = signed(folder, STAMP, STAMP_SIGNATURE)
    if verdict is None:
        return
    if not verdict:
        yield STAMP + " does not fit its signature"
    elif not stamped(folder):
        yield REPLY + " is no time stamp of this pack by the authority of " + CHAIN


def main(arguments: List[str]) -> int:
    """Print what is wrong, or that nothing is; returns the exit status."""
    key_sha256 = ""
    if arguments[:1] == ["--key-sha256"] and len(arguments) > 1:
        key_sha256, arguments = arguments[1], arguments[2:]
    folder = arguments[0] if arguments else os.path.dirname(os.path.abspath(__file__))
    try:
        found = list(problems(folder, key_sha256))
    except DAMAGE as problem:
        found = ["no evidence pack, or a damaged one: %s" % problem]
    for one in found:
        print(one)
    if not found:
        print("sound: every file is as it was exported, and the signature fits")
        if not key_sha256:
            print("SHA-256 of the key it fits: " + digest(os.path.join(folder, KEY), "sha256"))
        return 0
    return 2 if all(one.startswith("unchecked") for one in found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

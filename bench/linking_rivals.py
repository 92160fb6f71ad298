"""Splink's answers, asked of an interpreter that has it (bench/splink_peer.py)."""

import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

from linker.records import Reason
from linker.signals import Signals

SCRIPT = Path(__file__).with_name("splink_peer.py")
COLUMNS = {"phone": Reason.PHONE, "email": Reason.EMAIL, "handle": Reason.HANDLE, "url": Reason.URL}


def splink_on_ads(python: str | None, signals: Iterable[Signals]) -> dict[str, Mapping[str, str]]:
    """Groups by splink, given the first contact of each kind, name and place that reading found; {} without a peer."""
    if python is None:
        return {}
    rows = [
        {
            "unique_id": one.ad_id,
            **{name: next((k.value for k in one.keys if k.reason is kind), None) for name, kind in COLUMNS.items()},
            "name": next(iter(one.names), None),
            "place": next((place.place for place in one.places), None),
        }
        for one in signals
    ]
    told = splink(python, "ads", orjson.dumps(rows))
    print(f"splink {told['version']} took {told['cpu']:.1f} CPU seconds", file=sys.stderr)
    return {f"splink {told['version']}": told["clusters"]}


def splink(python: str, job: str, given: bytes = b"") -> dict[str, Any]:
    """The answer to a job. Raises CalledProcessError when it fails."""
    made = subprocess.run([python, str(SCRIPT), job], input=given, stdout=subprocess.PIPE, check=True)
    told: dict[str, Any] = orjson.loads(made.stdout)
    return told

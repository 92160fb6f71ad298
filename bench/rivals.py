"""The peers, asked all at once in a process of their own (bench/peers.py) under an interpreter that has them."""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from bench.tally import Row

SCRIPT = Path(__file__).with_name("peers.py")
Texts = Sequence[tuple[str, str | None]]  # with the country of each, a hint for phones


class Rivals:
    """Collects what to ask, asks, and hands out the answers."""

    def __init__(self, python: str, rounds: int) -> None:
        self.python = python
        self._asked: dict[str, Any] = {"jobs": {}, "speed": [], "rounds": rounds}
        self._told: dict[str, Any] = {"problems": {}, "versions": {}, "found": {}, "seconds": {}}

    def ask(self, job: str, field: str, texts: Texts) -> None:
        """Have the texts read by every peer that knows the field."""
        self._asked["jobs"][job] = {"field": field, "texts": texts}

    def time(self, texts: list[str]) -> None:
        """Have every peer timed on these texts."""
        self._asked["speed"] = texts

    def answer(self) -> None:
        """Ask. Raises CalledProcessError when the interpreter cannot be run at all."""
        made = subprocess.run(
            [self.python, str(SCRIPT)], input=orjson.dumps(self._asked), stdout=subprocess.PIPE, check=True
        )
        self._told = orjson.loads(made.stdout)

    def found(self, job: str) -> dict[str, list[list[Any]]]:
        """By peer, what it found in each text."""
        told: dict[str, list[list[Any]]] = self._told["found"].get(job, {})
        return told

    def seconds(self) -> dict[str, dict[str, list[float]]]:
        """By peer and what was read: CPU seconds for each text, one figure a round."""
        told: dict[str, dict[str, list[float]]] = self._told["seconds"]
        return told

    def missing(self) -> list[Row]:
        """Peers that did not run, each with its reason."""
        return [Row("", "does not run", peer, note=reason) for peer, reason in self._told["problems"].items()]

    def versions(self) -> dict[str, str]:
        """Of the peers that ran."""
        told: dict[str, str] = self._told["versions"]
        return told

"""The crawling process on a network whose names lie: `python -m proof.odd_names`.

Names in hostile.yml answer in turn with the addresses that stand there, before the process ever asks a real resolver; all
else, the check of addresses above all, is the product's own.
"""

import itertools
import socket
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).with_name("hostile.yml")
REAL = socket.getaddrinfo


def lie(names: dict[str, list[list[str]]]) -> None:
    """Let the system's resolver answer so. Has to happen before Twisted takes hold of it."""
    turns = {name: itertools.cycle(answers) for name, answers in names.items()}

    def answer(host: Any, *rest: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        turn = turns.get(str(name).rstrip(".").lower())
        if turn is None:
            return REAL(host, *rest, **named)
        return [found for address in next(turn) for found in REAL(address, *rest, **named)]

    socket.getaddrinfo = answer


if __name__ == "__main__":
    lie(yaml.safe_load(DATA.read_text(encoding="utf-8"))["names"])
    from crawlers.process import main

    raise SystemExit(main())

"""Server time and size of the console's pages, asked one after the other of a workspace as it is.

    python -m bench.pages WORKSPACE [--rounds 60] [--rate 20]

Take a copy: every look is recorded in it. Times are wall time and processor time of one process, without a browser. With
`--rate` so many pages a second are asked for over HTTP instead, drawn by the mix of `bench.serving`, each at its moment
whether or not those before were answered; their times count from that moment.
"""

import argparse
import asyncio
import time
from collections import defaultdict
from pathlib import Path
from random import Random

import numpy as np
from starlette.testclient import TestClient

from bench.page_addresses import addresses
from bench.serving import MIX, ask, served
from casework import accounts, sessions
from casework.records import Role
from console.app import create_app
from console.desk import COOKIE
from console.serve import settle
from store.workspace import Workspace, open_workspace


async def paced(address: str, token: str, asked: list[tuple[str, str]], rate: float) -> dict[str, list[float]]:
    """Milliseconds to each answer, by kind; `asked` are kinds and paths, asked for one after the other at the rate."""
    port = int(address.rpartition(":")[2])
    took: dict[str, list[float]] = defaultdict(list)
    begun = time.perf_counter() + 0.1

    async def one(number: int, kind: str, path: str) -> None:
        due = begun + number / rate
        await asyncio.sleep(due - time.perf_counter())
        well = await ask(port, token, path)
        took[kind].append(1000 * (time.perf_counter() - due))
        if not well:
            print(f"{kind}: not answered")

    await asyncio.gather(*(one(number, *each) for number, each in enumerate(asked)))
    return took


def at_a_rate(workspace: Workspace, token: str, kinds: dict[str, list[str]], rate: float, seconds: float) -> None:
    """Print p50 and p95 of each kind in the mix."""
    draw = Random(0)
    asked = [
        (kind, draw.choice(kinds[kind])) for kind in draw.choices(list(MIX), list(MIX.values()), k=int(rate * seconds))
    ]
    with served(workspace) as address:
        settle()
        asyncio.run(paced(address, token, [(kind, kinds[kind][0]) for kind in MIX], 1.0))  # what is read once
        took = asyncio.run(paced(address, token, asked, rate))
    for kind in (*MIX, "all"):
        times = took[kind] if kind != "all" else [one for own in took.values() for one in own]
        half, most = np.percentile(times, [50, 95])
        print(f"{kind:18} {len(times):5,} at {rate:g}/s  {half:5.0f} {most:5.0f} ms")


def main() -> None:
    """Ask, and print p50 and p95 in milliseconds and the largest page in kB."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--rate", type=float, help="pages a second over HTTP")
    parser.add_argument("--seconds", type=float, default=60.0, help="with --rate")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    workspace = open_workspace(given.workspace)
    with workspace.read() as connection:
        account = accounts.find(connection, "bench")
    token, _ = sessions.start(workspace, account or accounts.add(workspace, "bench", Role.SUPERVISOR, None, "bench"))
    kinds = addresses(workspace, given.rounds, given.seed)
    if given.rate:
        at_a_rate(workspace, token, kinds, given.rate, given.seconds)
        return
    client = TestClient(create_app(workspace, hosts=("testserver",)), cookies={COOKIE: token})
    for name, paths in kinds.items():
        client.get(paths[0])  # what is read once in a process is no page's own time
        settle()  # as the console does when it is served
        wall, used, sizes = [], [], []
        for path in paths:
            began, before = time.perf_counter(), time.process_time()
            answer = client.get(path)
            wall.append(time.perf_counter() - began)
            used.append(time.process_time() - before)
            sizes.append(len(answer.content))
            if answer.status_code != 200:
                print(f"{name}: {answer.status_code}")
        at = [f"{1000 * float(np.percentile(part, p)):.0f}" for part in (wall, used) for p in (50, 95)]
        print(f"{name:18} wall {at[0]:>5} {at[1]:>5}  cpu {at[2]:>5} {at[3]:>5} ms  {max(sizes) / 1000:.0f} kB")


if __name__ == "__main__":
    main()

"""The console as it is served: for a bench, a proof or a test, and under as many people as it bears.

    python -m bench.serving WORKSPACE [--workers 2] [--users 50] [--think 10] [--seconds 40] [--seed 0]

Each user asks for a page, reads for `think` seconds on average and asks for the next: of ten pages four are searches, three
ads, two groups (of the two hundred largest) and one the queue. Users are added, half as many again each time, until p95
passes 500 ms or a request fails; the step before is the limit. They run on the same cores as the server. Take a copy: every
look is recorded in it.
"""

import argparse
import asyncio
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import numpy as np
import uvicorn

from bench.page_addresses import addresses
from casework import accounts, sessions
from casework.records import Role
from console.app import create_app
from console.desk import COOKIE
from store.workspace import Workspace, open_workspace

MOST_MS = 500  # p95 at the limit
MIX = {"search": 4, "ad": 3, "group": 2, "queue": 1}
PEOPLE = 20  # sessions that the users share


@contextmanager
def served(workspace: Workspace, open_secret: str | None = None, port: int | None = None) -> Iterator[str]:
    """Serve it in a thread; yields its address. `open_secret` opens one local session, once."""
    port = port or free_port()
    app = create_app(workspace, open_secret=open_secret)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


def free_port() -> int:
    """One of loopback's that nothing listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@contextmanager
def in_processes(root: Path, workers: int) -> Iterator[int]:
    """Serve it as the command does, in so many processes; yields its port."""
    port = free_port()
    asked = ["serve", "--workspace", str(root), "--port", str(port), "--workers", str(workers)]
    process = subprocess.Popen([sys.executable, "-m", "sidelight", *asked], stdout=subprocess.DEVNULL)
    try:
        while True:
            if process.poll() is not None:
                raise SystemExit("the console did not start")
            with socket.socket() as asking:
                if asking.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(60)


@dataclass(slots=True)
class Tally:
    """What the users of one step saw: milliseconds of each answer, and how many requests failed."""

    since: float
    took: list[float] = field(default_factory=list)
    failed: int = 0


async def ask(port: int, token: str, path: str) -> bool:
    """Whether the page was answered; on a connection of its own, as after a pause in which the server closed the last one."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        cookie = f"Cookie: {COOKIE}={token}"
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{cookie}\r\nConnection: close\r\n\r\n".encode())
        answer = await reader.read(-1)
        return answer.startswith(b"HTTP/1.1 200 ") and answer.endswith(b"</html>")
    finally:
        writer.close()


async def live(
    port: int, token: str, pages: Iterator[str], think: float, draw: Random, tally: Tally, end: float
) -> None:
    """One person: ask and read in turn until `end`; what was asked before the tally began does not count."""
    await asyncio.sleep(draw.random() * think)
    while (began := time.perf_counter()) < end:
        try:
            well = await ask(port, token, next(pages))
        except OSError:
            well = False
        if began >= tally.since:
            tally.took.append(1000 * (time.perf_counter() - began))
            tally.failed += not well
        await asyncio.sleep(draw.uniform(0.5, 1.5) * think)


def mixed(workspace: Workspace, draw: Random) -> Iterator[str]:
    """Addresses of pages without end, drawn by MIX."""
    kinds = addresses(workspace, 400, draw.randrange(1_000))
    while True:
        yield draw.choice(kinds[draw.choices(list(MIX), list(MIX.values()))[0]])


async def step(port: int, tokens: list[str], pages: Iterator[str], users: int, think: float, seconds: float) -> Tally:
    """So many users for `seconds`, after as long as they think has passed."""
    draw = Random(users)
    tally = Tally(time.perf_counter() + think)
    end = tally.since + seconds
    people = (live(port, tokens[one % len(tokens)], pages, think, draw, tally, end) for one in range(users))
    await asyncio.gather(*people)
    return tally


def main() -> None:
    """Print a line for each step, and the limit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--users", type=int, default=50, help="of the first step")
    parser.add_argument("--most", type=int, default=10_000, help="users of the last step")
    parser.add_argument("--think", type=float, default=10.0, help="seconds")
    parser.add_argument("--seconds", type=float, default=40.0, help="of each step")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    workspace = open_workspace(given.workspace)
    with workspace.read() as connection:
        account = accounts.find(connection, "bench")
    account = account or accounts.add(workspace, "bench", Role.SUPERVISOR, None, "bench")
    tokens = [sessions.start(workspace, account)[0] for _ in range(PEOPLE)]
    pages = mixed(workspace, Random(given.seed))
    next(pages)
    print(f"{given.workers} processes, think time {given.think:g} s, {given.seconds:g} s each")
    print(" users  requests/s     p50     p95     p99 ms  failed  cores the users took")
    users, limit = given.users, "none: the first step was too much"
    with in_processes(given.workspace, given.workers) as port:
        asyncio.run(
            step(port, tokens, pages, 4 * given.workers, 0.5, 10.0)
        )  # what a process reads once is nobody's wait
        while users <= given.most:
            used = time.process_time()
            tally = asyncio.run(step(port, tokens, pages, users, given.think, given.seconds))
            used = (time.process_time() - used) / (given.think + given.seconds)
            rate = len(tally.took) / given.seconds
            half, most, last = np.percentile(tally.took or [0.0], [50, 95, 99])
            print(
                f"{users:6,}  {rate:10.1f}  {half:6.0f}  {most:6.0f}  {last:6.0f}     {tally.failed:6}  {used:.2f}",
                flush=True,
            )
            if most > MOST_MS or tally.failed:
                break
            limit = f"{users:,} users, {rate:.1f} requests/s with p95 {most:.0f} ms"
            users = users * 3 // 2
    print(f"limit: {limit}")
    workspace.close()


if __name__ == "__main__":
    main()

"""Watches over a market's ads, killed and taken up again, with the mail server down: was anything missed or doubled?

    python bench/watching.py [--watches 15000] [--ads 150000] [--seed N] [--crashes 3] [--owners 50] [--folder DIR]

The process that asks the watches is killed (SIGKILL) in the middle of its batches, as often as said, and the one that sends
once. CPU is that of the asking processes, the killed ones included. The proof asks the search engine instead.
"""

import argparse
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from email import message_from_bytes
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from sqlalchemy import func, select

from bench import watching_world
from casework.tables import alerts
from casework.watching import proof, runs
from casework.watching.tables import deliveries
from indexer import stage
from store import pending
from store.settings import Settings
from store.workspace import Workspace, open_workspace

WAVES = 5
PORT = 18_025


class Box:
    """A mail server on loopback: keeps the key and the count of every mail."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, int]] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  the library's name
        mail = message_from_bytes(envelope.content)
        self.mails.append((str(mail["Message-ID"]), int(str(mail["Subject"]).split()[1].replace(",", ""))))
        return "250 OK"


def settings() -> Settings:
    """Mail to loopback."""
    return Settings(
        smtp_host="127.0.0.1", smtp_port=PORT, smtp_security="none", smtp_from="bench@example.com", burst_minutes=0
    )


def main() -> None:
    """Everything, with one line for each figure."""
    parser = argparse.ArgumentParser()
    for name, value in (("watches", 15_000), ("ads", 150_000), ("seed", 7), ("crashes", 3), ("owners", 50)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--child", choices=["ask", "send"])
    given = parser.parse_args()
    if given.child:
        child(given.folder, given.child)
        return
    with tempfile.TemporaryDirectory() as made:
        measure(given, given.folder or Path(made) / "workspace")


def child(folder: Path, what: str) -> None:
    """What the killed processes do."""
    workspace = open_workspace(folder, settings())
    if what == "ask":
        runs.evaluate(workspace)
    else:
        from casework.delivery import sending

        print(sending.deliver(workspace))


def measure(given: argparse.Namespace, folder: Path) -> None:
    """Fill, index, ask under fire, send under fire, prove."""
    workspace = open_workspace(folder, settings())
    truth, _ = watching_world.fill(workspace, given.seed, given.ads)
    watching_world.watch(workspace, truth, given.watches, given.owners, given.seed)
    said(f"{given.ads:,} ads stored, {given.watches:,} watches kept", time.process_time())
    kills_left = given.crashes
    spent, killed = 0.0, 0
    size = -(-given.ads // WAVES)
    for wave, _ in enumerate(watching_world.waves(workspace, truth, size)):
        stage.run(workspace)
        here = kills_left // (WAVES - wave)  # spread over the waves
        cpu, done = under_fire(workspace, here)
        spent, killed, kills_left = spent + cpu, killed + done, kills_left - done
        said(f"wave {wave + 1}: asked, {done} kills", cpu)
    print(f"asking: {spent:,.1f} s of CPU in all, {killed} processes killed in the middle")
    send(workspace, given.owners)
    began = time.process_time()
    found = proof.prove(workspace)
    said(found.sentence, time.process_time() - began)
    print("holds" if found.holds else f"DOES NOT HOLD: {found.missed[:5]} {found.doubled[:5]} {found.unaccounted[:5]}")


def under_fire(workspace: Workspace, kills: int) -> tuple[float, int]:
    """Ask until nothing is pending; the process is killed each time a share of the ads is done. Returns CPU and kills."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = 0
    for number in range(kills):
        left = waiting(workspace) * (kills - number) / (kills - number + 1)
        process = start(workspace, "ask")
        while process.poll() is None and waiting(workspace) > left:
            time.sleep(0.05)
        time.sleep(0.07 * (number + 1))  # somewhere within the next batch
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            done += 1
        process.wait()
    if start(workspace, "ask").wait():
        raise SystemExit("asking failed")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done


def send(workspace: Workspace, owners: int) -> None:
    """With the server down; with it up, killed half-way; and again once the claims of the dead have run out."""
    from casework.delivery import sending
    from store.schema import now

    print(f"mail server down: {sending.deliver(workspace)}")
    box = Box()
    server = Controller(box, hostname="127.0.0.1", port=PORT)
    server.start()
    moment = now() + 3 * sending.FIRST_WAIT
    with workspace.begin() as connection:  # the wait after the first attempt, without waiting
        connection.execute(deliveries.update().values(next_at=now()))
    process = start(workspace, "send")
    while process.poll() is None and len(box.mails) < owners // 2:
        time.sleep(0.01)
    if process.poll() is None:
        os.kill(process.pid, signal.SIGKILL)
    process.wait()
    print(f"mail server up, sender killed after {len(box.mails)} mails")
    print(f"taken up: {sending.deliver(workspace, moment + sending.LEASE)}")
    server.stop()
    keys = Counter(key for key, _ in box.mails)
    told = sum(dict(box.mails).values())
    with workspace.read() as connection:
        raised = connection.execute(
            select(func.count()).select_from(alerts).where(alerts.c.origin != "known")
        ).scalar_one()
    print(
        f"{len(box.mails)} mails, {len(keys)} different, {len(box.mails) - len(keys)} handed over twice under their own key; "
        f"they tell of {told:,} alerts of {raised:,} raised"
    )


def start(workspace: Workspace, what: str) -> "subprocess.Popen[bytes]":
    """One process at work."""
    command = [sys.executable, "-m", "bench.watching", "--child", what, "--folder", str(workspace.root)]
    return subprocess.Popen(command)


def waiting(workspace: Workspace) -> int:
    """How many ads the watches have still to be asked about."""
    with workspace.read() as connection:
        return pending.count(connection, runs.STAGE)


def said(what: str, cpu: float) -> None:
    """A line with its CPU."""
    print(f"{what} ({cpu:,.1f} s of CPU)", flush=True)


if __name__ == "__main__":
    main()

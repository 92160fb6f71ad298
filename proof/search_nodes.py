"""Bulk writes to three real nodes, one of which is killed again and again while they go on: nothing lost, nothing twice.

    .venv/bin/python -m proof.search_nodes --home ELASTICSEARCH [--kills 20] [--minutes 30] [--ports 9273] [--seed 8]

ELASTICSEARCH is an unpacked server (deploy/elasticsearch.sh leaves one in ~/.cache/sidelight/elasticsearch). The nodes get
folders of their own, 512 MB of heap each and the ports from --ports on. Ads are stored and indexed without pause; a node drawn
by chance is killed (SIGKILL) while a write is under way, started again, and the next is killed when the cluster is whole.
Ends with 1 where the index then is not what the store holds, or anything was set aside.
"""

import argparse
import contextlib
import logging
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random

from elasticsearch import ApiError, Elasticsearch, TransportError

from indexer import stage
from indexer.backend import Refusal, SearchBackend, SearchError, Write
from indexer.elastic import Elastic
from proof.search_faults import drop, put
from store import outbox
from store.settings import Settings
from store.workspace import Workspace, open_workspace

NODES = 3
ACCOUNT = "elasticsearch"  # the server refuses to run as root
ROUND = 400  # ads stored before the stage runs again
PREFIX = "proof-nodes"


class Node:
    """One server process with its own configuration, data and logs."""

    def __init__(self, home: Path, root: Path, number: int, port: int) -> None:
        self.home, self.root, self.url = home, root / f"node-{number}", f"http://127.0.0.1:{port + number}"
        shutil.copytree(home / "config", self.root / "config")
        names = ", ".join(f"node-{one}" for one in range(NODES))
        seeds = ", ".join(f"127.0.0.1:{port + 100 + one}" for one in range(NODES))
        lines = (
            "cluster.name: sidelight-nodes",
            f"node.name: node-{number}",
            "network.host: 127.0.0.1",
            f"http.port: {port + number}",
            f"transport.port: {port + 100 + number}",
            f"discovery.seed_hosts: [{seeds}]",
            f"cluster.initial_master_nodes: [{names}]",
            f"path.data: {self.root}/data",
            f"path.logs: {self.root}/logs",
            "xpack.security.enabled: false",
            "cluster.routing.allocation.disk.threshold_enabled: false",
        )
        (self.root / "config" / "elasticsearch.yml").write_text("\n".join(lines) + "\n")
        options = self.root / "config" / "jvm.options.d"
        options.mkdir(exist_ok=True)
        (options / "heap.options").write_text("-Xms512m\n-Xmx512m\n")
        if os.geteuid() == 0:
            subprocess.run(["chown", "-R", ACCOUNT, str(self.root)], check=True)

    def start(self) -> None:
        """Start it; it is not up yet."""
        java = os.environ.get("ES_JAVA_HOME") or str(Path(shutil.which("java") or "java").resolve().parents[1])
        (self.root / "pid").unlink(missing_ok=True)
        subprocess.run(
            [self.home / "bin" / "elasticsearch", "-d", "-p", self.root / "pid"],
            env={**os.environ, "ES_PATH_CONF": str(self.root / "config"), "ES_JAVA_HOME": java},
            cwd=self.root,
            user=ACCOUNT if os.geteuid() == 0 else None,
            group=pwd.getpwnam(ACCOUNT).pw_gid if os.geteuid() == 0 else None,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """End the process."""
        with contextlib.suppress(OSError, ValueError):
            os.kill(int((self.root / "pid").read_text()), how)


@contextlib.contextmanager
def cluster(home: Path, port: int) -> Iterator[list[Node]]:
    """Three nodes that found each other; stopped and swept afterwards."""
    with tempfile.TemporaryDirectory(prefix="nodes-") as folder:
        root = Path(folder)
        root.chmod(0o755)
        nodes = [Node(home, root, number, port) for number in range(NODES)]
        try:
            for one in nodes:
                one.start()
            if not whole(nodes, 300):
                raise SystemExit(f"the nodes did not find each other; see {root}")
            yield nodes
        finally:
            for one in nodes:
                one.kill()
            time.sleep(2)


def whole(nodes: list[Node], patience: float) -> bool:
    """Wait until every node is there and every shard has its copy."""
    until = time.monotonic() + patience
    with Elasticsearch([one.url for one in nodes], request_timeout=10, max_retries=5) as client:
        while time.monotonic() < until:
            with contextlib.suppress(ApiError, TransportError):
                health = client.cluster.health(wait_for_status="green", wait_for_nodes=str(NODES), timeout="5s")
                if not health["timed_out"]:
                    return True
            time.sleep(0.5)
    return False


class Killer(threading.Thread):
    """Kills a node, starts it again, waits until the cluster is whole; so many times or as long as there is time."""

    def __init__(self, nodes: list[Node], kills: int, until: float, draw: Random) -> None:
        super().__init__(daemon=True)
        self.nodes, self.kills, self.until, self.draw = nodes, kills, until, draw
        self.writing = threading.Event()
        self.done = 0

    def run(self) -> None:
        """Until it has killed enough."""
        while self.done < self.kills and time.monotonic() < self.until and whole(self.nodes, 300):
            self.writing.wait(60)
            time.sleep(self.draw.random())
            victim = self.draw.choice(self.nodes)
            victim.kill()
            self.done += 1
            print(f"kill {self.done}: {victim.root.name}", file=sys.stderr)
            time.sleep(2)
            victim.start()


def patient(nodes: list[Node], killer: Killer) -> SearchBackend:
    """What the stage writes by: a client that knows every node; it tells the killer that a write is under way."""

    class Watched(Elastic):
        def write(self, batch: Sequence[Write]) -> tuple[Refusal, ...]:
            killer.writing.set()
            try:
                return super().write(batch)
            finally:
                killer.writing.clear()

    client = Elasticsearch(
        [one.url for one in nodes],
        request_timeout=10,
        max_retries=3,
        retry_on_status=(429, 502, 503, 504),
        retry_on_timeout=True,
    )
    return Watched(client, "the cluster", PREFIX)


def main() -> None:
    """Write under kills, then compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=30.0, help="kill no more after so long")
    parser.add_argument("--ports", type=int, default=9273, help="the first of three, and of three a hundred higher")
    parser.add_argument("--seed", type=int, default=8)
    chosen = parser.parse_args()
    logging.disable(logging.WARNING)
    began = time.monotonic()
    with cluster(chosen.home.resolve(), chosen.ports) as nodes, tempfile.TemporaryDirectory(prefix="nodes-") as folder:
        print(f"three nodes up after {time.monotonic() - began:.0f} s", file=sys.stderr)
        killer = Killer(nodes, chosen.kills, began + chosen.minutes * 60, Random(chosen.seed))
        setattr(stage, "open_backend", lambda _workspace: patient(nodes, killer))  # noqa: B010
        workspace = open_workspace(Path(folder) / "workspace", Settings(search_prefix=PREFIX))
        again(workspace, stage.ready)
        killer.start()
        rounds = failures = 0
        while killer.is_alive():
            failures += turn(workspace, rounds)
            rounds += 1
        whole(nodes, 300)
        failures += again(workspace, stage.run)
        drift = stage.reconcile(workspace)
        with workspace.read() as connection:
            waiting, refused = outbox.count(connection)
        documents = patient(nodes, killer).health().documents
    differences = len(drift.missing) + len(drift.stale) + len(drift.extra)
    print(f"{killer.done} kills while {rounds * ROUND:,} ads were written, a tenth twice and a twentieth dropped")
    print(f"{documents:,} documents; {differences} other than the store has, {refused} set aside, {waiting} waiting")
    print(f"the stage gave up {failures} times and was run again; {time.monotonic() - began:.0f} s in all")
    sys.exit(1 if differences or refused or waiting else 0)


def turn(workspace: Workspace, number: int) -> int:
    """Store, change and drop some ads; how often the stage gave up."""
    made = [f"harbor:{one:06}" for one in range(number * ROUND, (number + 1) * ROUND) if one % 100 != 7]
    put(workspace, made)
    failures = again(workspace, stage.run)
    put(workspace, made[::10], note="changed")
    drop(workspace, made[5::20])
    return failures + again(workspace, stage.run)


def again(workspace: Workspace, act: Callable[[Workspace], object]) -> int:
    """Until it goes through; how often it did not."""
    failures = 0
    while True:
        try:
            act(workspace)
        except SearchError as problem:
            print(problem, file=sys.stderr)
            failures += 1
            time.sleep(1)
        else:
            return failures


if __name__ == "__main__":
    main()

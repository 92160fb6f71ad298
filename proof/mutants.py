"""Mutation testing of authorisation, audit, escaping, export and retention: is each small mistake noticed by a test?

    .venv/bin/python -m proof.mutants [--mutants 180] [--seed N] [--only SUBJECT...] [--at FILE:NUMBER...] [--besides LOG...]

`proof/mutants.yml` names the modules and the tests that guard them. Those tests run once, undisturbed, while it is noted which
of them enter which function. Then, for each mutant drawn, a copy of that warm process is forked, the function's code is
exchanged in it, and the tests that enter it run, the quickest file first, until one fails or `ENOUGH` seconds are spent. A
change of what runs on import gets a process and a copy of the tree of its own. A mutant that hangs counts as found, and is
counted apart as well.
Printed: every mutant with the test that found it, if one did, and the share found with its 95 % interval. Ends with 1 where
that is below the goal. `--besides` leaves out the mutants that logs of earlier runs name, so that only fresh ones are drawn.
"""

import argparse
import ast
import gc
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any

import pytest

from proof.mutations import GUARDS, ROOT, Mutant, Mutation, draw, mutated, named

GOAL = 0.85
PATIENCE = 8  # times what the tests took undisturbed, and so many seconds
LEAST = 20.0
ENOUGH = 120.0  # seconds of tests without a failure, after which a mutant counts as not found
HANGS = "hangs"
CACHED = type(cache(lambda: None))
CONTROL = Mutation(0, 0, "", "", "")  # no change: the tests must pass in a fork as well


@dataclass(eq=False)
class Warm:
    """A pytest plugin: runs what was collected once, then the mutants, each in a fork."""

    mutants: Sequence[Mutant]
    found: dict[Mutant, str] = field(default_factory=dict)  # by which test
    missed: dict[Mutant, int] = field(default_factory=dict)  # how many tests entered the function
    reached: defaultdict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    seconds: dict[str, float] = field(default_factory=dict)
    failed: str = ""
    _running: str = ""

    def watch(self) -> None:
        """From now on note which test enters which function of the modules; "" is what they do on import."""
        files = {str(ROOT / one.module) for one in self.mutants}

        def enter(frame: FrameType, _event: str, _argument: object) -> None:
            if frame.f_code.co_filename in files:
                self.reached[frame.f_code.co_filename, frame.f_code.co_qualname].add(self._running)

        threading.settrace(enter)
        sys.settrace(enter)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """What is made for a test may serve all the tests of its file."""
        self._running = _file(item)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> None:
        """What the test does is its own."""
        self._running = item.nodeid

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note the first failure."""
        if report.failed and not self.failed:
            self.failed = report.nodeid

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """In place of pytest's own loop."""
        try:
            self._run(session.items)
        finally:
            sys.settrace(None)
            threading.settrace(None)  # type: ignore[arg-type]
        if self.failed:
            raise SystemExit(f"{self.failed} fails without any change")
        gc.collect()
        control = Mutant("control", "none", CONTROL)
        quickest = {_file(one): one for one in sorted(session.items, key=lambda one: -self.seconds[one.nodeid])}
        if outcome := self._fork(control, list(quickest.values())):
            raise SystemExit(f"{outcome} fails in a fork without any change")
        for number, mutant in enumerate(self.mutants, start=1):
            print(f"\r{number} of {len(self.mutants)} ", end="", file=sys.stderr, flush=True)
            self._try(session.items, mutant)
        return True

    def _try(self, items: Sequence[pytest.Item], mutant: Mutant) -> None:
        if mutant.mutation.function is None or "" in self._entering(mutant):
            outcome, tests = apart(mutant), len(mutant.guards)
        else:
            chosen = self._guarding(items, mutant)
            outcome, tests = self._fork(mutant, chosen) if chosen else "", len(chosen)
        if outcome:
            self.found[mutant] = outcome
        else:
            self.missed[mutant] = tests
        said = f"found by {outcome}" if outcome else f"not found by {tests} tests"
        print(f"\r{said}: {mutant}", file=sys.stderr, flush=True)  # a long run may be cut short

    def _guarding(self, items: Sequence[pytest.Item], mutant: Mutant) -> list[pytest.Item]:
        """The tests that enter the function, the file where they are done soonest first."""
        entering = self._entering(mutant)
        chosen = [one for one in items if {one.nodeid, _file(one)} & entering and _file(one) in mutant.guards]
        whole: Counter[str] = Counter()
        for one in chosen:
            whole[_file(one)] += self.seconds[one.nodeid]  # type: ignore[assignment]
        return sorted(chosen, key=lambda one: (whole[_file(one)], _file(one), self.seconds[one.nodeid]))

    def _entering(self, mutant: Mutant) -> set[str]:
        path, name = str(ROOT / mutant.module), mutant.mutation.function or ""
        inside = [tests for (file, entered), tests in self.reached.items() if file == path and _within(entered, name)]
        return set().union(*inside)

    def _run(
        self, items: Sequence[pytest.Item], tell: Callable[[str], object] = str, enough: float = float("inf")
    ) -> None:
        """Until one fails. What the session shares is kept standing; what a file shares goes with the file."""
        until = time.monotonic() + enough
        for one, following in zip(items, [*items[1:], items[0]], strict=True):
            began = time.monotonic()
            tell(f"{one.nodeid}\n")
            one.ihook.pytest_runtest_protocol(item=one, nextitem=following)
            self.seconds[one.nodeid] = time.monotonic() - began
            if self.failed or time.monotonic() > until:
                return

    def _fork(self, mutant: Mutant, items: Sequence[pytest.Item]) -> str:
        """Run the tests in a copy of this process with the change made; gives the test that failed, or "" for none."""
        reading, writing = os.pipe()
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            os.setsid()
            try:
                if mutant.mutation.number:
                    exchange(mutant)
                self._run(items, lambda line: os.write(writing, line.encode()), ENOUGH)
            except BaseException as problem:  # whatever it is, the change was noticed
                self.failed = self.failed or f"{type(problem).__name__} outside a test"
            os.write(writing, f"failed {self.failed}\n".encode() if self.failed else b"passed\n")
            os._exit(0)
        os.close(writing)
        said = self._heard(reading)
        os.close(reading)
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return said

    def _heard(self, reading: int) -> str:
        """What a fork came to, by what it writes: the test it is at, and at last whether one failed."""
        running, text = "", ""
        while True:
            patience = LEAST + PATIENCE * self.seconds.get(running, 0.0)
            if not select.select([reading], [], [], patience)[0]:
                return f"{running} {HANGS}"
            part = os.read(reading, 65_536).decode()
            text += part
            running = text.rstrip("\n").rpartition("\n")[2]
            if running == "passed":
                return ""
            if running.startswith("failed "):
                return running.removeprefix("failed ")
            if not part:
                return f"{running} ends the process"


def exchange(mutant: Mutant) -> None:
    """Give every function of the module that is alive in this process the changed code, and let it forget what it kept."""
    path = ROOT / mutant.module
    fresh = dict(_codes(compile(mutated(path, mutant.mutation.number), str(path), "exec")))
    for one in gc.get_objects():
        if type(one) is FunctionType and one.__code__.co_filename == str(path):
            code = fresh.get((one.__code__.co_qualname, one.__code__.co_firstlineno))
            if code is not None and code.co_freevars == one.__code__.co_freevars:
                one.__code__ = code
        elif type(one) is CACHED and getattr(one.__wrapped__, "__module__", None) == ".".join(
            path.with_suffix("").parts[-2:]
        ):
            one.cache_clear()


def apart(mutant: Mutant) -> str:
    """Run the guarding tests in a process of their own, on a copy of the tree with the change made."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "docs", "RESULTS.md"), symlinks=True)
        source = ast.unparse(mutated(ROOT / mutant.module, mutant.mutation.number))
        (copy / mutant.module).write_text(source, encoding="utf-8")
        command = [sys.executable, "-m", "pytest", *mutant.guards, "-x", "-q", "-p", "no:cacheprovider"]
        surroundings = {**os.environ, "PYTHONPATH": str(copy)}
        try:
            done = subprocess.run(
                command, cwd=copy, env=surroundings, capture_output=True, text=True, timeout=300, check=False
            )
        except subprocess.TimeoutExpired:
            return f"it {HANGS}"
    return (
        "" if done.returncode == 0 else next((one for one in done.stdout.splitlines() if "FAILED" in one), "on import")
    )


def interval(hits: int, of: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    z, share = 1.96, hits / of
    middle, spread = share + z * z / (2 * of), z * (share * (1 - share) / of + z * z / (4 * of * of)) ** 0.5
    return (middle - spread) / (1 + z * z / of), (middle + spread) / (1 + z * z / of)


def report(warm: Warm) -> Iterator[str]:
    """What was missed, and the shares."""
    for mutant, tests in warm.missed.items():
        yield f"not found by {tests} tests: {mutant}"
    caught, missed = (Counter(one.subject for one in side) for side in (warm.found, warm.missed))
    hung = Counter(one.subject for one, outcome in warm.found.items() if outcome.endswith(HANGS))
    yield from ("", "| subject | found | of these, by hanging | of | share |", "|---|---|---|---|---|")
    for subject in sorted(caught | missed):
        total = caught[subject] + missed[subject]
        yield f"| {subject} | {caught[subject]} | {hung[subject]} | {total} | {caught[subject] / total:.0%} |"
    hits, of = len(warm.found), len(warm.found) + len(warm.missed)
    low, high = interval(hits, of)
    yield f"\n{hits} of {of} mutants found: {hits / of:.1%} (95 %: {low:.1%} to {high:.1%}); goal {GOAL:.0%}"


def _codes(code: CodeType) -> Iterator[tuple[tuple[str, int], CodeType]]:
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield (one.co_qualname, one.co_firstlineno), one
            yield from _codes(one)


def _within(entered: str, function: str) -> bool:
    return entered == function or entered.startswith(f"{function}.<locals>")


def _file(item: Any) -> str:
    return str(item.nodeid.partition("::")[0])


def main() -> None:
    """Draw, run, report."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--mutants", type=int, default=180)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="+", choices=list(GUARDS), default=list(GUARDS))
    parser.add_argument("--at", nargs="+", metavar="FILE:NUMBER", help="these mutants, as a run before named them")
    parser.add_argument("--besides", nargs="+", type=Path, default=[], metavar="LOG", help="none that these logs name")
    options = parser.parse_args()
    os.chdir(ROOT)
    os.environ["CI"] = "true"  # random tests repeat themselves
    seen = "\n".join(one.read_text("utf-8") for one in options.besides)
    mutants = named(options.at) if options.at else draw(options.mutants, options.seed, options.only, seen)
    files = sorted({file for one in mutants for file in one.guards})
    warm = Warm(mutants)
    warm.watch()
    pytest.main([*files, "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "--no-header"], plugins=[warm])
    for line in report(warm):
        print(line)
    raise SystemExit(len(warm.found) < GOAL * len(mutants))


if __name__ == "__main__":
    main()

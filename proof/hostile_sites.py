"""What hostile sites can do to a crawl, measured: ways inward, bombs, traps.

    .venv/bin/python -m proof.hostile_sites [inward] [bombs] [traps]

Everything is served on loopback, over real sockets; every crawl is the product's own process. Ends with 1 where anything
connected inward, read a local file, went unnamed, cost more than 300 MiB, or slowed a good site down by more than 5 %.
"""

import argparse
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from proof.hostile_bombs import bomb
from proof.hostile_requests import lead
from proof.hostile_traps import TRAPS, scratch, trap

MEMORY = 300.0
SLOWER = 0.05


def inward(folder: Path) -> bool:
    """Every way inward, with and without the manifest naming the hosts."""
    good = True
    for named in (True, False):
        place = folder / ("named" if named else "unnamed")
        place.mkdir()
        led = lead(scratch(place)("workspace"), place, named=named)
        good &= not led.connections and not led.files and led.ads > 0
        print(
            f"inward, hosts {'named in' if named else 'unknown to'} the manifest: {led.vectors} ways, "
            f"{led.connections} connections, {led.files} local files, {led.ads} good ads read",
            flush=True,
        )
    return good


def bombs(folder: Path) -> bool:
    """Every hostile answer."""
    done = bomb(scratch(folder)("bombs"))
    named = done.answers - len(done.unnamed)
    print(f"bombs: {done.answers} answers, {named} named in the verdicts, peak memory {done.memory:.0f} MiB")
    for what, names in (("not named", done.unnamed), ("good ads missing on", done.short)):
        if names:
            print(f"  {what}: {', '.join(names)}")
    return not done.unnamed and not done.short and done.memory <= MEMORY


def traps(folder: Path) -> bool:
    """Every trap, beside a good site."""
    done = trap(scratch(folder))
    print(f"traps: {len(TRAPS)}; pages each cost: {', '.join(f'{name} {pages}' for name, pages in done.pages.items())}")
    print(
        f"  a good site at the usual pace took {done.alone:.1f} s alone, {done.beside:.1f} s beside ({done.slower:+.1%})"
    )
    for sentence in done.wrong:
        print(f"  wrong: {sentence}")
    return not done.wrong and done.slower <= SLOWER


PARTS: dict[str, Callable[[Path], bool]] = {"inward": inward, "bombs": bombs, "traps": traps}


def main() -> None:
    """Run the parts that are named, all without."""
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], default=[])
    chosen = parser.parse_args().parts or list(PARTS)
    folder = Path(tempfile.mkdtemp(prefix="sidelight-hostile-"))
    try:
        good = [PARTS[name](_made(folder / name)) for name in chosen]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    raise SystemExit(not all(good))


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


if __name__ == "__main__":
    main()

"""How well and how fast ads are read: our figures beside those of other extractors, in one run and one table.

    python -m bench.reading --cases DIR --market DIR [--red-team DIR] [--unseen DIR] [--peers PYTHON] [--json FILE] [--docs]

`--cases`: other projects' cases, JSON Lines (bench/reading_cases.py says how they are scored). `--market`, `--red-team`,
`--unseen`: folders made by `sidelight market make`, the last two in spellings and wordings that nobody tuned on. `--peers`:
an interpreter that has the peers (bench/peers.txt says how to make one); without it those that this one has are run, and the
others are listed with the reason. A rehearsal market proves mechanics, not detection in the world.
"""

import argparse
import platform
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import orjson
from rich.console import Console
from rich.table import Table

from bench.reading_cases import Cases
from bench.reading_market import Market, families
from bench.reading_pages import write_pages
from bench.reading_speed import joined, memory, speed, unread
from bench.rivals import Rivals
from bench.tally import Row, body
from nlp.pipeline import read_ads

SPEED_SEED = 1_000_003  # of the market that speed is measured on, so that it is no other


def measure(asked: argparse.Namespace, rivals: Rivals) -> Iterator[Row]:
    """Every row that was asked for; the peers are asked all at once, before the first."""
    list(read_ads([body("Hello, call 312 555 0142 in Chicago", "US")]))
    cases = Cases(asked.cases) if asked.cases else None
    market, red_team, unseen = (
        Market(folder, name) if folder else None
        for folder, name in ((asked.market, "market"), (asked.red_team, "red team"), (asked.unseen, "unseen"))
    )
    for one in (cases, market):
        if one:
            one.ask(rivals)
    fresh = unread(SPEED_SEED + asked.seed) if market else []
    if fresh:
        rivals.time(joined(fresh))
    rivals.answer()
    yield from rivals.missing()
    if cases:
        yield from cases.table(rivals)
    if market:
        yield from market.kinds(rivals)
        yield from market.indicators(languages=asked.languages)
    yield from families(asked.seed)
    if red_team:
        yield from red_team.kinds(rivals)
        yield from red_team.disguises()
        yield from red_team.spellings()
    if unseen:
        yield from unseen.indicators(languages=asked.languages)
    if fresh:
        yield from speed(fresh, rivals, asked.rounds)
    if asked.memory:
        yield from memory(asked.memory)
    for one in (market, red_team, unseen):
        for miss in one.misses(asked.show) if one else ():
            print(miss)


def arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m bench.reading", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--cases", type=Path, help="folder of cases")
    parser.add_argument("--market", type=Path, help="folder with ads.jsonl and truth.jsonl")
    parser.add_argument("--red-team", type=Path, help="the same, in spellings that nobody tuned on")
    parser.add_argument("--unseen", type=Path, help="the same, with indicators in wordings that nobody tuned on")
    parser.add_argument("--peers", default=sys.executable, help="interpreter that has the packages of bench/peers.txt")
    parser.add_argument("--languages", action="store_true", help="each indicator by language too")
    parser.add_argument("--memory", type=int, default=0, metavar="N", help="read N made ads and print the memory used")
    parser.add_argument("--rounds", type=int, default=5, help="of each measure of speed")
    parser.add_argument("--seed", type=int, default=1, help="of the hidden phones")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print N misreadings of each kind")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there")
    parser.add_argument("--docs", action="store_true", help="write the figures into docs/reading/")
    return parser.parse_args()


def main() -> None:
    """Print one table."""
    asked = arguments()
    rivals = Rivals(asked.peers, asked.rounds)
    rows = list(measure(asked, rivals))
    table = Table("what", "who", "precision", "recall", "F1", "values", "")
    for row in rows:
        table.add_row(*row.cells())
    Console(width=200).print(table)
    made = {
        "on": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "peers": rivals.versions(),
        "rows": [row.as_json() for row in rows],
    }
    if asked.json:
        asked.json.write_bytes(orjson.dumps(made, option=orjson.OPT_INDENT_2))
    if asked.docs:
        write_pages(rows, made)


if __name__ == "__main__":
    main()

"""The seam by which the clock proof moves time: every room takes its instants from the store."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
TRY = """
import sys
from proof import moved_clock
sys.argv = ["moved_clock", "-86400", "--help"]
try:
    moved_clock.main()
except SystemExit:
    pass
from casework.queue import now
print(now().isoformat())
"""


def test_a_moved_clock_reaches_rooms_that_took_it_by_name() -> None:
    done = subprocess.run([sys.executable, "-c", TRY], cwd=ROOT, capture_output=True, text=True, check=True)
    told = datetime.fromisoformat(done.stdout.splitlines()[-1])
    assert abs(datetime.now(UTC) - timedelta(days=1) - told) < timedelta(minutes=5)

"""`sidelight` with the clock moved: python -m proof.moved_clock SECONDS COMMAND...

The instant every room takes from the store is moved before any room has taken it.
"""

import sys
from datetime import UTC, datetime, timedelta

from store import schema


def main() -> None:
    """Run one command."""
    by = timedelta(seconds=int(sys.argv[1]))
    schema.now = lambda: datetime.now(UTC) + by
    sys.argv = ["sidelight", *sys.argv[2:]]
    import sidelight

    sidelight.main()


if __name__ == "__main__":
    main()

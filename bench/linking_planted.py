"""Hubs and false trails planted among the readings of a market, of kinds that the market itself has none of.

Each is given to authors drawn at random, a tenth of them for each kind, by a rule that has nothing of the linker's. With many
ads the kinds are planted more than once, each time on authors of their own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from random import Random

from linker.records import Reason
from linker.signals import Key, Signals

AUTHORS = 40  # who share one planted value


def plant(signals: Sequence[Signals], author: Mapping[str, str]) -> tuple[list[Signals], dict[str, str]]:
    """The ads with what was planted, and their authors as given."""
    rng = Random(7)
    names = sorted(set(author.values()))
    rng.shuffle(names)
    crews = [names[at : at + AUTHORS] for at in range(0, len(names) // 2, AUTHORS)]
    given: dict[str, tuple[int, int]] = {
        name: (turn, place) for turn, crew in enumerate(crews) for place, name in enumerate(crew)
    }
    made = []
    for ad in signals:
        at = given.get(author[ad.ad_id])
        made.append(ad if at is None else replace(ad, keys=tuple(sorted(set(_planted(ad, *at))))))
    return made, dict(author)


def _planted(ad: Signals, turn: int, place: int) -> Iterator[Key]:
    """The keys of an ad of the crew's author number `place`."""
    kind = turn % 5
    if kind == 0:  # a switchboard that is all there is: their own contacts and pictures are not shown
        yield Key(Reason.PHONE, f"+180055501{turn % 100:02d}")
        return
    yield from ad.keys
    if kind == 1:  # everybody's profile on one host that no list knows
        yield Key(Reason.URL, f"profiles{turn}.example")
        yield Key(Reason.URL, f"profiles{turn}.example/{place}")
    elif kind == 2:  # one stock picture, and pictures that only two have
        yield Key(Reason.IMAGE, f"stock{turn}")
        yield Key(Reason.IMAGE, f"stolen{turn}-{place // 2}")
    elif kind == 3:  # a platform's help address
        yield Key(Reason.EMAIL, f"help{turn}@listings.example")
    else:  # an account that takes deposits for many
        yield Key(Reason.PAYMENT, f"$deposits{turn}")

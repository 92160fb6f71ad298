"""Ads and readings as the linker needs them: without the ads' texts, and without an object for each mention."""

from collections.abc import Iterable, Iterator
from typing import Any

import orjson
from sqlalchemy import Connection, Text, cast, select

from crawlers.stored import renewals
from crawlers.tables import ads
from linker.signals import Signals, put_together
from linker.wording import Wording, wording_of
from nlp.tables import readings
from store.database import select_in
from store.errors import DamagedError

OF_AD = ("ad_id", "site", "url", "posted_at", "first_seen", "last_seen", "image_hashes")


def read_signals(connection: Connection, ad_ids: Iterable[str]) -> Iterator[tuple[Signals, Wording]]:
    """The signals of those of these ads that have a reading, and their wordings in full; the signals keep the digest alone.

    Raises DamagedError at the end, naming every ad whose mentions cannot be read; behind the first of them nothing is given.
    Straight from the rows: to make an `Ad`, a `Reading` and its mentions first would take most of the time.
    """
    wanted = list(ad_ids)
    renewed = renewals(connection, wanted)
    # As text, to be opened one after the other: the mentions of many ads at once would not stay near the processor.
    mentioned = cast(readings.c.mentions, Text)
    query = select(*(ads.c[name] for name in OF_AD), readings.c.masked, mentioned).join_from(
        ads, readings, readings.c.ad_id == ads.c.ad_id
    )
    rows: Iterator[Any] = select_in(connection, query, ads.c.ad_id, wanted)
    damaged: dict[str, Exception] = {}
    for row in rows:
        ad_id, site, url, posted_at, first_seen, last_seen, image_hashes, masked, mentions = row
        try:
            said = orjson.loads(mentions)
        except orjson.JSONDecodeError as problem:
            damaged[ad_id] = problem
        if damaged:
            continue  # all of it is begun anew without the damaged: what is still to do is to name them
        wording = wording_of(masked)
        signals = put_together(
            said,
            ad_id=ad_id,
            site=site,
            url=url,
            image_hashes=image_hashes,
            first=posted_at or first_seen,
            last_seen=last_seen,
            renewed=renewed.get(ad_id, ()),
            wording=Wording(wording.digest, ""),
        )
        yield signals, wording
    if damaged:
        raise DamagedError(damaged)

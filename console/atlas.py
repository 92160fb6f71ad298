"""A map drawn here, without tiles: stops of a group on a graticule, over the towns of the region as faint dots.

Plate carrée, with longitudes drawn together by the cosine of the middle latitude. The towns come from GeoNames, so coasts
and valleys show where people live, and no request leaves the machine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from math import ceil, cos, floor, radians

from linker.records import Stop
from nlp.places.gazetteer import Row, gazetteer

WIDTH, HEIGHT = 720, 400
PAD = 34
LEAST_SPAN = 5.0  # degrees shown at least
CELL = 7  # pixels; one town at most stands in each
STEPS = (1, 2, 5, 10, 20, 30)
LABEL_HEIGHT = 14


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the graticule with its label."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Dot:
    """One place of the itinerary: where it stands, how large, and where its label goes so that none covers another."""

    x: float
    y: float
    radius: float
    name: str
    label: str
    label_x: float
    label_y: float
    anchor: str

    @property
    def led(self) -> bool:
        """Whether the label had to move so far that a line leads to it."""
        return abs(self.label_y - self.y) > LABEL_HEIGHT


@dataclass(frozen=True, slots=True)
class Atlas:
    """Everything a template draws, in pixels. `towns` and `route` are SVG path data."""

    width: int
    height: int
    towns: str
    route: str
    dots: tuple[Dot, ...]
    meridians: tuple[Line, ...]
    parallels: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """Which part of the world a map shows, and how large."""

    west: float
    north: float
    across: float  # pixels for a degree of longitude
    down: float

    def point(self, latitude: float, longitude: float) -> tuple[float, float]:
        """Where a place stands, in pixels."""
        return round((longitude - self.west) * self.across, 1), round((self.north - latitude) * self.down, 1)


def atlas(stops: Sequence[Stop]) -> Atlas | None:
    """The map of an itinerary in order of time; None where nothing can be placed."""
    if not stops:
        return None
    frame = around([(stop.latitude, stop.longitude) for stop in stops])
    points = [frame.point(stop.latitude, stop.longitude) for stop in stops]
    route = "M" + " L".join(f"{x} {y}" for x, y in points) if len(set(points)) > 1 else ""
    return Atlas(WIDTH, HEIGHT, towns(frame), route, tuple(_dots(stops, frame)), *graticule(frame))


def around(places: Sequence[tuple[float, float]]) -> Frame:
    """The frame that holds these places (latitude, longitude) with some room around them."""
    latitudes, longitudes = [one for one, _ in places], [one for _, one in places]
    middle = (min(latitudes) + max(latitudes)) / 2, (min(longitudes) + max(longitudes)) / 2
    squeeze = max(cos(radians(middle[0])), 0.2)
    tall = max(max(latitudes) - min(latitudes), LEAST_SPAN / 2)
    wide = max(max(longitudes) - min(longitudes), LEAST_SPAN)
    down = min((HEIGHT - 2 * PAD) / tall, (WIDTH - 4 * PAD) / (wide * squeeze))
    across = down * squeeze
    return Frame(middle[1] - WIDTH / 2 / across, middle[0] + HEIGHT / 2 / down, across, down)


@lru_cache(maxsize=512)
def towns(frame: Frame) -> str:
    """The towns in view, thinned to one in a CELL, the largest, as one path of dots."""
    south, east = frame.north - HEIGHT / frame.down, frame.west + WIDTH / frame.across
    squares = _squares()
    # A square degree's largest towns, for a third of the cells it has on this map: enough to see the land.
    most = max(1, ceil(frame.across / CELL) * ceil(frame.down / CELL) // 3)
    taken: dict[tuple[int, int], str] = {}
    for latitude in range(floor(south), ceil(frame.north)):
        for longitude in range(floor(frame.west), ceil(east)):
            for row in squares.get((latitude, longitude), ())[:most]:
                x, y = frame.point(row[4], row[5])
                if 0 < x < WIDTH and 0 < y < HEIGHT and (cell := (int(x) // CELL, int(y) // CELL)) not in taken:
                    taken[cell] = f"M{x:g} {y:g}h0"
    return "".join(taken.values())


@cache
def _squares() -> dict[tuple[int, int], list[Row]]:
    """Towns by the square degree they stand in, largest first."""
    squares: dict[tuple[int, int], list[Row]] = {}
    for row in sorted(gazetteer().rows, key=lambda row: (-row[6], row[0])):
        squares.setdefault((floor(row[4]), floor(row[5])), []).append(row)
    return squares


def _dots(stops: Sequence[Stop], frame: Frame) -> list[Dot]:
    """One dot for each place, labelled with the order of its visits; labels move down rather than cover one another."""
    visits: dict[str, list[int]] = {}
    for number, stop in enumerate(stops, start=1):
        visits.setdefault(stop.place, []).append(number)
    chosen = {stop.place: stop for stop in reversed(stops)}
    ads = {place: sum(stop.ads for stop in stops if stop.place == place) for place in visits}
    most = max(ads.values())
    made: list[Dot] = []
    for place, numbers in sorted(visits.items(), key=lambda item: frame.point(chosen[item[0]].latitude, 0)[1]):
        stop = chosen[place]
        x, y = frame.point(stop.latitude, stop.longitude)
        radius = round(4 + 6 * (ads[place] / most) ** 0.5, 1)
        left = x > WIDTH * 0.72
        label_x, label_y = (x - radius - 4 if left else x + radius + 4), y + 4
        while any(abs(label_y - one.label_y) < LABEL_HEIGHT and abs(label_x - one.label_x) < WIDTH / 4 for one in made):
            label_y += LABEL_HEIGHT
        order = ", ".join(map(str, numbers[:4])) + ("…" if len(numbers) > 4 else "")
        made.append(
            Dot(x, y, radius, stop.name, f"{order} · {stop.name}", label_x, label_y, "end" if left else "start")
        )
    return made


def graticule(frame: Frame) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """Meridians and parallels in view."""
    span = WIDTH / frame.across
    step = next((one for one in STEPS if span / one <= 8), STEPS[-1])
    first = int(frame.west // step + 1) * step
    meridians = tuple(
        Line(frame.point(0, degree)[0], _degrees(degree, "E", "W"))
        for degree in range(first, int(frame.west + span) + 1, step)
    )
    south = frame.north - HEIGHT / frame.down
    parallels = tuple(
        Line(frame.point(degree, 0)[1], _degrees(degree, "N", "S"))
        for degree in range(int(south // step + 1) * step, int(frame.north) + 1, step)
    )
    return meridians, parallels


def _degrees(degree: int, positive: str, negative: str) -> str:
    return f"{abs(degree)}° {positive if degree >= 0 else negative}"

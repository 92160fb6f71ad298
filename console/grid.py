"""Where ads lie, as squares on a map drawn here: the finest grid that fits into one picture."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from console.atlas import HEIGHT, WIDTH, Line, around, graticule, towns
from indexer.questions import Cell

FINEST, COARSEST = 7, 2
MOST = 220  # squares in one picture


@dataclass(frozen=True, slots=True)
class Square:
    """One cell in pixels; `weight` is how dark it is drawn."""

    x: float
    y: float
    width: float
    height: float
    weight: float
    told: str


@dataclass(frozen=True, slots=True)
class Grid:
    """Everything a template draws, in pixels. The fullest squares come first."""

    width: int
    height: int
    ads: int
    towns: str
    squares: tuple[Square, ...]
    meridians: tuple[Line, ...]
    parallels: tuple[Line, ...]


def grid(cells_at: Callable[[int], Sequence[Cell]]) -> Grid | None:
    """The grid of an answer, whose cells `cells_at` counts at a zoom; None where no ad names a place with coordinates."""
    cells: Sequence[Cell] = ()
    for zoom in range(FINEST, COARSEST - 1, -1):
        cells = cells_at(zoom)
        if len(cells) <= MOST:
            break
    cells = cells[:MOST]
    if not cells:
        return None
    frame = around([place for one in cells for place in ((one.south, one.west), (one.north, one.east))])
    most = max(one.ads for one in cells)
    squares = []
    for one in cells:
        left, top = frame.point(one.north, one.west)
        right, foot = frame.point(one.south, one.east)
        where = f"{abs(one.north + one.south) / 2:.1f}° {'N' if one.north + one.south >= 0 else 'S'}, " + (
            f"{abs(one.west + one.east) / 2:.1f}° {'E' if one.west + one.east >= 0 else 'W'}"
        )
        told = f"around {where}: {one.ads:,} ad{'' if one.ads == 1 else 's'}"
        weight = round(0.25 + 0.75 * (one.ads / most) ** 0.5, 2)
        squares.append(Square(left, top, round(right - left, 1), round(foot - top, 1), weight, told))
    return Grid(WIDTH, HEIGHT, sum(one.ads for one in cells), towns(frame), tuple(squares), *graticule(frame))

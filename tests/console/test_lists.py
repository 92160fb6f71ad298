"""A list of contacts looked up at once, and the squares of a map."""

from starlette.testclient import TestClient

from casework import auditlog, watches
from console.grid import MOST, grid
from console.sealed import seal
from indexer.questions import Cell
from store.workspace import Workspace

LIST = "(202) 555-0143\nbella.test@example.org\n(415) 555-0101\nnot a contact\n"


def test_each_line_is_a_hit_a_miss_or_unread_and_each_look_up_is_recorded(office: Workspace, ana: TestClient) -> None:
    page = ana.post("/search/list", data={"typed": LIST, "csrf": ana.csrf}).text  # type: ignore[attr-defined]
    assert "2 found, 1 not found, 1 could not be read" in page
    assert "harbor:1" in page
    looked = [one for one in auditlog.events(office, limit=20, actor="analyst") if one.action == "look up"]
    assert len(looked) == 3


def test_a_csv_is_read_by_the_column_that_is_named(ana: TestClient) -> None:
    csv = b"case,phone\n1,(202) 555-0143\n2,(415) 555-0101\n"
    sent = {"data": {"column": "phone", "csrf": ana.csrf}, "files": {"file": ("list.csv", csv, "text/csv")}}  # type: ignore[attr-defined]
    assert "1 found, 1 not found" in ana.post("/search/list", **sent).text  # type: ignore[arg-type]
    assert "Give a list" in ana.post("/search/list", data={"typed": " ", "csrf": ana.csrf}).text  # type: ignore[attr-defined]


def test_the_map_is_drawn_when_it_is_asked_for(office: Workspace, ana: TestClient) -> None:
    token = seal(office, "site:harbor")
    assert "Where the ads lie" not in ana.get(f"/search?s={token}").text
    assert "Where the ads lie" in ana.get(f"/search?s={token}&map=1").text
    assert "names a place with coordinates" in ana.get(f"/search?s={seal(office, 'nowhere')}&map=1").text


def test_saved_searches_stand_where_a_search_begins(office: Workspace, ana: TestClient) -> None:
    watches.add(office, "analyst", "garden", "Lawns")
    watches.add(office, "somebody", "evening", "Not hers")
    page = ana.get("/search").text
    assert "Lawns" in page
    assert "Not hers" not in page


def test_the_finest_grid_that_fits_is_drawn() -> None:
    asked: list[int] = []

    def cells(zoom: int) -> list[Cell]:
        asked.append(zoom)
        return [
            Cell(zoom, n, n, 1 + n, -100 + n / 10, 30, -99 + n / 10, 31) for n in range(MOST + 1 if zoom > 5 else 3)
        ]

    drawn = grid(cells)
    assert asked == [7, 6, 5]
    assert drawn is not None
    assert (drawn.ads, len(drawn.squares)) == (6, 3)
    assert max(one.weight for one in drawn.squares) == 1.0
    assert grid(lambda _: []) is None

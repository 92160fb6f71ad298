"""Scored groups in a workspace, put there without the stages that make them."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import insert

from casework.packs import export_case
from linker.tables import group_members, groups
from models.records import Band, Direction, Evidence, Lane, Priority, Route
from models.stored import save_priorities
from store.database import upsert
from store.schema import now
from store.workspace import Workspace
from tests.casework import packing
from tests.casework.mailserver import Post, free_port

AddGroup = Callable[..., None]


@pytest.fixture
def add_group(workspace: Workspace) -> AddGroup:
    """Put a group with its priority into the store; called again for the same id it changes the group."""

    def add(
        group_id: str,
        value: float = 0.0,
        *,
        lane: Lane = Lane.RANKED,
        route: Route = Route.REVIEW,
        band: Band | None = None,
        ads: int = 2,
        reasons: tuple[str, ...] = ("template_reuse",),
        places: tuple[str, ...] = ("Austin",),
    ) -> None:
        moment = now()
        itinerary: list[dict[str, Any]] = [
            {
                "place": name,
                "name": name,
                "latitude": 30.0,
                "longitude": -97.0,
                "first": moment.isoformat(),
                "last": moment.isoformat(),
                "ads": 1,
            }
            for name in places
        ]
        chosen = band or (Band.REVIEW if value > 0 else Band.NONE)
        evidence = tuple(Evidence(one, Direction.FOR, one, "L", 0.1, f"Because of {one}.") for one in reasons)
        with workspace.begin() as connection:
            upsert(
                connection,
                groups,
                [
                    {
                        "group_id": group_id,
                        "ads": ads,
                        "itinerary": itinerary,
                        "templates": [],
                        "first_seen": moment,
                        "last_seen": moment,
                    }
                ],
            )
            connection.execute(group_members.delete().where(group_members.c.group_id == group_id))
            members = [{"ad_id": f"{group_id}-{number}", "group_id": group_id} for number in range(ads)]
            connection.execute(insert(group_members), members)
            save_priorities(connection, [Priority(group_id, value, chosen, route, lane, evidence, None, "scorecard 1")])

    return add


@pytest.fixture(scope="module")
def office(blank: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A workspace with a case that can be exported."""
    workspace = packing.make_office(blank, tmp_path_factory.mktemp("office") / "workspace")
    yield workspace
    workspace.close()


@pytest.fixture(scope="module")
def sealed(office: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The case's pack."""
    target = tmp_path_factory.mktemp("sealed") / "pack"
    export_case(office, packing.first_case(office), target, packing.TERMS)
    return target


@pytest.fixture
def pack(sealed: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(sealed, tmp_path / "pack"))


@pytest.fixture
def post() -> Iterator[tuple[Post, Controller]]:
    """The server, running."""
    box = Post()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield box, controller
    if controller.loop.is_running():
        controller.stop()

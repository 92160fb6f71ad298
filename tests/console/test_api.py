"""The API is described where people have signed in, and answers whatever it is asked without failing."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import status_code_conformance
from starlette.testclient import TestClient

from casework import accounts, tokens
from casework.policy import POLICY
from casework.records import Role
from console.app import create_app
from store.settings import Settings
from store.workspace import open_workspace


@pytest.fixture(scope="module")
def described(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[schemathesis.BaseSchema]:
    """The API of a finished workspace, asked by a supervisor's token that may ask for everything."""
    root = tmp_path_factory.mktemp("api") / "workspace"
    shutil.copytree(finished, root)
    workspace = open_workspace(root, Settings())
    accounts.add(workspace, "sup", Role.SUPERVISOR, None, "root")
    secret, _ = tokens.make(workspace, "sup", Role.SUPERVISOR, "fuzz", POLICY.scopes, 1)
    headers = {"Authorization": f"Bearer {secret}"}
    app = create_app(workspace, hosts=("testserver", "localhost"))
    yield schemathesis.openapi.from_asgi("/api/openapi.json", app, headers=headers)
    workspace.close()


@pytest.mark.slow
def test_nothing_that_is_asked_makes_it_fail(described: schemathesis.BaseSchema) -> None:
    asked = 0
    for found in described.get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy())
        @settings(max_examples=25, database=None, suppress_health_check=list(HealthCheck), derandomize=True)
        def ask(case: Case) -> None:
            case.call_and_validate(checks=[not_a_server_error, status_code_conformance])

        ask()
        asked += 1
    assert asked == len(described.raw_schema["paths"])


def test_every_address_of_the_api_is_described(ana: TestClient) -> None:
    told = ana.get("/api/openapi.json").json()
    said = {route.partition(" ")[2] for route in POLICY.routes if " /api/" in route} - {"/api/openapi.json"}
    assert set(told["paths"]) == said
    assert set(told["components"]["securitySchemes"]) == {"token", "session"}
    assert all(one.get("description") for path in told["paths"].values() for one in path.values())


def test_a_groups_links_are_objects_with_their_evidence(ana: TestClient, group_id: str) -> None:
    link = ana.get(f"/api/group?id={group_id}").json()["group"]["links"][0]
    assert set(link) == {"left", "right", "reason", "key", "weight", "detail"}
    assert link["left"] < link["right"]


def test_the_description_is_for_people_who_signed_in(anonymous: TestClient) -> None:
    answer = anonymous.get("/api/openapi.json")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("ad?id=no:such", "there is no ad 'no:such'"),
        ("group?id=none", "there is no group 'none'"),
        ("why?left=no:such&right=harbor:1", "no:such"),
    ],
)
def test_what_is_not_there_is_named(ana: TestClient, address: str, told: str) -> None:
    answer = ana.get(f"/api/{address}")
    assert answer.status_code == 404
    assert told in answer.text

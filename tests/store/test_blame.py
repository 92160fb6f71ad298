"""Who is to blame for a failure: an item, which is set aside, or what all work needs, which ends it with the work kept."""

import errno
import pickle
import shutil
import subprocess
from pathlib import Path

import orjson
import pytest
from sqlalchemy.exc import DataError, InterfaceError, OperationalError

from store import disk, keys
from store.errors import DamagedError, FullDiskError, OutageError, UsageError
from store.loopback import is_literal, is_loopback
from store.remote import Store
from store.settings import Settings
from store.sifting import is_outage, sift
from store.spread import check_address
from store.workspace import Workspace, open_workspace


class ServerError(Exception):
    """As a driver gives it, with the server's state."""

    def __init__(self, said: str, sqlstate: str = "") -> None:
        super().__init__(said)
        self.sqlstate = sqlstate


def operational(said: str, state: str = "", *, lost: bool = False) -> OperationalError:
    return OperationalError("SELECT", {}, ServerError(said, state), connection_invalidated=lost)


@pytest.mark.parametrize(
    ("problem", "outage", "full"),
    [
        (ValueError("cannot read it"), False, False),
        (OutageError("the server is gone"), True, False),
        (FullDiskError("no room"), True, True),
        (OSError(errno.ENOSPC, "no space"), True, True),
        (OSError(errno.EDQUOT, "over quota"), True, True),
        (OSError(errno.EACCES, "not allowed"), False, False),
        (operational("database or disk is full"), True, True),
        (operational("could not extend file", "53100"), True, True),
        (operational("database is locked"), True, False),
        (operational("malformed JSON"), False, False),
        (operational("string or blob too big"), False, False),
        (operational("malformed JSON", lost=True), True, False),
        (InterfaceError("SELECT", {}, ServerError("connection closed")), True, False),
        (DataError("SELECT", {}, ServerError("value out of range")), False, False),
    ],
)
def test_what_is_an_outage_and_what_an_items_own_fault(
    problem: Exception, outage: bool, full: bool, tmp_path: Path
) -> None:
    assert is_outage(problem, tmp_path) is outage
    assert disk.is_full(problem, tmp_path) is full


def test_of_items_that_a_problem_names_only_these_are_tried_alone(tmp_path: Path) -> None:
    tried: list[list[str]] = []
    aside: dict[str, str] = {}

    def attempt(items: object) -> None:
        tried.append(list(items))  # type: ignore[call-overload]
        if bad := {"b"} & set(tried[-1]):
            raise DamagedError(dict.fromkeys(bad, ValueError("cannot read it")))

    def put(item: str, why: Exception) -> None:
        aside[item] = str(why)

    sift(["b"], attempt, put, tmp_path, DamagedError({"B": ValueError("x")}), str.upper)
    assert (tried, aside) == ([["b"]], {"b": "cannot read it"})


def _as_df_tells(folder: Path) -> float:
    told = subprocess.run(["df", "--output=used,avail", folder], capture_output=True, text=True, check=True).stdout
    used, left = map(int, told.split()[-2:])
    return used / (used + left)


def test_nothing_large_is_begun_where_it_would_eat_into_the_reserve(tmp_path: Path) -> None:
    assert 0 < disk.used(tmp_path) < 1
    assert disk.used(tmp_path) == pytest.approx(_as_df_tells(tmp_path), abs=0.01)
    disk.need(tmp_path, 1)
    with pytest.raises(FullDiskError, match="MiB left; make room"):
        disk.need(tmp_path, shutil.disk_usage(tmp_path).free)


@pytest.mark.parametrize(
    ("host", "loopback", "literal"),
    [
        ("localhost", True, False),
        ("127.0.0.9", True, True),
        ("::1", True, True),
        ("203.0.113.9", False, True),
        ("desk.example", False, False),
    ],
)
def test_only_this_machine_reaches_a_loopback_host(host: str, loopback: bool, literal: bool) -> None:
    assert (is_loopback(host), is_literal(host)) == (loopback, literal)


def test_code_and_data_go_to_other_machines_by_tls_alone() -> None:
    for good in ("tls://dask.example:8786", "tcp://127.0.0.1:8786", "tcp://[::1]:8786"):
        check_address(good)
    for bad in ("tcp://dask.example:8786", "tls://", "dask.example:8786", "inproc://1"):
        with pytest.raises(UsageError, match="a scheduler's address is tls://HOST:PORT"):
            check_address(bad)


def test_a_cluster_cannot_read_a_store_that_only_this_machine_reaches(tmp_path: Path) -> None:
    far = open_workspace(tmp_path / "w", Settings(scheduler="tls://dask.example:8786"))
    with pytest.raises(UsageError, match="set database_url to a PostgreSQL"):
        Store.of(far)
    far.close()


def test_what_was_sealed_is_gone_with_its_key_and_a_key_made_anew_does_not_bring_it_back(tmp_path: Path) -> None:
    workspace: Workspace = open_workspace(tmp_path / "w", Settings())
    sealed = keys.seal(workspace, "month", "quiet garden")
    assert keys.unseal(workspace, "month", sealed) == "quiet garden"
    (workspace.keys / "month.key").unlink()
    assert keys.unseal(workspace, "month", sealed) is None
    keys.key(workspace, "month")
    assert keys.unseal(workspace, "month", sealed) is None
    workspace.close()


def test_what_is_damaged_is_told_across_processes() -> None:
    with pytest.raises(orjson.JSONDecodeError) as raised:
        orjson.loads("{no")
    told = pickle.loads(pickle.dumps(DamagedError({"s:1": raised.value})))  # noqa: S301  made in this line
    assert list(told.problems) == ["s:1"]
    assert str(told) == str(raised.value)

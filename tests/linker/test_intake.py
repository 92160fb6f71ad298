"""Readings as the linker takes them in: what is damaged is named at once, and costs no more work than to find it."""

from collections.abc import Callable, Iterable

import pytest
from sqlalchemy import text

from linker.intake import read_signals
from store.errors import DamagedError
from store.workspace import Workspace
from tests.linker.conftest import Posted, posted


def test_every_damaged_ad_is_named_and_nothing_is_made_behind_the_first(
    workspace: Workspace, put: Callable[[Iterable[Posted]], None]
) -> None:
    put([posted(one) for one in "abcd"])
    with workspace.begin() as connection:
        connection.execute(text("UPDATE readings SET mentions = '{no' WHERE ad_id IN ('harbor:b', 'harbor:d')"))
    with workspace.read() as connection:
        taken = read_signals(connection, [f"harbor:{one}" for one in "abcd"])
        assert next(taken)[0].ad_id == "harbor:a"
        with pytest.raises(DamagedError) as raised:
            next(taken)
    assert list(raised.value.problems) == ["harbor:b", "harbor:d"]

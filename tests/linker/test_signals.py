"""What many ads share is kept once, and let go of when a run is over."""

from collections.abc import Callable, Iterable

import pytest

from linker import signals, stage
from linker.records import Reason
from linker.signal_rows import load_signals
from linker.signals import KEYS, Key
from store.workspace import Workspace
from tests.linker.conftest import Posted, posted

PHONE = "+13125550101"


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    signals.forget_keys()


def test_a_value_of_several_ads_is_one_key(workspace: Workspace, put: Callable[[Iterable[Posted]], None]) -> None:
    made = [posted(one, phone=PHONE, email=f"{one}@example.com") for one in "ab"]
    put(made)
    assert stage.run(workspace) == 2
    assert not any(KEYS.values())
    with workspace.read() as connection:
        stored = load_signals(connection, ["harbor:a", "harbor:b"])
    for a, b in ([one.signals for one in made], stored.values()):
        assert a.keys == (Key(Reason.EMAIL, "a@example.com"), Key(Reason.PHONE, PHONE))
        assert a.keys[1] is b.keys[1]


def test_no_more_keys_are_kept_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    phones = KEYS[Reason.PHONE.value]
    monkeypatch.setattr(phones, "ROOM", 3)
    for number in range(10):
        value = f"+1312555010{number}"
        assert phones[value] == Key(Reason.PHONE, value)
        assert phones[value] is phones[value]
        assert len(phones) <= 3

"""Every verb changes what it says, and a wrong value changes nothing."""

import threading
from typing import Any

import pytest

from realtime_nst.live.control.remote import RemoteControl
from realtime_nst.live.control.values import SLOTS, Kind, Value
from realtime_nst.live.control.verbs import VERBS
from realtime_nst.live.settings import LiveSettings

OTHER: dict[Kind, Value] = {
    Kind.SWITCH: "toggle",
    Kind.STYLE: "great-wave",
    Kind.CHOICE: "person",
}
SETTINGS = [verb for verb in VERBS if not verb.is_action]


@pytest.mark.parametrize("verb", SETTINGS, ids=lambda verb: verb.name)
def test_verb_changes_its_setting_only(remote: RemoteControl, verb: Any) -> None:
    before = remote.values()
    quarter = 0.75 * verb.low + 0.25 * verb.high
    remote.apply(verb.name, OTHER.get(verb.kind, quarter))
    changed = {name for name, value in remote.values().items() if before[name] != value}
    assert changed == {verb.name}


def test_values_that_were_read_can_be_set(remote: RemoteControl) -> None:
    remote.apply_all({"style": "udnie", "blend": 0.3, "tiles": True, "show": 20})
    values = remote.values()
    remote.controls.change(lambda _: LiveSettings())
    remote.apply_all(values)
    assert remote.values() == values


@pytest.mark.parametrize(
    ("name", "value", "style"),
    [
        ("style", "UDNIE", "udnie"),
        ("style", 3, "great-wave"),
        ("style", "3", "great-wave"),
        ("next", None, "udnie"),
        ("previous", None, "great-wave"),
    ],
)
def test_style(remote: RemoteControl, name: str, value: Value, style: str) -> None:
    remote.apply_all({"tiles": True})
    remote.apply(name, value)
    assert remote.values()["style"] == style
    assert not remote.values()["tiles"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("strength", 1.01),
        ("strength", True),
        ("strength", float("nan")),
        ("strength", None),
        ("mirror", 2),
        ("mirror", "yes"),
        ("style", 0),
        ("style", 4),
        ("style", "mona-lisa"),
        ("style", True),
        ("mask", "face"),
        ("mask", 1),
        ("preset", SLOTS + 1),
        ("preset", "first"),
        ("volume", 1),
    ],
)
def test_wrong_values_change_nothing(remote: RemoteControl, name: str, value: Value) -> None:
    before = remote.controls.settings
    with pytest.raises(ValueError, match=f"cannot set {name}: "):
        remote.apply_all({"blend": 0.5, name: value})
    assert remote.controls.settings == before


def test_snapshot_is_requested(remote: RemoteControl) -> None:
    remote.apply("snapshot")
    assert remote.controls.settings.snapshots == 1


def test_preset_keys_save_and_recall(remote: RemoteControl, notes: list[str]) -> None:
    remote.apply_all({"style": "udnie", "strength": 0.5, "mirror": False})
    look = remote.values()
    remote.key("w")
    remote.key("F3")
    remote.apply_all({"style": "great-wave", "strength": 1.0})
    remote.key("F3")
    assert remote.values() == look
    assert notes[-1] == "preset 3"
    assert remote.presets.names == {3: "udnie"}


def test_preset_keeps_what_is_no_look(remote: RemoteControl) -> None:
    remote.apply("save-preset", 1)
    remote.apply_all({"record": True, "mirror": False})
    remote.apply("preset", 1)
    assert remote.values()["record"]
    assert not remote.values()["mirror"]


def test_errors_of_keys_are_shown(remote: RemoteControl, notes: list[str]) -> None:
    remote.key("F1")
    assert notes == ["cannot recall preset 1: nothing is saved there"]


def test_changes_of_several_threads_are_all_kept(remote: RemoteControl) -> None:
    def work() -> None:
        for _ in range(200):
            remote.apply("snapshot")

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert remote.controls.settings.snapshots == 800

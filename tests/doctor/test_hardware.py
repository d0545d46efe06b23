"""What the doctor says of processors and cards, by the facts it is given."""

from pathlib import Path

import pytest

from realtime_nst.doctor.hardware import Nvidia, cpu, nvidia_facts, nvidia_trouble
from realtime_nst.inference.devices import nvidia_card
from realtime_nst.machine import Gpu


def test_a_processor_without_products_of_bytes_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    where = "realtime_nst.doctor.hardware.processor_flags"
    monkeypatch.setattr(where, lambda: ("avx2",))
    (found,) = cpu()
    assert found.level == "warn"
    assert "no AVX-512 VNNI" in found.line
    monkeypatch.setattr(where, lambda: ("avx2", "avx_vnni"))
    assert next(cpu()).level == "ok"


def card(driver: str) -> tuple[Gpu, ...]:
    return (Gpu("NVIDIA GeForce RTX 4060", driver, "8188 MiB"),)


@pytest.mark.parametrize(
    ("facts", "line", "cure"),
    [
        (Nvidia(True, False, (), None, False), "no driver", "ubuntu-drivers"),
        (Nvidia(True, True, card("580.95.05"), None, False), "not installed", "[gpu]"),
        (Nvidia(True, True, card("550.54"), None, False), "not installed", "[gpu-cuda12]"),
        (Nvidia(True, True, card("550.54"), "1.31.1", True), "needs 580", "[gpu-cuda12]"),
        (Nvidia(True, True, card("470.10"), "1.26.0", True), "needs 525", "ubuntu-drivers"),
        (Nvidia(True, True, card("580.95"), "1.31.1", False), "cuDNN is missing", "[cuda,cudnn]"),
    ],
)
def test_what_stands_between_a_card_and_its_use(facts: Nvidia, line: str, cure: str) -> None:
    found = nvidia_trouble(facts)
    assert found is not None
    assert found.level == "warn"
    assert line in found.line
    assert cure in found.hint


@pytest.mark.parametrize("wheel", ["1.26.0", "1.31.1"])
def test_a_card_with_all_it_needs_is_tried(wheel: str) -> None:
    assert nvidia_trouble(Nvidia(True, True, card("580.95"), wheel, True)) is None


def test_a_card_shows_on_the_bus(tmp_path: Path) -> None:
    for name, maker, kind in (
        ("0000:00:02.0", "0x8086", "0x030000"),
        ("0000:01:00.1", "0x10de", "0x040300"),  # the sound of a card
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "vendor").write_text(f"{maker}\n")
        (tmp_path / name / "class").write_text(f"{kind}\n")
    assert not nvidia_card(tmp_path)
    (tmp_path / "0000:01:00.1" / "class").write_text("0x030000\n")
    assert nvidia_card(tmp_path)
    assert nvidia_facts(tmp_path).card

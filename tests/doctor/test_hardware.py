"""Findings of the doctor on CPUs and GPUs, for given facts."""

from pathlib import Path

import pytest

from realtime_nst.doctor.hardware import Nvidia, cpu, nvidia_facts, nvidia_problem
from realtime_nst.inference.devices import nvidia_card
from realtime_nst.machine import Gpu


def test_cpu_without_int8_instructions(monkeypatch: pytest.MonkeyPatch) -> None:
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
    ("facts", "line", "hint"),
    [
        (Nvidia(True, False, (), None, False), "no driver", "ubuntu-drivers"),
        (Nvidia(True, True, card("580.95.05"), None, False), "not installed", "[gpu]"),
        (Nvidia(True, True, card("550.54"), None, False), "not installed", "[gpu-cuda12]"),
        (Nvidia(True, True, card("550.54"), "1.31.1", True), "needs 580", "[gpu-cuda12]"),
        (Nvidia(True, True, card("470.10"), "1.26.0", True), "needs 525", "ubuntu-drivers"),
        (Nvidia(True, True, card("580.95"), "1.31.1", False), "cuDNN is missing", "[cuda,cudnn]"),
    ],
)
def test_nvidia_problem(facts: Nvidia, line: str, hint: str) -> None:
    found = nvidia_problem(facts)
    assert found is not None
    assert found.level == "warn"
    assert line in found.line
    assert hint in found.hint


@pytest.mark.parametrize("wheel", ["1.26.0", "1.31.1"])
def test_nvidia_problem_none(wheel: str) -> None:
    assert nvidia_problem(Nvidia(True, True, card("580.95"), wheel, True)) is None


def test_nvidia_card_on_pci_bus(tmp_path: Path) -> None:
    for name, maker, kind in (
        ("0000:00:02.0", "0x8086", "0x030000"),
        ("0000:01:00.1", "0x10de", "0x040300"),  # audio device of a card
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "vendor").write_text(f"{maker}\n")
        (tmp_path / name / "class").write_text(f"{kind}\n")
    assert not nvidia_card(tmp_path)
    (tmp_path / "0000:01:00.1" / "class").write_text("0x030000\n")
    assert nvidia_card(tmp_path)
    assert nvidia_facts(tmp_path).card

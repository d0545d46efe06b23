"""Description of the host, from real and from simulated files and tools."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from realtime_nst.machine import (
    Gpu,
    Machine,
    cpu_name,
    describe_machine,
    limit_threads,
    load_average,
    nvidia_gpus,
    processor_flags,
    usable_cores,
    usable_cpus,
)

XEON = """processor	: 0
vendor_id	: GenuineIntel
model name	: Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz
flags		: fpu avx2 avx512f avx512_bf16 amx_bf16 avx512_vnni amx_int8

processor	: 1
model name	: Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz
"""
PI = """processor	: 0
Features	: fp asimd evtstrm crc32 asimddp
Model		: Raspberry Pi 5 Model B Rev 1.0
"""


@pytest.mark.parametrize(
    ("text", "name", "flags"),
    [
        (
            XEON,
            "Intel Xeon Platinum 8481C",
            ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_int8", "amx_bf16"),
        ),
        (PI, "Raspberry Pi 5 Model B Rev 1.0", ("asimddp",)),
    ],
    ids=["xeon", "pi"],
)
def test_cpu_name_and_flags(tmp_path: Path, text: str, name: str, flags: tuple[str, ...]) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(text)
    assert cpu_name(cpuinfo) == name
    assert processor_flags(cpuinfo) == flags


def test_describe_machine() -> None:
    machine = describe_machine()
    assert machine.cpu
    assert 1 <= machine.cores <= (os.cpu_count() or 1)
    assert machine.python == ".".join(map(str, sys.version_info[:3]))
    assert machine.versions["numpy"] == np.__version__
    assert "onnxruntime" in " ".join(machine.versions)


def test_machine_slug() -> None:
    card = Gpu("NVIDIA H100 80GB HBM3", "580.95", "81559 MiB")
    machine = Machine("AMD EPYC", 1, (), (), "Linux 6.1 x86_64", "3.11.7", {})
    assert machine.slug == "amd-epyc-1-core-linux"
    with_card = replace(machine, cores=16, gpus=(card,))
    assert with_card.slug == "amd-epyc-16-cores-nvidia-h100-80gb-hbm3-linux"


@pytest.mark.skipif(os.name == "nt", reason="needs a shell")
def test_nvidia_gpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text('#!/bin/sh\necho "NVIDIA H100 80GB HBM3, 580.95.05, 81559 MiB"\n')
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert nvidia_gpus() == (Gpu("NVIDIA H100 80GB HBM3", "580.95.05", "81559 MiB"),)
    tool.write_text("#!/bin/sh\necho 'NVIDIA-SMI has failed'\nexit 9\n")
    assert nvidia_gpus() == ()


def test_load_average_is_not_negative() -> None:
    if hasattr(os, "getloadavg"):
        assert (load_average() or 0) >= 0


@pytest.mark.parametrize(
    ("asked", "threads"), [(None, usable_cores()), (1, 1), (100_000, usable_cpus())]
)
def test_limit_threads_caps_at_cpus(asked: int | None, threads: int) -> None:
    assert limit_threads(asked) == threads

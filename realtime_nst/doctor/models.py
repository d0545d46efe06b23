"""The models there are."""

from collections.abc import Iterator

from realtime_nst.doctor.finding import Finding
from realtime_nst.doctor.isolation import run_isolated
from realtime_nst.doctor.probes import read_models
from realtime_nst.extras import install_command


def models() -> Iterator[Finding]:
    """Every model's card, read."""
    outcome = run_isolated(read_models)
    if outcome.result is None:
        yield Finding("fail", "models", outcome.trouble, outcome.cure or "realtime-nst styles")
        return
    styles, broken = outcome.result
    for trouble, cure in broken:
        yield Finding("warn", "models", trouble, cure)
    if styles:
        names = ", ".join(dict.fromkeys(styles))
        yield Finding("ok", "models", names)
    else:
        cure = install_command(again=True)
        yield Finding("fail", "models", "none found", cure)

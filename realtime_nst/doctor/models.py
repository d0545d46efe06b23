"""Check the installed models."""

from collections.abc import Iterator

from realtime_nst.doctor.finding import Finding
from realtime_nst.doctor.isolation import run_isolated
from realtime_nst.doctor.probes import read_models
from realtime_nst.extras import install_command


def models() -> Iterator[Finding]:
    """Check every model by reading its card."""
    outcome = run_isolated(read_models)
    if outcome.result is None:
        yield Finding("fail", "models", outcome.error, outcome.hint or "realtime-nst styles")
        return
    styles, broken = outcome.result
    for error, hint in broken:
        yield Finding("warn", "models", error, hint)
    if styles:
        names = ", ".join(dict.fromkeys(styles))
        yield Finding("ok", "models", names)
    else:
        yield Finding("fail", "models", "none found", install_command(again=True))

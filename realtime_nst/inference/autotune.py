"""Find the fastest engine and precision for a model on this machine, once; the result is cached.

It holds for frames of every size.
"""

import logging
from collections.abc import Sequence
from dataclasses import asdict
from time import perf_counter

from realtime_nst.inference.cache import Key, recall, remember
from realtime_nst.inference.comparison import Clock, Open, compare
from realtime_nst.inference.engines import Size
from realtime_nst.inference.trials import AutotuneResult, Candidate, Measurement

LOG = logging.getLogger(__name__)
KIND = "choices"
"""Folder of the results in the cache."""


def autotune(
    candidates: Sequence[Candidate],
    open_at: Open,
    size: Size,
    key: Key,
    clock: Clock = perf_counter,
) -> AutotuneResult:
    """Return the cached result, or compare the candidates and cache the result.

    An uncertain result is not cached: the machine may be less busy at the next start.

    Args:
        candidates: see ``compare``.
        open_at: see ``compare``.
        size: see ``compare``.
        key: everything else that the result depends on.
        clock: returns the time in seconds.

    Raises:
        NstError: no candidate runs; this is the error of the last one.
    """
    full_key = {**key, "candidates": [asdict(each) for each in candidates], "size": size}
    result = _cached(full_key, candidates)
    if result is None:
        result = compare(candidates, open_at, size, clock)
        _log(result)
        if result.certain:
            remember(KIND, full_key, asdict(result))
    return result


def _log(result: AutotuneResult) -> None:
    for trial in result.trials:
        LOG.info("%s %s: %.1f ms a frame", trial.device, trial.precision, 1000 * trial.seconds)
    for failure in result.failures:
        LOG.info("does not run: %s", failure)


def _cached(key: Key, candidates: Sequence[Candidate]) -> AutotuneResult | None:
    stored = recall(KIND, key)
    try:
        trials = tuple(Measurement(**trial) for trial in stored["trials"])
        height, width = stored["size"]
        result = AutotuneResult(trials, (int(height), int(width)), tuple(stored["failures"]))
        return result if set(result.ranking) <= set(candidates) and trials else None
    except (TypeError, KeyError, ValueError, IndexError):
        return None

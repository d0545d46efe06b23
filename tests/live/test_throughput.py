"""Frame rates are those of the latest frames."""

import pytest

from realtime_nst.live.throughput import MAX_GAP, Throughput


def test_rates_of_the_latest_frames() -> None:
    throughput = Throughput(frames=11)
    assert (throughput.seconds, throughput.arrived, throughput.shown) == (0, 0, 0)
    for frame in range(100):
        throughput.add(frame / 20, arrived=2 * frame, shown=frame if frame < 80 else 80)
    assert throughput.seconds == pytest.approx(0.5)
    assert throughput.arrived == pytest.approx(40)
    assert throughput.shown == 0


@pytest.mark.parametrize(
    ("now", "arrived", "shown"),
    [(9 / 30 + MAX_GAP + 0.1, 60, 60), (10 / 30, 0, 10), (10 / 30, 10, 0)],
)
def test_a_gap_or_a_restart_begins_anew(now: float, arrived: int, shown: int) -> None:
    throughput = Throughput(frames=100)
    for frame in range(10):
        throughput.add(frame / 30, frame, frame)
    throughput.add(now, arrived, shown)
    assert throughput.seconds == 0
    throughput.add(now + 0.1, arrived + 3, shown + 2)
    assert throughput.arrived == pytest.approx(30)
    assert throughput.shown == pytest.approx(20)

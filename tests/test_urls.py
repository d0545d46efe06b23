"""URLs are shown without what is private in them."""

import pytest

from realtime_nst.urls import is_url, redact

SHOWN = {
    "http://camera/": "http://camera",
    "http://camera:8080/video.mjpg": "http://camera:8080/...",
    "http://admin:hunter2@camera/": "http://***@camera",
    "rtsp://admin:hunter2@10.0.0.1:554/ch1?token=hunter2": "rtsp://***@10.0.0.1:554/...",
    "rtsp://cam/user=admin&password=hunter2.sdp": "rtsp://cam/...",
    "rtmp://host/live/hunter2": "rtmp://host/...",
    "http://camera/#hunter2": "http://camera/...",
    "http://camera?key=hunter2": "http://camera/...",
    "http://hunter2@camera": "http://***@camera",
    "http://a:hun@ter2@camera/x": "http://***@camera/...",
    "srt://[::1]:9000?passphrase=hunter2": "srt://[::1]:9000/...",
    "http://admin:hunter2@[::1/": "http://***",
}


@pytest.mark.parametrize(("url", "shown"), SHOWN.items())
def test_redact_keeps_scheme_and_host_only(url: str, shown: str) -> None:
    assert redact(url).rstrip("/") == shown
    assert "hunter2" not in redact(url)


@pytest.mark.parametrize("address", ["0", "/dev/video2", "c:\\clip.mp4", "clip?.mp4", "screen:0"])
def test_redact_leaves_other_addresses_alone(address: str) -> None:
    assert redact(address) == address
    assert not is_url(address)

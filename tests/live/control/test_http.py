"""The HTTP interface over real connections: what it does, and whom it refuses."""

import json
from collections.abc import Iterator, Mapping
from fractions import Fraction
from http.client import HTTPConnection
from typing import Any

import cv2
import numpy as np
import pytest

from realtime_nst.errors import ControlError
from realtime_nst.frame import Frame
from realtime_nst.live.control.http import MAX_BYTES, ControlServer
from realtime_nst.live.control.preview import Preview
from realtime_nst.live.control.remote import RemoteControl

TYPE = {"Content-Type": "application/json"}
TOKEN = "secret"


@pytest.fixture
def preview() -> Preview:
    return Preview()


@pytest.fixture
def server(remote: RemoteControl, preview: Preview) -> Iterator[ControlServer]:
    with ControlServer("127.0.0.1", 0, remote, preview, lambda: {"fps": 30}, TOKEN) as opened:
        yield opened


def send(
    server: ControlServer,
    method: str,
    path: str,
    body: bytes | None = None,
    headers: Mapping[str, str] = {},
) -> tuple[int, Any]:
    host, port = server.url.removeprefix("http://").strip("/").split(":")
    connection = HTTPConnection("127.0.0.1" if host == "0.0.0.0" else host, int(port), timeout=10)
    try:
        connection.request(method, path, body, dict(headers))
        answer = connection.getresponse()
        content = answer.read()
    finally:
        connection.close()
    is_json = answer.headers.get_content_type() == "application/json" and content
    return answer.status, json.loads(content) if is_json else content


def put(server: ControlServer, name: str, value: object) -> tuple[int, Any]:
    return send(server, "PUT", f"/api/{name}", json.dumps({"value": value}).encode(), TYPE)


def post(server: ControlServer, name: str, value: object = None) -> tuple[int, Any]:
    return send(server, "POST", f"/api/{name}", json.dumps({"value": value}).encode(), TYPE)


def test_state(server: ControlServer, remote: RemoteControl) -> None:
    status, state = send(server, "GET", "/api/state")
    assert (status, state["status"], state["presets"]) == (200, {"fps": 30}, {})
    assert state["values"] == remote.values()
    assert state["styles"] == list(remote.styles)


def test_put_sets_a_value_and_returns_the_state(server: ControlServer) -> None:
    status, state = put(server, "strength", 0.5)
    assert (status, state["values"]["strength"]) == (200, 0.5)
    assert put(server, "style", "udnie")[1]["values"]["style"] == "udnie"
    assert put(server, "keep-colors", "toggle")[1]["values"]["keep-colors"] is True


def test_put_sets_several_values_at_once(server: ControlServer) -> None:
    body = json.dumps({"style": 3, "blend": 0.25}).encode()
    status, state = send(server, "PUT", "/api/state", body, TYPE)
    assert (status, state["values"]["style"], state["values"]["blend"]) == (200, "great-wave", 0.25)


def test_post_carries_out_an_action(server: ControlServer, remote: RemoteControl) -> None:
    assert post(server, "next")[1]["values"]["style"] == "udnie"
    assert send(server, "POST", "/api/snapshot", None, TYPE)[0] == 200
    assert remote.controls.settings.snapshots == 1
    assert post(server, "save-preset", 4)[1]["presets"] == {"4": "udnie"}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PUT", "/api/strength", b'{"value": 2}', 400),
        ("PUT", "/api/strength", b'{"value": NaN}', 400),
        ("PUT", "/api/strength", b'{"value": [0.5]}', 400),
        ("PUT", "/api/mirror", b'{"value": {}}', 400),
        ("PUT", "/api/strength", b"[1]", 400),
        ("PUT", "/api/strength", b"\xff", 400),
        ("PUT", "/api/strength", b"[" * 60000, 400),
        ("PUT", "/api/strength", b"1" * (MAX_BYTES + 1), 400),
        ("POST", "/api/preset", b'{"value": 1}', 400),
        ("PUT", "/api/volume", b'{"value": 1}', 404),
        ("PUT", "/", b'{"value": 1}', 404),
        ("POST", "/api/strength", b'{"value": 1}', 405),
        ("PUT", "/api/next", b"{}", 405),
        ("GET", "/secret", None, 404),
        ("GET", "/preview.jpg", None, 503),
        ("HEAD", "/api/state", None, 200),
    ],
)
def test_wrong_requests_are_answered(
    server: ControlServer, method: str, path: str, body: bytes | None, status: int
) -> None:
    found, answer = send(server, method, path, body, TYPE)
    assert found == status
    assert status == 200 or answer["error"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 415),
        ({"Content-Type": "text/plain"}, 415),
        ({"content-type": "application/json; charset=utf-8"}, 200),
        ({**TYPE, "Origin": "http://evil.example"}, 403),
        ({**TYPE, "Origin": "null"}, 403),
        ({**TYPE, "Sec-Fetch-Site": "cross-site"}, 403),
        ({**TYPE, "Host": "evil.example"}, 403),
        ({**TYPE, "Host": "[::1"}, 403),
    ],
)
def test_pages_of_other_sites_are_refused(
    server: ControlServer, headers: dict[str, str], status: int
) -> None:
    assert send(server, "POST", "/api/next", b"{}", headers)[0] == status


def test_the_page_may_change_things(server: ControlServer) -> None:
    origin = {"Origin": server.url.strip("/"), "Sec-Fetch-Site": "same-origin"}
    assert send(server, "POST", "/api/next", b"{}", {**TYPE, **origin})[0] == 200


def test_other_machines_need_the_token(remote: RemoteControl, preview: Preview) -> None:
    with ControlServer("0.0.0.0", 0, remote, preview, dict, TOKEN) as server:
        assert TOKEN in server.note
        # A client that names another host than loopback is treated as one on another machine.
        away = {"Host": "192.168.0.5:8081"}
        wrong, right = ({"Authorization": f"Bearer {given}"} for given in ("guess", TOKEN))
        assert send(server, "GET", "/api/state", None, away)[0] == 401
        assert send(server, "GET", "/preview.jpg", None, away)[0] == 401
        assert send(server, "GET", "/api/state", None, {**away, **wrong})[0] == 401
        assert send(server, "GET", "/api/state", None, {**away, **right})[0] == 200
        assert send(server, "GET", "/", None, away)[0] == 200
        assert send(server, "GET", "/api/state")[0] == 200


def test_page_and_description(server: ControlServer) -> None:
    status, page = send(server, "GET", "/")
    assert (status, page[:15]) == (200, b"<!doctype html>")
    assert send(server, "GET", "/openapi.json")[1]["openapi"] == "3.1.0"


def test_preview_is_the_newest_frame(server: ControlServer, preview: Preview) -> None:
    for value in (10, 200):
        image = np.full((960, 1280, 3), value, np.uint8)
        preview.put(Frame(image, 0, Fraction(0), 0.0))
    status, jpeg = send(server, "GET", "/preview.jpg")
    found = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert found is not None
    assert (status, found.shape) == (200, (480, 640, 3))
    assert found.mean() == pytest.approx(200, abs=1)


def test_taken_port(server: ControlServer, remote: RemoteControl, preview: Preview) -> None:
    port = int(server.url.rstrip("/").rpartition(":")[2])
    with pytest.raises(ControlError, match="cannot serve the control page") as refused:
        ControlServer("127.0.0.1", port, remote, preview, dict, TOKEN)
    assert "--control" in refused.value.hint

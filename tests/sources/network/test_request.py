"""HTTP requests: passwords are used, and never shown."""

from pathlib import Path

import pytest

from realtime_nst.errors import SourceError
from realtime_nst.sources.network.request import request
from tests.helpers.web_server import serving


def with_user(url: str, user: str) -> str:
    return url.replace("http://", f"http://{user}@") + "/note.txt?token=hunter2"


def test_request_uses_user_and_password(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("hello")
    with (
        serving(tmp_path, "admin:hunter 2") as (url, _),
        request(with_user(url, "admin:hunter%202")) as answer,
    ):
        assert answer.read() == b"hello"


@pytest.mark.parametrize("user", ["admin:hunter2", ""])
def test_a_refused_password_is_not_shown(tmp_path: Path, user: str) -> None:
    with serving(tmp_path, "admin:other") as (url, _), pytest.raises(SourceError) as caught:
        request(with_user(url, user) if user else f"{url}/note.txt")
    assert "401" in str(caught.value)
    assert "USER:PASSWORD" in caught.value.hint
    assert "hunter2" not in f"{caught.value}{caught.value.__cause__}"
    assert caught.value.__suppress_context__


def test_a_missing_file_and_a_missing_server_say_so(tmp_path: Path) -> None:
    with serving(tmp_path) as (url, _), pytest.raises(SourceError, match="404"):
        request(f"{url}/missing.mp4")
    with pytest.raises(SourceError, match=r"127.0.0.1:9/\.\.\.: Connection refused"):
        request("http://127.0.0.1:9/x")

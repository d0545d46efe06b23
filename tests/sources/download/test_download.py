"""Downloads from a real server on loopback."""

import sys
from collections.abc import Iterator
from pathlib import Path

import av
import pytest

from realtime_nst.errors import MissingExtraError, SourceError
from realtime_nst.sources.download import download, is_downloadable
from realtime_nst.sources.download.http import name_of
from tests.helpers.http_files import AUTHORIZATION, USER, Server, serving
from tests.helpers.video_clips import Clip, make

LONG = Clip(ticks=tuple(range(0, 200 * 512, 512)), sound="aac", options={"g": "25"})
"""Eight seconds."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for downloads."""
    place = tmp_path / "downloads"
    place.mkdir()
    return place


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Serves ``clip.mp4``, an HLS stream ``hls/index.m3u8`` and a page ``page.html``."""
    root = tmp_path / "root"
    (root / "hls").mkdir(parents=True)
    clip = make(root / "clip.mp4", LONG)
    hls(clip, root / "hls" / "index.m3u8")
    page = '<html><head><title>A film</title></head><video src="clip.mp4"></video></html>'
    (root / "page.html").write_text(page)
    (root / "empty.html").write_text("<html>nothing here</html>")
    with serving(root) as running:
        yield running


def hls(clip: Path, playlist: Path, **options: str) -> None:
    """Write a clip as an HLS stream in segments of two seconds."""
    asked = {"hls_time": "2", "hls_playlist_type": "vod", "hls_list_size": "0", **options}
    with av.open(str(clip)) as given, av.open(str(playlist), "w", options=asked) as result:
        copies = {each.index: result.add_stream_from_template(each) for each in given.streams}
        for packet in given.demux():
            if packet.dts is not None:
                packet.stream = copies[packet.stream.index]
                result.mux(packet)


def test_file_is_downloaded(server: Server, folder: Path, tmp_path: Path) -> None:
    sizes: list[tuple[int, int | None]] = []
    path = download(server.url("clip.mp4?token=1"), folder, lambda *size: sizes.append(size))
    content = (tmp_path / "root" / "clip.mp4").read_bytes()
    assert path == folder / "clip.mp4"
    assert path.read_bytes() == content
    assert sizes[-1] == (len(content), len(content))


def test_letters_and_spaces_in_a_url(server: Server, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "root" / "clip.mp4").rename(tmp_path / "root" / "Grüße an alle.mp4")
    assert download(server.url("Grüße an%20alle.mp4"), folder).name == "Grüße an alle.mp4"


@pytest.mark.parametrize("way", ["redirect/", "redirect/redirect/", "elsewhere/"])
def test_redirects_are_followed(server: Server, folder: Path, way: str) -> None:
    assert download(server.url(f"{way}clip.mp4"), folder).name == "clip.mp4"


def test_password_is_sent_to_its_host_only(server: Server, folder: Path) -> None:
    download(server.url("redirect/private/clip.mp4", USER), folder)
    assert [sent for _, sent in server.requests] == [AUTHORIZATION, AUTHORIZATION]
    server.requests.clear()
    download(server.url("elsewhere/clip.mp4", USER), folder)
    assert [sent for _, sent in server.requests] == [AUTHORIZATION, None]


@pytest.mark.parametrize(
    ("path", "user", "message", "hint"),
    [
        ("nothing.mp4?key=hidden", USER, r"no such file \(HTTP 404\)", "check the URL"),
        ("private/clip.mp4", "", r"needs a user name and password \(HTTP 401\)", "USER:PASSWORD"),
        ("private/clip.mp4", "bob:hidden", r"user name and password \(HTTP 401\)", "USER:PASS"),
        ("cut/clip.mp4", USER, r"connection was cut after 0\.1 of 0\.1 MB", "try again"),
        ("chunked/clip.mp4", USER, "the connection was cut", "try again"),
        ("hls/lost.m3u8", USER, r"no such file \(HTTP 404\)", "check the URL"),
    ],
)
def test_failures_leave_no_file_and_show_no_password(
    server: Server, folder: Path, path: str, user: str, message: str, hint: str
) -> None:
    with pytest.raises(SourceError, match=message) as caught:
        download(server.url(path, user), folder)
    assert hint in caught.value.hint
    assert list(folder.iterdir()) == []
    shown = f"{caught.value} {caught.value.hint}"
    assert not any(secret in shown for secret in ("secret", "hidden", "bob"))
    assert caught.value.__cause__ is None  # whose text may hold the URL


def test_unreachable_server(folder: Path) -> None:
    with serving(folder) as server:
        url = server.url("clip.mp4", USER)
    with pytest.raises(SourceError, match=r"http://\*\*\*@127\.0\.0\.1:\d+/\.\.\.: ") as caught:
        download(url, folder)
    assert "refused" in str(caught.value)


@pytest.mark.parametrize("url", ["http://host:port/a.mp4", "http://[host/a.mp4"])
def test_invalid_url(folder: Path, url: str) -> None:
    with pytest.raises(SourceError, match="not a valid URL"):
        download(url, folder)


def test_stream_is_refused(folder: Path) -> None:
    with pytest.raises(SourceError, match="only http and https") as caught:
        download("rtsp://bob:secret@camera/1", folder)
    assert "webcam" in caught.value.hint
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("segments", ["mpegts", "fmp4"])
def test_playlist_is_downloaded(
    server: Server, folder: Path, tmp_path: Path, segments: str
) -> None:
    root = tmp_path / "root"
    hls(root / "clip.mp4", root / "other.m3u8", hls_segment_type=segments)
    path = download(server.url("other.m3u8"), folder)
    assert path == folder / "other.mp4"
    with av.open(str(path)) as file:
        assert sum(1 for _ in file.decode(video=0)) == 200
    with av.open(str(path)) as file:
        assert file.streams.audio
        assert sum(1 for _ in file.decode(audio=0)) > 300


@pytest.mark.parametrize("number", [0, 1, 3])
def test_missing_segment_is_an_error(
    server: Server, folder: Path, tmp_path: Path, number: int
) -> None:
    (tmp_path / "root" / "hls" / f"index{number}.ts").unlink()
    with pytest.raises(SourceError, match=r"a part is missing after|Invalid data"):
        download(server.url("hls/index.m3u8"), folder)
    assert list(folder.iterdir()) == []


def test_live_playlist_is_refused(server: Server, folder: Path, tmp_path: Path) -> None:
    playlist = tmp_path / "root" / "hls" / "index.m3u8"
    lines = playlist.read_text().splitlines()
    kept = (line for line in lines if "ENDLIST" not in line and "PLAYLIST-TYPE" not in line)
    playlist.write_text("\n".join([*kept, ""]))
    with pytest.raises(SourceError, match="it is a live stream") as caught:
        download(server.url("hls/index.m3u8"), folder)
    assert "webcam" in caught.value.hint


def test_playlist_must_not_read_local_files(server: Server, folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "root" / "hls" / "index0.ts"
    playlist = tmp_path / "root" / "evil.m3u8"
    head = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n"
    playlist.write_text(f"{head}file://{secret}\n#EXT-X-ENDLIST\n")
    with pytest.raises(SourceError):
        download(server.url("evil.m3u8"), folder)


def test_video_of_a_page(server: Server, folder: Path) -> None:
    pytest.importorskip("yt_dlp", reason="yt-dlp is not tested")
    path = download(server.url("page.html"), folder)
    assert path.parent == folder
    assert path.stat().st_size > 1000
    assert path.suffix == ".mp4"


def test_page_without_video(server: Server, folder: Path) -> None:
    pytest.importorskip("yt_dlp", reason="yt-dlp is not tested")
    with pytest.raises(SourceError, match="cannot download") as caught:
        download(server.url("empty.html?key=hidden", USER), folder)
    assert "hidden" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_page_without_ytdlp(server: Server, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yt_dlp", None)
    with pytest.raises(MissingExtraError, match="a web page needs yt-dlp") as caught:
        download(server.url("page.html"), folder)
    assert "[sites]" in caught.value.hint


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://host/a/b.mkv#t=1", "b.mkv"),
        ("https://host/a/..%2f..%2fpasswd", "passwd.mp4"),
        ("https://host/a%00b%2Fc.mp4", "c.mp4"),
        ("https://host/%25d.mp4", "_d.mp4"),
        (f"https://host/{'x' * 300}.mp4", f"{'x' * 100}.mp4"),
    ],
)
def test_names(url: str, name: str) -> None:
    assert name_of(url) == name


def test_is_downloadable() -> None:
    assert is_downloadable("https://host/a.mp4")
    assert not is_downloadable("a.mp4")
    assert not is_downloadable("-")

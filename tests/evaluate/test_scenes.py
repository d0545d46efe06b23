"""The films that are made know their motion to the part of a pixel."""

import struct
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from realtime_nst.errors import SourceError
from realtime_nst.evaluate.ground_truth import read_flow, truth_scenes
from realtime_nst.evaluate.scenes import (
    clip_scene,
    films_in,
    fitted,
    motion_scenes,
    noise_scene,
)
from realtime_nst.evaluate.stability import flicker
from realtime_nst.evaluate.warping import FramePair
from realtime_nst.image_io.read import photos_in
from realtime_nst.image_io.write import write_image
from tests.helpers.scenes import film, panned, photo, photo_file

AREA = 160 * 120


def test_noise_is_all_that_changes(tmp_path: Path) -> None:
    scene = noise_scene(photo_file(tmp_path), AREA)
    stack = np.stack(scene.frames).astype(float)
    spread = stack.std(axis=0, ddof=1)
    middling = (stack.mean(axis=0) > 20) & (stack.mean(axis=0) < 235)
    assert spread[middling].mean() == pytest.approx(2, rel=0.1)
    assert flicker(scene, scene.frames) == pytest.approx(2 * 2 / np.pi**0.5, rel=0.1)


def test_made_motions_are_exact(tmp_path: Path) -> None:
    for scene in motion_scenes(photo_file(tmp_path), AREA):
        length = np.linalg.norm(scene.links[0].flow, axis=2)
        assert 0.1 < length.mean() < 2
        half = [
            FramePair(link.first, link.flow * np.float32(0.5), link.seen) for link in scene.links
        ]
        wrong = replace(scene, links=tuple(half))
        assert flicker(wrong, scene.frames) > 4 * flicker(scene, scene.frames), scene.name


def test_a_small_photo_will_do(tmp_path: Path) -> None:
    write_image(tmp_path / "small.png", fitted(photo(), 60 * 60))
    for scene in (
        *motion_scenes(tmp_path / "small.png", AREA),
        noise_scene(tmp_path / "small.png", AREA),
    ):
        assert scene.frames[0].shape == (60, 60, 3)


def test_a_clip_is_read_and_its_motion_found(tmp_path: Path) -> None:
    path = film(tmp_path / "pan.mkv", panned(3, 8))
    scene = clip_scene(path, AREA, 6)
    assert (scene.name, len(scene.frames), len(scene.links)) == ("pan", 6, 5)
    assert np.median(scene.links[2].flow[..., 0]) == pytest.approx(-3, abs=0.2)
    later = clip_scene(path, AREA, 6, start=Fraction(2, 25))
    np.testing.assert_array_equal(later.frames[0], scene.frames[2])


def test_a_cut_is_left_out(tmp_path: Path) -> None:
    upside_down = [np.ascontiguousarray(frame[::-1]) for frame in panned(3, 4)]
    path = film(tmp_path / "cut.mkv", [*panned(3, 4), *upside_down])
    assert 3 not in [link.first for link in clip_scene(path, AREA, 8).links]


def test_a_film_of_one_frame_is_refused(tmp_path: Path) -> None:
    path = film(tmp_path / "one.mkv", panned(3, 1))
    with pytest.raises(SourceError, match="no two frames"):
        clip_scene(path, AREA, 8)


def test_folders_of_films_and_photos(tmp_path: Path) -> None:
    path = film(tmp_path / "pan.mkv", panned(3, 2))
    picture = photo_file(tmp_path)
    assert films_in([tmp_path, path]) == [path, path]
    assert photos_in(tmp_path, 4) == [picture]
    with pytest.raises(SourceError, match="there is no"):
        films_in([tmp_path / "none"])
    with pytest.raises(SourceError, match="no images in"):
        photos_in(tmp_path / "none", 4)


def measured(folder: Path, step: int = 4) -> Path:
    """Write a scene like those of the data sets: three frames, a flow after the second, masks."""
    folder.mkdir(parents=True)
    frames = panned(step, 3)
    for number, frame in enumerate(frames, start=9):
        write_image(folder / f"frame_{number:04d}.png", frame)
    flow = np.zeros((120, 160, 2), "<f4")
    flow[..., 0] = -step
    flow[:10] = 2e9
    (folder / "frame_0010.flo").write_bytes(
        struct.pack("<fii", 202021.25, 160, 120) + flow.tobytes()
    )
    hidden = np.zeros((120, 160, 3), np.uint8)
    hidden[-10:] = 255
    write_image(folder / "occlusions_0010.png", hidden)
    return folder


def test_measured_motion_is_read(tmp_path: Path) -> None:
    measured(tmp_path / "alley")
    (scene,) = truth_scenes(tmp_path)
    (link,) = scene.links
    assert (scene.kind, scene.name, len(scene.frames), link.first) == ("truth", "alley", 3, 1)
    assert not link.seen[:10].any()
    assert not link.seen[-10:].any()
    assert link.seen[10:-10, 4:].all()
    assert flicker(scene, scene.frames) < 1e-6


def test_damaged_measurements_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no \.flo file"):
        truth_scenes(tmp_path)
    folder = measured(tmp_path / "alley")
    path = folder / "frame_0010.flo"
    whole = path.read_bytes()
    for stored, message in (
        (whole[:-4], "is truncated"),
        (b"x" * 30, "not a Middlebury"),
        (b"", "not a M"),
    ):
        path.write_bytes(stored)
        with pytest.raises(SourceError, match=message):
            read_flow(path)
    path.write_bytes(whole)
    (folder / "frame_0011.png").unlink()
    with pytest.raises(SourceError, match="frames that are missing"):
        truth_scenes(tmp_path)

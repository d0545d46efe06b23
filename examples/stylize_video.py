"""Stylize a video file: python stylize_video.py in.mp4 out.mp4."""

import sys

import realtime_nst as nst


def main(source: str, result: str, style: str = "great-wave") -> nst.VideoResult:
    """Convert a video, print its progress, and print what could not be kept."""

    def show(progress: nst.Progress) -> None:
        if progress.frames % 25 == 0:
            print(progress)

    done = nst.stylize_video(source, result, style=style, on_progress=show)
    print(f"{done.path}: {done.frames} frames in {done.seconds:.1f} s")
    for note in done.notes:
        print(f"note: {note}")
    return done


if __name__ == "__main__":
    main(*sys.argv[1:])

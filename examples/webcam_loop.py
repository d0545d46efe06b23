"""Stylize a camera in your own loop; press Esc in the window to stop."""

import cv2

import realtime_nst as nst

ESCAPE = 27
"""The code of the key that ends the loop."""


def main(source: int | str = 0, style: str = "starry-night", show: bool = True) -> int:
    """Show a stylized camera, or a video file; return the number of frames."""
    stylizer = nst.Stylizer(style, size=(640, 480))
    camera, count = cv2.VideoCapture(source), 0
    while True:
        found, frame = camera.read()
        if not found:
            break
        stylized = stylizer(frame)
        count += 1
        if show:
            cv2.imshow(style, stylized)
            if cv2.waitKey(1) == ESCAPE:
                break
    camera.release()
    return count


if __name__ == "__main__":
    main()

"""Example commands, shown at the end of each command's help."""

EXAMPLES = {
    "realtime-nst": (
        "realtime-nst webcam --style starry-night",
        "realtime-nst video in.mp4 out.mp4 --style great-wave",
        "realtime-nst image in.jpg out.jpg --style the-scream",
    ),
    "webcam": (
        "realtime-nst webcam --style starry-night --style udnie",
        "realtime-nst webcam --source 1 --size 1280x720 --style great-wave --sink live.mp4",
        "realtime-nst webcam --style the-scream --sink http://127.0.0.1:8080",
        "realtime-nst webcam --show 20 --control 127.0.0.1:8081",
    ),
    "video": (
        "realtime-nst video in.mp4 --preset web",
        "realtime-nst video in.mp4 out.mp4 --style starry-night",
        "realtime-nst video clips/ stylized/ --style great-wave --resume",
        "realtime-nst video in.mp4 out.mp4 --style udnie --style the-scream@10s --size x720",
        "realtime-nst video in.mp4 --style great-wave --preview",
        "realtime-nst video https://example.org/film.mp4 out.mp4 --style udnie",
    ),
    "image": (
        "realtime-nst image in.jpg out.jpg --style starry-night",
        "realtime-nst image photos/ stylized/ --style great-wave --tier quality",
        "realtime-nst image in.jpg out.png --style starry-night:0.6,udnie:0.4",
        "realtime-nst image in.jpg out.jpg --style the-scream --mask background",
        "realtime-nst image in.jpg out.jpg --style starry-night --palette 0 --stroke-size 2",
        "realtime-nst image inbox/ stylized/ --style udnie --watch",
    ),
    "info": ("realtime-nst info stylized.mp4", "realtime-nst info photos/*.jpg --json"),
    "config": ("realtime-nst config show video", "realtime-nst config path"),
    "config path": ("realtime-nst config path",),
    "config show": (
        "realtime-nst config show video",
        "realtime-nst config show video --preset web --crf 20",
    ),
    "cameras": ("realtime-nst cameras", "realtime-nst cameras --json"),
    "doctor": ("realtime-nst doctor", "realtime-nst doctor --json"),
    "train": (
        "realtime-nst train sunset.jpg --content photos/",
        "realtime-nst train sunset.jpg --content photos/ --resume",
        "realtime-nst train models/gallery-fast/recipe.toml --paintings paintings/",
    ),
    "export": (
        "realtime-nst export runs/sunset sunset.onnx",
        "realtime-nst export runs/sunset sunset.onnx --quantize int8 --content photos/",
    ),
    "gatys": (
        "realtime-nst gatys photo.jpg painting.jpg --out result.png",
        "realtime-nst gatys photo.jpg sky.jpg:0.3 waves.jpg:0.7 --out result.png --size 1024",
        "realtime-nst gatys photos/ painting.jpg --out results/ --keep-colors luminance",
    ),
    "styles": ("realtime-nst styles", "realtime-nst styles --long"),
    "styles sheet": (
        "realtime-nst styles sheet photo.jpg",
        "realtime-nst styles sheet photo.jpg --out sheet.png --tier quality --columns 4",
    ),
    "styles verify": (
        "realtime-nst styles verify",
        "realtime-nst styles verify sunset.onnx --paintings paintings/",
    ),
    "evaluate": (
        "realtime-nst evaluate quality starry-night --content photos/ --paintings paintings/",
        "realtime-nst evaluate stability starry-night --clips clips/",
    ),
    "evaluate fidelity": (
        "realtime-nst evaluate fidelity starry-night --content photos/ --style starry.jpg",
        "realtime-nst evaluate fidelity sunset.onnx --content photos/ --sizes 256,512 --json",
    ),
    "evaluate quality": (
        "realtime-nst evaluate quality starry-night --content photos/ --paintings paintings/",
        "realtime-nst evaluate quality sunset.onnx --content photos/ --no-vgg --sheet sheet.png",
    ),
    "evaluate stability": (
        "realtime-nst evaluate stability starry-night --clips clips/",
        "realtime-nst evaluate stability starry-night --content photos/ --plot stability.png",
    ),
    "bench": (
        "realtime-nst bench --style starry-night",
        "realtime-nst bench --style udnie --device cpu,openvino --precision fp32,int8",
        "realtime-nst bench --pipeline --source in.mp4 --save results/",
    ),
    "bench compare": (
        "realtime-nst bench compare starry-night starry-night@int8",
        "realtime-nst bench compare udnie@cpu udnie@openvino --size 1280x720",
    ),
}
"""Commands to try, by the command they belong to; the first is the most common use."""


def examples(command: str) -> str:
    """Return the examples of a command, one per line."""
    return "\n".join(EXAMPLES[command])

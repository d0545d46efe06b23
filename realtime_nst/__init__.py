"""Real-time neural style transfer for webcams, videos and stills."""

import os

__version__ = "0.1.0"

# ONNX Runtime reports its use to Microsoft on every system, and keeps a device id and a queue in
# the home directory. It decides when it is imported, so this comes before any import of it, and
# child processes inherit it. The second name is that of some of its versions.
for _name in ("ORT_DISABLE_TELEMETRY", "ORT_TELEMETRY_DISABLED"):
    os.environ.setdefault(_name, "1")

"""WebGPU, which comes to ONNX Runtime as a plugin: any GPU with Vulkan, Metal or Direct3D 12."""

from typing import Any

from realtime_nst.inference.devices import DEVICES
from realtime_nst.inference.engines.onnx_runtime_errors import failures, first_line

LIBRARY = "webgpu"
"""The plugin's name in this process."""


def web_gpus(runtime: Any) -> list[Any]:
    """The devices of the plugin; none where it is missing, cannot be loaded or finds no GPU."""
    provider = DEVICES["webgpu"].provider
    return [each for each in runtime.get_ep_devices() if each.ep_name == provider]


def why_no_web_gpu(runtime: Any) -> str | None:
    """Load the plugin, once in a process; what is wrong, if anything."""
    try:
        import onnxruntime_ep_webgpu as plugin
    except ImportError:
        return f"{DEVICES['webgpu'].package} is not installed"
    try:
        runtime.register_execution_provider_library(LIBRARY, plugin.get_library_path())
    except failures() as error:
        if "already registered" not in str(error):
            return first_line(error)
    return None if web_gpus(runtime) else "it finds no GPU it can use"

"""WebGPU plugin of ONNX Runtime: any GPU with Vulkan, Metal or Direct3D 12."""

from typing import Any

from realtime_nst.inference.devices import DEVICES
from realtime_nst.inference.engines.onnx_runtime_errors import first_line, runtime_errors

LIBRARY = "webgpu"
"""Name under which the plugin is registered in this process."""


def web_gpus(runtime: Any) -> list[Any]:
    """Return the plugin's devices; none if it is missing, does not load or finds no GPU."""
    provider = DEVICES["webgpu"].provider
    return [each for each in runtime.get_ep_devices() if each.ep_name == provider]


def why_no_web_gpu(runtime: Any) -> str | None:
    """Load the plugin, once per process; return why it cannot be used, or None."""
    try:
        import onnxruntime_ep_webgpu as plugin
    except ImportError:
        return f"{DEVICES['webgpu'].package} is not installed"
    try:
        runtime.register_execution_provider_library(LIBRARY, plugin.get_library_path())
    except runtime_errors() as error:
        if "already registered" not in str(error):
            return first_line(error)
    return None if web_gpus(runtime) else "it found no usable GPU"

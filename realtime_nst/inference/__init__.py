"""Run a model on this machine: devices, engines, autotuning and sessions."""

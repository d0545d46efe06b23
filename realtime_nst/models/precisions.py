"""Numeric precisions of a network."""

FP32, INT8, FP16, BF16 = "fp32", "int8", "fp16", "bf16"
"""Numeric precisions. bf16 is fp32 with a shorter fraction, on CPUs that support it."""
PRECISIONS = (FP32, INT8, FP16, BF16)
"""Values of ``--precision`` in addition to ``auto``."""

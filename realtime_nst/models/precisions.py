"""How precisely a network computes."""

FP32, INT8, FP16, BF16 = "fp32", "int8", "fp16", "bf16"
"""How precisely a network computes. bf16 is fp32 with shorter fractions, by a CPU that can."""
PRECISIONS = (FP32, INT8, FP16, BF16)
"""Everything ``--precision`` takes besides ``auto``."""

"""Which number format a device multiplies at speed."""

from __future__ import annotations

import torch

_CPU_UNITS = ("avx512_bf16", "amx_bf16", "bf16")


def fast_dtype(device: torch.device) -> torch.dtype:
    """bfloat16 where the hardware multiplies it, else float32."""
    if device.type == "cuda":
        return torch.bfloat16
    capabilities = torch.cpu.get_capabilities()
    has_unit = any(capabilities.get(unit) for unit in _CPU_UNITS)
    return torch.bfloat16 if has_unit else torch.float32

"""LSTMs in bfloat16 on CPUs where oneDNN, which torch uses by default, does not support them."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

import torch
from torch import nn
from torch.backends import mkldnn

from amal_attention.training.processes import is_first

__all__ = ["lstms_that_work"]


@contextlib.contextmanager
def lstms_that_work(model: nn.Module, precision: str, device: str = "cpu") -> Iterator[None]:
    """Use torch's own layers where oneDNN has no LSTM in bfloat16, and say so on stderr.

    oneDNN lacks it on x86 without AVX-512. torch's own layers learn the same, more slowly.

    Args:
        model: what is to be trained in this context.
        precision: as Lightning spells it, such as ``bf16-mixed``.
        device: the type of the device that it is trained on.
    """
    has_lstm = any(isinstance(module, nn.LSTM) for module in model.modules())
    if not has_lstm or device != "cpu" or not precision.startswith("bf16") or _is_there():
        yield
        return
    if is_first():
        print("amal: this processor has no bfloat16 LSTM in oneDNN: torch's own takes its place", file=sys.stderr)
    before, mkldnn.enabled = mkldnn.enabled, False  # type: ignore[assignment]
    try:
        yield
    finally:
        mkldnn.enabled = before


def _is_there() -> bool:
    """Whether an LSTM runs in bfloat16 as torch is set now; tried, as nothing tells."""
    try:
        with torch.autocast("cpu", torch.bfloat16), torch.random.fork_rng(devices=[]):
            nn.LSTM(1, 1)(torch.zeros(1, 1, 1))
    except RuntimeError:
        return False
    return True

"""What a model writes after some words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from amal_attention.tasks.bare import bare
from amal_attention.tasks.language.data.batch import RARE
from amal_attention.tasks.language.data.words import StreamWords

__all__ = ["TEMPERATURES", "Write", "continuations", "continue_words"]

TEMPERATURES = (0.0, 0.7, 1.0)
"""At which a model is shown."""


class Write(Protocol):
    """A function that goes on writing."""

    def __call__(self, model: Any, prompt: Tensor, steps: int, temperature: float, /) -> Tensor:
        """``prompt`` int ``(B, P)`` -> int ``(B, P + steps)``."""


class _NeverRare(nn.Module):
    """A model that thinks no rare word possible: it would write ``<rare>``."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, *inputs: Tensor) -> Tensor:
        logits: Tensor = self.model(*inputs)
        is_rare = torch.arange(logits.shape[-1], device=logits.device) == RARE
        return logits.masked_fill(is_rare, torch.finfo(logits.dtype).min)


def continue_words(
    model: nn.Module, write: Write, words: StreamWords, prompt: Sequence[str], steps: int, temperature: float, seed: int
) -> list[str]:
    """The words that a model writes after these; never ``<rare>``.

    Args:
        model: ``model(tokens, mask) -> logits``.
        write: how it goes on.
        words: the words that have a number.
        prompt: one word or more.
        steps: how many are written.
        temperature: 0 for the likeliest each time.
        seed: the seed of what is drawn; what others draw is left as it is.
    """
    device = next(model.parameters()).device
    tokens = torch.tensor([words.encode(prompt)], device=device)
    silent = _NeverRare(bare(model))
    silent.train(model.training)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        written = write(silent, tokens, steps, temperature)
    return words.decode(written[0, len(prompt) :].tolist())


def continuations(
    model: nn.Module,
    write: Write,
    words: StreamWords,
    prompt: str,
    steps: int = 30,
    temperatures: Sequence[float] = TEMPERATURES,
    seed: int = 0,
) -> dict[float, str]:
    """What a model writes after a prompt of words between spaces, by temperature."""
    begun = prompt.split()
    return {
        temperature: " ".join(continue_words(model, write, words, begun, steps, temperature, seed))
        for temperature in temperatures
    }

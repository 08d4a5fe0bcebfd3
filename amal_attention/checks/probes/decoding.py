"""Probes of decoders: modules that write lines token by token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from amal_attention.checks.expectation import Missed
from amal_attention.checks.probes.in_time import TimeProbe, with_another
from amal_attention.checks.probes.probe import Seen
from amal_attention.checks.wording import kind, shape

__all__ = ["DecoderProbe"]

_SHAPES = (
    "logits are (B, T, V), and the state (B, H), as the one that is given: squeeze(0) takes off the axis of layers"
)
_NO_WEIGHTS = "a decoder that attends to nothing has no weights: return logits, state, None"
_THREE = "return three things: the logits, the state after the last token, and the weights, or None without attention"


class DecoderProbe(TimeProbe):
    """Decoders: ``tokens (B, T)``, ``state (B, H)``, ``memory (B, S, H)``, ``mask (B, S)`` are what they read.

    They give logits ``(B, T, V)``, the state ``(B, H)`` after the last token, and weights ``(B, T, S)`` or None.

    Args:
        num_tokens: V.
        hidden_size: H.
        attends: whether it gives weights.
        steps: T.
    """

    def __init__(self, num_tokens: int, hidden_size: int, attends: bool = False, steps: int = 5) -> None:
        self.num_tokens, self.hidden_size, self.attends, self.number = num_tokens, hidden_size, attends, steps

    def inputs(self, lengths: Sequence[int], seed: int, under: float = 1.0) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """A source of each length, each with as many tokens that were written; states lie between -1 and 1."""
        generator = torch.Generator().manual_seed(seed)
        mask = torch.arange(max(lengths)) < torch.tensor(lengths).unsqueeze(1)
        tokens = torch.randint(self.num_tokens, (len(lengths), self.number), generator=generator)
        state = torch.randn(len(lengths), self.hidden_size, generator=generator).tanh()
        memory = torch.randn(*mask.shape, self.hidden_size, generator=generator)
        return tokens, state, torch.where(mask.unsqueeze(2), memory, under * memory), mask

    def shapes(self, inputs: tuple[Any, ...]) -> dict[str, tuple[int, ...]]:
        """The shapes of logits, state and weights, if there are any."""
        (rows, steps), (_, longest) = inputs[0].shape, inputs[3].shape
        always = {"logits": (rows, steps, self.num_tokens), "state": (rows, self.hidden_size)}
        return always | ({"weights": (rows, steps, longest)} if self.attends else {})

    def places(self, inputs: tuple[Any, ...]) -> Mapping[str, Tensor]:
        """Weights lie over the source."""
        return {"weights": inputs[3][:, None]} if self.attends else {}

    def main(self, inputs: tuple[Any, ...]) -> Sequence[str]:
        """The logits and the state."""
        return ["logits", "state"]

    def seen(self, reply: Any, inputs: tuple[Any, ...], *, finite: bool = True, mend: bool = True) -> Seen:
        """The parts; ``mend`` puts axes of length 1 of the state right, and drops what weights a plain decoder gives.

        Raises:
            Missed: it is no such reply.
        """
        if not isinstance(reply, (tuple, list)) or len(reply) < 2 or (len(reply) != 3 and not mend):
            raise Missed("logits, state and weights, or None for these", kind(reply), _THREE, self.sent(inputs))
        if not (mend or self.attends or reply[2] is None):
            raise Missed("None in place of weights", kind(reply[2]), _NO_WEIGHTS, self.sent(inputs))
        shape_of = self.shapes(inputs)
        logits, state, *weights = reply if self.attends else reply[:2]
        if mend and isinstance(state, Tensor) and state.squeeze().shape == inputs[1].squeeze().shape:
            state = state.reshape(inputs[1].shape)
        if [getattr(each, "shape", None) for each in (logits, state)] != [*self.shapes(inputs).values()][:2]:
            raise Missed(
                f"logits {shape_of['logits']} and a state {shape_of['state']}",
                f"{kind(logits)}, and {kind(state)}",
                _SHAPES,
                self.sent(inputs),
            )
        return super().seen((logits, state, *weights), inputs, finite=finite, mend=mend)

    def sent(self, inputs: tuple[Any, ...]) -> str:
        """The shapes of all four."""
        tokens, state, memory, mask = inputs
        return f"tokens {shape(tokens)}, state {shape(state)}, memory {shape(memory)}, mask {shape(mask)}"

    def steps(self, inputs: tuple[Any, ...]) -> int:
        """How many tokens were written."""
        return int(inputs[0].shape[1])

    def in_time(self, inputs: tuple[Any, ...]) -> Sequence[str]:
        """Logits, and weights if there are any."""
        return ["logits", "weights"] if self.attends else ["logits"]

    def another(self, inputs: tuple[Any, ...], place: int, seed: int) -> tuple[Any, ...]:
        """The inputs with another token at one place of each row."""
        tokens, *others = inputs
        return with_another(tokens, place, range(self.num_tokens), seed), *others

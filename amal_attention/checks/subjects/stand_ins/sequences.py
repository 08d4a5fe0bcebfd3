"""Stand-ins for what reads and writes lines: encoders, decoders and scores."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from amal_attention.checks.subjects.stand_ins.registry import stand_in

__all__ = ["FixedEncoder", "ScriptedDecoder"]


@stand_in
class FixedEncoder(nn.Module):
    """An encoder that says what it was told to say, whatever it reads. It keeps what it was handed.

    Args:
        memory: float ``(B, S, H)``. A smaller batch gets the first rows.
        final: float ``(B, H)``, the same. Both are parameters, so that one sees whether a gradient reaches them.

    Attributes:
        out_features: the width of ``final``.
        calls: how often it was called, int, one number.
        tokens: what it was handed last, ``(B, S)``.
        mask: the same, ``(B, S)``.
    """

    def __init__(self, memory: Tensor, final: Tensor) -> None:
        super().__init__()
        self.memory, self.final = nn.Parameter(memory.clone()), nn.Parameter(final.clone())
        self.out_features = final.shape[1]
        self.calls: Tensor
        self.register_buffer("calls", torch.tensor(0))  # buffers are seen in the state, from another process too
        self.tokens: Tensor | None
        self.register_buffer("tokens", None)
        self.mask: Tensor | None
        self.register_buffer("mask", None)

    def forward(self, tokens: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """``tokens`` int ``(B, S)``, ``mask`` bool ``(B, S)`` -> memory ``(B, S, H)``, final ``(B, H)``."""
        self.calls = self.calls + 1
        self.tokens, self.mask = tokens.detach().clone(), mask.detach().clone()
        return self.memory[: len(tokens)].clone(), self.final[: len(tokens)].clone()


@stand_in
class ScriptedDecoder(nn.Module):
    """A decoder that writes by a table, which all that it reads picks a row from. It counts what it reads.

    Its state is a whole number below M, the row of the table that the logits are. With each token it becomes 7 times
    itself, plus 3 times the token, plus the first number of the memory, plus how many characters the source has, plus
    1, modulo M.

    Args:
        table: the logits of each state, float ``(M, V)``. It is a parameter, so that logits carry a gradient as those
            of any decoder.

    Attributes:
        calls: how often it was called, int, one number.
        read: how many tokens of a line it has read in all its calls, the same.
    """

    def __init__(self, table: Tensor) -> None:
        super().__init__()
        self.table = nn.Parameter(table.clone())
        self.calls: Tensor
        self.register_buffer("calls", torch.tensor(0))
        self.read: Tensor
        self.register_buffer("read", torch.tensor(0))

    def forward(self, tokens: Tensor, state: Tensor, memory: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, None]:
        """Go on from a state.

        Args:
            tokens: int ``(B, T)``.
            state: float ``(B, 1)``.
            memory: float ``(B, S, H)``.
            mask: bool ``(B, S)``.

        Returns:
            logits ``(B, T, V)``, the state after the last token ``(B, 1)``, None.

        Raises:
            ValueError: they are not all of B lines.
        """
        counts = [len(each) for each in (tokens, state, memory, mask)]
        if len(set(counts)) > 1:
            raise ValueError(f"expected tokens, state, memory and mask of as many lines; got {counts}")
        self.calls, self.read = self.calls + 1, self.read + tokens.shape[1]
        source = memory[:, 0, :1] + mask.sum(dim=1, keepdim=True) + 1
        rows = []
        for token in tokens.unbind(dim=1):
            state = (7 * state + 3 * token.unsqueeze(1) + source) % len(self.table)
            rows.append(state.long())
        return self.table[torch.cat(rows, dim=1)], state, None

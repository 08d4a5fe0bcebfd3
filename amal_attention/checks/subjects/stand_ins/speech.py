"""Stand-ins for models that write: what comes next is known, and how they were called is kept.

In training mode they prefer what they like least in evaluation, as a model does whose dropout is not off.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from amal_attention.checks.subjects.stand_ins.registry import stand_in

__all__ = ["FixedSpeech", "FixedSpeller", "ScriptedTranslator"]

_START, _END = 1, 2


class _Speaker(nn.Module):
    """What all of them keep.

    Attributes:
        in_training: whether a call found it in training mode, bool, one number.
        with_graph: whether a call found gradients recorded, the same.
    """

    def __init__(self) -> None:
        super().__init__()
        self.in_training: Tensor
        self.register_buffer("in_training", torch.tensor(False))  # buffers are seen from another process too
        self.with_graph: Tensor
        self.register_buffer("with_graph", torch.tensor(False))

    def said(self, logits: Tensor) -> Tensor:
        """The logits as they are said now."""
        self.in_training = self.in_training | self.training
        self.with_graph = self.with_graph | torch.is_grad_enabled()
        return -logits if self.training else logits


@stand_in
class FixedSpeech(_Speaker):
    """A language model whose logits stand in a table, by the last two tokens.

    Before the first token, and where the mask is False, it reads token 0.

    Args:
        table: float ``(V, V, V)``: logits of what follows, by the token before the last and by the last. It is a
            parameter, so that logits carry a gradient as those of any model.

    Attributes:
        tokens: what it was handed last, ``(B, L)``.
        hidden: whether a call came with another mask than bool ``(B, L)``, True everywhere; bool, one number.
        in_training: whether a call found it in training mode, bool, one number.
        with_graph: whether a call found gradients recorded, the same.
    """

    def __init__(self, table: Tensor) -> None:
        super().__init__()
        self.table = nn.Parameter(table.clone())
        self.tokens: Tensor | None
        self.register_buffer("tokens", None)
        self.hidden: Tensor
        self.register_buffer("hidden", torch.tensor(False))

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """``tokens`` int ``(B, L)``, ``mask`` bool ``(B, L)`` -> logits ``(B, L, V)``."""
        self.tokens = tokens.detach().clone()
        self.hidden = self.hidden | (mask.shape != tokens.shape) | (mask.dtype != torch.bool) | ~mask.all()
        read = tokens.masked_fill(~mask, 0)
        return self.said(self.table[F.pad(read, (1, -1)), read])


@stand_in
class FixedSpeller(_Speaker):
    """A translator that spells a known answer, one for each row, whatever the source.

    What it says of a row is right as long as it reads START and the answer so far, and token 0 from the first other
    token on. Behind the answer it says its last token.

    Args:
        answers: int ``(B, n)``: each ends with token 2, and is filled up with any number. A smaller batch gets the
            first rows.

    Attributes:
        source: what it was handed last to read, ``(B, S)``.
        source_mask: where it was told that tokens are, the same.
        in_training: whether a call found it in training mode, bool, one number.
        with_graph: whether a call found gradients recorded, the same.
    """

    def __init__(self, answers: Tensor) -> None:
        super().__init__()
        self.answers: Tensor
        self.register_buffer("answers", answers.clone())
        self.loudness = nn.Parameter(torch.ones(()))
        self.source: Tensor | None
        self.register_buffer("source", None)
        self.source_mask: Tensor | None
        self.register_buffer("source_mask", None)

    def forward(self, source: Tensor, source_mask: Tensor, teacher: Tensor) -> Tensor:
        """``source``, ``source_mask`` ``(B, S)``, ``teacher`` int ``(B, T)`` -> logits ``(B, T, V)``."""
        self.source, self.source_mask = source.clone(), source_mask.clone()
        rows, steps = teacher.shape
        answers, last = self.answers[:rows], int(self.answers.max())
        read = F.pad(torch.cat([torch.full_like(answers[:, :1], _START), answers], dim=1), (0, steps), value=last)
        over = (read == _END).cumsum(dim=1)[:, :steps] > 0
        astray = ((teacher != read[:, :steps]) & ~over).cumsum(dim=1) > 0
        follows = read[:, 1 : steps + 1].masked_fill(over, last).masked_fill(astray, 0)
        spelt = F.one_hot(follows, last + 1)
        return self.said(self.loudness * spelt)


@stand_in
class ScriptedTranslator(_Speaker):
    """A translator that is made of an encoder and a decoder, and decodes the whole teacher at each call.

    Args:
        encoder: ``encoder(source, source_mask) -> memory, final``.
        decoder: ``decoder(teacher, final, memory, source_mask) -> logits, state, weights``.

    Attributes:
        in_training: whether a call found it in training mode, bool, one number.
        with_graph: whether a call found gradients recorded, the same.
    """

    def __init__(self, encoder: nn.Module, decoder: nn.Module) -> None:
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def forward(self, source: Tensor, source_mask: Tensor, teacher: Tensor) -> Tensor:
        """``source``, ``source_mask`` ``(B, S)``, ``teacher`` int ``(B, T)`` -> logits ``(B, T, V)``."""
        memory, final = self.encoder(source, source_mask)
        logits, _, _ = self.decoder(teacher, final, memory, source_mask)
        return self.said(logits)

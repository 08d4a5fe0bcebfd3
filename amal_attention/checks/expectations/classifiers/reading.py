"""How a classifier is read: its logits, what its pooling is handed, and whether a fault is one that it inherits."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from amal_attention.checks.expectation import Missed
from amal_attention.checks.subjects.stand_ins.texts import FixedAttention
from amal_attention.checks.subjects.subject import Subject, subject
from amal_attention.checks.values import same
from amal_attention.checks.wording import kind, shape

__all__ = [
    "AT_STRENGTH_0",
    "A_COPY",
    "IN_EVALUATION",
    "LEARNS_TOO",
    "NOT_BY_MASK",
    "SQUASHED",
    "UNREGISTERED",
    "Attention",
    "Module",
    "Received",
    "are_alike",
    "drawn_parameters",
    "handed",
    "in_bits",
    "labels_sent",
    "logits_of",
    "misses_alike",
    "mistake_of_logits",
    "or_zeros",
    "other_mask",
    "other_vectors",
    "received",
    "type_of",
    "unless_inherited",
]

Module = nn.Module | Subject
Attention = FixedAttention | Subject
UNREGISTERED = "self.pooling = pooling: in a list, or behind a property, a module is not registered"
LEARNS_TOO = "the pooling learns too: no requires_grad_(False) for it"
A_COPY = "a copy of the pooling is called: keep the one that is given, self.pooling = pooling"
NOT_BY_MASK = "hand the mask on as it is: the numbers of the tokens do not tell which places are padding"
IN_EVALUATION = "no self.eval() in training_step, and no self.train() elsewhere: the Trainer sees to the mode"
AT_STRENGTH_0 = "with strength 0 the loss is the cross-entropy alone: is 0 taken for no strength at all, and replaced?"
SQUASHED = "no softmax and no sigmoid in the model: cross-entropy takes the logits, and applies its own softmax"


def logits_of(looked_at: Subject, batch: Any) -> Tensor:
    """The logits ``(B, C)`` of a batch.

    Raises:
        Missed: something else came.
    """
    logits = looked_at(batch.tokens, batch.mask)
    if not (isinstance(logits, Tensor) and logits.ndim == 2):
        raise Missed("logits, a tensor (B, C)", kind(logits), mistake_of_logits(logits, len(batch.tokens)))
    return logits.detach()


def mistake_of_logits(came: Any, count: int, num_classes: int = 0) -> str:
    """Why what forward gives are no logits of ``count`` reviews."""
    if came is None:
        return "does forward end with return?"
    if isinstance(came, (tuple, list)):
        return "forward returns the logits alone, one tensor: the weights of the attention stay behind"
    if isinstance(came, Tensor) and not came.is_floating_point():
        return "forward returns the logits as they are: no argmax, cross-entropy needs them all"
    if isinstance(came, Tensor) and count == 1 and came.ndim == 1:
        return "squeeze() also squeezes a batch of one; give it a dim"
    if isinstance(came, Tensor) and num_classes and came.shape[:-1] == (count,):
        return f"the last layer has num_classes numbers, {num_classes}: it gives {came.shape[-1]}"
    return "a linear layer on the pooled vectors"


def handed(attention: Attention, model: Module | None = None) -> tuple[Tensor, Tensor]:
    """The vectors and the mask that it was handed last; ``model``, which is around it, shows whether a copy was called.

    Raises:
        Missed: it was not called.
    """
    read = received(subject(attention))
    if read is None:
        copied = model is not None and received(subject(model)) is not None
        hint = A_COPY if copied else "self.pooling(x, mask)"
        raise Missed("forward to call the pooling", "a call of a copy" if copied else "no call", hint)
    return read.x, read.mask


class Received(NamedTuple):
    """What a :class:`FixedAttention` was handed last, and whether it was in training mode."""

    x: Tensor
    mask: Tensor
    in_training: bool


def received(looked_at: Subject) -> Received | None:
    """What the :class:`FixedAttention` that this is, or that is in it, was handed; None if it was not called."""
    state = looked_at.state()
    for name in state:
        inside, _, last = name.rpartition("in_training")
        if not last and {inside + "x", inside + "mask"} <= set(state):
            return Received(state[inside + "x"], state[inside + "mask"], bool(state[name]))
    return None


def other_mask(mask: Tensor, batch: Any, sent: str) -> Missed | None:
    """What is wrong with the mask that a pooling was handed, if anything is."""
    if mask.dtype != batch.mask.dtype:
        return Missed(f"a mask of {type_of(batch.mask)}", f"one of {type_of(mask)}", "hand the mask on as it is", sent)
    if mask.shape != batch.mask.shape or not bool((mask == batch.mask).all()):
        return Missed(f"the mask {in_bits(batch.mask)}", f"{in_bits(mask)}", NOT_BY_MASK, sent)
    return None


def other_vectors(x: Tensor, vectors: Tensor, batch: Any, sent: str) -> Missed | None:
    """What is wrong with the vectors that a pooling was handed, if anything is."""
    if x.shape == vectors.shape and same(x[batch.mask], vectors[batch.mask]):
        return None
    return Missed(
        f"the vectors of the words, {shape(vectors)}",
        kind(x) if x.shape != vectors.shape else "other vectors",
        "x is the embedding of the tokens, row by row",
        sent,
    )


def unless_inherited(
    look: Callable[[Subject], None], looked_at: Subject, plain: Callable[[], Module] | None, exactly: bool = True
) -> None:
    """Look at a classifier; what is missed is not charged where the one that it may inherit from misses the same.

    Where not ``exactly``, it need not be by the same numbers: something random may be inherited.

    Raises:
        Exception: what ``look`` raises.
    """
    state = looked_at.state() if plain is not None else {}
    try:
        look(looked_at)
    except Exception as missed:
        if plain is None or not misses_alike(look, plain, state, str(missed) if exactly else None):
            raise


def misses_alike(
    look: Callable[[Subject], None], other: Callable[[], Module], state: dict[str, Tensor], missed: str | None
) -> bool:
    """Whether another classifier misses this, or anything if it is None, from this state; not if it cannot be built."""
    try:
        its = subject(other())
        its.load(state)
    except Exception:
        return False
    try:
        look(its)
    except Exception as beside:
        return missed is None or str(beside) == missed
    return False


def drawn_parameters(looked_at: Subject, seed: int, leave: Collection[torch.Size], size: float) -> dict[str, Tensor]:
    """Numbers at random for the parameters, and their own for those of the shapes to ``leave``."""
    generator = torch.Generator().manual_seed(seed)
    return {
        name: each if each.shape in leave else size * torch.randn(each.shape, generator=generator)
        for name, each in looked_at.parameters().items()
    }


def or_zeros(gradient: Tensor | None, like: Tensor) -> Tensor:
    """The gradient, zeros where there is none."""
    return torch.zeros_like(like) if gradient is None else gradient


def are_alike(first: Tensor, second: Tensor) -> bool:
    """Whether numbers differ by no more than 0.1 %, as losses of two ways to compute them do."""
    return torch.allclose(first.double(), second.double(), rtol=1e-3, atol=1e-4, equal_nan=True)


def type_of(tensor: Tensor) -> str:
    """The name of its dtype, such as "float32"."""
    return str(tensor.dtype).removeprefix("torch.")


def labels_sent(batch: Any) -> str:
    """How many labelled reviews a batch has, in words."""
    return f"a batch of {len(batch.labels)} labelled reviews"


def in_bits(mask: Tensor) -> str:
    """A mask as rows of 0 and 1."""
    return str(mask.int().tolist())

"""An expectation on masks of attention: what is hidden is hidden from the softmax."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.subjects.nests import leaves
from amal_attention.checks.subjects.subject import FunctionSubject, Subject, function_subject, randomised, subject
from amal_attention.checks.values import same
from amal_attention.checks.wording import kind, numbers, shape, tensors_sent

__all__ = ["hides_from_softmax"]

Answer = nn.Module | Subject | FunctionSubject | Callable[..., Any]

_TINY = 1e-30
"""What a score of -100 leaves is 0 for all purposes."""
_NOT_MASKED = "the mask changes nothing: a score is -inf where the mask is False"
_INVERTED = "the mask is inverted: True is where one may look"
_AFTER = "the mask comes before the softmax, not after it: what is left no longer sums to 1"
_OF_THE_FIRST = "each text has a mask of its own: this is that of the first one for all"
_STILL_WEIGHS = "hidden places still weigh something: their scores are -inf before the softmax, not 0, and not -20"


@expectation("what the mask hides weighs exactly 0, and the rest weighs as its scores tell")
def hides_from_softmax(
    answer: Answer,
    inputs: Sequence[Any],
    mask: Tensor,
    *,
    places: Tensor | None = None,
    part: int = 1,
    mistakes: Mapping[str, Callable[..., Tensor]] | None = None,
    seed: int = 0,
    what: str = "",
    hint: str = "",
) -> None:
    """Under a mask, the weights of the places that are seen are those without a mask, divided by their sum.

    Args:
        answer: a function, or a module, whose parameters are made random; it is called with the mask last.
        inputs: what comes before.
        mask: bool, of which each row has a place that is seen.
        places: the mask as it lies over the weights; as it is by default.
        part: which tensor of the reply has the weights.
        mistakes: what gives the weights of likely mistakes from the inputs and the mask, by the hint that names them.
        seed: another seed, other parameters.
        what: the title of the expectation.
        hint: the likely mistake, told with a miss.
    """
    looked_at = _asked(answer, (*inputs, mask), seed)
    plain, weights = (
        _weights(reply, part) for reply in looked_at.each([(*inputs, torch.ones_like(mask)), (*inputs, mask)])
    )
    sent = tensors_sent([each for each in leaves((*inputs, mask)) if isinstance(each, Tensor)])
    if plain.shape != weights.shape:
        raise Missed(f"weights as without a mask, {shape(plain)}", shape(weights), hint, sent)
    seen = (mask if places is None else places).expand(plain.shape)
    expected, hidden = _shares(plain, seen), weights.masked_fill(seen, 0).abs()
    if not same(weights, expected) or (hidden > _TINY).any():
        known = (name for name, wrong in (mistakes or {}).items() if same(weights, wrong(*inputs, mask)))
        likely = next(known, "") or _likely(weights, plain, seen, hidden)
        raise Missed(numbers(expected, weights), numbers(weights, expected), likely or hint, sent)


def _asked(answer: Answer, inputs: Sequence[Any], seed: int) -> FunctionSubject:
    if not isinstance(answer, nn.Module | Subject):
        return function_subject(answer)
    subject(answer).materialise(*inputs)
    return randomised(answer, seed)


def _weights(reply: Any, part: int) -> Tensor:
    """One tensor of a reply.

    Raises:
        Missed: it is not there.
    """
    parts = list(leaves(reply))
    if len(parts) <= part or not isinstance(parts[part], Tensor):
        raise Missed("a pair, the weights last", kind(reply))
    found: Tensor = parts[part].detach()
    return found


def _shares(weights: Tensor, seen: Tensor) -> Tensor:
    """The weights of what is seen, over their sum."""
    kept = weights.double().masked_fill(~seen, 0)
    return kept / kept.sum(dim=-1, keepdim=True)


def _likely(weights: Tensor, plain: Tensor, seen: Tensor, hidden: Tensor) -> str:
    """The mistake that the weights show by themselves."""
    if same(weights, plain):
        return _NOT_MASKED
    if same(weights, plain.masked_fill(~seen, 0)):
        return _AFTER
    if same(weights.masked_fill(seen, 0), weights):
        return _INVERTED
    if (seen != seen[:1]).any() and same(weights, _shares(plain, seen[:1].expand_as(seen))):
        return _OF_THE_FIRST
    return _STILL_WEIGHS if (hidden > _TINY).any() else ""

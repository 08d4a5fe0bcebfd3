"""Expectations on models that are trained to write: what a step of training costs, and what validation logs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.subjects.subject import Subject, subject
from amal_attention.checks.values import same
from amal_attention.checks.wording import batch_sent

__all__ = ["costs_tokens", "trains_as", "validates_over_tokens"]

Module = nn.Module | Subject
Cost = Callable[[Mapping[str, Tensor]], Tensor]
Loss = Callable[[Tensor, Tensor, Tensor], Any]

_STEPS = 8
_TOLERANCE = 1e-4
_OTHER_COST = (
    "the loss of the statement, place by place, of the logits that forward gives; hand the masks on as they are"
)
_FROZEN = "no requires_grad_(False): all of the model is trained together"
_BY_STEP = (
    "another loss at another step, from the same parameters: nothing is drawn, and nothing kept, in training_step"
)
_OVER_TOKENS = "batches weigh by their tokens: self.log(..., batch_size=number of tokens of the batch)"
_A_SUM = "the sum over the tokens of a batch: val_loss is their mean"
_WITH_TEACHER = "in validation the decoder reads the teacher, with teacher_forcing=False too, and nothing is dropped"
_ANEW = "what one validation counted goes on into the next: reset it, as self.log does"


@expectation("training_step returns the loss of the logits, and all of the model learns by it")
def costs_tokens(
    model: Module,
    batch: Any,
    loss: Loss,
    *,
    logits: Tensor | None = None,
    mistakes: Mapping[str, Tensor] | None = None,
    what: str = "",
    hint: str = "",
) -> None:
    """A step of training costs what ``loss`` makes of the logits, and a gradient reaches every parameter.

    The parameters stay as they are.

    Args:
        model: a LightningModule, called with ``source``, ``source_mask`` and ``teacher``.
        batch: what it is trained on.
        loss: a function of logits, target and mask.
        logits: the logits that training leads to; by default what the model gives, read with the teacher.
        mistakes: other logits, by the hint that names the mistake.
        what: the title of the expectation.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    looked_at = subject(model)
    if logits is None:
        logits = looked_at.eval()(batch.source, batch.source_mask, batch.teacher)
    frozen = looked_at.frozen()
    if frozen:
        raise Missed("parameters that learn", f"{frozen[0]}, which does not", _FROZEN)
    start = looked_at.parameters()
    trained = looked_at.steps([batch] * _STEPS, [start] * _STEPS)
    looked_at.load(start)
    expected, *others = (
        torch.as_tensor(loss(each, batch.target, batch.target_mask)).detach()
        for each in (logits, *(mistakes or {}).values())
    )
    for came, gradients in trained:
        if not same(came, expected, _TOLERANCE):
            fits = (name for name, other in zip(mistakes or {}, others, strict=True) if same(came, other, _TOLERANCE))
            likely = next(fits, "") or hint or _OTHER_COST
            raise Missed(f"a loss of {float(expected):.4g}", f"{float(came):.4g}", likely, batch_sent(batch))
        for name, gradient in gradients.items():
            if gradient is None or not gradient.any():
                raise Missed(f"a gradient for {name}", "none", _cut_off(name), batch_sent(batch))


@expectation("a step of training costs what it should, and follows the gradient of that")
def trains_as(
    model: Module,
    batch: Any,
    costs: Sequence[Cost],
    *,
    mistakes: Mapping[str, Cost] | None = None,
    what: str = "",
    seed: int = 0,
    times: int = 2,
    hint: str = "",
) -> None:
    """The loss of ``training_step`` is one of ``costs``, and its gradient that of the same cost, at each step.

    Args:
        model: a LightningModule.
        batch: what it is trained on.
        costs: right losses, each computed here from the parameters and buffers, by name, in a way that autograd can
            follow.
        mistakes: other losses, by the hint that names the mistake.
        what: the title of the expectation.
        seed: another seed, other parameters.
        times: how often to look.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    looked_at = subject(model)
    for look in range(seed, seed + times):
        start, state = looked_at.randomise(look).parameters(), looked_at.state()
        trained = looked_at.steps([batch] * _STEPS, [start] * _STEPS)
        known = [_cost(each, start, state) for each in costs]
        for loss, gradients in trained:
            fits = [by_name for expected, by_name in known if same(loss, expected, _TOLERANCE)]
            if not fits:
                first = known[0][0]
                steady = same(loss, trained[0][0], _TOLERANCE)
                likely = _named(mistakes, start, state, loss) or hint or _OTHER_COST
                raise Missed(f"a loss of {first:.4g}", f"{loss:.4g}", likely if steady else _BY_STEP, batch_sent(batch))
            _follows(gradients, fits[0], batch, hint)


@expectation("validation logs val_loss, the mean over all tokens")
def validates_over_tokens(
    model: Module,
    batches: Sequence[Any],
    losses: Sequence[Loss],
    *,
    seed: int = 0,
    hint: str = "",
) -> None:
    """Batches with more tokens weigh more in ``val_loss``; each is read with its teacher, in evaluation mode.

    Args:
        model: a LightningModule, called with ``source``, ``source_mask`` and ``teacher``.
        batches: the first has more tokens than the second.
        losses: right losses of logits, target and mask; one of them is logged.
        seed: another seed, other parameters.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    looked_at = subject(model).eval().randomise(seed)
    logits = [looked_at(batch.source, batch.source_mask, batch.teacher).detach() for batch in batches]
    tokens = torch.tensor([float(batch.target_mask.sum()) for batch in batches])
    of_each = [_of_each(loss, logits, batches) for loss in losses]
    sent = f"batches of {_listed(tokens)} tokens"
    came = _logged(looked_at.validate(batches), sent)
    expected = [float((each * tokens).sum() / tokens.sum()) for each in of_each]
    if not any(_near(came, each) for each in expected):
        likely = next((name for each in of_each for name, wrong in _mistakes(each, batches) if _near(came, wrong)), "")
        raise Missed(f"val_loss {expected[0]:.4g}", f"{came:.4g}", likely or hint or _WITH_TEACHER, sent)
    again = _logged(looked_at.validate(batches[1:2]), sent)
    if not any(_near(again, float(each[1])) for each in of_each):
        raise Missed(f"val_loss {float(of_each[0][1]):.4g} of the second batch alone", f"{again:.4g}", _ANEW, sent)


def _cost(cost: Cost, start: Mapping[str, Tensor], state: Mapping[str, Tensor]) -> tuple[Tensor, dict[str, Tensor]]:
    """A cost, and its gradient for each parameter, zeros where there is none."""
    parameters = {name: each.clone().requires_grad_() for name, each in start.items()}
    total = cost({**state, **parameters})
    found = torch.autograd.grad(total, list(parameters.values()), allow_unused=True)
    by_name = zip(parameters.items(), found, strict=True)
    return total.detach(), {name: torch.zeros_like(each) if it is None else it for (name, each), it in by_name}


def _follows(gradients: Mapping[str, Tensor | None], expected: Mapping[str, Tensor], batch: Any, hint: str) -> None:
    """Look whether the gradients of a step are those of its cost.

    Raises:
        Missed: one of them is not.
    """
    for name, right in expected.items():
        came = gradients.get(name)
        if came is None and right.any():
            raise Missed(f"a gradient for {name}", "none", hint or _cut_off(name), batch_sent(batch))
        apart = 0.0 if came is None else float((came - right).norm() / right.norm().clamp(min=1e-6))
        if apart > 0.01:
            part = f"a part of what {name} does to the loss is cut off: nothing is detached between them"
            raise Missed(
                f"the gradient of the loss for {name}", f"one that is {apart:.0%} off", hint or part, batch_sent(batch)
            )


def _cut_off(name: str) -> str:
    return f"no gradient reaches {name}: no detach, no item and no no_grad on the way from there to the loss"


def _named(
    mistakes: Mapping[str, Cost] | None, start: Mapping[str, Tensor], state: Mapping[str, Tensor], loss: Tensor
) -> str:
    """The mistake that costs so much, if one of these does."""
    costs = ((name, _cost(cost, start, state)[0]) for name, cost in (mistakes or {}).items())
    return next((name for name, cost in costs if same(cost, loss, _TOLERANCE)), "")


def _of_each(loss: Loss, logits: Sequence[Tensor], batches: Sequence[Any]) -> Tensor:
    """What a loss makes of each batch, ``(batches,)``."""
    pairs = zip(logits, batches, strict=True)
    return torch.tensor([float(loss(each, batch.target, batch.target_mask)) for each, batch in pairs])


def _mistakes(losses: Tensor, batches: Sequence[Any]) -> Iterator[tuple[str, float]]:
    """What a validation logs that weighs batches otherwise."""
    lines = torch.tensor([float(len(batch.target)) for batch in batches])
    places = torch.tensor([float(batch.target.numel()) for batch in batches])
    tokens, characters = (
        torch.tensor([float(mask.sum()) for mask in masks])
        for masks in zip(*((batch.target_mask, batch.source_mask) for batch in batches), strict=True)
    )
    for weights in (lines, torch.ones_like(lines), places, characters):
        yield _OVER_TOKENS, float((losses * weights).sum() / weights.sum())
    for weights in (tokens, lines, torch.ones_like(lines)):
        yield _A_SUM, float((losses * tokens * weights).sum() / weights.sum())
    for loss in losses:
        yield "val_loss is that of one batch alone: log it in each validation_step", float(loss)


def _logged(logged: Mapping[str, float], sent: str) -> float:
    """The loss that was logged.

    Raises:
        Missed: none was.
    """
    if "val_loss" not in logged:
        known = 'self.log("val_loss", ...) in validation_step, at the end of the epoch'
        raise Missed("val_loss", "no val_loss is logged", known, sent)
    return logged["val_loss"]


def _near(first: float, second: float) -> bool:
    return abs(first - second) <= _TOLERANCE * (1 + abs(second))


def _listed(tokens: Tensor) -> str:
    *others, last = (str(int(each)) for each in tokens)
    return f"{', '.join(others)} and {last}"

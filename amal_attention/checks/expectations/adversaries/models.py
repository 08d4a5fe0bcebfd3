"""Expectations on functions that are given a model: what a call leaves behind in it, in its inputs and its answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.subjects.nests import leaves
from amal_attention.checks.subjects.subject import FunctionSubject, Subject, function_subject, subject
from amal_attention.checks.wording import numbers, tensors_sent

__all__ = ["gives_constants", "leaves_alone"]

Function = Callable[..., Any] | FunctionSubject

_ADDED = "backward() adds to grad of every parameter: torch.autograd.grad, or backward(inputs=[...]), leaves them alone"
_WIPED = "the gradients that a training has gathered are not this function's to clear: no zero_grad here"
_MODE = "the caller chose the mode: no train() and no eval() here"
_FROZEN = "requires_grad of the parameters stays as it was"
_MOVED = "nothing is trained here: the parameters stay as they were"
_IN_PLACE = "what ends in _, and x[...] = ..., change it in place: make a new tensor"
_MARKED = "requires_grad_() marks the caller's tensor: take x.detach().requires_grad_(), or a clone"
_FOLLOWED = "what comes back is a constant: detach it, and build no graph of the gradient (create_graph)"


@expectation("a call leaves the model and its inputs as they were")
def leaves_alone(function: Function, model: nn.Module | Subject, *inputs: Any, what: str = "", hint: str = "") -> None:
    """``grad``, values and mode of the model are after a call what they were before it, and so are the inputs.

    The call is looked at in training mode and in evaluation mode, which the model is left in.

    Args:
        function: the function.
        model: its first input; what a stand-in holds that is ``marked`` shows also that gradients are wiped.
        *inputs: the others.
        what: the title of the expectation.
        hint: the likely mistake, in place of what is told by itself.
    """
    called, looked_at, sent = function_subject(function), subject(model), tensors_sent(inputs)
    for mode in (looked_at.train, looked_at.eval):
        mode()
        before = looked_at.left(), looked_at.state(), looked_at.frozen()
        _, *after = called.inputs_after(looked_at, *inputs)
        _, (_, *followed) = called.traced(looked_at, *inputs)
        _compare_models(before, (looked_at.left(), looked_at.state(), looked_at.frozen()), hint, sent)
        _compare_inputs(inputs, after, followed, hint, sent)


@expectation("what comes back carries no graph")
def gives_constants(
    function: Function, model: nn.Module | Subject, *inputs: Any, what: str = "", hint: str = ""
) -> None:
    """Autograd follows no tensor of the answer, whether the inputs are plain or learn themselves.

    Args:
        function: the function.
        model: its first input.
        *inputs: the others.
        what: the title of the expectation.
        hint: the likely mistake, in place of what is told by itself.
    """
    called, looked_at, sent = function_subject(function), subject(model), tensors_sent(inputs)
    if any(called.traced(looked_at, *inputs, following=learnt)[0] for learnt in (False, True)):
        raise Missed("an answer without a graph", "one that requires grad", hint or _FOLLOWED, sent)


Model = tuple[tuple[dict[str, Tensor], list[str]], dict[str, Tensor], list[str]]


def _compare_models(before: Model, after: Model, hint: str, sent: str) -> None:
    """Look whether a model is what it was: gradients, then mode, values, and what learns.

    Raises:
        Missed: it is not.
    """
    (gradients, training), values, frozen = before
    (other_gradients, other_training), other_values, other_frozen = after
    name = _changed(gradients, other_gradients)
    if name is not None:
        expected, came = (numbers(each[name]) if name in each else "none" for each in (gradients, other_gradients))
        wiped = name not in other_gradients or not other_gradients[name].any()
        raise Missed(f"grad of {name} as it was, {expected}", came, hint or (_WIPED if wiped else _ADDED), sent)
    if training != other_training:
        modes = ["training mode" if "" in each else "evaluation mode" for each in (training, other_training)]
        raise Missed(f"the model in {modes[0]}, as before", modes[1], hint or _MODE, sent)
    name = _changed(values, other_values)
    if name is not None:
        raise Missed(f"{name} as it was", "other values", hint or _MOVED, sent)
    if frozen != other_frozen:
        raise Missed("the same parameters that learn", "others", hint or _FROZEN, sent)


def _compare_inputs(before: Any, after: Any, followed: list[bool], hint: str, sent: str) -> None:
    for number, (one, other) in enumerate(zip(leaves(before), leaves(after), strict=True), 2):
        if isinstance(one, Tensor) and not torch.equal(one, other):
            raise Missed(f"input {number} as it was", numbers(other, one), hint or _IN_PLACE, sent)
    for number, marked in enumerate(followed, 2):
        if marked:
            raise Missed(f"input {number} as it was", "one that requires grad", hint or _MARKED, sent)


def _changed(before: dict[str, Tensor], after: dict[str, Tensor]) -> str | None:
    """The first name whose tensor is another one, or is not on both sides."""
    for name in [*before, *after]:
        if name not in before or name not in after or not torch.equal(before[name], after[name]):
            return name
    return None

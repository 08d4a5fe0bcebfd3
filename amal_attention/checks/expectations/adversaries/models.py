"""Expectations on what a call leaves behind: in the models and tensors that it is given, and in its answer."""

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
_NOT_YOURS = (
    "x.detach_(), x.grad and hooks on x change the caller's tensor: take x.detach(), or another tensor of your own"
)
_CHANGED = "one that autograd follows no more, or that holds a grad or a hook"
_SEEDED = "the caller chose torch's seed, and it is left alone: no manual_seed here"
_FOLLOWED = "what comes back is a constant: detach it, and build no graph of the gradient (create_graph)"


@expectation("a call leaves the model and its inputs as they were")
def leaves_alone(function: Function, *inputs: Any, what: str = "", hint: str = "") -> None:
    """All that a function is given, and torch's seed, are after a call what they were before it.

    Of models that is their values, ``grad``, mode and which parameters learn; of vectors their values and, whether they
    learn or not, that autograd follows them as before. The call is looked at with the models in training mode and in
    evaluation mode, which they are left in.

    Args:
        function: the function.
        *inputs: what it is called with; a stand-in that is ``marked`` shows all that may happen to ``grad``.
        what: the title of the expectation.
        hint: the likely mistake, in place of what is told by itself.
    """
    called, sent = function_subject(function), tensors_sent(inputs)
    models = [subject(each) for each in inputs if isinstance(each, nn.Module | Subject)]
    for training in (True, False) if models else (False,):
        for model in models:
            model.train() if training else model.eval()
        before = [_state_of(model) for model in models]
        after = called.inputs_after(*inputs)
        _, followed = called.traced(*inputs)
        for model, was in zip(models, before, strict=True):
            _compare_models(was, _state_of(model), hint, sent)
        _compare_inputs(inputs, after, followed, hint, sent)
    for number, changed in enumerate(called.disturbed(*inputs), 1):
        if changed:
            raise Missed(f"input {number}, which learns, as it was", _CHANGED, hint or _NOT_YOURS, sent)
    if called.reseeds(*inputs):
        raise Missed("torch's seed as it was", "another one", hint or _SEEDED, sent)


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


def _state_of(model: Subject) -> Model:
    return model.left(), model.state(), model.frozen()


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
        wiped = name in gradients and (name not in other_gradients or not other_gradients[name].any())
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
    for number, (one, other) in enumerate(zip(leaves(before), leaves(after), strict=True), 1):
        if isinstance(one, Tensor) and not torch.equal(one, other):
            raise Missed(f"input {number} as it was", numbers(other, one), hint or _IN_PLACE, sent)
    for number, marked in enumerate(followed, 1):
        if marked:
            raise Missed(f"input {number} as it was", "one that requires grad", hint or _MARKED, sent)


def _changed(before: dict[str, Tensor], after: dict[str, Tensor]) -> str | None:
    """The first name whose tensor is another one, or is not on both sides."""
    for name in [*before, *after]:
        if name not in before or name not in after or not torch.equal(before[name], after[name]):
            return name
    return None

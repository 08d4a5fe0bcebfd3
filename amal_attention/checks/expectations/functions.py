"""Expectations on functions of tensors, or modules: what a call reads, leaves alone, answers; what a gradient reaches.

Arguments and replies may be nests of tensors: a state of two, a dict of matrices.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.subjects.nests import leaves, mapped
from amal_attention.checks.subjects.subject import FunctionSubject, Subject, function_subject, randomised, subject
from amal_attention.checks.values import same
from amal_attention.checks.wording import kind, numbers, tensors_sent

__all__ = ["differentiates", "hangs_on", "keeps_rows_apart", "leaves_arguments_alone", "stays_finite"]

Function = Callable[..., Any] | FunctionSubject

_STEP = 1e-3
_LEAST = 5e-3 * _STEP
"""What is less may be rounding."""
_DIRECTIONS = 3
"""Along one of them a ReLU may bend what is asked for."""
_CUT_OFF = "something is cut off: no detach, no no_grad, no item, no numpy on the way to the answer"
_MIXED = "each row is computed from its own row of what is given: nothing is taken over the batch, dim=0"
_KEPT = "something is kept from one call to the next: an answer, or a state"
_SQUEEZED = "the axis of the batch is gone: squeeze() also takes off the axis of a batch of one"
_IN_PLACE = "what ends in _, and x[...] = ..., change it in place: make a new tensor"
_OVERFLOWS = "exp overflows where numbers are large: torch.sigmoid and torch.tanh do not"
_OTHER_TYPE = "all is computed in the type of what is given: no .double(), no .half(), no numbers of numpy"


@expectation("the answer hangs on what is given")
def hangs_on(
    function: Function, inputs: Sequence[Any], others: Sequence[Any], *, name: str, what: str = "", hint: str = ""
) -> None:
    """Other inputs change some number of the answer.

    Args:
        function: the function.
        inputs: what it is called with.
        others: the same in the same shapes, but for the arguments in question.
        name: what these arguments are called.
        what: the title of the expectation.
        hint: the likely mistake, told with a miss.
    """
    first, second = (_parts(reply) for reply in function_subject(function).each([tuple(inputs), tuple(others)]))
    if len(first) == len(second) and all(same(*pair, 1e-6) for pair in zip(first, second, strict=True)):
        sent = _sent(inputs)
        came = ", ".join(numbers(each) for each in first)
        raise Missed(
            "another answer", f"the same answer for both, {came}", hint, f"{sent}; then the same with another {name}"
        )


@expectation("rows of a batch do not mix, and a batch may have one row")
def keeps_rows_apart(
    function: Function, inputs: Sequence[Any], *, shared: Collection[int] = (), hint: str = ""
) -> None:
    """Each row gives alone what it gives beside others.

    Args:
        function: the function.
        inputs: what it is called with, the rows first.
        shared: the places of the arguments that have no rows: all rows share them.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    looked_at = function_subject(function)
    batched = [each for place, each in enumerate(inputs) if place not in shared]
    rows = len(next(leaves(tuple(batched))))
    given = [tuple(inputs), *(_row(inputs, row, shared) for row in range(rows))]
    together, *apart = (_parts(reply) for reply in looked_at.each(given))
    sent = _sent(inputs)
    sent = f"{sent}; then each row in a batch of one"
    for row, parts in enumerate(apart):
        if len(parts) != len(together) or any(len(whole) != rows for whole in together):
            expected, came = [[*map(kind, each)] for each in (parts, together)]
            raise Missed(f"{rows} rows of {', '.join(expected)}", ", ".join(came), hint or _MIXED, sent)
        for whole, alone, first in zip(together, parts, apart[0], strict=True):
            if alone.shape != (1, *whole.shape[1:]):
                likely = _SQUEEZED if alone.numel() == whole[:1].numel() else hint
                raise Missed(kind(whole[:1]), kind(alone), likely, sent)
            if not same(alone[0], whole[row]):
                likely = _KEPT if row and same(alone, first) else hint or _MIXED
                raise Missed(f"{numbers(alone[0], whole[row])}, as alone", numbers(whole[row], alone[0]), likely, sent)


@expectation("a call leaves what it is given as it is, and answers in its type")
def leaves_arguments_alone(function: Function, inputs: Sequence[Any], *, names: Sequence[str], hint: str = "") -> None:
    """Tensors and lists are the same after a call, for whoever uses them next, and floats come in the type of floats.

    Args:
        function: the function.
        inputs: what it is called with.
        names: what the arguments are called.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    looked_at = function_subject(function)
    sent = _sent(inputs)
    for name, before, after in zip(names, inputs, looked_at.inputs_after(*inputs), strict=True):
        if not _identical(before, after):
            raise Missed(f"{name} as it was", f"{name} changed by the call", hint or _IN_PLACE, sent)
    types = [each.dtype for each in leaves(tuple(inputs)) if isinstance(each, Tensor) and each.is_floating_point()]
    reply = looked_at(*inputs)
    for part in _parts(reply) if reply is None else leaves(reply):
        if types and _is_float(part) and part.dtype != types[0]:
            raise Missed(kind(part.to(types[0])), kind(part), hint or _OTHER_TYPE, sent)


@expectation("large numbers give finite ones")
def stays_finite(function: Function, inputs: Sequence[Any], *, hint: str = "") -> None:
    """No number of the answer is nan or infinite.

    Args:
        function: the function.
        inputs: what it is called with, large numbers.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    for part in _parts(function_subject(function)(*inputs)):
        if not part.isfinite().all():
            sent = _sent(inputs)
            raise Missed("finite numbers", numbers(part), hint or _OVERFLOWS, f"{sent}, of large numbers")


@expectation("the gradient of the answer reaches all that is given")
def differentiates(
    answer: nn.Module | Function,
    inputs: Sequence[Any],
    *,
    names: Sequence[str] = (),
    parts: Collection[int] | None = None,
    seed: int = 0,
    hint: str = "",
) -> None:
    """The gradient for each float tensor tells how the answer changes along random directions.

    Args:
        answer: a smooth function, or a module, whose parameters are made random.
        inputs: what it is called with.
        names: what the float tensors among them are called, in order; their numbers by default.
        parts: which tensors of the reply are looked at, by their places; all by default.
        seed: another seed, other parameters and directions.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    looked_at, generator = _asked(answer, inputs, seed), torch.Generator().manual_seed(seed)
    upstream = {
        part: torch.randn(each.shape, generator=generator) for part, each in _chosen(looked_at(*inputs), parts).items()
    }
    found = {part: _gradients(looked_at, inputs, each, part) for part, each in upstream.items()}
    sent = _sent(inputs)
    sent = f"{sent}, and a gradient of the answer"
    floats = sum(map(_is_float, leaves(tuple(inputs))))
    for place, name in enumerate(names or [f"input {number}" for number in range(1, floats + 1)]):
        steps = list(_steps(inputs, place, generator))
        around = [_around(looked_at, inputs, place, step) for step in steps]
        for part, by in upstream.items():
            gradient, rises = found[part][place], [_rises(replies, part, by) for replies in around]
            if gradient is None and any(abs(rise) > _LEAST for rise, *_ in rises):
                raise Missed(f"a gradient for {name}", "none", hint or _CUT_OFF, sent)
            apart = [each for each in zip(rises, steps, strict=True) if not _tells(gradient, each[1], each[0])]
            if len(apart) > 1:
                (rise, *_), step = apart[0]
                wanted, came = (f"{each / (2 * _STEP):.3g}" for each in (rise, _slope(gradient, step)))
                raise Missed(f"a slope of {wanted} along a change of {name}", came, hint or _CUT_OFF, sent)


def _asked(answer: Any, inputs: Sequence[Any], seed: int) -> FunctionSubject:
    """A module with random parameters, or the function."""
    if not isinstance(answer, nn.Module | Subject):
        return function_subject(answer)
    subject(answer).materialise(*inputs)
    return randomised(answer, seed)


def _sent(inputs: Sequence[Any]) -> str:
    """The shapes of all tensors among the inputs, in words."""
    return tensors_sent(list(leaves(tuple(inputs))))


def _row(inputs: Sequence[Any], row: int, shared: Collection[int]) -> tuple[Any, ...]:
    return tuple(
        each if place in shared else mapped(lambda leaf: leaf[row : row + 1], each) for place, each in enumerate(inputs)
    )


def _parts(reply: Any) -> list[Tensor]:
    """The tensors of a reply.

    Raises:
        Missed: there is none, or something else among them.
    """
    parts = list(leaves(reply))
    if not parts or not all(isinstance(each, Tensor) for each in parts):
        known = "does the function return its result?" if reply is None else ""
        raise Missed("tensors", kind(reply), known)
    return [each.detach() for each in parts]


def _chosen(reply: Any, parts: Collection[int] | None) -> dict[int, Tensor]:
    """Tensors of a reply by their places, those of ``parts`` or all; what else is in it may be anything.

    Raises:
        Missed: one of them is not there, or no tensor.
    """
    if parts is None:
        return dict(enumerate(_parts(reply)))
    replied = list(leaves(reply))
    if any(part >= len(replied) or not isinstance(replied[part], Tensor) for part in parts):
        least = max(parts) + 1
        raise Missed(f"a reply of at least {least} tensors", kind(reply))
    return {part: replied[part].detach() for part in parts}


def _identical(before: Any, after: Any) -> bool:
    """Whether two nests hold the same leaves, however they are nested."""
    first, second = list(leaves(before)), list(leaves(after))
    return len(first) == len(second) and all(
        torch.equal(one, other) if isinstance(one, Tensor) and isinstance(other, Tensor) else bool(one == other)
        for one, other in zip(first, second, strict=True)
    )


def _gradients(looked_at: FunctionSubject, inputs: Sequence[Any], upstream: Tensor, number: int) -> list[Tensor | None]:
    """The gradient for each float tensor of the inputs, of one part of the reply."""
    _, found = looked_at.gradients(tuple(inputs), upstream, number)
    floats = [_is_float(each) for each in leaves(tuple(inputs))]
    return [each for each, is_float in zip(leaves(found), floats, strict=True) if is_float]


def _steps(inputs: Sequence[Any], place: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Small changes of the float tensor at a place, in float32 as what they are added to."""
    like = [each for each in leaves(tuple(inputs)) if _is_float(each)][place]
    for _ in range(_DIRECTIONS):
        yield _STEP * torch.randn(like.shape, generator=generator)


def _slope(gradient: Tensor | None, step: Tensor) -> float:
    """How the answer rises by its gradient, from one step behind to one ahead."""
    return 0.0 if gradient is None else float((gradient.double() * 2 * step).sum())


def _tells(gradient: Tensor | None, step: Tensor, rises: Sequence[float]) -> bool:
    """Whether a gradient tells one of the rises along a step."""
    slope = _slope(gradient, step)
    steep = 0.0 if gradient is None else float((gradient.double() * 2 * step).norm())
    return any(abs(rise - slope) <= 0.02 * max(steep, abs(rise)) + _LEAST for rise in rises)


def _around(looked_at: FunctionSubject, inputs: Sequence[Any], place: int, step: Tensor) -> list[Any]:
    """The replies one step behind a float tensor of the inputs, there, and one step ahead."""
    return [*looked_at.each([_moved(inputs, place, each) for each in (-step, 0 * step, step)])]


def _rises(replies: Sequence[Any], part: int, upstream: Tensor) -> tuple[float, float, float]:
    """How a part of the answer, summed by the upstream, rises from one step behind to one ahead.

    Then twice how it rises in either half, of which a ReLU that bends in between leaves one as it is.
    """
    behind, here, ahead = (float((_chosen(reply, [part])[part].double() * upstream).sum()) for reply in replies)
    return ahead - behind, 2 * (here - behind), 2 * (ahead - here)


def _moved(inputs: Sequence[Any], place: int, step: Tensor) -> tuple[Any, ...]:
    """The inputs with a step added to the float tensor at a place."""
    numbered = iter(range(sum(map(_is_float, leaves(tuple(inputs))))))
    return tuple(
        mapped(lambda leaf: leaf + step if _is_float(leaf) and next(numbered) == place else leaf, tuple(inputs))
    )


def _is_float(leaf: Any) -> bool:
    return isinstance(leaf, Tensor) and leaf.is_floating_point()

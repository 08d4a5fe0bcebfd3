"""What may be asked of any module, and of any function: each operation as it is done where they run.

Arguments and replies are what crosses a wire: tensors, numbers, text, None, modules, and nests of these.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.parameter import is_lazy

from amal_attention.checks.expectation import Missed
from amal_attention.checks.subjects.nests import copied, leaves, mapped
from amal_attention.checks.subjects.operation import Held
from amal_attention.checks.wording import kind, numbers
from amal_attention.language import message

__all__ = [
    "call",
    "disturbed",
    "frozen",
    "gradients",
    "inputs_after",
    "learn",
    "left",
    "load",
    "materialise",
    "mirrors_inputs",
    "parameters",
    "randomise",
    "reseeds",
    "same_layer",
    "state",
    "to_evaluation",
    "to_training",
    "traced",
]

_SEED = 7_531_902_468
"""One that no call chooses by chance."""
_CHANGED_ON_THE_WAY = "other branches may be handed this very gradient: make a new tensor, and change nothing in place"


def call(held: Held, *inputs: Any, **named: Any) -> Any:
    """What it returns for copies of the inputs: what it changes in place stays there."""
    return held(*copied(inputs), **copied(named))


def inputs_after(held: Held, *inputs: Any) -> list[Any]:
    """The inputs as a call leaves them, with None in place of modules."""
    given = copied(list(inputs))
    held(*given)
    return [*mapped(lambda leaf: None if isinstance(leaf, nn.Module) else leaf, given)]


def gradients(
    held: Held,
    inputs: Sequence[Any],
    upstream: Tensor | None = None,
    reply: int = 0,
    meanwhile: Sequence[Any] | None = None,
) -> tuple[dict[str, Tensor | None], Any]:
    """Gradients of ``(part * upstream).sum()``, where ``part`` is one tensor of the reply.

    Args:
        held: the module or the function.
        inputs: what it is called with, any nest of tensors; for a function, modules too.
        upstream: the gradient of the part, in its shape; ones by default.
        reply: number of the part among the tensors of the reply, however they are nested.
        meanwhile: what it is called with once more, between the call and the way back.

    Returns:
        The gradient of each parameter that learns: of the module itself, or of the modules that a function is given,
        with the number of the input before its name, as in "0.query". Then the inputs, with the gradient in place of
        each tensor of floats and None in place of all else. None stands for a gradient that is cut off.

    Raises:
        RuntimeError: a function changes an input in place, which autograd may need as it was.
        Missed: the reply has no such part, or the upstream gradient is changed in place.
    """
    watched = mapped(_watched, tuple(inputs))
    given = copied(watched)
    part = _part(held(*given), reply)
    if meanwhile is not None:
        held(*copied(meanwhile))
    if not isinstance(held.called, nn.Module):
        _refuse_changed(given)
    learning = _learning(held, watched)
    sources = [*learning.values(), *filter(_is_float, leaves(watched))]
    if not (isinstance(part, Tensor) and part.requires_grad and sources):
        return dict.fromkeys(learning), mapped(lambda _: None, watched)
    found = iter(_back(part, sources, torch.ones_like(part) if upstream is None else upstream))
    of_parameters: dict[str, Tensor | None] = {name: next(found) for name in learning}
    return of_parameters, mapped(lambda leaf: next(found) if _is_float(leaf) else None, watched)


def mirrors_inputs(reply: tuple[Any, Any], /, inputs: Sequence[Any], *_: Any, **__: Any) -> None:
    """Look whether gradients of inputs have their shapes.

    Raises:
        TypeError: they have not.
    """
    found, given = list(leaves(reply[1])), list(leaves(tuple(inputs)))
    fits = [
        gradient is None or (isinstance(gradient, Tensor) and _is_float(leaf) and gradient.shape == leaf.shape)
        for gradient, leaf in zip(found, given, strict=False)
    ]
    if len(found) != len(given) or not all(fits):
        raise TypeError("gradients came that are not those of the inputs")


def to_training(held: Held, dropout: bool = True) -> None:
    """Go into training mode; without ``dropout`` nothing is dropped at random there."""
    held.module.train()
    held.dropout = dropout


def to_evaluation(held: Held) -> None:
    """Go into evaluation mode."""
    held.module.eval()
    held.dropout = True


def left(held: Held) -> tuple[dict[str, Tensor], list[str]]:
    """What calls have left behind: the ``grad`` of the parameters that have one, and which modules are in training.

    The modules are told by their names; that of the whole is empty.
    """
    found = {name: each.grad.clone() for name, each in held.module.named_parameters() if each.grad is not None}
    return found, [name for name, each in held.module.named_modules() if each.training]


def traced(held: Held, *inputs: Any, following: bool = False) -> tuple[bool, list[bool]]:
    """What autograd follows after a call: whether a tensor of the reply, and which of the leaves of the inputs.

    Args:
        held: the module or the function.
        *inputs: what it is called with.
        following: whether autograd follows the float tensors of the inputs already, as it does vectors that learn.

    Returns:
        Two answers; an input that was given a ``grad`` counts as followed.
    """
    given = copied(mapped(_watched, inputs)) if following else mapped(_unwatched, inputs)
    reply = held(*given)
    return any(map(_is_followed, leaves(reply))), [*map(_is_followed, leaves(given))]


def disturbed(held: Held, *inputs: Any) -> list[bool]:
    """Which leaves of the inputs a call changes where they learn: no more followed, or given a ``grad`` or a hook."""
    given = mapped(_watched, inputs)
    held(*given)
    return [_is_float(leaf) and not _is_as_watched(leaf) for leaf in leaves(given)]


def reseeds(held: Held, *inputs: Any) -> bool:
    """Whether a call gives torch's generator another seed; here the generator is as before."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(_SEED)
        call(held, *inputs)
        return torch.initial_seed() != _SEED


def materialise(held: Held, *inputs: Any) -> None:
    """Call ``forward`` once if a parameter is lazy: its shape is known then."""
    if any(is_lazy(each) for each in held.module.parameters()):
        call(held, *inputs)


def parameters(held: Held) -> dict[str, Tensor]:
    """The values of the parameters that learn, by their names; empty tensors for those that are lazy still."""
    learning = _learning_of(held.module)
    return {name: torch.empty(0) if is_lazy(each) else each.detach().clone() for name, each in learning.items()}


def frozen(held: Held) -> list[str]:
    """Names of the parameters that do not learn, but for single numbers."""
    named = held.module.named_parameters()
    return [name for name, each in named if not (each.requires_grad or is_lazy(each)) and each.numel() > 1]


def state(held: Held) -> dict[str, Tensor]:
    """The values of all parameters and buffers."""
    return {name: each.detach().clone() for name, each in held.module.state_dict().items()}


def load(held: Held, values: Mapping[str, Tensor]) -> None:
    """Give some parameters or buffers other values."""
    held.module.load_state_dict(dict(values), strict=False)


def randomise(held: Held, seed: int) -> None:
    """Give the parameters that learn random numbers, as large as keeps sums of products near 1."""
    generator = torch.Generator().manual_seed(seed)
    load(held, {name: _drawn(each, generator) for name, each in parameters(held).items()})


def learn(held: Held, batches: tuple[Tensor, ...], layer: tuple[Tensor, Tensor], lr: float) -> tuple[Tensor, Tensor]:
    """Train a module under a linear layer on the first tensor of its reply, a step of Adam for each batch.

    Args:
        held: the module; it goes into training mode.
        batches: the inputs of the module at all S steps, one tensor ``(S, B, ...)`` for each input, and behind them the
            labels, int ``(S, B)``.
        layer: weight ``(C, F)`` and bias ``(C,)`` of the layer at the start; the reply has F numbers a row.
        lr: step size of Adam.

    Returns:
        Weight and bias of the layer in the end.
    """
    to_training(held)
    weight, bias = (each.clone().requires_grad_() for each in layer)
    optimiser = _adam([*_learning_of(held.module).values(), weight, bias], lr)
    for *inputs, labels in zip(*batches, strict=True):
        rows = _part(call(held, *inputs), 0).reshape(len(labels), -1)  # an axis too many is told elsewhere
        optimiser.zero_grad()
        F.cross_entropy(F.linear(rows, weight, bias), labels).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    return weight.detach(), bias.detach()


def same_layer(reply: tuple[Tensor, Tensor], /, batches: Any, layer: tuple[Tensor, Tensor], *_: Any, **__: Any) -> None:
    """Look whether a layer that came back has the shapes of the one that was sent.

    Raises:
        TypeError: it has not.
    """
    if [each.shape for each in reply] != [each.shape for each in layer]:
        raise TypeError("a layer came back that is of another shape")


def _adam(parameters: Sequence[Tensor], lr: float) -> torch.optim.Adam:
    """Adam in one kernel, which takes a fourth of the time; complex numbers have none."""
    return torch.optim.Adam(parameters, lr, fused=all(each.is_floating_point() for each in parameters))


def _learning_of(module: nn.Module, prefix: str = "") -> dict[str, nn.Parameter]:
    return {name: each for name, each in module.named_parameters(prefix) if each.requires_grad}


def _learning(held: Held, inputs: Any) -> dict[str, nn.Parameter]:
    """The parameters whose gradients are asked for: those of the module, or of the modules that a function is given."""
    if isinstance(held.called, nn.Module):
        return _learning_of(held.called)
    given = [(str(place), each) for place, each in enumerate(leaves(inputs)) if isinstance(each, nn.Module)]
    return {name: each for place, module in given for name, each in _learning_of(module, place).items()}


def _part(reply: Any, number: int) -> Any:
    """Part ``number`` of a reply, counted from 0: of ``(output, (h, c))``, 2 is ``c``; a bare tensor is its part 0."""
    parts = list(leaves(reply))
    if number >= len(parts):
        least = number + 1
        raise Missed(f"a reply of at least {least} parts", kind(reply))
    return parts[number]


def _is_followed(leaf: Any) -> bool:
    return isinstance(leaf, Tensor) and (leaf.requires_grad or (leaf.is_leaf and leaf.grad is not None))


def _is_float(leaf: Any) -> bool:
    return isinstance(leaf, Tensor) and leaf.is_floating_point()


def _watched(leaf: Any) -> Any:
    return leaf.clone().requires_grad_() if _is_float(leaf) else leaf


def _is_as_watched(leaf: Tensor) -> bool:
    return leaf.requires_grad and leaf.grad is None and not leaf._backward_hooks


def _unwatched(leaf: Any) -> Any:
    return leaf.detach().clone() if isinstance(leaf, Tensor) else leaf


class _Weighed(torch.autograd.Function):
    """``(part * upstream).sum()``, of which the way back begins with this very upstream gradient.

    ``torch.autograd.grad`` takes such a gradient too, but where nothing has imported sympy it does so first: 0.5 s.
    """

    @staticmethod
    def forward(ctx: Any, part: Tensor, upstream: Tensor) -> Tensor:
        ctx.upstream = upstream
        return (part * upstream).sum()

    @staticmethod
    def backward(ctx: Any, *above: Tensor) -> tuple[Tensor, None]:
        return ctx.upstream, None


def _back(part: Tensor, sources: Sequence[Tensor], upstream: Tensor) -> Sequence[Tensor | None]:
    """The gradients for the sources that an upstream gradient of the part leads to.

    Raises:
        Missed: the upstream gradient is changed on the way, though what else reads the part may be handed the same one.
    """
    given = upstream.reshape(part.shape).to(part.dtype)
    coming = given.clone()
    found = torch.autograd.grad(_Weighed.apply(part, coming), sources, allow_unused=True)  # type: ignore[no-untyped-call]
    if not torch.equal(coming, given):
        came, expected = numbers(coming, upstream), numbers(upstream, coming)
        raise Missed(f"the gradient that comes in as it was, {expected}", came, _CHANGED_ON_THE_WAY)
    return found


def _refuse_changed(given: Any) -> None:
    if any(leaf._version for leaf in filter(_is_float, leaves(given))):
        raise RuntimeError(message("an input is changed by an inplace operation: autograd needs it as it was"))


def _drawn(like: Tensor, generator: torch.Generator) -> Tensor:
    """Numbers of mean 0; a single number, which may be a temperature or a gate, lies between 0.5 and 1.5."""
    if like.numel() < 2:
        return 0.5 + torch.rand(like.shape, generator=generator, dtype=like.dtype)
    deviation = min(0.5, 1.5 / math.sqrt(max(like.shape)))
    return deviation * torch.randn(like.shape, generator=generator, dtype=like.dtype)

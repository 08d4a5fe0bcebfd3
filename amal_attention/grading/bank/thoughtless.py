"""Answers without understanding: their replies have the form of a right answer's, and meaningless contents.

A cell of such an answer is the right one, then a line that puts a class or a function made here in its place. All of
this runs where submissions run.
"""

from __future__ import annotations

import contextlib
import inspect
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn

__all__ = ["KINDS", "in_place_of", "remembering", "thoughtless"]

_WIDEST = 64
_RIGHT: dict[str, Any] = {}
"""The right answers of this process that something was put in the place of, by name."""

Fill = Callable[[Tensor, list[Any], Tensor | None], Tensor]


def thoughtless(right: Any, methods: Sequence[str], kind: str) -> Any:
    """An answer whose replies have the form of the right ones.

    Args:
        right: the right answer, a class or a function.
        methods: the methods of a class that are the exercise.
        kind: what the replies are, one of :data:`KINDS`.
    """
    fill = KINDS[kind]

    def reply(own: Any, answer: Callable[..., Any], given: tuple[Any, ...], named: dict[str, Any]) -> Any:
        inputs = list(_flat([given, named]))
        return _filled(answer(*given, **named), inputs, fill, getattr(own, "mixing", None))

    made = _instead(right, methods, reply)
    if kind == "random" and isinstance(right, type) and issubclass(right, nn.Module):
        made.__init__ = _with_mixing(right)
    return made


def remembering(right: Any, methods: Sequence[str], examples: str, names: dict[str, Any]) -> Any:
    """An answer that is right on the inputs of the public check, and gives zeros for all others.

    Args:
        right: the right answer, a class or a function.
        methods: the methods of a class that are the exercise.
        examples: the code of the public check.
        names: what the notebook defines.
    """
    known: set[Any] = set()

    def learn(own: Any, answer: Callable[..., Any], given: tuple[Any, ...], named: dict[str, Any]) -> Any:
        known.add(_key([given, named]))
        return answer(*given, **named)

    def reply(own: Any, answer: Callable[..., Any], given: tuple[Any, ...], named: dict[str, Any]) -> Any:
        key = _key([given, named])
        came = answer(*given, **named)
        return came if key in known else _filled(came, [], KINDS["zeros"], None)

    learning = {**names, right.__name__: _instead(right, methods, learn)}
    with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):
        exec(compile(examples, "<the public check>", "exec"), learning)
    return _instead(right, methods, reply)


def in_place_of(right: Any, methods: Sequence[str], earlier: Sequence[str], which: int) -> Any:
    """An earlier answer, right there, in the place of this one; its replies are brought into the form of this.

    Where no earlier answer can be built as this one is, it gives zeros.

    Args:
        right: the right answer, a class or a function.
        methods: the methods of a class that are the exercise.
        earlier: names of the earlier answers, the nearest first.
        which: the place among those that fit.
    """
    fitting = [_RIGHT[name] for name in earlier if name in _RIGHT and _fits(_RIGHT[name], right, methods)]
    if len(fitting) <= which:
        return thoughtless(right, methods, "zeros")
    if not isinstance(right, type):
        return _function_instead(right, fitting[which])
    return _class_instead(right, methods, fitting[which])


def _function_instead(right: Any, other: Any) -> Any:
    _RIGHT[right.__name__] = right

    def answer(*given: Any, **named: Any) -> Any:
        return _like(right(*given, **named), other(*given, **named), None)

    return answer


def _class_instead(right: Any, methods: Sequence[str], other: Any) -> Any:
    """A class built as ``right`` is, which replies as ``other`` does."""
    _RIGHT[right.__name__] = right

    class Answer(other):  # type: ignore[misc]
        def __init__(self, *given: Any, **named: Any) -> None:
            bound = inspect.signature(right).bind(*given, **named).arguments
            gathered = {key: value for each in bound.values() if isinstance(each, dict) for key, value in each.items()}
            taken = inspect.signature(other).parameters
            options = any(each.kind is each.VAR_KEYWORD for each in taken.values())
            super().__init__(
                **{name: each for name, each in bound.items() if name in taken}, **(gathered if options else {})
            )
            self.__dict__["shaped"] = shaped = right(*given, **named)
            plain = {name: value for name, value in vars(shaped).items() if isinstance(value, int | float | str)}
            differ = any(vars(self).get(name) != value for name, value in plain.items())
            self.__dict__.update(plain)
            if differ:
                self.mixing = nn.Parameter(torch.randn(_WIDEST, _WIDEST) / 8)

    for name in methods:
        if hasattr(other, name):
            setattr(Answer, name, _as_another(name))
    Answer.__name__ = Answer.__qualname__ = right.__name__
    return Answer


def _as_another(name: str) -> Callable[..., Any]:
    def method(self: Any, *given: Any, **named: Any) -> Any:
        came = getattr(super(type(self), self), name)(*given, **named)
        with torch.no_grad():
            form = getattr(self.shaped, name)(*given, **named) if name == "forward" else came
        return _like(form, came, getattr(self, "mixing", None))

    return method


def _fits(other: Any, right: Any, methods: Sequence[str]) -> bool:
    """Whether one answer can stand for the other: of one kind, and built with no argument that the other has not."""
    if isinstance(other, type) != isinstance(right, type):
        return False
    of_right = inspect.signature(right).parameters
    needed = [each.name for each in inspect.signature(other).parameters.values() if each.default is each.empty]
    has = not isinstance(right, type) or any(name in vars(other) for name in methods)
    return has and all(name in of_right for name in needed)


def _instead(right: Any, methods: Sequence[str], reply: Callable[..., Any]) -> Any:
    """The class or function with its replies replaced."""
    _RIGHT[right.__name__] = right
    if not isinstance(right, type):
        return lambda *given, **named: reply(None, right, given, named)
    made = type(right.__name__, (right,), {"__module__": right.__module__})
    for name in methods:
        setattr(made, name, _method(right, name, reply))
    return made


def _method(right: Any, name: str, reply: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Any, *given: Any, **named: Any) -> Any:
        return reply(self, getattr(right, name).__get__(self), given, named)

    return method


def _with_mixing(right: Any) -> Callable[..., None]:
    def init(self: Any, *given: Any, **named: Any) -> None:
        right.__init__(self, *given, **named)
        self.mixing = nn.Parameter(torch.randn(_WIDEST, _WIDEST) / 8)

    return init


def _filled(reply: Any, inputs: list[Any], fill: Fill, mixing: Tensor | None) -> Any:
    """The reply with its numbers and texts replaced; what is neither, such as an optimiser, stays."""
    numbers = iter([float(each) for one in inputs for each in _numbers(one)])
    constant = 0.0 if fill is _zeros else 1.0 if fill is _ones else None
    texts = iter([each for each in inputs if isinstance(each, str)])

    def of(part: Any) -> Any:
        match part:
            case Tensor():
                return fill(part, inputs, mixing)
            case bool():
                return False
            case int() | float():
                return type(part)(constant if constant is not None else next(numbers, 0.0))
            case str():
                return next(texts, "") if constant is None else ""
            case list() | tuple():
                return _rebuilt(part, map(of, part))
            case dict():
                return {key: of(each) for key, each in part.items()}
            case _:
                return part

    return of(reply)


def _rebuilt(like: Any, parts: Iterable[Any]) -> Any:
    """The parts in a list or in a tuple, a named one too; a tuple of another class stays as it is."""
    if hasattr(like, "_make"):
        return like._make(parts)
    return type(like)(parts) if type(like) in (list, tuple) else like


def _zeros(reply: Tensor, inputs: list[Any], mixing: Tensor | None) -> Tensor:
    return torch.zeros_like(reply)


def _ones(reply: Tensor, inputs: list[Any], mixing: Tensor | None) -> Tensor:
    return torch.ones_like(reply)


def _input(reply: Tensor, inputs: list[Any], mixing: Tensor | None) -> Tensor:
    """The first numbers of the input, averaged over the axes that the reply has not."""
    first = next((each for each in inputs if isinstance(each, Tensor)), torch.zeros(()))
    return _to_shape(first.to(reply.dtype), reply.shape)


def _mean(reply: Tensor, inputs: list[Any], mixing: Tensor | None) -> Tensor:
    """The same, and even shares for each place that a mask speaks of."""
    masks = [each for each in inputs if isinstance(each, Tensor) and each.dtype == torch.bool]
    if any(each.shape == reply.shape for each in masks):
        return torch.full_like(reply, 1 / max(1, reply.shape[-1]))
    return _input(reply, inputs, mixing)


def _random(reply: Tensor, inputs: list[Any], mixing: Tensor | None) -> Tensor:
    """A random linear map of the first numbers of the input, averaged in the same way."""
    generator = torch.Generator().manual_seed(0)
    mixing = torch.randn(_WIDEST, _WIDEST, generator=generator) / 8 if mixing is None else mixing
    first = next((each for each in inputs if isinstance(each, Tensor)), torch.zeros(()))
    mixed = first.to(mixing.dtype)
    if mixed.ndim and mixed.shape[-1] <= _WIDEST:
        mixed = mixed @ mixing[: mixed.shape[-1], : mixed.shape[-1]]
    return _to_shape(mixed + mixing.mean(), reply.shape).to(reply.dtype)


KINDS: dict[str, Fill] = {"zeros": _zeros, "ones": _ones, "input": _input, "mean": _mean, "random": _random}


def _like(form: Any, came: Any, mixing: Tensor | None) -> Any:
    """What came, in the form of another reply."""
    if isinstance(form, Tensor) and isinstance(came, Tensor):
        if form.shape == came.shape:
            return came
        if (
            mixing is not None
            and came.ndim
            and form.ndim == came.ndim
            and max(form.shape[-1], came.shape[-1]) <= _WIDEST
        ):
            came = came @ mixing[: came.shape[-1], : form.shape[-1]]
        return _to_shape(came, form.shape)
    if isinstance(form, tuple) and isinstance(came, tuple) and len(form) == len(came):
        parts = [_like(one, other, mixing) for one, other in zip(form, came, strict=True)]
        return _rebuilt(form, parts)
    return came


def _to_shape(values: Tensor, shape: Sequence[int]) -> Tensor:
    """Averages over what axes are too many, then repeats or cuts along those that are too short or too long.

    The first axis, of the batch, is averaged over only where no other one can be.
    """
    while values.ndim > len(shape):
        left = {axis: [*values.shape[:axis], *values.shape[axis + 1 :]] for axis in reversed(range(values.ndim))}
        fits = [axis for axis in left if left[axis] == list(shape)]
        values = values.mean(dim=(fits or [axis for axis in sorted(left) if axis] or [0])[0])
    while values.ndim < len(shape):
        values = values.unsqueeze(-1)
    for axis, size in enumerate(shape):
        places = torch.arange(size) % max(1, values.shape[axis])
        values = values.index_select(axis, places) if values.shape[axis] else values.new_zeros(tuple(shape))
    return values


def _flat(value: Any) -> Iterator[Any]:
    match value:
        case list() | tuple():
            for each in value:
                yield from _flat(each)
        case dict():
            yield from _flat(list(value.values()))
        case _:
            yield value


def _numbers(value: Any) -> list[float]:
    if isinstance(value, Tensor) and value.is_floating_point():
        return [float(each) for each in value.detach().flatten()[:1000].tolist()]
    return []


def _key(inputs: Any) -> Any:
    return tuple(
        (tuple(each.shape), tuple(each.detach().flatten().tolist())) if isinstance(each, Tensor) else str(each)
        for each in _flat(inputs)
    )

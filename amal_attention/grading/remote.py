"""A student's answers that run in another process, as hidden tests see them.

The handles here meet the protocols of :mod:`amal_attention.checks`, so that an expectation looks at them as it looks at
modules of its own process. What comes back is plain: tensors, numbers, text, lists and tuples of these, and handles.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, Self

from torch import Tensor

from amal_attention.checks.lightning_subject import Step
from amal_attention.grading.frame import Handle

__all__ = ["Asks", "RemoteClassifier", "RemoteFunction", "RemoteModule", "RemoteStudent"]


class Asks(Protocol):
    """What brings operations over there, and their answers back."""

    def ask(self, operation: str, *details: Any) -> Any:
        """Ask for one thing; what comes back."""

    def ask_each(self, operations: Sequence[tuple[Any, ...]]) -> Iterator[Any]:
        """Ask for several things at once; what comes back of each, with what one raises in its place."""

    def tell(self, operation: str, *details: Any) -> None:
        """Have something done before what is asked next; what it raises is raised then."""


class RemoteStudent:
    """The answers of a submission that runs elsewhere: ``student.MeanPooling(dim=8)`` builds one of their classes.

    Args:
        line: to there.
    """

    def __init__(self, line: Asks) -> None:
        self._line = line

    def __getattr__(self, name: str) -> RemoteFunction:
        """A function of the student's, or a class of theirs; whether it is there shows when it is called."""
        if name.startswith("__"):  # pytest looks for such names on whatever a fixture gives
            raise AttributeError(name)
        return RemoteFunction(self._line, name)

    @contextlib.contextmanager
    def standing_in(self, **ours: str) -> Iterator[None]:
        """In this context something of ours stands in for some answers; see :class:`LocalStudent`."""
        self._line.tell("stand_in", ours)
        try:
            yield
        finally:
            self._line.tell("stand_in", {})


class RemoteFunction:
    """A function, or a class, over there.

    Args:
        line: to there.
        name: what it is called in the notebook.
    """

    def __init__(self, line: Asks, name: str) -> None:
        self._line, self._name = line, name

    def __call__(self, *inputs: Any, **named: Any) -> Any:
        """What it returns; a module comes back as a handle."""
        sent = {key: _sent(each) for key, each in named.items()}
        return _received(self._line, self._line.ask("call", self._name, [_sent(each) for each in inputs], sent))

    def gradient(self, *inputs: Tensor) -> Tensor | None:
        """The gradient of the sum of what it returns with respect to the first input; None if it is cut off."""
        return _tensor_or_none(self._line.ask("gradient", self._name, list(inputs)))


class RemoteModule:
    """A module over there; it meets :class:`amal_attention.checks.subject.Subject`.

    Args:
        line: to there.
        handle: its number there.
    """

    def __init__(self, line: Asks, handle: Handle) -> None:
        self._line, self.handle = line, handle

    def __call__(self, *inputs: Any) -> Any:
        """The reply of ``forward``."""
        return self._do("__call__", *inputs)

    def each(self, inputs: Sequence[Sequence[Any]]) -> Iterator[Any]:
        """The replies of ``forward`` to several inputs."""
        replies = self._line.ask_each([self._operation("__call__", *each) for each in inputs])
        return (_received(self._line, reply) for reply in replies)

    def left(self, *inputs: Any) -> list[Any]:
        """The inputs as a call of ``forward`` leaves them."""
        return list(self._do("left", *inputs))

    def __getattr__(self, name: str) -> Any:
        """What else the module has."""
        if name.startswith("__"):
            raise AttributeError(name)
        return _received(self._line, self._line.ask("attribute", self.handle, name))

    def train(self, dropout: bool = True) -> Self:
        """Go into training mode; without ``dropout`` nothing is dropped at random there."""
        self._line.tell(*self._operation("train", dropout))
        return self

    def eval(self) -> Self:
        """Go into evaluation mode."""
        self._line.tell(*self._operation("eval"))
        return self

    def materialise(self, *inputs: Any) -> None:
        """Call ``forward`` once if a parameter is lazy: its shape is known then."""
        self._line.tell(*self._operation("materialise", *inputs))

    def parameters(self) -> dict[str, Tensor]:
        """The values of the parameters that learn."""
        return _tensors(self._do("parameters"))

    def frozen(self) -> list[str]:
        """Names of the parameters that do not learn, but for single numbers."""
        return [str(each) for each in self._do("frozen")]

    def state(self) -> dict[str, Tensor]:
        """The values of all parameters and buffers."""
        return _tensors(self._do("state"))

    def load(self, values: Mapping[str, Tensor]) -> None:
        """Give some parameters or buffers other values."""
        self._line.tell(*self._operation("load", dict(values)))

    def randomise(self, seed: int) -> None:
        """Give the parameters that learn random numbers."""
        self._line.tell(*self._operation("randomise", seed))

    def gradients(
        self, x: Tensor, mask: Tensor, upstream: Tensor, reply: int = 0
    ) -> tuple[dict[str, Tensor | None], Tensor | None]:
        """Gradients of each parameter that learns, and of ``x``; see :meth:`Subject.gradients`."""
        found, of_x = self._do("gradients", x, mask, upstream, reply)
        return _gradients(found), _tensor_or_none(of_x)

    def learn(
        self, reviews: Sequence[tuple[Tensor, Tensor, Tensor]], layer: tuple[Tensor, Tensor], lr: float
    ) -> tuple[Tensor, Tensor]:
        """Train it under a linear layer; what that layer is in the end."""
        weight, bias = map(_tensor, self._do("learn", list(reviews), layer, lr))
        if weight.shape != layer[0].shape or bias.shape != layer[1].shape:
            raise TypeError("a layer came back that is of another shape")
        return weight, bias

    def _operation(self, method: str, *inputs: Any) -> tuple[str, Handle, str, list[Any]]:
        return "ask", self.handle, method, list(inputs)

    def _do(self, method: str, *inputs: Any) -> Any:
        return _received(self._line, self._line.ask(*self._operation(method, *inputs)))


class RemoteClassifier(RemoteModule):
    """A LightningModule over there; it meets :class:`amal_attention.checks.lightning_subject.ClassifierSubject`."""

    def steps(self, batches: Sequence[Any], starts: Sequence[Mapping[str, Tensor]] = ()) -> list[Step]:
        """Train it in a Trainer, a step of its own optimiser for each batch; what each step found."""
        found = self._do("steps", list(batches), [dict(each) for each in starts])
        if len(found) != len(batches):
            raise TypeError(f"{len(batches)} steps were asked for, and {len(found)} came")
        return [(_tensor(loss), _gradients(gradients)) for loss, gradients in found]

    def optimised(self) -> set[str]:
        """Names of the parameters that ``configure_optimizers`` hands to an optimiser."""
        return {str(each) for each in self._do("optimised")}

    def validate(self, batches: Sequence[Any], after: Sequence[Any] = ()) -> dict[str, float]:
        """What a Trainer logs over these validation batches."""
        logged = self._do("validate", list(batches), list(after))
        return {str(name): float(value) for name, value in dict(logged).items()}


def _sent(value: Any) -> Any:
    return value.handle if isinstance(value, RemoteModule) else value


def _received(line: Asks, value: Any) -> Any:
    """The value, with modules in place of their numbers."""
    match value:
        case [Handle() as handle, bool(trains)]:
            return (RemoteClassifier if trains else RemoteModule)(line, handle)
        case _:
            return value


def _tensor(value: Any) -> Tensor:
    if not isinstance(value, Tensor):
        raise TypeError(f"a tensor was asked for, and a {type(value).__name__} came")
    return value


def _tensor_or_none(value: Any) -> Tensor | None:
    return None if value is None else _tensor(value)


def _tensors(value: Any) -> dict[str, Tensor]:
    return {str(name): _tensor(each) for name, each in dict(value).items()}


def _gradients(value: Any) -> dict[str, Tensor | None]:
    return {str(name): _tensor_or_none(each) for name, each in dict(value).items()}

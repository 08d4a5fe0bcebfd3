"""A student's answers that run in another process, as hidden tests see them.

The handles here are the subjects of :mod:`amal_attention.checks.subjects.subject`, whose operations they send over a
line, so that an expectation looks at them as it looks at modules of its own process. What comes back is plain: tensors,
numbers, text, lists and tuples of these, and handles; and it is believed only where its type is the one that the
operation declares.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Protocol, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from amal_attention.checks.subjects.nests import mapped
from amal_attention.checks.subjects.operation import Operation
from amal_attention.checks.subjects.subject import FunctionSubject, Subject
from amal_attention.grading.wire.frame import Handle

__all__ = ["Asks", "RemoteFunction", "RemoteModule", "RemoteStudent"]

R = TypeVar("R")


class Asks(Protocol):
    """What carries operations to the other process, and their answers back."""

    def sources(self) -> Sequence[str]:
        """The cells that ran in the other process, as this one knows them."""

    def ask(self, operation: str, *details: Any) -> Any:
        """Send one operation; its reply."""

    def ask_each(self, operations: Sequence[tuple[Any, ...]]) -> Iterator[Any]:
        """Send several operations at once; the reply to each, or in its place what it raised."""

    def tell(self, operation: str, *details: Any) -> None:
        """Send an operation and do not wait for it; what it raises is raised by the next request."""


class RemoteStudent:
    """The answers of a submission that runs elsewhere: ``student.Encoder(dim=8)`` builds one of their classes.

    Args:
        line: the line to the other process.
    """

    def __init__(self, line: Asks) -> None:
        self._line = line

    def __getattr__(self, name: str) -> RemoteFunction:
        """A function of the student's, or a class of theirs; whether it is there shows when it is called."""
        if name.startswith("__"):  # pytest looks for such names on whatever a fixture gives
            raise AttributeError(name)
        return RemoteFunction(self._line, name)

    @contextlib.contextmanager
    def standing_in(self, **ours: str | RemoteFunction) -> Iterator[None]:
        """In this context stand-ins replace some answers; see :class:`LocalStudent`."""
        self._line.tell("stand_in", mapped(_sent, ours))
        try:
            yield
        finally:
            self._line.tell("stand_in", {})


class RemoteFunction(FunctionSubject):
    """A function or a class of the other process; a module that it returns comes back as a handle.

    Args:
        line: the line to the other process.
        target: what it is called in the notebook.
    """

    def __init__(self, line: Asks, target: str | Handle) -> None:
        self._line, self.target = line, target

    def written(self) -> tuple[str, Sequence[str]]:
        """What it is called, and the cells that ran; of a module nothing is known."""
        return (self.target, self._line.sources()) if isinstance(self.target, str) else ("", ())

    def each(self, inputs: Sequence[Sequence[Any]]) -> Iterator[Any]:
        """What it returns for several inputs, which are sent at once."""
        messages = [self._message(FunctionSubject.call, each, {}) for each in inputs]
        return (self._received(reply) for reply in self._line.ask_each(messages))

    def ask(self, operation: Operation[..., R], *inputs: Any, **named: Any) -> R:
        """The reply to an operation.

        Raises:
            TypeError: it is of another type than the operation declares, or does not fit what was sent.
        """
        reply = self._received(self._line.ask(*self._message(operation, inputs, named)))
        return _believed(operation, reply, inputs, named)

    def tell(self, operation: Operation[..., Any], *inputs: Any, **named: Any) -> None:
        """Send an operation, and do not wait for it."""
        self._line.tell(*self._message(operation, inputs, named))

    def _message(self, operation: Any, inputs: Sequence[Any], named: dict[str, Any]) -> tuple[Any, ...]:
        return "ask", self.target, operation.name, mapped(_sent, list(inputs)), mapped(_sent, named)

    def _received(self, reply: Any) -> Any:
        """The reply, with a module in place of its number."""
        return RemoteModule(self._line, reply) if isinstance(reply, Handle) else reply


class RemoteModule(RemoteFunction, Subject):
    """A module of the other process.

    Args:
        line: the line to the other process.
        target: its number there.
    """

    def __getattr__(self, name: str) -> Any:
        """What else the module has."""
        if name.startswith("__"):
            raise AttributeError(name)
        return self._received(self._line.ask("attribute", self.target, name))


def _sent(leaf: Any) -> Any:
    return leaf.target if isinstance(leaf, RemoteModule) else leaf


def _believed(operation: Operation[..., R], reply: Any, inputs: Sequence[Any], named: dict[str, Any]) -> R:
    """The reply, if it is what the operation declares and fits what was sent."""
    try:
        believed: R = _types(operation).validate_python(reply)
    except ValidationError as error:
        raise TypeError(f"{operation.name} gives {operation.declared}, and something else came") from error
    if operation.check is not None:
        operation.check(believed, *inputs, **named)
    return believed


@cache
def _types(operation: Operation[..., R]) -> TypeAdapter[R]:
    return TypeAdapter(operation.declared, config=ConfigDict(arbitrary_types_allowed=True, strict=True))

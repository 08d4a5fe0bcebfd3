"""An operation: one question to a module or a function, written once and asked in this process or in another one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar, get_type_hints

from torch import nn

from amal_attention.checks.subjects.quiet import without_dropout

__all__ = ["Asks", "Change", "Held", "Operation", "operations_of"]

P = ParamSpec("P")
R = TypeVar("R")
A = TypeVar("A", bound="Asks")


@dataclass
class Held:
    """A module or a function, in the process where it runs.

    Attributes:
        called: the module or the function.
        dropout: whether a module drops anything at random in training mode.
    """

    called: Any
    dropout: bool = True

    def __call__(self, *inputs: Any, **named: Any) -> Any:
        """What it returns."""
        with nullcontext() if self.dropout else without_dropout(self.called):
            return self.called(*inputs, **named)

    @property
    def module(self) -> nn.Module:
        """The module.

        Raises:
            TypeError: it is a function.
        """
        if not isinstance(self.called, nn.Module):
            raise TypeError(f"a module was asked for, and {type(self.called).__name__} is none")
        return self.called


class Asks(Protocol):
    """What carries an operation to where the module runs: there at once, or over a wire."""

    def ask(self, operation: Operation[..., R], *inputs: Any, **named: Any) -> R:
        """The reply to an operation."""

    def tell(self, operation: Operation[..., R], *inputs: Any, **named: Any) -> None:
        """Have an operation done before the next one; nobody waits for it."""


class Operation(Generic[P, R]):
    """A question; in the body of a class that :class:`Asks`, it is the method that asks it.

    Args:
        do: what is done with what is :class:`Held`, where that runs; its docstring is that of the method.
        check: compares a reply that came over a wire with the arguments; raises TypeError where they do not fit.
    """

    def __init__(self, do: Callable[Concatenate[Held, P], R], check: Callable[..., None] | None = None) -> None:
        self.do, self.check, self.name = do, check, do.__name__
        self.__doc__ = do.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @cached_property
    def declared(self) -> Any:
        """The type of the reply, as ``do`` declares it."""
        return get_type_hints(self.do)["return"]

    def __get__(self, asked: Any, owner: type) -> Callable[P, R]:
        if asked is None:  # asked of the class: the operation itself
            return self  # type: ignore[return-value]
        return partial(asked.ask, self)


class Change(Operation[P, None]):
    """An operation without a reply: nobody waits until it is done, and its method gives what is asked back."""

    def __get__(self, asked: A, owner: type) -> Callable[P, A]:
        if asked is None:
            return self

        def told(*inputs: P.args, **named: P.kwargs) -> A:
            asked.tell(self, *inputs, **named)
            return asked

        return told


def operations_of(*tables: type) -> dict[str, Operation[..., Any]]:
    """The operations that stand in the bodies of these classes and of their bases, by name."""
    bodies = [vars(base) for table in tables for base in table.__mro__]
    return {each.name: each for body in bodies for each in body.values() if isinstance(each, Operation)}

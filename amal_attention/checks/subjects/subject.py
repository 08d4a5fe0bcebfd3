"""What is looked at: a module or a function, in this process or in another one, asked in the same words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from torch import nn

from amal_attention.checks.source import cells_beside, seen_by
from amal_attention.checks.subjects import operations, trainer_operations
from amal_attention.checks.subjects.nests import mapped
from amal_attention.checks.subjects.operation import Change, Held, Operation, operations_of

__all__ = [
    "OPERATIONS",
    "FunctionSubject",
    "LocalFunction",
    "LocalSubject",
    "Subject",
    "function_subject",
    "randomised",
    "subject",
]

R = TypeVar("R")


class FunctionSubject:
    """A function, wherever it runs. The body lists what may be asked of it; subclasses say how it is asked."""

    call = Operation(operations.call)
    gradients = Operation(operations.gradients, operations.mirrors_inputs)
    inputs_after = Operation(operations.inputs_after)
    traced = Operation(operations.traced)
    disturbed = Operation(operations.disturbed)
    reseeds = Operation(operations.reseeds)

    def __call__(self, *inputs: Any, **named: Any) -> Any:
        """What it returns."""
        return self.call(*inputs, **named)

    def written(self) -> tuple[str, Sequence[str]]:
        """What it is called in the notebook, and the sources of the notebook's cells; none where they are not known."""
        return "", ()

    def each(self, inputs: Sequence[Sequence[Any]]) -> Iterator[Any]:
        """What it returns for several inputs, one after the other, with what it raises in its place."""
        return (self.call(*each) for each in inputs)

    def ask(self, operation: Operation[..., R], *inputs: Any, **named: Any) -> R:
        """The reply to an operation."""
        raise NotImplementedError

    def tell(self, operation: Operation[..., Any], *inputs: Any, **named: Any) -> None:
        """Have an operation done before the next one; its reply is not waited for."""
        self.ask(operation, *inputs, **named)


class Subject(FunctionSubject):
    """A module, wherever it runs. The body lists what may be asked of it; names are those of ``named_parameters``."""

    train = Change(operations.to_training)
    eval = Change(operations.to_evaluation)
    materialise = Change(operations.materialise)
    load = Change(operations.load)
    randomise = Change(operations.randomise)
    parameters = Operation(operations.parameters)
    frozen = Operation(operations.frozen)
    state = Operation(operations.state)
    left = Operation(operations.left)
    learn = Operation(operations.learn, operations.same_layer)
    steps = Operation(trainer_operations.steps, trainer_operations.one_for_each)
    optimised = Operation(trainer_operations.optimised)
    validate = Operation(trainer_operations.validate)
    batch_after = Operation(trainer_operations.batch_after)
    run = Operation(trainer_operations.run)


OPERATIONS = operations_of(Subject)
"""All that may be asked, by name."""


class LocalFunction(FunctionSubject):
    """A function of this process; modules among its arguments may be subjects, and those that it returns become some.

    Args:
        function: any function, or a class that it builds.
        name: what it is called where it is defined; by default as it calls itself.
        names: all that is defined there, by name; by default what it can see itself.
    """

    def __init__(self, function: Callable[..., Any], name: str = "", names: dict[str, Any] | None = None) -> None:
        self.held = Held(function)
        self._name, self._names = name, names

    def written(self) -> tuple[str, Sequence[str]]:
        """What it is called, and the cells that ran beside it, or the file."""
        called = self.held.called
        return self._name or getattr(called, "__name__", ""), cells_beside(
            seen_by(called) if self._names is None else self._names
        )

    def ask(self, operation: Operation[..., R], *inputs: Any, **named: Any) -> R:
        """The reply to an operation, which is done here and now."""
        reply: Any = operation.do(self.held, *mapped(_bare, inputs), **mapped(_bare, named))
        return LocalSubject(reply) if isinstance(reply, nn.Module) else reply  # type: ignore[return-value]


class LocalSubject(LocalFunction, Subject):
    """A module of this process.

    Args:
        module: any ``nn.Module``.
    """

    def __init__(self, module: nn.Module) -> None:
        super().__init__(module)

    @property
    def module(self) -> nn.Module:
        """The module."""
        return self.held.module

    def __getattr__(self, name: str) -> Any:
        """What else the module has."""
        return getattr(self.held.module, name)


def function_subject(function: Callable[..., Any] | FunctionSubject) -> FunctionSubject:
    """The function as an expectation asks it: a handle as it is, a function of this process wrapped."""
    return function if isinstance(function, FunctionSubject) else LocalFunction(function)


def subject(module: nn.Module | Subject) -> Subject:
    """The module as an expectation asks it: a handle as it is, a module of this process wrapped."""
    return LocalSubject(module) if isinstance(module, nn.Module) else module


def randomised(module: nn.Module | Subject, seed: int = 0) -> Subject:
    """The module itself, in evaluation mode, its parameters replaced by random numbers.

    What a module computes is then seen whatever it starts from: a query that starts at zero attends to nothing. The
    numbers are as large as keeps sums of products near 1, however wide the layer, so that no softmax saturates.
    """
    return subject(module).eval().randomise(seed)


def _bare(leaf: Any) -> Any:
    return leaf.module if isinstance(leaf, LocalSubject) else leaf

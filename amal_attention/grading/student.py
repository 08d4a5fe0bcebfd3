"""A student's answers as hidden tests see them: ``student.MeanPooling(dim=8)`` builds one of their classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn

from amal_attention.checks.inputs import FixedAttention
from amal_attention.checks.lightning_subject import LocalClassifier
from amal_attention.checks.subject import LocalFunction, LocalSubject

__all__ = ["LocalStudent", "NotAnswered"]


class NotAnswered(AssertionError, AttributeError):
    """The submission does not define what a hidden test asks for: a test that fails, and a name that is not there."""


class LocalStudent:
    """Answers that run in this process: for the reference, and for a submission that one trusts.

    Args:
        names: what the notebook defines, by name. ``FixedAttention`` is always ours.
    """

    def __init__(self, names: Mapping[str, Any]) -> None:
        self._names = {**names, FixedAttention.__name__: FixedAttention}

    def __getattr__(self, name: str) -> LocalFunction:
        """A function of the student's, or a class of theirs, whose modules come back as handles.

        Raises:
            NotAnswered: the notebook does not define it.
        """
        if name not in self._names:
            raise NotAnswered(
                f"expected {name} in the notebook; got none; run the skeleton's cells, and keep its names"
            )
        return _Answer(self._names[name])


class _Answer(LocalFunction):
    """A function, or a class, of the student's: it takes handles and gives handles."""

    def __call__(self, *inputs: Any, **named: Any) -> Any:
        return _handle(self.function(*map(_bare, inputs), **{name: _bare(each) for name, each in named.items()}))


def _bare(value: Any) -> Any:
    """The module of a handle; a copy of a tensor, so that what is changed in place stays there."""
    if isinstance(value, LocalSubject):
        return value.module
    return value.clone() if isinstance(value, Tensor) else value


def _handle(value: Any) -> Any:
    if isinstance(value, nn.Module):
        return LocalClassifier(value) if hasattr(value, "training_step") else LocalSubject(value)
    return value

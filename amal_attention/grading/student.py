"""A student's answers as hidden tests see them: ``student.MeanPooling(dim=8)`` builds one of their classes."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from torch import nn

from amal_attention.checks.lightning_subject import LocalClassifier
from amal_attention.checks.subject import LocalSubject

__all__ = ["LocalStudent", "NotAnswered"]


class NotAnswered(AssertionError, AttributeError):
    """The submission does not define what a hidden test asks for: a test that fails, and a name that is not there."""


class LocalStudent:
    """Answers that run in this process: for the reference, and for a submission that one trusts.

    Args:
        names: what the notebook defines, by name.
    """

    def __init__(self, names: Mapping[str, Any]) -> None:
        self._names = names

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """A function of the student's, or a class of theirs, whose modules come back as handles.

        Raises:
            NotAnswered: the notebook does not define it.
        """
        if name not in self._names:
            raise NotAnswered(
                f"expected {name} in the notebook; got none; run the skeleton's cells, and keep its names"
            )
        return functools.partial(_called, self._names[name])


def _called(answer: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    value = answer(*map(_bare, args), **{name: _bare(each) for name, each in kwargs.items()})
    return _handle(value)


def _bare(value: Any) -> Any:
    return value.module if isinstance(value, LocalSubject) else value


def _handle(value: Any) -> Any:
    if isinstance(value, nn.Module):
        return LocalClassifier(value) if hasattr(value, "training_step") else LocalSubject(value)
    return value

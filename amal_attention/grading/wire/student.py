"""A student's answers as hidden tests see them: ``student.Encoder(dim=8)`` builds one of their classes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from amal_attention.checks.subjects.stand_ins import STAND_INS
from amal_attention.checks.subjects.subject import LocalFunction
from amal_attention.language import ENGLISH

__all__ = ["LocalStudent", "NotAnswered"]


class NotAnswered(AssertionError, AttributeError):
    """The submission does not define what a hidden test asks for: a test that fails, and a name that is not there."""


class LocalStudent:
    """Answers that run in this process: for the reference, and for a submission that one trusts.

    Args:
        names: what the notebook defines, by name; it is changed while something stands in for an answer. Names of
            :data:`STAND_INS` are always ours.
    """

    def __init__(self, names: dict[str, Any]) -> None:
        self._names = names
        self._replaced: dict[str, Any] = {}

    def __getattr__(self, name: str) -> LocalFunction:
        """A function of the student's, or a class of theirs, whose modules come back as handles.

        Raises:
            NotAnswered: the notebook does not define it.
        """
        if name in STAND_INS:
            return LocalFunction(STAND_INS[name])
        if name not in self._names:
            raise NotAnswered(
                ENGLISH.say("{name} is not in the notebook: run the skeleton's cells, and keep its names", name=name)
            )
        return LocalFunction(self._names[name], name, self._names)

    @contextlib.contextmanager
    def standing_in(self, **ours: str | LocalFunction) -> Iterator[None]:
        """In this context stand-ins replace some answers.

        It is a stand-in by name, ``standing_in(Encoder="FirstWord")``, or a module that was built of one and is called
        as the answer would be, ``standing_in(causal_mask=student.Table(values))``.
        """
        self.stand_in(ours)
        try:
            yield
        finally:
            self.stand_in({})

    def stand_in(self, ours: Mapping[str, str | LocalFunction]) -> None:
        """From now on these stand-ins replace the answers of these names, and no others."""
        for name, answer in self._replaced.items():
            self._names[name] = answer
        self._replaced = {name: self._names[name] for name in ours if name in self._names}
        self._names.update({name: _called(each) for name, each in ours.items() if name in self._names})


def _called(ours: str | LocalFunction) -> Any:
    return STAND_INS[ours] if isinstance(ours, str) else ours.held.called

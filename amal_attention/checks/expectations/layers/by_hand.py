"""An expectation on the source of an answer: it is made of what the statement allows."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.source import named_in
from amal_attention.checks.subjects.stand_ins import STAND_INS
from amal_attention.checks.subjects.subject import FunctionSubject, function_subject

__all__ = ["uses_no"]


@expectation("the answer is written by hand")
def uses_no(
    answer: Callable[..., Any] | FunctionSubject,
    names: Collection[str],
    *,
    apart: Collection[str] = (),
    what: str = "",
    hint: str = "",
) -> None:
    """Neither the source of an answer nor that of what it uses names what is ruled out, or a stand-in.

    It is met where the source is not known.

    Args:
        answer: a class or a function of the notebook.
        names: what is ruled out, ``"nn.GRU"`` or ``"GRU"``: the last part counts.
        apart: other answers, which are looked at by themselves.
        what: the title of the expectation.
        hint: the likely mistake, told with a miss.
    """
    name, cells = function_subject(answer).written()
    found = named_in(name, cells, apart)
    for unwanted in (*names, *STAND_INS):
        if unwanted.rpartition(".")[2] in found:
            raise Missed(f"{name} without {unwanted}", f"{unwanted} in its source", hint)

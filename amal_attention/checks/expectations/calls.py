"""Expectations on one call of a module after another: what it keeps, what it changes, and what training changes.

Each takes the :class:`Probe` of the module's kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.probes.probe import KEPT, UNSTEADY, Probe, Seen, answers, probed, steady
from amal_attention.checks.subjects.nests import leaves, mapped
from amal_attention.checks.subjects.subject import Subject, subject
from amal_attention.checks.values import same
from amal_attention.checks.wording import kind, numbers

__all__ = ["answers_afresh", "keeps_types", "leaves_inputs_alone", "leaves_parameters_alone", "same_in_training"]

Module = nn.Module | Subject

_LENGTHS = (3, 4, 1)
_FLOAT64 = "let nothing become float64: mask.to(x.dtype), no .double(), and no numbers of numpy"
_WRITES = "forward reads the parameters and writes none: no max_norm, and nothing in place"
_OTHER_TYPE = "all is computed in the type of x: mask.to(x.dtype), and x as it is"


@expectation("each call answers for itself: the same texts in another order give the same answers")
def answers_afresh(
    module: Module,
    probe: Probe,
    *,
    lengths: Sequence[int] = _LENGTHS,
    seed: int = 0,
    what: str = "",
    hint: str = "",
) -> None:
    """The same rows from last to first, as a second batch, give the same answers from last to first."""
    for looked_at, at in probed(module, probe, lengths, 1, seed):
        inputs = probe.inputs(lengths, at)
        behind = tuple(mapped(lambda leaf: leaf.flip(0) if isinstance(leaf, Tensor) else leaf, inputs))
        first, turned = answers(looked_at, probe, [inputs, behind])
        if not all(same(turned[name].flip(0), part) for name, part in first.items()):
            again, main = _alike(first, turned), _main(probe, inputs)
            expected, given = first[main].flip(0), turned[main]
            came = numbers(given, expected)
            raise Missed(
                numbers(expected, given),
                f"{came}, the answer to the batch before" if again else came,
                hint
                or (KEPT if again else "")
                or ("" if steady(looked_at, probe, behind, turned) else UNSTEADY)
                or probe.mistake_of_order(looked_at, inputs),
                f"{probe.sent(inputs)}; then the same from last to first",
            )


@expectation("a call leaves its inputs as they are")
def leaves_inputs_alone(
    module: Module, probe: Probe, *, lengths: Sequence[int] = _LENGTHS, seed: int = 0, hint: str = ""
) -> None:
    """After a call its inputs are what they were, for whoever uses them next.

    Where the probe allows empty rows, that holds beside an empty row too, unless the module raises there.
    """
    for looked_at, at in probed(module, probe, lengths, 1, seed):
        inputs = probe.inputs(lengths, at)
        _are_left(probe, inputs, looked_at.inputs_after(*inputs), hint)
        if not probe.has_empty_rows:
            return
        with_an_empty_one = probe.inputs((*lengths, 0), seed)
        try:
            after = looked_at.inputs_after(*with_an_empty_one)
        except Exception:  # what a text without words gives is told elsewhere, where it is stated
            return
        _are_left(probe, with_an_empty_one, after, hint)


@expectation("a call leaves the parameters as they are: only training changes them")
def leaves_parameters_alone(
    module: Module, probe: Probe, *, lengths: Sequence[int] = _LENGTHS, seed: int = 0, hint: str = ""
) -> None:
    """In evaluation and in training, parameters twice as large as those it was built with stay so in a call.

    They are doubled, as the call that materialises it may have brought them to a length already.
    """
    looked_at, inputs = subject(module), probe.inputs(lengths, seed)
    looked_at.materialise(*inputs)
    looked_at.load({name: 2 * each for name, each in looked_at.parameters().items()})
    before = looked_at.parameters()
    for training in (False, True):
        (looked_at.train if training else looked_at.eval)()
        (_,) = answers(looked_at, probe, [inputs], finite=False)
        for name, each in looked_at.parameters().items():
            if not torch.equal(each, before[name]):
                raise Missed(f"{name} as it was", f"{name} changed by the call", hint or _WRITES, probe.sent(inputs))


def _are_left(probe: Probe, inputs: tuple[Any, ...], after: Sequence[Any], hint: str) -> None:
    for name, before, each in zip(probe.names(inputs), leaves(inputs), leaves(after), strict=True):
        if not torch.equal(before, each):
            raise Missed(
                f"{name} as it was",
                f"{name} changed by the call",
                hint or f"what ends in _, and {name}[...] = ..., change {name} in place: make a new one",
                probe.sent(inputs),
            )


@expectation("what comes out has the type of what went in")
def keeps_types(
    module: Module,
    probe: Probe,
    *,
    lengths: Sequence[int] = _LENGTHS,
    seed: int = 0,
    what: str = "",
    hint: str = "",
) -> None:
    """The reply is in float32, as the inputs and the parameters are."""
    for looked_at, at in probed(module, probe, lengths, 1, seed):
        inputs = probe.inputs(lengths, at)
        (seen,) = answers(looked_at, probe, [inputs])
        for name, each in seen.items():
            if each.dtype != torch.float32:
                raise Missed(
                    f"{name} of float32, as x is",
                    kind(each),
                    hint or (_FLOAT64 if each.dtype == torch.float64 else _OTHER_TYPE),
                    probe.sent(inputs),
                )


@expectation("in training mode it computes what it computes in evaluation, dropout apart")
def same_in_training(
    module: Module, probe: Probe, *, lengths: Sequence[int] = _LENGTHS, seed: int = 0, hint: str = ""
) -> None:
    """The same answers in both modes, where nothing is dropped at random."""
    for looked_at, at in probed(module, probe, lengths, 1, seed):
        inputs = probe.inputs(lengths, at)
        (expected,) = answers(looked_at.eval(), probe, [inputs])
        (trained,) = answers(looked_at.train(dropout=False), probe, [inputs])
        if not _alike(trained, expected):
            sent, main = probe.sent(inputs), _main(probe, inputs)
            raise Missed(
                f"{numbers(expected[main], trained[main])}, as in evaluation",
                numbers(trained[main], expected[main]),
                hint or "in training a text is read by itself too: no normalisation over the batch, no other branch",
                f"{sent}, in training mode, without dropout",
            )


def _main(probe: Probe, inputs: tuple[Any, ...]) -> str:
    """The first of the main parts, which is the one that is told."""
    return next(iter(probe.main(inputs)))


def _alike(first: Seen, second: Seen) -> bool:
    return all(same(part, second[name]) for name, part in first.items())

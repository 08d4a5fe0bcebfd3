"""Expectations on dropout: what is dropped, and when."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.expectations.layers.parts import Parts, normed
from amal_attention.checks.probes.probe import Probe, answers, probed
from amal_attention.checks.subjects.subject import Subject, subject
from amal_attention.checks.values import same
from amal_attention.checks.wording import numbers

__all__ = ["draws_while_training", "drops_in_training", "drops_nothing", "drops_what_it_adds"]

Module = nn.Module | Subject

_LENGTHS = (4, 4)
_TEXTS = (4,) * 12
_BAND = 0.15
_NEVER = "dropout is handed on to each layer, and drops at random in training"
_ALWAYS = "dropout is for training alone: nn.Dropout knows, F.dropout has training=self.training"
_UNASKED = "no dropout is asked for here: nothing is dropped, in training either"
_MANY = (6,) * 12
"""So many numbers that a dropout of a tenth hits one."""
_ADDED = "dropout falls on what each part adds, x + dropout(part), and on nothing else"
_DROPS_X = "dropout drops what each part adds, not x itself, and not their sum"
_KEEPS_ATTENTION = (
    "what attention adds goes through dropout before the sum, x + dropout(…), with the share that is given"
)
_KEEPS_NETWORK = (
    "what the network adds goes through dropout before the sum, x + dropout(…), with the share that is given"
)


@expectation("dropout of one half: two calls differ in training, and agree in evaluation")
def draws_while_training(
    module: Module, probe: Probe, *, lengths: Sequence[int] = _LENGTHS, seed: int = 0, what: str = "", hint: str = ""
) -> None:
    """Something is dropped at random in training, whatever it is, and nothing in evaluation.

    Args:
        module: built with a dropout of one half.
        probe: its kind.
        lengths: how many places each row has.
        seed: another seed, other parameters and inputs.
        what: the title of the expectation.
        hint: the likely mistake, told with a miss.
    """
    for looked_at, at in probed(module, probe, lengths, 1, seed):
        inputs = probe.inputs(lengths, at)
        for training in (True, False):
            (looked_at.train if training else looked_at.eval)()
            first, second = answers(looked_at, probe, [inputs, inputs])
            name = next(iter(probe.main(inputs)))
            if same(first[name], second[name], 1e-6) == training:
                expected, came = ("two answers", "one") if training else ("one answer", "two")
                mode = "training" if training else "evaluation"
                sent = f"{probe.sent(inputs)} twice, in {mode}, dropout = 0.5"
                raise Missed(expected, came, hint or (_NEVER if training else _ALWAYS), sent)


@expectation("where no dropout is asked for, training drops nothing")
def drops_nothing(
    module: Module, probe: Probe, *, lengths: Sequence[int] = _MANY, seed: int = 0, hint: str = ""
) -> None:
    """In training the answer is that in evaluation.

    Args:
        module: built without dropout.
        probe: its kind.
        lengths: how many places each row has.
        seed: another seed, other parameters and inputs.
        hint: the likely mistake, told with a miss.
    """
    for looked_at, at in probed(module, probe, lengths, 1, seed):
        inputs = probe.inputs(lengths, at)
        (expected,) = answers(looked_at, probe, [inputs])
        (trained,) = answers(looked_at.train(), probe, [inputs])
        for name, each in expected.items():
            if not same(trained[name], each):
                sent = f"{probe.sent(inputs)}, in training"
                raise Missed(f"the same {name} as in evaluation", "others", hint or _UNASKED, sent)


@expectation("dropout of all that is added leaves x as it is, in training alone")
def drops_what_it_adds(
    layer: Module, probe: Probe, *, lengths: Sequence[int] = _LENGTHS, seed: int = 0, what: str = "", hint: str = ""
) -> None:
    """A pre-LN layer whose parts are all dropped gives what it reads; in evaluation it does not.

    Args:
        layer: built with norms first and a dropout of 1.
        probe: its kind; it reads x first.
        lengths: how many places each row has.
        seed: another seed, other parameters and inputs.
        what: the title of the expectation.
        hint: the likely mistake, told with a miss.
    """
    for looked_at, at in probed(layer, probe, lengths, 1, seed):
        inputs = probe.inputs(lengths, at)
        name, x = next(iter(probe.main(inputs))), inputs[0]
        (trained,) = answers(looked_at.train(), probe, [inputs], finite=False)
        came = probe.shown(trained, inputs)[name]
        if not same(came, probe.shown({name: x}, inputs)[name], 1e-5):
            sent = f"{probe.sent(inputs)}, in training, dropout = 1"
            raise Missed(f"x as it is, {numbers(x[0])}", numbers(came[0]), hint or _ADDED, sent)
        (evaluated,) = answers(looked_at.eval(), probe, [inputs])
        if same(evaluated[name], x):
            sent = f"{probe.sent(inputs)}, in evaluation, dropout = 1"
            raise Missed("something added to x", "x as it is", hint or _ALWAYS, sent)


@expectation("dropout drops what is added, in training alone")
def drops_in_training(
    layer: Module, probe: Probe, share: float, *, norm_first: bool, seed: int = 0, what: str = "", hint: str = ""
) -> None:
    """In training each part adds something else at each call, and x comes through; in evaluation nothing is dropped.

    Of what a pre-LN layer adds such a share is 0.

    Args:
        layer: the layer as it was built.
        probe: its kind.
        share: what is dropped.
        norm_first: whether it is a pre-LN layer.
        seed: another seed, other matrices and words.
        what: the title of the expectation.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    looked_at, inputs = subject(layer).eval(), probe.inputs(_TEXTS, seed)
    sent = f"{probe.sent(inputs)}, dropout = {share:g}"
    first, again = (
        seen[name] for seen in answers(looked_at, probe, [inputs, inputs]) for name in probe.main(inputs)[:1]
    )
    if not same(first, again, 1e-6, nan=True):
        raise Missed("the same states twice in evaluation", "others", hint or _ALWAYS, sent)
    parts = Parts(looked_at, probe, seed, _TEXTS)
    x, sent = parts.inputs[0], f"{parts.sent}, dropout = {share:g}"
    training, sent = parts.in_training(), f"{sent}, in training"
    bare = training.without_both(parts.inputs)
    if not same(bare, x if norm_first else normed(x), 1e-3):
        raise Missed("x all the same, where nothing is added", "something else", hint or _DROPS_X, sent)
    for states, likely in ((training.without_network, _KEEPS_ATTENTION), (training.without_attention, _KEEPS_NETWORK)):
        first, second = (states(parts.inputs) for _ in range(2))
        if same(first, second, 1e-6):
            raise Missed("other states at the next call", "the same", hint or likely, sent)
        dropped = float((first == x).float().mean())
        if norm_first and abs(dropped - share) > _BAND:
            told = f"{dropped:.0%} of them"
            raise Missed(f"about {share:.0%} of what is added to be 0", told, hint or likely, sent)

"""Expectations on any module that reads a batch row by row; each takes the :class:`Probe` of the module's kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.probes.probe import UNSTEADY, Probe, alone, answers, beside, changed, probed, steady
from amal_attention.checks.subjects.nests import leaves
from amal_attention.checks.subjects.subject import FunctionSubject, Subject, function_subject, randomised, subject
from amal_attention.checks.values import same
from amal_attention.checks.wording import kind, numbers, shape, tensors_sent

__all__ = [
    "agrees_with",
    "gradient_reaches",
    "ignores_padding",
    "is_distribution",
    "reads_each_alone",
    "registers_everything",
    "shapes",
    "simplex",
]

Module = nn.Module | Subject
Oracle = Callable[..., Any]

_LENGTHS = (4, 2, 1)
_TRIES = 6
_ADDS_PADDING = "what stands under the padding is added in: count only the places where the mask is True"
_COUNTS_PADDING = (
    "padding is counted in a sum or a mean: divide by the number of words, mask.sum(dim=1), not by the length; "
    "and a recurrent layer that reads from the right meets the padding first"
)
_UNREGISTERED = (
    "a tensor or a layer is not registered: use nn.Parameter for a tensor, nn.ModuleList for a list of layers, "
    "and make nothing anew in forward"
)
_FROZEN = "what is asked for learns: no requires_grad=False, no requires_grad_(False)"
_WIDTH_OF_WORDS = "it has the width of the embeddings: are they what you sum, in place of the values or states?"
_NUMBERS_SUMMED = "the numbers of each word are summed: sum over the words, dim=1, not over dim=2"
_ONE_DIRECTION = "it is half as wide as it should be: where a recurrent layer reads both ways, its states are joined"
_CALL_AGAIN = "compare each step of it with the formula of the statement"


@expectation("what comes back has the shapes of the statement, for any batch")
def shapes(
    module: Module,
    probe: Probe,
    out_features: int | None = None,
    *,
    lengths: Sequence[int] = _LENGTHS,
    seed: int = 0,
    what: str = "",
    hint: str = "",
) -> None:
    """Shapes for several rows, for a batch of one, and for a row of length 1.

    Args:
        module: the module.
        probe: its kind.
        out_features: the width of what it gives, which is an attribute too; None where it has no such attribute.
        lengths: how many places each row of the first batch has.
        seed: another seed, other words.
        what: the title of the expectation.
        hint: the hint of a miss, in place of what a shape tells by itself.
    """
    if out_features is not None:
        _declares_width(module, out_features)
    try:
        _look_at_shapes(module, probe, out_features, lengths, seed)
    except Missed as miss:
        raise Missed(miss.expected, miss.came, hint or miss.hint, miss.sent) from miss


def _look_at_shapes(module: Module, probe: Probe, out_features: int | None, lengths: Sequence[int], seed: int) -> None:
    batches = [probe.inputs(several, seed) for several in (lengths, (3,), (1,), (2, 2), (1, 1))]
    replies = answers(subject(module).eval(), probe, batches, finite=False, mend=False)
    for seen, inputs in zip(replies, batches, strict=True):
        name, first = next(iter(seen.items()))
        if out_features is not None and first.shape[1] != out_features:
            rows, longest, width = inputs[0].shape
            raise Missed(
                f"{name} of shape ({rows}, {out_features})",
                f"{name} of shape {shape(first)}",
                _mistake_of_width(first.shape[1], out_features, longest, width),
                probe.sent(inputs),
            )


@expectation("weights sum to 1 over the words of a text, and are 0 on padding")
def simplex(
    module: Module,
    probe: Probe,
    *,
    lengths: Sequence[int] = _LENGTHS,
    seed: int = 0,
    times: int = 3,
    hint: str = "",
) -> None:
    """The part ``weights`` is a distribution over its last axis, and 0 where its probe says that nothing may be seen.

    Where nothing at all may be seen, all weights are 0. A word whose vector is zeros is a word as well.

    Args:
        module: the module.
        probe: its kind.
        lengths: how many places each row has.
        seed: another seed, other parameters and words.
        times: how often to look; once where nothing, such as a ReLU, can hide what is wrong.
        hint: what is told of a module without a softmax, in place of hints that speak of one.
    """
    for looked_at, at in probed(module, probe, lengths, times, seed):
        inputs = probe.with_a_zero_vector(probe.inputs(lengths, at))
        (seen,) = answers(looked_at, probe, [inputs], finite=False)
        weights = seen["weights"]
        places = probe.places(inputs)["weights"].expand_as(weights)
        is_distribution(weights, places, probe.sent(inputs), partial(probe.mistake_of_weights, weights, places, hint))
        probe.weighs_every_word(weights, inputs)


def is_distribution(weights: Tensor, places: Tensor, sent: str, likely: Callable[[], str]) -> None:
    """Look whether weights sum to 1 over the places on their last axis, and are 0 elsewhere.

    Raises:
        Missed: they do not, with the ``likely`` mistake.
    """
    words = weights.masked_fill(~places, 0).sum(dim=-1)
    padding = weights.masked_fill(places, 0).abs().sum(dim=-1)
    padding = padding.masked_fill(padding < 1e-30, 0)  # what a score of -100 leaves is 0 for all purposes
    fine = weights.isfinite().all() and (weights >= 0).all() and not padding.any()
    if not (fine and same(words, places.any(dim=-1).to(words.dtype))):
        raise Missed(
            "sums of 1 over the words, and 0 on padding",
            f"sums of {numbers(words)} over the words, and {numbers(padding)} on padding",
            likely(),
            sent,
        )


@expectation("padding changes nothing: neither what stands there, nor how much of it there is")
def ignores_padding(
    module: Module,
    probe: Probe,
    *,
    lengths: Sequence[int] = _LENGTHS,
    longest: int = 7,
    under: float = 1.0,
    seed: int = 0,
    times: int = 3,
    hint: str = "",
) -> None:
    """The same answer with zeros under the padding, with other numbers there, and beside a longer row.

    Args:
        module: the module.
        probe: its kind.
        lengths: how many places each row has.
        longest: length of the row beside which they are padded further.
        under: how large the other numbers are.
        seed: another seed, other parameters and words.
        times: how often to look; once where nothing, such as a ReLU, can hide what is wrong.
        hint: the likely mistake where the answer depends on how much padding there is.
    """
    for looked_at, at in probed(module, probe, lengths, times, seed):
        empty, noisy = probe.inputs(lengths, at, 0), probe.inputs(lengths, at, under)
        rows = [beside(empty, probe.inputs((length,), seed + 1)) for length in (max(lengths), longest)]
        batches = [*rows, noisy]
        differences = (
            (probe.longer(max(lengths)), ""),
            (probe.longer(longest), hint or _COUNTS_PADDING),
            ("with numbers under the padding in place of zeros", _ADDS_PADDING),
        )
        expected, *others = answers(looked_at, probe, [empty, *batches])
        for inputs, other, (way, known) in zip(batches, others, differences, strict=True):
            found = changed(probe.shown(expected, empty), probe.shown(other, inputs))
            if found is not None:
                raise Missed(
                    probe.same_as(found),
                    probe.came(found),
                    _unsteady(looked_at, probe, empty, expected)
                    or probe.mistake_of_padding(looked_at, (empty, expected), (inputs, other), known),
                    f"{probe.sent(empty)}; then the same {way}",
                )


@expectation("a text is read by itself, whatever stands beside it in the batch")
def reads_each_alone(
    module: Module,
    probe: Probe,
    *,
    lengths: Sequence[int] = (4, 4, 4),
    seed: int = 0,
    times: int = 3,
    what: str = "",
    hint: str = "",
) -> None:
    """Rows of the same length give alone what they give together."""
    for looked_at, at in probed(module, probe, lengths, times, seed):
        inputs = probe.inputs(lengths, at)
        together, *apart = answers(looked_at, probe, [inputs, *(alone(inputs, row) for row in range(len(lengths)))])
        for row, by_itself in enumerate(apart):
            found = changed(by_itself, {name: part[row : row + 1] for name, part in together.items()})
            if found is not None:
                raise Missed(
                    probe.alone(found),
                    probe.came_in_batch(replace(found, row=row)),
                    _unsteady(looked_at, probe, inputs, together)
                    or hint
                    or probe.mistake_in_batch(looked_at, inputs, together, apart),
                    f"{probe.sent(inputs)}; then each in a batch of one",
                )


@expectation("a gradient reaches every parameter")
def gradient_reaches(
    module: Module, probe: Probe, *, lengths: Sequence[int] = _LENGTHS, seed: int = 0, hint: str = ""
) -> None:
    """In training mode each parameter gets a gradient from the answer, finite and, in some look, not all zero.

    None is frozen.

    A bias, or a single number, may have a zero gradient: adding a constant to all scores rightly changes nothing.
    """
    silent: set[str] | None = None
    _refuse_frozen(subject(module), hint)
    for looked_at, at in probed(module, probe, lengths, _TRIES, seed):
        silent = set(looked_at.parameters()) if silent is None else silent
        if not silent:
            raise Missed("parameters that learn", "none", hint or _UNREGISTERED)
        inputs = probe.inputs(lengths, at)
        for name, gradient in _gradients(looked_at, probe, inputs).items():
            if gradient is None:
                raise Missed(f"a gradient for {name}", "none", hint or probe.unused(name), probe.with_gradient(inputs))
            if not gradient.isfinite().all():
                came = numbers(gradient.flatten())
                raise Missed(f"a finite gradient for {name}", came, hint, probe.with_gradient(inputs))
            if _may_be_silent(name, gradient) or (gradient.abs() > 1e-7).any():
                silent.discard(name)
        if not silent:
            return
    name = min(silent or ())
    sent = probe.with_gradient(inputs)
    raise Missed(f"a gradient for {name}", "zeros", hint or f"{name} changes nothing in the answer", sent)


@expectation("all that it computes with is registered: a copy of its state is a copy of it")
def registers_everything(
    build: Callable[[], Module],
    probe: Probe,
    *,
    lengths: Sequence[int] = _LENGTHS,
    seed: int = 0,
    times: int = 3,
    hint: str = "",
) -> None:
    """A second module that is given the state of a first one answers as the first one does.

    Args:
        build: makes a module, the same at each call but for its random start.
        probe: its kind.
        lengths: how many places each row has.
        seed: another seed, other parameters and words.
        times: how often to look.
        hint: the likely mistake, told with a miss.
    """
    second = subject(build()).eval()
    for first, at in probed(build(), probe, lengths, times, seed):
        inputs = probe.inputs(lengths, at)
        second.materialise(*inputs)
        second.load(first.state())
        answer, again = answers(first, probe, [inputs, inputs])
        (copied,) = answers(second, probe, [inputs])
        main = probe.main(inputs)
        if not all(same(answer[name], again[name], nan=True) for name in main):
            raise Missed("the same answer at each call", "another one", UNSTEADY)
        if not all(same(answer[name], copied[name]) for name in main):
            raise Missed("the same answer from the copy", "another one", hint or _UNREGISTERED, probe.sent(inputs))


@expectation("the answer is what the formula gives")
def agrees_with(
    answer: Module | FunctionSubject | Callable[..., Any],
    oracle: Oracle,
    inputs: Sequence[Any],
    *,
    mistakes: Mapping[str, Oracle] | None = None,
    part: int | None = None,
    what: str = "",
    seed: int = 0,
    times: int = 3,
    tolerance: float = 1e-4,
    hint: str = "",
) -> None:
    """Every tensor of the reply is what ``oracle`` computes here, of a module from its own parameters.

    Args:
        answer: a module, whose parameters are random in each look; or a function.
        oracle: called with the state of the module, its parameters and buffers by name, and with the inputs; of a
            function with the inputs alone. It gives a nest of as many tensors.
        inputs: what both are called with.
        mistakes: other oracles, what likely mistakes compute, by the hint that names them.
        part: the place of the one tensor of the reply that is looked at; all by default.
        what: the title of the expectation.
        seed: another seed, other parameters.
        times: how often to look at a module.
        tolerance: absolute and relative.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    is_module = isinstance(answer, nn.Module | Subject)
    for look in range(seed, seed + times if is_module else seed + 1):
        if is_module:
            subject(answer).materialise(*inputs)  # type: ignore[arg-type]
            looked_at: FunctionSubject = randomised(answer, look)  # type: ignore[arg-type]
            first = [looked_at.state()]  # type: ignore[attr-defined]
        else:
            looked_at, first = function_subject(answer), []
        came, expected = looked_at(*inputs), _counting(oracle(*first, *inputs), part)
        parts = _counting(came, part)
        sent = tensors_sent(list(leaves(tuple(inputs))))
        if [type(each) for each in parts] != [type(each) for each in expected]:
            raise Missed(kind(tuple(expected)), kind(came), hint, sent)
        for each, right in zip(parts, expected, strict=True):
            if isinstance(right, Tensor) and not same(each, right, tolerance):
                fits = (
                    name
                    for name, wrong in (mistakes or {}).items()
                    if _fits(parts, _counting(wrong(*first, *inputs), part), tolerance)
                )
                raise Missed(_told(right, each), _told(each, right), next(fits, "") or hint or _CALL_AGAIN, sent)


def _unsteady(looked_at: Subject, probe: Probe, inputs: tuple[Any, ...], seen: dict[str, Tensor]) -> str:
    return "" if steady(looked_at, probe, inputs, seen) else UNSTEADY


def _gradients(looked_at: Subject, probe: Probe, inputs: tuple[Any, ...]) -> dict[str, Tensor | None]:
    """The gradient of each parameter, in training mode, added up over the parts that are the answer."""
    (seen,) = answers(looked_at, probe, [inputs])
    names, total = list(probe.shapes(inputs)), dict[str, Tensor | None]()
    looked_at.train()
    for name in probe.main(inputs):
        part = seen[name]
        upstream = torch.linspace(-1, 2, part.numel()).reshape(part.shape)
        found, _ = looked_at.gradients(inputs, upstream, names.index(name))
        for each, gradient in found.items():
            known = total.get(each)
            total[each] = gradient if known is None else known if gradient is None else known + gradient
    return total


def _declares_width(module: Module, out_features: int) -> None:
    declared = getattr(module, "out_features", None)
    if declared != out_features:
        given = "set self.out_features, by what __init__ is given: is all of it used?"
        likely = "set self.out_features" if declared is None else given
        raise Missed(f"out_features = {out_features}", f"out_features = {declared!r}", likely, "")


def _mistake_of_width(came: int, out_features: int, longest: int, dim: int) -> str:
    """Why what is given has another width than it should have."""
    known = {out_features / 2: _ONE_DIRECTION, longest: _NUMBERS_SUMMED, dim: _WIDTH_OF_WORDS}
    return known.get(came, "")


def _refuse_frozen(looked_at: Subject, hint: str) -> None:
    frozen = looked_at.frozen()
    if frozen:
        raise Missed("parameters that learn", f"{frozen[0]}, which does not", hint or _FROZEN)


def _may_be_silent(name: str, gradient: Tensor) -> bool:
    return gradient.numel() < 2 or name.endswith("bias")


def _counting(reply: Any, part: int | None) -> list[Any]:
    """The leaves of a reply, or the one that is looked at."""
    return list(leaves(reply)) if part is None else list(leaves(reply))[part : part + 1]


def _fits(parts: list[Any], wrong: list[Any], tolerance: float) -> bool:
    """Whether a reply is what a mistake computes."""
    pairs = list(zip(parts, wrong, strict=False))
    return all(same(part, other, tolerance) for part, other in pairs if isinstance(other, Tensor))


def _told(part: Tensor, other: Tensor) -> str:
    """A tensor in words: its numbers, or its shape where that is another one."""
    return numbers(part, other) if part.shape == other.shape else kind(part)

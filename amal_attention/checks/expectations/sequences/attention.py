"""Expectations on decoders that attend: what they ask with, what they read, and what becomes of it.

Their score is a stand-in, so that weights are known; what they learn may be called and laid out in any way.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

import torch
from torch import Tensor, nn

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.expectations.sequences.perceptron import WEIGHTS, alike, mistake_of_layer
from amal_attention.checks.probes.decoding import DecoderProbe
from amal_attention.checks.probes.probe import Probe, Seen, answers, probed
from amal_attention.checks.subjects.nests import leaves
from amal_attention.checks.subjects.subject import Subject, subject
from amal_attention.checks.values import same
from amal_attention.checks.wording import numbers

__all__ = [
    "asks_with",
    "combines_by_tanh",
    "follows_memory",
    "levels_off",
    "reads_by_weights",
    "sees_attention_vector_alone",
    "state_sees_memory",
    "weighs_by_score",
]

Module = nn.Module | Subject
Weigh = Callable[[Tensor, Tensor], Tensor]

_LENGTHS = (4, 2, 3)
_FULL = (3, 3, 3)
_ROWS = 40
_FAR = (1e7, 1e9)
_LEAST = 1e-5
_TRIES = 3
_NOT_ASKED = (
    "the score that is given is called with query and keys: self.score(query, memory), and nothing in its place"
)
_KEYS = "the keys are the memory as it is"
_OLD = "this is the state before the token is read: first the recurrent layer, then the score"
_NEW = "this is the state after the token is read: first the score, then the recurrent layer"
_EMBEDDED = "the query is a state, of H numbers, and not the embedding of the token"
_FIRST = "this is the first state: at each step the query is the state of that step"
_BLIND = "the context does not enter the recurrent cell: it reads the token and the context"
_SIGHTED = "the context enters the recurrent layer: here it is read after the state, and the state knows nothing of it"
_NOT_THE_SUM = "the context is the sum of the memory by the weights that come back"
_NO_MEMORY = "the context has no part in the answer"
_BESIDE = "the logits are a linear layer of the attention vector: neither the token nor the state is added to it"
_GROWS = "it grows with what it reads: a tanh keeps each number of the hidden layer between -1 and 1"
_NO_STATE = "the state has no part in the attention vector: tanh(W [c; h]) reads both"
_STATE_ALONE = "the context has no part in the attention vector: tanh(W [c; h]) reads both"
_NO_LAYER = "the logits are a linear layer of tanh(W [c; h]), all of it learned, and no softmax follows"


@expectation("the answer hangs on the memory")
def follows_memory(decoder: Module, probe: DecoderProbe, *, seed: int = 0, hint: str = "") -> None:
    """In some look another memory changes logits or weights, of all or of one line alone.

    Args:
        decoder: the decoder, around a score that compares.
        probe: its kind.
        seed: another seed, other parameters and inputs.
        hint: the likely mistake, told with a miss.
    """
    for looked_at, at in probed(decoder, probe, _LENGTHS, _TRIES, seed):
        tokens, state, memory, mask = inputs = probe.inputs(_LENGTHS, at)
        given = [inputs, inputs, (tokens, state, memory.flip(2) - 1, mask)]
        first, again, other = ([*_tensors(each)] for each in looked_at.each(given))
        moved = [not same(*pair, _LEAST) for pair in zip(first, other, strict=False)]
        still = [same(*pair, 1e-6) for pair in zip(first, again, strict=False)]
        if any(each and steady for each, steady in zip(moved, still, strict=False)):
            return
    raise Missed(
        "other logits, or other weights, with another memory",
        "the same",
        hint or _NO_MEMORY,
        f"{probe.sent(inputs)}; then the same with another memory",
    )


@expectation("the score is asked with the right state, on the memory")
def asks_with(
    decoder: Module,
    score: Module,
    probe: DecoderProbe,
    *,
    which: Literal["before", "after"],
    seed: int = 0,
    hint: str = "",
) -> None:
    """The last query is the state after the last token is read, or the one before; the keys are the memory.

    Args:
        decoder: built around ``score``.
        score: a :class:`FixedScore`.
        probe: the kind of the decoder.
        which: whether it asks with the state "before" or "after" the token is read.
        seed: another seed, other parameters and inputs.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    for looked_at, at in probed(decoder, probe, _LENGTHS, seed=seed):
        tokens, state, memory, mask = probe.inputs(_LENGTHS, at)
        for count in (1, 2, 3):
            given = [(tokens[:, :steps], state, memory, mask) for steps in (count - 1, count) if steps]
            *_, before, after = [state, *(seen["state"] for seen in answers(looked_at, probe, given))]
            query, keys = _handed(score)
            sent = probe.sent(given[-1])
            if not same(keys, memory):
                raise Missed(f"keys {numbers(memory[0, 0])} …", numbers(keys[0, 0]), _KEYS, sent)
            expected, other, likely = (before, after, _NEW) if which == "before" else (after, before, _OLD)
            last = query[:, -1]
            if not same(last, expected):
                known = likely if same(last, other) else _FIRST if same(last, state) else ""
                known = known or (_EMBEDDED if last.shape != state.shape else "")
                raise Missed(f"the query {numbers(expected[0])}", numbers(last[0]), known or hint or _EMBEDDED, sent)


@expectation("the state that comes back knows of the memory, or does not")
def state_sees_memory(
    decoder: Module, probe: DecoderProbe, sees: bool, *, steps: int = 1, seed: int = 0, hint: str = ""
) -> None:
    """Another memory gives another state after some tokens, if the state ``sees`` the memory, and the same if not.

    Args:
        decoder: the decoder.
        probe: its kind.
        sees: whether the context enters the recurrent layer.
        steps: after how many tokens it does; that it does not is looked at after all.
        seed: another seed, other parameters and inputs.
        hint: the likely mistake, told with a miss.
    """
    moved = False
    for looked_at, at in probed(decoder, probe, _LENGTHS, _TRIES, seed):
        tokens, state, memory, mask = probe.inputs(_LENGTHS, at)
        read = tokens[:, :steps] if sees else tokens
        given = [(read, state, each, mask) for each in (memory, memory.flip(2) - 1)]
        first, second = (seen["state"] for seen in answers(looked_at, probe, given))
        moved = moved or bool((first - second).abs().max() > _LEAST)
        if moved and not sees:
            raise Missed(
                f"the same state with another memory, {numbers(first[0])}",
                numbers(second[0]),
                hint or _SIGHTED,
                f"{probe.sent(given[0])}; then the same with another memory",
            )
    if sees and not moved:
        raise Missed(
            "another state with another memory",
            f"the same, {numbers(first[0])}",
            hint or _BLIND,
            f"{probe.sent(given[0])}; then the same with another memory",
        )


@expectation("the weights that come back are what attention makes of the scores")
def weighs_by_score(
    decoder: Module,
    score: Module,
    probe: DecoderProbe,
    weigh: Weigh,
    *,
    seed: int = 0,
    hint: str = "",
) -> None:
    """At each step the weights are those of the scores, which are told in advance.

    Args:
        decoder: built around ``score``.
        score: a :class:`FixedScore`.
        probe: the kind of the decoder.
        weigh: what scores ``(B, T, S)`` and a mask ``(B, S)`` come to.
        seed: another seed, other parameters and inputs.
        hint: the likely mistake, told with a miss.
    """
    for looked_at, at in probed(decoder, probe, _LENGTHS, 1, seed):
        inputs = *_, mask = probe.inputs(_LENGTHS, at)
        (seen,) = answers(looked_at, probe, [inputs])
        _handed(score)
        told = subject(score).state()["scores"][: mask.shape[1]]
        scores = told.repeat(*seen["weights"].shape[:2], 1)
        if not same(seen["weights"], weigh(scores, mask)):
            raise Missed(
                f"weights {numbers(weigh(scores, mask)[:, 0])}",
                numbers(seen["weights"][:, 0]),
                hint,
                f"{probe.sent(inputs)}, and scores {numbers(told)} for every query",
            )


@expectation("of the memory, the sum by the weights is read, and nothing else")
def reads_by_weights(decoder: Module, probe: DecoderProbe, *, seed: int = 0, hint: str = "") -> None:
    """The sum of the memory by the weights, put at each of its places, gives the same logits and state.

    Another memory gives other logits. The score is one that does not look at the memory.

    Args:
        decoder: the decoder.
        probe: its kind.
        seed: another seed, other parameters and inputs.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    moved = False
    for looked_at, at in probed(decoder, probe, _LENGTHS, _TRIES, seed):
        tokens, state, memory, mask = inputs = probe.inputs(_LENGTHS, at)
        (first,) = answers(looked_at, probe, [inputs])
        context = first["weights"][:, :1] @ memory  # the same at each step, as the scores are
        given = [(tokens, state, each, mask) for each in (context.expand_as(memory), context.expand_as(memory) + 1)]
        gathered, others = answers(looked_at, probe, given)
        for name in ("logits", "state"):
            if not same(gathered[name], first[name], 1e-3):
                raise Missed(
                    f"the same {name}, {numbers(first[name][0])}",
                    numbers(gathered[name][0]),
                    hint or _NOT_THE_SUM,
                    f"{probe.sent(inputs)}; then the same with the sum of the memory by the weights at each place",
                )
        moved = moved or not same(gathered["logits"], others["logits"], 1e-6)
    if not moved:
        raise Missed(
            "other logits with another memory",
            "the same",
            hint or _NO_MEMORY,
            f"{probe.sent(inputs)}; then another memory",
        )


@expectation("the answer levels off: a tanh keeps it as it is once what it reads is large")
def levels_off(module: Module, probe: Probe, *, reads: Sequence[int] = (), seed: int = 0, hint: str = "") -> None:
    """Inputs ten million times as large, and a hundred times larger still, give the same answer.

    Args:
        module: the module.
        probe: its kind.
        reads: which inputs are made large, by their numbers; all tensors of floats where none is named.
        seed: another seed, other parameters and inputs.
        hint: the likely mistake, told with a miss.
    """
    for looked_at, at in probed(module, probe, _FULL, seed=seed):
        inputs = probe.inputs(_FULL, at)
        far = [tuple(_larger(each, size, reads, place) for place, each in enumerate(inputs)) for size in _FAR]
        first, second = answers(looked_at, probe, far, finite=False)
        for name in probe.main(inputs):
            if not same(first[name], second[name], 1e-3):
                raise Missed(
                    f"the same {name}, {numbers(first[name][0])}",
                    numbers(second[name][0]),
                    hint or _GROWS,
                    f"{probe.sent(inputs)}, large numbers; then numbers 100 times as large",
                )


@expectation("the logits are a linear layer of tanh(W [c; h])")
def combines_by_tanh(decoder: Module, score: Module, probe: DecoderProbe, *, seed: int = 0, hint: str = "") -> None:
    """With all parameters alike, a logit follows the tanh of the sums of context and state.

    Args:
        decoder: built around ``score``.
        score: a :class:`FixedScore`.
        probe: the kind of the decoder.
        seed: another seed, other inputs.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    tokens, state, memory, _ = probe.inputs([2] * _ROWS, seed)
    memory = memory[:, :1].expand_as(memory)  # whatever the weights, this is the context
    inputs = tokens[:, :1], state, memory, torch.ones(memory.shape[:2], dtype=torch.bool)
    looked_at = subject(decoder).eval()
    looked_at.materialise(*inputs)
    weights = [each / math.sqrt(2 * probe.hidden_size) for each in WEIGHTS]
    logits, states, queries = [], [], []
    for weight in weights:
        (seen,) = answers(alike(looked_at, weight), probe, [inputs])
        logits.append(seen["logits"][:, 0, 0])
        states.append(seen["state"].sum(dim=1))
        queries.append(_asked(score, seen)[:, -1].sum(dim=1))
    of_context = memory[:, 0].sum(dim=1)
    likely = [
        mistake_of_layer(logits, [[of_context, each] for each in some], weights, hint or _NO_LAYER)
        for some in (states, queries)
    ]
    if all(likely):
        raise Missed(
            "logits that are a linear layer of tanh(W [c; h])",
            f"logits {numbers(logits[0])}, with {weights[0]:.3g} for all parameters",
            _of_parts(looked_at, probe, inputs, seed) or likely[0],
            probe.sent(inputs),
        )


@expectation("the logits hang on the attention vector alone")
def sees_attention_vector_alone(decoder: Module, probe: DecoderProbe, *, seed: int = 0, hint: str = "") -> None:
    """Where a large context saturates the tanh, another token and another state give the same logits.

    Args:
        decoder: built around a :class:`FixedScore`, whose weights hang on no query.
        probe: the kind of the decoder.
        seed: another seed, other parameters and inputs.
        hint: the likely mistake, told with a miss.
    """
    for looked_at, at in probed(decoder, probe, _FULL, 1, seed):
        tokens, state, memory, mask = probe.inputs(_FULL, at)
        far = _FAR[-1] * memory
        given = [(tokens, state, far, mask), (probe.num_tokens - 1 - tokens, -state, far, mask)]
        first, second = (seen["logits"].flatten() for seen in answers(looked_at, probe, given))
        if not same(first, second, 1e-3):
            raise Missed(
                f"the same logits, {numbers(first, second)}",
                numbers(second, first),
                hint or _BESIDE,
                f"{probe.sent(given[0])}, a large memory; then the same with other tokens and another state",
            )


def _of_parts(looked_at: Subject, probe: DecoderProbe, inputs: tuple[Any, ...], seed: int) -> str:
    """Which of context and state has no part in the logits; empty if both have."""
    tokens, state, memory, mask = inputs
    looked_at.randomise(seed)
    given = [inputs, (tokens, state, memory - 1, mask), (tokens, -state, memory, mask)]
    first, by_memory, by_state = (seen["logits"] for seen in answers(looked_at, probe, given))
    return _STATE_ALONE if same(first, by_memory, 1e-6) else _NO_STATE if same(first, by_state, 1e-6) else ""


def _handed(score: Module) -> tuple[Tensor, Tensor]:
    """Query and keys that the score was handed last.

    Raises:
        Missed: it was not asked.
    """
    held = subject(score).state()
    if "query" not in held:
        raise Missed("a query and keys for the score", "none: it is not asked", _NOT_ASKED)
    return held["query"], held["keys"]


def _asked(score: Module, seen: Seen) -> Tensor:
    """The query that the score was handed last; the state where it was not asked, which is told elsewhere."""
    return subject(score).state().get("query", seen["state"].unsqueeze(1))


def _tensors(reply: Any) -> Iterator[Tensor]:
    """The tensors of a reply, in whatever form it comes."""
    return (each for each in leaves(reply) if isinstance(each, Tensor))


def _larger(each: Any, size: float, reads: Sequence[int], place: int) -> Any:
    grows = place in reads if reads else each.is_floating_point()
    return size * each if grows else each

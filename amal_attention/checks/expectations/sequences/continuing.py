"""Expectations on what goes on writing: which token follows, how often one is drawn, and how the model is called.

A way to go on is a function ``(model, prompt (B,P), steps, temperature) -> tokens (B,P+steps)``. It is handed a model
whose logits are known: ``made_by`` makes it where the function runs, in a hidden test ``student``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from amal_attention.checks.expectation import Missed, expectation, sending
from amal_attention.checks.subjects.stand_ins import speech
from amal_attention.checks.subjects.subject import FunctionSubject, function_subject, subject
from amal_attention.checks.wording import kind, numbers, shape

__all__ = ["asks_in_evaluation", "continues", "draws_by_temperature", "extends_its_prompt"]

Continue = Callable[..., Any] | FunctionSubject

_TOKENS, _ROWS, _PROMPT, _STEPS = 6, 4, 3, 5
_DRAWS, _ERRORS = 2000, 5.0
"""How many rows are drawn at once, and by how many standard errors a share may be off: luck is off by 5 once in a
million."""
_TEMPERATURES = (0.25, 0.5, 2.0)
_LONG = 80
"""Tokens of a prompt that is longer than any window of a few words."""
_LAST_PLACE = "what comes next is told by the logits of the last place, logits[:, -1]"
_KEEPS_ONE = "the model reads all that is written, and not the last token alone, or the last ones"
_FORGETS = "the model reads the prompt too, and not only what was written since"
_LARGEST = "temperature 0 takes the token of the largest logit: argmax"
_STUCK = "what was written is read at the next step: put each token behind what stands there"
_EACH_ROW = "each row goes on from its own prompt: argmax over the tokens, dim=-1, keeps the rows"
_FOLLOWS = "each token follows from all that is written: the prompt, then what was added"
_PROMPT_FIRST = "the prompt stands in front of what follows, and all steps are done: (B, P + steps)"
_INTEGERS = "tokens are int64: put them together with torch.cat, and make no floats of them"
_NOTHING = "does the function return its result?"
_NO_STEP = "with 0 steps nothing is written: the prompt alone"
_IN_PLACE = "the prompt belongs to the caller: make a new tensor of it and what follows"
_HIDDEN = "the mask of what is written is True everywhere, bool (B, L): all of it is read, token 0 too"
_AGAIN = "each call draws anew: no seed is set in it"
_IGNORED = "the logits are divided by the temperature before the softmax"
_MULTIPLIED = "the temperature divides the logits: a small one makes the likely more likely"
_OF_PROBABILITIES = "the temperature divides the logits, not the probabilities: one softmax, of logits / temperature"
_DRAWN = "with a temperature above 0 each row draws a token of its own: torch.multinomial"
_EVEN = "draw by softmax(logits / temperature): not all tokens are as likely"
_BY_SHARES = "draw by softmax(logits / temperature), a token for each row at each step"
_TRAINING = "dropout is off as it writes: model.eval() before the first call"
_GRAPH = "no gradient is needed to write: with torch.no_grad()"


@expectation("each token is the likeliest after all that is written")
def continues(generate: Continue, *, made_by: Any = speech, seed: int = 0, what: str = "", hint: str = "") -> None:
    """A model whose next token depends on the last two is followed to the end, in rows that differ.

    Args:
        generate: a way to go on.
        made_by: what has ``FixedSpeech``.
        seed: another seed, another model and other prompts.
        what: the title, in place of the one above.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    table, prompt = _told_apart(seed)
    model = subject(made_by.FixedSpeech(table)).eval()
    sent = f"prompt {shape(prompt)}, steps {_STEPS}, temperature 0"
    with sending(sent):
        came = function_subject(generate)(model, prompt, _STEPS)
    tokens = _mended(came, prompt, _STEPS, sent)
    by_hand = _path(table, prompt)
    if not torch.equal(tokens, by_hand):
        row = int((tokens != by_hand).any(dim=1).nonzero()[0])
        known = next((name for name, wrong in _mistakes(table, prompt) if torch.equal(tokens, wrong)), "")
        raise Missed(numbers(by_hand[row]), numbers(tokens[row]), known or hint or _FOLLOWS, sent)
    _reads_it_all(model.state(), prompt, sent)
    long = prompt.repeat(1, _LONG // _PROMPT)
    sent_long = f"prompt {shape(long)}, steps 1, temperature 0"
    _mended(function_subject(generate)(model, long, 1), long, 1, sent_long)
    _reads_it_all(model.state(), long, sent_long)
    again = _mended(function_subject(generate)(model, prompt.flip(0), _STEPS), prompt.flip(0), _STEPS, sent)
    if not torch.equal(again, by_hand.flip(0)):
        raise Missed(numbers(by_hand.flip(0)), numbers(again), hint or _FOLLOWS, sent)


@expectation("tokens are drawn by softmax(logits / temperature)")
def draws_by_temperature(generate: Continue, *, made_by: Any = speech, seed: int = 0, hint: str = "") -> None:
    """Of 2,000 rows of one batch, the shares of tokens after two steps are those of two temperatures.

    Args:
        generate: a way to go on.
        made_by: what has ``FixedSpeech``.
        seed: another seed, another model.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    table = _uneven(seed)
    model = subject(made_by.FixedSpeech(table)).eval()
    prompt = torch.tensor([[1, 2]]).expand(_DRAWS, 2)
    for temperature in _TEMPERATURES:
        sent = f"{_DRAWS} rows of the same prompt, 2 steps, temperature {temperature}"
        with sending(sent):
            came = function_subject(generate)(model, prompt, 2, temperature)
        tokens = _mended(came, prompt, 2, sent)
        expected = _shares(table / temperature, partial(torch.softmax, dim=-1))
        for step, wanted in enumerate(expected, start=prompt.shape[1]):
            counted = torch.bincount(tokens[:, step], minlength=_TOKENS)[:_TOKENS] / len(tokens)
            if not _near(counted, wanted):
                likely = _mistake_of_shares(table, temperature, tokens) or hint or _BY_SHARES
                raise Missed(f"shares {numbers(wanted)}", numbers(counted), likely, sent)
    again = _mended(function_subject(generate)(model, prompt, 2, temperature), prompt, 2, sent)
    if torch.equal(again, tokens):
        raise Missed("other tokens at the next call", "the same in all rows", hint or _AGAIN, sent)


@expectation("what comes back is int64 (B, P + steps), and begins with the prompt")
def extends_its_prompt(generate: Continue, *, made_by: Any = speech, seed: int = 0, hint: str = "") -> None:
    """The form of the answer, at both kinds of temperature: with no step, for one row, and after a single token.

    Args:
        generate: a way to go on.
        made_by: what has ``FixedSpeech``.
        seed: another seed, other prompts.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    table, prompt = _told_apart(seed)
    model, looked_at = subject(made_by.FixedSpeech(table)).eval(), function_subject(generate)
    for given, steps, temperature in ((prompt[:1], 2, 0.0), (prompt[:, :1], 1, 1.0), (prompt, 0, 0.0)):
        sent = f"prompt {shape(given)}, steps {steps}, temperature {temperature:g}"
        with sending(sent):
            came = looked_at(model, given, steps, temperature)
        _extended(came, given, steps, sent, hint)
    _, after, *_ = looked_at.inputs_after(model, prompt, 2)
    if not torch.equal(after, prompt):
        raise Missed("the prompt as it was", "a prompt changed by the call", _IN_PLACE, f"prompt {shape(prompt)}")


@expectation("the model is called in evaluation, and no graph is built")
def asks_in_evaluation(ask: Callable[[Any], Any], model: Any, *, hint: str = "") -> None:
    """Handed in training mode, a model is called in evaluation, without gradients.

    Args:
        ask: calls what writes with the model.
        model: a stand-in that keeps how it was called, ``FixedSpeech`` for instance.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    looked_at, sent = subject(model).train(), "a model in training mode"
    with sending(sent):
        ask(model)
    state = looked_at.state()
    if bool(state["in_training"]):
        raise Missed("calls in evaluation mode", "a call in training mode", hint or _TRAINING, sent)
    if bool(state["with_graph"]):
        raise Missed("calls without gradients", "a call that builds a graph", hint or _GRAPH, sent)


def _reads_it_all(state: dict[str, Tensor], prompt: Tensor, sent: str) -> None:
    """Look whether the last call of a model began with the prompt, and whether all calls showed all tokens.

    Raises:
        Missed: they did not.
    """
    read = state["tokens"]
    if read.shape[0] != len(prompt) or not torch.equal(read[:, : prompt.shape[1]], prompt):
        raise Missed(f"a model that reads {numbers(prompt)} first", numbers(read), _KEEPS_ONE, sent)
    if bool(state["hidden"]):
        raise Missed("a mask that is True everywhere", "another one", _HIDDEN, sent)


def _mended(came: Any, prompt: Tensor, steps: int, sent: str) -> Tensor:
    """The tokens, whatever is wrong with their form alone: of any type, without the prompt, or with a step too many."""
    if isinstance(came, Tensor) and came.ndim == 2:
        came = came.detach().long()
        if came.shape == (len(prompt), steps):
            came = torch.cat([prompt, came], dim=1)
        came = came[:, : prompt.shape[1] + steps]
    return _extended(came, prompt, steps, sent)


def _extended(came: Any, prompt: Tensor, steps: int, sent: str, hint: str = "") -> Tensor:
    """The tokens that came back.

    Raises:
        Missed: they are not in the form that is asked for.
    """
    rows, width = prompt.shape
    expected = f"a tensor ({rows}, {width + steps}) of int64 that begins with the prompt"
    if not isinstance(came, Tensor):
        raise Missed(expected, kind(came), _NOTHING if came is None else hint or _INTEGERS, sent)
    if tuple(came.shape) != (rows, width + steps):
        raise Missed(expected, kind(came), hint or (_PROMPT_FIRST if steps else _NO_STEP), sent)
    if came.dtype != torch.int64:
        raise Missed(expected, kind(came), hint or _INTEGERS, sent)
    if not torch.equal(came[:, :width], prompt):
        raise Missed(expected, numbers(came), hint or _PROMPT_FIRST, sent)
    return came


def _told_apart(seed: int) -> tuple[Tensor, Tensor]:
    """A model and prompts by which each mistake writes something of its own."""
    generator = torch.Generator().manual_seed(seed)
    while True:
        table = torch.randn(_TOKENS, _TOKENS, _TOKENS, generator=generator)
        prompt = torch.randint(_TOKENS, (_ROWS, _PROMPT), generator=generator)
        written = [_path(table, prompt), *(wrong for _, wrong in _mistakes(table, prompt))]
        clear = (table.topk(2, dim=2).values.diff(dim=2).abs() > 1e-3).all()
        apart = all(not torch.equal(one, other) for n, one in enumerate(written) for other in written[:n])
        if clear and apart:
            return table, prompt


def _path(
    table: Tensor,
    prompt: Tensor,
    read: Callable[[Tensor], Tensor] = lambda tokens: tokens,
    choose: Callable[[Tensor], Tensor] = lambda logits: logits.argmax(dim=1),
) -> Tensor:
    """What is written where ``read`` tells what the model reads, and ``choose`` the next token by its logits."""
    tokens = prompt
    for _ in range(_STEPS):
        two = torch.nn.functional.pad(read(tokens), (1, 0))[:, -2:]
        following = choose(table[two[:, 0], two[:, 1]])
        tokens = torch.cat([tokens, following.unsqueeze(1)], dim=1)
    return tokens


def _mistakes(table: Tensor, prompt: Tensor) -> Sequence[tuple[str, Tensor]]:
    """Where one thing is wrong, the hint that names it, and what is written."""
    width = prompt.shape[1]
    return [
        (_LAST_PLACE, _path(table, prompt, lambda tokens: tokens[:, :1])),
        (_KEEPS_ONE, _path(table, prompt, lambda tokens: tokens[:, -1:])),
        (_FORGETS, _path(table, prompt, lambda tokens: tokens[:, width - 1 :])),
        (_STUCK, _path(table, prompt, lambda tokens: tokens[:, :width])),
        (_HIDDEN, _path(table, prompt, torch.zeros_like)),
        (_LARGEST, _path(table, prompt, choose=lambda logits: logits.argmin(dim=1))),
        (_EACH_ROW, _path(table, prompt, choose=lambda logits: logits[:1].argmax(dim=1).expand(len(logits)))),
        (_EACH_ROW, _path(table, prompt, choose=lambda logits: (logits.argmax() % _TOKENS).expand(len(logits)))),
    ]


def _uneven(seed: int) -> Tensor:
    """A model whose tokens differ in how likely they are, after the prompt and after each token behind it."""
    generator = torch.Generator().manual_seed(seed)
    places = torch.rand(_TOKENS, _TOKENS, _TOKENS, generator=generator).argsort(dim=2)
    return torch.tensor([1.5, 0.7, 0.0, -0.5, -1.0, -1.5])[places]


def _shares(table: Tensor, chances: Callable[[Tensor], Tensor]) -> Iterator[Tensor]:
    """How likely each token is at the first step and at the second one, after tokens 1 and 2."""
    first = chances(table[1, 2].double())
    yield first
    yield first @ chances(table[2].double())


def _near(counted: Tensor, chances: Tensor) -> bool:
    """Whether shares that were counted are those of these chances, as far as luck can tell."""
    errors = (chances * (1 - chances) / _DRAWS).sqrt().clamp(min=1 / _DRAWS)
    return bool(((counted - chances).abs() <= _ERRORS * errors).all())


def _mistake_of_shares(table: Tensor, temperature: float, tokens: Tensor) -> str:
    """Which wrong way to draw gives these tokens; empty if none does."""
    if torch.equal(tokens, tokens[:1].expand_as(tokens)):
        return _DRAWN
    counted = torch.bincount(tokens[:, 2], minlength=_TOKENS)[:_TOKENS] / len(tokens)
    ways: dict[str, Callable[[Tensor], Tensor]] = {
        _MULTIPLIED: lambda logits: (logits * temperature).softmax(dim=-1),
        _OF_PROBABILITIES: lambda logits: (logits.softmax(dim=-1) / temperature).softmax(dim=-1),
        _IGNORED: lambda logits: logits.softmax(dim=-1),
        _EVEN: lambda logits: torch.full_like(logits, 1 / logits.shape[-1]),
    }
    return next((hint for hint, way in ways.items() if _near(counted, next(_shares(table, way)))), "")

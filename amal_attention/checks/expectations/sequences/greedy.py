"""Expectations on ways to decode: what is written, at which cost, where a line ends, and in which form it comes.

A way to decode is a function ``(encoder, decoder, source (B,S), mask (B,S), max_length) -> tokens (B,max_length)``. It
is handed modules that follow a script: ``made_by`` makes them where the function runs, in a hidden test ``student``.
One ``(model, source, mask, max_length)`` becomes such a way by :func:`with_one_model`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from amal_attention.checks.expectation import Missed, expectation, sending
from amal_attention.checks.expectations.sequences.greedy_mistakes import (
    NOT_WRITTEN,
    ONE_TOKEN,
    Cost,
    Mistakes,
    mistake_of_counts,
    mistake_of_end,
    mistakes,
    mistakes_of_end,
    mistakes_of_reading,
    tells_apart,
)
from amal_attention.checks.expectations.sequences.script import END, PAD, START, Script
from amal_attention.checks.subjects.stand_ins import sequences, speech
from amal_attention.checks.subjects.subject import FunctionSubject, function_subject, subject
from amal_attention.checks.wording import kind, numbers, shape

__all__ = ["decodes_as_scripted", "decodes_by_script", "gives_tokens", "stops_at_end", "with_one_model"]

Decode = Callable[..., Any] | FunctionSubject

_ENDING, _ENDLESS = (2, 1, 6, 9), (9, 9, 9)
_MOST = 6
_MANY = (3, 1, 6, 9, 2, 9, 4, 5)
_MOST_OF_MANY = 8
_FILLED = "fill up to max_length columns with PAD, also where all lines have ended before"
_INTEGERS = "tokens are int64: argmax gives them, and a tensor of zeros has them by dtype=torch.long"
_ONE_A_PLACE = "one token for each line and each place: argmax over the last axis of the logits of the last place"
_READ_NOTHING = "memory and the first state come from the encoder, which reads the source and its mask"
_ALL_AT_ONCE = "all lines are read and written at once: one call of the encoder for the whole batch"
_AS_THEY_ARE = "the encoder is handed the source and its mask as they are"
_MOST_LIKELY = "START is read first, then each token that was chosen; the most likely one comes next, at each step"
_NOTHING_KEPT = "nothing is kept from one call to the next"
_NOTHING = "does the function return its result?"


def with_one_model(translate: Callable[..., Any] | FunctionSubject, *, made_by: Any = speech) -> Decode:
    """The way to decode of a function that is handed one model, ``model(source, mask, teacher) -> logits``.

    Args:
        translate: ``(model, source, mask, max_length) -> tokens``; its model comes in evaluation mode.
        made_by: what has ``ScriptedTranslator``.
    """
    translating = function_subject(translate)
    made: list[tuple[Any, Any, Any]] = [(None, None, None)]

    def decode(encoder: Any, decoder: Any, source: Tensor, mask: Tensor, max_length: int) -> Any:
        if made[-1][:2] != (encoder, decoder):  # the same model where it is asked again
            made.append((encoder, decoder, subject(made_by.ScriptedTranslator(encoder, decoder)).eval()))
        return translating(made[-1][2], source, mask, max_length)

    return decode


@expectation("the lines of a script are written, at the cost of this way to decode")
def decodes_as_scripted(
    decode: Decode,
    cost: Cost,
    *,
    ends: bool = True,
    own: Sequence[Decode] = (),
    made_by: Any = sequences,
    seed: int = 0,
    what: str = "",
    hint: str = "",
) -> None:
    """What is written is known, and how often the encoder was called, and how many tokens the decoder has read.

    Args:
        decode: a way to decode.
        cost: "naive" encodes and decodes all again at each step, "prefix" encodes once, "step" also reads each token
            once; "any" is not counted.
        ends: whether lines that end are looked at too; where none does, what is wrong with END, and with the form of
            the answer, is left to other expectations.
        own: other ways by the same student. What is wrong with END, or with the form, in one of them just so, is
            charged there, and not here again.
        made_by: what has ``FixedEncoder`` and ``ScriptedDecoder``.
        seed: another seed, another script.
        what: the title, in place of the one above.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    script = _script(cost, False, seed)
    came, encoder, decoder = _decoded(decode, script, made_by)
    tokens = _mended(came, script)
    _are_handed(subject(encoder).state(), script)
    _are_written(tokens, script, mistakes(script, cost, False))
    _are_counted(subject(encoder).state(), subject(decoder).state(), script, cost)
    _keeps_nothing(decode, encoder, decoder, _turned(script))
    if ends:
        _ends_as_scripted(decode, cost, own, made_by, seed)


@expectation("what is written hangs on what the decoder says")
def decodes_by_script(
    decode: Decode, cost: Cost = "naive", *, made_by: Any = sequences, seed: int = 0, hint: str = ""
) -> None:
    """Two decoders give two answers; with ``cost="step"`` a right answer does not read several tokens a step."""
    script, other = (_script(cost, False, each) for each in (seed, seed + 1))
    scripts = (script, replace(script, table=other.table))
    (came, _, decoder), (beside, _, _) = (_decoded(decode, each, made_by) for each in scripts)
    first, second = (_tokens(each, script) for each in (came, beside))
    if first.shape == second.shape and torch.equal(first, second):
        raise Missed(
            "other tokens, as the logits are others",
            numbers(first),
            hint or "each token is the most likely one by the logits of the decoder",
            "the same lines, with two decoders",
        )
    read, calls = (int(subject(decoder).state()[name]) for name in ("read", "calls"))
    if cost == "step" and read > calls and torch.equal(_mended(came, script), script.written):
        raise Missed(
            "each step to read one token",
            f"{read} tokens of a line, read in {calls} calls of the decoder",
            ONE_TOKEN,
            _sent(script),
        )


@expectation("END is kept, PAD stands after it, and a line that has ended stops no other")
def stops_at_end(decode: Decode, *, made_by: Any = sequences, seed: int = 0, hint: str = "") -> None:
    """Lines of many lengths come as the script has them.

    Where what the function writes without END is wrong already, that is told elsewhere, and here its own lines are
    looked at: each ends with END and is filled with PAD, or is written to the end.
    """
    script = _of_many(seed)
    came, _, _ = _decoded(decode, script, made_by)
    tokens = _mended(came, script)
    if torch.equal(tokens, script.written):
        return
    known = mistakes_of_end(script)
    endless = _script("step", False, seed)
    before, _, _ = _decoded(decode, endless, made_by)
    if torch.equal(_mended(before, endless), endless.written):
        _are_written(tokens, script, known)
    likely = mistake_of_end(tokens)
    if likely:
        raise Missed("lines that end with END, then PAD", numbers(tokens), likely, _sent(script))


@expectation("tokens (B, max_length) of int64, for a batch of one and a max_length of 1 too")
def gives_tokens(decode: Decode, *, made_by: Any = sequences, seed: int = 0, hint: str = "") -> None:
    """The form of the answer: shape, type, no START, and the same tokens for one line alone and for the first place.

    What the tokens are, and where a line ends, is looked at elsewhere.
    """
    script = Script.drawn((2, 4, 3), _MOST, seed, told=lambda each: tells_apart(each, mistakes(each, "step", True)))
    tokens = _strict(_decoded(decode, script, made_by)[0], script)
    if bool((tokens[:, 0] == START).all()):
        raise Missed("the tokens that were chosen", numbers(tokens), NOT_WRITTEN, _sent(script))
    endless = _script("step", False, seed)
    whole = _strict(_decoded(decode, endless, made_by)[0], endless)
    for part, expected in ((_cut(endless, rows=1), whole[:1]), (_cut(endless, most=1), whole[:, :1])):
        came = _strict(_decoded(decode, part, made_by)[0], part)
        if not torch.equal(_as_chosen(came, expected), _as_chosen(expected, came)):
            raise Missed(
                f"{numbers(expected)}, as in a larger batch or a longer answer",
                numbers(came),
                hint or "no squeeze without a dimension, and nothing is kept from one call to the next",
                _sent(part),
            )


def _ends_as_scripted(decode: Decode, cost: Cost, own: Sequence[Decode], made_by: Any, seed: int) -> None:
    """Look at lines that end at different times, and one that does not."""
    script = _script(cost, True, seed)
    came, encoder, decoder = _decoded(decode, script, made_by)
    if not _is_right(came, script):
        tokens = _mended(came, script)
        if any(_is_charged_in(each, tokens, script, made_by) for each in own):
            return
        _are_written(_strict(came, script), script, mistakes(script, cost, True))
    _are_counted(subject(encoder).state(), subject(decoder).state(), script, cost)
    all_end = _cut(script, rows=2)
    came, _, _ = _decoded(decode, all_end, made_by)
    if not _is_right(came, all_end):
        tokens = _mended(came, all_end)
        if not any(_is_charged_in(each, tokens, all_end, made_by) for each in own):
            _strict(came, all_end)


def _is_right(came: Any, script: Script) -> bool:
    return isinstance(came, Tensor) and came.dtype == torch.int64 and torch.equal(came, script.written)


def _is_charged_in(decode: Decode, tokens: Tensor, script: Script, made_by: Any) -> bool:
    """Whether another way gives the same tokens, and is wrong; what it raises is told where it is looked at itself."""
    try:
        came, _, _ = _decoded(decode, script, made_by)
        return not _is_right(came, script) and torch.equal(_mended(came, script), tokens)
    except Exception:
        return False


def _keeps_nothing(decode: Decode, encoder: Any, decoder: Any, script: Script) -> None:
    """Look whether a second call of a function with the same modules reads what it is handed."""
    with sending(_sent(script)):
        came = function_subject(decode)(encoder, decoder, script.source, script.mask, script.max_length)
    if not torch.equal(_mended(came, script), script.written):
        raise Missed(numbers(script.written), numbers(_mended(came, script)), _NOTHING_KEPT, _sent(script))


def _turned(script: Script) -> Script:
    """The same modules with the sources from last to first."""
    return replace(script, source=script.source.flip(0), mask=script.mask.flip(0))


def _script(cost: Cost, ends: bool, seed: int) -> Script:
    """A script that tells mistakes apart; where lines end, END is chosen once more behind the END of one."""

    def told(script: Script) -> bool:
        again = int((script.chosen() == END).sum(dim=1).max()) > 1
        apart = again if ends else not torch.equal(_turned(script).written, script.written)
        return apart and tells_apart(script, mistakes(script, cost, ends))

    return Script.drawn(_ENDING if ends else _ENDLESS, _MOST, seed, told=told, ends_elsewhere=ends)


def _of_many(seed: int) -> Script:
    """A script of many lines, in which wrong ways to read end some lines too, and not all."""

    def told(script: Script) -> bool:
        ways = [wrong for _, wrong in mistakes_of_reading(script, "step")]
        some = all(0 < int((wrong == END).any(dim=1).sum()) < len(wrong) for wrong in ways)
        return some and tells_apart(script, mistakes_of_end(script))

    return Script.drawn(_MANY, _MOST_OF_MANY, seed, told=told, ends_elsewhere=True)


def _cut(script: Script, rows: int | None = None, most: int | None = None) -> Script:
    """The first lines of a script, or its first places."""
    return replace(
        script,
        memory=script.memory[:rows],
        final=script.final[:rows],
        source=script.source[:rows],
        mask=script.mask[:rows],
        max_length=most or script.max_length,
    )


def _decoded(decode: Decode, script: Script, made_by: Any) -> tuple[Any, Any, Any]:
    """What a function makes of a script, and the modules that it was handed."""
    encoder, decoder = script.modules(made_by)
    with sending(_sent(script)):
        came = function_subject(decode)(encoder, decoder, script.source, script.mask, script.max_length)
    return came, encoder, decoder


def _sent(script: Script) -> str:
    rows, most = len(script.source), script.max_length
    return f"lines: {rows}; max_length: {most}"


def _form(script: Script) -> str:
    rows, most = len(script.source), script.max_length
    return f"a tensor ({rows}, {most}) of int64"


def _strict(came: Any, script: Script) -> Tensor:
    """The tokens, which must come in the form that is asked for."""
    rows, most = len(script.source), script.max_length
    expected, sent = _form(script), _sent(script)
    if not isinstance(came, Tensor):
        raise Missed(expected, kind(came), _NOTHING if came is None else _INTEGERS, sent)
    if tuple(came.shape) != (rows, most):
        first = came.ndim == 2 and came.shape[1] == most + 1 and bool((came[:, 0] == START).all())
        narrow = came.ndim == 2 and len(came) == rows and came.shape[1] < most
        raise Missed(expected, kind(came), NOT_WRITTEN if first else _FILLED if narrow else _ONE_A_PLACE, sent)
    if came.dtype != torch.int64:
        raise Missed(expected, kind(came), _INTEGERS, sent)
    return came


def _mended(came: Any, script: Script) -> Tensor:
    """The tokens ``(B, max_length)``, whatever is wrong with their form, or with the last place of a line without END.

    START may stand in front, they may come with an axis too many, or not filled up.
    """
    rows, most = len(script.source), script.max_length
    tokens = _tokens(came, script)
    if tokens.ndim == 3 and tokens.shape[2] == 1:
        tokens = tokens.squeeze(2)
    if tokens.ndim != 2 or len(tokens) != rows:
        raise Missed(_form(script), kind(came), _ONE_A_PLACE, _sent(script))
    if tokens.shape[1] >= most and bool((tokens[:, 0] == START).all()):
        tokens = torch.cat([tokens[:, 1:], script.written[:, tokens.shape[1] - 1 :]], dim=1)  # what was cut off for it
    missing = max(0, most - tokens.shape[1])
    tokens = F.pad(tokens, (0, missing), value=PAD)[:, :most]
    endless = not (script.written == END).any()
    return _as_chosen(tokens, script.written) if endless else tokens


def _as_chosen(tokens: Tensor, chosen: Tensor) -> Tensor:
    """The tokens with what was chosen at the last place of a line where END was put in its place."""
    forced = torch.arange(tokens.shape[1]) == tokens.shape[1] - 1
    return torch.where(forced & (tokens == END), chosen, tokens)


def _tokens(came: Any, script: Script) -> Tensor:
    """The tokens, in any shape and type, in lists too."""
    if isinstance(came, (list, tuple)):
        with contextlib.suppress(ValueError, TypeError):
            came = torch.tensor(came)
    if not isinstance(came, Tensor):
        known = _NOTHING if came is None else _INTEGERS
        raise Missed(_form(script), kind(came), known, _sent(script))
    return came.detach().long()


def _are_written(tokens: Tensor, script: Script, known: Mistakes) -> None:
    written = script.written
    if torch.equal(tokens, written):
        return
    row = int((tokens != written).any(dim=1).nonzero()[0])
    number = row + 1
    known = [*known, *((hint, _as_chosen(wrong, written)) for hint, wrong in known)]  # as it may have been mended
    likely = next((hint for hint, wrong in known if torch.equal(tokens, wrong)), _MOST_LIKELY)
    raise Missed(f"{numbers(written[row])} for line {number}", numbers(tokens[row]), likely, _sent(script))


def _are_handed(state: Mapping[str, Tensor], script: Script) -> None:
    """Look whether an encoder of this state was handed what there is to read."""
    for name, given in {"tokens": script.source, "mask": script.mask}.items():
        came = state.get(name)
        if came is None:
            raise Missed("a call of the encoder", "none", _READ_NOTHING, _sent(script))
        if len(came) != len(given):
            raise Missed(f"{name} {shape(given)} for the encoder", shape(came), _ALL_AT_ONCE, _sent(script))
        if came.dtype != given.dtype or not torch.equal(came, given):
            raise Missed(f"{name} as they are: {numbers(given)}", numbers(came), _AS_THEY_ARE, _sent(script))


def _are_counted(encoder: Mapping[str, Tensor], decoder: Mapping[str, Tensor], script: Script, cost: Cost) -> None:
    """Look whether modules of these states were called as often as this way to decode calls them."""
    if cost == "any":
        return
    encoded, calls, read = int(encoder["calls"]), int(decoder["calls"]), int(decoder["read"])
    steps = min(max(calls, script.longest), script.max_length)
    wanted = _counts(cost, steps)
    if (encoded, calls, read) != wanted:
        likely = mistake_of_counts(encoded, calls, read, script, cost)
        raise Missed(_of_counts(*wanted), _of_counts(encoded, calls, read), likely, _sent(script))


def _counts(cost: Cost, steps: int) -> tuple[int, int, int]:
    """Calls of the encoder, calls of the decoder, and tokens of a line that it reads in so many steps."""
    again = steps * (steps + 1) // 2
    return {"naive": (steps, steps, again), "prefix": (1, steps, again), "step": (1, steps, steps)}[cost]


def _of_counts(encoded: int, calls: int, read: int) -> str:
    return f"calls of the encoder: {encoded}; calls of the decoder: {calls}; tokens of a line that it reads: {read}"

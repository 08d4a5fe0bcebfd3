"""Ways to decode whose every mistake is known, to try expectations on: here, and in a process that is not this one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

__all__ = ["RIGHT", "WRONG", "WRONG_AT_ENDS", "WRONG_IN_FORM"]

PAD, START, END = 0, 1, 2

Way = Callable[..., Any]


def filled(rows: list[Tensor], most: int) -> Tensor:
    """The columns so far, and PAD up to ``most`` columns."""
    written = torch.stack(rows, dim=1)
    return F.pad(written, (0, most - written.shape[1]), value=PAD)


def cleaned(tokens: Tensor) -> Tensor:
    """PAD behind the first END of each line."""
    behind = (tokens == END).cumsum(dim=1) - (tokens == END).long() > 0
    return tokens.masked_fill(behind, PAD)


def naive(encoder: Any, decoder: Any, source: Tensor, mask: Tensor, most: int) -> Tensor:
    """Runs to the end, and cleans; what it reads behind END is whatever was chosen there."""
    line = torch.full((len(source), 1), START)
    for _ in range(most):
        memory, state = encoder(source, mask)
        logits = decoder(line, state, memory, mask)[0]
        line = torch.cat([line, logits[:, -1:].argmax(dim=2)], dim=1)
    return cleaned(line[:, 1:])


def prefix(encoder: Any, decoder: Any, source: Tensor, mask: Tensor, most: int, last: bool = True) -> Tensor:
    """Stops when all lines have ended, and fills up; it reads END on and on behind END."""
    memory, state = encoder(source, mask)
    line = torch.full((len(source), 1), START)
    ended = torch.zeros(len(source), dtype=torch.bool)
    while line.shape[1] <= most and not ended.all():
        logits = decoder(line, state, memory, mask)[0]
        chosen = (logits[:, -1] if last else logits[:, 0]).max(dim=1).indices
        line = torch.cat([line, chosen.masked_fill(ended, END).unsqueeze(1)], dim=1)
        ended |= chosen == END
    return cleaned(filled([*line[:, 1:].unbind(dim=1)], most))


@torch.inference_mode()
def step(encoder: Any, decoder: Any, source: Tensor, mask: Tensor, most: int) -> Tensor:
    """Stops when all lines have ended; it reads PAD behind END."""
    memory, state = encoder(source, mask)
    token, rows = torch.full((len(source),), START), []
    ended = torch.zeros(len(source), dtype=torch.bool)
    for _ in range(most):
        logits, state, _ = decoder(token.unsqueeze(1), state, memory, mask)
        token = torch.where(ended, PAD, logits.squeeze(1).topk(1).indices.squeeze(1))
        rows.append(token)
        ended = ended | (token == END)
        if ended.all():
            break
    return filled(rows, most)


def stepping(
    *,
    first: int = START,
    carry: bool = True,
    twice: bool = False,
    move: bool = True,
    whole_mask: bool = False,
    least: bool = False,
    extra: int = 0,
    whole_source: bool = False,
) -> Way:
    """A way that steps, with a mistake in what it reads."""

    def way(encoder: Any, decoder: Any, source: Tensor, mask: Tensor, most: int) -> Tensor:
        memory, start = encoder(source, torch.ones_like(mask) if whole_source else mask)
        state, line = start, torch.full((len(source), 1), first)
        for _ in range(most + extra):
            read = line if twice else line[:, -1:] if move else line[:, :1]
            told = torch.ones_like(mask) if whole_mask else mask
            logits, state, _ = decoder(read, state if carry else start, memory, told)
            scores = -logits if least else logits
            line = torch.cat([line, scores[:, -1:].argmax(dim=2)], dim=1)
        return cleaned(line[:, 1 : most + 1])

    return way


def encoding_again(encoder: Any, decoder: Any, source: Tensor, mask: Tensor, most: int) -> Tensor:
    """Steps, but encodes at each step."""
    _, state = encoder(source, mask)
    line = torch.full((len(source), 1), START)
    for _ in range(most):
        memory, _ = encoder(source, mask)
        logits, state, _ = decoder(line[:, -1:], state, memory, mask)
        line = torch.cat([line, logits[:, -1:].argmax(dim=2)], dim=1)
    return cleaned(line[:, 1:])


def line_by_line(encoder: Any, decoder: Any, source: Tensor, mask: Tensor, most: int) -> Tensor:
    return torch.cat([step(encoder, decoder, source[[row]], mask[[row]], most) for row in range(len(source))])


def ending(end: Callable[[Tensor], Any]) -> Way:
    """A way that steps, with ``end`` in place of what is done about END and the form of the answer."""

    def way(encoder: Any, decoder: Any, source: Tensor, mask: Tensor, most: int) -> Any:
        memory, state = encoder(source, mask)
        line = torch.full((len(source), 1), START)
        for _ in range(most):
            logits, state, _ = decoder(line[:, -1:], state, memory, mask)
            line = torch.cat([line, logits[:, -1:].argmax(dim=2)], dim=1)
        return end(line)

    return way


def any_ended(line: Tensor) -> Tensor:
    """PAD from the first END of any line on."""
    ends = (line[:, 1:] == END).any(dim=0).int()
    return cleaned(line[:, 1:]).masked_fill(ends.cumsum(dim=0) > ends, PAD)


def left_out(line: Tensor) -> Tensor:
    written = cleaned(line[:, 1:])
    return written.masked_fill(written == END, PAD)


def filled_with_end(line: Tensor) -> Tensor:
    written = line[:, 1:]
    return written.masked_fill((written == END).cumsum(dim=1) > 0, END)


def forced(line: Tensor) -> Tensor:
    written = cleaned(line[:, 1:])
    written[~(written == END).any(dim=1), -1] = END
    return written


RIGHT: dict[str, Way] = {"naive": naive, "prefix": prefix, "step": step}
"""By their cost."""

WRONG: dict[str, tuple[str, Way, str]] = {
    "PAD is read first": ("step", stepping(first=PAD), "START is read first"),
    "END is read first": ("step", stepping(first=END), "START is read first"),
    "the state stays": ("step", stepping(carry=False), "hand on the state"),
    "what was written is read twice": ("step", stepping(twice=True), "read these tokens already"),
    "START is read at each step": ("step", stepping(move=False), "START is read once"),
    "a mask of ones for the decoder": ("step", stepping(whole_mask=True), "the mask of the source"),
    "a mask of ones for the encoder": ("step", stepping(whole_source=True), "the source and its mask as they are"),
    "the least likely token": ("step", stepping(least=True), "argmax"),
    "a step too many": ("step", stepping(extra=1), "read no more"),
    "line by line": ("step", line_by_line, "one call of the encoder for the whole batch"),
    "encoded again at each step": ("step", encoding_again, "encoded once"),
    "the prefix where one token is enough": ("step", prefix, "each step reads one token"),
    "the first place": ("prefix", lambda *given: prefix(*given, last=False), "the last place"),
    "the last token alone": ("prefix", stepping(carry=False), "not the last token alone"),
    "naive where once is enough": ("prefix", naive, "encoded once"),
    "steps where all is decoded again": ("prefix", step, "decodes all that is written again"),
    "once where each step encodes": ("naive", prefix, "encodes the source again"),
    "steps where each encodes": ("naive", step, "encodes the source again"),
}
"""By the mistake: the cost it is held to, the way, and words of the hint."""

WRONG_AT_ENDS: dict[str, tuple[Way, str]] = {
    "goes on": (ending(lambda line: line[:, 1:]), "PAD stands after END"),
    "filled with END": (ending(filled_with_end), "PAD stands after END"),
    "END left out": (ending(left_out), "END belongs to the answer"),
    "END at the last place": (ending(forced), "what was chosen stands at its last place"),
    "any line stops all": (ending(any_ended), "stops no other"),
}

WRONG_IN_FORM: dict[str, tuple[Way, str]] = {
    "START in front": (ending(lambda line: cleaned(line)), "START is read, and not written"),
    "START in front, cut": (ending(lambda line: cleaned(line[:, :-1])), "START is read, and not written"),
    "numbers of floats": (ending(lambda line: cleaned(line[:, 1:]).float()), "int64"),
    "lists": (ending(lambda line: cleaned(line[:, 1:]).tolist()), "int64"),
    "an axis too many": (ending(lambda line: cleaned(line[:, 1:]).unsqueeze(2)), "one token for each line"),
    "not filled up": (ending(lambda line: _short(cleaned(line[:, 1:]))), "fill up"),
    "squeezed": (ending(lambda line: cleaned(line[:, 1:]).squeeze()), "one token for each line"),
}


def _short(written: Tensor) -> Tensor:
    return written[:, : int((written != PAD).sum(dim=1).max())]

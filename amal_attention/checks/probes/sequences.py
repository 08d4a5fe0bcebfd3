"""Probes of modules that read and write lines: numbers of tokens, and where the lines have some."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from amal_attention.checks.expectation import Missed
from amal_attention.checks.probes.in_time import TimeProbe, with_another
from amal_attention.checks.probes.probe import Seen
from amal_attention.checks.subjects.subject import Subject
from amal_attention.checks.values import same
from amal_attention.checks.wording import lines_sent

__all__ = ["BY_TOKENS", "PADDING_READ", "EncoderProbe", "some_lines"]


_REORDERED = "each line comes back in its row: what is sorted by length for packing must be put back"
_LINES_MIXED = (
    "lines are mixed: a recurrent layer without batch_first=True takes the lines of the batch for characters, or "
    "something is taken over the batch, dim=0"
)
_PADDING_FIRST = (
    "read leftward, padding is met before the characters: pack the lines, or turn each within its own length"
)
BY_TOKENS = "the mask tells where a line ends, not the numbers of its tokens: any may stand on padding"
PADDING_READ = "the state at the last character is meant, where the mask is True last: padding is read behind it"


_BOTH = "return both, memory first: return memory, final"
_SWAPPED = "the pair is the other way round: memory first, then final"
_HALF = "read both ways, a state has 2 · hidden_size numbers: both directions are joined, not summed and not cut"
_AXIS_OF_LAYERS = "an axis of layers is left over: h_n has one, and h_n[-1] is its last layer"
_SQUEEZED = "the batch axis is gone: squeeze() also squeezes a batch of one; give it a dim"
_TIME_FIRST = "lines come first, then characters: batch_first=True"


def some_lines(num_tokens: int, lengths: Sequence[int], seed: int = 0) -> tuple[Tensor, Tensor]:
    """Lines of random tokens, ``tokens`` int64 ``(B, S)`` and ``mask`` bool ``(B, S)``; tokens stand on padding too.

    Args:
        num_tokens: V; token 0 is in no line.
        lengths: how many characters each line has.
        seed: another seed, other lines.
    """
    generator = torch.Generator().manual_seed(seed)
    mask = torch.arange(max(lengths)) < torch.tensor(lengths).unsqueeze(1)
    return torch.randint(1, num_tokens, mask.shape, generator=generator), mask


class EncoderProbe(TimeProbe):
    """Encoders: they read ``tokens`` int64 ``(B, S)`` and ``mask`` bool ``(B, S)``, True on characters.

    They give a memory ``(B, S, H)``, free on padding, and a final state ``(B, H)``.

    Args:
        num_tokens: V.
        width: H, of both directions together.
        parts: which of the two is looked at.
    """

    def __init__(self, num_tokens: int, width: int, parts: Sequence[str] = ("memory", "final")) -> None:
        self.num_tokens, self.width, self.parts = num_tokens, width, parts

    def inputs(self, lengths: Sequence[int], seed: int, under: float = 1.0) -> tuple[Tensor, Tensor]:
        """Lines of random tokens, and where they are; on padding stands token 0 if ``under`` is 0, else any token."""
        tokens, mask = some_lines(self.num_tokens, lengths, seed)
        return tokens if under else tokens * mask, mask

    def shapes(self, inputs: tuple[Any, ...]) -> dict[str, tuple[int, ...]]:
        """A state for each place, and one for the line."""
        rows, longest = inputs[1].shape
        return {"memory": (rows, longest, self.width), "final": (rows, self.width)}

    def places(self, inputs: tuple[Any, ...]) -> Mapping[str, Tensor]:
        """Where characters are."""
        return {"memory": inputs[1]}

    def main(self, inputs: tuple[Any, ...]) -> Sequence[str]:
        """The parts that the expectation looks at."""
        return self.parts

    def seen(self, reply: Any, inputs: tuple[Any, ...], *, finite: bool = True, mend: bool = True) -> Seen:
        """The memory, 0 on padding, and the final state; ``mend`` takes an axis of layers off the latter."""
        parts = reply if isinstance(reply, (tuple, list)) and len(reply) == 2 else ()
        if mend and len(parts) == 2 and _has_shape(parts[1], (1, len(inputs[0]), self.width)):
            parts = reply = parts[0], parts[1][0]
        try:
            seen = self.shown(super().seen(reply, inputs, finite=finite, mend=mend), inputs)
        except Missed as miss:
            hint = self._mistake_of_reply(parts, inputs) or miss.hint
            raise Missed(miss.expected, miss.came, hint, miss.sent) from miss
        return {name: part for name, part in seen.items() if name in self.parts}

    def _mistake_of_reply(self, parts: Sequence[Any], inputs: tuple[Any, ...]) -> str:
        """What is wrong with the shapes of a reply."""
        (rows, longest), half = inputs[0].shape, self.width // 2
        if len(parts) != 2 or not all(isinstance(each, Tensor) for each in parts):
            return _BOTH
        memory, final = parts
        signs = (
            (_SWAPPED, final.ndim == 3 and memory.ndim == 2),
            (_HALF, half in (memory.shape[-1:] + final.shape[-1:])),
            (_AXIS_OF_LAYERS, final.ndim == 3),
            (_SQUEEZED, final.ndim == 1),
            (_TIME_FIRST, memory.ndim == 3 and memory.shape[:2] == (longest, rows) and rows != longest),
        )
        return next((hint for hint, seen in signs if seen), "")

    def steps(self, inputs: tuple[Any, ...]) -> int:
        """How many characters the longest line has."""
        return int(inputs[0].shape[1])

    def in_time(self, inputs: tuple[Any, ...]) -> Sequence[str]:
        """The memory."""
        return ["memory"]

    def another(self, inputs: tuple[Any, ...], place: int, seed: int) -> tuple[Any, ...]:
        """The inputs with another token at one place of each row, which is not 0 either."""
        tokens, mask = inputs
        return with_another(tokens, place, range(1, self.num_tokens), seed), mask

    def names(self, inputs: tuple[Any, ...]) -> Sequence[str]:
        """The names that the statement uses."""
        return ["tokens", "mask"]

    def sent(self, inputs: tuple[Any, ...]) -> str:
        """How many lines, of how many characters."""
        return lines_sent(inputs[1])

    def longer(self, length: int) -> str:
        """A further line."""
        return f"beside one more line, of {length} characters"

    def mistake_of_padding(
        self, looked_at: Subject, before: tuple[tuple[Any, ...], Seen], after: tuple[tuple[Any, ...], Seen], known: str
    ) -> str:
        """Lines that come back in another order; then what changed, and by what."""
        (inputs, expected), (sent, came) = before, after
        if _permuted(expected, came):
            return _REORDERED
        if not known:
            return _LINES_MIXED
        if sent[0].shape == inputs[0].shape:
            return BY_TOKENS
        apart = "memory" in expected and not same(
            expected["memory"], came["memory"][: len(inputs[0]), : self.steps(inputs)]
        )
        return _PADDING_FIRST if apart else PADDING_READ

    def mistake_in_batch(self, looked_at: Subject, inputs: tuple[Any, ...], together: Seen, apart: list[Seen]) -> str:
        """Lines that come back in another order, an answer that is kept, or lines that are mixed."""
        alone = {name: torch.cat([each[name] for each in apart]) for name in together}
        first = [part[:, 0] if part.ndim == 3 else part for part in alone.values()]
        if all(same(part, part[:1].expand_as(part)) for part in first):
            return self.mistake_of_order(looked_at, inputs)
        return _REORDERED if _permuted(alone, together) else _LINES_MIXED


def _has_shape(part: Any, shape: tuple[int, ...]) -> bool:
    return isinstance(part, Tensor) and part.shape == shape


def _permuted(expected: Seen, came: Seen) -> bool:
    """Whether all the rows of a part came, but some of them at other places."""
    for name, part in expected.items():
        other = came[name][(slice(None), *map(slice, part.shape[1:]))]
        if not same(part, other[: len(part)]) and all(any(same(row, each) for each in other) for row in part):
            return True
    return False

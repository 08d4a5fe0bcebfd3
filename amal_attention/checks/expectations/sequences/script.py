"""Scripts: lines that a decoder writes by a table, so that what a right way to decode gives is known, and a wrong one.

The modules that follow a script are :class:`FixedEncoder` and :class:`ScriptedDecoder`; here the same is done with
whole numbers, one line after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from typing import Any

import torch
from torch import Tensor

__all__ = [
    "END",
    "PAD",
    "START",
    "Script",
    "afresh",
    "again",
    "carried",
    "ended",
    "no_further",
    "the_first_alone",
]

PAD, START, END = range(3)
"""The tokens that are no text: a line is written after START, ends with END, and is filled up with PAD."""

Step = Callable[[int, int], int]
Reads = Callable[[Step, int, int, Sequence[int]], int]
"""How a way to decode comes to the state that it chooses the next token by: from one step of the decoder, the state
that the encoder gave, the state before, and what was read and written, START first."""

_STATES, _TOKENS, _PLACES = 101, 9, 5


def carried(step: Step, start: int, state: int, line: Sequence[int]) -> int:
    """Read the last token, from the state before: right."""
    return step(state, line[-1])


def afresh(step: Step, start: int, state: int, line: Sequence[int]) -> int:
    """Read the last token alone, from the first state."""
    return step(start, line[-1])


def again(step: Step, start: int, state: int, line: Sequence[int]) -> int:
    """Read all tokens, from a state that knows all but the last."""
    *_, last = accumulate(line, step, initial=state)
    return last


def no_further(step: Step, start: int, state: int, line: Sequence[int]) -> int:
    """Read the first token again at each step, from the state before."""
    return step(state, line[0])


def the_first_alone(step: Step, start: int, state: int, line: Sequence[int]) -> int:
    """Choose by what follows the first token, whatever was written since."""
    return step(start, line[0])


@dataclass(frozen=True)
class Script:
    """What an encoder says of some lines, and the table that a decoder writes by.

    Attributes:
        table: the logits of each state, float ``(M, V)``; those of PAD and START are never the largest
            and never the smallest.
        memory: whole numbers, float ``(B, S, 1)``.
        final: states, float ``(B, 1)``.
        source: int ``(B, S)``; tokens stand under its padding too.
        mask: bool ``(B, S)``.
        max_length: how many tokens are to be written.
    """

    table: Tensor
    memory: Tensor
    final: Tensor
    source: Tensor
    mask: Tensor
    max_length: int

    @classmethod
    def drawn(
        cls,
        lengths: Sequence[int],
        max_length: int,
        seed: int,
        *,
        told: Callable[[Script], bool] = lambda script: True,
        ends_elsewhere: bool = False,
    ) -> Script:
        """A script of lines that end after so many tokens, END among them.

        Args:
            lengths: how many tokens each line has; one that is longer than ``max_length`` does not end.
            max_length: how many tokens are to be written.
            seed: another seed, another script.
            told: whether a script will do; others are drawn until one does.
            ends_elsewhere: whether END is the most likely token in a quarter of the states that no line comes to.
        """
        generator = torch.Generator().manual_seed(seed)
        return next(filter(told, _drawn(lengths, max_length, generator, 0.25 if ends_elsewhere else 0)))

    def modules(self, made_by: Any) -> tuple[Any, Any]:
        """The encoder and the decoder that follow the script; ``made_by`` has the stand-ins of their names."""
        return made_by.FixedEncoder(self.memory, self.final), made_by.ScriptedDecoder(self.table)

    def chosen(
        self, reads: Reads = carried, *, first: int = START, padding_counts: bool = False, least: bool = False
    ) -> Tensor:
        """What is chosen at each step, int64 ``(B, max_length)``, END being a token like any other.

        Args:
            reads: how it is read.
            first: the token that is read first.
            padding_counts: whether padding is taken for text of the source.
            least: whether the least likely token is chosen.
        """
        by_state = (self.table.argmin(dim=1) if least else self.table.argmax(dim=1)).tolist()
        rows = []
        for step, start in self._steps(padding_counts):
            state, line = start, [first]
            for _ in range(self.max_length):
                state = reads(step, start, state, line)
                line.append(by_state[state])
            rows.append(line[1:])
        return torch.tensor(rows)

    @property
    def written(self) -> Tensor:
        """What a right answer writes, int64 ``(B, max_length)``."""
        return ended(self.chosen())

    @property
    def longest(self) -> int:
        """How many tokens the longest line has, END among them, as far as it is written."""
        return int((self.written != PAD).sum(dim=1).max())

    def with_ends(self, by_state: Sequence[int], lengths: Sequence[int]) -> list[int] | None:
        """The tokens of the states, changed so that the lines have these lengths.

        Returns:
            None where lines come to one state and need two tokens there.
        """
        needed: dict[int, int] = {}
        for (step, state), length in zip(self._steps(), lengths, strict=True):
            token = START
            for place in range(1, min(length, self.max_length) + 1):
                state = step(state, token)
                token = END if place == length else max(by_state[state], END + 1)
                if needed.setdefault(state, token) != token:
                    return None
        return [needed.get(state, token) for state, token in enumerate(by_state)]

    def _steps(self, padding_counts: bool = False) -> Iterator[tuple[Step, int]]:
        """Of each line one step of the decoder, and the first state."""
        counts = torch.ones_like(self.mask) if padding_counts else self.mask
        sources = self.memory[:, 0, 0] + counts.sum(dim=1) + 1
        for source, start in zip(sources.tolist(), self.final[:, 0].tolist(), strict=True):
            yield partial(_step, int(source), len(self.table)), int(start)


def ended(chosen: Tensor, filled: int = PAD) -> Tensor:
    """The lines up to their END, then ``filled``."""
    ends = (chosen == END).int()
    return chosen.masked_fill(ends.cumsum(dim=1) > ends, filled)


def _step(source: int, states: int, state: int, token: int) -> int:
    return (7 * state + 3 * token + source) % states


def _drawn(lengths: Sequence[int], max_length: int, generator: torch.Generator, ends: float) -> Iterator[Script]:
    """Scripts whose lines have these lengths, one after the other; a share ``ends`` of the other states says END."""
    rows, states = len(lengths), torch.arange(_STATES)
    while True:
        by_state = torch.randint(END + 1, _TOKENS, (_STATES,), generator=generator)
        by_state[torch.rand(_STATES, generator=generator) < ends] = END
        table = torch.randn(_STATES, _TOKENS, generator=generator)
        memory = torch.randint(_STATES, (rows, _PLACES, 1), generator=generator).float()
        final = torch.randint(_STATES, (rows, 1), generator=generator).float()
        source = torch.randint(END + 1, _TOKENS, (rows, _PLACES), generator=generator)
        mask = torch.arange(_PLACES) < (_PLACES - torch.arange(rows) % _PLACES).unsqueeze(1)
        script = Script(table, memory, final, source, mask, max_length)
        tokens = script.with_ends(by_state.tolist(), lengths)
        if tokens is not None:
            table[states, torch.tensor(tokens)] = table.amax(dim=1) + 0.5
            least, most = table[:, END:].amin(dim=1), table[:, END:].amax(dim=1)
            table[:, :END] = (least + most).unsqueeze(1) / 2
            yield script

"""Probes of models of language: they read tokens, and give logits of what comes next at each place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from amal_attention.checks.expectation import Missed
from amal_attention.checks.probes.in_time import TimeProbe, with_another
from amal_attention.checks.probes.probe import Seen
from amal_attention.checks.subjects.subject import Subject
from amal_attention.checks.wording import kind, shape

__all__ = ["LanguageProbe", "TranslatorProbe"]

_LOGITS = "logits alone, one for each token of the alphabet at each place"
_NO_TOKEN = 3
"""Smaller numbers are PAD, START and END, which stand in no line but at its ends."""


class LanguageProbe(TimeProbe):
    """Language models: they read ``tokens`` int64 ``(B, L)`` and ``mask`` bool ``(B, L)``, True on words.

    They give logits ``(B, L, V)``, free on padding. Token 0 may be a word.

    Args:
        num_tokens: V.
    """

    def __init__(self, num_tokens: int) -> None:
        self.num_tokens = num_tokens

    def inputs(self, lengths: Sequence[int], seed: int, under: float = 1.0) -> tuple[Tensor, Tensor]:
        """Texts of random tokens; on padding stands token 0 if ``under`` is 0, else any token."""
        generator = torch.Generator().manual_seed(seed)
        mask = torch.arange(max(lengths)) < torch.tensor(lengths).unsqueeze(1)
        tokens = torch.randint(self.num_tokens, mask.shape, generator=generator)
        return tokens if under else tokens * mask, mask

    def shapes(self, inputs: tuple[Any, ...]) -> dict[str, tuple[int, ...]]:
        """Logits for each place."""
        return {"logits": (*inputs[0].shape, self.num_tokens)}

    def places(self, inputs: tuple[Any, ...]) -> Mapping[str, Tensor]:
        """Where words are."""
        return {"logits": inputs[1]}

    def seen(self, reply: Any, inputs: tuple[Any, ...], *, finite: bool = True, mend: bool = True) -> Seen:
        """The logits.

        Raises:
            Missed: it is something else.
        """
        return super().seen(_as_logits(reply, self, inputs), inputs, finite=finite, mend=mend)

    def names(self, inputs: tuple[Any, ...]) -> Sequence[str]:
        """The names that the statement uses."""
        return ["tokens", "mask"]

    def sent(self, inputs: tuple[Any, ...]) -> str:
        """How many texts, of how many words."""
        tokens, mask = inputs
        lengths = ", ".join(str(int(each)) for each in mask.sum(dim=1))
        return f"tokens {shape(tokens)}, words of each text: {lengths}"

    def mistake_of_padding(
        self, looked_at: Subject, before: tuple[tuple[Any, ...], Seen], after: tuple[tuple[Any, ...], Seen], known: str
    ) -> str:
        """The likely mistake: padding stands behind all words, so a place that looks at it looks at what follows."""
        return (
            "padding is looked at, or counted: a place reads the words up to it, and how long the longest text of the "
            "batch is changes nothing"
        )

    def steps(self, inputs: tuple[Any, ...]) -> int:
        """How many places the longest text has."""
        return int(inputs[0].shape[1])

    def in_time(self, inputs: tuple[Any, ...]) -> Sequence[str]:
        """The logits."""
        return ["logits"]

    def another(self, inputs: tuple[Any, ...], place: int, seed: int) -> tuple[Any, ...]:
        """The texts with another token at one place of each."""
        tokens, mask = inputs
        return with_another(tokens, place, range(self.num_tokens), seed), mask

    def cut(self, inputs: tuple[Any, ...], steps: int) -> tuple[Any, ...]:
        """The first places of each text."""
        return tuple(each[:, :steps] for each in inputs)


class TranslatorProbe(TimeProbe):
    """Translators: ``source`` int64 ``(B, S)``, ``source_mask`` bool ``(B, S)`` and ``teacher`` int64 ``(B, T)``.

    They give logits ``(B, T, V)``. The teacher begins with START, and holds neither END nor PAD.

    Args:
        num_tokens: V, of both sides.
        steps: T.
    """

    def __init__(self, num_tokens: int, steps: int = 4) -> None:
        self.num_tokens, self.number = num_tokens, steps

    def inputs(self, lengths: Sequence[int], seed: int, under: float = 1.0) -> tuple[Tensor, Tensor, Tensor]:
        """A source of each length; on padding stands token 0 if ``under`` is 0, else any token."""
        generator = torch.Generator().manual_seed(seed)
        mask = torch.arange(max(lengths)) < torch.tensor(lengths).unsqueeze(1)
        source = torch.randint(_NO_TOKEN, self.num_tokens, mask.shape, generator=generator)
        teacher = torch.randint(_NO_TOKEN, self.num_tokens, (len(mask), self.number), generator=generator)
        teacher[:, 0] = 1
        return source if under else source * mask, mask, teacher

    def shapes(self, inputs: tuple[Any, ...]) -> dict[str, tuple[int, ...]]:
        """Logits for each place of the teacher."""
        return {"logits": (*inputs[2].shape, self.num_tokens)}

    def seen(self, reply: Any, inputs: tuple[Any, ...], *, finite: bool = True, mend: bool = True) -> Seen:
        """The logits.

        Raises:
            Missed: it is something else.
        """
        return super().seen(_as_logits(reply, self, inputs), inputs, finite=finite, mend=mend)

    def names(self, inputs: tuple[Any, ...]) -> Sequence[str]:
        """The names that the statement uses."""
        return ["source", "source_mask", "teacher"]

    def sent(self, inputs: tuple[Any, ...]) -> str:
        """How many lines, of how many tokens, and as how many the teacher has."""
        source, mask, teacher = inputs
        lengths = ", ".join(str(int(each)) for each in mask.sum(dim=1))
        return f"source {shape(source)}, tokens of each line: {lengths}, teacher {shape(teacher)}"

    def mistake_of_padding(
        self, looked_at: Subject, before: tuple[tuple[Any, ...], Seen], after: tuple[tuple[Any, ...], Seen], known: str
    ) -> str:
        """The likely mistake: the encoder, or a decoder layer, looks at padding."""
        return "padding of the source is looked at: source_mask hides it, in the encoder and in each decoder layer"

    def steps(self, inputs: tuple[Any, ...]) -> int:
        """How many places the teacher has."""
        return int(inputs[2].shape[1])

    def in_time(self, inputs: tuple[Any, ...]) -> Sequence[str]:
        """The logits."""
        return ["logits"]

    def another(self, inputs: tuple[Any, ...], place: int, seed: int) -> tuple[Any, ...]:
        """The lines with another token at one place of each teacher."""
        *others, teacher = inputs
        return *others, with_another(teacher, place, range(_NO_TOKEN, self.num_tokens), seed)

    def cut(self, inputs: tuple[Any, ...], steps: int) -> tuple[Any, ...]:
        """The first places of each teacher."""
        *others, teacher = inputs
        return *others, teacher[:, :steps]


def _as_logits(reply: Any, probe: TimeProbe, inputs: tuple[Any, ...]) -> Any:
    """A reply that is one tensor, of the right shape.

    Raises:
        Missed: it is something else.
    """
    expected = probe.shapes(inputs)["logits"]
    if not isinstance(reply, Tensor) or tuple(reply.shape) != expected:
        raise Missed(f"logits {expected}", kind(reply), _LOGITS, probe.sent(inputs))
    return reply

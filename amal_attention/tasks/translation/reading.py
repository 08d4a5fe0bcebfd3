"""A line as a model writes it, and where it looks when it reads what it wrote."""

from __future__ import annotations

import torch
from lightning import LightningModule
from torch import Tensor

from amal_attention.record import Grid, Texts
from amal_attention.tasks.bare import bare
from amal_attention.tasks.tap import tapped_attention
from amal_attention.tasks.translation.data.alphabet import Alphabet
from amal_attention.tasks.translation.data.batch import END, START
from amal_attention.tasks.translation.measuring import Decode

__all__ = ["write_line"]

_BLANK, _END = "␣", "END"


def write_line(
    model: LightningModule,
    decode: Decode,
    alphabet: Alphabet,
    source: str,
    max_length: int,
    *,
    row: int = -1,
    expected: str | None = None,
) -> Texts:
    """What a model writes of a line, how probable it says that is, and its attention, a row for each character written.

    A model without attention has no matrix.

    Args:
        model: the model, in evaluation mode.
        decode: how lines are written.
        alphabet: the alphabet of both sides.
        source: a source with a character or more.
        max_length: END included.
        row: number of the line in the data, -1 if it is not from there.
        expected: what is to be written, if that is known.
    """
    read = torch.tensor([alphabet.encode(source)], device=model.device)
    mask = torch.ones_like(read, dtype=torch.bool)
    tokens = _written(model, decode, read, mask, max_length)
    probability, weights = _as_teacher(model, read, mask, tokens)
    name = f"line {row}" if row >= 0 else "line"
    grid = None
    if weights is not None:
        grid = Grid(row, name, [_named(alphabet, token) for token in tokens], _characters(source), weights.tolist())
    texts = {"source": source} | ({} if expected is None else {"expected": expected})
    return Texts(row, name, texts, grid, alphabet.decode(tokens), probability, expected or "")


@torch.inference_mode()
def _written(model: LightningModule, decode: Decode, read: Tensor, mask: Tensor, max_length: int) -> list[int]:
    """The tokens that are written, up to END."""
    tokens: list[int] = decode(bare(model), read, mask, max_length)[0].tolist()
    return tokens[: tokens.index(END) + 1] if END in tokens else tokens


@torch.inference_mode()
def _as_teacher(model: LightningModule, read: Tensor, mask: Tensor, tokens: list[int]) -> tuple[float, Tensor | None]:
    """The probability of these tokens, and the weights ``(T, S)`` that show when the model reads them as teacher."""
    teacher = torch.tensor([[START, *tokens[:-1]]], device=read.device)
    with tapped_attention(model) as tap:
        logits = model(read, mask, teacher)
    each = logits[0].softmax(dim=1)[range(len(tokens)), tokens]
    weights = tap.latest(len(read), len(tokens), read.shape[1])
    return float(each.double().prod()), None if weights is None else weights[0].float().cpu()


def _named(alphabet: Alphabet, token: int) -> str:
    return _END if token == END else _characters(alphabet.decode([token]) or "\N{REPLACEMENT CHARACTER}")[0]


def _characters(text: str) -> list[str]:
    return [_BLANK if character == " " else character for character in text]

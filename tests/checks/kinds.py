"""Modules of four kinds, right and wrong, and the probe of each kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from amal_attention.checks import LayerProbe, Probe, some_texts

__all__ = ["DIM", "KINDS", "Kind"]

DIM, HEADS, FEATURES, TOKENS = 6, 2, 3, 5

Build = Callable[[], nn.Module]


class Rows(nn.Module):
    """``(B, D)`` -> ``(B, F)``."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(DIM, FEATURES)

    def forward(self, x: Tensor) -> Tensor:
        return self.layer(x).tanh()


class RowsOverBatch(Rows):
    def forward(self, x: Tensor) -> Tensor:
        return self.layer(x - x.mean(dim=0))


class RowsCut(Rows):
    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.linear(x, self.layer.weight.detach(), self.layer.bias)


class RowsUnregistered(Rows):
    def __init__(self) -> None:
        super().__init__()
        self.layers = [nn.Linear(FEATURES, FEATURES)]

    def forward(self, x: Tensor) -> Tensor:
        return self.layers[0](self.layer(x).tanh())


class RowsTransposed(Rows):
    def forward(self, x: Tensor) -> Tensor:
        return self.layer(x).T


class RowProbe(Probe):
    def inputs(self, lengths: Sequence[int], seed: int, under: float = 1.0) -> tuple[Tensor]:
        return (torch.randn(len(lengths), DIM, generator=torch.Generator().manual_seed(seed)),)

    def shapes(self, inputs: tuple[Any, ...]) -> dict[str, tuple[int, ...]]:
        return {"features": (len(inputs[0]), FEATURES)}


class Layer(nn.Module):
    """``x (B, L, D)``, ``mask (B, L)`` -> ``(B, L, D)``: attention of several heads, and a sum with what it read."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(DIM, DIM, bias=False) for _ in range(3))

    def attention(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        q, k, v = (self.split(each(x)) for each in (self.query, self.key, self.value))
        weights = self.weights(q @ k.transpose(2, 3), mask)
        return (weights @ v).transpose(1, 2).flatten(2), weights

    def split(self, x: Tensor) -> Tensor:
        return x.unflatten(2, (HEADS, DIM // HEADS)).transpose(1, 2)

    def weights(self, scores: Tensor, mask: Tensor) -> Tensor:
        return scores.masked_fill(~mask[:, None, None], float("-inf")).softmax(dim=3)

    def forward(self, x: Tensor, mask: Tensor) -> Any:
        return x + self.attention(x, mask)[0]


class LayerSeesPadding(Layer):
    def weights(self, scores: Tensor, mask: Tensor) -> Tensor:
        return scores.softmax(dim=3)


class LayerOverBatch(Layer):
    def forward(self, x: Tensor, mask: Tensor) -> Any:
        return super().forward(x - x[mask].mean(dim=0), mask)


class LayerUnused(Layer):
    def forward(self, x: Tensor, mask: Tensor) -> Any:
        return x + self.value(x)


class LayerPools(Layer):
    def forward(self, x: Tensor, mask: Tensor) -> Any:
        return super().forward(x, mask).sum(dim=1)


class Heads(Layer):
    """The same, with its weights ``(B, h, L, S)``."""

    def forward(self, x: Tensor, mask: Tensor) -> Any:
        output, weights = self.attention(x, mask)
        return x + output, weights


class HeadsOfOtherAxis(Heads):
    def weights(self, scores: Tensor, mask: Tensor) -> Tensor:
        return super().weights(scores, mask).softmax(dim=2)


class HeadsSeePadding(Heads):
    weights = LayerSeesPadding.weights


class HeadsAlone(Heads):
    def forward(self, x: Tensor, mask: Tensor) -> Any:
        output, weights = super().forward(x, mask)
        return output, weights.mean(dim=1)


class HeadProbe(LayerProbe):
    def shapes(self, inputs: tuple[Any, ...]) -> dict[str, tuple[int, ...]]:
        x, _ = inputs
        return {"output": tuple(x.shape), "weights": (len(x), HEADS, x.shape[1], x.shape[1])}

    def places(self, inputs: tuple[Any, ...]) -> Mapping[str, Tensor]:
        _, mask = inputs
        return {"output": mask, "weights": mask[:, None, None] & mask[:, None, :, None]}

    def seen(self, reply: Any, inputs: tuple[Any, ...], **how: bool) -> dict[str, Tensor]:
        seen = super().seen(reply, inputs, **how)
        return self.shown(seen, inputs)  # the weights of a padding word are free


class Decoder(nn.Module):
    """Reads tokens ``(B, T)``, a state that is a nest, and a memory ``(B, S, D)`` under a mask ``(B, S)``.

    It gives logits ``(B, T, V)``, the next state, and weights ``(B, T, S)``.
    """

    def __init__(self) -> None:
        super().__init__()
        self.embedding, self.cell, self.output = (
            nn.Embedding(TOKENS, DIM),
            nn.LSTMCell(DIM, DIM),
            nn.Linear(2 * DIM, TOKENS),
        )

    def forward(self, tokens: Tensor, state: dict[str, Any], memory: Tensor, mask: Tensor) -> Any:
        (h, c), states = (state["h"], state["more"][0]), []
        for token in self.embedding(tokens).unbind(dim=1):
            h, c = self.cell(token, (h, c))
            states.append(h)
        asked = torch.stack(states, dim=1)
        weights = self.weights(asked @ memory.transpose(1, 2), mask)
        return self.output(torch.cat([asked, weights @ memory], dim=2)), self.next(h, c), weights

    def next(self, h: Tensor, c: Tensor) -> Any:
        return {"h": h, "more": [c]}

    def weights(self, scores: Tensor, mask: Tensor) -> Tensor:
        return scores.masked_fill(~mask[:, None], float("-inf")).softmax(dim=2)


class DecoderSeesPadding(Decoder):
    def weights(self, scores: Tensor, mask: Tensor) -> Tensor:
        return scores.softmax(dim=2)


class DecoderMasksAfter(Decoder):
    def weights(self, scores: Tensor, mask: Tensor) -> Tensor:
        return scores.softmax(dim=2) * mask[:, None]


class DecoderStateOfBatch(Decoder):
    def next(self, h: Tensor, c: Tensor) -> Any:
        return {"h": h, "more": [c - c.mean(dim=0)]}


class DecoderLosesItsState(Decoder):
    def next(self, h: Tensor, c: Tensor) -> Any:
        return {"h": h}


class DecoderCut(Decoder):
    def forward(self, tokens: Tensor, state: dict[str, Any], memory: Tensor, mask: Tensor) -> Any:
        with torch.no_grad():
            _, following, weights = super().forward(tokens, state, memory, mask)
        return self.output(torch.cat([weights @ memory] * 2, dim=2)), following, weights


class DecoderProbe(Probe):
    def inputs(self, lengths: Sequence[int], seed: int, under: float = 1.0) -> tuple[Any, ...]:
        memory, mask = some_texts(DIM, lengths, seed)
        generator = torch.Generator().manual_seed(seed + 1)
        tokens = torch.randint(TOKENS, (len(lengths), 4), generator=generator)
        h, c = (torch.randn(len(lengths), DIM, generator=generator) for _ in range(2))
        return tokens, {"h": h, "more": [c]}, torch.where(mask.unsqueeze(2), memory, under * memory), mask

    def shapes(self, inputs: tuple[Any, ...]) -> dict[str, tuple[int, ...]]:
        (rows, steps), longest = inputs[0].shape, inputs[3].shape[1]
        states = {"h": (rows, DIM), "c": (rows, DIM)}
        return {"logits": (rows, steps, TOKENS), **states, "weights": (rows, steps, longest)}

    def places(self, inputs: tuple[Any, ...]) -> Mapping[str, Tensor]:
        return {"weights": inputs[3][:, None]}


class Kind:
    """A kind of module: its probe, a right one, and wrong ones by the expectation that misses them."""

    def __init__(self, probe: Probe, right: Build, wrong: dict[str, list[Build]]) -> None:
        self.probe, self.right, self.wrong = probe, right, wrong


KINDS = {
    "(B, D)": Kind(
        RowProbe(),
        Rows,
        {
            "alone": [RowsOverBatch],
            "gradient": [RowsCut],
            "registers": [RowsUnregistered],
            "shapes": [RowsTransposed],
        },
    ),
    "(B, L, D)": Kind(
        LayerProbe(DIM),
        Layer,
        {
            "padding": [LayerSeesPadding],
            "alone": [LayerOverBatch],
            "gradient": [LayerUnused],
            "shapes": [LayerPools],
        },
    ),
    "(B, h, L, S)": Kind(
        HeadProbe(DIM),
        Heads,
        {"padding": [HeadsSeePadding], "simplex": [HeadsOfOtherAxis, HeadsSeePadding], "shapes": [HeadsAlone]},
    ),
    "(B, T, S) and a state": Kind(
        DecoderProbe(),
        Decoder,
        {
            "padding": [DecoderSeesPadding],
            "simplex": [DecoderSeesPadding, DecoderMasksAfter],
            "alone": [DecoderStateOfBatch],
            "gradient": [DecoderCut],
            "shapes": [DecoderLosesItsState],
        },
    ),
}

"""What writes and what looks at a memory, right and wrong, to try expectations on: here, and in another process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

__all__ = [
    "CLASSES",
    "DIM",
    "HEADS",
    "SIDE",
    "TOKENS",
    "WAYS_TO_GO_ON",
    "Looker",
    "Memory",
    "Speaker",
    "Translator",
    "going_on",
]

TOKENS, DIM, HEADS, SIDE, CLASSES = 7, 6, 2, 4, 6


class Speaker(nn.Module):
    """A right language model: each place reads its word, and the mean of all up to it."""

    def __init__(self, num_layers: int = 1, dropout: float = 0.0) -> None:
        super().__init__()
        self.embedding, self.positions = nn.Embedding(TOKENS, DIM), nn.Embedding(20, DIM)
        self.layers = nn.ModuleList(nn.Linear(2 * DIM, DIM) for _ in range(num_layers))
        self.output, self.dropout = nn.Linear(DIM, TOKENS), nn.Dropout(dropout)

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        words = self.dropout(self.placed(self.embedding(tokens)))
        for layer in self.layers:
            words = torch.tanh(layer(torch.cat([words, self.past(words, mask)], dim=2)))
        return self.output(words)

    def placed(self, words: Tensor) -> Tensor:
        return words * (1 + self.positions(torch.arange(words.shape[1])))

    def past(self, words: Tensor, mask: Tensor) -> Tensor:
        seen = mask.unsqueeze(2).float()
        return (words * seen).cumsum(dim=1) / seen.cumsum(dim=1).clamp(min=1)


class Translator(Speaker):
    """A right translator: each place reads the mean of the source too."""

    def forward(self, source: Tensor, source_mask: Tensor, teacher: Tensor) -> Tensor:  # type: ignore[override]
        words = self.placed(self.embedding(source)) * source_mask.unsqueeze(2)
        mean = words.sum(dim=1, keepdim=True) / source_mask.sum(dim=1)[:, None, None]
        placed = self.placed(self.embedding(teacher)) + mean
        return self.output(placed + self.past(placed, torch.ones_like(teacher)))


class Memory(nn.Module):
    """A right decoder layer, made of torch's attention; its parts may be replaced."""

    def __init__(self, hidden_size: int = 9, norm_first: bool = False, dropout: float = 0.0) -> None:
        super().__init__()
        self.own, self.cross = (nn.MultiheadAttention(DIM, HEADS, batch_first=True) for _ in range(2))
        self.network = nn.Sequential(nn.Linear(DIM, hidden_size), self.bend(), nn.Linear(hidden_size, DIM))
        self.norms = nn.ModuleList(nn.LayerNorm(DIM) for _ in range(3))
        self.norm_first, self.dropout = norm_first, nn.Dropout(dropout)

    def bend(self) -> nn.Module:
        return nn.Tanh()

    def forward(self, x: Tensor, mask: Tensor, memory: Tensor, memory_mask: Tensor) -> Any:
        x, _ = self.add(x, 0, lambda read: self.written(read, mask))
        x, weights = self.add(x, 1, lambda read: self.read(read, memory, memory_mask))
        x, _ = self.add(x, 2, lambda read: (self.network(read), None))
        return x, weights

    def add(self, x: Tensor, place: int, part: Callable[[Tensor], Any]) -> Any:
        norm = self.norms[place]
        added, weights = part(norm(x) if self.norm_first else x)
        x = x + self.dropout(added)
        return x if self.norm_first else norm(x), weights

    def written(self, x: Tensor, mask: Tensor) -> Any:
        later = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).triu(1)
        return self.own(x, x, x, attn_mask=later, key_padding_mask=~mask)

    def read(self, x: Tensor, memory: Tensor, memory_mask: Tensor) -> Any:
        return self.cross(x, memory, memory, key_padding_mask=~memory_mask, average_attn_weights=False)


class Looker(nn.Module):
    """A right classifier of images: squares by place."""

    def __init__(self) -> None:
        super().__init__()
        self.whole = nn.Sequential(nn.Flatten(), nn.Linear(SIDE * SIDE, 9), nn.Tanh(), nn.Linear(9, CLASSES))

    def forward(self, images: Tensor) -> Tensor:
        return self.whole(images)


def _drawn(logits: Tensor) -> Tensor:
    return torch.multinomial(logits.softmax(dim=1), 1)[:, 0]


def going_on(
    *,
    read: Callable[[Tensor, Tensor], Tensor] = lambda tokens, prompt: tokens,
    choose: Callable[[Tensor], Tensor] = lambda logits: logits.argmax(dim=1),
    draw: Callable[[Tensor, float], Tensor] = lambda logits, by: torch.multinomial((logits / by).softmax(dim=1), 1)[
        :, 0
    ],
    place: int = -1,
    evaluation: bool = True,
    graph: bool = False,
    end: Callable[[Tensor, Tensor], Any] = lambda tokens, prompt: tokens,
    more: int = 0,
) -> Callable[..., Any]:
    """A way to go on writing, right but for what is told."""

    def generate(model: Any, prompt: Tensor, steps: int, temperature: float = 0.0) -> Any:
        if evaluation:
            model.eval()
        tokens = prompt
        for _ in range(steps + more):
            so_far = read(tokens, prompt)
            with torch.set_grad_enabled(graph):
                logits = model(so_far, torch.ones_like(so_far, dtype=torch.bool))[:, place]
            following = draw(logits, temperature) if temperature else choose(logits)
            tokens = torch.cat([tokens, following.unsqueeze(1)], dim=1)
        return end(tokens, prompt)

    return generate


WAYS_TO_GO_ON: dict[str, tuple[Callable[..., Any], str, str]] = {
    "the first place": (going_on(place=0), "continues", "the last place"),
    "the last token": (going_on(read=lambda tokens, prompt: tokens[:, -1:]), "continues", "the last token alone"),
    "two tokens": (going_on(read=lambda tokens, prompt: tokens[:, -2:]), "continues", "all that is written"),
    "without the prompt": (
        going_on(read=lambda tokens, prompt: tokens[:, prompt.shape[1] - 1 :]),
        "continues",
        "the model reads the prompt too",
    ),
    "the prompt alone": (going_on(read=lambda tokens, prompt: prompt), "continues", "put each token behind"),
    "least likely": (going_on(choose=lambda logits: logits.argmin(dim=1)), "continues", "argmax"),
    "one row": (
        going_on(choose=lambda logits: logits[:1].argmax(dim=1).expand(len(logits))),
        "continues",
        "its own prompt",
    ),
    "of all rows": (
        going_on(choose=lambda logits: (logits.argmax() % logits.shape[1]).expand(len(logits))),
        "continues",
        "its own prompt",
    ),
    "multiplied": (
        going_on(draw=lambda logits, by: _drawn(logits * by)),
        "draws_by_temperature",
        "the temperature divides the logits",
    ),
    "ignored": (
        going_on(draw=lambda logits, by: _drawn(logits)),
        "draws_by_temperature",
        "divided by the temperature",
    ),
    "of probabilities": (
        going_on(draw=lambda logits, by: _drawn(logits.softmax(dim=1) / by)),
        "draws_by_temperature",
        "not the probabilities",
    ),
    "greedy": (going_on(draw=lambda logits, by: logits.argmax(dim=1)), "draws_by_temperature", "a token of its own"),
    "any token": (
        going_on(draw=lambda logits, by: torch.randint(logits.shape[1], (len(logits),))),
        "draws_by_temperature",
        "not all tokens are as likely",
    ),
    "floats": (going_on(end=lambda tokens, prompt: tokens.float()), "extends_its_prompt", "int64"),
    "a list": (going_on(end=lambda tokens, prompt: tokens.tolist()), "extends_its_prompt", "int64"),
    "nothing": (going_on(end=lambda tokens, prompt: None), "extends_its_prompt", "return its result"),
    "the prompt left out": (
        going_on(end=lambda tokens, prompt: tokens[:, prompt.shape[1] :]),
        "extends_its_prompt",
        "the prompt stands in front",
    ),
    "a step too many": (going_on(more=1), "extends_its_prompt", "(B, P + steps)"),
    "the prompt changed": (
        going_on(end=lambda tokens, prompt: (tokens.clone(), prompt.zero_())[0]),
        "extends_its_prompt",
        "belongs to the caller",
    ),
    "in training": (going_on(evaluation=False), "asks_in_evaluation", "model.eval()"),
    "with a graph": (going_on(graph=True), "asks_in_evaluation", "no_grad"),
}
"""By the mistake: the way, the expectation that it misses, and words of the hint."""

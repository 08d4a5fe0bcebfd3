"""A model that says how often each word stands, and what its words cost."""

from __future__ import annotations

import torch
from lightning import LightningModule
from torch import Tensor, nn


class Unigram(LightningModule):
    """The same probabilities everywhere, ``(V,)``; it attends as it goes, two heads to what comes before."""

    def __init__(self, probabilities: Tensor) -> None:
        super().__init__()
        self.logits = nn.Parameter(probabilities.log())
        self.attend = Backward()

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        self.attend(tokens)
        return self.logits.expand(*tokens.shape, -1)

    def training_step(self, batch, index):
        return self.logits.square().sum()

    def validation_step(self, batch, index):
        self.log("val_loss", 0.25, batch_size=len(batch.tokens))

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.0)


class Backward(nn.Module):
    def forward(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        length = tokens.shape[1]
        even = torch.ones(length, length).tril()
        return tokens, (even / even.sum(dim=1, keepdim=True)).expand(len(tokens), 2, -1, -1)


def loss(logits: Tensor, tokens: Tensor, mask: Tensor) -> Tensor:
    return nn.functional.cross_entropy(logits[:, :-1].flatten(0, 1), tokens[:, 1:].flatten())


def write(model, prompt: Tensor, steps: int, temperature: float) -> Tensor:
    """By the last logits, as any writer does."""
    for _ in range(steps):
        logits = model(prompt, torch.ones_like(prompt, dtype=torch.bool))[:, -1]
        chosen = logits.argmax(1) if temperature == 0 else torch.multinomial((logits / temperature).softmax(1), 1)[:, 0]
        prompt = torch.cat([prompt, chosen.unsqueeze(1)], dim=1)
    return prompt

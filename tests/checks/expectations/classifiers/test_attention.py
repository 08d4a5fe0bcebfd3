"""A classifier that makes something of its attention is told from one that does not, be it right or wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest
import torch
from lightning import LightningModule
from torch import Tensor, nn
from torch.nn import functional as F

from amal_attention.checks import FixedAttention, decides_by_pooling, follows_attention, hands_over_in_training
from amal_attention.checks.expectation import ExpectationMissed

DIM = 5


@pytest.fixture(autouse=True)
def drawn_alike() -> None:
    """Models that draw numbers draw the same ones each time."""
    torch.manual_seed(0)


class Batch(NamedTuple):
    tokens: Tensor
    mask: Tensor


class Classifier(nn.Module):
    """A classifier whose logits are computed of the tokens, of what the pooling gives, and of the output layer."""

    def __init__(self, pooling: nn.Module, decide: Callable[..., Tensor]) -> None:
        super().__init__()
        self.embedding, self.pooling, self.output = nn.Embedding(9, DIM), pooling, nn.Linear(DIM, 2)
        self.decide = decide

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        return self.decide(self, tokens, mask)


def pooled(model: Classifier, tokens: Tensor, mask: Tensor) -> Tensor:
    return model.pooling(model.embedding(tokens), mask)[0]


@pytest.mark.parametrize(
    ("decide", "alive"),
    [
        (lambda model, *text: model.output(pooled(model, *text)), True),
        (lambda model, *text: model.output(pooled(model, *text)).softmax(dim=1), True),
        (lambda model, *text: F.dropout(model.output(pooled(model, *text)), 0.5), True),
        (lambda model, *text: model.output(model.embedding(text[0]).mean(dim=1)), False),
        (lambda model, *text: model.output(model.embedding(text[0])[:, 0]), False),
        (lambda model, *text: 0 * model.output(pooled(model, *text)), False),
        (lambda model, *text: model.output(torch.rand(3, DIM)), False),
    ],
)
def test_a_classifier_decides_by_what_its_pooling_gives(decide, alive):
    tokens = torch.tensor([[1, 2, 3], [5, 6, 0], [7, 1, 2]])
    attention = FixedAttention(torch.rand(3, 3), DIM)
    model, batch = Classifier(attention, decide), Batch(tokens, tokens > 0)
    if alive:
        decides_by_pooling(model, attention, batch, 9)
    else:
        with pytest.raises(ExpectationMissed):
            decides_by_pooling(model, attention, batch, 9)


class Labelled(NamedTuple):
    """Reviews of three words and of two."""

    tokens: Tensor
    mask: Tensor
    labels: Tensor


LABELLED = Labelled(torch.tensor([[1, 2, 3], [4, 5, 0]]), torch.tensor([[1, 1, 1], [1, 1, 0]]).bool(), torch.arange(2))
ATTENTION = torch.tensor([[0.5, 0.25, 0.25], [0.75, 0.25, 0.0]])


class Charged(LightningModule):
    """Its loss is a penalty of the attention, besides what does not hang on it."""

    def __init__(self, weights: Tensor, penalty: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.pooling, self.penalty = FixedAttention(weights, DIM), penalty
        self.output = nn.Linear(DIM, 2)

    def training_step(self, batch: Labelled, batch_idx: int) -> Tensor:
        pooled, weights = self.pooling(torch.ones(*batch.tokens.shape, DIM), batch.mask)
        return 0 * self.output(pooled).sum() + self.penalty(weights)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.Adam(self.parameters())


def charge(penalty: Callable[[Tensor], Tensor]) -> None:
    follows_attention(lambda weights: Charged(weights, penalty), LABELLED, ATTENTION, hint="add it to the loss")


@pytest.mark.parametrize(
    "penalty",
    [
        lambda weights: torch.special.entr(weights).sum(),
        lambda weights: weights.detach().amax(dim=1).mean(),
        lambda weights: (weights * weights.log()).sum(),
        lambda weights: weights[0].amax(),
    ],
    ids=["entropy", "detached", "nan", "first review"],
)
def test_a_loss_that_hangs_on_the_attention_is_alive_be_it_wrong(penalty: Callable[[Tensor], Tensor]) -> None:
    charge(penalty)


@pytest.mark.parametrize(
    ("penalty", "hint"),
    [
        (lambda weights: torch.ones(()), "add it to the loss"),
        (lambda weights: weights.sum(), "add it to the loss"),
        (lambda weights: torch.rand(()), "nor on chance"),
    ],
    ids=["constant", "sum", "random"],
)
def test_a_loss_that_does_not_is_dead(penalty: Callable[[Tensor], Tensor], hint: str) -> None:
    with pytest.raises(ExpectationMissed) as caught:
        charge(penalty)
    assert hint in caught.value.outcome.hint


class OtherMask(Charged):
    def training_step(self, batch: Labelled, batch_idx: int) -> Tensor:
        return super().training_step(batch._replace(mask=batch.tokens != 9), batch_idx)


def test_the_mask_of_a_step_is_that_of_its_batch() -> None:
    penalty = lambda weights: weights.square().sum()  # noqa: E731
    hands_over_in_training(Charged(ATTENTION, penalty), LABELLED)
    with pytest.raises(ExpectationMissed, match="mask"):
        hands_over_in_training(OtherMask(ATTENTION, penalty), LABELLED)
    inherited = lambda: OtherMask(ATTENTION, penalty)  # noqa: E731
    hands_over_in_training(inherited(), LABELLED, plain=inherited)

# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # AMAL TP 9: attention mechanisms
#
# A review is a sequence of words; some of them say whether its author liked the film. Every question of this lab is
# another way to reduce the vectors $x_1, \dots, x_n$ of a review to one vector $\hat t$, on which a linear layer
# decides. One signature serves them all:
#
#     forward(x: float (B, L, D), mask: bool (B, L), True on tokens) -> (pooled (B, out_features), weights (B, L))
#
# The weights of a review sum to 1 over its tokens and are exactly 0 elsewhere; a review without a token gives zeros.
"""The reference modules of TP 9: five ways to read a review, from the mean of its words to contextual attention."""

# %%
from __future__ import annotations

import torch
from lightning import LightningModule
from torch import Tensor, nn
from torch.nn import functional as F
from torchmetrics.classification import MulticlassAccuracy

from amal_attention.data import ReviewBatch

# %% [markdown]
# ## Question 1: the mean of the embeddings
#
# $$\hat t = \frac{1}{n} \sum_i x_i$$


# %% nbgrader={"grade": false, "grade_id": "q1-mean-pooling", "locked": false, "schema_version": 3, "solution": true, "task": false}
class MeanPooling(nn.Module):
    """The mean of the tokens' vectors: attention that prefers no word.

    Args:
        dim: D, the width of the vectors.
    """

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.out_features = dim

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """``x`` float ``(B, L, D)``, ``mask`` bool ``(B, L)`` -> pooled ``(B, D)``, weights ``(B, L)``."""
        ### BEGIN SOLUTION
        tokens = mask.to(x.dtype)
        weights = tokens / tokens.sum(dim=1, keepdim=True).clamp(min=1)
        return weighted_sum(weights, x), weights
        ### END SOLUTION


### BEGIN SOLUTION
def weighted_sum(weights: Tensor, values: Tensor) -> Tensor:
    """``weights`` ``(B, L)``, ``values`` ``(B, L, D)`` -> ``(B, D)``."""
    return torch.bmm(weights.unsqueeze(1), values).squeeze(1)


### END SOLUTION


# %% nbgrader={"grade": false, "grade_id": "q1-classifier", "locked": false, "schema_version": 3, "solution": true, "task": false}
class TextClassifier(LightningModule):
    """Embeddings, one pooling, one linear layer; trained with cross-entropy.

    Args:
        embeddings: the vectors of the vocabulary, float ``(V, D)``; row 0 is padding.
        pooling: any module with the signature of this lab.
        num_classes: C.
        lr: step size of Adam.
        freeze_embeddings: keep the vectors as they are, or learn them too.
        embedding_dropout: share of the numbers of each word's vector that are dropped while training.
        dropout: share of the pooled vector that is dropped while training.
        embedding_lr: step size of the vectors where they learn; ``lr`` by default.
    """

    def __init__(
        self,
        embeddings: Tensor,
        pooling: nn.Module,
        num_classes: int = 2,
        lr: float = 1e-2,
        freeze_embeddings: bool = True,
        embedding_dropout: float = 0.0,
        dropout: float = 0.0,
        embedding_lr: float | None = None,
    ) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        vectors = embeddings if freeze_embeddings else embeddings.clone()  # what is learnt stays in this model
        self.embedding = nn.Embedding.from_pretrained(vectors, freeze=freeze_embeddings, padding_idx=0)
        self.pooling = pooling
        self.embedding_dropout = nn.Dropout(embedding_dropout)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(pooling.out_features, num_classes)
        self.lr, self.embedding_lr = lr, embedding_lr or lr
        self.train_accuracy, self.val_accuracy, self.test_accuracy = (
            MulticlassAccuracy(num_classes, average="micro") for _ in range(3)
        )
        ### END SOLUTION

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """``tokens`` int ``(B, L)``, ``mask`` bool ``(B, L)`` -> logits ``(B, C)``."""
        ### BEGIN SOLUTION
        pooled, _ = self.pool(tokens, mask)
        return self.output(self.dropout(pooled))
        ### END SOLUTION

    ### BEGIN SOLUTION
    def pool(self, tokens: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """The pooled review and the attention that made it."""
        return self.pooling(self.embedding_dropout(self.embedding(tokens)), mask)

    def loss_and_logits(self, batch: ReviewBatch) -> tuple[Tensor, Tensor]:
        """Cross-entropy of a batch, and its logits."""
        logits = self(batch.tokens, batch.mask)
        return F.cross_entropy(logits, batch.labels), logits

    ### END SOLUTION

    def training_step(self, batch: ReviewBatch, batch_idx: int) -> Tensor:
        """The loss of a batch."""
        ### BEGIN SOLUTION
        loss, logits = self.loss_and_logits(batch)
        self.train_accuracy(logits, batch.labels)
        size = len(batch.labels)
        self.log("train_loss", loss, on_step=False, on_epoch=True, batch_size=size, prog_bar=True)
        self.log("train_accuracy", self.train_accuracy, on_step=False, on_epoch=True)
        return loss
        ### END SOLUTION

    def validation_step(self, batch: ReviewBatch, batch_idx: int) -> None:
        """Log ``val_loss`` and ``val_accuracy``."""
        ### BEGIN SOLUTION
        self.evaluate(batch, "val", self.val_accuracy)
        ### END SOLUTION

    ### BEGIN SOLUTION
    def test_step(self, batch: ReviewBatch, batch_idx: int) -> None:
        """Log ``test_loss`` and ``test_accuracy``."""
        self.evaluate(batch, "test", self.test_accuracy)

    def evaluate(self, batch: ReviewBatch, stage: str, accuracy: MulticlassAccuracy) -> None:
        """Loss and accuracy over the whole set, whatever the size of its last batch."""
        logits = self(batch.tokens, batch.mask)
        accuracy(logits, batch.labels)
        self.log(f"{stage}_loss", F.cross_entropy(logits, batch.labels), batch_size=len(batch.labels), sync_dist=True)
        self.log(f"{stage}_accuracy", accuracy, prog_bar=True)

    ### END SOLUTION

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Adam over everything that learns."""
        ### BEGIN SOLUTION
        vectors = [parameter for parameter in self.embedding.parameters() if parameter.requires_grad]
        others = [parameter for name, parameter in self.named_parameters() if not name.startswith("embedding.")]
        groups = [{"params": others}, *([{"params": vectors, "lr": self.embedding_lr}] if vectors else [])]
        return torch.optim.Adam(groups, lr=self.lr, fused=True)
        ### END SOLUTION


# %% [markdown]
# ## Question 2: a learned query
#
# $$\log p(a_i \mid t) = \text{constant} + q \cdot x_i$$


# %% nbgrader={"grade": false, "grade_id": "q2-learned-query", "locked": false, "schema_version": 3, "solution": true, "task": false}
class LearnedQueryPooling(nn.Module):
    """Attention with one query q for all reviews, learned: p(a_i given t) ∝ exp(q·x_i).

    Args:
        dim: D, the width of the vectors.
    """

    def __init__(self, dim: int) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.query = nn.Parameter(torch.zeros(dim))
        ### END SOLUTION
        self.out_features = dim

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """``x`` float ``(B, L, D)``, ``mask`` bool ``(B, L)`` -> pooled ``(B, D)``, weights ``(B, L)``."""
        ### BEGIN SOLUTION
        weights = masked_softmax(x @ self.query, mask)
        return weighted_sum(weights, x), weights
        ### END SOLUTION


### BEGIN SOLUTION
def masked_softmax(scores: Tensor, mask: Tensor) -> Tensor:
    """Softmax of ``scores`` ``(B, L)`` over the tokens; exactly 0 elsewhere, and for a review without a token."""
    hidden = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    return hidden.softmax(dim=1) * mask


### END SOLUTION


# %% nbgrader={"grade": false, "grade_id": "q2-entropy", "locked": false, "schema_version": 3, "solution": true, "task": false}
def attention_entropy(weights: Tensor, mask: Tensor) -> Tensor:
    """Entropy of the attention of each review, ``(B, L)`` and ``(B, L)`` -> ``(B,)``, in nats."""
    ### BEGIN SOLUTION
    weights = weights.masked_fill(~mask, 0)
    # 0 log 0 is 0: the logarithm never sees a 0, so that its gradient stays finite.
    return -(weights * weights.clamp(min=torch.finfo(weights.dtype).tiny).log()).sum(dim=1)
    ### END SOLUTION


# %% nbgrader={"grade": false, "grade_id": "q2-top-words", "locked": false, "schema_version": 3, "solution": true, "task": false}
def top_words(tokens: list[str], weights: Tensor, k: int) -> list[tuple[str, float]]:
    """The k words that receive most attention, ``weights`` ``(L,)``, most attended first."""
    ### BEGIN SOLUTION
    order = weights[: len(tokens)].argsort(descending=True, stable=True)[:k]
    return [(tokens[place], float(weights[place])) for place in order.tolist()]
    ### END SOLUTION


# %% [markdown]
# ## Question 3: a query that depends on the text, and a value
#
# $$\log p(a_i \mid t) = \text{constant} + q(\hat t_m) \cdot x_i, \qquad \hat t = \sum_i p(a_i \mid t)\, v_\theta(x_i)$$


# %% nbgrader={"grade": false, "grade_id": "q3-text-query", "locked": false, "schema_version": 3, "solution": true, "task": false}
class TextQueryPooling(nn.Module):
    """Attention whose query is a linear map of the text's mean; it sums values v_θ(x_i) in place of the vectors.

    Args:
        dim: D, the width of the vectors.
        value_dim: width of the values.
    """

    def __init__(self, dim: int, value_dim: int) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.mean = MeanPooling(dim)
        self.query = nn.Linear(dim, dim)
        self.value = nn.Sequential(nn.Linear(dim, value_dim), nn.ReLU())
        ### END SOLUTION
        self.out_features = value_dim

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """``x`` float ``(B, L, D)``, ``mask`` bool ``(B, L)`` -> pooled ``(B, value_dim)``, weights ``(B, L)``."""
        ### BEGIN SOLUTION
        text, _ = self.mean(x, mask)
        scores = torch.bmm(x, self.query(text).unsqueeze(2)).squeeze(2)
        weights = masked_softmax(scores / x.shape[2] ** 0.5, mask)
        return weighted_sum(weights, self.value(x)), weights
        ### END SOLUTION


# %% [markdown]
# ## Question 4: contextual embeddings
#
# A recurrent network reads the review first; attention then chooses among its states.


# %% nbgrader={"grade": false, "grade_id": "q4-contextual", "locked": false, "schema_version": 3, "solution": true, "task": false}
class ContextualPooling(nn.Module):
    """Attention with a learned query over the states of the last layer of a GRU or LSTM.

    Args:
        dim: D, the width of the vectors.
        hidden_size: H, the width of a state in one direction.
        num_layers: recurrent layers.
        cell: ``"gru"`` or ``"lstm"``.
        bidirectional: read from right to left too; the states of both directions are concatenated.
    """

    def __init__(
        self, dim: int, hidden_size: int, num_layers: int = 1, cell: str = "lstm", bidirectional: bool = False
    ) -> None:
        super().__init__()
        self.out_features = 2 * hidden_size if bidirectional else hidden_size
        ### BEGIN SOLUTION
        recurrent = {"gru": nn.GRU, "lstm": nn.LSTM}[cell]
        widths = [dim] + [self.out_features] * (num_layers - 1)
        self.rightward = nn.ModuleList(recurrent(width, hidden_size, batch_first=True) for width in widths)
        self.leftward = nn.ModuleList(
            recurrent(width, hidden_size, batch_first=True) for width in widths if bidirectional
        )
        self.attention = LearnedQueryPooling(self.out_features)
        ### END SOLUTION

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """``x`` float ``(B, L, D)``, ``mask`` bool ``(B, L)`` -> pooled ``(B, out_features)``, weights ``(B, L)``."""
        ### BEGIN SOLUTION
        return self.attention(self.states(x, mask), mask)
        ### END SOLUTION

    ### BEGIN SOLUTION
    def states(self, x: Tensor, mask: Tensor) -> Tensor:
        """The states of the last layer, ``(B, L, out_features)``.

        Padding stands on the right: reading rightward, no state of a token ever sees it. Leftward, each review is
        turned around within its own length first, so that padding comes last again.
        """
        if x.shape[1] == 0:
            return x.new_zeros(len(x), 0, self.out_features)
        for layer, rightward in enumerate(self.rightward):
            states, _ = rightward(x)
            if self.leftward:
                turned, _ = self.leftward[layer](turn_around(x, mask))
                states = torch.cat([states, turn_around(turned, mask)], dim=2)
            x = states
        return x

    ### END SOLUTION


### BEGIN SOLUTION
def turn_around(x: Tensor, mask: Tensor) -> Tensor:
    """Reverse the tokens of each review, ``(B, L, D)`` -> ``(B, L, D)``; padding stays where it is."""
    places = torch.arange(x.shape[1], device=x.device)
    mirrored = mask.sum(dim=1, keepdim=True) - 1 - places
    order = torch.where(mirrored >= 0, mirrored, places)
    return x.gather(1, order.unsqueeze(2).expand_as(x))


### END SOLUTION


# %% [markdown]
# ## Question 5: a criterion on the entropy
#
# $$\mathcal L = \text{cross-entropy} + \lambda \, \frac1B \sum_b H\big(p(a \mid t_b)\big)$$


# %% nbgrader={"grade": false, "grade_id": "q5-entropy-regularised", "locked": false, "schema_version": 3, "solution": true, "task": false}
class EntropyRegularizedClassifier(TextClassifier):
    """A :class:`TextClassifier` whose loss also counts the mean entropy of its attention.

    Args:
        embeddings: float ``(V, D)``.
        pooling: any of the poolings of this lab.
        strength: λ, what one nat of mean entropy costs; 0 is the plain classifier.
        **options: as for :class:`TextClassifier`.
    """

    def __init__(self, embeddings: Tensor, pooling: nn.Module, strength: float = 0.0, **options) -> None:
        super().__init__(embeddings, pooling, **options)
        self.strength = strength

    ### BEGIN SOLUTION
    def loss_and_logits(self, batch: ReviewBatch) -> tuple[Tensor, Tensor]:
        """Cross-entropy plus ``strength`` times the mean entropy, and the logits."""
        pooled, weights = self.pool(batch.tokens, batch.mask)
        logits = self.output(self.dropout(pooled))
        entropy = attention_entropy(weights, batch.mask).mean()
        self.log("train_entropy", entropy, on_step=False, on_epoch=True, batch_size=len(batch.labels))
        return F.cross_entropy(logits, batch.labels) + self.strength * entropy, logits

    ### END SOLUTION

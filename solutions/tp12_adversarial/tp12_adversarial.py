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

# %% tags=["instructor"]
"""The reference answers of TP 12: adversaries that move the vectors of words, and models that learn against them."""

# %% [markdown] lang="fr"
# # AMAL – TP 12 : apprentissage adverse

# %% [markdown] lang="en"
# # AMAL TP 12: adversarial learning

# %% [markdown] lang="fr"
# ## Installation
#
# La cellule suivante installe le paquet s'il manque, par exemple sur Colab ; ailleurs elle ne fait rien.

# %% [markdown] lang="en"
# ## Set-up
#
# The next cell installs the package where it is missing, on Colab for instance; elsewhere it does nothing.

# %% tags=["active-ipynb", "raises-exception", "set-up"]
# # `amal release` writes this cell: it installs the package where it is missing, from `wheel` in lab.toml.

# %%
from __future__ import annotations

from collections.abc import Callable

import torch
from lightning import LightningModule
from torch import Tensor, nn
from torch.nn import functional as F
from torchmetrics.classification import MulticlassAccuracy

from amal_attention.tasks.classification import TextBatch


# %%
class PerceptronPooling(nn.Module):
    """Attention by the score of a small perceptron, v · tanh(W x + b), or the mean of the words.

    Args:
        dim: D, width of the words.
        hidden_size: of the perceptron.
        attention: look by the score; without it every word counts alike.
    """

    def __init__(self, dim: int, hidden_size: int = 32, attention: bool = True) -> None:
        super().__init__()
        self.out_features, self.attention = dim, attention
        self.hidden = nn.Linear(dim, hidden_size)
        self.score = nn.Linear(hidden_size, 1, bias=False)

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """``x`` ``(B, L, D)``, ``mask`` ``(B, L)`` -> one vector a text ``(B, D)``, weights ``(B, L)``."""
        scores = self.score(torch.tanh(self.hidden(x))).squeeze(2) * self.attention
        weights = scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(dim=1)
        return torch.einsum("bl,bld->bd", weights, x), weights


class Reader(nn.Module):
    """Reads vectors of words, wherever they come from: one pooling, one linear layer. It has no dropout.

    Args:
        dim: D, width of the words.
        num_classes: C.
        hidden_size: of the perceptron that scores words.
        attention: look by that score; without it the mean of the words is read.
        pooling: another module ``(x, mask) -> (pooled, weights)`` with ``out_features``, yours of TP 9 for instance.
    """

    def __init__(
        self,
        dim: int,
        num_classes: int = 2,
        hidden_size: int = 32,
        attention: bool = True,
        pooling: nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.pooling = pooling or PerceptronPooling(dim, hidden_size, attention)
        self.output = nn.Linear(self.pooling.out_features, num_classes)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """``x`` ``(B, L, D)``, ``mask`` ``(B, L)`` -> logits ``(B, C)``."""
        return self.output(self.pooling(x, mask)[0])


Loss = Callable[[nn.Module, Tensor, Tensor, Tensor], Tensor]


def plain_loss(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor) -> Tensor:
    """The mean cross-entropy of the texts, without an adversary."""
    return F.cross_entropy(model(x, mask), labels)


class AdversarialClassifier(LightningModule):
    """Word vectors, one dropout, a reader of vectors, and a loss that may put an adversary between them.

    Dropout is drawn once, before the reader: clean and moved words are read through the same one.

    Args:
        embeddings: the vectors of the vocabulary, float ``(V, D)``; row 0 is padding.
        reader: reads vectors, ``reader(x, mask) -> logits``.
        loss: what a step minimises, ``loss(reader, x, mask, labels)``.
        dropout: share of the numbers of ``x`` that are 0 in training.
        lr: step size of Adam.
        freeze_embeddings: keep the vectors as they are, or learn them too.
        counts: how often each word stands in the texts, ``(V,)``: then the vectors are standardised at each call.
    """

    def __init__(
        self,
        embeddings: Tensor,
        reader: nn.Module,
        loss: Loss = plain_loss,
        dropout: float = 0.0,
        lr: float = 5e-3,
        freeze_embeddings: bool = True,
        counts: Tensor | None = None,
    ) -> None:
        super().__init__()
        table = embeddings if freeze_embeddings else embeddings.clone()
        self.embedding = nn.Embedding.from_pretrained(table, freeze=freeze_embeddings)
        self.reader, self.loss, self.lr = reader, loss, lr
        self.dropout = nn.Dropout(dropout)
        self.register_buffer("counts", counts)
        self.val_accuracy = MulticlassAccuracy(reader.output.out_features, average="micro")

    def vectors(self, tokens: Tensor) -> Tensor:
        """The vectors of words: int ``(B, L)`` -> ``(B, L, D)``."""
        if self.counts is None:
            return self.embedding(tokens)
        return F.embedding(tokens, normalised(self.embedding.weight, self.counts))

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """``tokens`` int ``(B, L)``, ``mask`` bool ``(B, L)`` -> logits ``(B, C)``."""
        return self.reader(self.vectors(tokens), mask)

    def training_step(self, batch: TextBatch, batch_idx: int) -> Tensor:
        """The loss of a batch; also logged, as ``train_loss``."""
        x = self.dropout(self.vectors(batch.tokens))
        loss = self.loss(self.reader, x, batch.mask, batch.labels)
        self.log("train_loss", loss, on_step=False, on_epoch=True, batch_size=len(batch.labels))
        return loss

    def validation_step(self, batch: TextBatch, batch_idx: int) -> None:
        """Log ``val_loss`` and ``val_accuracy``, without an adversary."""
        logits = self(batch.tokens, batch.mask)
        self.val_accuracy(logits, batch.labels)
        self.log(
            "val_loss",
            F.cross_entropy(logits, batch.labels),
            batch_size=len(batch.labels),
            sync_dist=True,
        )
        self.log("val_accuracy", self.val_accuracy, prog_bar=True)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Adam over everything that learns."""
        learning = [parameter for parameter in self.parameters() if parameter.requires_grad]
        return torch.optim.Adam(learning, lr=self.lr)


# %% [markdown] lang="fr"
# ## Question 1 : des exemples adverses

# %% [markdown] lang="en"
# ## Question 1: adversarial examples

# %% [markdown] lang="fr"
# > **Exercice 1.1** (2 points).

# %% [markdown] lang="en"
# > **Exercise 1.1** (2 points).


# %% nbgrader={"grade": false, "grade_id": "q1-fgsm", "locked": false, "schema_version": 3, "solution": true, "task": false}
def fgsm(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    """To do."""
    ### BEGIN SOLUTION
    raise NotImplementedError
    ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q1-fgsm", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp12_adversarial", "q1-fgsm", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import check
#
# with check("q1-fgsm"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# > **Exercice 1.2** (1 point).

# %% [markdown] lang="en"
# > **Exercise 1.2** (1 point).


# %% nbgrader={"grade": false, "grade_id": "q1-sensitivity", "locked": false, "schema_version": 3, "solution": true, "task": false}
def sensitivity(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor) -> Tensor:
    """To do."""
    ### BEGIN SOLUTION
    raise NotImplementedError
    ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q1-sensitivity", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp12_adversarial", "q1-sensitivity", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import check
#
# with check("q1-sensitivity"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr" nbgrader={"grade": false, "grade_id": "q1-observe", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": true}
# ### Question ouverte 1 (1 point)
#
# === BEGIN MARK SCHEME ===
#
# To be written.
#
# === END MARK SCHEME ===

# %% [markdown] lang="en" nbgrader={"grade": false, "grade_id": "q1-observe", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": true}
# ### Open question 1 (1 point)
#
# === BEGIN MARK SCHEME ===
#
# To be written.
#
# === END MARK SCHEME ===

# %% [markdown] lang="fr"
# *Votre réponse ici.*

# %% [markdown] lang="en"
# *Your answer here.*

# %% [markdown] lang="fr"
# ## Question 2 : apprendre contre l'adversaire

# %% [markdown] lang="en"
# ## Question 2: adversarial training

# %% [markdown] lang="fr"
# > **Exercice 2** (2 points).

# %% [markdown] lang="en"
# > **Exercise 2** (2 points).


# %% nbgrader={"grade": false, "grade_id": "q2-adversarial-loss", "locked": false, "schema_version": 3, "solution": true, "task": false}
def adversarial_loss(
    model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float, alpha: float
) -> Tensor:
    """To do."""
    ### BEGIN SOLUTION
    raise NotImplementedError
    ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q2-adversarial-loss", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp12_adversarial", "q2-adversarial-loss", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import check
#
# with check("q2-adversarial-loss"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr" nbgrader={"grade": false, "grade_id": "q2-observe", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": true}
# ### Question ouverte 2 (1 point)
#
# === BEGIN MARK SCHEME ===
#
# To be written.
#
# === END MARK SCHEME ===

# %% [markdown] lang="en" nbgrader={"grade": false, "grade_id": "q2-observe", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": true}
# ### Open question 2 (1 point)
#
# === BEGIN MARK SCHEME ===
#
# To be written.
#
# === END MARK SCHEME ===

# %% [markdown] lang="fr"
# *Votre réponse ici.*

# %% [markdown] lang="en"
# *Your answer here.*

# %% [markdown] lang="fr"
# ## Question 3 : l'adversaire de Miyato

# %% [markdown] lang="en"
# ## Question 3: Miyato's adversary

# %% [markdown] lang="fr"
# > **Exercice 3.1** (1 point).

# %% [markdown] lang="en"
# > **Exercise 3.1** (1 point).


# %% nbgrader={"grade": false, "grade_id": "q3-normalised", "locked": false, "schema_version": 3, "solution": true, "task": false}
def normalised(vectors: Tensor, counts: Tensor) -> Tensor:
    """To do."""
    ### BEGIN SOLUTION
    raise NotImplementedError
    ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q3-normalised", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp12_adversarial", "q3-normalised", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import check
#
# with check("q3-normalised"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# > **Exercice 3.2** (2 points).

# %% [markdown] lang="en"
# > **Exercise 3.2** (2 points).


# %% nbgrader={"grade": false, "grade_id": "q3-steepest", "locked": false, "schema_version": 3, "solution": true, "task": false}
def steepest(
    model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float
) -> Tensor:
    """To do."""
    ### BEGIN SOLUTION
    raise NotImplementedError
    ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q3-steepest", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp12_adversarial", "q3-steepest", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import check
#
# with check("q3-steepest"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr" nbgrader={"grade": false, "grade_id": "q3-observe", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": true}
# ### Question ouverte 3 (1 point)
#
# === BEGIN MARK SCHEME ===
#
# To be written.
#
# === END MARK SCHEME ===

# %% [markdown] lang="en" nbgrader={"grade": false, "grade_id": "q3-observe", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": true}
# ### Open question 3 (1 point)
#
# === BEGIN MARK SCHEME ===
#
# To be written.
#
# === END MARK SCHEME ===

# %% [markdown] lang="fr"
# *Votre réponse ici.*

# %% [markdown] lang="en"
# *Your answer here.*

# %% [markdown] lang="fr"
# ## Question 4 : l'adversaire virtuel (optionnelle)

# %% [markdown] lang="en"
# ## Question 4: the virtual adversary (optional)

# %% [markdown] lang="fr"
# > **Exercice 4.1** (1 point).

# %% [markdown] lang="en"
# > **Exercise 4.1** (1 point).


# %% nbgrader={"grade": false, "grade_id": "q4-divergence", "locked": false, "schema_version": 3, "solution": true, "task": false}
def divergence(p_logits: Tensor, q_logits: Tensor) -> Tensor:
    """To do."""
    ### BEGIN SOLUTION
    raise NotImplementedError
    ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q4-divergence", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp12_adversarial", "q4-divergence", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import check
#
# with check("q4-divergence"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# > **Exercice 4.2** (1 point).

# %% [markdown] lang="en"
# > **Exercise 4.2** (1 point).


# %% nbgrader={"grade": false, "grade_id": "q4-virtual-steepest", "locked": false, "schema_version": 3, "solution": true, "task": false}
def virtual_steepest(
    model: nn.Module,
    x: Tensor,
    mask: Tensor,
    epsilon: float,
    xi: float = 0.1,
    iterations: int = 1,
) -> Tensor:
    """To do."""
    ### BEGIN SOLUTION
    raise NotImplementedError
    ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q4-virtual-steepest", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp12_adversarial", "q4-virtual-steepest", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import check
#
# with check("q4-virtual-steepest"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# > **Exercice 4.3** (1 point).

# %% [markdown] lang="en"
# > **Exercise 4.3** (1 point).


# %% nbgrader={"grade": false, "grade_id": "q4-smoothness", "locked": false, "schema_version": 3, "solution": true, "task": false}
def smoothness_loss(model: nn.Module, x: Tensor, mask: Tensor, r: Tensor) -> Tensor:
    """To do."""
    ### BEGIN SOLUTION
    raise NotImplementedError
    ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q4-smoothness", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp12_adversarial", "q4-smoothness", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import check
#
# with check("q4-smoothness"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr" nbgrader={"grade": false, "grade_id": "q4-observe", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": true}
# ### Question ouverte 4 (1 point)
#
# === BEGIN MARK SCHEME ===
#
# To be written.
#
# === END MARK SCHEME ===

# %% [markdown] lang="en" nbgrader={"grade": false, "grade_id": "q4-observe", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": true}
# ### Open question 4 (1 point)
#
# === BEGIN MARK SCHEME ===
#
# To be written.
#
# === END MARK SCHEME ===

# %% [markdown] lang="fr"
# *Votre réponse ici.*

# %% [markdown] lang="en"
# *Your answer here.*

# %% [markdown] lang="fr"
# ## Question 5 : apprendre sous contrainte

# %% [markdown] lang="en"
# ## Question 5: learning under constraints

# %% [markdown] lang="fr"
# > **Exercice 5.1** (1 point).

# %% [markdown] lang="en"
# > **Exercise 5.1** (1 point).


# %% nbgrader={"grade": false, "grade_id": "q5-reversal", "locked": false, "schema_version": 3, "solution": true, "task": false}
def reverse_gradient(x: Tensor, strength: float) -> Tensor:
    """To do."""
    ### BEGIN SOLUTION
    raise NotImplementedError
    ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q5-reversal", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp12_adversarial", "q5-reversal", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import check
#
# with check("q5-reversal"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# > **Exercice 5.2** (0,5 point).

# %% [markdown] lang="en"
# > **Exercise 5.2** (0.5 points).


# %% nbgrader={"grade": false, "grade_id": "q5-schedule", "locked": false, "schema_version": 3, "solution": true, "task": false}
def reversal_strength(progress: float, gamma: float = 10.0) -> float:
    """To do."""
    ### BEGIN SOLUTION
    raise NotImplementedError
    ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q5-schedule", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp12_adversarial", "q5-schedule", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import check
#
# with check("q5-schedule"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# > **Exercice 5.3** (1,5 point).

# %% [markdown] lang="en"
# > **Exercise 5.3** (1.5 points).


# %% nbgrader={"grade": false, "grade_id": "q5-domain-adversarial", "locked": false, "schema_version": 3, "solution": true, "task": false}
def domain_adversarial_loss(
    features: Tensor,
    labels: Tensor,
    domains: Tensor,
    classify: nn.Module,
    discriminate: nn.Module,
    strength: float,
) -> Tensor:
    """To do."""
    ### BEGIN SOLUTION
    raise NotImplementedError
    ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q5-domain-adversarial", "locked": true, "points": 1.5, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp12_adversarial", "q5-domain-adversarial", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import check
#
# with check("q5-domain-adversarial"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr" nbgrader={"grade": false, "grade_id": "q5-observe", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": true}
# ### Question ouverte 5 (1 point)
#
# === BEGIN MARK SCHEME ===
#
# To be written.
#
# === END MARK SCHEME ===

# %% [markdown] lang="en" nbgrader={"grade": false, "grade_id": "q5-observe", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": true}
# ### Open question 5 (1 point)
#
# === BEGIN MARK SCHEME ===
#
# To be written.
#
# === END MARK SCHEME ===

# %% [markdown] lang="fr"
# *Votre réponse ici.*

# %% [markdown] lang="en"
# *Your answer here.*

# %% [markdown] lang="fr"
# ## Question 6 : un GAN dans le plan (optionnelle)

# %% [markdown] lang="en"
# ## Question 6: a GAN in the plane (optional)

# %% [markdown] lang="fr"
# > **Exercice 6.1** (0,5 point).

# %% [markdown] lang="en"
# > **Exercise 6.1** (0.5 points).


# %% nbgrader={"grade": false, "grade_id": "q6-gan-losses", "locked": false, "schema_version": 3, "solution": true, "task": false}
def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """To do."""
    ### BEGIN SOLUTION
    raise NotImplementedError
    ### END SOLUTION


def generator_loss(fake_logits: Tensor) -> Tensor:
    """To do."""
    ### BEGIN SOLUTION
    raise NotImplementedError
    ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q6-gan-losses", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp12_adversarial", "q6-gan-losses", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import check
#
# with check("q6-gan-losses"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# > **Exercice 6.2** (0,5 point).

# %% [markdown] lang="en"
# > **Exercise 6.2** (0.5 points).


# %% nbgrader={"grade": false, "grade_id": "q6-gan", "locked": false, "schema_version": 3, "solution": true, "task": false}
class GAN(LightningModule):
    """To do."""

    def forward(self, noise: Tensor) -> Tensor:
        """To do."""
        ### BEGIN SOLUTION
        raise NotImplementedError
        ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q6-gan", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp12_adversarial", "q6-gan", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import check
#
# with check("q6-gan"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

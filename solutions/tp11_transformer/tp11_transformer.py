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
"""The reference answers of TP 11: attention, heads, layers, positions, and the Transformers made of them."""

# %% [markdown] lang="fr"
# # AMAL – TP 11 : le Transformer, pièce par pièce

# %% [markdown] lang="en"
# # AMAL TP 11: the Transformer from scratch

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

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from amal_attention.tasks.translation import END, PAD, START, PairBatch

# %% [markdown] lang="fr"
# ## Question 1 : l'attention, une lecture souple

# %% [markdown] lang="en"
# ## Question 1: attention is a soft look-up

# %% [markdown] lang="fr"
# > **Exercice 1** (1,5 point). …

# %% [markdown] lang="en"
# > **Exercise 1** (1.5 points). …


# %% nbgrader={"grade": false, "grade_id": "q1-attention", "locked": false, "schema_version": 3, "solution": true, "task": false}
def attention(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Scaled dot-product attention (Vaswani et al. 2017).

    Args:
        query: what each place asks, float ``(..., L, K)``.
        key: what each place that is looked at answers to, ``(..., S, K)``.
        value: what is read there, ``(..., S, M)``.
        mask: True where a query may look, bool, of any shape that broadcasts to ``(..., L, S)``; everywhere by default.

    Returns:
        the mean of the values by the weights, ``(..., L, M)``, and the weights ``(..., L, S)``; a query that may look
        nowhere gets zeros.
    """
    ### BEGIN SOLUTION
    scores = query @ key.mT / math.sqrt(query.shape[-1])
    if mask is None:
        weights = scores.softmax(dim=-1)
    else:
        hidden = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = hidden.softmax(dim=-1).masked_fill(~mask, 0.0)
    return weights @ value, weights
    ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q1-attention", "locked": true, "points": 1.5, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp11_transformer", "q1-attention", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import check
#
# with check("q1-attention"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr" nbgrader={"grade": false, "grade_id": "q1-observe", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": true}
# ### Question ouverte 1 (0,5 point)
#
# …
#
# === BEGIN MARK SCHEME ===
#
# …
#
# === END MARK SCHEME ===

# %% [markdown] lang="en" nbgrader={"grade": false, "grade_id": "q1-observe", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": true}
# ### Open question 1 (0.5 points)
#
# …
#
# === BEGIN MARK SCHEME ===
#
# …
#
# === END MARK SCHEME ===

# %% [markdown] lang="fr"
# *Votre réponse ici.*

# %% [markdown] lang="en"
# *Your answer here.*

# %% [markdown] lang="fr"
# ## Question 2 : l'auto-attention, chaque mot interroge

# %% [markdown] lang="en"
# ## Question 2: self-attention, every word asks

# %% [markdown] lang="fr"
# > **Exercice 2** (1,5 point). …

# %% [markdown] lang="en"
# > **Exercise 2** (1.5 points). …


# %% nbgrader={"grade": false, "grade_id": "q2-self-attention", "locked": false, "schema_version": 3, "solution": true, "task": false}
class SelfAttention(nn.Module):
    """Every word of a text asks every word of it.

    Args:
        dim: D, width of the words.
        head_dim: K, width of queries, keys and values.
    """

    def __init__(self, dim: int, head_dim: int) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.query = nn.Linear(dim, head_dim)
        self.key = nn.Linear(dim, head_dim)
        self.value = nn.Linear(dim, head_dim)
        ### END SOLUTION

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """``x`` ``(B, L, D)``, ``mask`` ``(B, L)`` -> states ``(B, L, K)``, weights ``(B, L, L)``."""
        ### BEGIN SOLUTION
        return attention(self.query(x), self.key(x), self.value(x), mask.unsqueeze(1))
        ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q2-self-attention", "locked": true, "points": 1.5, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp11_transformer", "q2-self-attention", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import check
#
# with check("q2-self-attention"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# ## Question 3 : plusieurs têtes à la fois

# %% [markdown] lang="en"
# ## Question 3: several heads at once

# %% [markdown] lang="fr"
# > **Exercice 3** (2 points). …

# %% [markdown] lang="en"
# > **Exercise 3** (2 points). …


# %% nbgrader={"grade": false, "grade_id": "q3-multi-head", "locked": false, "schema_version": 3, "solution": true, "task": false}
class MultiHeadAttention(nn.Module):
    """Several attentions at once, each in its own share of the width (Vaswani et al. 2017).

    Args:
        dim: D, width of the words.
        heads: h, how many there are; D is a multiple of it.
    """

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.heads = heads
        self.query = nn.Linear(dim, dim)
        self.key = nn.Linear(dim, dim)
        self.value = nn.Linear(dim, dim)
        self.output = nn.Linear(dim, dim)
        ### END SOLUTION

    def forward(
        self, x: Tensor, memory: Tensor, mask: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Look from ``x`` at ``memory``.

        Args:
            x: what asks, ``(B, L, D)``.
            memory: what is looked at, ``(B, S, D)``.
            mask: True where one may look, ``(B, L, S)`` or ``(B, 1, S)``; everywhere by default.

        Returns:
            states ``(B, L, D)``, and the weights of each head, ``(B, h, L, S)``.
        """
        ### BEGIN SOLUTION
        query, key, value = (
            each.unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for each in (self.query(x), self.key(memory), self.value(memory))
        )
        read, weights = attention(
            query, key, value, None if mask is None else mask.unsqueeze(1)
        )
        return self.output(read.transpose(1, 2).flatten(2)), weights
        ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q3-multi-head", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp11_transformer", "q3-multi-head", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import check
#
# with check("q3-multi-head"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr" nbgrader={"grade": false, "grade_id": "q3-observe", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": true}
# ### Question ouverte 3 (0,5 point)
#
# …
#
# === BEGIN MARK SCHEME ===
#
# …
#
# === END MARK SCHEME ===

# %% [markdown] lang="en" nbgrader={"grade": false, "grade_id": "q3-observe", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": true}
# ### Open question 3 (0.5 points)
#
# …
#
# === BEGIN MARK SCHEME ===
#
# …
#
# === END MARK SCHEME ===

# %% [markdown] lang="fr"
# *Votre réponse ici.*

# %% [markdown] lang="en"
# *Your answer here.*

# %% [markdown] lang="fr"
# ## Question 4 : une couche, et des couches sur des couches

# %% [markdown] lang="en"
# ## Question 4: a layer, and layers on layers

# %% [markdown] lang="fr"
# > **Exercice 4.1** (1 point). …

# %% [markdown] lang="en"
# > **Exercise 4.1** (1 point). …


# %% nbgrader={"grade": false, "grade_id": "q4-layer-norm", "locked": false, "schema_version": 3, "solution": true, "task": false}
class LayerNorm(nn.Module):
    """Each vector with mean 0 and variance 1, then scaled and shifted (Ba et al. 2016).

    Args:
        dim: D, width of the vectors.
        eps: added to the variance, under the root.
    """

    def __init__(self, dim: int, eps: float = 1e-5) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.eps = eps
        self.scale = nn.Parameter(torch.ones(dim))
        self.shift = nn.Parameter(torch.zeros(dim))
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """``x`` ``(..., D)`` -> the same shape."""
        ### BEGIN SOLUTION
        centred = x - x.mean(dim=-1, keepdim=True)
        variance = centred.square().mean(dim=-1, keepdim=True)
        return self.scale * centred / torch.sqrt(variance + self.eps) + self.shift
        ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q4-layer-norm", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp11_transformer", "q4-layer-norm", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import check
#
# with check("q4-layer-norm"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# > **Exercice 4.2** (1,5 point). …

# %% [markdown] lang="en"
# > **Exercise 4.2** (1.5 points). …


# %% nbgrader={"grade": false, "grade_id": "q4-encoder-layer", "locked": false, "schema_version": 3, "solution": true, "task": false}
class EncoderLayer(nn.Module):
    """Attention, then a network on each word alone, each added to what it reads and normalised.

    Args:
        dim: D, width of the words.
        heads: of the attention.
        hidden_size: of the network.
        norm_first: normalise what each of the two reads (pre-LN), and not the sum (post-LN).
        dropout: share of what each of the two adds that is dropped in training.
    """

    def __init__(
        self,
        dim: int,
        heads: int,
        hidden_size: int,
        norm_first: bool = False,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.norm_first = norm_first
        self.attend = MultiHeadAttention(dim, heads)
        self.network = nn.Sequential(
            nn.Linear(dim, hidden_size), nn.ReLU(), nn.Linear(hidden_size, dim)
        )
        self.attend_norm, self.network_norm = LayerNorm(dim), LayerNorm(dim)
        self.dropout = nn.Dropout(dropout)
        ### END SOLUTION

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """``x`` ``(B, L, D)``, ``mask`` ``(B, L)`` -> states ``(B, L, D)``, weights ``(B, h, L, L)``."""
        ### BEGIN SOLUTION
        seen = (
            mask.unsqueeze(1) if mask.dim() == 2 else mask
        )  # (B, L, L): each place has its own
        read = self.attend_norm(x) if self.norm_first else x
        added, weights = self.attend(read, read, seen)
        x = x + self.dropout(added)
        if self.norm_first:
            return x + self.dropout(self.network(self.network_norm(x))), weights
        x = self.attend_norm(x)
        return self.network_norm(x + self.dropout(self.network(x))), weights
        ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q4-encoder-layer", "locked": true, "points": 1.5, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp11_transformer", "q4-encoder-layer", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import check
#
# with check("q4-encoder-layer"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# > **Exercice 4.3** (0,5 point). …

# %% [markdown] lang="en"
# > **Exercise 4.3** (0.5 points). …


# %% nbgrader={"grade": false, "grade_id": "q4-encoder", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Encoder(nn.Module):
    """Layers on layers, each with parameters of its own.

    Args:
        dim: D, width of the words.
        heads: of each layer.
        hidden_size: of each layer's network.
        num_layers: how many there are, 1 at least.
        norm_first: pre-LN layers, and a norm after the last one.
        dropout: of each layer.
    """

    def __init__(
        self,
        dim: int,
        heads: int,
        hidden_size: int,
        num_layers: int,
        norm_first: bool = False,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.layers = nn.ModuleList(
            EncoderLayer(dim, heads, hidden_size, norm_first, dropout)
            for _ in range(num_layers)
        )
        self.norm = LayerNorm(dim) if norm_first else nn.Identity()
        ### END SOLUTION

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """``x`` ``(B, L, D)``, ``mask`` ``(B, L)`` -> states ``(B, L, D)``, weights ``(B, h, L, L)`` of the last layer."""
        ### BEGIN SOLUTION
        for layer in self.layers:
            x, weights = layer(x, mask)
        return self.norm(x), weights
        ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q4-encoder", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp11_transformer", "q4-encoder", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import check
#
# with check("q4-encoder"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr" nbgrader={"grade": false, "grade_id": "q4-observe", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": true}
# ### Question ouverte 4 (0,5 point)
#
# …
#
# === BEGIN MARK SCHEME ===
#
# …
#
# === END MARK SCHEME ===

# %% [markdown] lang="en" nbgrader={"grade": false, "grade_id": "q4-observe", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": true}
# ### Open question 4 (0.5 points)
#
# …
#
# === BEGIN MARK SCHEME ===
#
# …
#
# === END MARK SCHEME ===

# %% [markdown] lang="fr"
# *Votre réponse ici.*

# %% [markdown] lang="en"
# *Your answer here.*

# %% [markdown] lang="fr"
# ## Question 5 : où est un mot ?

# %% [markdown] lang="en"
# ## Question 5: where is a word?

# %% [markdown] lang="fr"
# > **Exercice 5** (1 point). …

# %% [markdown] lang="en"
# > **Exercise 5** (1 point). …


# %% nbgrader={"grade": false, "grade_id": "q5-positions", "locked": false, "schema_version": 3, "solution": true, "task": false}
def sinusoidal_positions(length: int, dim: int) -> Tensor:
    """A vector for each place of a text: sines and cosines in turn, slower from left to right (Vaswani et al. 2017).

    Args:
        length: L, how many places there are.
        dim: D, width of the vectors, even.

    Returns:
        float ``(L, D)``.
    """
    ### BEGIN SOLUTION
    place = torch.arange(length).unsqueeze(1)
    angle = place / 10000 ** (torch.arange(0, dim, 2) / dim)
    return torch.stack([angle.sin(), angle.cos()], dim=2).flatten(1)
    ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q5-positions", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp11_transformer", "q5-positions", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import check
#
# with check("q5-positions"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# ## Question 6 : l'encodeur lit des critiques

# %% [markdown] lang="en"
# ## Question 6: the encoder reads reviews

# %% [markdown] lang="fr"
# > **Exercice 6** (1,5 point). …

# %% [markdown] lang="en"
# > **Exercise 6** (1.5 points). …


# %% nbgrader={"grade": false, "grade_id": "q6-encoder-pooling", "locked": false, "schema_version": 3, "solution": true, "task": false}
class EncoderPooling(nn.Module):
    """A Transformer encoder that reads a text and sums it up in one vector, with the signature of TP 9's poolings.

    Args:
        dim: width of the words.
        model_dim: D, width of the encoder.
        heads: of each layer.
        hidden_size: of each layer's network.
        num_layers: of the encoder.
        readout: ``"query"`` reads by a learned query over the states, ``"cls"`` by a learned vector put in front.
        positions: whether positions are added.
        norm_first: see :class:`Encoder`.
        dropout: see :class:`Encoder`.

    Attributes:
        out_features: width of the vector.
    """

    def __init__(
        self,
        dim: int,
        model_dim: int,
        heads: int,
        hidden_size: int,
        num_layers: int = 1,
        readout: str = "query",
        positions: bool = True,
        norm_first: bool = True,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.out_features = model_dim
        ### BEGIN SOLUTION
        self.readout, self.positions = readout, positions
        self.enter = nn.Linear(dim, model_dim)
        self.encoder = Encoder(model_dim, heads, hidden_size, num_layers, norm_first, dropout)
        self.vector = nn.Parameter(
            torch.randn(model_dim) / math.sqrt(model_dim)
        )  # the query, or [CLS]
        ### END SOLUTION

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """``x`` ``(B, L, dim)``, ``mask`` ``(B, L)`` -> pooled ``(B, D)``, weights ``(B, L)``."""
        ### BEGIN SOLUTION
        words = self.enter(x)
        if self.readout == "cls":
            front = self.vector.expand(len(x), 1, -1)
            words = torch.cat([front, words], dim=1)
            mask = torch.cat([torch.ones_like(mask[:, :1]), mask], dim=1)
        if self.positions:
            words = words + sinusoidal_positions(words.shape[1], words.shape[2]).to(words)
        states, looks = self.encoder(words, mask)
        if self.readout == "cls":
            weights = looks[:, :, 0, 1:].mean(dim=1)
            return states[:, 0], weights / weights.sum(dim=1, keepdim=True).clamp(min=1e-12)
        scores = (states @ self.vector).masked_fill(~mask, torch.finfo(states.dtype).min)
        weights = scores.softmax(dim=1).masked_fill(~mask, 0.0)
        return (weights.unsqueeze(1) @ states).squeeze(1), weights
        ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q6-encoder-pooling", "locked": true, "points": 1.5, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp11_transformer", "q6-encoder-pooling", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import check
#
# with check("q6-encoder-pooling"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS


# %%
class ReviewClassifier(nn.Module):
    """Vectors of the words, a pooling, and a linear layer.

    Args:
        embeddings: vectors of the vocabulary, ``(V, D)``; they do not learn.
        pooling: ``forward(x, mask) -> (pooled, weights)``, with ``out_features``.
        num_classes: C.
    """

    def __init__(self, embeddings: Tensor, pooling: nn.Module, num_classes: int = 2) -> None:
        super().__init__()
        self.embedding = nn.Embedding.from_pretrained(embeddings, freeze=True)
        self.pooling = pooling
        self.linear = nn.Linear(pooling.out_features, num_classes)

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """``tokens``, ``mask`` ``(B, L)`` -> logits ``(B, C)``."""
        pooled, _ = self.pooling(self.embedding(tokens), mask)
        return self.linear(pooled)


# %% [markdown] lang="fr" nbgrader={"grade": false, "grade_id": "q6-observe", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": true}
# ### Question ouverte 6 (0,5 point)
#
# …
#
# === BEGIN MARK SCHEME ===
#
# …
#
# === END MARK SCHEME ===

# %% [markdown] lang="en" nbgrader={"grade": false, "grade_id": "q6-observe", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": true}
# ### Open question 6 (0.5 points)
#
# …
#
# === BEGIN MARK SCHEME ===
#
# …
#
# === END MARK SCHEME ===

# %% [markdown] lang="fr"
# *Votre réponse ici.*

# %% [markdown] lang="en"
# *Your answer here.*

# %% [markdown] lang="fr"
# ## Question 7 : écrire, le modèle de langue causal

# %% [markdown] lang="en"
# ## Question 7: writing, the causal language model

# %% [markdown] lang="fr"
# > **Exercice 7.1** (0,5 point). …

# %% [markdown] lang="en"
# > **Exercise 7.1** (0.5 points). …


# %% nbgrader={"grade": false, "grade_id": "q7-causal-mask", "locked": false, "schema_version": 3, "solution": true, "task": false}
def causal_mask(length: int) -> Tensor:
    """Where each place may look: at itself, and at what comes before it.

    Args:
        length: L.

    Returns:
        bool ``(L, L)``: row i is True where place i may look.
    """
    ### BEGIN SOLUTION
    return torch.ones(length, length, dtype=torch.bool).tril()
    ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q7-causal-mask", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp11_transformer", "q7-causal-mask", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import check
#
# with check("q7-causal-mask"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# > **Exercice 7.2** (1 point). …

# %% [markdown] lang="en"
# > **Exercise 7.2** (1 point). …


# %% nbgrader={"grade": false, "grade_id": "q7-next-token-loss", "locked": false, "schema_version": 3, "solution": true, "task": false}
def next_token_loss(logits: Tensor, tokens: Tensor, mask: Tensor) -> Tensor:
    """The mean cross-entropy of each token given those before it, in nats.

    Args:
        logits: float ``(B, L, V)``; those of place i predict token i + 1.
        tokens: int ``(B, L)``.
        mask: True on tokens, bool ``(B, L)``.

    Returns:
        a number: the mean over the pairs of neighbours that are both tokens of the batch.
    """
    ### BEGIN SOLUTION
    counts = mask[:, :-1] & mask[:, 1:]
    return F.cross_entropy(logits[:, :-1][counts], tokens[:, 1:][counts])
    ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q7-next-token-loss", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp11_transformer", "q7-next-token-loss", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import check
#
# with check("q7-next-token-loss"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# > **Exercice 7.3** (1 point). …

# %% [markdown] lang="en"
# > **Exercise 7.3** (1 point). …


# %% nbgrader={"grade": false, "grade_id": "q7-language-model", "locked": false, "schema_version": 3, "solution": true, "task": false}
class LanguageModel(nn.Module):
    """A Transformer that sees what comes before each place, and says what comes next.

    Args:
        num_tokens: V.
        dim: D, width of the words.
        heads: of each layer.
        hidden_size: of each layer's network.
        num_layers: how many layers there are.
        dropout: of each layer.
    """

    def __init__(
        self,
        num_tokens: int,
        dim: int,
        heads: int,
        hidden_size: int,
        num_layers: int = 1,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.embedding = nn.Embedding(num_tokens, dim)
        self.encoder = Encoder(
            dim, heads, hidden_size, num_layers, norm_first=True, dropout=dropout
        )
        self.linear = nn.Linear(dim, num_tokens)
        ### END SOLUTION

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """``tokens``, ``mask`` ``(B, L)`` -> logits ``(B, L, V)``."""
        ### BEGIN SOLUTION
        words = self.embedding(tokens)
        words = words + sinusoidal_positions(words.shape[1], words.shape[2]).to(words)
        seen = causal_mask(tokens.shape[1]).to(mask.device) & mask.unsqueeze(1)
        return self.linear(self.encoder(words, seen)[0])
        ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q7-language-model", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp11_transformer", "q7-language-model", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import check
#
# with check("q7-language-model"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# > **Exercice 7.4** (1 point). …

# %% [markdown] lang="en"
# > **Exercise 7.4** (1 point). …


# %% nbgrader={"grade": false, "grade_id": "q7-generate", "locked": false, "schema_version": 3, "solution": true, "task": false}
def generate(model: nn.Module, prompt: Tensor, steps: int, temperature: float = 0.0) -> Tensor:
    """Go on writing.

    Args:
        model: ``model(tokens, mask) -> logits``, see :class:`LanguageModel`; it is called in evaluation mode.
        prompt: int ``(B, P)``, without padding.
        steps: how many tokens are written.
        temperature: 0 takes the likeliest token; else one is drawn from ``softmax(logits / temperature)``.

    Returns:
        int64 ``(B, P + steps)``: the prompt, and what follows.
    """
    ### BEGIN SOLUTION
    learning = model.training
    model.eval()
    tokens = prompt
    with torch.no_grad():
        for _ in range(steps):
            logits = model(tokens, torch.ones_like(tokens, dtype=torch.bool))[:, -1]
            if temperature == 0:
                following = logits.argmax(dim=1, keepdim=True)
            else:
                following = torch.multinomial((logits / temperature).softmax(dim=1), 1)
            tokens = torch.cat([tokens, following], dim=1)
    model.train(learning)
    return tokens
    ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q7-generate", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp11_transformer", "q7-generate", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import check
#
# with check("q7-generate"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr" nbgrader={"grade": false, "grade_id": "q7-observe", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": true}
# ### Question ouverte 7 (0,5 point)
#
# …
#
# === BEGIN MARK SCHEME ===
#
# …
#
# === END MARK SCHEME ===

# %% [markdown] lang="en" nbgrader={"grade": false, "grade_id": "q7-observe", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": true}
# ### Open question 7 (0.5 points)
#
# …
#
# === BEGIN MARK SCHEME ===
#
# …
#
# === END MARK SCHEME ===

# %% [markdown] lang="fr"
# *Votre réponse ici.*

# %% [markdown] lang="en"
# *Your answer here.*

# %% [markdown] lang="fr"
# ## Question 8 : lire et écrire, le Transformer entier

# %% [markdown] lang="en"
# ## Question 8: reading and writing, the whole Transformer

# %% [markdown] lang="fr"
# > **Exercice 8.1** (1 point). …

# %% [markdown] lang="en"
# > **Exercise 8.1** (1 point). …


# %% nbgrader={"grade": false, "grade_id": "q8-decoder-layer", "locked": false, "schema_version": 3, "solution": true, "task": false}
class DecoderLayer(nn.Module):
    """Attention to what is written so far, attention to what was read, then a network on each word alone.

    Args:
        dim: D, width of the words.
        heads: of both attentions.
        hidden_size: of the network.
        norm_first: normalise what each of the three reads (pre-LN), and not the sum (post-LN).
        dropout: share of what each of the three adds that is dropped in training.
    """

    def __init__(
        self,
        dim: int,
        heads: int,
        hidden_size: int,
        norm_first: bool = False,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.norm_first = norm_first
        self.attend, self.look = MultiHeadAttention(dim, heads), MultiHeadAttention(dim, heads)
        self.network = nn.Sequential(
            nn.Linear(dim, hidden_size), nn.ReLU(), nn.Linear(hidden_size, dim)
        )
        self.norms = nn.ModuleList(LayerNorm(dim) for _ in range(3))
        self.dropout = nn.Dropout(dropout)
        ### END SOLUTION

    def forward(
        self, x: Tensor, mask: Tensor, memory: Tensor, memory_mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Read what is written so far and what was read.

        Args:
            x: what is written, ``(B, L, D)``; no place sees a later one.
            mask: True on its words, ``(B, L)``.
            memory: states of what was read, ``(B, S, D)``.
            memory_mask: True on its words, ``(B, S)``.

        Returns:
            states ``(B, L, D)``, and the weights over the memory, ``(B, h, L, S)``.
        """
        ### BEGIN SOLUTION
        seen = causal_mask(x.shape[1]).to(mask.device) & mask.unsqueeze(1)

        def adding(x, norm, sublayer):
            added, weights = sublayer(norm(x) if self.norm_first else x)
            x = x + self.dropout(added)
            return x if self.norm_first else norm(x), weights

        readable = memory_mask.unsqueeze(1)
        x, _ = adding(x, self.norms[0], lambda read: self.attend(read, read, seen))
        x, weights = adding(x, self.norms[1], lambda read: self.look(read, memory, readable))
        x, _ = adding(x, self.norms[2], lambda read: (self.network(read), None))
        return x, weights
        ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q8-decoder-layer", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp11_transformer", "q8-decoder-layer", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import check
#
# with check("q8-decoder-layer"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# > **Exercice 8.2** (0,5 point). …

# %% [markdown] lang="en"
# > **Exercise 8.2** (0.5 points). …


# %% nbgrader={"grade": false, "grade_id": "q8-transformer", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Transformer(nn.Module):
    """An encoder that reads a line, and a decoder that writes another (Vaswani et al. 2017); one alphabet for both.

    Args:
        num_tokens: V.
        dim: D, width of the words.
        heads: of each layer.
        hidden_size: of each layer's network.
        num_layers: of the encoder, and of the decoder.
        norm_first: see :class:`Encoder`.
        dropout: of each layer.
    """

    def __init__(
        self,
        num_tokens: int,
        dim: int,
        heads: int,
        hidden_size: int,
        num_layers: int = 1,
        norm_first: bool = False,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.embedding = nn.Embedding(num_tokens, dim)
        self.encoder = Encoder(dim, heads, hidden_size, num_layers, norm_first, dropout)
        self.decoder = nn.ModuleList(
            DecoderLayer(dim, heads, hidden_size, norm_first, dropout)
            for _ in range(num_layers)
        )
        self.norm = LayerNorm(dim) if norm_first else nn.Identity()
        self.linear = nn.Linear(dim, num_tokens)
        ### END SOLUTION

    def forward(self, source: Tensor, source_mask: Tensor, teacher: Tensor) -> Tensor:
        """``source``, ``source_mask`` ``(B, S)``, ``teacher`` ``(B, T)`` -> logits ``(B, T, V)``."""

        ### BEGIN SOLUTION
        def placed(tokens):
            words = self.embedding(tokens)
            return words + sinusoidal_positions(words.shape[1], words.shape[2]).to(words)

        memory, _ = self.encoder(placed(source), source_mask)
        states, every_place = placed(teacher), torch.ones_like(teacher, dtype=torch.bool)
        for layer in self.decoder:
            states, _ = layer(states, every_place, memory, source_mask)
        return self.linear(self.norm(states))
        ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q8-transformer", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp11_transformer", "q8-transformer", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import check
#
# with check("q8-transformer"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# > **Exercice 8.3** (0,5 point). …

# %% [markdown] lang="en"
# > **Exercise 8.3** (0.5 points). …


# %% nbgrader={"grade": false, "grade_id": "q8-teacher-forcing", "locked": false, "schema_version": 3, "solution": true, "task": false}
def teacher_forcing(target: Tensor, mask: Tensor) -> Tensor:
    """What the decoder reads as it learns to write ``target``.

    Args:
        target: the line to write, its END included, int ``(B, T)``.
        mask: True on its tokens, bool ``(B, T)``.

    Returns:
        int64 ``(B, T)``: START, then the target one place late; PAD where the mask is False.
    """
    ### BEGIN SOLUTION
    start = torch.full_like(target[:, :1], START)
    return torch.cat([start, target[:, :-1]], dim=1).masked_fill(~mask, PAD)
    ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q8-teacher-forcing", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp11_transformer", "q8-teacher-forcing", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import check
#
# with check("q8-teacher-forcing"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# > **Exercice 8.4** (0,5 point). …

# %% [markdown] lang="en"
# > **Exercise 8.4** (0.5 points). …


# %% nbgrader={"grade": false, "grade_id": "q8-translate", "locked": false, "schema_version": 3, "solution": true, "task": false}
def translate(model: nn.Module, source: Tensor, source_mask: Tensor, max_length: int) -> Tensor:
    """Write greedily.

    Args:
        model: ``model(source, source_mask, teacher) -> logits``, see :class:`Transformer`; it is called in evaluation mode.
        source: what is read, int ``(B, S)``.
        source_mask: True on its tokens, bool ``(B, S)``.
        max_length: how many tokens are written, END and PAD among them.

    Returns:
        int64 ``(B, max_length)``: the END of a line stands in it, PAD after.
    """
    ### BEGIN SOLUTION
    learning = model.training
    model.eval()
    written = source.new_full((len(source), 1), START)
    ended = torch.zeros_like(source_mask[:, 0])
    with torch.no_grad():
        while written.shape[1] <= max_length and not ended.all():
            following = (
                model(source, source_mask, written)[:, -1].argmax(dim=1).masked_fill(ended, PAD)
            )
            written = torch.cat([written, following.unsqueeze(1)], dim=1)
            ended = ended | (following == END)
    model.train(learning)
    return F.pad(written[:, 1:], (0, max_length + 1 - written.shape[1]), value=PAD)
    ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q8-translate", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp11_transformer", "q8-translate", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import check
#
# with check("q8-translate"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS


# %%
def classification_cost(model: nn.Module, batch) -> Tensor:
    """What a classifier of texts learns to make small."""
    return F.cross_entropy(model(batch.tokens, batch.mask), batch.labels)


def language_cost(model: nn.Module, batch) -> Tensor:
    """What a language model learns to make small."""
    return next_token_loss(model(batch.tokens, batch.mask), batch.tokens, batch.mask)


def translation_cost(model: nn.Module, batch: PairBatch) -> Tensor:
    """What a translator learns to make small: START and the target are read as a text, so that each token is predicted."""
    teacher = teacher_forcing(batch.target, batch.target_mask)
    logits = model(batch.source, batch.source_mask, teacher)
    text = torch.cat([teacher[:, :1], batch.target], dim=1)
    words = torch.cat([torch.ones_like(batch.target_mask[:, :1]), batch.target_mask], dim=1)
    return next_token_loss(F.pad(logits, (0, 0, 0, 1)), text, words)


# %% [markdown] lang="fr"
# ## Question 9 (optionnelle) : des carreaux sont des mots

# %% [markdown] lang="en"
# ## Question 9 (optional): patches are words

# %% [markdown] lang="fr"
# > **Exercice 9.1** (0,5 point). …

# %% [markdown] lang="en"
# > **Exercise 9.1** (0.5 points). …


# %% nbgrader={"grade": false, "grade_id": "q9-patches", "locked": false, "schema_version": 3, "solution": true, "task": false}
def patches(images: Tensor, size: int) -> Tensor:
    """Cut images in squares, in reading order (Dosovitskiy et al. 2021).

    Args:
        images: float ``(B, H, W)``.
        size: side of a square; H and W are multiples of it.

    Returns:
        ``(B, N, size * size)``: N squares, the pixels of each in reading order.
    """
    ### BEGIN SOLUTION
    count, height, width = images.shape
    rows = images.reshape(count, height // size, size, width // size, size)
    return rows.transpose(2, 3).reshape(count, -1, size * size)
    ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q9-patches", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp11_transformer", "q9-patches", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import check
#
# with check("q9-patches"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# > **Exercice 9.2** (0,5 point). …

# %% [markdown] lang="en"
# > **Exercise 9.2** (0.5 points). …


# %% nbgrader={"grade": false, "grade_id": "q9-vision-transformer", "locked": false, "schema_version": 3, "solution": true, "task": false}
class VisionTransformer(nn.Module):
    """A Transformer that reads an image as a text of squares (Dosovitskiy et al. 2021).

    Args:
        side: of the images.
        size: of the squares.
        dim: D, width of the words.
        heads: of each layer.
        hidden_size: of each layer's network.
        num_layers: how many layers there are.
        num_classes: C.
        dropout: of each layer.
    """

    def __init__(
        self,
        side: int,
        size: int,
        dim: int,
        heads: int,
        hidden_size: int,
        num_layers: int = 1,
        num_classes: int = 10,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.size = size
        self.enter = nn.Linear(size * size, dim)
        self.first = nn.Parameter(torch.randn(dim) / math.sqrt(dim))
        self.positions = nn.Parameter(
            torch.randn(1 + (side // size) ** 2, dim) / math.sqrt(dim)
        )
        self.encoder = Encoder(
            dim, heads, hidden_size, num_layers, norm_first=True, dropout=dropout
        )
        self.linear = nn.Linear(dim, num_classes)
        ### END SOLUTION

    def forward(self, images: Tensor) -> Tensor:
        """``images`` ``(B, side, side)`` -> logits ``(B, C)``."""
        ### BEGIN SOLUTION
        words = self.enter(patches(images, self.size))
        words = (
            torch.cat([self.first.expand(len(images), 1, -1), words], dim=1) + self.positions
        )
        mask = torch.ones_like(words[:, :, 0], dtype=torch.bool)
        return self.linear(self.encoder(words, mask)[0][:, 0])
        ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q9-vision-transformer", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp11_transformer", "q9-vision-transformer", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import check
#
# with check("q9-vision-transformer"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

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
#
# Retour à la tâche du TP 9 : une critique est-elle positive ou négative ? L'encodeur donne un état $h_i$ à chaque mot ; il faut
# encore **un** vecteur par texte. Les vecteurs des mots passent d'abord à la largeur de l'encodeur, les positions s'y ajoutent
# (ou non), puis viennent les couches :
#
# $$h = \operatorname{Encoder}(W x + b + P)$$
#
# Il y a deux façons de lire le résultat, choisies par `readout` :
#
# - **`"query"`** : une requête apprise $q$, comme à la question 2 du TP 9, mais adressée aux **états** :
#
# $$w = \operatorname{softmax}_i(q \cdot h_i), \qquad \hat t = \sum_i w_i\, h_i$$
#
# - **`"cls"`** : un vecteur appris, [CLS], est mis **devant** les mots. Il est à la place 0, et le premier mot à la place 1 ; il
#   regarde tous les mots et il en est regardé. Son état à la sortie est le vecteur du texte : $\hat t = h_0$. C'est ainsi que lit BERT
#   (Devlin et coll., 2019).
#
# La signature est celle des réductions du TP 9, si bien que ses images servent telles quelles :
#
# | | forme | |
# |---|---|---|
# | `x`, `mask` | `(B, L, dim)`, `(B, L)` | les vecteurs des mots, `True` sur les mots |
# | `pooled` | `(B, model_dim)` | le vecteur de chaque texte |
# | `weights` | `(B, L)` | `"query"` : les $w_i$ ; `"cls"` : là où [CLS] regarde |
#
# **À la main.** `"query"` : deux mots, dont les états **après** l'encodeur sont $h_1 = (4, 0)$ et $h_2 = (0, \ln 3)$, et
# $q = (0, 1)$. Les scores sont $0$ et $\ln 3$, les poids $\frac14$ et $\frac34$, et
# $\hat t = (1,\; \frac34 \ln 3) = (1,\; 0{,}824)$.
#
# `"cls"` : une critique de 3 mots et une de 1 mot. Les textes ont une place de plus, leur masque aussi :
#
# $$\begin{pmatrix} \text{V} & \text{V} & \text{V} \\ \text{V} & \text{F} & \text{F} \end{pmatrix} \to
# \begin{pmatrix} \text{V} & \text{V} & \text{V} & \text{V} \\ \text{V} & \text{V} & \text{F} & \text{F} \end{pmatrix}$$
#
# Si deux têtes de la dernière couche donnent à ([CLS], mot 1, mot 2) les poids $(0{,}5,\; 0{,}25,\; 0{,}25)$ et
# $(0{,}2,\; 0{,}6,\; 0{,}2)$ pour la requête de [CLS], leur moyenne est $(0{,}35,\; 0{,}425,\; 0{,}225)$ ; sur les mots seuls, et ramenée à
# une somme de 1 : $(0{,}654,\; 0{,}346)$.

# %% [markdown] lang="en"
# ## Question 6: the encoder reads reviews
#
# Back to the task of TP 9: is a review positive or negative? The encoder gives a state $h_i$ to each word; what is missing is
# **one** vector a text. The vectors of the words are first mapped to the width of the encoder, positions are added (or not), and
# then come the layers:
#
# $$h = \operatorname{Encoder}(W x + b + P)$$
#
# There are two ways to read the result, chosen by `readout`:
#
# - **`"query"`**: a learned query $q$, as in question 2 of TP 9, but put to the **states**:
#
# $$w = \operatorname{softmax}_i(q \cdot h_i), \qquad \hat t = \sum_i w_i\, h_i$$
#
# - **`"cls"`**: a learned vector, [CLS], is put **in front** of the words. It has place 0, and the first word place 1; it looks at
#   all words, and they look at it. Its state at the end is the vector of the text: $\hat t = h_0$. This is how BERT reads (Devlin
#   et al., 2019).
#
# The signature is that of the poolings of TP 9, so that its pictures serve as they are:
#
# | | shape | |
# |---|---|---|
# | `x`, `mask` | `(B, L, dim)`, `(B, L)` | the vectors of the words, `True` on words |
# | `pooled` | `(B, model_dim)` | the vector of each text |
# | `weights` | `(B, L)` | `"query"`: the $w_i$; `"cls"`: where [CLS] looks |
#
# **By hand.** `"query"`: two words, whose states **after** the encoder are $h_1 = (4, 0)$ and $h_2 = (0, \ln 3)$, and
# $q = (0, 1)$. The scores are $0$ and $\ln 3$, the weights $\frac14$ and $\frac34$, and
# $\hat t = (1,\; \frac34 \ln 3) = (1,\; 0.824)$.
#
# `"cls"`: a review of 3 words and one of 1 word. The texts have one place more, and so has their mask:
#
# $$\begin{pmatrix} \text{T} & \text{T} & \text{T} \\ \text{T} & \text{F} & \text{F} \end{pmatrix} \to
# \begin{pmatrix} \text{T} & \text{T} & \text{T} & \text{T} \\ \text{T} & \text{T} & \text{F} & \text{F} \end{pmatrix}$$
#
# If two heads of the last layer give ([CLS], word 1, word 2) the weights $(0.5,\; 0.25,\; 0.25)$ and $(0.2,\; 0.6,\; 0.2)$ for the
# query of [CLS], their mean is $(0.35,\; 0.425,\; 0.225)$; over the words alone, and brought back to a sum of 1:
# $(0.654,\; 0.346)$.

# %% [markdown] lang="fr"
# > **Exercice 6** (1,5 point). Écrivez `EncoderPooling`.
# >
# > - Une application linéaire de `dim` à `model_dim`, les positions si `positions` est vrai (une fois, avant la première couche),
# >   puis un encodeur de `num_layers` couches. Mots ou positions peuvent être multipliés par un facteur, fixe ou appris (l'article
# >   multiplie les plongements par $\sqrt D$).
# > - `readout="query"` : les poids viennent d'une requête apprise et des états de l'encodeur, et `pooled` est la somme des états
# >   par ces poids. `readout="cls"` : `pooled` est l'état de [CLS], **un** paramètre, le même pour tous les textes.
# > - Avec positions, l'ordre des mots compte ; sans positions, les mêmes mots dans un autre ordre donnent le même vecteur.
# > - Les poids d'un texte sont positifs, somment à 1 sur ses mots et valent **exactement 0** sur le remplissage. Pour `"cls"`, toute
# >   répartition sur les mots est acceptée ; la moyenne des têtes, comme ci-dessus, est la plus utile à dessiner.
# > - Ni le remplissage, ni sa longueur, ni les autres textes du lot ne changent la réponse. Tout ce qui est construit sert et
# >   s'apprend : le gradient l'atteint. L'attribut `out_features` vaut `model_dim`.
# > - Un appel ne garde rien pour le suivant, laisse `x` et `mask` tels quels, rend des `float32`, et calcule en apprentissage ce qu'il
# >   calcule en évaluation, au *dropout* près.
# >
# > L'encodeur est celui de la question 4, ou `nn.TransformerEncoder` de torch (`batch_first=True`, `enable_nested_tensor=False`) ; pas de
# > couche récurrente.
#
# <details>
# <summary>Premier indice</summary>
#
# Trois morceaux à ranger dans `self`, et un paramètre de `model_dim` nombres, qui est la requête ou [CLS] selon `readout` : jamais
# les deux, puisque tout ce qui est construit doit servir. Pour `"cls"`, que devient le masque, et à quelle place est le premier mot ?
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# `expand` donne le même [CLS] à tous les textes, `torch.cat` sur l'axe 1 le met devant les mots, et une colonne de `True` va devant le
# masque ; ensuite seulement viennent les positions. Pour `"query"`, les scores sont un produit `états @ requête`, de forme `(B, L)` :
# masque, softmax et somme pondérée comme au TP 9. Pour `"cls"`, la ligne 0 des poids `(B, h, L + 1, L + 1)` est celle de [CLS], et sa
# colonne 0 n'est pas un mot. Une division par 0 se prévient avec `clamp`.
#
# </details>

# %% [markdown] lang="en"
# > **Exercise 6** (1.5 points). Write `EncoderPooling`.
# >
# > - A linear map from `dim` to `model_dim`, the positions if `positions` is true (once, before the first layer), then an encoder of
# >   `num_layers` layers. Words or positions may be multiplied by a factor, fixed or learned (the paper multiplies embeddings by
# >   $\sqrt D$).
# > - `readout="query"`: the weights come from a learned query and the states of the encoder, and `pooled` is the sum of the states
# >   by these weights. `readout="cls"`: `pooled` is the state of [CLS], **one** parameter, the same for all texts.
# > - With positions the order of the words counts; without them the same words in another order give the same vector.
# > - The weights of a text are positive, sum to 1 over its words and are **exactly 0** on padding. For `"cls"` any distribution over
# >   the words is accepted; the mean of the heads, as above, is the most useful one to draw.
# > - Neither the padding, nor its length, nor the other texts of the batch change the answer. All that is made serves and is learned:
# >   the gradient reaches it. The attribute `out_features` is `model_dim`.
# > - A call keeps nothing for the next one, leaves `x` and `mask` as they are, gives `float32`, and computes in training what it
# >   computes in evaluation, dropout apart.
# >
# > The encoder is that of question 4, or torch's `nn.TransformerEncoder` (`batch_first=True`, `enable_nested_tensor=False`); no
# > recurrent layer.
#
# <details>
# <summary>First hint</summary>
#
# Three things to keep in `self`, and a parameter of `model_dim` numbers, which is the query or [CLS], as `readout` says: never both, as
# all that is made has to serve. For `"cls"`, what becomes of the mask, and at which place is the first word?
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# `expand` gives all texts the same [CLS], `torch.cat` along axis 1 puts it in front of the words, and a column of `True` goes in front of
# the mask; only then come the positions. For `"query"` the scores are a product `states @ query`, of shape `(B, L)`: mask, softmax and
# weighted sum as in TP 9. For `"cls"`, row 0 of the weights `(B, h, L + 1, L + 1)` is that of [CLS], and its column 0 is no word. A
# division by 0 is prevented by `clamp`.
#
# </details>


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


def classification_cost(model: nn.Module, batch) -> Tensor:
    """What a classifier of texts learns to make small."""
    return F.cross_entropy(model(batch.tokens, batch.mask), batch.labels)


# %% [markdown] lang="fr"
# `ReviewClassifier`, ci-dessus, est fourni : les vecteurs des mots (fixes), votre réduction, une couche linéaire. Aucune réponse de ce TP
# n'est un `LightningModule` : `Learner`, fourni lui aussi, entraîne n'importe quel modèle dès qu'on lui dit **quel coût** rendre
# petit, une fonction `cost(model, batch)`. Il emploie AdamW, un pas qui monte pendant un dixième de l'apprentissage puis descend en
# cosinus, et un gradient borné à 1. La cellule suivante prépare `train`, qui sert à toutes les questions qui suivent, et les critiques :
# celles d'IMDB s'il y en a une copie sur la machine, sinon celles du petit corpus du TP 9.
#
# **Est-ce que cela marche ?** Avant chaque entraînement sont dits ce qu'il faut attendre et le temps de calcul, en secondes d'un seul cœur :
# une machine lente ou chargée peut en mettre plusieurs fois plus. Là où deux départs diffèrent, une fourchette est dite.

# %% [markdown] lang="en"
# `ReviewClassifier`, above, is given: the vectors of the words (which do not learn), your pooling, a linear layer. No answer of this lab
# is a `LightningModule`: `Learner`, given too, trains any model as soon as it is told **which cost** to make small, a function
# `cost(model, batch)`. It uses AdamW, a step size that rises for a tenth of the training and then falls along a cosine, and a gradient
# clipped at 1. The next cell makes `train`, which serves all the questions that follow, and opens the reviews: those of IMDB where
# there is a copy on the machine, else those of the small corpus of TP 9.
#
# **Does it work?** Before each training stand what to expect and the time that it takes, in seconds of a single core: a slow or busy
# machine may take several times as long. Where two starts differ, a range is told.

# %% tags=["active-ipynb", "raises-exception"]
# import logging
# import warnings
#
# from IPython.display import display
# from lightning import Trainer, seed_everything
#
# from amal_attention.tasks.classification import ReviewData, available_source
# from amal_attention.tasks.classification.task import TASK as REVIEWS
# from amal_attention.tasks.pictures import monitor_curves
# from amal_attention.tasks.tap import tapped_attention
# from amal_attention.training.callbacks import History
# from amal_attention.training.learner import Learner
# from amal_attention.training.training_cell import EpochBar, NotTrained, told_in_a_line
#
# logging.getLogger("lightning").setLevel(logging.ERROR)
# logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
# warnings.filterwarnings("ignore", module="lightning")
#
#
# class Trained(dict):
#     """The models that were trained, by question."""
#
#     def __missing__(self, question):
#         raise NotTrained(
#             f"{question} is not trained yet: answer it, then run its training cell"
#         )
#
#
# models, histories = Trained(), Trained()
#
#
# def train(question, build, cost, data, epochs, lr, task, **uses):
#     """Build a model, train it, keep it and its history under the name of its question, and give what was measured last."""
#     seed_everything(0, verbose=False)
#     history = History(task.monitor)
#     with told_in_a_line(question):
#         learner = Learner(build(), cost, lr=lr)
#         trainer = Trainer(
#             max_epochs=epochs,
#             callbacks=[*task.callbacks(uses), history, EpochBar("train_loss", "val_loss", task.monitor)],
#             logger=False,
#             enable_checkpointing=False,
#             enable_model_summary=False,
#             num_sanity_val_steps=0,
#         )
#         trainer.fit(learner, datamodule=data)
#         measured = history.monitored
#     models[question], histories[question] = learner, history.points
#     return measured
#
#
# reviews = ReviewData(available_source(), standardise=True, batch_size=32, crop=200)
# source = reviews.hparams.source
# print(f"source of the reviews: {source}")

# %% [markdown] lang="fr"
# **Entraînement.** Trois modèles de 48 nombres, 4 têtes, une couche : la requête, la même **sans positions**, et [CLS]. À attendre sur la validation,
# après six époques de @@6S@@ s en tout pour chacun : @@6Q@@ avec la requête, @@6N@@ sans positions, @@6C@@ avec [CLS]. Sur ce corpus, la question 1
# du TP 9 arrivait à 60 %, la 2 à 76 %, la 3 à 86 %, et le LSTM de la 4 à 96 %.

# %% [markdown] lang="en"
# **Training.** Three models of 48 numbers, 4 heads, one layer: the query, the same **without positions**, and [CLS]. To expect on
# validation, after six epochs of @@6S@@ s in all for each: @@6Q@@ with the query, @@6N@@ without positions, @@6C@@ with [CLS]. On this corpus
# question 1 of TP 9 came to 60 %, question 2 to 76 %, question 3 to 86 %, and the LSTM of question 4 to 96 %.

# %% tags=["active-ipynb", "raises-exception"]
# def reader(**options):
#     """A classifier of reviews that reads with the encoder."""
#     pooling = EncoderPooling(reviews.dim, 48, heads=4, hidden_size=96, dropout=0.1, **options)
#     return ReviewClassifier(reviews.embeddings, pooling)
#
#
# def train_reader(question, **options):
#     """Train a classifier of reviews, and print its accuracy."""
#     accuracy = train(
#         question, lambda: reader(**options), classification_cost, reviews, 6, 6e-3, REVIEWS
#     )
#     print(f"{question}: {accuracy:.1%} of the validation reviews are right")
#
#
# train_reader("Q6")

# %% tags=["active-ipynb", "raises-exception"]
# train_reader("Q6, no positions", positions=False)

# %% tags=["active-ipynb", "raises-exception"]
# train_reader("Q6, CLS", readout="cls")
# monitor_curves(
#     REVIEWS, {name: histories[name] for name in ("Q6", "Q6, no positions", "Q6, CLS") if name in histories}
# )

# %% [markdown] lang="fr"
# **Où regarde-t-il ?** Les mots regardés, d'abord : deux critiques de validation, lues par les modèles entraînés ; changez aussi le texte, ajoutez
# une négation. Puis, pour le début de ce texte, une matrice **par tête** : chaque ligne est un mot qui interroge, chaque colonne un mot regardé.

# %% [markdown] lang="en"
# **Where does it look?** The words that are attended, first: two validation reviews, read by the models that were trained; change the text, too, add
# a negation. Then, for that text, one matrix **a head**: each row is a word that asks, each column a word that is looked at.

# %% tags=["active-ipynb", "raises-exception"]
# from amal_attention.tasks.classification.examination import read_reviews, read_text
# from amal_attention.visualise.matrices import attention_heads
# from amal_attention.visualise.readings import compare_readings
#
# names = [name for name in ("Q6", "Q6, no positions", "Q6, CLS") if name in models] or ["Q6"]
# rows = reviews.rows("validation")[:2]
# compare_readings({name: read_reviews(models[name], reviews, rows) for name in names})

# %% tags=["active-ipynb", "raises-exception"]
# text = "The ghost in the corridor was not chilling, the house was not eerie: a dull film."
# compare_readings({name: [read_text(models[name], reviews, text)] for name in names})

# %% tags=["active-ipynb", "raises-exception"]
# def heads_of(question, text):
#     """The words of a text, and the weights of each head of the last layer on them."""
#     words = reviews.tokenizer.words(text)
#     tokens = torch.from_numpy(reviews.vocabulary.encode(words)).unsqueeze(0)
#     model = models[question].model.eval()
#     with told_in_a_line(question), torch.no_grad(), tapped_attention(model) as tap:
#         model(tokens, torch.ones_like(tokens, dtype=torch.bool))
#         return words, tap.last(dim=4)[0]
#
#
# words, weights = heads_of("Q6", text)
# attention_heads(weights, words, words, across=2)

# %% [markdown] lang="fr" nbgrader={"grade": false, "grade_id": "q6-observe", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": true}
# ### Question ouverte 6 (0,5 point)
#
# Sur IMDB, voici des taux de bonne classification mesurés (test : intervalle à 95 % de ± 1 point environ ; validation : erreur type de 0,65 point ;
# vecteurs fixes) :
#
# | | test |
# |---|---|
# | TP 9, question 3 | 84,1 % |
# | TP 9, question 4 (LSTM) | 90,1 % |
# | encodeur, requête, avec positions | 84,5 % |
# | le même, sans positions | 84,5 % |
# | encodeur sans positions, où chaque mot est d'abord **mêlé à ses deux voisins** (une couche linéaire et un ReLU sur les trois vecteurs), 5 époques | 87,7 % |
#
# | | validation |
# |---|---|
# | encodeur sans positions, 2 époques | 85,6 % |
# | le même, mots mêlés à leurs voisins | 87,5 % |
# | deux fois mêlés, une époque, avec attention | 86,6 % |
# | deux fois mêlés, une époque, sans attention | 85,8 % |
#
# Que font les positions ici, et pourquoi si peu ? Que sait un LSTM avant d'avoir vu un seul texte, et que l'attention doit apprendre ? Que peut,
# elle, calculer l'attention d'un coup ? Dans les 87,7 %, quelle part revient à l'attention ? Servez-vous des tableaux et de vos propres mesures.
#
# === BEGIN MARK SCHEME ===
#
# 0,25 : les positions ne changent rien de mesurable (84,5 et 84,5 ; sur le petit corpus, l'écart change de signe d'un départ à l'autre). L'opinion
# tient surtout aux mots employés, et la place absolue d'un mot (le 57e) n'en dit rien. L'ordre qui compte est celui des voisins, « pas » juste avant
# « bon » : pour s'en servir, une tête devrait apprendre à regarder à la place d'avant, à partir de 22 500 textes (3 600 sur le petit corpus). Le LSTM
# l'a d'avance : chaque état est calculé du précédent, l'ordre et le voisinage sont dans sa construction. L'attention part d'un ensemble.
#
# 0,25 : l'attention met en rapport deux mots quelconques, à toute distance, en une étape et toutes les places à la fois (au prix de L²). Mais le gain
# de 84,5 à 87,7 ne lui revient pas : mêler les voisins apporte 1,9 point (85,6 à 87,5), le reste vient d'époques de plus ; l'attention, à côté de ce
# mélange, apporte moins de 1 point, à peine plus qu'une erreur type : rien n'est établi, d'autant que c'est un seul départ. (Accepter toute lecture
# honnête qui compare un écart à son incertitude.)
#
# === END MARK SCHEME ===

# %% [markdown] lang="en" nbgrader={"grade": false, "grade_id": "q6-observe", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": true}
# ### Open question 6 (0.5 points)
#
# On IMDB, these accuracies were measured (test: a 95 % interval of about ± 1 point; validation: a standard error of 0.65 points; vectors that do not
# learn):
#
# | | test |
# |---|---|
# | TP 9, question 3 | 84.1 % |
# | TP 9, question 4 (LSTM) | 90.1 % |
# | encoder, query, with positions | 84.5 % |
# | the same, without positions | 84.5 % |
# | encoder without positions, where each word is first **mixed with its two neighbours** (a linear layer and a ReLU on the three vectors), 5 epochs | 87.7 % |
#
# | | validation |
# |---|---|
# | encoder without positions, 2 epochs | 85.6 % |
# | the same, words mixed with their neighbours | 87.5 % |
# | mixed twice, one epoch, with attention | 86.6 % |
# | mixed twice, one epoch, without attention | 85.8 % |
#
# What do positions do here, and why so little? What does an LSTM know before it has seen a single text, and attention has to learn? And what can
# attention compute at once? Of the 87.7 %, how much is due to attention? Use the tables, and what you measured yourself.
#
# === BEGIN MARK SCHEME ===
#
# 0.25: positions change nothing that can be measured (84.5 and 84.5; on the small corpus the difference changes sign from one start to another). An
# opinion is mostly in the words that are used, and the absolute place of a word (the 57th) tells nothing of it. The order that counts is that of
# neighbours, "not" just before "good": to use it, a head would have to learn to look at the place before, from 22,500 texts (3,600 on the small
# corpus). The LSTM has it beforehand: each state is computed from the one before, order and neighbourhood are built in. Attention begins with a set.
#
# 0.25: attention relates any two words, at any distance, in one step and at all places at a time (at the price of L²). But the gain from 84.5 to 87.7
# is not its own: mixing neighbours brings 1.9 points (85.6 to 87.5), the rest comes from more epochs; attention, beside that mixing, brings less than
# 1 point, hardly more than one standard error: nothing is established, the more so as this is a single start. (Accept any honest reading that
# compares a difference with its uncertainty.)
#
# === END MARK SCHEME ===

# %% [markdown] lang="fr"
# *Votre réponse ici.*

# %% [markdown] lang="en"
# *Your answer here.*

# %% [markdown] lang="fr"
# ## Question 7 : écrire, le modèle de langue causal
#
# Un modèle de langue dit, à chaque place d'un texte, quel mot vient **ensuite**. Il apprend en rendant vraisemblables les mots d'un grand corpus,
# coupé en fenêtres de $k$ mots :
#
# $$\max_\theta \sum_i \log P_\theta(u_i \mid u_{i-k}, \dots, u_{i-1})$$
#
# On mesure sa **perplexité**, l'exponentielle du coût moyen par mot : un modèle de perplexité 8 hésite autant qu'entre 8 mots également
# probables. Pour écrire, on tire un mot, on l'ajoute au texte, et l'on recommence.
#
# **Une seule chose change** dans l'encodeur : à la place $i$, un mot ne regarde que les places $j \leq i$, sinon il lirait la réponse. C'est un
# masque de plus, le masque **causal**, posé comme l'autre **avant** le softmax :
#
# $$a_{ij} = \operatorname{softmax}_j\!\left(\frac{q_i \cdot k_j}{\sqrt K} + m_{ij}\right), \qquad
# m_{ij} = \begin{cases} 0 & \text{si } j \leq i \\ -\infty & \text{si } j > i \end{cases}$$
#
# Avec des booléens, `True` là où l'on peut regarder, c'est pour trois mots :
#
# $$\begin{pmatrix} \text{V} & \text{F} & \text{F} \\ \text{V} & \text{V} & \text{F} \\ \text{V} & \text{V} & \text{V} \end{pmatrix}$$
#
# Toutes les places d'une fenêtre apprennent ainsi en **une** passe : chacune a sa propre réponse, et aucune ne voit la sienne.

# %% [markdown] lang="en"
# ## Question 7: writing, the causal language model
#
# A language model says, at each place of a text, which word comes **next**. It learns by making the words of a large corpus likely, cut in windows of
# $k$ words:
#
# $$\max_\theta \sum_i \log P_\theta(u_i \mid u_{i-k}, \dots, u_{i-1})$$
#
# Its measure is **perplexity**, the exponential of the mean cost of a word: a model of perplexity 8 hesitates as much as between 8 words of equal
# probability. To write, one draws a word, adds it to the text, and begins again.
#
# **One thing changes** in the encoder: at place $i$ a word looks only at the places $j \leq i$, or else it would read the answer. This is one more
# mask, the **causal** mask, put like the other **before** the softmax:
#
# $$a_{ij} = \operatorname{softmax}_j\!\left(\frac{q_i \cdot k_j}{\sqrt K} + m_{ij}\right), \qquad
# m_{ij} = \begin{cases} 0 & \text{if } j \leq i \\ -\infty & \text{if } j > i \end{cases}$$
#
# With booleans, `True` where one may look, for three words it is:
#
# $$\begin{pmatrix} \text{T} & \text{F} & \text{F} \\ \text{T} & \text{T} & \text{F} \\ \text{T} & \text{T} & \text{T} \end{pmatrix}$$
#
# So all places of a window learn in **one** pass: each has an answer of its own, and none sees its own.

# %% [markdown] lang="fr"
# > **Exercice 7.1** (0,5 point). Écrivez `causal_mask(length)` : des booléens `(length, length)`, dont la ligne $i$ est vraie aux places $j \leq i$,
# > la sienne comprise, et fausse après ; pour une seule place aussi.
#
# <details>
# <summary>Premier indice</summary>
#
# La première ligne ne voit qu'elle-même ; la dernière voit tout. Quelle moitié d'un carré est-ce ?
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# PyTorch sait garder le triangle du bas d'une matrice (`tril`), diagonale comprise, ou comparer deux `arange`, l'un en colonne et l'autre en ligne.
#
# </details>

# %% [markdown] lang="en"
# > **Exercise 7.1** (0.5 points). Write `causal_mask(length)`: booleans `(length, length)` whose row $i$ is true at the places $j \leq i$, its own
# > included, and false after; for a single place too.
#
# <details>
# <summary>First hint</summary>
#
# The first row sees nothing but itself; the last one sees all. Which half of a square is this?
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# PyTorch can keep the lower triangle of a matrix (`tril`), diagonal included, or compare two `arange`, one as a column and one as a row.
#
# </details>


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
# **Pourquoi avant le softmax ?** Trois mots, dont les clés ont les scores $0$, $\ln 2$ et $0$. Le mot 2 a le droit de voir les deux premiers : poids
# $\frac13$ et $\frac23$. Si l'on met plutôt des zéros **après** le softmax, il reste $\frac14$ et $\frac12$, dont la somme n'est pas 1 ; pire, leur
# diviseur a vu le mot 3. Changez le seul mot 3, de score $\ln 5$ désormais : la ligne du mot 2 devient $\frac18$ et $\frac14$. Le passé dépend de
# l'avenir, et le modèle apprendra à le lire.

# %% [markdown] lang="en"
# **Why before the softmax?** Three words, whose keys have the scores $0$, $\ln 2$ and $0$. Word 2 may see the first two: weights $\frac13$ and
# $\frac23$. Putting zeros **after** the softmax instead leaves $\frac14$ and $\frac12$, which do not sum to 1; worse, what divides them has seen word
# 3. Change word 3 alone, whose score is $\ln 5$ now: the row of word 2 becomes $\frac18$ and $\frac14$. The past depends on the future, and the model
# will learn to read it.

# %% tags=["active-ipynb", "raises-exception"]
# ones = torch.ones(3, 1)
# for last in (1.0, 5.0):
#     keys = torch.tensor([[1.0], [2.0], [last]]).log()
#     with told_in_a_line("Q7"):
#         _, masked = attention(ones, keys, keys, causal_mask(3))
#         _, everywhere = attention(ones, keys, keys)
#         zeroed = everywhere * causal_mask(3)
#     before, after = (" ".join(f"{weight:.3f}" for weight in row[1]) for row in (masked, zeroed))
#     print(f"score of word 3 = ln {last:.0f}, word 2 looks at: {before} (mask before), {after} (zeros after)")

# %% [markdown] lang="fr"
# **À la main.** Un texte de trois mots et d'une place de remplissage, (a, b, b, ·), sur un alphabet de trois mots. Le modèle donne à (a, b, c), aux
# places 1, 2 et 3, les probabilités $(\frac12, \frac14, \frac14)$, $(\frac14, \frac12, \frac14)$ et $(\frac14, \frac12, \frac14)$. La place 1 doit
# prédire b, à $\frac14$ ; la place 2 doit prédire b, à $\frac12$ ; la place 3 n'a rien à prédire, puisque du remplissage la suit :
#
# $$\text{coût} = \tfrac12 (\ln 4 + \ln 2) = 1{,}0397, \qquad \text{perplexité} = e^{1{,}0397} = 2{,}83$$
#
# > **Exercice 7.2** (1 point). Écrivez `next_token_loss(logits, tokens, mask)` : la moyenne, sur les couples de voisins $(i, i + 1)$ qui sont
# > **tous deux** des mots, de l'entropie croisée des logits de la place $i$ pour le mot de la place $i + 1$.
# >
# > - La moyenne porte sur tous les couples du lot, et non texte par texte. Il y en a toujours un au moins.
# > - C'est le masque qui dit où sont les mots : le mot de numéro 0 compte comme les autres, et ce qui est écrit sous le remplissage ne change rien.
# > - De grands logits donnent un coût fini ; le gradient atteint les logits, jamais ceux du remplissage. Ce qui est reçu reste tel quel, le coût est
# >   un `float32`.
#
# <details>
# <summary>Premier indice</summary>
#
# Combien de prédictions un texte de $n$ mots permet-il de juger ? Quelles colonnes des logits, et quelles colonnes des mots, vont ensemble ?
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# Toutes les colonnes des logits sauf la dernière, toutes celles des mots sauf la première ; un couple compte si le masque est vrai aux deux places.
# Un booléen entre crochets choisit ces places, et `F.cross_entropy` attend des logits `(N, V)` et des numéros `(N,)`.
#
# </details>

# %% [markdown] lang="en"
# **By hand.** A text of three words and one place of padding, (a, b, b, ·), over an alphabet of three words. At places 1, 2 and 3 the model gives (a,
# b, c) the probabilities $(\frac12, \frac14, \frac14)$, $(\frac14, \frac12, \frac14)$ and $(\frac14, \frac12, \frac14)$. Place 1 has to predict b, at
# $\frac14$; place 2 has to predict b, at $\frac12$; place 3 has nothing to predict, as padding follows:
#
# $$\text{loss} = \tfrac12 (\ln 4 + \ln 2) = 1.0397, \qquad \text{perplexity} = e^{1.0397} = 2.83$$
#
# > **Exercise 7.2** (1 point). Write `next_token_loss(logits, tokens, mask)`: the mean, over the pairs of neighbours $(i, i + 1)$ that are **both**
# > words, of the cross-entropy of the logits of place $i$ for the word of place $i + 1$.
# >
# > - The mean is over all pairs of the batch, and not text by text. There is always one at least.
# > - It is the mask that tells where words are: the word of number 0 counts like the others, and what stands under padding changes nothing.
# > - Large logits give a finite loss; the gradient reaches the logits, and never those of padding. What is given stays as it is, the loss is a
# >   `float32`.
#
# <details>
# <summary>First hint</summary>
#
# How many predictions does a text of $n$ words allow one to judge? Which columns of the logits, and which columns of the words, belong together?
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# All columns of the logits but the last, all those of the words but the first; a pair counts where the mask is true at both places. A boolean in
# brackets chooses these places, and `F.cross_entropy` takes logits `(N, V)` and numbers `(N,)`.
#
# </details>


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
# > **Exercice 7.3** (1 point). Écrivez `LanguageModel` : un plongement par mot, des positions, `num_layers` couches **causales**, une application
# > linéaire vers les `num_tokens` mots.
# >
# > - Les logits d'une place dépendent de son mot et de **tous** ceux d'avant, et d'**aucun** d'après. L'ordre de ce qui précède compte.
# > - Ce sont des logits `(B, L, V)`, pas des probabilités : la perte s'en charge.
# > - Chaque couche a ses propres paramètres ; tout s'apprend, et le gradient atteint tout.
# > - Ni le remplissage, ni sa longueur, ni les autres textes du lot ne changent ce qui est dit des mots.
# > - Un appel ne garde rien pour le suivant, laisse ce qu'il reçoit tel quel, rend des `float32`, et calcule en apprentissage ce qu'il calcule en
# >   évaluation, au *dropout* près.
# >
# > Libres : l'ordre des normes, des positions apprises (jusqu'à 512 places), des poids partagés entre le plongement et la sortie. Pas de couche
# > récurrente.
# >
# > **Le masque de chaque place.** L'exercice 4.2 ne demandait qu'un masque `(B, L)`, le même pour toutes les requêtes. Ici, chaque place a le sien :
# > un masque `(B, L, L)`. Votre `EncoderLayer` l'accepte avec une ligne de plus, qui n'ajoute un axe qu'à un masque de deux axes ; ou bien prenez
# > `nn.TransformerEncoderLayer` de torch, permis ici (`batch_first=True`), où `True` veut dire l'inverse : « caché ».
#
# <details>
# <summary>Premier indice</summary>
#
# Deux masques se rencontrent : le causal `(L, L)`, le même pour tous les textes, et celui du texte `(B, L)`, le même pour toutes les requêtes. Une
# place peut regarder là où **les deux** le permettent.
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# Donnez au masque du texte un axe de requêtes (`unsqueeze(1)`) ; `&` étire alors les deux jusqu'à `(B, L, L)`, et l'`Encoder` peut le recevoir tel
# quel. Avec les couches de torch : `src_mask` pour le causal, `src_key_padding_mask` pour le remplissage, tous deux **niés**. Les positions
# s'ajoutent aux plongements, avant la première couche.
#
# </details>

# %% [markdown] lang="en"
# > **Exercise 7.3** (1 point). Write `LanguageModel`: an embedding of each word, positions, `num_layers` **causal** layers, a linear map to the
# > `num_tokens` words.
# >
# > - The logits at a place depend on its word and on **all** those before it, and on **none** after. The order of what comes before counts.
# > - They are logits `(B, L, V)`, no probabilities: the loss sees to that.
# > - Each layer has parameters of its own; all is learned, and the gradient reaches all of it.
# > - Neither the padding, nor its length, nor the other texts of the batch change what is said of words.
# > - A call keeps nothing for the next one, leaves what it is given as it is, gives `float32`, and computes in training what it computes in
# >   evaluation, dropout apart.
# >
# > Free: the order of the norms, learned positions (up to 512 places), weights that the embedding and the output share. No recurrent layer.
# >
# > **The mask of each place.** Exercise 4.2 asked for a mask `(B, L)` alone, the same for all queries. Here each place has one of its own: a mask
# > `(B, L, L)`. Your `EncoderLayer` takes it with one line more, which adds an axis only to a mask of two axes; or take torch's
# > `nn.TransformerEncoderLayer`, allowed here (`batch_first=True`), where `True` means the opposite: "hidden".
#
# <details>
# <summary>First hint</summary>
#
# Two masks meet: the causal one `(L, L)`, the same for all texts, and that of the text `(B, L)`, the same for all queries. A place may look where
# **both** allow it.
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# Give the mask of the text an axis of queries (`unsqueeze(1)`); `&` then stretches both to `(B, L, L)`, and `Encoder` can be given the result as it
# is. With torch's layers: `src_mask` for the causal one, `src_key_padding_mask` for the padding, both **negated**. Positions are added to the
# embeddings, before the first layer.
#
# </details>


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
# **À la main.** Un modèle donne à trois mots les probabilités $(\frac12, \frac14, \frac14)$. La **température** $T$ divise les logits avant le
# softmax : à $T = \frac12$ les probabilités sont élevées au carré, puis ramenées à une somme de 1, $(\frac23, \frac16, \frac16)$ ; à $T = 2$ on en
# prend la racine, $(0{,}414,\; 0{,}293,\; 0{,}293)$. À la limite $T = 0$, c'est toujours le plus probable.
#
# > **Exercice 7.4** (1 point). Écrivez `generate(model, prompt, steps, temperature)`, qui continue chaque ligne de `prompt` de `steps` mots.
# >
# > - Chaque mot vient des logits de la **dernière** place, tout ce qui précède étant lu : le début donné **et** tout ce qui a été écrit. Le modèle
# >   est appelé
# >   par `model(tokens, mask)`, avec un masque partout vrai.
# > - `temperature=0` prend le mot le plus probable ; sinon un mot est **tiré** selon $\operatorname{softmax}(\text{logits} / T)$.
# > - Le modèle est en évaluation pendant l'appel, et aucun graphe de gradient n'est construit.
# > - La réponse est en `int64`, `(B, P + steps)`, et commence par `prompt` ; avec 0 pas, c'est `prompt` seul.
#
# <details>
# <summary>Premier indice</summary>
#
# Une boucle de `steps` tours. À chaque tour, les logits ont la forme `(B, L, V)` : laquelle des $L$ places parle de la suite ? Et que lit-on au tour
# suivant ?
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# `argmax` pour le plus probable, `torch.multinomial` pour tirer, `torch.cat` sur l'axe 1 pour ajouter. `model.eval()` et `torch.no_grad()` avant la
# boucle ; remettre le modèle dans le mode où il était est plus poli.
#
# </details>

# %% [markdown] lang="en"
# **By hand.** A model gives three words the probabilities $(\frac12, \frac14, \frac14)$. The **temperature** $T$ divides the logits before the
# softmax: at $T = \frac12$ probabilities are squared, then brought back to a sum of 1, $(\frac23, \frac16, \frac16)$; at $T = 2$ one takes their
# root, $(0.414,\; 0.293,\; 0.293)$. In the limit $T = 0$ it is always the likeliest.
#
# > **Exercise 7.4** (1 point). Write `generate(model, prompt, steps, temperature)`, which goes on from each row of `prompt` by `steps` words.
# >
# > - Each word follows from the logits of the **last** place, all that comes before being read: the beginning that was given **and** all that was
# >   written. The model is called
# >   as `model(tokens, mask)`, with a mask that is true everywhere.
# > - `temperature=0` takes the likeliest word; else a word is **drawn** by $\operatorname{softmax}(\text{logits} / T)$.
# > - The model is in evaluation mode during the call, and no graph of gradients is built.
# > - The reply is `int64`, `(B, P + steps)`, and begins with `prompt`; with 0 steps it is `prompt` alone.
#
# <details>
# <summary>First hint</summary>
#
# A loop of `steps` turns. At each turn the logits have the shape `(B, L, V)`: which of the $L$ places speaks of what follows? And what is read at the
# next turn?
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# `argmax` for the likeliest, `torch.multinomial` to draw, `torch.cat` along axis 1 to add. `model.eval()` and `torch.no_grad()` before the loop; to
# put the model back in the mode that it was in is more polite.
#
# </details>


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


# %%
def language_cost(model: nn.Module, batch) -> Tensor:
    """What a language model learns to make small."""
    return next_token_loss(model(batch.tokens, batch.mask), batch.tokens, batch.mask)


# %% [markdown] lang="fr"
# **Entraînement**, sur le petit corpus du TP 9, quelle que soit la source de vos critiques : 463 mots, ses critiques mises bout à bout et coupées en
# fenêtres de 48 mots. La perplexité d'un modèle qui ne connaît que la fréquence des mots (*unigramme*) y est de @@7U@@, celle d'un modèle qui connaît
# en plus le mot précédent (*bigramme*) de @@7B@@. À attendre de deux couches de 64 nombres : @@7P@@ sur la validation (@@7S@@ s).

# %% [markdown] lang="en"
# **Training**, on the small corpus of TP 9, whatever the source of your reviews: 463 words, its reviews one after the other, cut in windows of 48
# words. The perplexity of a model that knows the frequency of words and nothing else (*unigram*) is @@7U@@ there, that of one that also knows the
# word before (*bigram*) @@7B@@. To expect of two layers of 64 numbers: @@7P@@ on validation (@@7S@@ s).

# %% tags=["active-ipynb", "raises-exception"]
# from amal_attention.tasks.language import ReviewStream
# from amal_attention.tasks.language.ngrams import ngram_perplexities
# from amal_attention.tasks.language.task import TASK as LANGUAGE
#
# stream = ReviewStream("sample")
# for kind, perplexity in ngram_perplexities(stream, "validation").items():
#     print(f"{kind}: perplexity {perplexity:.1f}")
# perplexity = train(
#     "Q7",
#     lambda: LanguageModel(stream.num_tokens, 64, heads=4, hidden_size=256, num_layers=2),
#     language_cost,
#     stream,
#     epochs=3,
#     lr=4e-3,
#     task=LANGUAGE,
#     loss=next_token_loss,
# )
# print(f"Q7: perplexity {perplexity:.2f} on the validation windows")
# monitor_curves(LANGUAGE, {"Q7": histories["Q7"]})

# %% [markdown] lang="fr"
# **Ce qu'il écrit**, à quatre températures, après les mêmes trois mots. Changez le début : les mots doivent être de ceux du corpus, en minuscules.

# %% [markdown] lang="en"
# **What it writes**, at four temperatures, after the same three words. Change the beginning: its words must be words of the corpus, in small letters.

# %% tags=["active-ipynb", "raises-exception"]
# from amal_attention.tasks.language.writing import continue_words
# from amal_attention.visualise.continuations import continuations
#
# prompt = ["we", "watched", "this"]
# written = {}
# for temperature in (0.0, 0.5, 1.0, 2.0):
#     model = models["Q7"].model
#     with told_in_a_line("Q7"):
#         written[temperature] = continue_words(
#             model, generate, stream.words, prompt, 40, temperature, seed=0
#         )
# continuations(prompt, written)

# %% [markdown] lang="fr"
# **Où regarde-t-il ?** Les quatre têtes de la dernière couche, sur le début du texte le plus probable. Chaque ligne s'arrête à la diagonale.

# %% [markdown] lang="en"
# **Where does it look?** The four heads of the last layer, on the beginning of the likeliest text. Each row ends at the diagonal.

# %% tags=["active-ipynb", "raises-exception"]
# words = [*prompt, *written[0.0]][:16] if written else prompt
# tokens = torch.tensor([stream.words.encode(words)])
# model = models["Q7"].model.eval()
# with told_in_a_line("Q7"), torch.no_grad(), tapped_attention(model) as tap:
#     model(tokens, torch.ones_like(tokens, dtype=torch.bool))
#     weights = tap.last(dim=4)[0]
# attention_heads(weights, words, words, across=2)

# %% [markdown] lang="fr"
# ### Écrire plus vite : garder les clés et les valeurs (sans points)
#
# `generate` relit tout à chaque mot : pour écrire $n$ mots, il calcule $1 + 2 + \dots + n$ places. Or rien de ce qui est écrit ne change : une place
# ne voit que le passé, donc ses clés et ses valeurs, dans chaque couche, restent les mêmes quand le texte s'allonge. Il suffit de les **garder**
# (*cache*), et de ne calculer à chaque pas que la dernière place : sa requête interroge toutes les clés gardées, la sienne comprise, et il n'y a plus
# de masque à poser, puisque l'avenir n'existe pas encore.
#
# Écrivez `generate_with_cache(model, prompt, steps)`, glouton, pour **votre** `LanguageModel` : le même texte que `generate`, en moins de temps.
# Lisez le début mot par mot, de la même façon. Rien n'est noté ici. À attendre : le même texte, 2 fois plus vite pour 50 mots, au moins 4 fois pour
# 200 (@@7C@@).
#
# <details>
# <summary>Premier indice</summary>
#
# Une liste par couche, où s'ajoutent les clés et les valeurs de chaque place. Pour une place, refaites ce que fait une couche : norme, requête, clé
# et valeur, têtes, attention, sortie, somme, réseau.
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# `(B, 1, D)` devient `(B, h, 1, K)` ; `torch.cat` sur l'axe des places y joint les clés d'avant, `(B, h, t, K)`, et `attention(query, keys, values)`
# fait le reste. La position ajoutée est celle de la place, et non 0.
#
# </details>

# %% [markdown] lang="en"
# ### Writing faster: keeping keys and values (no points)
#
# `generate` reads all of it again for each word: to write $n$ words it computes $1 + 2 + \dots + n$ places. But nothing of what is written changes: a
# place sees the past alone, so its keys and values, in each layer, stay the same as the text grows. It is enough to **keep** them (a cache), and to
# compute at each step the last place only: its query asks all the keys that were kept, its own included, and no mask is needed any more, as the
# future does not exist yet.
#
# Write `generate_with_cache(model, prompt, steps)`, greedy, for **your** `LanguageModel`: the same text as `generate`, in less time. Read the
# beginning word by word, in the same way. Nothing is marked here. To expect: the same text, 2 times as fast for 50 words, at least 4 times for 200
# (@@7C@@).
#
# <details>
# <summary>First hint</summary>
#
# A list for each layer, to which the keys and the values of each place are added. For one place, do again what a layer does: norm, query, key and
# value, heads, attention, output, sum, network.
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# `(B, 1, D)` becomes `(B, h, 1, K)`; `torch.cat` along the axis of places joins the keys before, `(B, h, t, K)`, and `attention(query, keys, values)`
# does the rest. The position that is added is that of the place, and not 0.
#
# </details>


# %% tags=["ungraded"]
def generate_with_cache(model: LanguageModel, prompt: Tensor, steps: int) -> Tensor:
    """The text of ``generate`` at temperature 0; keys and values of each place are computed once.

    Args:
        model: a language model of this notebook.
        prompt: int ``(B, P)``, one token at least.
        steps: how many tokens are written.

    Returns:
        int64 ``(B, P + steps)``.
    """
    ### BEGIN SOLUTION
    tokens, places = prompt, prompt.shape[1] + steps
    kept = [[] for _ in model.encoder.layers]
    positions = sinusoidal_positions(places, model.embedding.embedding_dim)
    model.eval()
    with torch.no_grad():
        for place in range(places - 1):
            x = model.embedding(tokens[:, place : place + 1]) + positions[place]
            for layer, cache in zip(model.encoder.layers, kept, strict=True):
                read = layer.attend_norm(x)
                query, *pair = (
                    each(read).unflatten(-1, (layer.attend.heads, -1)).transpose(1, 2)
                    for each in (layer.attend.query, layer.attend.key, layer.attend.value)
                )
                cache.append(pair)
                keys, values = (torch.cat(each, dim=2) for each in zip(*cache, strict=True))
                looked, _ = attention(query, keys, values)
                x = x + layer.attend.output(looked.transpose(1, 2).flatten(2))
                x = x + layer.network(layer.network_norm(x))
            if place + 1 == tokens.shape[1]:
                following = model.linear(model.encoder.norm(x[:, 0])).argmax(
                    dim=1, keepdim=True
                )
                tokens = torch.cat([tokens, following], dim=1)
    return tokens
    ### END SOLUTION


# %% tags=["active-ipynb", "raises-exception"]
# from amal_attention.checks import check, equal_to
#
# with check("cache: keys and values"):
#     torch.manual_seed(0)
#     small = LanguageModel(20, 8, heads=2, hidden_size=12, num_layers=2)
#     for beginning in ([[3], [7]], [[1, 5, 2], [4, 4, 9]]):
#         prompt_tokens = torch.tensor(beginning)
#         came, expected = (write(small, prompt_tokens, 12) for write in (generate_with_cache, generate))
#         hint = "the same text: each place keeps its keys and values, and has its own position"
#         equal_to(came.tolist(), expected.tolist(), what="the text of generate", hint=hint)

# %% tags=["active-ipynb", "raises-exception"]
# import time
#
#
# def seconds(write, steps):
#     """The seconds of this processor that writing takes."""
#     began = time.process_time()
#     write(models["Q7"].model, torch.tensor([stream.words.encode(prompt)]), steps)
#     return time.process_time() - began
#
#
# for steps in (50, 200):
#     with told_in_a_line("Q7"):
#         without, kept = seconds(generate, steps), seconds(generate_with_cache, steps)
#     times = without / kept
#     print(f"{steps} words: {without:.2f} s, and {kept:.2f} s with the cache, {times:.1f} times as fast")

# %% [markdown] lang="fr" nbgrader={"grade": false, "grade_id": "q7-observe", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": true}
# ### Question ouverte 7 (0,5 point)
#
# Pourquoi l'apprentissage traite-t-il toutes les places d'une fenêtre à la fois, alors qu'il faut écrire mot après mot ? Un réseau récurrent
# aurait-il le même avantage ?
#
# Que dit la perplexité du modèle unigramme ? Comparez-la à celle du bigramme, et à la vôtre : que sait de plus chacun, et que voyez-vous de cela dans
# les textes à température 0,5 et 2 ?
#
# === BEGIN MARK SCHEME ===
#
# 0,25 : à l'apprentissage, le texte entier est connu : le masque causal donne à chaque place son passé, et aucune n'a besoin de ce qu'une autre
# prédit ; tout est un seul produit de matrices. Pour écrire, le mot de la place i + 1 n'existe pas tant que i n'a pas parlé : l'entrée dépend de la
# sortie. Un réseau récurrent apprend aussi sur toutes les places du texte connu, mais son état i attend l'état i - 1 : L étapes l'une après l'autre,
# même à l'apprentissage.
#
# 0,25 : un modèle qui ne connaîtrait que la fréquence des mots hésite entre 108 mots, sur 463 : c'est ce que vaut le vocabulaire sans contexte
# (exponentielle de l'entropie des fréquences). Le mot précédent ramène ce nombre à 14 environ, tout le passé à 8 environ : accords, genre du film,
# structure des phrases. À 0,5 les phrases se tiennent mais se répètent ; à 2 la répartition s'aplatit, des mots improbables passent et les phrases se
# défont : le texte se rapproche de celui d'un modèle qui ignore le contexte.
#
# === END MARK SCHEME ===

# %% [markdown] lang="en" nbgrader={"grade": false, "grade_id": "q7-observe", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": true}
# ### Open question 7 (0.5 points)
#
# Why does training treat all places of a window at once, while one has to write word after word? Would a recurrent network have the same advantage?
#
# What does the perplexity of the unigram model tell? Compare it with that of the bigram, and with yours: what does each know more, and what of it do
# you see in the texts at temperature 0.5 and 2?
#
# === BEGIN MARK SCHEME ===
#
# 0.25: in training the whole text is known: the causal mask gives each place its past, and none needs what another predicts; all is one product of
# matrices. To write, the word of place i + 1 does not exist until place i has spoken: the input depends on the output. A recurrent network also
# learns at all places of the known text, but its state i waits for state i - 1: L steps one after the other, in training too.
#
# 0.25: a model that knows the frequency of words and nothing else hesitates between 108 words, of 463: this is what the vocabulary is worth without
# context (the exponential of the entropy of the frequencies). The word before brings that number to about 14, all of the past to about 8: agreement,
# the genre of the film, the structure of sentences. At 0.5 the sentences hold together, but repeat themselves; at 2 the distribution flattens,
# unlikely words get through and the sentences come apart: the text comes close to that of a model that ignores the context.
#
# === END MARK SCHEME ===

# %% [markdown] lang="fr"
# *Votre réponse ici.*

# %% [markdown] lang="en"
# *Your answer here.*

# %% [markdown] lang="fr"
# ## Question 8 : lire et écrire, le Transformer entier
#
# L'encodeur lit, le modèle causal écrit ; il reste à les joindre. La tâche est celle du TP 10 : lire une date écrite par quelqu'un,
# `March 12th, 1998`, **caractère par caractère**, et écrire `1998-03-12`, puis END. Les jetons `PAD`, `START` et `END` ont les numéros 0, 1 et 2, et
# un même alphabet sert aux deux côtés.
#
# Une couche du décodeur a **trois** parties : l'auto-attention causale sur ce qui est écrit, l'attention **croisée** sur ce que l'encodeur a lu (la
# mémoire $M$), puis le réseau. Chacune s'ajoute à ce qu'elle lit, avec sa propre norme. Avec la norme après la somme :
#
# $$x \leftarrow \operatorname{LN}(x + \operatorname{attend}(x, x)), \qquad x \leftarrow \operatorname{LN}(x + \operatorname{look}(x, M)), \qquad x \leftarrow \operatorname{LN}(x + \operatorname{FFN}(x))$$
#
# et avec la norme d'abord (`norm_first`), $x \leftarrow x + \operatorname{attend}(\operatorname{LN}(x))$, etc. ; $M$, elle, n'est pas normalisée de
# nouveau.
#
# **À la main : qui voit quoi ?** Trois places écrites, quatre caractères lus dont le dernier est du remplissage :
#
# $$\text{attend} = \begin{pmatrix} \text{V} & \text{F} & \text{F} \\ \text{V} & \text{V} & \text{F} \\ \text{V} & \text{V} & \text{V} \end{pmatrix} \qquad
# \text{look} = \begin{pmatrix} \text{V} & \text{V} & \text{V} & \text{F} \\ \text{V} & \text{V} & \text{V} & \text{F} \\ \text{V} & \text{V} & \text{V} & \text{F} \end{pmatrix}$$
#
# Seule la première est causale : la ligne à lire est connue tout entière, et la première place écrite peut déjà en regarder la fin.

# %% [markdown] lang="en"
# ## Question 8: reading and writing, the whole Transformer
#
# The encoder reads, the causal model writes; what is left is to join them. The task is that of TP 10: to read a date as somebody wrote it,
# `March 12th, 1998`, **character by character**, and to write `1998-03-12`, then END. The tokens `PAD`, `START` and `END` have the numbers 0, 1 and
# 2, and one alphabet serves both sides.
#
# A layer of the decoder has **three** parts: causal self-attention over what is written, **cross**-attention over what the encoder has read (the
# memory $M$), then the network. Each is added to what it reads, with a norm of its own. With the norm after the sum:
#
# $$x \leftarrow \operatorname{LN}(x + \operatorname{attend}(x, x)), \qquad x \leftarrow \operatorname{LN}(x + \operatorname{look}(x, M)), \qquad x \leftarrow \operatorname{LN}(x + \operatorname{FFN}(x))$$
#
# and with the norm first (`norm_first`) $x \leftarrow x + \operatorname{attend}(\operatorname{LN}(x))$, and so on; $M$ itself is not normalised
# again.
#
# **By hand: who sees what?** Three places that are written, four characters that are read, the last of which is padding:
#
# $$\text{attend} = \begin{pmatrix} \text{T} & \text{F} & \text{F} \\ \text{T} & \text{T} & \text{F} \\ \text{T} & \text{T} & \text{T} \end{pmatrix} \qquad
# \text{look} = \begin{pmatrix} \text{T} & \text{T} & \text{T} & \text{F} \\ \text{T} & \text{T} & \text{T} & \text{F} \\ \text{T} & \text{T} & \text{T} & \text{F} \end{pmatrix}$$
#
# Only the first is causal: the line to read is known as a whole, and the first place that is written may already look at its end.

# %% [markdown] lang="fr"
# > **Exercice 8.1** (1 point). Écrivez `DecoderLayer`, dans les deux ordres.
# >
# > - Dans l'attention croisée, c'est `x` qui interroge ; les clés et les valeurs viennent de `memory` seule. Ce sont ses poids, `(B, h, L, S)`, qui
# >   sont rendus.
# > - Aucune place de `x` n'en voit une plus tardive ; chaque place voit **toute** la mémoire, remplissage excepté.
# > - Chacune des trois parties s'ajoute à ce qu'elle lit, avec une norme à elle : après la somme, ou avant la partie si `norm_first` est vrai.
# > - Ni le remplissage de `x` ni celui de la mémoire ne changent quoi que ce soit, ni les autres textes du lot.
# > - Le *dropout* porte, en apprentissage seulement, sur ce que chaque partie ajoute.
# > - Tout s'apprend, et le gradient atteint tout, la mémoire comprise. Un appel ne garde rien pour le suivant, laisse ce qu'il reçoit tel quel et
# >   rend des `float32`.
# >
# > `nn.MultiheadAttention` et `nn.LayerNorm` peuvent remplacer vos réponses ; `nn.TransformerDecoderLayer` non, ni une couche récurrente.
#
# <details>
# <summary>Premier indice</summary>
#
# C'est `EncoderLayer` avec une partie de plus au milieu : deux `MultiHeadAttention`, trois normes. Quels sont les deux arguments de chaque attention,
# et quel est son masque ?
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# L'auto-attention reçoit `(B, L, L)` : le masque causal **et** celui de `x`. L'attention croisée reçoit `(B, 1, S)` : `memory_mask` avec un axe de
# plus. Écrivez une fois le geste « norme, partie, dropout, somme » dans l'ordre voulu, et appelez-le trois fois.
#
# </details>

# %% [markdown] lang="en"
# > **Exercise 8.1** (1 point). Write `DecoderLayer`, in both orders.
# >
# > - In cross-attention it is `x` that asks; keys and values come from `memory` alone. It is its weights, `(B, h, L, S)`, that are returned.
# > - No place of `x` sees a later one; each place sees **all** of the memory, padding apart.
# > - Each of the three parts is added to what it reads, with a norm of its own: after the sum, or before the part if `norm_first` is true.
# > - Neither the padding of `x` nor that of the memory changes anything, nor do the other texts of the batch.
# > - Dropout falls, in training only, on what each part adds.
# > - All is learned, and the gradient reaches all of it, the memory too. A call keeps nothing for the next one, leaves what it is given as it is and
# >   gives `float32`.
# >
# > `nn.MultiheadAttention` and `nn.LayerNorm` may stand in for your answers; `nn.TransformerDecoderLayer` may not, nor a recurrent layer.
#
# <details>
# <summary>First hint</summary>
#
# It is `EncoderLayer` with one part more in the middle: two `MultiHeadAttention`, three norms. What are the two arguments of each attention, and what
# is its mask?
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# Self-attention is given `(B, L, L)`: the causal mask **and** that of `x`. Cross-attention is given `(B, 1, S)`: `memory_mask` with one axis more.
# Write the move "norm, part, dropout, sum" once, in the order that is wanted, and call it three times.
#
# </details>


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
# > **Exercice 8.2** (0,5 point). Écrivez `Transformer` : un encodeur lit `source`, un décodeur de `num_layers` couches lit `teacher` et regarde la
# > mémoire, une application linéaire rend les logits `(B, T, V)`. Un seul alphabet de `num_tokens` jetons pour les deux côtés.
# >
# > - Les logits de la place $t$ dépendent de la source, de **tous** les jetons de `teacher` jusqu'à $t$, et d'**aucun** d'après. Ce sont des logits,
# >   pas des probabilités.
# > - L'ordre de la source compte, et celui de `teacher` aussi : des positions des deux côtés.
# > - Ni le remplissage de la source, ni sa longueur, ni les autres lignes du lot ne changent la réponse.
# > - De chaque côté, `num_layers` couches qui ont chacune leurs paramètres ; tout s'apprend, et le gradient atteint tout.
# >
# > `nn.TransformerEncoder` et `nn.TransformerDecoder` peuvent remplacer vos réponses (`enable_nested_tensor=False`) ; pas de couche récurrente. Le
# > masque de `teacher` n'est pas donné : il n'en faut pas, puisque le remplissage est à droite, et que personne ne regarde vers la droite.
#
# <details>
# <summary>Premier indice</summary>
#
# Le même chemin des deux côtés : plongement, positions, couches. Que rend l'encodeur dont chaque couche du décodeur a besoin ?
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# Un `nn.Embedding`, un `Encoder`, une `nn.ModuleList` de `DecoderLayer`, une couche linéaire ; avec `norm_first`, une norme de plus après la dernière
# couche du décodeur, comme dans `Encoder`. Pour `mask`, des `True` de la forme de `teacher`.
#
# </details>

# %% [markdown] lang="en"
# > **Exercise 8.2** (0.5 points). Write `Transformer`: an encoder reads `source`, a decoder of `num_layers` layers reads `teacher` and looks at the
# > memory, a linear map gives the logits `(B, T, V)`. One alphabet of `num_tokens` tokens for both sides.
# >
# > - The logits at place $t$ depend on the source, on **all** tokens of `teacher` up to $t$, and on **none** after. They are logits, no
# >   probabilities.
# > - The order of the source counts, and that of `teacher` too: positions on both sides.
# > - Neither the padding of the source, nor its length, nor the other lines of the batch change the answer.
# > - On each side `num_layers` layers, each with parameters of its own; all is learned, and the gradient reaches all of it.
# >
# > `nn.TransformerEncoder` and `nn.TransformerDecoder` may stand in for your answers (`enable_nested_tensor=False`); no recurrent layer. The mask of
# > `teacher` is not given: none is needed, as padding stands on the right, and nobody looks to the right.
#
# <details>
# <summary>First hint</summary>
#
# The same way on both sides: embedding, positions, layers. What does the encoder give that each layer of the decoder needs?
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# An `nn.Embedding`, an `Encoder`, an `nn.ModuleList` of `DecoderLayer`s, a linear layer; with `norm_first` one norm more after the last layer of the
# decoder, as in `Encoder`. For `mask`, `True`s of the shape of `teacher`.
#
# </details>


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
# **À la main.** Deux lignes à écrire, END (2) compris, de quatre et de deux jetons :
#
# $$\text{target} = \begin{pmatrix} 5 & 6 & 7 & 2 \\ 4 & 2 & 0 & 0 \end{pmatrix} \qquad \text{mask} = \begin{pmatrix} \text{V} & \text{V} & \text{V} & \text{V} \\ \text{V} & \text{V} & \text{F} & \text{F} \end{pmatrix}
# \qquad \to \qquad \text{teacher} = \begin{pmatrix} 1 & 5 & 6 & 7 \\ 1 & 4 & 0 & 0 \end{pmatrix}$$
#
# Ce que le décodeur lit à la place $t$, c'est ce qu'il devait écrire à la place $t - 1$ : START d'abord, et END jamais.
#
# > **Exercice 8.3** (0,5 point). Écrivez `teacher_forcing(target, mask)` : START, puis `target` une place plus tard, et PAD partout où `mask` est
# > faux, quels que soient les nombres qui s'y trouvaient. La réponse est en `int64`, `(B, T)` ; ce qui est reçu reste tel quel.
#
# <details>
# <summary>Premier indice</summary>
#
# La réponse a autant de colonnes que `target`. Laquelle des colonnes de `target` ne sert plus ?
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# Une colonne de START, `torch.cat` avec toutes les colonnes sauf la dernière, puis `masked_fill`.
#
# </details>

# %% [markdown] lang="en"
# **By hand.** Two lines to write, END (2) included, of four and of two tokens:
#
# $$\text{target} = \begin{pmatrix} 5 & 6 & 7 & 2 \\ 4 & 2 & 0 & 0 \end{pmatrix} \qquad \text{mask} = \begin{pmatrix} \text{T} & \text{T} & \text{T} & \text{T} \\ \text{T} & \text{T} & \text{F} & \text{F} \end{pmatrix}
# \qquad \to \qquad \text{teacher} = \begin{pmatrix} 1 & 5 & 6 & 7 \\ 1 & 4 & 0 & 0 \end{pmatrix}$$
#
# What the decoder reads at place $t$ is what it had to write at place $t - 1$: START first, and END never.
#
# > **Exercise 8.3** (0.5 points). Write `teacher_forcing(target, mask)`: START, then `target` one place late, and PAD wherever `mask` is false,
# > whatever numbers stood there. The reply is `int64`, `(B, T)`; what is given stays as it is.
#
# <details>
# <summary>First hint</summary>
#
# The reply has as many columns as `target`. Which of the columns of `target` is not needed any more?
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# A column of START, `torch.cat` with all columns but the last, then `masked_fill`.
#
# </details>


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
# **À la main.** Un modèle qui écrit 5, 6, END pour la première ligne, et 4, END pour la seconde, avec `max_length=4` :
#
# | étape | il lit | la plus probable | est écrit |
# |---|---|---|---|
# | 1 | (1), (1) | 5, 4 | 5, 4 |
# | 2 | (1, 5), (1, 4) | 6, 2 | 6, 2 |
# | 3 | (1, 5, 6), (1, 4, 2) | 2, n'importe quoi | 2, 0 |
#
# La réponse est $\begin{pmatrix} 5 & 6 & 2 & 0 \\ 4 & 2 & 0 & 0 \end{pmatrix}$ : chaque ligne garde son END, PAD la complète, START n'y est pas.
#
# > **Exercice 8.4** (0,5 point). Écrivez `translate(model, source, source_mask, max_length)`, où `model(source, source_mask, teacher)` rend des
# > logits.
# >
# > - START est lu d'abord, puis chaque jeton **écrit** par le modèle ; à chaque étape, le plus probable.
# > - END reste, PAD le suit, et une ligne finie n'arrête pas les autres. Vous pouvez cesser de calculer quand toutes sont finies.
# > - La réponse est en `int64`, `(B, max_length)`, sans START, pour un lot d'une ligne et pour `max_length=1` aussi.
# > - Le modèle est en évaluation pendant l'appel, reçoit `source` et `source_mask` tels quels, et aucun graphe de gradient n'est construit.
#
# <details>
# <summary>Premier indice</summary>
#
# C'est la boucle de `generate`, qui part d'une colonne de START. Comment savoir, à chaque étape, quelles lignes sont finies ?
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# Un booléen par ligne, qui devient vrai quand END est écrit ; là où il l'est **déjà**, c'est PAD qu'on écrit (`masked_fill`). À la fin, ôtez la
# première colonne, et complétez à droite (`F.pad`) si vous vous êtes arrêté plus tôt.
#
# </details>

# %% [markdown] lang="en"
# **By hand.** A model that writes 5, 6, END for the first line, and 4, END for the second, with `max_length=4`:
#
# | step | it reads | the likeliest | is written |
# |---|---|---|---|
# | 1 | (1), (1) | 5, 4 | 5, 4 |
# | 2 | (1, 5), (1, 4) | 6, 2 | 6, 2 |
# | 3 | (1, 5, 6), (1, 4, 2) | 2, anything | 2, 0 |
#
# The reply is $\begin{pmatrix} 5 & 6 & 2 & 0 \\ 4 & 2 & 0 & 0 \end{pmatrix}$: each line keeps its END, PAD fills it up, START is not in it.
#
# > **Exercise 8.4** (0.5 points). Write `translate(model, source, source_mask, max_length)`, where `model(source, source_mask, teacher)` gives
# > logits.
# >
# > - START is read first, then each token that the model **wrote**; at each step the likeliest.
# > - END stays, PAD stands after it, and a line that has ended stops no other. You may stop computing when all have ended.
# > - The reply is `int64`, `(B, max_length)`, without START, for a batch of one line and for `max_length=1` too.
# > - The model is in evaluation mode during the call, is given `source` and `source_mask` as they are, and no graph of gradients is built.
#
# <details>
# <summary>First hint</summary>
#
# It is the loop of `generate`, which begins with a column of START. How can one know, at each step, which lines have ended?
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# A boolean for each line, which becomes true when END is written; where it is true **already**, PAD is written (`masked_fill`). In the end take the
# first column away, and fill up on the right (`F.pad`) if you stopped early.
#
# </details>


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
def translation_cost(model: nn.Module, batch: PairBatch) -> Tensor:
    """What a translator learns to make small: START and the target are read as a text, so that each token is predicted."""
    teacher = teacher_forcing(batch.target, batch.target_mask)
    logits = model(batch.source, batch.source_mask, teacher)
    text = torch.cat([teacher[:, :1], batch.target], dim=1)
    words = torch.cat([torch.ones_like(batch.target_mask[:, :1]), batch.target_mask], dim=1)
    return next_token_loss(F.pad(logits, (0, 0, 0, 1)), text, words)


# %% [markdown] lang="fr"
# Le coût, donné ci-dessus, est celui de la question 7 : la ligne à écrire, précédée de START, est lue comme un texte dont chaque jeton est à prédire.
# Les données sont celles du TP 10, 8 000 jours pour apprendre ; leur lot contient déjà `teacher`, et la première ligne imprimée dit si le vôtre est
# le même.
#
# **Entraînement.** Une couche de chaque côté, 64 nombres, 4 têtes. À attendre : @@8E@@ des lignes de validation écrites sans une faute (@@8S@@ s). Au
# TP 10, le GRU avec attention arrivait à 99 % en 21 s, et sans attention entre 1 et 40 % selon le départ.

# %% [markdown] lang="en"
# The cost, given above, is that of question 7: the line to write, with START in front, is read as a text each token of which is to be predicted. The
# data are those of TP 10, 8,000 days to learn from; their batch holds `teacher` already, and the first line that is printed tells whether yours is
# the same.
#
# **Training.** One layer on each side, 64 numbers, 4 heads. To expect: @@8E@@ of the validation lines are written without a mistake (@@8S@@ s). In TP
# 10 the GRU with attention came to 99 % in 21 s, and without attention to between 1 and 40 %, depending on the start.

# %% tags=["active-ipynb", "raises-exception"]
# from amal_attention.tasks.translation import DateData
# from amal_attention.tasks.translation.task import TASK as DATES
#
# dates = DateData(batch_size=32)
# example = next(iter(dates.train_dataloader()))
# with told_in_a_line("Q8"):
#     same = bool((teacher_forcing(example.target, example.target_mask) == example.teacher).all())
# print(f"your teacher is that of the batch: {same}")
# exact = train(
#     "Q8",
#     lambda: Transformer(dates.num_tokens, 64, heads=4, hidden_size=128, norm_first=True),
#     translation_cost,
#     dates,
#     epochs=8,
#     lr=5e-3,
#     task=DATES,
#     decode=translate,
# )
# print(f"Q8: {exact:.1%} of the validation lines are written without a mistake")
# monitor_curves(DATES, {"Q8": histories["Q8"]})

# %% [markdown] lang="fr"
# **Où regarde-t-il ?** L'attention croisée pendant qu'il écrit une ligne : un caractère écrit par ligne de la matrice, un caractère lu par colonne ;
# une matrice par tête, puis leur moyenne. Cherchez d'où vient chaque champ de la date, et si les têtes se partagent le travail. Puis changez la
# ligne.

# %% [markdown] lang="en"
# **Where does it look?** Cross-attention while it writes a line: a row of the matrix for each character that is written, a column for each that is
# read; one matrix a head, then their mean. Look where each field of the date comes from, and whether the heads share the work. Then change the line.

# %% tags=["active-ipynb", "raises-exception"]
# from amal_attention.record import Grid
# from amal_attention.visualise.matrices import attention_matrices
#
#
# def heads_over(line):
#     """What the model writes of a line, and the weights of each head of its last layer over it."""
#     source = torch.tensor([dates.alphabet.encode(line)])
#     mask = torch.ones_like(source, dtype=torch.bool)
#     model = models["Q8"].model.eval()
#     with told_in_a_line("Q8"), torch.no_grad(), tapped_attention(model) as tap:
#         target = translate(model, source, mask, max_length=11)
#         model(source, mask, teacher_forcing(target, target != PAD))
#         text = dates.alphabet.decode(target[0])
#         return text, tap.last(dim=4)[0, :, : len(text)]
#
#
# def cross_attention(line):
#     """The matrices of the heads, and their mean."""
#     text, weights = heads_over(line)
#     matrices = [*weights, weights.mean(dim=0)]
#     names = [*(f"head {number}" for number in range(1, len(matrices))), "mean of the heads"]
#     characters = list(line.replace(" ", "␣"))
#     grids = (Grid(-1, name, list(text), characters, each.tolist()) for name, each in zip(names, matrices))
#     print(f"{line} -> {text}")
#     return attention_matrices(dict(zip(names, grids)))
#
#
# cross_attention("March 12th, 1998")

# %% tags=["active-ipynb", "raises-exception"]
# cross_attention("Thu 3/12/1998")

# %% [markdown] lang="fr"
# **Quelles lignes restent fausses ?** L'ensemble de test est lu ici, une seule fois : la part de lignes justes en tout, puis selon la sorte de date.
# Les mêmes lignes que celles du TP 10, et la même mesure. À attendre : @@8T@@ en tout ; le plus dur est @@8K@@.

# %% [markdown] lang="en"
# **Which lines are still wrong?** The test set is read here, once: the share of lines that are right in all, then by the kind of date. The same lines
# as in TP 10, and the same measure. To expect: @@8T@@ in all; hardest are @@8K@@.

# %% tags=["active-ipynb", "raises-exception"]
# from amal_attention.tasks.translation.examined import examine
# from amal_attention.visualise.figures import scores_by_group
#
# model = models["Q8"]
# with told_in_a_line("Q8"):
#     tested = examine(model, dates, "test", translate)
# exact, low, high = tested.metrics["exact_match"]
# print(f"Q8: {exact:.1%} of the test lines are right, from {low:.1%} to {high:.1%}")
# scores_by_group({"Q8": tested.by_group})

# %% [markdown] lang="fr"
# > **Ailleurs que dans la traduction.** La mémoire n'a pas à être un texte : si l'encodeur rend les vecteurs des zones d'une image, le même décodeur
# > en écrit la légende. Et un décodeur seul, sans mémoire, c'est le modèle de la question 7 : celui des grands modèles de langue d'aujourd'hui.

# %% [markdown] lang="en"
# > **Elsewhere than in translation.** The memory need not be a text: if the encoder gives the vectors of the regions of an image, the same decoder
# > writes its caption. And a decoder by itself, without a memory, is the model of question 7: that of today's large language models.

# %% [markdown] lang="fr"
# ## Question 9 (optionnelle) : des carreaux sont des mots
#
# Un Transformer lit une suite de vecteurs, d'où qu'ils viennent. Le *Vision Transformer* (Dosovitskiy et coll., 2021) coupe une image en carreaux,
# fait de chacun un vecteur, et lit ces vecteurs comme des mots. Les carreaux viennent dans l'ordre de lecture : de gauche à droite, puis de haut en
# bas ; et dans chacun, ses pixels dans le même ordre.
#
# **À la main.** Une image de 4 × 4 pixels, numérotés de 0 à 15 dans l'ordre de lecture, en carreaux de côté 2 :
#
# $$\begin{pmatrix} 0 & 1 & 2 & 3 \\ 4 & 5 & 6 & 7 \\ 8 & 9 & 10 & 11 \\ 12 & 13 & 14 & 15 \end{pmatrix} \to
# \begin{pmatrix} 0 & 1 & 4 & 5 \\ 2 & 3 & 6 & 7 \\ 8 & 9 & 12 & 13 \\ 10 & 11 & 14 & 15 \end{pmatrix}$$
#
# Une ligne par carreau. `view(B, N, -1)` donnerait $(0, 1, 2, 3)$ pour la première : une ligne de pixels n'est pas un carreau.

# %% [markdown] lang="en"
# ## Question 9 (optional): patches are words
#
# A Transformer reads a sequence of vectors, wherever they come from. The Vision Transformer (Dosovitskiy et al., 2021) cuts an image in squares,
# patches, makes a vector of each, and reads these vectors like words. The patches come in reading order: from left to right, then from top to bottom;
# and within each its pixels in the same order.
#
# **By hand.** An image of 4 × 4 pixels, numbered from 0 to 15 in reading order, in patches of side 2:
#
# $$\begin{pmatrix} 0 & 1 & 2 & 3 \\ 4 & 5 & 6 & 7 \\ 8 & 9 & 10 & 11 \\ 12 & 13 & 14 & 15 \end{pmatrix} \to
# \begin{pmatrix} 0 & 1 & 4 & 5 \\ 2 & 3 & 6 & 7 \\ 8 & 9 & 12 & 13 \\ 10 & 11 & 14 & 15 \end{pmatrix}$$
#
# A row for each patch. `view(B, N, -1)` would give $(0, 1, 2, 3)$ for the first: a row of pixels is no patch.

# %% [markdown] lang="fr"
# > **Exercice 9.1** (0,5 point). Écrivez `patches(images, size)`, qui coupe des images `(B, H, W)` en carreaux de côté `size` :
# > `(B, N, size * size)`, dans l'ordre de lecture, les pixels de chacun dans l'ordre de lecture aussi. Les images ne sont pas toujours carrées ;
# > `size` divise leurs deux côtés. Le gradient atteint les pixels.
#
# <details>
# <summary>Premier indice</summary>
#
# Un pixel de la ligne $r$ et de la colonne $c$ : dans quelle rangée de carreaux est-il, dans quelle colonne de carreaux, et à quelle place dans son
# carreau ? Quatre nombres, donc quatre axes.
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# Coupez chaque axe en deux, `(B, H / size, size, W / size, size)`, échangez les deux axes du milieu, puis réunissez-les deux à deux.
#
# </details>

# %% [markdown] lang="en"
# > **Exercise 9.1** (0.5 points). Write `patches(images, size)`, which cuts images `(B, H, W)` in patches of side `size`: `(B, N, size * size)`, in
# > reading order, the pixels of each in reading order too. Images are not always square; `size` divides both their sides. The gradient reaches the
# > pixels.
#
# <details>
# <summary>First hint</summary>
#
# A pixel of row $r$ and column $c$: in which row of patches is it, in which column of patches, and at which place in its patch? Four numbers, hence
# four axes.
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# Cut each axis in two, `(B, H / size, size, W / size, size)`, exchange the two axes in the middle, then join them two by two.
#
# </details>


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
# > **Exercice 9.2** (0,5 point). Écrivez `VisionTransformer`, pour des images carrées de `side` pixels : une application linéaire des carreaux vers
# > `dim`, des positions, un encodeur, un vecteur par image ([CLS] ou la moyenne des états), une couche linéaire vers `num_classes` logits `(B, C)`.
# >
# > - Ce qu'il y a dans un carreau change les logits, et l'endroit où est ce carreau aussi : positions apprises ou sinusoïdales.
# > - Ce sont des logits, pas des probabilités. Les autres images du lot ne changent pas la réponse. Tout s'apprend, et le gradient atteint tout.
#
# <details>
# <summary>Premier indice</summary>
#
# C'est `EncoderPooling` sans masque, sur d'autres vecteurs. Combien de carreaux y a-t-il, et combien de places si [CLS] est devant ?
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# `(side // size) ** 2` carreaux, de `size * size` nombres chacun. Des positions apprises sont un `nn.Parameter` d'une ligne par place, une de plus
# avec [CLS]. `Encoder` veut un masque : des `True`.
#
# </details>

# %% [markdown] lang="en"
# > **Exercise 9.2** (0.5 points). Write `VisionTransformer`, for square images of `side` pixels: a linear map of the patches to `dim`, positions, an
# > encoder, one vector an image ([CLS] or the mean of the states), a linear layer to `num_classes` logits `(B, C)`.
# >
# > - What stands in a patch changes the logits, and so does where that patch stands: learned or sinusoidal positions.
# > - They are logits, no probabilities. The other images of the batch do not change the answer. All is learned, and the gradient reaches all of it.
#
# <details>
# <summary>First hint</summary>
#
# It is `EncoderPooling` without a mask, over other vectors. How many patches are there, and how many places if [CLS] stands in front?
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# `(side // size) ** 2` patches, of `size * size` numbers each. Learned positions are an `nn.Parameter` of a row for each place, one more with [CLS].
# `Encoder` wants a mask: `True`s.
#
# </details>


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

# %% [markdown] lang="fr"
# **Entraînement**, sur 1 797 chiffres écrits à la main, de 8 × 8 pixels (ils viennent avec scikit-learn ; sans lui, la cellule le dit), en carreaux
# de 2 × 2. Puis **ce que font les positions** : le même modèle, les mêmes images, mais les carreaux de chacune mêlés, chaque fois dans un autre
# ordre. Ce qui se trouve dans les carreaux est toujours là ; seul l'endroit est perdu, et c'est tout ce que saurait un modèle sans positions. À
# attendre : @@9A@@ des chiffres de test (@@9S@@ s) ; @@9B@@ avec les carreaux mêlés (@@9S2@@ s). Sur des critiques les positions ne changeaient rien
# ; ici, elles font presque un chiffre sur quatre.

# %% [markdown] lang="en"
# **Training**, on 1,797 handwritten digits of 8 × 8 pixels (they come with scikit-learn; without it the cell says so), in patches of 2 × 2. Then
# **what positions do**: the same model, the same images, but the patches of each mixed, in another order each time. What stands in the patches is
# still there; only where is lost, and this is all that a model without positions would know. To expect: @@9A@@ of the test digits (@@9S@@ s); @@9B@@
# with the patches mixed (@@9S2@@ s). On reviews positions changed nothing; here they make almost one digit in four.

# %% tags=["active-ipynb", "raises-exception"]
# from amal_attention.tasks.classification.digits import DigitData
#
# digits = DigitData()
#
#
# def vit():
#     """A Vision Transformer for digits of 8 x 8 pixels."""
#     return VisionTransformer(8, 2, 48, heads=4, hidden_size=96, num_layers=2)
#
#
# def digit_cost(model, batch):
#     """What a classifier of images learns to make small."""
#     return F.cross_entropy(model(batch.images), batch.labels)

# %% [markdown] lang="fr"
# ## Ce qu'il faut retenir
#
# - **L'attention est une lecture souple** : chaque requête reçoit une moyenne des valeurs, selon sa ressemblance aux clés ; on divise par $\sqrt K$
#   pour que le softmax n'écrase pas son gradient.
# - **Elle lit un ensemble.** Sans positions, l'ordre des mots ne compte pas ; ce qu'un réseau récurrent a dans sa construction, il faut le lui
#   ajouter. Selon la tâche, cela ne change rien (des critiques) ou presque tout (des images, une date).
# - **Tout se joue dans les masques.** Remplissage : personne n'y regarde. Causal : personne ne regarde à droite, et toutes les places apprennent en
#   une passe. L'attention croisée n'a que le premier.
# - **Une couche est toujours la même** : attention, puis réseau sur chaque mot, chacun ajouté à ce qu'il lit et normalisé. Encodeur, modèle de
#   langue, décodeur et Vision Transformer n'en sont que des assemblages.
# - **Rien n'est gratuit** : un coût en $L^2$, peu de connaissances d'avance, donc beaucoup de données. Sur 3 600 critiques, ou 8 000 dates, un petit
#   réseau récurrent fait mieux, et plus vite.
#
# Où en sont vos réponses ?

# %% [markdown] lang="en"
# ## What to remember
#
# - **Attention is a soft look-up**: each query receives a mean of the values, by how much it resembles the keys; one divides by $\sqrt K$ so that the
#   softmax does not crush its gradient.
# - **It reads a set.** Without positions the order of words does not count; what a recurrent network has built in must be added to it. Depending on
#   the task this changes nothing (reviews) or almost all (images, a date).
# - **Masks decide everything.** Padding: nobody looks there. Causal: nobody looks to the right, and all places learn in one pass. Cross-attention has
#   the first one only.
# - **A layer is always the same**: attention, then a network on each word, each added to what it reads and normalised. Encoder, language model,
#   decoder and Vision Transformer are nothing but ways to put it together.
# - **Nothing is free**: a cost in $L^2$, and little that is known beforehand, hence much data. On 3,600 reviews, or 8,000 dates, a small recurrent
#   network does better, and faster.
#
# Where do your answers stand?

# %% tags=["active-ipynb", "raises-exception"]
# from amal_attention.checks import summary
#
# summary()

# %% [markdown] lang="fr"
# ### En vos propres mots
#
# Sans points, pour vous : en trois phrases chacune, expliquez à quelqu'un qui n'a pas suivi ce cours ce que fait une tête d'attention ; pourquoi un
# Transformer apprend plus vite sur une machine à mille cœurs qu'un LSTM ; et à quelle tâche vous ne l'emploieriez pas.
#
# *Vos phrases ici.*
#
# ### La suite : vers le TP 12
#
# Vous avez écrit tout d'un Transformer, et entraîné chacun de ses usages, en petit. En grand, l'architecture est la même ; ce qui change, ce sont les
# données : un modèle comme celui de la question 7, appris une fois sur des milliards de mots, sait déjà la langue, et on ne l'ajuste ensuite qu'un
# peu (*pré-apprentissage*). C'est ce qui manquait à l'encodeur de la question 6.
#
# Le TP 12, **apprentissage adverse**, pose une autre question : que valent ces modèles contre quelqu'un qui veut les tromper ?
#
# - Le gradient a servi ici à déplacer les **paramètres** pour diminuer le coût. On peut aussi déplacer les **entrées**, les vecteurs des mots, pour
#   l'augmenter : un petit pas suffit souvent à changer la réponse.
# - Apprendre sur ces exemples rend le modèle plus stable ; et un second réseau, qui apprend contre le premier, peut lui faire oublier ce qu'il ne
#   devrait pas savoir.
# - La signature `(x, mask) -> (pooled, weights)` y reste la même : votre `EncoderPooling` peut y être le lecteur que l'on attaque.
#
# ### Pour aller plus loin
#
# Vaswani et coll. (2017), *Attention is all you need* ; Ba, Kiros et Hinton (2016), *Layer normalization* ; Xiong et coll. (2020), *On layer
# normalization in the Transformer architecture* ; Devlin et coll. (2019), *BERT* ; Radford et coll. (2019), *Language models are unsupervised
# multitask learners* ; Dosovitskiy et coll. (2021), *An image is worth 16x16 words*.

# %% [markdown] lang="en"
# ### In your own words
#
# Without points, for yourself: in three sentences each, explain to somebody who did not follow this course what a head of attention does; why a
# Transformer learns faster than an LSTM on a machine with a thousand cores; and for which task you would not use it.
#
# *Your sentences here.*
#
# ### What comes next: towards TP 12
#
# You have written all of a Transformer, and trained each of its uses, in small. At scale the architecture is the same; what changes are the data: a
# model like that of question 7, trained once on billions of words, knows the language already, and is then adjusted only a little (*pretraining*).
# This is what the encoder of question 6 was missing.
#
# TP 12, **adversarial learning**, asks something else: what are these models worth against somebody who wants to fool them?
#
# - Here the gradient served to move the **parameters**, so that the cost falls. One can also move the **inputs**, the vectors of the words, so that
#   it rises: a small step is often enough to change the answer.
# - Learning from such examples makes a model steadier; and a second network, which learns against the first, can make it forget what it should not
#   know.
# - The signature `(x, mask) -> (pooled, weights)` stays the same there: your `EncoderPooling` can be the reader that is attacked.
#
# ### Further reading
#
# Vaswani et al. (2017), *Attention is all you need*; Ba, Kiros and Hinton (2016), *Layer normalization*; Xiong et al. (2020), *On layer normalization
# in the Transformer architecture*; Devlin et al. (2019), *BERT*; Radford et al. (2019), *Language models are unsupervised multitask learners*;
# Dosovitskiy et al. (2021), *An image is worth 16x16 words*.

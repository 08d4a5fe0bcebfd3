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
#
# Un classifieur qui lit bien les critiques de films peut changer d'avis quand on déplace un peu les vecteurs de leurs mots, tous dans la
# bonne direction. Dans ce TP, vous écrivez l'**adversaire** qui trouve cette direction, puis vous entraînez un lecteur contre lui : avec
# l'étiquette, puis sans elle. Le même jeu, joué entre deux réseaux, enlève d'une représentation ce qu'elle ne doit pas dire, et apprend à
# imiter des données : c'est un GAN.
#
# | question | ce que l'on construit | points |
# |---|---|---|
# | 1 | des exemples adverses : le signe du gradient | 4 |
# | 2 | l'apprentissage contre l'adversaire | 3 |
# | 3 | l'adversaire de Miyato : une norme par texte | 4 |
# | 4 (optionnelle) | l'adversaire virtuel, qui se passe d'étiquettes | 4 |
# | 5 | apprendre sous contrainte : le gradient inversé | 4 |
# | 6 (optionnelle) | un GAN dans le plan | 1 |
#
# **Comment travailler.** Complétez les cellules qui contiennent `VOTRE CODE ICI`, et elles seules ; ajoutez autant de
# cellules que vous voulez. Sous chaque exercice, une cellule de vérification dit aussitôt ce qui est juste, ce qui manque et
# l'erreur probable. Une réponse fausse ou vide n'empêche jamais de répondre aux suivantes. D'autres tests, cachés, servent à
# la notation : ils ne vérifient rien qui ne soit dans cet énoncé. Au moins la moitié des points d'un exercice va à son idée ;
# une réponse qui ne la tente pas (des zéros, le texte tel quel) n'en gagne aucun, et une erreur ne coûte que là où elle est
# faite. Depuis un terminal, `amal check` suivi du nom de ce notebook lance toutes les vérifications.
#
# **Avant de commencer.** Il faut connaître l'entropie croisée, le softmax et la boucle d'apprentissage de PyTorch, et savoir demander
# un gradient ; l'échauffement le rappelle. Aucune réponse du TP 9 ne sert ici : le lecteur est donné.
#
# **La séance.** Comptez trois heures pour les questions 1, 2, 3 et 5, le cœur du TP (c'est une estimation). Les questions 4 et 6 sont pour
# les plus rapides, ou pour chez soi. La machine, elle, ne travaille que quelques minutes, et chaque entraînement annonce son temps.
#
# **Si vous êtes bloqué.** Sous chaque exercice, deux indices se déplient : lisez le premier, essayez, puis ouvrez le second.
#
# **« Optionnelle », pour les points.** Rien ne s'appuie sur une question optionnelle, mais elle n'est pas un bonus : ses points
# font partie du total du tableau, et qui la laisse de côté ne les a pas. Si votre cours l'a retirée, elle n'est plus dans ce
# notebook, et le total n'en tient pas compte.

# %% [markdown] lang="en"
# # AMAL TP 12: adversarial learning
#
# A classifier that reads film reviews well may change its mind when the vectors of their words are moved a little, all of them in the
# right direction. In this lab you write the **adversary** that finds this direction, then train a reader against it: with the label, and
# then without it. The same game, played between two networks, takes out of a representation what it must not tell, and learns to imitate
# data: that is a GAN.
#
# | question | what is built | points |
# |---|---|---|
# | 1 | adversarial examples: the sign of the gradient | 4 |
# | 2 | training against the adversary | 3 |
# | 3 | Miyato's adversary: one norm a text | 4 |
# | 4 (optional) | the virtual adversary, which needs no label | 4 |
# | 5 | learning under constraints: the reversed gradient | 4 |
# | 6 (optional) | a GAN in the plane | 1 |
#
# **How to work.** Fill the cells that hold `YOUR CODE HERE`, and only those; add as many cells as you like. Below each
# exercise a check tells at once what is right, what is missing, and the likely mistake. A wrong or empty answer never keeps
# you from the next questions. Other tests, hidden, give the marks: they test nothing that is not stated here. At least half
# the points of an exercise are for its idea; an answer that does not attempt it (zeros, the text as it is) earns none of
# them, and a mistake costs only where it is made. From a terminal, `amal check` and the name of this notebook run all the
# checks.
#
# **Before you begin.** You should know cross-entropy, softmax and PyTorch's loop of training, and be able to ask for a gradient; the
# warm-up recalls that. No answer of TP 9 serves here: the reader is given.
#
# **The session.** Plan three hours for questions 1, 2, 3 and 5, the core of the lab (this is an estimate). Questions 4 and 6 are for the
# fast, or for home. The machine itself works for some minutes only, and each training says how long it takes.
#
# **If you are stuck.** Below each exercise two hints can be opened: read the first, try, then open the second.
#
# **"Optional", for the points.** Nothing builds on an optional question, but it is no bonus: its points are part of the total of
# the table, and who leaves it out does not have them. Where your course has left it out, it is no longer in this notebook, and
# the total does without it.

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

from collections.abc import Callable, Iterable, Sequence

import torch
from lightning import LightningModule
from torch import Tensor, nn
from torch.nn import functional as F
from torchmetrics.classification import MulticlassAccuracy

from amal_attention.tasks.classification import TextBatch

# %% [markdown] lang="fr"
# ## Les conventions du TP
#
# **L'adversaire déplace des vecteurs.** Un mot est un numéro : on ne le change pas « un peu ». On déplace donc son *vecteur*. Tout ce que
# vous écrivez aux questions 1 à 4 reçoit un modèle qui lit des vecteurs, d'où qu'ils viennent :
#
#     model(x, mask) -> logits
#
# | | forme | |
# |---|---|---|
# | `x` | réels `(B, L, D)` | les vecteurs des mots : fixes, appris, ou déjà passés par un *dropout* |
# | `mask` | booléens `(B, L)` | `True` sur les mots, `False` sur le remplissage |
# | `labels` | entiers `(B,)` | la classe de chaque texte |
# | `logits` | réels `(B, C)` | avant le softmax |
#
# $B$ est le nombre de textes du lot, $L$ la longueur du plus long, $D$ la largeur des mots, $C$ le nombre de classes.
# $J(\theta, x, y)$ est l'entropie croisée d'**un** texte $x$ de classe $y$, et la perte d'un lot en est la moyenne.
#
# **Partout, et vérifié partout :**
#
# - le remplissage n'est jamais déplacé, et ni ce qui y est écrit ni sa longueur ne comptent ;
# - ce que reçoit un texte ne dépend pas des autres textes du lot ; un lot peut n'en avoir qu'un ;
# - une fonction laisse tout en place : elle ne change ni `x`, ni les paramètres du modèle, ni leur `.grad` (pas de gradient qui s'ajoute,
#   ni qui s'efface), ni son mode (`train` ou `eval`) ;
# - `x` peut demander lui-même un gradient, et n'être pas une feuille du graphe (un vecteur appris, après le *dropout*) ;
# - on rend des `float32`, comme `x`.

# %% [markdown] lang="en"
# ## The conventions of this lab
#
# **The adversary moves vectors.** A word is a number: it cannot be changed "a little". So its *vector* is moved. All that you write in
# questions 1 to 4 is given a model that reads vectors, wherever they come from:
#
#     model(x, mask) -> logits
#
# | | shape | |
# |---|---|---|
# | `x` | floats `(B, L, D)` | the vectors of the words: fixed, learnt, or after a dropout |
# | `mask` | booleans `(B, L)` | `True` on words, `False` on padding |
# | `labels` | integers `(B,)` | the class of each text |
# | `logits` | floats `(B, C)` | before the softmax |
#
# $B$ is the number of texts of the batch, $L$ the length of the longest, $D$ the width of the words, $C$ the number of classes.
# $J(\theta, x, y)$ is the cross-entropy of **one** text $x$ of class $y$, and the loss of a batch is the mean of it.
#
# **Everywhere, and tested everywhere:**
#
# - padding is never moved, and neither what stands there nor how much there is of it counts;
# - what a text is given does not depend on the other texts of the batch; a batch may have a single one;
# - a function leaves all in place: it changes neither `x`, nor the model's parameters, nor their `.grad` (no gradient is added there, and
#   none is wiped out), nor its mode (`train` or `eval`);
# - `x` may ask for a gradient itself, and need not be a leaf of the graph (a learnt vector, after a dropout);
# - what comes back is `float32`, as `x` is.

# %% [markdown] lang="fr"
# ### Échauffement : demander un gradient (sans points)
#
# `loss.backward()` **ajoute** un gradient au `.grad` de tout ce qui apprend : c'est ce que veut l'optimiseur, et jamais un adversaire.
# `torch.autograd.grad(nombre, tenseur)` calcule le gradient d'un nombre par rapport à un tenseur, le **rend** (dans un tuple), et ne
# touche à rien d'autre. Ce tenseur doit demander un gradient : `x.detach().requires_grad_()` est une nouvelle feuille qui a les
# nombres de `x` et laisse `x` tranquille.
#
# Écrivez ces trois fonctions d'une ou deux lignes, puis lancez la vérification. Rien n'est noté ici.

# %% [markdown] lang="en"
# ### Warm-up: asking for a gradient (no points)
#
# `loss.backward()` **adds** a gradient to the `.grad` of all that learns: that is what the optimiser wants, and never an adversary.
# `torch.autograd.grad(number, tensor)` computes the gradient of a number for a tensor, **returns** it (in a tuple), and touches nothing
# else. That tensor must ask for a gradient: `x.detach().requires_grad_()` is a new leaf that has the numbers of `x` and leaves `x` alone.
#
# Write these three functions of one or two lines, then run the check. Nothing is marked here.


# %% tags=["ungraded"]
def slope(function: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """The gradient at ``x`` of a function that gives one number; same shape as ``x``, which stays as it is."""
    ### BEGIN SOLUTION
    point = x.detach().requires_grad_()
    return torch.autograd.grad(function(point), point)[0]
    ### END SOLUTION


def on_words(x: Tensor, mask: Tensor) -> Tensor:
    """The vectors, 0 in the place of those of padding: ``(B, L, D)``, ``(B, L)`` -> ``(B, L, D)``."""
    ### BEGIN SOLUTION
    return x.masked_fill(~mask.unsqueeze(-1), 0)
    ### END SOLUTION


def largest_move(x: Tensor, moved: Tensor) -> Tensor:
    """By how much the number of each text that changed most did change: two of ``(B, L, D)`` -> ``(B,)``."""
    ### BEGIN SOLUTION
    return (moved - x).abs().flatten(1).max(dim=1).values
    ### END SOLUTION


# %% tags=["active-ipynb", "raises-exception"]
# from amal_attention.checks import check, close_to, equal_to
#
# with check("warm-up: gradients"):
#     point = torch.tensor([3.0, -1.0])
#     mistakes = {"this is the value of the function, not its gradient": [9.0, 1.0]}
#     close_to(
#         slope(lambda x: (x**2).sum(), point),
#         [6.0, -2.0],
#         what="the gradient of x₁² + x₂² at (3, -1) is (6, -2)",
#         mistakes=mistakes,
#     )
#     equal_to(
#         (point.requires_grad, point.grad),
#         (False, None),
#         what="x stays as it is",
#         hint="x.detach() is another tensor: ask the gradient of that one",
#     )
#     learnt = torch.tensor([3.0, -1.0], requires_grad=True)
#     close_to(slope(lambda x: (x**2).sum(), learnt * 1), [6.0, -2.0], what="even where x is learnt, and no leaf")
#     x = torch.tensor([[[1.0, 2], [3, 4]], [[5, 6], [7, 8]]])
#     mask = torch.tensor([[True, True], [True, False]])
#     emptied = [[[1, 2], [3, 4]], [[5, 6], [0, 0]]]
#     mistakes = {"the opposite: words are 0 here": x - torch.tensor(emptied)}
#     close_to(on_words(x, mask), emptied, what="vectors of padding are 0", mistakes=mistakes)
#     moved = x + torch.tensor([[[0.0, 0], [0, -3]], [[1, 0], [0, 2]]])
#     mistakes = {
#         "one number a text: over words and dimensions together": [[0, 3], [1, 2]],
#         "a move to the left is a move too: take absolute values": [0, 2],
#     }
#     close_to(largest_move(x, moved), [3, 2], what="the largest move of each text", mistakes=mistakes)

# %% [markdown] lang="fr"
# ### Le lecteur
#
# Il est donné, et rien n'y est à écrire. `Reader` lit des vecteurs : il les réduit à un seul, puis une couche linéaire décide. La réduction
# est une attention, par le score du cours $v \cdot \tanh(W x_i + b)$, ou, avec `attention=False`, la moyenne des mots ; `pooling=` accepte
# aussi n'importe laquelle des vôtres, du TP 9. `AdversarialClassifier` met devant lui une table de vecteurs et **un** *dropout*, tiré une fois :
# les mots intacts et les mots déplacés sont lus au travers du même. Sa perte est une fonction `loss(model, x, mask, labels)`.

# %% [markdown] lang="en"
# ### The reader
#
# It is given, and nothing is to be written in it. `Reader` reads vectors: it reduces them to one, and a linear layer decides. The
# reduction is attention, by the lecture's score $v \cdot \tanh(W x_i + b)$, or, with `attention=False`, the mean of the words; `pooling=`
# takes any of your own from TP 9, too. `AdversarialClassifier` puts a table of vectors before it and **one** dropout, drawn once: the
# words as they are and the moved ones are read through the same. Its loss is a function `loss(model, x, mask, labels)`.


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
# Les cellules qui entraînent et qui dessinent sont fournies ; celle-ci réunit leurs outils. Tant que la réponse qu'il leur faut
# manque, elles le disent en une ligne. Les modèles lisent le petit corpus du TP 9, 3 600 critiques pour apprendre et 400 pour la
# validation, avec des vecteurs fixes dont chaque dimension est de moyenne 0 et de variance 1. Avant chaque entraînement sont dits ce qu'il
# faut attendre et le temps de calcul, en secondes d'un seul cœur : une machine lente ou chargée peut en mettre plusieurs fois plus.

# %% [markdown] lang="en"
# The cells that train and draw are given; this one gathers their tools. While the answer that they need is missing, they say so in
# one line. Models read the small corpus of TP 9, 3,600 reviews to learn from and 400 for validation, with fixed vectors of which each
# dimension has mean 0 and variance 1. Before each training stand what to expect and the time that it takes, in seconds of a single core: a
# slow or busy machine may take several times as long.

# %% tags=["active-ipynb", "raises-exception"]
# import logging
# import warnings
#
# from lightning import Trainer, seed_everything
#
# from amal_attention.record import Series
# from amal_attention.tasks.classification import ReviewData
# from amal_attention.tasks.classification.examination import read_reviews
# from amal_attention.training.callbacks import History, OneCycle
# from amal_attention.training.training_cell import EpochBar, NotTrained, told_in_a_line
# from amal_attention.visualise.figures import series_curves
# from amal_attention.visualise.readings import compare_readings
#
# logging.getLogger("lightning").setLevel(logging.ERROR)
# logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
# warnings.filterwarnings("ignore", module="lightning")
# data = ReviewData("sample", standardise=True, batch_size=32)
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
# models = Trained()
#
#
# def train(question, build, epochs=5):
#     """Build a model, train it, and keep it under the name of its question."""
#     seed_everything(0, verbose=False)
#     history = History("val_accuracy")
#     trainer = Trainer(
#         max_epochs=epochs,
#         callbacks=[history, OneCycle(), EpochBar("train_loss", "val_loss", "val_accuracy")],
#         gradient_clip_val=1.0,
#         logger=False,
#         enable_checkpointing=False,
#         enable_model_summary=False,
#         num_sanity_val_steps=0,
#     )
#     with told_in_a_line(question):
#         model = build()
#         trainer.fit(model, data)
#         accuracy = history.monitored
#     models[question] = model.eval()
#     print(f"{question}: {accuracy:.1%} of the validation reviews are right")

# %% [markdown] lang="fr"
# ## Question 1 : des exemples adverses
#
# Où déplacer les mots d'un texte, chaque nombre de $\varepsilon$ au plus, pour que la perte monte le plus ? Au premier ordre, chaque nombre
# doit suivre le **signe** de sa dérivée (Goodfellow et coll., 2015, *fast gradient sign method*) :
#
# $$\tilde x = x + \varepsilon\, \operatorname{sign}\big(\nabla_x J(\theta, x, y)\big)$$
#
# Pour un modèle linéaire $z = w \cdot x$, ce n'est pas une approximation : $w \cdot \tilde x = w \cdot x + w \cdot \eta$, et la marge de la bonne
# classe baisse d'**exactement** $\varepsilon \lVert w \rVert_1$, quel que soit $x$.
#
# **À la main.** Un lecteur fait la moyenne des mots, puis $z = w \cdot \hat t$ avec $w = (2, -1)$ ; la probabilité de la classe 1 est
# $\sigma(z)$. Le texte a deux mots, $(1, 2)$ et $(3, 0)$, et la classe 1. Leur moyenne est $(2, 1)$, donc $z = 3$ et
# $J = \ln(1 + e^{-3}) \approx 0{,}0486$. Sur chaque mot, le gradient de $J$ a le signe de $-w$ : avec $\varepsilon = 0{,}5$, les mots
# deviennent $(0{,}5 ; 2{,}5)$ et $(2{,}5 ; 0{,}5)$. Alors $\tilde z = 1{,}5 = 3 - 0{,}5 \cdot (2 + 1)$, et $\tilde J \approx 0{,}2014$.
#
# En dimension 50, avec des $|w_d| = 1$, le même $\varepsilon$ déplace $z$ de $25$ : beaucoup de petits pas dans une même direction
# s'ajoutent. C'est toute l'explication, et elle n'a besoin d'aucun réseau profond.

# %% [markdown] lang="en"
# ## Question 1: adversarial examples
#
# Where must the words of a text be moved, each number by $\varepsilon$ at most, for the loss to rise most? To first order, each number
# must follow the **sign** of its derivative (Goodfellow et al., 2015, the fast gradient sign method):
#
# $$\tilde x = x + \varepsilon\, \operatorname{sign}\big(\nabla_x J(\theta, x, y)\big)$$
#
# For a linear model $z = w \cdot x$ this is no approximation: $w \cdot \tilde x = w \cdot x + w \cdot \eta$, and the margin of the right class
# falls by **exactly** $\varepsilon \lVert w \rVert_1$, whatever $x$.
#
# **By hand.** A reader takes the mean of the words, then $z = w \cdot \hat t$ with $w = (2, -1)$; the probability of class 1 is $\sigma(z)$.
# The text has two words, $(1, 2)$ and $(3, 0)$, and class 1. Their mean is $(2, 1)$, so that $z = 3$ and
# $J = \ln(1 + e^{-3}) \approx 0.0486$. On each word the gradient of $J$ has the sign of $-w$: with $\varepsilon = 0.5$ the words become
# $(0.5,\; 2.5)$ and $(2.5,\; 0.5)$. Then $\tilde z = 1.5 = 3 - 0.5 \cdot (2 + 1)$, and $\tilde J \approx 0.2014$.
#
# In dimension 50, with all $|w_d| = 1$, the same $\varepsilon$ moves $z$ by $25$: many small moves in one direction add up. This is the
# whole explanation, and it needs no deep network.

# %% [markdown] lang="fr"
# > **Exercice 1.1** (2 points). Écrivez `fgsm`, qui rend les mots déplacés $\tilde x$.
# >
# > - Chaque nombre de chaque mot se déplace de $\varepsilon$, dans le sens du signe du gradient de la perte **de son texte**, pour la classe
# >   `labels`, que le modèle ait raison ou tort. (Où le gradient est 0, le signe l'est aussi.)
# > - Ce qui revient ne porte aucun graphe : pour le reste du calcul, c'est une constante.
# > - Valent aussi les règles du début : remplissage, textes seuls, rien qui change ni ne reste.
#
# <details>
# <summary>Premier indice</summary>
#
# Le gradient de quel nombre, par rapport à quel tenseur ? L'échauffement le calcule sans rien laisser dans le modèle. Et la perte de tout
# le lot a-t-elle, pour un texte, un gradient d'un autre signe que la sienne ?
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# Faites de `x` une nouvelle feuille, lisez-la avec le modèle, et demandez à `torch.autograd.grad` le gradient de l'entropie croisée pour
# cette feuille. Un modèle peut lire aussi le remplissage : multipliez le déplacement par le masque, auquel il faut un troisième axe.
#
# </details>

# %% [markdown] lang="en"
# > **Exercise 1.1** (2 points). Write `fgsm`, which returns the moved words $\tilde x$.
# >
# > - Each number of each word moves by $\varepsilon$, along the sign of the gradient of **its own text's** loss, for the class `labels`,
# >   whether the model is right or wrong. (Where the gradient is 0, so is the sign.)
# > - What comes back carries no graph: for all that follows it is a constant.
# > - The rules of the beginning hold: padding, texts alone, nothing that changes or stays.
#
# <details>
# <summary>First hint</summary>
#
# The gradient of which number, for which tensor? The warm-up computes one and leaves nothing in the model. And has the loss of the whole
# batch, for one text, a gradient of another sign than the loss of this text?
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# Make a new leaf of `x`, read it with the model, and ask `torch.autograd.grad` for the gradient of the cross-entropy for that leaf. A
# model may read padding, too: multiply the move by the mask, which needs a third axis.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "q1-fgsm", "locked": false, "schema_version": 3, "solution": true, "task": false}
def fgsm(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    """The words, each number of them moved so that the loss rises (Goodfellow et al. 2015).

    Args:
        model: reads vectors, ``model(x, mask) -> logits``.
        x: vectors of words, ``(B, L, D)``.
        mask: True on words, ``(B, L)``.
        labels: the class of each text, int ``(B,)``.
        epsilon: by how much each number moves.

    Returns:
        the moved words ``(B, L, D)``, without a graph.
    """
    ### BEGIN SOLUTION
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    uphill = torch.autograd.grad(loss, words)[0].sign()
    return (x + epsilon * uphill * mask.unsqueeze(2)).detach()
    ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q1-fgsm", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp12_adversarial", "q1-fgsm", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import KnownReader, check, close_to, equal_to, keeps_padding, leaves_alone
#
# with check("q1-fgsm"):
#     reader = KnownReader([[0.5, 0.0], [0.0, 0.5]], [[0.0, 2.0], [0.0, -1.0]], bend=False)
#     x = torch.tensor([[[1.0, 2.0], [3.0, 0.0]]])
#     mask, label = torch.ones(1, 2, dtype=torch.bool), torch.tensor([1])
#     sent = "words (1, 2), (3, 0), their mean read by w = (2, -1), class 1, ε = 0.5"
#     moved = fgsm(reader, x, mask, label, 0.5)
#     close_to(
#         moved,
#         [[[0.5, 2.5], [2.5, 0.5]]],
#         what="each number moves by 0.5, against w",
#         mistakes={
#             "the adversary climbs, the loss must rise: x - ε sign descends": [
#                 [[1.5, 1.5], [3.5, -0.5]]
#             ],
#             "every number moves by exactly ε: the sign of the gradient, not the gradient": [
#                 [[0.9763, 2.0119], [2.9763, 0.0119]]
#             ],
#             "every number moves by exactly ε: the sign, no gradient of norm 1": [
#                 [[0.6838, 2.1581], [2.6838, 0.1581]]
#             ],
#             "the moved words are asked, not the move alone: add it to x": [
#                 [[-0.5, 0.5], [-0.5, 0.5]]
#             ],
#             "vectors of words are no pixels: nothing keeps them between 0 and 1": [
#                 [[0.5, 1.0], [1.0, 0.5]]
#             ],
#             "this is x as it was: nothing moved": [[[1.0, 2.0], [3.0, 0.0]]],
#         },
#         sent=sent,
#         hint="x + ε · sign of the gradient of the loss for x",
#     )
#     equal_to(
#         moved.requires_grad,
#         False,
#         what="what comes back is a constant",
#         hint="detach what you return: for all that follows it is a constant",
#     )
#     close_to(
#         fgsm(reader, x, mask, torch.tensor([0]), 0.5),
#         [[[1.5, 1.5], [3.5, -0.5]]],
#         what="with class 0 the loss rises the other way",
#         mistakes={
#             "the loss is that of the label, not of the class that the model predicts": [
#                 [[0.5, 2.5], [2.5, 0.5]]
#             ]
#         },
#         sent="the same with class 0, which the model does not predict",
#         hint="the loss is that of the label",
#     )
#     texts = torch.tensor([[[1.0, 2.0], [3.0, 0.0]], [[-1.0, 1.0], [4.0, 5.0]]])
#     words, labels = torch.tensor([[True, True], [True, False]]), torch.tensor([1, 0])
#     inputs = (texts, words, labels, 0.5)
#     hint = "what is no word is not moved: multiply the move by the mask"
#     leaky = KnownReader([[0.5, 0.0], [0.0, 0.5]], [[0.0, 2.0], [0.0, -1.0]], reads_padding=True)
#     keeps_padding(fgsm(leaky, *inputs), texts, words, hint=hint)
#     leaves_alone(fgsm, reader, *inputs)
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# > **Exercice 1.2** (1 point). Écrivez `sensitivity` : pour chaque mot, $\lVert \partial J / \partial x_i \rVert_1$, la somme des valeurs
# > absolues de sa part du gradient, où $J$ est la perte **de son texte seul**. C'est la vitesse à laquelle cette perte monte, au premier
# > ordre, par unité de $\varepsilon$ dépensée sur ce mot. Le remplissage reçoit 0, la réponse ne porte aucun graphe, et les règles du début
# > valent ici aussi.
#
# **À la main.** Le texte de tout à l'heure : $\partial J / \partial z = \sigma(3) - 1 = -0{,}0474$, et chaque mot compte pour moitié ; les deux
# reçoivent donc $0{,}0474 \cdot \tfrac{2 + 1}{2} = 0{,}0711$. Pour une moyenne, tous les mots se valent. Avec une attention
# $\alpha_i = \operatorname{softmax}_i(q \cdot x_i)$ et $z = w \cdot \sum_i \alpha_i x_i$, on trouve
# $\partial z / \partial x_i = \alpha_i \big(w + (w \cdot x_i - z)\, q\big)$ : un mot est sensible s'il est regardé, et plus encore si sa valeur
# s'écarte de la moyenne. Pour les mots $(1, 0)$ et $(0, 1)$, $q = (0, \ln 3)$, le même $w$ et la classe 1 : $\alpha = (\tfrac14, \tfrac34)$,
# $z = -0{,}25$, les gradients de $z$ sont $(0{,}5 ; 0{,}3680)$ et $(1{,}5 ; -1{,}3680)$, et les sensibilités $0{,}4880$ et $1{,}6123$.
#
# <details>
# <summary>Premier indice</summary>
#
# Le gradient est celui de l'exercice 1.1, avant le signe. Seule sa taille compte maintenant : de combien est-il trop petit, pour un texte, si
# l'on dérive la moyenne des pertes d'un lot de quatre ?
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# Dérivez la **somme** des pertes du lot : aucune autre que celle d'un texte ne dépend de ses mots. Prenez ensuite les valeurs absolues, puis
# leur somme sur l'axe des dimensions, et remettez 0 sur le remplissage.
#
# </details>

# %% [markdown] lang="en"
# > **Exercise 1.2** (1 point). Write `sensitivity`: for each word $\lVert \partial J / \partial x_i \rVert_1$, the sum of the absolute values
# > of its part of the gradient, where $J$ is the loss **of its own text alone**. It is how fast that loss rises, to first order, per unit of
# > $\varepsilon$ that is spent on this word. Padding has 0, the answer carries no graph, and the rules of the beginning hold here too.
#
# **By hand.** The text of before: $\partial J / \partial z = \sigma(3) - 1 = -0.0474$, and each word counts for one half; so both have
# $0.0474 \cdot \tfrac{2 + 1}{2} = 0.0711$. For a mean, all words are alike. With an attention
# $\alpha_i = \operatorname{softmax}_i(q \cdot x_i)$ and $z = w \cdot \sum_i \alpha_i x_i$ one finds
# $\partial z / \partial x_i = \alpha_i \big(w + (w \cdot x_i - z)\, q\big)$: a word is sensitive if it is looked at, and more so if its value
# stands far from the mean. For the words $(1, 0)$ and $(0, 1)$, $q = (0, \ln 3)$, the same $w$ and class 1: $\alpha = (\tfrac14, \tfrac34)$,
# $z = -0.25$, the gradients of $z$ are $(0.5,\; 0.3680)$ and $(1.5,\; -1.3680)$, and the sensitivities $0.4880$ and $1.6123$.
#
# <details>
# <summary>First hint</summary>
#
# The gradient is that of exercise 1.1, before the sign. Now its size alone matters: by how much is it too small, for one text, if the mean of
# the losses of a batch of four is differentiated?
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# Differentiate the **sum** of the losses of the batch: none but a text's own depends on its words. Then take absolute values, their sum
# over the axis of the dimensions, and put 0 on padding.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "q1-sensitivity", "locked": false, "schema_version": 3, "solution": true, "task": false}
def sensitivity(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor) -> Tensor:
    """How fast the loss of a text rises when a word of it moves, per unit of the largest move.

    Args:
        model: reads vectors, ``model(x, mask) -> logits``.
        x: vectors of words, ``(B, L, D)``.
        mask: True on words, ``(B, L)``.
        labels: the class of each text, int ``(B,)``.

    Returns:
        one number a word, ``(B, L)``, 0 on padding, without a graph.
    """
    ### BEGIN SOLUTION
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    return torch.autograd.grad(loss, words)[0].abs().sum(dim=2) * mask
    ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q1-sensitivity", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp12_adversarial", "q1-sensitivity", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import KnownReader, check, close_to, equal_to, leaves_alone
#
# class Attends(nn.Module):
#     """Attention by the query (0, ln 3), then w = (2, -1)."""
#
#     def forward(self, x, mask):
#         scores = (x @ torch.tensor([0.0, 1.0986123])).masked_fill(~mask, -1e9)
#         z = ((x @ torch.tensor([2.0, -1.0])) * scores.softmax(1)).sum(1)
#         return torch.stack([torch.zeros_like(z), z], 1)
#
#
# with check("q1-sensitivity"):
#     hidden, output = torch.tensor([[0.5, 0.0], [0.0, 0.5]]), torch.tensor([[0.0, 2.0], [0.0, -1.0]])
#     reader = KnownReader(hidden, output, bend=False)
#     x = torch.tensor([[[1.0, 2.0], [3.0, 0.0]], [[1.0, 2.0], [3.0, 0.0]]])
#     mask, labels = torch.ones(2, 2, dtype=torch.bool), torch.tensor([1, 1])
#     sent = "words (1, 2), (3, 0), their mean read by w = (2, -1), class 1; the same text twice"
#     answer = sensitivity(reader, x, mask, labels)
#     close_to(
#         answer,
#         [[0.0711, 0.0711]] * 2,
#         what="for a mean all words are alike: 0.0474 · 3/2",
#         mistakes={
#             "of the loss of that text alone: the mean over the batch is too small by B": [
#                 [0.0356, 0.0356]
#             ] * 2,
#             "take absolute values before the sum: with their signs, slopes cancel": [
#                 [-0.0237, -0.0237]
#             ] * 2,
#             "the sum of absolute values is asked, ‖·‖₁, not the root of the sum of squares": [
#                 [0.0530, 0.0530]
#             ] * 2,
#             "the sum of absolute values is asked, ‖·‖₁, not their mean": [[0.0356, 0.0356]] * 2,
#             "the sum of absolute values is asked, ‖·‖₁, not the largest": [[0.0474, 0.0474]] * 2,
#             "the gradient of the loss is asked, not that of a logit": [[1.5, 1.5]] * 2,
#         },
#         sent=sent,
#         hint="the gradient of the text's own loss, and of each word the sum of absolute values",
#     )
#     close_to(
#         sensitivity(reader, x[:1], mask[:1], labels[:1]),
#         [[0.0711, 0.0711]],
#         what="alone in a batch, a text has the same",
#         sent="the text once",
#     )
#     close_to(
#         sensitivity(Attends(), torch.eye(2).unsqueeze(0), mask[:1], labels[:1]),
#         [[0.4880, 1.6123]],
#         what="with attention, the word that is looked at",
#         mistakes={
#             "take absolute values before the sum: with their signs, slopes cancel": [
#                 [-0.4880, -0.0742]
#             ],
#             "the sum of absolute values is asked, ‖·‖₁, not the root of the sum of squares": [
#                 [0.3490, 1.1413]
#             ],
#         },
#         sent="words (1, 0), (0, 1), attention by q = (0, ln 3), w = (2, -1), class 1",
#         hint="the gradient of the text's own loss, and of each word the sum of absolute values",
#     )
#     equal_to(
#         answer.requires_grad,
#         False,
#         what="what comes back is a constant",
#         hint="detach what you return: it carries no graph",
#     )
#     leaky = KnownReader(hidden, output, reads_padding=True)
#     words = torch.tensor([[True, True], [True, False]])
#     close_to(
#         sensitivity(leaky, x, words, labels)[1, 1],
#         0.0,
#         what="padding has 0",
#         sent="a model that reads padding, and a text of one word and one place of padding",
#         hint="put 0 on padding: multiply by the mask",
#     )
#     leaves_alone(sensitivity, reader, x, mask, labels)
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# **Ce que coûte l'attaque.** `accuracy_under_attack` est donnée : la part des textes encore bien lus, pour plusieurs $\varepsilon$. Le modèle
# attaqué est celui dont on prend le gradient (*boîte blanche*) ; des déplacements calculés sur un autre modèle mesureraient autre chose.

# %% [markdown] lang="en"
# **What the attack costs.** `accuracy_under_attack` is given: the share of the texts that are still read rightly, for several $\varepsilon$.
# The model under attack is the one whose gradient is taken (*white box*); moves computed on another model would measure something else.


# %%
def accuracy_under_attack(
    model: AdversarialClassifier,
    batches: Iterable[TextBatch],
    epsilons: Sequence[float] = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2),
) -> list[tuple[float, float]]:
    """The share of texts that are read rightly when every number of every word moves by ε, for each ε."""
    model.eval()
    right, texts = [0] * len(epsilons), 0
    for batch in batches:
        x = model.vectors(batch.tokens).detach()
        for place, epsilon in enumerate(epsilons):
            moved = fgsm(model.reader, x, batch.mask, batch.labels, epsilon)
            with torch.no_grad():
                read = model.reader(moved, batch.mask).argmax(dim=1)
            right[place] += int((read == batch.labels).sum())
        texts += len(batch.labels)
    return [(epsilon, count / texts) for epsilon, count in zip(epsilons, right, strict=True)]


# %% tags=["instructor"]
def robustness(
    classifier: AdversarialClassifier, texts: Iterable[TextBatch]
) -> dict[str, list[tuple[float, float]]]:
    """What a run records beside its accuracy: the same under attack."""
    return {"accuracy under FGSM": accuracy_under_attack(classifier, texts)}


# %% tags=["active-ipynb", "raises-exception"]
# def reader(attention=True, loss=plain_loss, lr=0.02):
#     """The given reader behind fixed vectors."""
#     return AdversarialClassifier(
#         data.embeddings, Reader(data.dim, attention=attention), loss, lr=lr
#     )
#
#
# curves = {}
#
#
# def attacked(question):
#     """The curve of a model that was trained."""
#     with told_in_a_line(question):
#         batches = (batch for _, batch in data.batches("validation"))
#         found = accuracy_under_attack(models[question], batches)
#     shares = [100 * accuracy for _, accuracy in found]
#     curves[question] = Series([epsilon for epsilon, _ in found], shares, "ε", "accuracy (%)")
#
#
# def draw_curves(*questions):
#     """Attack those of these models that were trained, and draw their curves."""
#     for question in questions:
#         attacked(question)
#     display(series_curves({question: curves[question] for question in questions}))


# %% [markdown] lang="fr"
# **Entraînement.** La moyenne, puis l'attention, sans adversaire : cinq époques, MEANS s chacune. À attendre sur la validation : MEAN0 % et ATT0 %.

# %% [markdown] lang="en"
# **Training.** The mean, then attention, without an adversary: five epochs, MEANS s each. To expect on validation: MEAN0 % and ATT0 %.

# %% tags=["active-ipynb", "raises-exception"]
# train("Q1, mean", lambda: reader(attention=False))
# train("Q1, attention", reader)

# %% tags=["active-ipynb", "raises-exception"]
# draw_curves("Q1, mean", "Q1, attention")

# %% [markdown] lang="fr"
# **Sur quels mots ?** Deux critiques de validation, chacune colorée deux fois : par l'attention du modèle, puis par la sensibilité de ses mots,
# ramenée à une somme de 1. La cellule d'après mesure, sur toute la validation, l'accord des deux ordres (le τ de Kendall, 1 quand ils sont
# le même), et de combien l'attaque **déplace l'attention** : la part du poids qui change de mot quand $\varepsilon = 0{,}05$.

# %% [markdown] lang="en"
# **On which words?** Two validation reviews, each coloured twice: by the attention of the model, then by the sensitivity of its words, scaled
# to a sum of 1. The cell after it measures, over all of validation, how far the two orders agree (Kendall's τ, 1 where they are the same), and
# how far the attack **moves the attention**: the share of the weight that goes to other words when $\varepsilon = 0.05$.

# %% tags=["active-ipynb", "raises-exception"]
# from dataclasses import replace
#
#
# def by_sensitivity(model, rows):
#     """Reviews as a model reads them, with the sensitivity of each word in the place of attention."""
#     for row, reading in zip(rows, read_reviews(model, data, rows), strict=True):
#         batch = data.reviews.whole(rows[rows == row])
#         x = model.vectors(batch.tokens)
#         found = sensitivity(model.reader, x, batch.mask, batch.labels)[0]
#         yield replace(reading, weights=(found / found.sum()).tolist())
#
#
# rows = data.rows("validation")[:2]
# model = models["Q1, attention"]
# with told_in_a_line("Q1"):
#     by_word = {"attention": read_reviews(model, data, rows), "sensitivity": [*by_sensitivity(model, rows)]}
# compare_readings(by_word)

# %% tags=["active-ipynb", "raises-exception"]
# from scipy.stats import kendalltau
#
#
# def attention_under_attack(question, epsilon=0.05):
#     """Print how far sensitivity follows attention, and how far an attack moves attention, over validation."""
#     model, taus, shares = models[question], [], []
#     for _, batch in data.batches("validation"):
#         x, mask, labels = model.vectors(batch.tokens).detach(), batch.mask, batch.labels
#         found = sensitivity(model.reader, x, mask, labels)
#         moved = fgsm(model.reader, x, mask, labels, epsilon)
#         with torch.no_grad():
#             before, after = (model.reader.pooling(each, mask)[1] for each in (x, moved))
#         taus += [
#             kendalltau(weights[words], slopes[words]).statistic
#             for weights, slopes, words in zip(before, found, mask, strict=True)
#         ]
#         shares += ((after - before).abs().sum(dim=1) / 2).tolist()
#     tau, share = torch.tensor(taus).nanmean().item(), torch.tensor(shares).mean().item()
#     print(f"{question}: Kendall's tau {tau:.2f}, share of the attention that moves {share:.1%}")
#
#
# with told_in_a_line("Q1"):
#     attention_under_attack("Q1, attention")

# %% [markdown] lang="fr" nbgrader={"grade": false, "grade_id": "q1-observe", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": true}
# ### Question ouverte 1 (1 point)
#
# Pourquoi de si petits déplacements font-ils tomber le taux si vite, et pourquoi la courbe de la moyenne tombe-t-elle plus vite que celle de
# l'attention ? Quels mots portent l'attaque dans l'un et l'autre modèle ? L'attention elle-même bouge-t-elle, et pourquoi le peut-elle ?
# Servez-vous de vos courbes, des critiques colorées et des nombres de la dernière cellule.
#
# === BEGIN MARK SCHEME ===
#
# 0,5 : tous les nombres de tous les mots bougent dans le sens qui fait monter la perte ; ces petits pas alignés s'ajoutent, et la marge baisse
# d'environ ε‖w‖₁, exactement cela pour un lecteur linéaire. Avec 50 dimensions, ε = 0,05 suffit alors qu'aucun mot n'a vraiment changé. La
# moyenne dilue les mots d'opinion parmi les autres : ses marges sont petites devant ε‖w‖₁. L'attention met du poids sur eux, ses marges sont
# plus grandes. (Accepter toute lecture qui compare la marge à ce que l'attaque en retire.)
#
# 0,25 : pour la moyenne, tous les mots portent l'attaque également, ∂z/∂xᵢ = w/n. Avec l'attention, un mot la porte à proportion de αᵢ, et
# selon l'écart de sa valeur à la moyenne : les mots regardés sont les mots attaqués (τ de Kendall nettement positif).
#
# 0,25 : l'attention bouge aussi, car xᵢ sert de clé autant que de valeur ; l'attaque détourne donc une part du poids (quelques centièmes à
# quelques dixièmes) des mots qui disaient vrai.
#
# === END MARK SCHEME ===

# %% [markdown] lang="en" nbgrader={"grade": false, "grade_id": "q1-observe", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": true}
# ### Open question 1 (1 point)
#
# Why do such small moves bring the accuracy down so fast, and why does the curve of the mean fall faster than that of attention? Which words
# carry the attack in either model? Does the attention itself move, and why can it? Use your curves, the coloured reviews and the numbers of
# the last cell.
#
# === BEGIN MARK SCHEME ===
#
# 0.5: all numbers of all words move in the sense in which the loss rises; these small aligned moves add up, and the margin falls by about
# ε‖w‖₁, by exactly that for a linear reader. With 50 dimensions ε = 0.05 is enough, though no word has really changed. The mean dilutes the
# words of opinion among the others: its margins are small beside ε‖w‖₁. Attention puts weight on them, its margins are larger. (Accept any
# reading that compares the margin with what the attack takes from it.)
#
# 0.25: for the mean, all words carry the attack alike, ∂z/∂xᵢ = w/n. With attention a word carries it in proportion to αᵢ, and to how far its
# value stands from the mean: the words that are looked at are those that are attacked (Kendall's τ is well above 0).
#
# 0.25: attention moves too, as xᵢ is the key as well as the value; so the attack turns a share of the weight (some hundredths to some tenths)
# away from the words that told the truth.
#
# === END MARK SCHEME ===

# %% [markdown] lang="fr"
# *Votre réponse ici.*

# %% [markdown] lang="en"
# *Your answer here.*

# %% [markdown] lang="fr"
# ## Question 2 : apprendre contre l'adversaire
#
# Puisque l'attaque se calcule en un gradient, on peut s'entraîner contre elle. La perte du cours pèse le texte intact et le texte attaqué :
#
# $$\tilde J(\theta, x, y) = \alpha\, J(\theta, x, y) + (1 - \alpha)\, J\big(\theta,\; x + \varepsilon \operatorname{sign} \nabla_x J(\theta, x, y),\; y\big)$$
#
# L'attaque est refaite à chaque pas, contre le modèle de ce pas. Le déplacement $\eta = \varepsilon \operatorname{sign} \nabla_x J$ est une
# **constante** : le gradient ne le traverse pas. Mais il atteint $\theta$ **et** $x$ dans les deux termes, car là où les vecteurs
# s'apprennent, $x$ aussi doit apprendre à résister.
#
# **À la main.** L'exemple de la question 1, avec $\alpha = 0{,}5$ : $\tilde J = 0{,}5 \cdot 0{,}0486 + 0{,}5 \cdot 0{,}2014 = 0{,}1250$.

# %% [markdown] lang="en"
# ## Question 2: training against the adversary
#
# As the attack takes one gradient, one can train against it. The lecture's loss weighs the text as it is and the text under attack:
#
# $$\tilde J(\theta, x, y) = \alpha\, J(\theta, x, y) + (1 - \alpha)\, J\big(\theta,\; x + \varepsilon \operatorname{sign} \nabla_x J(\theta, x, y),\; y\big)$$
#
# The attack is made anew at every step, against the model of that step. The move $\eta = \varepsilon \operatorname{sign} \nabla_x J$ is a
# **constant**: the gradient does not go through it. But it reaches $\theta$ **and** $x$ in both terms, as where the vectors are learnt $x$
# must learn to resist, too.
#
# **By hand.** The example of question 1 with $\alpha = 0.5$: $\tilde J = 0.5 \cdot 0.0486 + 0.5 \cdot 0.2014 = 0.1250$.

# %% [markdown] lang="fr"
# > **Exercice 2** (2 points). Écrivez `adversarial_loss`, la moyenne de $\tilde J$ sur le lot.
# >
# > - $\alpha$ pèse le terme des textes intacts, et $1 - \alpha$ celui des textes attaqués, qui gardent leurs classes.
# > - Le gradient atteint les paramètres du modèle et `x` **dans les deux termes** ; le déplacement est une constante.
# > - Votre `fgsm` peut servir ; vous pouvez aussi refaire le déplacement ici. S'il est faux, cela ne coûte qu'à l'exercice 1.1.
# > - Rendre la perte ne laisse rien derrière soi : pas de `backward()` ici.
#
# <details>
# <summary>Premier indice</summary>
#
# Ce que rend `fgsm` est une constante : si le modèle lit cela, qu'apprend `x` du second terme ? Qu'est-ce qui doit être constant, les mots
# déplacés ou le déplacement ?
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# Retrouvez $\eta$ en soustrayant `x` de ce que rend `fgsm`, coupé du graphe, puis lisez `x + η` avec le modèle : `x` y est encore celui
# qui apprend.
#
# </details>

# %% [markdown] lang="en"
# > **Exercise 2** (2 points). Write `adversarial_loss`, the mean of $\tilde J$ over the batch.
# >
# > - $\alpha$ weighs the term of the texts as they are, and $1 - \alpha$ that of the texts under attack, which keep their classes.
# > - The gradient reaches the model's parameters and `x` **in both terms**; the move is a constant.
# > - Your `fgsm` may serve; you may also make the move anew here. Where it is wrong, that costs in exercise 1.1 alone.
# > - To return the loss leaves nothing behind: no `backward()` here.
#
# <details>
# <summary>First hint</summary>
#
# What `fgsm` returns is a constant: if the model reads that, what does `x` learn from the second term? What must be constant, the moved words
# or the move?
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# Find $\eta$ by taking `x` from what `fgsm` returns, cut off from the graph, then read `x + η` with the model: `x` in it is still the one that
# learns.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "q2-adversarial-loss", "locked": false, "schema_version": 3, "solution": true, "task": false}
def adversarial_loss(
    model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float, alpha: float
) -> Tensor:
    """The cross-entropy of the texts as they are, and under attack.

    Args:
        model: reads vectors, ``model(x, mask) -> logits``.
        x: vectors of words, ``(B, L, D)``; they may be learnt.
        mask: True on words, ``(B, L)``.
        labels: the class of each text, int ``(B,)``.
        epsilon: by how much the attack moves each number.
        alpha: the weight of the texts as they are, from 0 to 1.

    Returns:
        one number, the mean over the batch.
    """
    ### BEGIN SOLUTION
    step = fgsm(model, x, mask, labels, epsilon) - x.detach()
    clean = F.cross_entropy(model(x, mask), labels)
    attacked = F.cross_entropy(model(x + step, mask), labels)
    return alpha * clean + (1 - alpha) * attacked
    ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q2-adversarial-loss", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp12_adversarial", "q2-adversarial-loss", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import KnownReader, check, close_to, equal_to, leaves_alone
#
# with check("q2-adversarial-loss"):
#     hidden, output = torch.tensor([[0.5, 0.0], [0.0, 0.5]]), torch.tensor([[0.0, 2.0], [0.0, -1.0]])
#     reader = KnownReader(hidden, output, bend=False)
#     x = torch.tensor([[[1.0, 2.0], [3.0, 0.0]], [[1.0, 2.0], [3.0, 0.0]]])
#     inputs = (torch.ones(2, 2, dtype=torch.bool), torch.tensor([1, 1]), 0.5)
#     sent = "the example by hand, twice in the batch, ε = 0.5"
#     close_to(
#         adversarial_loss(reader, x, *inputs, 0.8),
#         0.0792,
#         what="α = 0.8: 0.8 · 0.0486 + 0.2 · 0.2014",
#         mistakes={
#             "α weighs the texts as they are, 1 - α those under attack: they are swapped": 0.1708,
#             "the second term has its weight too, 1 - α": 0.2403,
#             "the first term has its weight too, α": 0.0889,
#             "the mean over the batch is asked, not the sum": 0.1583,
#             "this is the plain loss: nothing is attacked": 0.0486,
#             "this is the loss under attack alone: the texts as they are have the weight α": 0.2014,
#         },
#         sent=sent,
#         hint="α times the loss of x, 1 - α times that of x + ε sign",
#     )
#     close_to(adversarial_loss(reader, x, *inputs, 0.5), 0.1250, what="α = 0.5: 0.1250", sent=sent)
#     learnt = x.clone().requires_grad_()
#     loss = adversarial_loss(reader, learnt, *inputs, 0.5)
#     equal_to(
#         isinstance(loss, Tensor) and loss.requires_grad,
#         True,
#         what="the loss carries a gradient",
#         hint="no detach, no item: the loss stays a tensor to learn from",
#     )
#     close_to(
#         torch.autograd.grad(loss, learnt)[0],
#         [[[-0.0575, 0.0287]] * 2] * 2,
#         what="the gradient reaches x in both terms",
#         mistakes={
#             "no gradient reaches x in the second term: read x + η, where η alone is constant": [
#                 [[-0.0119, 0.0059]] * 2
#             ]
#             * 2,
#             "no gradient reaches x in the first term: x is not detached": [
#                 [[-0.0456, 0.0228]] * 2
#             ]
#             * 2,
#         },
#         sent=sent,
#         hint="read x + η, where η alone is constant",
#     )
#     leaves_alone(adversarial_loss, reader, x, *inputs, 0.5)
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# **Entraînement.** Les deux lecteurs encore, contre un adversaire de $\varepsilon = 0{,}02$ : ADV s chacun, car chaque pas lit le lot trois fois.
# À attendre sur la validation : MEAN2 % pour la moyenne et ATT2 % pour l'attention, donc à peu près ce qu'ils avaient sans adversaire. Puis la
# moyenne contre $\varepsilon = 0{,}1$ : qu'en dit sa courbe ?

# %% [markdown] lang="en"
# **Training.** Both readers again, against an adversary of $\varepsilon = 0.02$: ADV s each, as each step reads the batch three times. To expect
# on validation: MEAN2 % for the mean and ATT2 % for attention, so about what they had without an adversary. Then the mean against
# $\varepsilon = 0.1$: what does its curve tell?


# %%
class Adversarial:
    """A loss for ``AdversarialClassifier``: texts as they are, and under an attack of this size."""

    def __init__(self, epsilon: float, alpha: float = 0.5) -> None:
        self.epsilon, self.alpha = epsilon, alpha

    def __call__(self, model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor) -> Tensor:
        """The loss of a batch."""
        return adversarial_loss(model, x, mask, labels, self.epsilon, self.alpha)


# %% tags=["active-ipynb", "raises-exception"]
# train("Q2, mean", lambda: reader(attention=False, loss=Adversarial(0.02)))
# train("Q2, attention", lambda: reader(loss=Adversarial(0.02)))
# draw_curves("Q1, mean", "Q2, mean", "Q1, attention", "Q2, attention")

# %% tags=["active-ipynb", "raises-exception"]
# train("Q2, mean, 0.1", lambda: reader(attention=False, loss=Adversarial(0.1)))
# draw_curves("Q1, mean", "Q2, mean", "Q2, mean, 0.1")

# %% [markdown] lang="fr" nbgrader={"grade": false, "grade_id": "q2-observe", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": true}
# ### Question ouverte 2 (1 point)
#
# Que gagne-t-on, et que paie-t-on, à s'entraîner contre $\varepsilon = 0{,}02$ ? La moyenne entraînée contre $\varepsilon = 0{,}1$ finit par
# donner toujours la même réponse : pourquoi ? (Comparez $\varepsilon \lVert w \rVert_1$ à la marge d'une critique dont peu de mots disent l'avis.)
# Et pourquoi faut-il mesurer la résistance avec le gradient du modèle attaqué lui-même ?
#
# === BEGIN MARK SCHEME ===
#
# 0,25 : les courbes tombent bien plus tard, et le taux sans attaque ne change presque pas (à l'erreur type de 400 textes près, 2,5 points) ;
# on paie environ deux à trois fois le temps d'apprentissage.
#
# 0,5 : pour un lecteur linéaire, la perte attaquée est celle de la marge moins ε‖w‖₁. La moyenne dilue l'avis : sa marge est petite, et
# proportionnelle à w comme l'est ε‖w‖₁. Si ε est plus grand que cette marge divisée par ‖w‖₁ pour la plupart des textes, agrandir w coûte
# plus qu'il ne rapporte : le meilleur w est 0, le modèle ne regarde plus le texte et donne la classe du biais.
#
# 0,25 : des déplacements calculés sur un autre modèle, ou au hasard, ne suivent pas le gradient de celui-ci : ils coûtent peu et font croire à
# une résistance qui n'existe pas.
#
# === END MARK SCHEME ===

# %% [markdown] lang="en" nbgrader={"grade": false, "grade_id": "q2-observe", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": true}
# ### Open question 2 (1 point)
#
# What is gained, and what is paid, by training against $\varepsilon = 0.02$? The mean trained against $\varepsilon = 0.1$ ends up with always
# the same answer: why? (Compare $\varepsilon \lVert w \rVert_1$ with the margin of a review of which few words tell the opinion.) And why must
# resistance be measured with the gradient of the very model under attack?
#
# === BEGIN MARK SCHEME ===
#
# 0.25: the curves fall much later, and the accuracy without an attack hardly changes (within the standard error of 400 texts, 2.5 points); the
# price is two to three times the time of training.
#
# 0.5: for a linear reader the loss under attack is that of the margin less ε‖w‖₁. The mean dilutes the opinion: its margin is small, and
# grows with w as ε‖w‖₁ does. Where ε is larger than that margin over ‖w‖₁ for most texts, a larger w costs more than it brings: the best w
# is 0, the model no longer looks at the text and gives the class of its bias.
#
# 0.25: moves computed on another model, or drawn at random, do not follow the gradient of this one: they cost little, and make one believe in
# a resistance that is not there.
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
#
# Deux réseaux jouent l'un contre l'autre. Le **générateur** $G$ change un bruit $u$ en un point $G(u)$ ; le **discriminateur** $D$ donne la
# probabilité qu'un point soit réel. Les deux ne se parlent que par le gradient :
#
# $$L_D = -\,\mathbb E_x \log D(x) - \mathbb E_u \log\big(1 - D(G(u))\big) \qquad\qquad L_G = -\,\mathbb E_u \log D(G(u))$$
#
# $L_D$ est l'entropie croisée de « réel ou fabriqué ? ». $L_G$ demande au discriminateur de se tromper. La forme minimax du jeu ferait plutôt
# baisser $\log(1 - D(G(u)))$ : son gradient est presque nul là où $D$ reconnaît la contrefaçon, donc là où le générateur a le plus à apprendre.
#
# **À la main.** $D = \frac34$ sur un point réel et $D = \frac14$ sur un point fabriqué : $L_D = 2 \log \frac43 = 0{,}5754$ et
# $L_G = \log 4 = 1{,}3863$. Le gradient sur le logit du point fabriqué est $-(1 - D) = -0{,}75$ pour ce $L_G$, et seulement $-D = -0{,}25$
# pour la forme minimax.
#
# Les « images » d'ici sont des points du plan : huit gaussiennes sur un cercle. Aucune autre donnée n'est nécessaire.

# %% [markdown] lang="en"
# ## Question 6: a GAN in the plane (optional)
#
# Two networks play against each other. The **generator** $G$ turns noise $u$ into a point $G(u)$; the **discriminator** $D$ gives the
# probability that a point is real. They talk to each other through the gradient alone:
#
# $$L_D = -\,\mathbb E_x \log D(x) - \mathbb E_u \log\big(1 - D(G(u))\big) \qquad\qquad L_G = -\,\mathbb E_u \log D(G(u))$$
#
# $L_D$ is the cross-entropy of "real or made?". $L_G$ asks that the discriminator be wrong. The minimax form of the game would lower
# $\log(1 - D(G(u)))$ instead: its gradient is nearly 0 where $D$ recognises the fake, and so where the generator has most to learn.
#
# **By hand.** $D = \frac34$ on a real point and $D = \frac14$ on a made one: $L_D = 2 \log \frac43 = 0.5754$ and $L_G = \log 4 = 1.3863$. The
# gradient on the logit of the made point is $-(1 - D) = -0.75$ for this $L_G$, and only $-D = -0.25$ for the minimax form.
#
# The "images" of this question are points of the plane: eight Gaussians on a circle. It needs no other data.


# %%
def eight_gaussians(count: int) -> Tensor:
    """Points ``(count, 2)`` of eight Gaussians on a circle of radius 2."""
    angles = torch.randint(8, (count,)) * (torch.pi / 4)
    centres = 2 * torch.stack([angles.cos(), angles.sin()], dim=1)
    return centres + 0.1 * torch.randn(count, 2)


# %% [markdown] lang="fr"
# > **Exercice 6.1** (0,5 point). Écrivez `discriminator_loss` et `generator_loss`.
# >
# > - Elles reçoivent des **logits** : $D$ est leur sigmoïde.
# > - $L_D$ est la somme de deux moyennes : celle des points réels, et celle des points fabriqués, qui peuvent être en nombres différents.
# > - $L_G$ est la forme qui ne sature pas.
# > - Des logits de $\pm 200$ donnent des pertes finies.
#
# <details>
# <summary>Indice</summary>
#
# Trois fois la même entropie croisée binaire, avec d'autres étiquettes : 1 pour « réel », 0 pour « fabriqué ». PyTorch en a une qui reçoit
# les logits eux-mêmes.
#
# </details>

# %% [markdown] lang="en"
# > **Exercise 6.1** (0.5 points). Write `discriminator_loss` and `generator_loss`.
# >
# > - They are given **logits**: $D$ is their sigmoid.
# > - $L_D$ is the sum of two means: that of the real points, and that of the made ones; there may be more of one kind.
# > - $L_G$ is the form that does not saturate.
# > - Logits of $\pm 200$ give finite losses.
#
# <details>
# <summary>Hint</summary>
#
# Three times the same binary cross-entropy, with other labels: 1 for "real", 0 for "made". PyTorch has one that takes the logits themselves.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "q6-gan-losses", "locked": false, "schema_version": 3, "solution": true, "task": false}
def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """What the discriminator minimises: real points are to be real, and made ones made.

    Args:
        real_logits: of real points, ``(B, 1)``.
        fake_logits: of points that the generator made, ``(M, 1)``.

    Returns:
        one number, the sum of two means.
    """
    ### BEGIN SOLUTION
    of_real = F.binary_cross_entropy_with_logits(real_logits, torch.ones_like(real_logits))
    of_fake = F.binary_cross_entropy_with_logits(fake_logits, torch.zeros_like(fake_logits))
    return of_real + of_fake
    ### END SOLUTION


def generator_loss(fake_logits: Tensor) -> Tensor:
    """What the generator minimises, in the form that does not saturate: made points are to be taken for real.

    Args:
        fake_logits: of points that the generator made, ``(M, 1)``.

    Returns:
        one number, a mean.
    """
    ### BEGIN SOLUTION
    return F.binary_cross_entropy_with_logits(fake_logits, torch.ones_like(fake_logits))
    ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q6-gan-losses", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp12_adversarial", "q6-gan-losses", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import check, close_to
#
# with check("q6-gan-losses"):
#     real, fake = torch.tensor([[1.0986], [0.0]]), torch.tensor([[-1.0986]])
#     sent = "D = 3/4 and D = 1/2 on two real points, D = 1/4 on a made one"
#     close_to(
#         discriminator_loss(real[:1], fake),
#         0.5754,
#         what="2 log(4/3): D = 3/4 on a real point, D = 1/4 on a made one",
#         mistakes={
#             "the labels are swapped: real points are 1, made ones 0": 2.7726,
#             "the sigmoid is taken twice: binary_cross_entropy_with_logits takes the logits": 1.2128,
#             "the sum of both is asked, not half of it": 0.2877,
#         },
#         sent="D = 3/4 on a real point, D = 1/4 on a made one",
#         hint="real points are labelled 1, made ones 0",
#     )
#     close_to(
#         discriminator_loss(real, fake),
#         0.7781,
#         what="a mean for each kind: 0.4904 of two real points and 0.2877 of a made one",
#         mistakes={
#             "a mean for each kind, then the sum: not one mean over all points": 0.4229,
#             "a mean for each kind, not a sum": 1.2685,
#         },
#         sent=sent,
#         hint="real points are labelled 1, made ones 0",
#     )
#     close_to(
#         generator_loss(fake),
#         1.3863,
#         what="log 4: D = 1/4 on a made point",
#         mistakes={
#             "log(1 - D) saturates: the form asked for is -log D, made points labelled 1": -0.2877,
#             "made points are to be taken for real: label them 1, not 0": 0.2877,
#             "the sigmoid is taken twice: binary_cross_entropy_with_logits takes the logits": 0.5759,
#         },
#         sent="D = 1/4 on a made point",
#         hint="the cross-entropy of made points labelled 1",
#     )
#     close_to(
#         generator_loss(torch.tensor([[-200.0]])),
#         200.0,
#         what="a logit of -200 costs 200",
#         sent="a made point whose logit is -200",
#         hint="the sigmoid of -200 is 0, and log 0 infinite: F.binary_cross_entropy_with_logits, or F.softplus",
#     )
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# > **Exercice 6.2** (0,5 point). Complétez `GAN`. Lightning fait d'ordinaire un pas d'**un** optimiseur sur la perte que rend `training_step` ;
# > ici chaque joueur a le sien : passez à l'optimisation *manuelle*.
# >
# > - `forward` rend les points que le générateur fait d'un bruit.
# > - Un `training_step` fait d'abord un pas du discriminateur, puis un pas du générateur **à travers le discriminateur qui vient d'être mis à
# >   jour**. Chaque pas ne bouge que les paramètres de son joueur, par le gradient de ce pas seul.
# > - Le bruit est tiré à chaque pas, normal, `noise_dim` nombres pour chaque point réel du lot. Les deux pas peuvent partager le même.
# > - `configure_optimizers` rend celui du générateur, puis celui du discriminateur : Adam, pas `lr`, `betas=(0.5, 0.9)`.
#
# **À la main.** Un générateur qui fait toujours le point $(0, 1)$, un discriminateur linéaire $w = (-0{,}05,\, -1)$, $b = 0$, un point réel $(2, -1)$,
# `lr` 0,1. Le premier pas d'Adam est de `lr` contre le signe du gradient : $w = (0{,}05,\, -1{,}1)$, $b = 0{,}1$. Le point avance alors
# dans le sens du **nouveau** $w$ : $(0{,}1,\, 0{,}9)$. Avec l'ancien, il irait en $(-0{,}1,\, 0{,}9)$.
#
# <details>
# <summary>Premier indice</summary>
#
# `self.automatic_optimization = False` dans `__init__` ; `self.optimizers()` rend les optimiseurs dans l'ordre de `configure_optimizers` ;
# `self.manual_backward(loss)` remplace `loss.backward()`.
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# Au pas du discriminateur, que doit apprendre le générateur ? Rien : ses points y sont des constantes. Au pas du générateur, le gradient traverse
# le discriminateur et y laisse une trace : que faut-il faire avant le prochain `backward` ?
#
# </details>

# %% [markdown] lang="en"
# > **Exercise 6.2** (0.5 points). Complete `GAN`. Lightning usually takes a step of **one** optimiser on the loss that `training_step` returns;
# > here each player has its own: switch to *manual* optimisation.
# >
# > - `forward` returns the points that the generator makes of noise.
# > - A `training_step` first takes a step of the discriminator, then a step of the generator **through the discriminator just updated**. Each step
# >   moves the parameters of its own player alone, by the gradient of this step alone.
# > - Noise is drawn at each step, normal, `noise_dim` numbers for each real point of the batch. Both steps may share it.
# > - `configure_optimizers` returns that of the generator, then that of the discriminator: Adam, step size `lr`, `betas=(0.5, 0.9)`.
#
# **By hand.** A generator that always makes the point $(0, 1)$, a linear discriminator $w = (-0.05,\, -1)$, $b = 0$, one real point
# $(2, -1)$, `lr` 0.1. The first step of Adam is `lr` against the sign of the gradient: $w = (0.05,\, -1.1)$, $b = 0.1$. The point then goes
# along the **new** $w$, to $(0.1,\, 0.9)$. With the old one it would go to $(-0.1,\, 0.9)$.
#
# <details>
# <summary>First hint</summary>
#
# `self.automatic_optimization = False` in `__init__`; `self.optimizers()` returns the optimisers in the order of `configure_optimizers`;
# `self.manual_backward(loss)` takes the place of `loss.backward()`.
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# In the step of the discriminator, what is the generator to learn? Nothing: its points are constants there. In the step of the generator, the
# gradient goes through the discriminator and leaves a trace in it: what must be done before the next `backward`?
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "q6-gan", "locked": false, "schema_version": 3, "solution": true, "task": false}
class GAN(LightningModule):
    """A generator and a discriminator, each with its own optimiser.

    Args:
        generator: makes points of noise, ``(B, Z)`` -> ``(B, 2)``.
        discriminator: ``(B, 2)`` -> logits ``(B, 1)``; large ones say "real".
        noise_dim: Z.
        lr: step size of both optimisers.
    """

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        noise_dim: int,
        lr: float = 1e-3,
    ) -> None:
        super().__init__()
        self.generator, self.discriminator = generator, discriminator
        self.noise_dim, self.lr = noise_dim, lr
        ### BEGIN SOLUTION
        self.automatic_optimization = False
        ### END SOLUTION

    def forward(self, noise: Tensor) -> Tensor:
        """``noise`` ``(B, Z)`` -> points ``(B, 2)``."""
        ### BEGIN SOLUTION
        return self.generator(noise)
        ### END SOLUTION

    def training_step(self, batch: Tensor, batch_idx: int) -> None:
        """A step of the discriminator, then one of the generator; ``batch`` is real points ``(B, 2)``."""
        ### BEGIN SOLUTION
        of_generator, of_discriminator = self.optimizers()
        fake = self(torch.randn(len(batch), self.noise_dim, device=batch.device))
        of_discriminator.zero_grad()
        loss = discriminator_loss(self.discriminator(batch), self.discriminator(fake.detach()))
        self.manual_backward(loss)
        of_discriminator.step()
        of_generator.zero_grad()
        self.manual_backward(generator_loss(self.discriminator(fake)))
        of_generator.step()
        ### END SOLUTION

    def configure_optimizers(self) -> list[torch.optim.Optimizer]:
        """Adam of the generator, then of the discriminator."""
        ### BEGIN SOLUTION
        return [
            torch.optim.Adam(player.parameters(), lr=self.lr, betas=(0.5, 0.9))
            for player in (self.generator, self.discriminator)
        ]
        ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q6-gan", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp12_adversarial", "q6-gan", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import KnownLayer, KnownPoints, check, equal_to, follows_trajectory
#
#
# def by_hand():
#     """The two players of the example."""
#     linear = KnownLayer(torch.tensor([[-0.05, -1.0]]), torch.zeros(1))
#     return GAN(KnownPoints(torch.tensor([0.0, 1.0])), linear, noise_dim=3, lr=0.1)
#
#
# def places(w, b, point):
#     """Where the parameters of the players stand."""
#     return {
#         "discriminator.weight": torch.tensor([w]),
#         "discriminator.bias": torch.tensor([b]),
#         "generator.point": torch.tensor(point),
#     }
#
#
# with check("q6-gan"):
#     equal_to(
#         by_hand()(torch.zeros(2, 3)).tolist(),
#         [[0.0, 1.0]] * 2,
#         what="forward makes the generator's points",
#         sent="noise of two rows",
#         hint="forward returns what self.generator makes of the noise",
#     )
#     sent = "a generator that makes (0, 1), w = (-0.05, -1), b = 0, and the real point (2, -1)"
#     follows_trajectory(
#         by_hand(),
#         [torch.tensor([[2.0, -1.0]])],
#         places([0.05, -1.1], 0.1, [0.1, 0.9]),
#         mistakes={
#             "the generator learns through the discriminator just updated: its step comes second": places(
#                 [0.05, -1.1], 0.1, [-0.1, 0.9]
#             ),
#             "hand lr to both optimisers": places([-0.049, -1.001], 0.001, [-0.001, 0.999]),
#         },
#         what="a step of the discriminator, then one of the generator",
#         sent=sent,
#         hint="each optimiser moves its own player: that of the generator comes first in the list",
#     )
#     follows_trajectory(
#         by_hand(),
#         [torch.tensor([[2.0, -1.0]])] * 2,
#         places([0.1432, -1.1975], 0.0222, [0.2024, 0.7988]),
#         mistakes={
#             "gradients of the other player's step are left over: zero_grad before each backward": places(
#                 [0.1538, -1.1878], 0.1932, [0.2007, 0.7963]
#             ),
#             "gradients of both steps add up: detach the made points, and zero_grad before each backward": places(
#                 [0.1538, -1.1878], 0.1932, [0.2025, 0.7962]
#             ),
#             "betas=(0.5, 0.9) is asked for, both of them": places(
#                 [0.1474, -1.1993], 0.0447, [0.1919, 0.7999]
#             ),
#         },
#         what="the same once more",
#         sent=sent,
#         hint="zero_grad before each backward: each step goes by its own gradient alone",
#     )
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# **Entraînement.** 3 000 pas de 128 points, 8 s. À attendre : de $L_D \approx 1{,}39$ au début ($2 \log 2$, $D$ ne sait rien) à une valeur
# proche à la fin (le générateur le trompe), et des points fabriqués sur les huit gaussiennes. La cellule garde 400 points fabriqués à quatre moments ; ils sont
# faits en mode évaluation et sans gradient, car regarder ne doit rien changer.

# %% [markdown] lang="en"
# **Training.** 3,000 steps of 128 points, 8 s. To expect: from $L_D \approx 1.39$ at the start ($2 \log 2$, $D$ knows nothing) to a value
# near it in the end (the generator deceives it), and made points on all eight Gaussians. The cell keeps 400 made points at four moments; they are made in
# evaluation mode and without a gradient, as looking must change nothing.

# %% tags=["active-ipynb", "raises-exception"]
# from lightning import Callback
# from torch.utils.data import DataLoader
#
# from amal_attention.visualise.plane import points_figure
#
#
# def players(noise_dim=8, hidden_size=64):
#     """A generator and a discriminator of three layers."""
#
#     def network(inputs, outputs):
#         return nn.Sequential(
#             nn.Linear(inputs, hidden_size),
#             nn.LeakyReLU(0.2),
#             nn.Linear(hidden_size, hidden_size),
#             nn.LeakyReLU(0.2),
#             nn.Linear(hidden_size, outputs),
#         )
#
#     return GAN(network(noise_dim, 2), network(2, 1), noise_dim)
#
#
# class Moments(Callback):
#     """Real and made points after some steps, and both losses there."""
#
#     def __init__(self, *steps):
#         self.steps, self.panels = steps, {}
#         self.real = eight_gaussians(400)
#
#     def look(self, gan, step):
#         if step not in self.steps:
#             return
#         gan.eval()
#         with torch.no_grad():
#             made = gan(torch.randn(len(self.real), gan.noise_dim))
#             logits = [gan.discriminator(points) for points in (self.real, made)]
#             losses = f"L_D {discriminator_loss(*logits):.2f}, L_G {generator_loss(logits[1]):.2f}"
#         gan.train()
#         self.panels[f"step {step}"] = {"real": self.real.tolist(), "made": made.tolist()}
#         print(f"step {step:,}: {losses}")
#
#     def on_train_start(self, trainer, gan):
#         self.look(gan, 0)
#
#     def on_train_batch_end(self, trainer, gan, outputs, batch, batch_idx):
#         self.look(gan, batch_idx + 1)
#
#
# seed_everything(0, verbose=False)
# moments = Moments(0, 300, 1000, 3000)
# with told_in_a_line("Q6"):
#     Trainer(
#         max_epochs=1,
#         callbacks=[moments],
#         accelerator="cpu",
#         logger=False,
#         enable_checkpointing=False,
#         enable_model_summary=False,
#         enable_progress_bar=False,
#     ).fit(
#         players(),
#         DataLoader([eight_gaussians(128) for _ in range(3000)], batch_size=None),
#     )
# points_figure(moments.panels)

# %% [markdown] lang="fr"
# Le générateur n'a jamais vu un point réel : tout ce qu'il en sait lui est venu par le gradient du discriminateur. C'est la question 5 dont les
# *features* sont les points eux-mêmes, et le domaine « réel ou fabriqué ».

# %% [markdown] lang="en"
# The generator has never seen a real point: all that it knows of them came through the gradient of the discriminator. This is question 5 with the
# points themselves as features, and "real or made" as the domain.

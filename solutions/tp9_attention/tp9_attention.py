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
"""The reference modules of TP 9: five ways to read a review, from the mean of its words to contextual attention."""

# %% [markdown] lang="fr"
# # AMAL – TP 9 : mécanisme d'attention
#
# Une critique de film est une suite de mots ; quelques-uns seulement disent si son auteur a aimé le film. Un mécanisme
# d'**attention** apprend lesquels regarder. Dans ce TP, on en construit cinq, du plus simple au plus riche, et on les
# compare sur la même tâche : dire si une critique est positive (`pos`) ou négative (`neg`). La mesure de performance est
# le taux de bonne classification.
#
# | question | comment un texte devient un vecteur | points |
# |---|---|---|
# | 1 | la moyenne des mots | 5 |
# | 2 | une requête apprise, la même pour tous les textes | 6 |
# | 3 | une requête qui dépend du texte, et une valeur | 3 |
# | 4 (optionnelle) | une requête adressée à des états contextuels, GRU ou LSTM | 3 |
# | 5 (optionnelle) | un critère sur l'entropie, qui resserre l'attention | 3 |
#
# **Les données** sont les 50 000 critiques d'IMDB (Maas et coll., 2011), les mots sont représentés par les vecteurs GloVe
# de dimension 50 (Pennington et coll., 2014). Sans copie d'IMDB sur la machine, le TP tourne sur un petit corpus fourni,
# écrit par une grammaire : critiques de quatre genres de films, où chaque question trouve de quoi progresser.
#
# **Comment travailler.** Complétez les cellules qui contiennent `VOTRE CODE ICI`, et elles seules ; ajoutez autant de
# cellules que vous voulez. Sous chaque exercice, une cellule de vérification dit aussitôt ce qui est juste, ce qui manque
# et l'erreur probable. Une réponse fausse ou vide n'empêche jamais de répondre aux suivantes. D'autres tests, cachés,
# servent à la notation : ils ne vérifient rien qui ne soit dans cet énoncé. Au moins la
# moitié des points d'un exercice va à son idée ; une réponse qui ne la tente pas (des zéros, la réponse d'avant) n'en gagne
# aucun, et une erreur ne coûte que là où elle est faite. Depuis un terminal, `amal check` suivi du nom
# de ce notebook lance toutes les vérifications.
#
# **Avant de commencer.** Il faut savoir lire les formes des tenseurs de PyTorch, écrire un `nn.Module`, et connaître la boucle
# d'apprentissage (coût, gradient, Adam), le softmax et l'entropie croisée ; une partie optionnelle demande aussi d'avoir vu un
# réseau récurrent. De Lightning, il n'y a rien à savoir d'avance : quatre méthodes suffisent, et l'exercice 1.2 dit ce que fait
# chacune. Comptez une séance de trois heures pour les questions 1 à 3 et une deuxième pour le reste (c'est une estimation) ; la
# machine elle-même n'y travaille que quelques minutes, et chaque entraînement annonce son temps et le taux à attendre.
#
# **Si vous êtes bloqué.** Sous chaque exercice, deux indices se déplient : lisez le premier, essayez, puis ouvrez le second.
#
# **« Optionnelle », pour les points.** Rien ne s'appuie sur une question optionnelle, mais elle n'est pas un bonus : ses points
# font partie du total du tableau, et qui la laisse de côté ne les a pas. Si votre cours l'a retirée, elle n'est plus dans ce
# notebook, et le total n'en tient pas compte.

# %% [markdown] lang="en"
# # AMAL – TP 9: attention mechanisms
#
# A film review is a sequence of words; only some of them tell whether its author liked the film. An **attention** mechanism
# learns which ones to look at. This lab builds five of them, from the simplest to the richest, and compares them on one
# task: is a review positive (`pos`) or negative (`neg`)? The measure is accuracy, the share of reviews classified rightly.
#
# | question | how a text becomes one vector | points |
# |---|---|---|
# | 1 | the mean of its words | 5 |
# | 2 | a learned query, the same for all texts | 6 |
# | 3 | a query that depends on the text, and a value | 3 |
# | 4 (optional) | a query put to contextual states, GRU or LSTM | 3 |
# | 5 (optional) | a criterion on the entropy, which narrows the attention | 3 |
#
# **The data** are the 50,000 reviews of IMDB (Maas et al., 2011), and words are the 50-dimensional GloVe vectors
# (Pennington et al., 2014). Without a copy of IMDB on the machine, the lab runs on a small corpus that comes with it,
# written by a grammar: reviews of four genres of films, in which every question has something to gain.
#
# **How to work.** Fill the cells that hold `YOUR CODE HERE`, and only those; add as many cells as you like. Below each
# exercise a check tells at once what is right, what is missing, and the likely mistake. A wrong or empty answer never
# keeps you from the next questions. Other tests, hidden, give the marks: they test nothing that is not stated here. At least
# half the points of an exercise are for its idea; an answer that does not attempt it (zeros, the answer before) earns none of
# them, and a mistake costs only where it is made. From a terminal, `amal check` and the name of this notebook run all the checks.
#
# **Before you begin.** You should be able to read the shapes of PyTorch's tensors, to write an `nn.Module`, and know the loop of
# training (loss, gradient, Adam), softmax and cross-entropy; an optional part also asks that you have met a recurrent network.
# Of Lightning you need to know nothing: four methods are enough, and exercise 1.2 says what each does. Plan a session of three
# hours for questions 1 to 3, and a second one for the rest (this is an estimate); the machine itself works for some minutes
# only, and each training says how long it takes and which accuracy to expect.
#
# **If you are stuck.** Below each exercise two hints can be opened: read the first, try, then open the second.
#
# **"Optional", for the points.** Nothing builds on an optional question, but it is no bonus: its points are part of the total of
# the table, and who leaves it out does not have them. Where your course has left it out, it is no longer in this notebook, and
# the total does without it.

# %% [markdown] lang="fr"
# ## Installation
#
# La cellule suivante installe le paquet s'il manque, par exemple sur Colab ; ailleurs elle ne fait rien.

# %% [markdown] lang="en"
# ## Set-up
#
# The next cell installs the package where it is missing, on Colab for instance; elsewhere it does nothing.

# %% tags=["active-ipynb", "raises-exception", "set-up"]
# # `amal release` writes this cell: it installs the package where it is missing, from `wheel` in lab.toml.

# %%
from __future__ import annotations

import torch
from lightning import LightningModule
from torch import Tensor, nn
from torch.nn import functional as F
from torchmetrics.classification import MulticlassAccuracy

from amal_attention.tasks.classification import TextBatch

# %% tags=["instructor"]
# isort: split
from torch.optim.lr_scheduler import LinearLR

from amal_attention.data.ngrams import log_ratios, number_ngrams, occurrences, over_words
from amal_attention.gru import ScannedGRU
from amal_attention.tasks.classification import BagBatch, MeanBatch, NgramBatch, RatioBatch
from amal_attention.tasks.classification.data.ngrams.places import PLACE_CLASSES, place_classes
from amal_attention.tasks.classification.data.ngrams.prepared import MOST
from amal_attention.training.epoch_means import EpochMeans

# %% [markdown] lang="fr"
# ## Les données
#
# Un lot (*batch*) contient $B$ critiques. La plus longue a $L$ mots ; les autres sont complétées à droite par du
# **remplissage** (*padding*), qui n'est pas du texte et ne doit rien changer :
#
# | champ | forme | contenu |
# |---|---|---|
# | `tokens` | entiers `(B, L)` | le numéro de chaque mot dans le vocabulaire |
# | `mask` | booléens `(B, L)` | `True` sur les mots, `False` sur le remplissage |
# | `labels` | entiers `(B,)` | 0 pour `neg`, 1 pour `pos` |
#
# C'est le **masque** qui dit où sont les mots, pas leur numéro.

# %% [markdown] lang="en"
# ## The data
#
# A batch holds $B$ reviews. The longest has $L$ words; the others are filled up on the right with **padding**, which is no
# text and must change nothing:
#
# | field | shape | content |
# |---|---|---|
# | `tokens` | integers `(B, L)` | the number of each word in the vocabulary |
# | `mask` | booleans `(B, L)` | `True` on words, `False` on padding |
# | `labels` | integers `(B,)` | 0 for `neg`, 1 for `pos` |
#
# It is the **mask** that tells where the words are, not their numbers.

# %% tags=["active-ipynb", "raises-exception"]
# from amal_attention.tasks.classification import ReviewData, available_source
#
# data = ReviewData(available_source(), standardise=True, batch_size=32, crop=200)
# embeddings = data.embeddings
# batch = next(iter(data.train_dataloader()))
# source = data.hparams.source
# train_size, validation_size, test_size = (
#     len(data.rows(split)) for split in ("train", "validation", "test")
# )
# of_tokens, of_mask, of_labels = (tuple(field.shape) for field in batch)
# of_vectors = tuple(embeddings.shape)
# start = " ".join(data.vocabulary.words[token] for token in batch.tokens[0][batch.mask[0]][:40])
# print(f"source: {source}")
# print(f"{train_size} reviews to train on, {validation_size} for validation, {test_size} for the test")
# print(f"a batch: tokens {of_tokens}, mask {of_mask}, labels {of_labels}")
# print(f"vectors: {of_vectors}")
# print(f"a review: {start} ...")

# %% [markdown] lang="fr"
# ### Échauffement : masques et diffusion (sans points)
#
# Tout le TP tient à deux gestes. La **diffusion** (*broadcasting*) étire un axe de taille 1 : un masque `(B, L)` ne rencontre
# pas des vecteurs `(B, L, D)`, mais `mask.unsqueeze(2)`, de forme `(B, L, 1)`, les rencontre. Le **remplacement**
# `scores.masked_fill(condition, valeur)` écrit une valeur partout où un booléen est vrai, et `~mask` est le contraire de `mask`.
#
# Sur deux critiques, de deux mots et d'un mot, en dimension 2 :
#
# $$\text{mask} = \begin{pmatrix} 1 & 1 & 0 \\ 1 & 0 & 0 \end{pmatrix}$$
#
# Écrivez ces trois fonctions d'une ligne, puis lancez la vérification. Rien n'est noté ici.

# %% [markdown] lang="en"
# ### Warm-up: masks and broadcasting (no points)
#
# All of this lab rests on two moves. **Broadcasting** stretches an axis of size 1: a mask `(B, L)` does not meet vectors
# `(B, L, D)`, but `mask.unsqueeze(2)`, of shape `(B, L, 1)`, does. And `scores.masked_fill(condition, value)` **writes a value**
# wherever a boolean is true; `~mask` is the opposite of `mask`.
#
# On two reviews, of two words and of one, in dimension 2:
#
# $$\text{mask} = \begin{pmatrix} 1 & 1 & 0 \\ 1 & 0 & 0 \end{pmatrix}$$
#
# Write these three functions of one line, then run the check. Nothing is marked here.


# %% tags=["ungraded"]
def number_of_words(mask: Tensor) -> Tensor:
    """How many words each review has: bool ``(B, L)`` -> int ``(B,)``."""
    ### BEGIN SOLUTION
    return mask.sum(dim=1)
    ### END SOLUTION


def zero_on_padding(x: Tensor, mask: Tensor) -> Tensor:
    """The vectors, 0 in the place of those of padding: ``(B, L, D)``, ``(B, L)`` -> ``(B, L, D)``."""
    ### BEGIN SOLUTION
    return x.masked_fill(~mask.unsqueeze(2), 0)
    ### END SOLUTION


def best_word(scores: Tensor, mask: Tensor) -> Tensor:
    """The place of the word of largest score, whatever stands on padding: ``(B, L)``, ``(B, L)`` -> int ``(B,)``."""
    ### BEGIN SOLUTION
    return scores.masked_fill(~mask, float("-inf")).argmax(dim=1)
    ### END SOLUTION


# %% tags=["active-ipynb", "raises-exception"]
# from amal_attention.checks import check, close_to
#
# with check("warm-up: masks"):
#     mask = torch.tensor([[True, True, False], [True, False, False]])
#     mistakes = {"this counts along the other axis: dim=1 is that of the words": [2, 1, 0]}
#     close_to(number_of_words(mask), [2, 1], what="two words, then one", mistakes=mistakes)
#     x = torch.tensor([[[1.0, 2], [3, 4], [5, 6]], [[7, 8], [9, 9], [9, 9]]])
#     emptied = [[[1, 2], [3, 4], [0, 0]], [[7, 8], [0, 0], [0, 0]]]
#     mistakes = {"the opposite: words are 0 here": x - torch.tensor(emptied)}
#     close_to(zero_on_padding(x, mask), emptied, what="vectors of padding are 0", mistakes=mistakes)
#     x[0, 2] = float("nan")  # 0 times nan is nan: a product does not hide it
#     close_to(zero_on_padding(x, mask), emptied, what="even where padding is no number")
#     scores = torch.tensor([[-3.0, -2.0, 9.0], [-1.0, 5.0, 2.0]])
#     mistakes = {"padding wins: fill in what is less than any score, and 0 is not": [2, 1]}
#     close_to(best_word(scores, mask), [1, 0], what="the largest score of a word", mistakes=mistakes)

# %% [markdown] lang="fr"
# Les cellules qui entraînent et qui dessinent sont fournies. Celle-ci prépare les outils qu'elles partagent : `train`
# entraîne un modèle avec Lightning et trace ses courbes ; `reviews` contient quelques critiques de validation, que l'on
# relira avec chaque modèle. Le pas d'Adam n'y reste pas le même : un **échéancier** le fait monter pendant le premier dixième
# des pas jusqu'au `lr` du modèle, puis descendre en cosinus jusqu'à presque 0 (*one cycle*) : de grands pas pour aller vite, de
# petits pour finir. L'ensemble de test, lui, n'est lu qu'une fois, à la toute fin.
#
# **Est-ce que cela marche ?** Avant chaque entraînement sont dits le taux à attendre sur la validation, à quelques points près, et le
# temps de calcul, mesuré sur un seul cœur : une machine lente ou chargée peut en mettre plusieurs fois plus. La toute première
# fois sur IMDB, la préparation des données s'y ajoute.

# %% [markdown] lang="en"
# The cells that train and draw are given. This one makes the tools that they share: `train` trains a model with Lightning
# and draws its curves; `reviews` are a few validation reviews that every model will read. Adam's step size does not stay the
# same in it: a **schedule** lets it rise to the model's `lr` over the first tenth of the steps, then fall along a cosine to almost
# 0 (*one cycle*): large steps to get there fast, small ones to settle. The test set is read once, at the very end.
#
# **Does it work?** Before each training stand the accuracy to expect on validation, within a few points, and the time that it takes,
# measured on a single core: a slow or busy machine may take several times as long. The very first time on IMDB, preparing the data
# comes on top.

# %% tags=["active-ipynb", "raises-exception"]
# import logging
# import warnings
#
# from IPython.display import display
# from lightning import Trainer, seed_everything
#
# from amal_attention.tasks.classification.diagrams import attention_diagram, pooling_diagram
# from amal_attention.tasks.classification.examination import read_reviews, read_text
# from amal_attention.tasks.classification.examined import examine
# from amal_attention.tasks.classification.histograms import EntropyHistograms
# from amal_attention.tasks.classification.pictures import (
#     accuracy_bars, entropy_histograms, strength_curve, training_curves,
# )
# from amal_attention.tasks.task import share_interval
# from amal_attention.training.callbacks import History, OneCycle
# from amal_attention.training.training_cell import EpochBar, NotTrained, told_in_a_line
# from amal_attention.visualise.readings import attention_map, compare_readings
#
# logging.getLogger("lightning").setLevel(logging.ERROR)
# logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
# warnings.filterwarnings("ignore", module="lightning")
# reviews = data.rows("validation")[:4]
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
# models, histories, histograms = Trained(), Trained(), Trained()
#
#
# def entropy_is_written():
#     """Whether `attention_entropy`, an exercise of question 2, has an answer yet."""
#     try:
#         attention_entropy(torch.ones(1, 1), torch.ones(1, 1, dtype=torch.bool))
#     except (NotImplementedError, NameError):
#         return False
#     return True
#
#
# def train(question, build, epochs):
#     """Build a model, train it, and keep it and its history under the name of its question."""
#     seed_everything(0, verbose=False)
#     history = History("val_accuracy")
#     bar = EpochBar("train_loss", "val_loss", "val_accuracy")
#     spread = EntropyHistograms(attention_entropy) if entropy_is_written() else None
#     trainer = Trainer(
#         max_epochs=epochs,
#         callbacks=[history, OneCycle(), bar, *([spread] if spread else [])],
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
#     models[question], histories[question] = model, history.points
#     if spread:
#         histograms[question] = spread.histograms
#     print(f"{question}: {accuracy:.1%} of the validation reviews are right")

# %% [markdown] lang="fr"
# ## Question 1 : la moyenne des mots
#
# Un texte $t = (t_1, \dots, t_n)$ est représenté par la moyenne des vecteurs $x_i$ de ses mots :
#
# $$\hat t = \frac 1 n \sum_{i=1}^n x_i$$
#
# et une couche linéaire décide entre les classes.

# %% [markdown] lang="en"
# ## Question 1: the mean of the words
#
# A text $t = (t_1, \dots, t_n)$ is represented by the mean of the vectors $x_i$ of its words:
#
# $$\hat t = \frac 1 n \sum_{i=1}^n x_i$$
#
# and a linear layer decides between the classes.

# %% lang="fr" tags=["active-ipynb", "raises-exception"]
# pooling_diagram(["un", "superbe", "film", "…"], mask=[True, True, True, False])

# %% lang="en" tags=["active-ipynb", "raises-exception"]
# pooling_diagram(["a", "great", "film", "…"], mask=[True, True, True, False])

# %% [markdown] lang="fr"
# **À la main.** Trois mots en dimension 2, $x_1 = (1, 2)$, $x_2 = (3, 6)$ et $x_3 = (2, 1)$ :
#
# $$\hat t = \tfrac13 (1 + 3 + 2,\; 2 + 6 + 1) = (2, 3)$$
#
# Avec une place de remplissage à droite, la réponse reste $(2, 3)$, quels que soient les nombres écrits à cette place :
# on divise par le nombre de **mots**, 3, et non par la longueur 4.
#
# **Une même signature pour tout le TP.** Chaque façon de réduire un texte à un vecteur est un `nn.Module` :
#
#     forward(x, mask) -> (pooled, weights)
#
# | | forme | |
# |---|---|---|
# | `x` | réels `(B, L, D)` | les vecteurs des mots |
# | `mask` | booléens `(B, L)` | `True` sur les mots |
# | `pooled` | réels `(B, out_features)` | un vecteur par texte ; `out_features` est un attribut du module |
# | `weights` | réels `(B, L)` | le poids de chaque mot dans ce vecteur |
#
# Les poids d'un texte sont positifs, somment à 1 sur ses mots et valent **exactement 0** sur le remplissage. Ni le
# remplissage, ni les autres textes du lot ne changent la réponse. Un appel ne
# garde rien pour le suivant, laisse `x` et `mask` tels qu'ils sont, et rend des `float32` comme `x` ; en apprentissage il
# calcule ce qu'il calcule en évaluation, au *dropout* près. Le gradient de `pooled`
# atteint les mots, et jamais le remplissage.
#
# > **Exercice 1.1** (2 points). Écrivez `MeanPooling` : chaque mot d'un texte de $n$ mots y pèse $1/n$. Un texte sans aucun
# > mot donne des zéros.
#
# <details>
# <summary>Premier indice</summary>
#
# Combien pèse un mot d'un texte de 3 mots, et combien pèse une place de remplissage ? Écrivez d'abord `weights` pour les deux
# textes de l'échauffement, à la main. Les poids suffisent ensuite à calculer `pooled`.
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# Le masque, changé en nombres, vaut déjà 1 sur les mots et 0 ailleurs : il reste à diviser chaque ligne par une longueur. Gardez
# l'axe que vous sommez (`keepdim`), pensez au texte sans mot (0 / 0), et donnez aux poids un troisième axe pour qu'ils
# rencontrent `x`.
#
# </details>

# %% [markdown] lang="en"
# **By hand.** Three words in dimension 2, $x_1 = (1, 2)$, $x_2 = (3, 6)$ and $x_3 = (2, 1)$:
#
# $$\hat t = \tfrac13 (1 + 3 + 2,\; 2 + 6 + 1) = (2, 3)$$
#
# With one place of padding on the right the answer is still $(2, 3)$, whatever numbers stand there: one divides by the
# number of **words**, 3, and not by the length, 4.
#
# **One signature for the whole lab.** Each way to reduce a text to one vector is an `nn.Module`:
#
#     forward(x, mask) -> (pooled, weights)
#
# | | shape | |
# |---|---|---|
# | `x` | floats `(B, L, D)` | the vectors of the words |
# | `mask` | booleans `(B, L)` | `True` on words |
# | `pooled` | floats `(B, out_features)` | one vector a text; `out_features` is an attribute of the module |
# | `weights` | floats `(B, L)` | the weight of each word in that vector |
#
# The weights of a text are positive, sum to 1 over its words and are **exactly 0** on padding. Neither padding nor the
# other texts of the batch change the answer. A call keeps nothing for the next one,
# leaves `x` and `mask` as they are, and gives `float32` as `x` is; in training it computes what it computes in evaluation,
# dropout apart. The gradient of `pooled` reaches the words, and never the padding.
#
# > **Exercise 1.1** (2 points). Write `MeanPooling`: each word of a text of $n$ words weighs $1/n$. A text without any word
# > gives zeros.
#
# <details>
# <summary>First hint</summary>
#
# How much does a word of a text of 3 words weigh, and how much a place of padding? First write `weights` for the two texts of the
# warm-up, by hand. The weights are then enough to compute `pooled`.
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# The mask, made numbers, is already 1 on words and 0 elsewhere: what is left is to divide each row by a length. Keep the axis that
# you sum over (`keepdim`), think of the text without a word (0 / 0), and give the weights a third axis so that they meet `x`.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "q1-mean-pooling", "locked": false, "schema_version": 3, "solution": true, "task": false}
class MeanPooling(nn.Module):
    """The mean of the words' vectors: attention that prefers no word.

    Args:
        dim: D, the width of the vectors.
    """

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.out_features = dim

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """``x`` float ``(B, L, D)``, ``mask`` bool ``(B, L)`` -> pooled ``(B, D)``, weights ``(B, L)``."""
        ### BEGIN SOLUTION
        words = mask.to(x.dtype)
        weights = words / words.sum(dim=1, keepdim=True).clamp(min=1)
        return torch.bmm(weights.unsqueeze(1), x).squeeze(1), weights
        ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q1-mean-pooling", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp9_attention", "q1-mean-pooling", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import (
#     answers_afresh, check, close_to, ignores_padding, keeps_types, reads_each_alone, shapes,
#     simplex,
# )
#
# with check("q1-mean-pooling"):
#     pooling = MeanPooling(dim=2)
#     shapes(pooling, 2, out_features=2)
#     simplex(pooling, 2, hint="each of the n words weighs 1/n: divide by their number")
#     keeps_types(pooling, 2)
#     ignores_padding(pooling, 2)
#     answers_afresh(pooling, 2)
#     reads_each_alone(pooling, 2)
#     # The three words of the example, then padding.
#     x = torch.tensor([[[1.0, 2.0], [3.0, 6.0], [2.0, 1.0], [8.0, 8.0]]])
#     pooled, weights = pooling(x, torch.tensor([[True, True, True, False]]))
#     mistakes = {
#         "padding is counted in the mean: divide by the number of words": [[3.5, 4.25]],
#         "what stands under the padding is added in": [[14 / 3, 17 / 3]],
#         "the sum of the 3 words is divided by the length, 4": [[1.5, 2.25]],
#         "this is the sum: divide by the number of words": [[6.0, 9.0]],
#     }
#     close_to(pooled, [[2.0, 3.0]], what="the three words give (2, 3)", mistakes=mistakes)
#     close_to(weights, [[1 / 3, 1 / 3, 1 / 3, 0.0]], what="each word weighs 1/3, padding 0")
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# > **Exercice 1.2** (2 points). Écrivez `TextClassifier`, un `LightningModule` : vecteurs des mots, puis la réduction
# > `pooling` reçue en argument, puis une couche linéaire.
# >
# > - `forward(tokens, mask)` rend les **logits** `(B, C)`. Pas de softmax : l'entropie croisée s'en charge.
# > - La réduction est gardée dans l'attribut `pooling` et reçoit les vecteurs des mots et le masque, tel quel.
# > - `training_step` rend l'entropie croisée moyenne du lot.
# > - `validation_step` enregistre `val_loss` et `val_accuracy` avec `self.log` ; le taux porte sur **toutes** les
# >   critiques, même si le dernier lot est plus petit (voyez `torchmetrics`).
# > - Les vecteurs ne bougent pas si `freeze_embeddings` est vrai ; sinon ils s'apprennent aussi.
# > - `configure_optimizers` rend Adam, de pas `lr`, sur tout ce qui s'apprend, réduction comprise.
# > - En évaluation, le même texte donne toujours les mêmes logits.
#
# <details>
# <summary>Premier indice</summary>
#
# Trois morceaux à ranger dans `self` : les vecteurs (un `nn.Embedding`), la réduction, une couche linéaire. La largeur d'entrée
# de celle-ci n'est pas toujours la dimension des vecteurs : la réduction la connaît.
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# `nn.Embedding` sait partir de vecteurs donnés, et les figer. Les étapes appellent `self(tokens, mask)`, et
# `F.cross_entropy` veut des logits et des entiers. Pour un taux sur toutes les critiques, gardez une métrique de `torchmetrics` dans
# `self`, nourrissez-la à chaque lot, et donnez la métrique elle-même à `self.log` : Lightning la calcule à la fin de l'époque.
#
# </details>

# %% [markdown] lang="en"
# > **Exercise 1.2** (2 points). Write `TextClassifier`, a `LightningModule`: the vectors of the words, then the `pooling`
# > that it is given, then a linear layer.
# >
# > - `forward(tokens, mask)` returns the **logits** `(B, C)`. No softmax: cross-entropy sees to it.
# > - The pooling is kept in the attribute `pooling`, and is handed the vectors of the words and the mask as it is.
# > - `training_step` returns the mean cross-entropy of the batch.
# > - `validation_step` logs `val_loss` and `val_accuracy` with `self.log`; the accuracy is over **all** reviews, even where
# >   the last batch is smaller (see `torchmetrics`).
# > - The vectors stay as they are if `freeze_embeddings` is true; otherwise they learn too.
# > - `configure_optimizers` returns Adam with step size `lr` on all that learns, the pooling included.
# > - In evaluation the same text always gives the same logits.
#
# <details>
# <summary>First hint</summary>
#
# Three things to keep in `self`: the vectors (an `nn.Embedding`), the pooling, a linear layer. The width that comes into the latter is
# not always that of the vectors: the pooling knows it.
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# `nn.Embedding` can begin with given vectors, and freeze them. The steps call `self(tokens, mask)`, and `F.cross_entropy` takes
# logits and integers. For an accuracy over all reviews keep a metric of `torchmetrics` in `self`, feed it with each batch, and hand
# the metric itself to `self.log`: Lightning computes it when the epoch ends.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "q1-classifier", "locked": false, "schema_version": 3, "solution": true, "task": false}
class TextClassifier(LightningModule):
    """Embeddings, one pooling, one linear layer; trained with cross-entropy.

    Args:
        embeddings: the vectors of the vocabulary, float ``(V, D)``; row 0 is padding.
        pooling: any module with the signature of this lab.
        num_classes: C.
        lr: step size of Adam.
        freeze_embeddings: keep the vectors as they are, or learn them too.
    """

    def __init__(
        self,
        embeddings: Tensor,
        pooling: nn.Module,
        num_classes: int = 2,
        lr: float = 1e-2,
        freeze_embeddings: bool = True,
    ) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        vectors = (
            embeddings if freeze_embeddings else embeddings.clone()
        )  # what is learnt stays in this model
        self.embedding = nn.Embedding.from_pretrained(
            vectors, freeze=freeze_embeddings, padding_idx=0
        )
        self.pooling = pooling
        self.output = nn.Linear(pooling.out_features, num_classes)
        self.lr = lr
        self.val_accuracy = MulticlassAccuracy(num_classes, average="micro")
        ### END SOLUTION

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """``tokens`` int ``(B, L)``, ``mask`` bool ``(B, L)`` -> logits ``(B, C)``."""
        ### BEGIN SOLUTION
        pooled, _ = self.pooling(self.embedding(tokens), mask)
        return self.output(pooled)
        ### END SOLUTION

    def training_step(self, batch: TextBatch, batch_idx: int) -> Tensor:
        """The loss of a batch; also logged, as ``train_loss``."""
        ### BEGIN SOLUTION
        loss = F.cross_entropy(self(batch.tokens, batch.mask), batch.labels)
        self.log(
            "train_loss",
            loss,
            on_step=False,
            on_epoch=True,
            batch_size=len(batch.labels),
            prog_bar=True,
        )
        return loss
        ### END SOLUTION

    def validation_step(self, batch: TextBatch, batch_idx: int) -> None:
        """Log ``val_loss`` and ``val_accuracy``."""
        ### BEGIN SOLUTION
        logits = self(batch.tokens, batch.mask)
        self.val_accuracy(logits, batch.labels)
        loss = F.cross_entropy(logits, batch.labels)
        self.log("val_loss", loss, batch_size=len(batch.labels), sync_dist=True)
        self.log("val_accuracy", self.val_accuracy, prog_bar=True)
        ### END SOLUTION

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Adam over everything that learns."""
        ### BEGIN SOLUTION
        learning = [parameter for parameter in self.parameters() if parameter.requires_grad]
        return torch.optim.Adam(learning, lr=self.lr, fused=True)
        ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q1-classifier", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp9_attention", "q1-classifier", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import (
#     FixedAttention, check, costs_cross_entropy, follows_its_loss, gives_logits,
#     hands_over, keeps_embeddings, logs_accuracy, optimises_everything,
#     steady_in_evaluation, steps_by_lr, tunes_embeddings,
# )
#
# with check("q1-classifier"):
#     vectors = torch.randn(10, 4)  # a vocabulary of ten words in dimension 4
#     batch = TextBatch(  # padding may hold any number: the mask decides
#         tokens=torch.tensor([[2, 1, 4], [5, 3, 7], [6, 9, 8]]),
#         mask=torch.tensor([[True, True, True], [True, False, False], [True, False, False]]),
#         labels=torch.tensor([0, 1, 1]),
#     )
#     attention = FixedAttention(torch.rand(3, 3), dim=4)  # stands in for any pooling
#     model = TextClassifier(vectors, attention, num_classes=2)
#     hands_over(model, attention, vectors, batch)
#     costs_cross_entropy(model, batch)
#     steady_in_evaluation(model, batch)
#     keeps_embeddings(model, attention, batch)
#     logs_accuracy(model, batch)
#     gives_logits(model, batch, num_classes=2)
#     free = TextClassifier(
#         vectors.clone(), attention, num_classes=2, lr=0.05, freeze_embeddings=False
#     )
#     optimises_everything(free, attention)
#     tunes_embeddings(free, attention, batch)
#     follows_its_loss(free, batch)
#     steps_by_lr(free, [batch, batch._replace(labels=1 - batch.labels), batch], lr=0.05)
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# **Entraînement.** Les vecteurs restent fixes ; seule la couche linéaire s'apprend. À attendre : 60 % sur le corpus fourni (2 s),
# 77 % sur IMDB (15 s).

# %% [markdown] lang="en"
# **Training.** The vectors stay as they are; only the linear layer learns. To expect: 60 % on the corpus that comes with the lab
# (2 s), 77 % on IMDB (15 s).

# %% tags=["active-ipynb", "raises-exception"]
# train("Q1", lambda: TextClassifier(embeddings, MeanPooling(data.dim), lr=0.01), epochs=5)
# training_curves(histories)

# %% tags=["active-ipynb", "raises-exception"]
# attention_map(read_reviews(models["Q1"], data, reviews))

# %% [markdown] lang="fr" nbgrader={"grade": false, "grade_id": "q1-observe", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": true}
# ### Question ouverte 1 (1 point)
#
# Regardez les courbes et les critiques ci-dessus. Donnez deux phrases de sens opposés que ce modèle ne peut **pas**
# distinguer, et dites pourquoi. Pourquoi une longue critique lui est-elle plus difficile qu'une courte ?
#
# === BEGIN MARK SCHEME ===
#
# 0,5 : deux phrases faites des mêmes mots dans un autre ordre (« pas bon, mais drôle » / « bon, mais pas drôle ») : la
# moyenne ne voit pas l'ordre, donc pas ce que nie une négation.
#
# 0,5 : tous les mots pèsent 1/n : les quelques mots d'opinion d'un long texte sont noyés parmi les mots neutres, et la
# moyenne se rapproche de celle de la langue.
#
# === END MARK SCHEME ===

# %% [markdown] lang="en" nbgrader={"grade": false, "grade_id": "q1-observe", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": true}
# ### Open question 1 (1 point)
#
# Look at the curves and the reviews above. Give two sentences of opposite meaning that this model **cannot** tell apart, and
# say why. Why is a long review harder for it than a short one?
#
# === BEGIN MARK SCHEME ===
#
# 0.5: two sentences made of the same words in another order ("not good, but funny" / "good, but not funny"): the mean does
# not see the order, hence not what a negation negates.
#
# 0.5: every word weighs 1/n: the few opinion words of a long text drown among neutral ones, and its mean comes near that of
# the language.
#
# === END MARK SCHEME ===

# %% [markdown] lang="fr"
# *Votre réponse.*

# %% [markdown] lang="en"
# *Your answer.*

# %% [markdown] lang="fr"
# ## Question 2 : une requête apprise
#
# La moyenne traite tous les mots de la même façon. On veut au contraire peser lourdement ceux qui comptent pour la tâche :
#
# $$\hat t = \sum_{i=1}^n p(a_i \mid t)\, x_i, \qquad \log p(a_i \mid t) = \text{constante} + q \cdot x_i$$
#
# où $p(a_i \mid t)$ est la probabilité de porter l'attention sur le $i$-ème mot, et $q$ un vecteur **appris**, la
# **requête** (*query*) : elle dit, pour chaque mot, s'il mérite d'être regardé. La constante est la même pour tous les
# mots d'un texte. Quelle fonction simple donne les $p(a_i \mid t)$ à partir des $q \cdot x_i$ ?

# %% [markdown] lang="en"
# ## Question 2: a learned query
#
# The mean treats all words alike. We would rather weigh heavily those that matter for the task:
#
# $$\hat t = \sum_{i=1}^n p(a_i \mid t)\, x_i, \qquad \log p(a_i \mid t) = \text{constant} + q \cdot x_i$$
#
# where $p(a_i \mid t)$ is the probability that attention falls on the $i$-th word, and $q$ a **learned** vector, the
# **query**: it tells of each word whether it deserves a look. The constant is the same for all words of a text. Which simple
# function gives the $p(a_i \mid t)$ from the $q \cdot x_i$?

# %% lang="fr" tags=["active-ipynb", "raises-exception"]
# attention_diagram(["un", "superbe", "film"], [0.25, 0.5, 0.25])

# %% lang="en" tags=["active-ipynb", "raises-exception"]
# attention_diagram(["a", "great", "film"], [0.25, 0.5, 0.25])

# %% [markdown] lang="fr"
# > **Point de vocabulaire.** Les vecteurs des mots jouent ici deux rôles. Ce sont des **clés** $k_i$ (*keys*), que l'on
# > compare à la requête $q$ ; et ce sont des **valeurs** $v_i$ (*values*), que l'on additionne : à chaque clé est associée
# > une valeur, pondérée par la ressemblance entre la requête et la clé. Le vecteur des poids se note
# > $\alpha(q, k)$. On parle d'attention **globale** quand, comme ici, la requête regarde tous les mots du texte. À la
# > question 3, la valeur ne sera plus la clé.
#
# **À la main.** Reprenons les trois mots $(1, 2)$, $(3, 6)$ et $(2, 1)$. Supposons que les scores $q \cdot x_i$ valent
# $0$, $\ln 2$ et $0$. Alors les $e^{q \cdot x_i}$ valent $1, 2, 1$, les poids $\tfrac14, \tfrac12, \tfrac14$, et
#
# $$\hat t = \tfrac14 (1, 2) + \tfrac12 (3, 6) + \tfrac14 (2, 1) = (2{,}25,\; 3{,}75)$$
#
# > **Exercice 2.1** (3 points). Écrivez `LearnedQueryPooling`. La requête est un paramètre du module, la même pour tous
# > les textes. Même signature et mêmes propriétés que `MeanPooling`, sauf pour un texte sans aucun mot, qui peut donner
# > n'importe quoi ; des scores très grands ne doivent pas faire déborder l'exponentielle. Ici comme ensuite, un module n'a
# > que des paramètres qui servent : un gradient atteint chacun d'eux, et celui de `weights` atteint la requête.
#
# <details>
# <summary>Premier indice</summary>
#
# Exponentielle, puis division pour que la somme fasse 1 : cette fonction a un nom, et PyTorch l'a. Un score par mot : quelle
# opération, entre `x` de forme `(B, L, D)` et un vecteur de forme `(D,)`, donne une forme `(B, L)` ?
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# L'exponentielle de quel nombre vaut 0 ? C'est lui qu'il faut écrire sur le remplissage, **avant** le softmax, comme à
# l'échauffement. Un paramètre se déclare avec `nn.Parameter`, et le softmax de PyTorch ne déborde pas : ne calculez pas
# l'exponentielle vous-même.
#
# </details>

# %% [markdown] lang="en"
# > **Vocabulary.** The vectors of the words play two parts here. They are **keys** $k_i$, compared with the query $q$; and
# > they are **values** $v_i$, which are summed: to each key belongs a value, weighted by how much the query resembles the
# > key. The vector of weights is written $\alpha(q, k)$. Attention is called **global** when, as here, the query looks at all
# > the words of the text. In question 3, the value will no longer be the key.
#
# **By hand.** Take the three words $(1, 2)$, $(3, 6)$ and $(2, 1)$ again. Suppose that the scores $q \cdot x_i$ are $0$,
# $\ln 2$ and $0$. Then the $e^{q \cdot x_i}$ are $1, 2, 1$, the weights $\tfrac14, \tfrac12, \tfrac14$, and
#
# $$\hat t = \tfrac14 (1, 2) + \tfrac12 (3, 6) + \tfrac14 (2, 1) = (2.25,\; 3.75)$$
#
# > **Exercise 2.1** (3 points). Write `LearnedQueryPooling`. The query is a parameter of the module, the same for all texts.
# > Same signature and same properties as `MeanPooling`, but for a text without any word, which may give anything; very
# > large scores must not make the exponential overflow. Here and later, a module has no parameter that does not serve: a
# > gradient reaches each of them, and that of `weights` reaches the query.
#
# <details>
# <summary>First hint</summary>
#
# An exponential, then a division so that the sum is 1: this function has a name, and PyTorch has it. One score a word: which
# operation between `x` of shape `(B, L, D)` and a vector of shape `(D,)` gives a shape `(B, L)`?
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# Of which number is the exponential 0? That one goes on padding, **before** the softmax, as in the warm-up. A parameter is declared
# with `nn.Parameter`, and PyTorch's softmax does not overflow: do not take the exponential yourself.
#
# </details>


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
        scores = x @ self.query
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = (
            scores.softmax(dim=1) * mask
        )  # the product is for a review without a word: its softmax is even
        return torch.bmm(weights.unsqueeze(1), x).squeeze(1), weights
        ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q2-learned-query", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp9_attention", "q2-learned-query", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import (
#     answers_afresh, check, gradient_reaches, ignores_padding, log_weights_affine,
#     one_query_for_all, reads_each_alone, registers_everything, same_in_training,
#     shapes, simplex, sums_by_weights, survives_large_scores,
# )
#
# with check("q2-learned-query"):
#     pooling = LearnedQueryPooling(dim=5)
#     shapes(pooling, 5, out_features=5)
#     registers_everything(lambda: LearnedQueryPooling(dim=5), 5)
#     gradient_reaches(pooling, 5)
#     simplex(pooling, 5)
#     ignores_padding(pooling, 5)
#     answers_afresh(pooling, 5)
#     same_in_training(pooling, 5)
#     reads_each_alone(pooling, 5)
#     sums_by_weights(pooling, dim=5, of_words=True)
#     log_weights_affine(pooling, dim=5)
#     one_query_for_all(pooling, dim=5)
#     survives_large_scores(pooling, dim=5)
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# L'attention est-elle étalée ou resserrée ? Son **entropie** le mesure :
#
# $$H(t) = - \sum_{i=1}^n p(a_i \mid t) \log p(a_i \mid t)$$
#
# en *nats* (logarithme naturel), avec $0 \log 0 = 0$. Elle vaut 0 quand toute l'attention est sur un mot, et $\log n$ quand
# elle est uniforme. $\exp H$ est le nombre de mots effectivement regardés, et $H / \log n$, entre 0 et 1, permet de comparer
# des textes de longueurs différentes. **À la main** : les poids $\tfrac14, \tfrac12, \tfrac14$ donnent
# $H = \tfrac14 \log 4 + \tfrac12 \log 2 + \tfrac14 \log 4 = 1{,}5 \log 2 \approx 1{,}04$ nat.
#
# > **Exercice 2.2** (1 point). Écrivez `attention_entropy`. La question 5 la dérivera : son gradient doit rester fini même
# > là où un poids est nul. Si vous ajoutez un epsilon dans le logarithme, qu'il soit au plus $10^{-8}$.
#
# <details>
# <summary>Premier indice</summary>
#
# Une somme sur les mots, pas une moyenne. Où le logarithme voit-il un 0, et que rend alors `0 * log(0)` en flottants ?
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# Cacher le résultat après coup ne suffit pas : le gradient du logarithme en 0 est déjà infini. Faites en sorte que le logarithme ne
# voie jamais de 0, en bornant ou en remplaçant les poids **avant** lui ; comme le poids multiplie, la valeur mise là ne change rien.
#
# </details>

# %% [markdown] lang="en"
# Is the attention spread or narrow? Its **entropy** measures it:
#
# $$H(t) = - \sum_{i=1}^n p(a_i \mid t) \log p(a_i \mid t)$$
#
# in *nats* (natural logarithm), with $0 \log 0 = 0$. It is 0 when all the attention is on one word, and $\log n$ when it is
# even. $\exp H$ is the number of words effectively looked at, and $H / \log n$, between 0 and 1, lets one compare texts of
# different lengths. **By hand**: the weights $\tfrac14, \tfrac12, \tfrac14$ give
# $H = \tfrac14 \log 4 + \tfrac12 \log 2 + \tfrac14 \log 4 = 1.5 \log 2 \approx 1.04$ nats.
#
# > **Exercise 2.2** (1 point). Write `attention_entropy`. Question 5 will differentiate it: its gradient must stay finite even
# > where a weight is 0. If you add an epsilon in the logarithm, let it be at most $10^{-8}$.
#
# <details>
# <summary>First hint</summary>
#
# A sum over the words, not a mean. Where does the logarithm see a 0, and what is `0 * log(0)` in floats?
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# To hide the result afterwards is not enough: the gradient of the logarithm at 0 is infinite already. Let the logarithm never see a
# 0, by bounding or replacing the weights **before** it; as the weight multiplies, what you put there changes nothing.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "q2-entropy", "locked": false, "schema_version": 3, "solution": true, "task": false}
def attention_entropy(weights: Tensor, mask: Tensor) -> Tensor:
    """Entropy of the attention of each review, ``(B, L)`` and ``(B, L)`` -> ``(B,)``, in nats."""
    ### BEGIN SOLUTION
    weights = weights.masked_fill(~mask, 0)
    # 0 log 0 is 0: the logarithm never sees a 0, so that its gradient stays finite.
    return -(weights * weights.clamp(min=torch.finfo(weights.dtype).tiny).log()).sum(dim=1)
    ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q2-entropy", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp9_attention", "q2-entropy", globals())
# ### END HIDDEN TESTS
# import math
#
# from amal_attention.checks import check, close_to, gradient_flows
#
# with check("q2-entropy"):
#     weights = torch.tensor(
#         [[0.25, 0.5, 0.25, 0.0], [1.0, 0.0, 0.0, 0.0], [0.5, 0.5, 0.0, 0.0]]
#     )
#     mask = torch.tensor(
#         [[True, True, True, False], [True, True, True, True], [True, True, False, False]]
#     )
#     lengths = torch.tensor([3, 4, 2])
#     by_hand = math.log(2) * torch.tensor([1.5, 0.0, 1.0])
#     mistakes = {
#         "a mean over the length, padding included: the entropy is a sum": by_hand / 4,
#         "a mean over the words: the entropy is a sum": by_hand / lengths,
#         "this is H / log n: the exercise asks for H": by_hand / lengths.log(),
#         "take the weights as they come: no softmax of them": [1.37079, 1.2683, 1.35599],
#         "take the weights as they come: no masked softmax of them": [1.09132, 1.2683, 0.69315],
#         "an epsilon in the logarithm must be tiny, 1e-10, not 0.1": [0.78032, -0.09531, 0.51083],
#         "an epsilon in the logarithm must be tiny, 1e-10, not 0.01": [1.01021, -0.00995, 0.67334],
#     }
#     close_to(
#         attention_entropy(weights, mask),
#         by_hand,
#         what="three entropies by hand: 1.5 log 2, 0 and log 2",
#         mistakes=mistakes,
#         hint="H is minus the sum of p log p over the words, of the weights p as they come",
#     )
#     gradient_flows(attention_entropy, weights, mask)  # finite where a weight is 0 too
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS


# %% [markdown] lang="fr"
# > **Exercice 2.3** (1 point). Écrivez `top_words` : les `k` mots les plus regardés, du plus au moins, avec leur poids ; s'il y
# > a moins de `k` mots, tous. Un mot présent deux fois compte à chacune de ses places.
# > `tokens` et `weights` ont la même longueur, sans remplissage, et restent tels quels.
#
# <details>
# <summary>Premier indice</summary>
#
# Triez des **places**, pas des mots : deux mots peuvent être égaux, leurs places jamais.
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# PyTorch rend les places triées par poids ; gardez-en `k` au plus, et faites de chacune un couple (mot, nombre de Python).
# `topk` refuse un `k` plus grand que la longueur.
#
# </details>

# %% [markdown] lang="en"
# > **Exercise 2.3** (1 point). Write `top_words`: the `k` words that receive most attention, most attended first, with their
# > weights; if there are fewer than `k` words, all of them. A word that occurs twice counts at each of its
# > places. `tokens` and `weights` have the same length, without padding, and stay as they are.
#
# <details>
# <summary>First hint</summary>
#
# Sort **places**, not words: two words may be equal, their places never are.
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# PyTorch gives the places sorted by weight; keep `k` of them at most, and make of each a pair (word, number of Python's). `topk`
# refuses a `k` that is larger than the length.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "q2-top-words", "locked": false, "schema_version": 3, "solution": true, "task": false}
def top_words(tokens: list[str], weights: Tensor, k: int) -> list[tuple[str, float]]:
    """The k words that receive most attention, ``weights`` ``(L,)``, most attended first."""
    ### BEGIN SOLUTION
    order = weights[: len(tokens)].argsort(descending=True, stable=True)[:k]
    return [(tokens[place], weights[place].item()) for place in order.tolist()]
    ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q2-top-words", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp9_attention", "q2-top-words", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import are_pairs, check, close_to, equal_to
#
# with check("q2-top-words"):
#     weights = torch.tensor([0.15, 0.5, 0.25, 0.1])
#     pairs = top_words(["a", "great", "film", "though"], weights, k=2)
#     hint = "each pair is (word, weight), the word first"
#     are_pairs(pairs, 2, first=str, what="a list of k pairs", hint=hint)
#     words = [word for word, _ in pairs]
#     mistakes = {
#         "these are the least attended words: sort from the largest down": ["though", "a"],
#         "the right words, in the wrong order: most attended first": ["film", "great"],
#         "these are the first words, in the order of the text": ["a", "great"],
#         "these are the last words of the alphabet: sort by weight": ["though", "great"],
#     }
#     equal_to(words, ["great", "film"], what="the two most attended words", mistakes=mistakes)
#     weights = torch.tensor([float(weight) for _, weight in pairs])
#     close_to(weights, [0.5, 0.25], what="and their weights")
#     both = top_words(["great", "film"], torch.tensor([0.7, 0.3]), k=5)
#     equal_to(len(both), 2, what="of two words, all if k is 5")
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# **Entraînement.** Pendant l'apprentissage, l'histogramme des entropies de l'attention sur les critiques de validation est
# relevé à chaque époque : le voici, de la première époque (en haut) à la dernière. À attendre : 75 % sur le corpus fourni (2 s),
# 83 % sur IMDB (19 s).

# %% [markdown] lang="en"
# **Training.** While the model learns, the histogram of the entropies of its attention on the validation reviews is taken
# after each epoch: here it is, from the first epoch (on top) to the last. To expect: 75 % on the corpus that comes with the lab
# (2 s), 83 % on IMDB (19 s).

# %% tags=["active-ipynb", "raises-exception"]
# train(
#     "Q2",
#     lambda: TextClassifier(embeddings, LearnedQueryPooling(data.dim), lr=0.03),
#     epochs=6,
# )
# display(training_curves(histories))
# entropy_histograms(histograms["Q2"])

# %% [markdown] lang="fr"
# **En inférence**, sur quels mots se porte l'attention ?

# %% [markdown] lang="en"
# **In inference**, on which words does attention fall?

# %% tags=["active-ipynb", "raises-exception"]
# readings = read_reviews(models["Q2"], data, reviews)
# for reading in readings:
#     most_attended = top_words(reading.tokens, torch.tensor(reading.weights), k=5)
#     print(", ".join(f"{word} {weight:.2f}" for word, weight in most_attended))
# attention_map(readings)

# %% [markdown] lang="fr"
# **Vos propres phrases**, en anglais comme les critiques. Changez-les : cherchez ce qui attire l'attention, ce qui la perd, et une
# phrase que le modèle comprend de travers. Un mot qui n'est pas dans son vocabulaire n'a pas
# de vecteur à lui, et le corpus fourni n'en a que quelques centaines.

# %% [markdown] lang="en"
# **Sentences of your own.** Change them: look for what attracts the attention, what loses it, and a sentence that the model gets
# wrong. A word that is not in its vocabulary has no vector of its own, and the corpus that comes with
# the lab has a few hundred only.

# %% tags=["active-ipynb", "raises-exception"]
# sentences = [
#     "The ghost was eerie, and the performances were chilling and macabre.",
#     "The ghost was not eerie, and the performances were tame and unscary.",
# ]
# attention_map([read_text(models["Q2"], data, sentence) for sentence in sentences])

# %% [markdown] lang="fr" nbgrader={"grade": false, "grade_id": "q2-observe", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": true}
# ### Question ouverte 2 (1 point)
#
# Que vaut $H / \log n$ avant tout apprentissage, si la requête est nulle ? Comment évolue-t-elle ensuite, et pourquoi ? Quels
# mots sont regardés, et lesquels ne le sont pas alors qu'ils devraient l'être ?
#
# === BEGIN MARK SCHEME ===
#
# 0,5 : une requête nulle donne des poids uniformes, H / log n = 1 ; dès la première époque elle est nettement plus basse, la
# requête ayant appris à préférer certains mots, puis elle se stabilise (une légère remontée est possible).
#
# 0,5 : les adjectifs d'opinion (« worst », « boring », « superb » …) ; en revanche une négation est pesée à part du mot
# qu'elle nie, et un mot qui ne compte que dans un genre de films l'est de la même façon dans tous.
#
# === END MARK SCHEME ===

# %% [markdown] lang="en" nbgrader={"grade": false, "grade_id": "q2-observe", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": true}
# ### Open question 2 (1 point)
#
# What is $H / \log n$ before any training, if the query is zero? How does it change then, and why? Which words are looked at,
# and which are not although they should be?
#
# === BEGIN MARK SCHEME ===
#
# 0.5: a zero query gives even weights, H / log n = 1; from the first epoch on it is clearly lower, the query having learnt to
# prefer some words, and then it settles (it may rise a little).
#
# 0.5: adjectives of opinion ("worst", "boring", "superb" ...); but a negation is weighed apart from the word it negates, and
# a word that matters only for one genre of films is weighed alike in all.
#
# === END MARK SCHEME ===

# %% [markdown] lang="fr"
# *Votre réponse.*

# %% [markdown] lang="en"
# *Your answer.*

# %% [markdown] lang="fr"
# ## Question 3 : requête et valeur
#
# Le vocabulaire des sentiments n'est pas le même pour un film d'horreur et pour une romance (quoique…). Faisons dépendre la
# requête **du texte lui-même**, à travers sa moyenne $\hat t_m$ (question 1), par une transformation linéaire :
#
# $$\log p(a_i \mid t) = \text{constante} + q(\hat t_m) \cdot x_i$$
#
# Et ce qu'il faut **retenir** d'un mot n'est pas forcément ce qui permet de le **repérer** : la valeur devient une
# transformation apprise de son vecteur,
#
# $$\hat t = \sum_{i=1}^n p(a_i \mid t)\, v_\theta(x_i)$$

# %% [markdown] lang="en"
# ## Question 3: query and value
#
# One does not speak of one's feelings about a horror film as about a romance (or does one?). Let the query depend **on the
# text itself**, through its mean $\hat t_m$ (question 1), by a linear map:
#
# $$\log p(a_i \mid t) = \text{constant} + q(\hat t_m) \cdot x_i$$
#
# And what is worth **keeping** of a word is not always what lets one **find** it: the value becomes a learned function of
# its vector,
#
# $$\hat t = \sum_{i=1}^n p(a_i \mid t)\, v_\theta(x_i)$$

# %% lang="fr" tags=["active-ipynb", "raises-exception"]
# attention_diagram(
#     ["un", "superbe", "film"], [0.16, 0.66, 0.18], query_from_text=True, value_map="v_θ"
# )

# %% lang="en" tags=["active-ipynb", "raises-exception"]
# attention_diagram(
#     ["a", "great", "film"], [0.16, 0.66, 0.18], query_from_text=True, value_map="v_θ"
# )

# %% [markdown] lang="fr"
# **À la main.** La moyenne des trois mots $(1, 2)$, $(3, 6)$, $(2, 1)$ est $\hat t_m = (2, 3)$. Prenons pour transformation
# linéaire $q(u_1, u_2) = (0{,}1\, u_2,\; 0{,}1\, u_1)$ : la requête est $(0{,}3 ; 0{,}2)$, les scores $0{,}7$, $2{,}1$ et
# $0{,}8$, les poids $0{,}16$, $0{,}66$ et $0{,}18$. Avec la valeur $v_\theta(x) = \max(0, x_1 - x_2)$, qui vaut $0$, $0$ et $1$
# sur ces mots, $\hat t = 0{,}18$ : la dimension de la valeur est libre, ici 1.
#
# Dans un autre texte, la moyenne change, donc la requête, donc la façon dont **deux mêmes mots** se comparent.
#
# > **Exercice 3** (2 points). Écrivez `TextQueryPooling` : la requête est une fonction apprise de la moyenne des mots du
# > texte, et d'elle seule (linéaire, ou plus riche si vous voulez) ; la valeur $v_\theta$ est une fonction apprise de chaque
# > mot, à valeurs en dimension `value_dim`. Des scores très grands ne gênent pas plus qu'en 2.1. Vous pouvez vous servir de
# > `MeanPooling`, ou non.
#
# <details>
# <summary>Premier indice</summary>
#
# Qu'est-ce qui change depuis la question 2 ? Une requête **par texte**, donc de forme `(B, D)` ; et ce que l'on somme n'est plus
# `x`. Que reste-t-il pareil ?
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# Deux transformations apprises : une pour la requête, nourrie de la moyenne ; une pour la valeur, nourrie de chaque mot. Un produit
# scalaire par mot avec une requête par texte : donnez à la requête l'axe des mots, multipliez et sommez sur l'axe des vecteurs, ou
# voyez `torch.einsum`. La moyenne ne doit voir que les mots.
#
# </details>

# %% [markdown] lang="en"
# **By hand.** The mean of the three words $(1, 2)$, $(3, 6)$, $(2, 1)$ is $\hat t_m = (2, 3)$. Let the linear map be
# $q(u_1, u_2) = (0.1\, u_2,\; 0.1\, u_1)$: the query is $(0.3, 0.2)$, the scores are $0.7$, $2.1$ and $0.8$, the weights
# $0.16$, $0.66$ and $0.18$. With the value $v_\theta(x) = \max(0, x_1 - x_2)$, which is $0$, $0$ and $1$ on these words,
# $\hat t = 0.18$: the dimension of the value is free, here 1.
#
# In another text the mean changes, hence the query, hence how the **same two words** compare.
#
# > **Exercise 3** (2 points). Write `TextQueryPooling`: the query is a learned function of the mean of the words of the text,
# > and of nothing else (linear, or richer if you like); the value $v_\theta$ is a learned function of each word, of dimension
# > `value_dim`. Very large scores do no more harm than in 2.1. You may use `MeanPooling`, or not.
#
# <details>
# <summary>First hint</summary>
#
# What changes since question 2? One query **a text**, hence of shape `(B, D)`; and what is summed is no longer `x`. What stays?
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# Two learned maps: one for the query, fed with the mean; one for the value, fed with each word. A dot product a word with one query a
# text: give the query the axis of the words, multiply and sum over the axis of the vectors, or see `torch.einsum`. The mean must see
# the words alone.
#
# </details>


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
        scores = torch.bmm(x, self.query(text).unsqueeze(2)).squeeze(2) / x.shape[2] ** 0.5
        weights = scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(dim=1) * mask
        return torch.bmm(weights.unsqueeze(1), self.value(x)).squeeze(1), weights
        ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q3-text-query", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp9_attention", "q3-text-query", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import (
#     answers_afresh, check, depends_on_mean_alone, depends_on_text, gradient_reaches,
#     ignores_padding, log_weights_affine, reads_each_alone, registers_everything,
#     same_in_training, shapes, simplex, sums_by_weights,
# )
#
# with check("q3-text-query"):
#     pooling = TextQueryPooling(dim=5, value_dim=16)
#     shapes(pooling, 5, out_features=16)
#     registers_everything(lambda: TextQueryPooling(dim=5, value_dim=16), 5)
#     gradient_reaches(pooling, 5)
#     simplex(pooling, 5)
#     ignores_padding(pooling, 5, hint="is the query's mean taken over the words alone?")
#     answers_afresh(pooling, 5)
#     same_in_training(pooling, 5)
#     reads_each_alone(pooling, 5)
#     sums_by_weights(pooling, dim=5, hint="sum the values v(x), by the weights you return")
#     depends_on_text(pooling, dim=5, hint="the query is the same for all texts, as in question 2")
#     depends_on_mean_alone(pooling, dim=5)
#     log_weights_affine(pooling, dim=5)
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# **Entraînement.** À attendre : 83 % sur le corpus fourni (4 s), 86 % sur IMDB (39 s).

# %% [markdown] lang="en"
# **Training.** To expect: 83 % on the corpus that comes with the lab (4 s), 86 % on IMDB (39 s).

# %% tags=["active-ipynb", "raises-exception"]
# train(
#     "Q3",
#     lambda: TextClassifier(embeddings, TextQueryPooling(data.dim, value_dim=128), lr=0.005),
#     epochs=5,
# )
# display(training_curves(histories))
# entropy_histograms(histograms["Q3"])

# %% [markdown] lang="fr"
# Les mêmes critiques, lues avec une requête fixe puis avec une requête qui dépend du texte :

# %% [markdown] lang="en"
# The same reviews, read with one query for all and then with a query that depends on the text:

# %% tags=["active-ipynb", "raises-exception"]
# compare_readings({name: read_reviews(models[name], data, reviews) for name in ("Q2", "Q3")})

# %% [markdown] lang="fr" nbgrader={"grade": false, "grade_id": "q3-observe", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": true}
# ### Question ouverte 3 (1 point)
#
# Trouvez un mot que Q2 et Q3 ne regardent pas de la même façon, ou que Q3 regarde différemment d'un texte à l'autre, et
# expliquez pourquoi Q2 ne le peut pas. À quoi sert d'avoir une valeur $v_\theta(x_i)$ différente de la clé $x_i$ ?
#
# === BEGIN MARK SCHEME ===
#
# 0,5 : un exemple relevé dans les figures, et l'argument : pour Q2 le rapport des poids de deux mots est
# exp(q · (x_i - x_j)), le même dans tous les textes ; pour Q3 il dépend de la moyenne.
#
# 0,5 : la clé sert à choisir, la valeur à décider ; avec v = x un même vecteur doit servir aux deux, et la dimension de la
# représentation est celle des vecteurs.
#
# === END MARK SCHEME ===

# %% [markdown] lang="en" nbgrader={"grade": false, "grade_id": "q3-observe", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": true}
# ### Open question 3 (1 point)
#
# Find a word that Q2 and Q3 do not look at alike, or that Q3 looks at differently from one text to another, and explain why
# Q2 cannot. What is gained by a value $v_\theta(x_i)$ that is not the key $x_i$?
#
# === BEGIN MARK SCHEME ===
#
# 0.5: an example taken from the pictures, and the argument: for Q2 the ratio of the weights of two words is
# exp(q · (x_i - x_j)), the same in all texts; for Q3 it depends on the mean.
#
# 0.5: the key serves to choose, the value to decide; with v = x one vector must do for both, and the representation has the
# dimension of the embeddings.
#
# === END MARK SCHEME ===

# %% [markdown] lang="fr"
# *Votre réponse.*

# %% [markdown] lang="en"
# *Your answer.*

# %% [markdown] lang="fr"
# ## Question 4 (optionnelle) : modèles contextuels et attention
#
# Jusqu'ici un mot est toujours représenté de la même façon : « bon » a le même vecteur après « pas » et après « très ». Un
# réseau récurrent (LSTM ou GRU, une ou plusieurs couches) lit d'abord le texte et rend, pour chaque mot, un **état** $h_i$ qui
# connaît les mots précédents ; s'il lit aussi de droite à gauche, $h_i$ réunit les deux sens. L'attention de la question 2
# porte alors sur la suite des états de la **dernière** couche :
#
# $$\hat t = \sum_{i=1}^n p(a_i \mid t)\, h_i, \qquad \log p(a_i \mid t) = \text{constante} + q \cdot h_i$$

# %% [markdown] lang="en"
# ## Question 4 (optional): contextual models and attention
#
# So far a word is always represented in the same way: "good" has one vector, after "not" and after "very" alike. Let a
# recurrent network (LSTM or GRU, one layer or several) read the text first: it gives for each word a **state** $h_i$ that knows
# the words before it; if it also reads from right to left, $h_i$ joins both directions. The attention of question 2 then falls
# on the sequence of states of the **last** layer:
#
# $$\hat t = \sum_{i=1}^n p(a_i \mid t)\, h_i, \qquad \log p(a_i \mid t) = \text{constant} + q \cdot h_i$$

# %% lang="fr" tags=["active-ipynb", "raises-exception"]
# attention_diagram(
#     ["pas", "très", "bon"], [0.15, 0.2, 0.65], recurrent=True, bidirectional=True
# )

# %% lang="en" tags=["active-ipynb", "raises-exception"]
# attention_diagram(
#     ["not", "very", "good"], [0.15, 0.2, 0.65], recurrent=True, bidirectional=True
# )

# %% [markdown] lang="fr"
# **Sur trois mots.** Ce que `nn.LSTM` rend, de gauche à droite, sans et avec une place de remplissage à droite : les états
# des vrais mots sont les mêmes. De droite à gauche, en revanche, il lit le remplissage **d'abord**, et tous ses états en
# dépendent.

# %% [markdown] lang="en"
# **On three words.** What `nn.LSTM` gives, from left to right, without and with one place of padding on the right: the states
# of the real words are the same. From right to left, however, it reads the padding **first**, and all its states depend on it.

# %% tags=["active-ipynb", "raises-exception"]
# seed_everything(0, verbose=False)
# lstm = nn.LSTM(input_size=2, hidden_size=1, batch_first=True, bidirectional=True)
# three_words = torch.tensor([[[1.0, 2.0], [3.0, 6.0], [2.0, 1.0]]])
# with_padding = torch.cat([three_words, torch.zeros(1, 1, 2)], dim=1)
# for name, x in (("three words", three_words), ("and padding", with_padding)):
#     states, _ = lstm(x)  # (B, L, 2 · hidden_size)
#     print(
#         name,
#         "| rightward",
#         states[0, :3, 0].detach().numpy().round(3),
#         "| leftward",
#         states[0, :3, 1].detach().numpy().round(3),
#     )

# %% [markdown] lang="fr"
# > **Exercice 4** (2 points). Écrivez `ContextualPooling`, de même signature et de mêmes propriétés que les autres, de
# > dimension de sortie `hidden_size`, ou le double si `bidirectional`. L'attention est celle de la formule : $q$ est un
# > paramètre, les scores sont les $q \cdot h_i$, et ce sont les états $h_i$ de la dernière couche, eux seuls, qui sont
# > pondérés ; lu dans les deux sens, $h_i$ joint l'état de gauche à droite et l'état de droite à gauche du **même** mot. Ni le remplissage ni sa longueur ne changent la réponse, dans les deux sens de lecture (deux façons d'y
# > parvenir : `pack_padded_sequence`, exacte mais très lente sur CPU ; ou retourner chaque texte dans sa propre longueur).
# > `cell` vaut `"gru"` ou `"lstm"`.
#
# <details>
# <summary>Premier indice</summary>
#
# L'attention est déjà écrite : c'est celle de la question 2, sur d'autres vecteurs, d'une autre largeur. De gauche à droite, rien
# à faire pour le remplissage. De droite à gauche, que lit le réseau en premier dans un texte court ?
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# Pour retourner un texte de $n$ mots sur place, le mot de la place $i$ va à la place $n - 1 - i$, et le remplissage reste où il est :
# calculez ces places depuis le masque, et prenez les vecteurs à ces places (`gather`, `take_along_dim`). Lisez, puis retournez les
# états de la même façon. Avec plusieurs couches, chaque couche lit les états **joints** de la précédente. Les `nn.GRU` et `nn.LSTM`
# se rangent dans une `nn.ModuleList`, et rendent un couple.
#
# </details>

# %% [markdown] lang="en"
# > **Exercise 4** (2 points). Write `ContextualPooling`, with the signature and the properties of the others; what it gives
# > has `hidden_size` numbers, or twice as many if `bidirectional`. The attention is that of the formula: $q$ is a parameter,
# > the scores are the $q \cdot h_i$, and what is weighted are the states $h_i$ of the last layer and nothing else; read both
# > ways, $h_i$ joins the rightward and the leftward state of the **same** word. Neither the padding nor its length changes the answer, in either reading direction (two ways to get there:
# > `pack_padded_sequence`, exact but very slow on a CPU; or turning each text around within its own length). `cell` is `"gru"`
# > or `"lstm"`.
#
# <details>
# <summary>First hint</summary>
#
# The attention is written already: it is that of question 2, over other vectors, of another width. From left to right there is nothing
# to do about padding. From right to left, what does the network read first in a short text?
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# To turn a text of $n$ words around in its place, the word at place $i$ goes to place $n - 1 - i$, and padding stays where it is:
# compute these places from the mask, and take the vectors at them (`gather`, `take_along_dim`). Read, then turn the states around in
# the same way. With several layers each reads the **joined** states of the one before. `nn.GRU` and `nn.LSTM` go into an
# `nn.ModuleList`, and return a pair.
#
# </details>


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
        self,
        dim: int,
        hidden_size: int,
        num_layers: int = 1,
        cell: str = "lstm",
        bidirectional: bool = False,
    ) -> None:
        super().__init__()
        self.out_features = 2 * hidden_size if bidirectional else hidden_size
        ### BEGIN SOLUTION
        recurrent = {"gru": nn.GRU, "lstm": nn.LSTM}[cell]
        widths = [dim] + [self.out_features] * (num_layers - 1)
        self.rightward = nn.ModuleList(
            recurrent(width, hidden_size, batch_first=True) for width in widths
        )
        self.leftward = nn.ModuleList(
            recurrent(width, hidden_size, batch_first=True) for width in widths if bidirectional
        )
        self.attention = LearnedQueryPooling(self.out_features)
        ### END SOLUTION

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """``x`` float ``(B, L, D)``, ``mask`` bool ``(B, L)`` -> pooled ``(B, out_features)``, weights ``(B, L)``."""
        ### BEGIN SOLUTION
        if x.shape[1] == 0:  # a recurrent layer refuses to read no word at all
            return self.attention(x.new_zeros(len(x), 0, self.out_features), mask)
        # Padding stands on the right: reading rightward, no state of a word ever sees it. For reading leftward, each
        # review is turned around within its own length, so that padding comes last again.
        places = torch.arange(x.shape[1], device=x.device)
        mirrored = mask.sum(dim=1, keepdim=True) - 1 - places
        turned = torch.where(mirrored >= 0, mirrored, places).unsqueeze(2)
        for layer, rightward in enumerate(self.rightward):
            states, _ = rightward(x)
            if self.leftward:
                reversed_states, _ = self.leftward[layer](x.take_along_dim(turned, dim=1))
                states = torch.cat(
                    [states, reversed_states.take_along_dim(turned, dim=1)], dim=2
                )
            x = states
        return self.attention(x, mask)
        ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q4-contextual", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp9_attention", "q4-contextual", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import (
#     answers_afresh, attends_states, check, equal_to, gradient_reaches,
#     ignores_padding, reads_each_alone, reads_leftward, reads_order,
#     registers_everything, same_in_training, shapes, simplex, uses_last_layer,
# )
#
# with check("q4-contextual"):
#     gru, lstm = (ContextualPooling(dim=5, hidden_size=3, cell=cell) for cell in ("gru", "lstm"))
#     shapes(gru, 5, out_features=3)
#     shapes(lstm, 5, out_features=3)
#     both_ways = {"dim": 5, "hidden_size": 3, "num_layers": 2, "bidirectional": True}
#     pooling = ContextualPooling(**both_ways)
#     shapes(pooling, 5, out_features=6)
#     registers_everything(lambda: ContextualPooling(**both_ways), 5)
#     gradient_reaches(pooling, 5)
#     simplex(pooling, 5)
#     reads_each_alone(pooling, 5)
#     ignores_padding(pooling, 5, hint="from right to left, padding is read before the words")
#     answers_afresh(pooling, 5)
#     same_in_training(pooling, 5)
#     reads_order(pooling, dim=5)
#     own = lambda: LearnedQueryPooling(3)  # its mistakes are told in question 2, not here
#     attends_states(gru, dim=5, width=3, own=own)
#     attends_states(lstm, dim=5, width=3, own=own)
#     reads_leftward(pooling, dim=5)
#     deep = ContextualPooling(dim=5, hidden_size=3, num_layers=2)
#     uses_last_layer(deep, dim=5, layers=2)
#
#     def size(module):
#         module(torch.zeros(1, 1, 5), torch.ones(1, 1, dtype=torch.bool))
#         return sum(parameter.numel() for parameter in module.parameters())
#
#     one_layer = ContextualPooling(**both_ways | {"num_layers": 1})
#     deeper = size(one_layer) < size(pooling)
#     equal_to(deeper, True, what="two layers exceed one", hint="is num_layers used?")
#     equal_to(size(gru) < size(lstm), True, what="an LSTM exceeds a GRU", hint="is cell used?")
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# **Entraînement**, dans les deux sens. À attendre : 96 % sur le corpus fourni (11 s), 90 % sur IMDB (133 s).

# %% [markdown] lang="en"
# **Training**, in both directions. To expect: 96 % on the corpus that comes with the lab (11 s), 90 % on IMDB (133 s).

# %% tags=["active-ipynb", "raises-exception"]
# train(
#     "Q4",
#     lambda: TextClassifier(
#         embeddings, ContextualPooling(data.dim, hidden_size=64, bidirectional=True), lr=0.01
#     ),
#     epochs=4,
# )
# display(training_curves(histories))
# entropy_histograms(histograms["Q4"])

# %% [markdown] lang="fr"
# Votre propre texte, lu par chaque modèle. Changez-le, ajoutez une négation :

# %% [markdown] lang="en"
# A text of your own, read by each model. Change it, add a negation:

# %% tags=["active-ipynb", "raises-exception"]
# text = "The ghost in the corridor was not chilling, the house was not eerie: a dull film."
# compare_readings(
#     {name: [read_text(models[name], data, text)] for name in ("Q2", "Q3", "Q4")}
# )

# %% [markdown] lang="fr" nbgrader={"grade": false, "grade_id": "q4-observe", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": true}
# ### Question ouverte 4 (1 point)
#
# Que devient l'attention autour d'une négation ? Le poids d'un état $h_i$ dit-il encore l'importance du mot $i$ ?
#
# === BEGIN MARK SCHEME ===
#
# 0,5 : un exemple ; l'attention se porte sur l'état du mot nié (ou d'un voisin), et cet état a lu la négation, ce qu'un
# vecteur de mot ne peut pas faire.
#
# 0,5 : non, ou pas seul : h_i résume le mot et son contexte ; un grand poids sur h_i peut récompenser un mot voisin (Jain et
# Wallace, 2019 : l'attention n'est pas, à elle seule, une explication).
#
# === END MARK SCHEME ===

# %% [markdown] lang="en" nbgrader={"grade": false, "grade_id": "q4-observe", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": true}
# ### Open question 4 (1 point)
#
# What becomes of the attention around a negation? Does the weight of a state $h_i$ still tell how much word $i$ matters?
#
# === BEGIN MARK SCHEME ===
#
# 0.5: an example; attention falls on the state of the negated word (or of a neighbour), and that state has read the negation,
# which the vector of a word cannot.
#
# 0.5: no, or not alone: h_i sums up the word and its context; a large weight on h_i may be due to a neighbouring word (Jain
# and Wallace, 2019: attention alone is not an explanation).
#
# === END MARK SCHEME ===

# %% [markdown] lang="fr"
# *Votre réponse.*

# %% [markdown] lang="en"
# *Your answer.*

# %% [markdown] lang="fr"
# ## Question 5 (optionnelle) : entropie
#
# On peut forcer l'attention à se concentrer en faisant payer son entropie. Au coût s'ajoute l'entropie moyenne du lot, comptée
# par une force $\lambda$ (`strength`) :
#
# $$\mathcal L = \text{entropie croisée} + \lambda \, \frac 1 B \sum_{b=1}^B H(t_b)$$
#
# **À la main.** Un lot de deux textes, d'entropies $1{,}04$ et $0{,}69$ nat et d'entropie croisée moyenne $0{,}5$ : avec
# $\lambda = 0{,}1$, le coût est $0{,}5 + 0{,}1 \times 0{,}865 \approx 0{,}587$ ; avec $\lambda = 0$, c'est $0{,}5$.
#
# > **Exercice 5** (2 points). Écrivez `EntropyRegularizedClassifier`, qui ajoute cette pénalité à l'entraînement de n'importe
# > quelle réduction du TP. Il hérite de votre `TextClassifier` ; si celui-ci n'est pas fini, vous pouvez tout réécrire ici à
# > partir de `LightningModule`. Le gradient de la pénalité atteint l'attention, et reste fini là où un poids est nul, sur du
# > remplissage ou sur un mot. Une force négative est permise. De force 0, il s'entraîne comme `TextClassifier`, par Adam de
# > pas `lr` ; ses options sont celles de `TextClassifier`. Quelle que soit la force, la réduction reçoit les vecteurs des mots
# > et le masque, tel quel, et `forward` et la validation sont ceux de `TextClassifier`.
#
# <details>
# <summary>Premier indice</summary>
#
# Tout est déjà écrit, aux questions 1 et 2 : il manque les **poids**, que `forward` ne rend pas. Qui les rend ?
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# Dans l'étape d'entraînement, appelez vous-même les trois morceaux de `TextClassifier` l'un après l'autre, pour avoir les logits
# **et** les poids, en un seul passage. Une moyenne sur le lot, une multiplication, une addition ; l'évaluation ne change pas.
#
# </details>

# %% [markdown] lang="en"
# ## Question 5 (optional): entropy
#
# Attention can be made to narrow by charging for its entropy. To the loss is added the mean entropy of the batch, times a
# `strength` $\lambda$:
#
# $$\mathcal L = \text{cross-entropy} + \lambda \, \frac 1 B \sum_{b=1}^B H(t_b)$$
#
# **By hand.** A batch of two texts whose entropies are $1.04$ and $0.69$ nats, and whose mean cross-entropy is $0.5$: with
# $\lambda = 0.1$ the loss is $0.5 + 0.1 \times 0.865 \approx 0.587$; with $\lambda = 0$ it is $0.5$.
#
# > **Exercise 5** (2 points). Write `EntropyRegularizedClassifier`, which adds this penalty to the training of any pooling of the
# > lab. It inherits from your `TextClassifier`; if that one is not finished, you may write all of it here, from
# > `LightningModule`. The gradient of the penalty reaches the attention, and stays finite where a weight is 0, on padding or
# > on a word. A negative strength is allowed. With strength 0 it trains as `TextClassifier` does, by Adam with step size `lr`;
# > its options are those of `TextClassifier`. Whatever the strength, the pooling is handed the vectors of the words and the
# > mask as it is, and `forward` and the validation are those of `TextClassifier`.
#
# <details>
# <summary>First hint</summary>
#
# All is written already, in questions 1 and 2: what is missing are the **weights**, which `forward` does not return. Who returns them?
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# In the training step call the three parts of `TextClassifier` yourself, one after the other, to have the logits **and** the weights
# of one pass. A mean over the batch, a product, a sum; evaluation stays as it is.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "q5-entropy-regularised", "locked": false, "schema_version": 3, "solution": true, "task": false}
class EntropyRegularizedClassifier(TextClassifier):
    """A :class:`TextClassifier` whose training loss also counts the mean entropy of its attention.

    Args:
        embeddings: float ``(V, D)``.
        pooling: any of the poolings of this lab.
        strength: λ, what one nat of mean entropy costs; 0 is the plain classifier.
        **options: as for :class:`TextClassifier`.
    """

    def __init__(
        self, embeddings: Tensor, pooling: nn.Module, strength: float = 0.0, **options
    ) -> None:
        super().__init__(embeddings, pooling, **options)
        self.strength = strength

    def training_step(self, batch: TextBatch, batch_idx: int) -> Tensor:
        """Cross-entropy plus ``strength`` times the mean entropy of the batch's attention."""
        ### BEGIN SOLUTION
        pooled, weights = self.pooling(self.embedding(batch.tokens), batch.mask)
        entropy = attention_entropy(weights, batch.mask).mean()
        loss = F.cross_entropy(self.output(pooled), batch.labels) + self.strength * entropy
        size = len(batch.labels)
        self.log(
            "train_loss", loss, on_step=False, on_epoch=True, batch_size=size, prog_bar=True
        )
        self.log("train_entropy", entropy, on_step=False, on_epoch=True, batch_size=size)
        return loss
        ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q5-entropy-regularised", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp9_attention", "q5-entropy-regularised", globals())
# ### END HIDDEN TESTS
# import math
#
# from amal_attention.checks import (
#     FixedAttention, OwnEntropy, charges_entropy, check, costs_cross_entropy, counts_labels,
#     steps_by_lr, validates_plainly,
# )
#
# with check("q5-entropy-regularised"):
#     batch = TextBatch(
#         tokens=torch.tensor([[2, 3, 4], [5, 6, 0]]),
#         mask=torch.tensor([[True, True, True], [True, True, False]]),
#         labels=torch.tensor([0, 1]),
#     )
#     # Of entropies 1.5 log 2 and log 2.
#     weights = torch.tensor([[0.25, 0.5, 0.25], [0.5, 0.5, 0.0]])
#
#     def model(strength, classifier=EntropyRegularizedClassifier):
#         torch.manual_seed(0)  # the same start each time
#         options = {"strength": strength} if strength is not None else {}
#         attention = FixedAttention(weights, dim=4)
#         return classifier(torch.rand(10, 4), attention, lr=0.05, **options)
#
#     # A mistake of your attention_entropy is told in question 2, and not once more here.
#     own = OwnEntropy.of(attention_entropy, weights, batch.mask)
#     charges_entropy(model, batch, mean_entropy=1.25 * math.log(2), own=own)
#     plain = lambda: model(None, TextClassifier)  # its mistakes are told in question 1
#     counts_labels(model(0.0), batch, plain=plain)
#     costs_cross_entropy(model(0.0), batch, plain=plain)
#     validates_plainly(model(2.0), batch, plain=plain)
#     whole = TextBatch(*(each[:1] for each in batch))  # without padding
#     steps_by_lr(model(0.0), [whole] * 3, lr=0.05, plain=plain)
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# **Effet de la force.** Le même modèle que Q2, entraîné avec plusieurs $\lambda$. À attendre pour $\lambda = 0$, $0{,}03$ et
# $0{,}1$ : 73 %, 72 % et 60 % sur le corpus fourni (15 s en tout) ; 83 %, 81 % et 74 % sur IMDB (101 s en tout).

# %% [markdown] lang="en"
# **What the strength does.** The model of Q2, trained with several $\lambda$. To expect, for $\lambda = 0$, $0.03$ and $0.1$: 73 %,
# 72 % and 60 % on the corpus that comes with the lab (15 s in all); 83 %, 81 % and 74 % on IMDB (101 s in all).

# %% tags=["active-ipynb", "raises-exception"]
# strengths, accuracies, entropies = [0.0, 0.003, 0.01, 0.03, 0.1], [], []
# for strength in strengths:
#     train(
#         f"Q5, λ = {strength:g}",
#         lambda: EntropyRegularizedClassifier(
#             embeddings, LearnedQueryPooling(data.dim), lr=0.01, strength=strength
#         ),
#         epochs=5,
#     )
#     examined = examine(
#         models[f"Q5, λ = {strength:g}"], data, "validation", attention_entropy
#     )
#     accuracies.append(examined.accuracy)
#     entropies.append(examined.spread["normalised_entropy"])
# strength_curve(strengths, accuracies, entropies)

# %% tags=["active-ipynb", "raises-exception"]
# entropy_histograms(histograms["Q5, λ = 0.03"])

# %% tags=["active-ipynb", "raises-exception"]
# compare_readings(
#     {
#         f"λ = {strength:g}": read_reviews(
#             models[f"Q5, λ = {strength:g}"], data, reviews[:2]
#         )
#         for strength in strengths
#     }
# )

# %% [markdown] lang="fr" nbgrader={"grade": false, "grade_id": "q5-observe", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": true}
# ### Question ouverte 5 (1 point)
#
# Quel effet la pénalité a-t-elle sur l'attention et sur le taux de bonne classification ? Pourquoi une force trop grande
# nuit-elle ? Que se passerait-il avec une force négative ?
#
# === BEGIN MARK SCHEME ===
#
# 0,5 : l'entropie baisse quand λ croît (moins de mots regardés) ; le taux se maintient pour de petites forces puis baisse.
#
# 0,25 : avec une force trop grande l'attention ne garde qu'un mot, quel qu'il soit, et perd l'information des autres ; elle
# peut se fixer tôt, avant d'avoir appris lequel choisir. 0,25 : négative, elle pousse vers l'attention uniforme (question 1).
#
# === END MARK SCHEME ===

# %% [markdown] lang="en" nbgrader={"grade": false, "grade_id": "q5-observe", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": true}
# ### Open question 5 (1 point)
#
# What does the penalty do to the attention, and to the accuracy? Why does too great a strength do harm? What would a negative
# strength do?
#
# === BEGIN MARK SCHEME ===
#
# 0.5: the entropy falls as λ grows (fewer words are looked at); the accuracy holds for small strengths, then falls.
#
# 0.25: with too great a strength attention keeps one word, whichever, and loses what the others tell; it may settle early,
# before it has learned which one to choose. 0.25: a negative one pushes towards even attention (question 1).
#
# === END MARK SCHEME ===

# %% [markdown] lang="fr"
# *Votre réponse.*

# %% [markdown] lang="en"
# *Your answer.*

# %% [markdown] lang="fr"
# ## Bilan
#
# L'ensemble de test est lu ici, une seule fois, avec les modèles finis.

# %% [markdown] lang="en"
# ## The balance
#
# The test set is read here, once, with the finished models.

# %% tags=["active-ipynb", "raises-exception"]
# accuracies = {}
# for name, model in models.items():
#     tested = examine(model, data, "test", None, progress=True)
#     accuracies[name] = tested.accuracy, share_interval(tested.accuracy, len(tested.rows))
# accuracy_bars(accuracies)

# %% [markdown] lang="fr"
# Où en sont vos réponses ?

# %% [markdown] lang="en"
# Where do your answers stand?

# %% tags=["active-ipynb", "raises-exception"]
# from amal_attention.checks import summary
#
# summary()

# %% [markdown] lang="fr"
# ### La suite : de cette attention à celle des Transformers
#
# Vous avez écrit tous les morceaux de l'attention d'aujourd'hui ; trois changements séparent la question 3 de celle d'un Transformer.
#
# - **Le produit scalaire est réduit.** En dimension $D$, la variance de $q \cdot k$ croît comme $D$ : le softmax devient presque un
#   maximum, et son gradient s'éteint. On divise donc les scores par $\sqrt D$ : $\operatorname{softmax}(q \cdot k_i / \sqrt D)$.
# - **Beaucoup de requêtes.** Ici, un texte pose une requête et devient un vecteur. Si chaque mot pose la sienne,
#   $q_j = W_Q\, x_j$, les poids forment une matrice `(B, L, L)`, et le texte reste une suite : c'est l'**auto-attention**. Si les
#   requêtes viennent d'une autre suite, celle que l'on est en train de traduire, c'est l'attention croisée.
# - **Plusieurs têtes.** Un softmax ne regarde qu'à un endroit à la fois. On en calcule $h$ côte à côte, chacun avec ses
#   $W_Q, W_K, W_V$ dans $D / h$ dimensions, et on les met bout à bout.
#
# Le masque, lui, reste celui de ce TP : $-\infty$ avant le softmax, sur le remplissage, et sur les mots à venir quand on génère. Les
# TP suivants partent de là.
#
# ### Pour aller plus loin
#
# Bahdanau, Cho et Bengio (2015), *Neural machine translation by jointly learning to align and translate* ; Luong, Pham et
# Manning (2015), *Effective approaches to attention-based neural machine translation* ; Jain et Wallace (2019), *Attention is
# not explanation* ; Wiegreffe et Pinter (2019), *Attention is not not explanation*.

# %% [markdown] lang="en"
# ### What comes next: from this attention to that of Transformers
#
# You have written all the parts of today's attention; three changes lie between question 3 and that of a Transformer.
#
# - **The dot product is scaled.** In dimension $D$ the variance of $q \cdot k$ grows as $D$: the softmax comes close to a maximum, and
#   its gradient dies out. So scores are divided by $\sqrt D$: $\operatorname{softmax}(q \cdot k_i / \sqrt D)$.
# - **Many queries.** Here a text asks with one query and becomes one vector. If each word asks with its own, $q_j = W_Q\, x_j$, the
#   weights are a matrix `(B, L, L)` and the text stays a sequence: this is **self-attention**. If the queries come from another
#   sequence, the one that is being translated, it is cross-attention.
# - **Several heads.** One softmax looks at one place at a time. One computes $h$ of them side by side, each with its own
#   $W_Q, W_K, W_V$ in $D / h$ dimensions, and joins them.
#
# The mask stays that of this lab: $-\infty$ before the softmax, on padding, and on the words to come where one generates. The labs that
# follow begin there.
#
# ### Further reading
#
# Bahdanau, Cho and Bengio (2015), *Neural machine translation by jointly learning to align and translate*; Luong, Pham and
# Manning (2015), *Effective approaches to attention-based neural machine translation*; Jain and Wallace (2019), *Attention is
# not explanation*; Wiegreffe and Pinter (2019), *Attention is not not explanation*.

# %% [markdown] tags=["instructor"]
# ## For the recipes
#
# The exercises ask for plain modules; what tuned embeddings and the recurrent model need beside them stands here, and what
# makes training faster: over bags (`data.train_as`), attention counts a word as often as it stands in the review.


# %% tags=["instructor"]
class TunedClassifier(EntropyRegularizedClassifier):
    """The classifier with dropout, and with a step size of their own for embeddings that learn.

    Args:
        embeddings: float ``(V, D)``.
        pooling: any of the poolings of this lab.
        strength: as for :class:`EntropyRegularizedClassifier`.
        embedding_dropout: share of the numbers of each word's vector that are dropped while training.
        dropout: share of the pooled vector that is dropped while training.
        embedding_lr: step size of the vectors where they learn; ``lr`` by default.
        **options: as for :class:`TextClassifier`.
    """

    def __init__(
        self,
        embeddings: Tensor,
        pooling: nn.Module,
        strength: float = 0.0,
        embedding_dropout: float = 0.0,
        dropout: float = 0.0,
        embedding_lr: float | None = None,
        **options,
    ) -> None:
        super().__init__(embeddings, pooling, strength, **options)
        self.embedding = nn.Sequential(self.embedding, nn.Dropout(embedding_dropout))
        self.output = nn.Sequential(nn.Dropout(dropout), self.output)
        self.embedding_lr = embedding_lr or self.lr

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Adam, the vectors with their own step size."""
        vectors = [
            parameter for parameter in self.embedding.parameters() if parameter.requires_grad
        ]
        others = [
            parameter
            for name, parameter in self.named_parameters()
            if not name.startswith("embedding.")
        ]
        groups = [
            {"params": others},
            *([{"params": vectors, "lr": self.embedding_lr}] if vectors else []),
        ]
        # In mixed precision Lightning clips no gradient of a fused optimiser.
        mixed = self._trainer is not None and self._trainer.precision.endswith("mixed")
        return torch.optim.Adam(groups, lr=self.lr, fused=not mixed)


# %% tags=["instructor"]
class BagQueryPooling(LearnedQueryPooling):
    """:class:`LearnedQueryPooling` that reads bags too: a word that stands c times weighs c times as much.

    Over a bag, ``mask`` is float ``(B, L)``, how often each word stands in the review, and ``weights`` are those of a word
    in all its places together.
    """

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """As the plain pooling; over a bag, with its counts."""
        if mask.dtype == torch.bool:
            return super().forward(x, mask)
        weights = bag_weights(x @ self.query, mask)
        return torch.bmm(weights.unsqueeze(1), x).squeeze(1), weights


class BagTextQueryPooling(TextQueryPooling):
    """:class:`TextQueryPooling` that reads bags too, as :class:`BagQueryPooling` does."""

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """As the plain pooling; over a bag, with its counts."""
        if mask.dtype == torch.bool:
            return super().forward(x, mask)
        text, _ = self.mean(x, mask)
        scores = torch.bmm(x, self.query(text).unsqueeze(2)).squeeze(2) / x.shape[2] ** 0.5
        weights = bag_weights(scores, mask)
        return torch.bmm(weights.unsqueeze(1), self.value(x)).squeeze(1), weights


def bag_weights(scores: Tensor, counts: Tensor) -> Tensor:
    """Softmax of ``scores`` ``(B, L)`` over texts in which each word stands ``counts`` ``(B, L)`` times."""
    scores = (scores + counts.log()).masked_fill(counts == 0, torch.finfo(scores.dtype).min)
    return scores.softmax(dim=1) * (counts > 0)


def bag_entropy(weights: Tensor, counts: Tensor) -> Tensor:
    """:func:`attention_entropy` over texts, from the weights of their words in all places together."""
    places = counts.clamp(min=1)
    return attention_entropy(weights, counts > 0) + (weights * places.log()).sum(dim=1)


# %% tags=["instructor"]
class FastContextualPooling(ContextualPooling):
    """:class:`ContextualPooling` whose GRU learns faster on CPU; an LSTM is as it was.

    Args:
        dim: D, the width of the vectors.
        hidden_size: H, the width of a state in one direction.
        **options: as for :class:`ContextualPooling`.
    """

    def __init__(self, dim: int, hidden_size: int, **options) -> None:
        super().__init__(dim, hidden_size, **options)
        for layers in (self.rightward, self.leftward):
            for number, layer in enumerate(layers):
                if isinstance(layer, nn.GRU):
                    layers[number] = ScannedGRU.of(layer)


class BagClassifier(TunedClassifier):
    """The classifier for bags and means.

    Args:
        embeddings: float ``(V, D)``.
        pooling: one that reads bags.
        **options: as for :class:`TunedClassifier`.
    """

    def __init__(self, embeddings: Tensor, pooling: nn.Module, **options) -> None:
        super().__init__(embeddings, pooling, **options)
        self.means = EpochMeans()

    @property
    def reads(self) -> tuple[str, ...]:
        """The forms of reviews that it can train on, as ``data.train_as`` names them."""
        if not isinstance(self.pooling, (MeanPooling, BagQueryPooling, BagTextQueryPooling)):
            return ("texts",)
        learns = self.embedding[0].weight.requires_grad  # then means change at each step
        return ("texts", "bags") + (
            ("means",) if isinstance(self.pooling, MeanPooling) and not learns else ()
        )

    def training_step(self, batch: TextBatch | BagBatch | MeanBatch, batch_idx: int) -> Tensor:
        """Cross-entropy, plus ``strength`` times the mean entropy of the attention over the texts of the bags."""
        if isinstance(batch, MeanBatch):
            loss = F.cross_entropy(self.output(self.embedding[1](batch.means)), batch.labels)
            self.means.add(self, batch_idx, len(batch.labels), train_loss=loss)
            return loss
        words = batch.counts if isinstance(batch, BagBatch) else batch.mask
        pooled, weights = self.pooling(self.embedding(batch.tokens), words)
        loss, measured = F.cross_entropy(self.output(pooled), batch.labels), {}
        if self.strength:
            measured["train_entropy"] = bag_entropy(weights, words).mean()
            loss = loss + self.strength * measured["train_entropy"]
        self.means.add(self, batch_idx, len(batch.labels), train_loss=loss, **measured)
        return loss


# %% [markdown] tags=["instructor"]
# ## Above 0.93 without a pre-trained model
#
# Question 2 over n-grams, and question 4 with n-grams beside its words. A query and a linear layer of two classes see a vector
# through two numbers alone, a score and a value: such are the vectors of n-grams. The value begins as what naive Bayes makes
# of the counts, and learns by SGD: Adam moves an n-gram that was seen three times as far as one seen three thousand times.


# %% tags=["instructor"]
class NgramPooling(nn.Module):
    """Question 2 over the n-grams of a review, whose vectors are (score, value).

    The value is ρ (1 + δ), where ρ is the log-ratio of naive Bayes; to the score comes one for the class of the places.

    Args:
        ngrams: int64 ``(N + 1, 3)``, key and counts of each, as ``ReviewData.ngrams``; number 0 is none.
    """

    def __init__(self, ngrams: Tensor) -> None:
        super().__init__()
        ngrams = ngrams.long()
        self.register_buffer("known", ngrams[:, 0].contiguous())
        self.register_buffer("ratios", log_ratios(ngrams[:, 1:]))
        self.register_buffer("usual_size", ngrams[1:, 1:].sum() / ngrams[0, 1:].sum())
        self.scores = nn.Parameter(torch.zeros(len(ngrams), 1))
        self.scores_of_places = nn.Parameter(torch.zeros(PLACE_CLASSES, 1))
        self.corrections = nn.Parameter(torch.zeros(len(ngrams), 1))
        self.attention = LearnedQueryPooling(2)
        self.attention.query.data = torch.tensor([1.0, 0.0])
        self.attention.requires_grad_(False)
        self.over_words = OverWords()

    def vectors(self, numbers: Tensor, classes: Tensor, ratios: Tensor) -> Tensor:
        """Numbers, classes of places and log-ratios of n-grams, ``(B, K)`` each -> ``(B, K, 2)``."""
        scores = F.embedding(numbers, self.scores) + F.embedding(classes, self.scores_of_places)
        values = ratios.unsqueeze(2) * (1 + F.embedding(numbers, self.corrections))
        return torch.cat([scores, values], dim=2)

    def forward(self, tokens: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """``(B, L)`` each -> the mean value ``(B,)``, how many n-grams there are ``(B,)``, weights of words ``(B, L)``."""
        numbers = number_ngrams(tokens, self.known)
        where, known = occurrences(numbers), (numbers > 0).flatten(1)
        classes, counts = place_classes(where, mask), where.counts.flatten(1).clamp(min=1)
        read = (each.flatten(1) for each in (numbers, classes, self.ratios[numbers]))
        # An n-gram that stands c times is met c times here, and weighs as much as if it were met once.
        once = F.pad(-counts.log().unsqueeze(2), (0, 1))
        pooled, weights = self.attention(self.vectors(*read) + once, known)
        _, of_words = self.over_words(weights.view(numbers.shape))
        return pooled[:, 1], (known / counts).sum(dim=1), of_words


class OverWords(nn.Module):
    """The weights of n-grams, and then those of words, as a module, so that they can be seen."""

    def forward(self, weights: Tensor) -> tuple[Tensor, Tensor]:
        """``(B, L, KINDS)`` -> the same, and ``(B, L)``."""
        return weights, over_words(weights)


class NgramClassifier(LightningModule):
    """Two classes, by :class:`NgramPooling`; trained on reviews and on what an adversary makes of their vectors.

    Args:
        ngrams: as for :class:`NgramPooling`.
        freeze_embeddings: keep the values of n-grams as naive Bayes has them; their scores learn in any case.
        scale: of the logit of a review of usual size, at the beginning.
        lr: step size of SGD for the values, of the loss summed over a batch.
        score_lr: step size of Adam for the scores of n-grams.
        place_lr: the same for the scores of classes of places.
        scale_lr: the same for scale and bias.
        epsilon: length of the adversary's step in the vectors of a whole review.
    """

    reads = ("ngrams",)
    validation_step = TextClassifier.validation_step

    def __init__(
        self,
        ngrams: Tensor,
        freeze_embeddings: bool = True,
        scale: float = 20.0,
        lr: float = 0.3,
        score_lr: float = 0.005,
        place_lr: float = 0.02,
        scale_lr: float = 0.01,
        epsilon: float = 1.0,
    ) -> None:
        super().__init__()
        self.automatic_optimization = False
        self.pooling = NgramPooling(ngrams)
        self.pooling.corrections.requires_grad_(not freeze_embeddings)
        self.scale = nn.Parameter(torch.tensor(scale))
        self.bias = nn.Parameter(torch.tensor(0.0))
        self.lr, self.score_lr, self.place_lr, self.scale_lr = lr, score_lr, place_lr, scale_lr
        self.epsilon = epsilon
        self.val_accuracy = MulticlassAccuracy(2, average="micro")
        self.means = EpochMeans()

    def logit(self, value: Tensor, size: Tensor) -> Tensor:
        """Of class 1 against class 0, from the mean value and the number of n-grams of each review, ``(B,)`` each."""
        return self.scale * size / self.pooling.usual_size * value + self.bias

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """``tokens`` int ``(B, L)``, ``mask`` bool ``(B, L)`` -> logits ``(B, 2)``."""
        value, size, _ = self.pooling(tokens, mask)
        logit = self.logit(value, size)
        return torch.stack([-logit / 2, logit / 2], dim=1)

    def training_step(self, batch: NgramBatch, batch_idx: int) -> Tensor:
        """A step of all optimisers on the reviews as they are and as the adversary moves them."""
        known = batch.numbers > 0
        size, sign = known.sum(dim=1), 1 - 2 * batch.labels
        vectors = self.pooling.vectors(batch.numbers, batch.classes, batch.ratios)
        pooled, weights = self.pooling.attention(vectors, known)
        step = self.adversary(vectors[..., 1] - pooled[:, 1:], weights, sign)
        moved, _ = self.pooling.attention(vectors + step, known)
        logits = (self.logit(value, size) for value in (pooled[:, 1], moved[:, 1]))
        clean, hard = (F.softplus(sign * logit).sum() for logit in logits)
        for optimizer in self.optimizers():
            optimizer.zero_grad()
        self.manual_backward(clean + hard)
        for optimizer, scheduler in zip(self.optimizers(), self.lr_schedulers(), strict=True):
            optimizer.step()
            scheduler.step()
        self.means.add(self, batch_idx, len(size), train_loss=clean / len(size))
        return clean

    @torch.no_grad()
    def adversary(self, above: Tensor, weights: Tensor, sign: Tensor) -> Tensor:
        """The step of length ε along which the loss of each review rises most, in closed form.

        Args:
            above: how far the value of each n-gram is above their mean, ``(B, K)``.
            weights: of the n-grams, ``(B, K)``.
            sign: -1 for reviews of class 1, whose logit is to fall, and 1 for the others, ``(B,)``.

        Returns:
            What is added to scores and values, ``(B, K, 2)``.
        """
        slopes = weights.unsqueeze(2) * torch.stack([above, torch.ones_like(above)], dim=2)
        length = slopes.flatten(1).norm(dim=1).clamp(min=torch.finfo(slopes.dtype).tiny)
        return slopes * (self.epsilon * sign / length).view(-1, 1, 1)

    def configure_optimizers(self) -> tuple[list, list]:
        """Adam, and SGD for the values; their step sizes fall evenly to nothing."""
        groups = [
            {"params": [self.pooling.scores], "lr": self.score_lr},
            {"params": [self.pooling.scores_of_places], "lr": self.place_lr},
            {"params": [self.scale, self.bias], "lr": self.scale_lr},
        ]
        values = torch.optim.SGD([self.pooling.corrections], lr=self.lr, momentum=0.9)
        optimizers = [torch.optim.Adam(groups, fused=True), values]
        steps = self.trainer.estimated_stepping_batches
        return optimizers, [LinearLR(each, 1.0, 0.0, steps) for each in optimizers]


# %% tags=["instructor"]
class RatioClassifier(TunedClassifier):
    """The classifier whose words have beside their vectors the log-ratios of the n-grams that end there.

    Args:
        embeddings: float ``(V, D)``.
        pooling: any of the poolings of this lab, for vectors of D + KINDS numbers.
        ngrams: int64 ``(N + 1, 3)``, as ``ReviewData.ngrams``.
        ratio_dropout: share of the log-ratios that are dropped while training.
        **options: as for :class:`TunedClassifier`, the strength apart.
    """

    reads = ("ratios",)

    def __init__(
        self,
        embeddings: Tensor,
        pooling: nn.Module,
        ngrams: Tensor,
        ratio_dropout: float = 0.0,
        **options,
    ) -> None:
        super().__init__(embeddings, pooling, 0.0, **options)
        ngrams = ngrams.long()
        self.register_buffer("known", ngrams[:, 0].contiguous())
        self.register_buffer("ratios", log_ratios(ngrams[:, 1:]).clamp(-MOST, MOST))
        self.ratio_dropout = nn.Dropout(ratio_dropout)
        self.means = EpochMeans()

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """``tokens`` int ``(B, L)``, ``mask`` bool ``(B, L)`` -> logits ``(B, C)``."""
        return self.logits(tokens, mask, self.ratios[number_ngrams(tokens, self.known)])

    def logits(self, tokens: Tensor, mask: Tensor, ratios: Tensor) -> Tensor:
        """The same with the log-ratios ``(B, L, KINDS)`` given."""
        x = torch.cat([self.embedding(tokens), self.ratio_dropout(ratios)], dim=2)
        pooled, _ = self.pooling(x, mask)
        return self.output(pooled)

    def training_step(self, batch: RatioBatch, batch_idx: int) -> Tensor:
        """The cross-entropy of a batch, of which each review was counted apart from its log-ratios."""
        logits = self.logits(batch.tokens, batch.mask, batch.ratios)
        loss = F.cross_entropy(logits, batch.labels)
        self.means.add(self, batch_idx, len(batch.labels), train_loss=loss)
        return loss

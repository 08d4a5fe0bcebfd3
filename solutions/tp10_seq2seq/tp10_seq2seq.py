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
"""The reference answers of TP 10: recurrent cells, an encoder-decoder, three ways to decode, and attention."""

# %% [markdown] lang="fr"
# # AMAL – TP 10 : des cellules récurrentes à l'encodeur-décodeur avec attention
#
# Les gens écrivent une même date de cent façons : `jeudi 12 mars 1998`, `March 12th, 1998`, `12/3/98`, `Thu 3/12/1998`. Dans
# ce TP, un modèle lit une telle ligne **caractère par caractère** et écrit `1998-03-12`. C'est de la traduction en petit :
# deux suites de longueurs différentes, un encodeur qui lit, un décodeur qui écrit, et le même goulot entre les deux. Vous
# construirez tout, de la cellule à l'attention, et mesurerez ce que chaque pièce apporte.
#
# | question | ce que l'on construit | partie optionnelle | points |
# |---|---|---|---|
# | 1 | les cellules récurrentes, par leurs équations | | 2,5 |
# | 2 | un encodeur, et ce que sait son dernier état | plusieurs couches, les deux sens | 2 |
# | 3 | un lot : X, y et l'enseignant | | 1 |
# | 4 | l'encodeur-décodeur, appris avec un enseignant | apprendre sans enseignant, arrêt anticipé | 4,25 |
# | 5 | décoder, de trois façons | | 3 |
# | 6 | le goulot, mesuré | l'auto-encodeur récurrent | 1,25 |
# | 7 | l'attention, après l'état | d'autres fonctions de score | 4,5 |
# | 8 (optionnelle) | l'attention avant l'état, l'auto-attention, clés et valeurs | tout | 1,5 |
#
# **Comment travailler.** Complétez les cellules qui contiennent `VOTRE CODE ICI`, et elles seules ; ajoutez autant de
# cellules que vous voulez. Sous chaque exercice, une cellule de vérification dit aussitôt ce qui est juste, ce qui manque et
# l'erreur probable. Une réponse fausse ou vide n'empêche jamais de répondre aux suivantes. D'autres tests, cachés, servent à
# la notation : ils ne vérifient rien qui ne soit dans cet énoncé. Au moins la moitié des points d'un exercice va à son idée ;
# une réponse qui ne la tente pas (des zéros, la réponse d'avant) n'en gagne aucun, et une erreur ne coûte que là où elle est
# faite. Depuis un terminal, `amal check` suivi du nom de ce notebook lance toutes les vérifications.
#
# **Avant de commencer.** Il faut savoir lire les formes des tenseurs de PyTorch, écrire un `nn.Module`, et connaître la
# boucle d'apprentissage, le softmax et l'entropie croisée. De Lightning, quatre méthodes suffisent, et l'exercice 4.3 dit ce
# que fait chacune. De l'attention, il n'y a rien à savoir d'avance ; qui a fait le TP 9 reconnaîtra la requête, les clés et
# les valeurs.
#
# **Les séances.** Comptez trois heures pour les questions 1 à 4 et trois heures pour les questions 5 à 7 (c'est une
# estimation) ; ce qui est optionnel est pour les plus rapides, ou pour chez soi. Avec une seule séance, prenez le chemin le
# plus court : exercice 2.1 sans ses options, question 3, question 4, exercice 5.3, question 7. La machine, elle, ne travaille
# que quelques minutes, et chaque entraînement annonce son temps.
#
# **Si vous êtes bloqué.** Sous chaque exercice, deux indices se déplient : lisez le premier, essayez, puis ouvrez le second.
#
# **« Optionnelle », pour les points.** Rien ne s'appuie sur une partie optionnelle, mais elle n'est pas un bonus : ses points
# font partie du total du tableau, et qui la laisse de côté ne les a pas. Si votre cours a retiré une question, elle n'est
# plus dans ce notebook, et le total n'en tient pas compte.

# %% [markdown] lang="en"
# # AMAL TP 10: from recurrent cells to encoder-decoder with attention
#
# People write one date in a hundred ways: `jeudi 12 mars 1998`, `March 12th, 1998`, `12/3/98`, `Thu 3/12/1998`. In this lab a
# model reads such a line **character by character** and writes `1998-03-12`. It is translation in small: two sequences of
# different lengths, an encoder that reads, a decoder that writes, and the same bottleneck between them. You will build all of
# it, from the cell to the attention, and measure what each piece brings.
#
# | question | what is built | optional part | points |
# |---|---|---|---|
# | 1 | recurrent cells, by their equations | | 2.5 |
# | 2 | an encoder, and what its last state knows | several layers, both directions | 2 |
# | 3 | a batch: X, y and the teacher | | 1 |
# | 4 | the encoder-decoder, trained with a teacher | training without one, early stopping | 4.25 |
# | 5 | decoding, three ways | | 3 |
# | 6 | the bottleneck, measured | the recurrent auto-encoder | 1.25 |
# | 7 | attention, after the state | more score functions | 4.5 |
# | 8 (optional) | attention before the state, self-attention, keys and values | all of it | 1.5 |
#
# **How to work.** Fill the cells that hold `YOUR CODE HERE`, and only those; add as many cells as you like. Below each
# exercise a check tells at once what is right, what is missing, and the likely mistake. A wrong or empty answer never keeps
# you from the next questions. Other tests, hidden, give the marks: they test nothing that is not stated here. At least half
# the points of an exercise are for its idea; an answer that does not attempt it (zeros, the answer before) earns none of
# them, and a mistake costs only where it is made. From a terminal, `amal check` and the name of this notebook run all the
# checks.
#
# **Before you begin.** You should be able to read the shapes of PyTorch's tensors, to write an `nn.Module`, and know the loop
# of training, softmax and cross-entropy. Of Lightning four methods are enough, and exercise 4.3 says what each does. Of
# attention you need to know nothing; who did TP 9 will meet the query, the keys and the values again.
#
# **The sessions.** Plan three hours for questions 1 to 4 and three hours for questions 5 to 7 (this is an estimate); what is
# optional is for the fast, or for home. With one session only, take the shortest path: exercise 2.1 without its options,
# question 3, question 4, exercise 5.3, question 7. The machine itself works for some minutes only, and each training says how
# long it takes.
#
# **If you are stuck.** Below each exercise two hints can be opened: read the first, try, then open the second.
#
# **"Optional", for the points.** Nothing builds on an optional part, but it is no bonus: its points are part of the total of
# the table, and who leaves it out does not have them. Where your course has left a question out, it is no longer in this
# notebook, and the total does without it.

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

import torch
from lightning import LightningModule
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

from amal_attention.tasks.translation import END, PAD, START, PairBatch

# %% [markdown] lang="fr"
# ## Les données, et les mots du TP
#
# **Les lettres des formes.** Un lot contient $B$ lignes ; la plus longue source a $S$ caractères, la plus longue cible $T$,
# sa fin comprise. $V$ est le nombre de jetons, $D$ la largeur des vecteurs de caractères (*embeddings*), $H$ celle d'un état.
#
# **Quatre jetons** (*tokens*) **ne sont pas des caractères** : `PAD`, `START`, `END` et `UNKNOWN` ont les numéros 0, 1, 2 et 3 ; les
# caractères ont les suivants. Un même alphabet sert aux deux côtés. Une ligne trop courte est complétée **à droite** par du
# remplissage (*padding*), et c'est le **masque** qui dit où est le texte, pas le numéro : sous un masque à `False` peut se
# trouver n'importe quel numéro, et sous un masque à `True`, 0 est un jeton comme un autre.
#
# Un lot est un `PairBatch`, un tuple nommé de cinq tenseurs :
#
# | champ | forme | contenu |
# |---|---|---|
# | `source` | `int64` `(B, S)` | la ligne à lire |
# | `source_mask` | `bool` `(B, S)` | `True` sur ses caractères |
# | `teacher` | `int64` `(B, T)` | `START`, puis la ligne à écrire |
# | `target` | `int64` `(B, T)` | la ligne à écrire, puis `END` |
# | `target_mask` | `bool` `(B, T)` | `True` sur ses caractères et sur son `END` |
#
# **Trois signatures pour tout le TP.** Chaque pièce est un `nn.Module` :
#
#     encodeur : forward(tokens, mask)                -> (memory, final)
#     décodeur : forward(tokens, state, memory, mask) -> (logits, state, weights)
#     score    : forward(query, keys)                 -> scores
#
# | | forme | |
# |---|---|---|
# | `memory` | `(B, S, H)` | un état de l'encodeur par caractère lu |
# | `final` | `(B, H)` | le dernier : le premier état du décodeur ; `out_features`, attribut de l'encodeur, vaut $H$ |
# | `state` | `(B, H)` | l'état du décodeur, avant puis après les jetons qu'il lit |
# | `logits` | `(B, T, V)` | pour chaque jeton lu, de quoi prédire le suivant |
# | `weights` | `(B, T, S)` | où le décodeur regarde ; `None` s'il ne regarde pas |
# | `query`, `keys`, `scores` | `(B, T, H)`, `(B, S, H)`, `(B, T, S)` | question 7 ; un score se construit par `Score(dim)` |
#
# Cette signature de décodeur sert à tout : l'enseignant entier d'un coup (pour apprendre), un préfixe depuis le premier état,
# ou un seul jeton avec l'état rendu par l'appel précédent (pour écrire). Une réponse qui contient des poids les rend en
# dernier.
#
# **Partout**, un appel laisse ce qu'on lui donne tel quel, ne garde rien pour le suivant, et rend des `float32` quand on lui
# donne des `float32`. Ni le remplissage ni les autres lignes du lot ne changent ce qui est dit d'une ligne ; ce qu'une
# réponse contient **sur** le remplissage est libre. Une ligne a toujours au moins un caractère. Un module calcule en
# apprentissage ce qu'il calcule en évaluation, au *dropout* près, qui est permis.
#
# > **Notations.** Les trois cours ne nomment pas les états de la même façon. Cet énoncé suit le premier :
# >
# > | | état du décodeur | état de l'encodeur |
# > |---|---|---|
# > | Konaté, et ici | $h_t$ | $s_k$ |
# > | Riveill | $s_t$ | $h_i$ (l'inverse !) |
# > | Marzinotto | $h_t$, ou $Q$ | $\bar h_s$, ou $K$ |

# %% [markdown] lang="en"
# ## The data, and the words of this lab
#
# **The letters of the shapes.** A batch holds $B$ lines; the longest source has $S$ characters, the longest target $T$, its
# end included. $V$ is the number of tokens, $D$ the width of the characters' vectors (embeddings), $H$ that of a state.
#
# **Four tokens are no characters**: `PAD`, `START`, `END` and `UNKNOWN` have the numbers 0, 1, 2 and 3; those of the
# characters follow. One alphabet serves both sides. A line that is too short is filled up **on the right** with padding, and
# it is the **mask** that tells where text is, not the number: where the mask is `False` any number may stand, and where it is
# `True`, 0 is a token like any other.
#
# A batch is a `PairBatch`, a named tuple of five tensors:
#
# | field | shape | content |
# |---|---|---|
# | `source` | `int64` `(B, S)` | the line to read |
# | `source_mask` | `bool` `(B, S)` | `True` on its characters |
# | `teacher` | `int64` `(B, T)` | `START`, then the line to write |
# | `target` | `int64` `(B, T)` | the line to write, then `END` |
# | `target_mask` | `bool` `(B, T)` | `True` on its characters and on its `END` |
#
# **Three signatures for the whole lab.** Each piece is an `nn.Module`:
#
#     encoder: forward(tokens, mask)                -> (memory, final)
#     decoder: forward(tokens, state, memory, mask) -> (logits, state, weights)
#     score:   forward(query, keys)                 -> scores
#
# | | shape | |
# |---|---|---|
# | `memory` | `(B, S, H)` | a state of the encoder for each character that is read |
# | `final` | `(B, H)` | the last one: the first state of the decoder; `out_features`, an attribute of the encoder, is $H$ |
# | `state` | `(B, H)` | the state of the decoder, before and then after the tokens that it reads |
# | `logits` | `(B, T, V)` | for each token that is read, what predicts the next one |
# | `weights` | `(B, T, S)` | where the decoder looks; `None` if it does not |
# | `query`, `keys`, `scores` | `(B, T, H)`, `(B, S, H)`, `(B, T, S)` | question 7; a score is built as `Score(dim)` |
#
# This one signature of a decoder does for everything: the whole teacher at once (to learn), a prefix from the first state, or
# one token with the state that the call before gave back (to write). A reply that holds weights holds them last.
#
# **Everywhere**, a call leaves what it is given as it is, keeps nothing for the next one, and gives `float32` where it is
# given `float32`. Neither padding nor the other lines of the batch change what is said of a line; what a reply holds **on**
# padding is free. A line always has one character at least. A module computes in training what it computes in evaluation,
# apart from dropout, which is allowed.
#
# > **Notation.** The three lectures do not name the states alike. This statement follows the first:
# >
# > | | state of the decoder | state of the encoder |
# > |---|---|---|
# > | Konaté, and here | $h_t$ | $s_k$ |
# > | Riveill | $s_t$ | $h_i$ (the reverse!) |
# > | Marzinotto | $h_t$, or $Q$ | $\bar h_s$, or $K$ |

# %% [markdown] lang="fr"
# **Les dates** sont tirées par un générateur fourni : 8 000 jours pour apprendre, 1 000 pour la validation, 2 000 pour le
# test, de 1969 à 2068, sans qu'un même jour soit dans deux ensembles. Chaque jour donne une ligne, écrite à la française ou à
# l'anglaise, en lettres ou en chiffres, parfois en capitales ou avec une espace de trop ; les jours de la semaine sont les
# vrais.
#
# **Règle d'ambiguïté.** Que veut dire `3/4/98` ? Des chiffres seuls commencent par le **jour**, quel que soit ce qui les
# sépare ; après un jour de la semaine **anglais**, ils commencent par le **mois**, comme on l'écrit en Amérique ; quatre
# chiffres d'abord, c'est année, mois, jour. Une année à deux chiffres est entre 1969 et 2068. Une ligne n'a donc qu'une
# lecture, et un modèle parfait existe.

# %% [markdown] lang="en"
# **The dates** are drawn by a generator that comes with the lab: 8,000 days to learn from, 1,000 for validation, 2,000 for
# the test, from 1969 to 2068, and no day stands in two of these sets. Each day gives one line, written the French or the
# English way, in letters or in digits, sometimes in capitals or with a space too many; weekdays are the true ones.
#
# **Rule for what is ambiguous.** What does `3/4/98` mean? Digits alone begin with the **day**, whatever separates them; after
# an **English** weekday they begin with the **month**, as Americans write; four digits first are year, month, day. A year of
# two digits lies between 1969 and
# 2068. So a line has one reading, and a perfect model exists.

# %% tags=["active-ipynb", "raises-exception"]
# from amal_attention.tasks.translation import DateData
#
# data = DateData()
# alphabet = data.alphabet
# batch = next(iter(data.train_dataloader()))
# train_size, validation_size, test_size = (
#     len(data.lines(split)) for split in ("train", "validation", "test")
# )
# num_tokens = data.num_tokens
# of_source, of_target = tuple(batch.source.shape), tuple(batch.target.shape)
# print(f"{train_size} lines to train on, {validation_size} for validation, {test_size} for the test")
# print(f"{num_tokens} tokens: the four, and these characters:")
# print(alphabet.characters)
# print(f"a batch: source {of_source}, target {of_target}")
# for line in data.lines("train")[:12]:
#     print(line.source.rjust(32), "→", line.target)

# %% [markdown] lang="fr"
# Les cellules qui entraînent et qui dessinent sont fournies. Celle-ci prépare `train`, qui entraîne un modèle avec Lightning
# et garde ses courbes : Adam, un pas qui monte puis descend (*one cycle*), un gradient borné à 1. Tant que rien n'écrit
# encore (exercice 5.3), seul le coût de validation est relevé ; ensuite s'y ajoute le taux de lignes écrites sans une faute.
#
# **Est-ce que cela marche ?** Avant chaque entraînement sont dits ce qu'il faut attendre et le temps de calcul, en secondes
# d'un seul cœur : une machine lente ou chargée peut en mettre plusieurs fois plus. Deux départs ne donnent pas le même modèle :
# où l'écart est grand, une fourchette est dite ; ailleurs, un écart de deux points ne dit rien.

# %% [markdown] lang="en"
# The cells that train and draw are given. This one makes `train`, which trains a model with Lightning and keeps its curves:
# Adam, a step size that rises and then falls (*one cycle*), a gradient clipped at 1. As long as nothing writes yet (exercise
# 5.3), only the validation loss is kept; after that, so is the share of lines that are written without a mistake.
#
# **Does it work?** Before each training stand what to expect and the time that it takes, in seconds of a single core: a slow or
# busy machine may take several times as long. Two starts do not give the same model: where they differ much, a range is told;
# elsewhere, a difference of two points means nothing.

# %% tags=["active-ipynb", "raises-exception"]
# import logging
# import warnings
# from itertools import islice
# from types import SimpleNamespace
#
# from IPython.display import display
# from lightning import Trainer, seed_everything
# from lightning.pytorch.callbacks import EarlyStopping
# from torch.utils.data import DataLoader
#
# from amal_attention.tasks.pictures import monitor_curves
# from amal_attention.tasks.translation.diagrams import reading_diagram, seq2seq_diagram
# from amal_attention.tasks.translation.task import TASK
# from amal_attention.tasks.translation.train_loss import TrainLoss
# from amal_attention.tasks.translation.validation import ExactMatch
# from amal_attention.training.callbacks import History, OneCycle
# from amal_attention.training.training_cell import EpochBar, NotTrained, told_in_a_line
# from amal_attention.visualise.cells import cell_diagram
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
# def writes():
#     """Whether lines can be written yet: `decode_step_by_step` is an exercise of question 5."""
#     memory, mask = torch.zeros(1, 1, 1), torch.ones(1, 1, dtype=torch.bool)
#     reads = lambda tokens, mask: (memory, memory[0])
#     says = lambda tokens, state, memory, mask: (torch.zeros(*tokens.shape, 3), state, None)
#     try:
#         tokens = translate(SimpleNamespace(encoder=reads, decoder=says), mask.long(), mask, 2)
#         return tokens.shape == (1, 2)
#     except Exception:
#         return False
#
#
# def trainer_for(epochs, history, *callbacks):
#     """Lightning's trainer, with the gradient clipped at 1 and nothing kept on disk."""
#     return Trainer(
#         max_epochs=epochs,
#         callbacks=[TrainLoss(), *callbacks, history, EpochBar("train_loss", "val_loss", "val_exact")],
#         gradient_clip_val=1.0,
#         logger=False,
#         enable_checkpointing=False,
#         enable_model_summary=False,
#         num_sanity_val_steps=0,
#     )
#
#
# def train(question, build, epochs, data=data):
#     """Build a model, train it, and keep it and its history under the name of its question."""
#     seed_everything(0, verbose=False)
#     written = writes()
#     history = History("val_exact" if written else "val_loss")
#     callbacks = [OneCycle(), *([ExactMatch(translate)] if written else [])]
#     with told_in_a_line(question):
#         model = build()
#         trainer_for(epochs, history, *callbacks).fit(model, datamodule=data)
#         measured = history.monitored
#     models[question], histories[question] = model, history.points
#     if written:
#         print(f"{question}: {measured:.1%} of the validation lines are written without a mistake")
#     else:
#         print(f"{question}: the validation loss is {measured:.3f}")

# %% [markdown] lang="fr"
# ## Question 1 : cellules récurrentes, par leurs équations
#
# Comment un modèle fini lit-il une ligne aussi longue qu'on veut ? En se servant de lui-même à chaque caractère : une
# **cellule** reçoit l'état d'avant et le vecteur lu, et rend le nouvel état, $h_t = f(h_{t-1}, x_t)$. Les mêmes poids servent
# à chaque pas. (Dans cette question, $h$ est l'état d'une cellule quelconque, comme dans les cours.)
#
# Tout est écrit pour des vecteurs **lignes** : un lot est une matrice `(B, D)`, et l'on multiplie par la droite. Les trois
# cellules n'ont pas de biais. $[h, x]$ met bout à bout l'état **d'abord**, l'entrée ensuite ; $\sigma$ est la sigmoïde, et
# deux vecteurs côte à côte se multiplient nombre par nombre.
#
# Sur les dessins, une boîte multiplie par sa matrice puis applique la fonction qu'elle nomme, un cercle travaille nombre par
# nombre.

# %% [markdown] lang="en"
# ## Question 1: recurrent cells, by their equations
#
# How does a finite model read a line that is as long as one likes? By using itself at each character: a **cell** gets the
# state before and the vector that is read, and gives the new state, $h_t = f(h_{t-1}, x_t)$. The same weights serve at each
# step. (In this question, $h$ is the state of any cell, as in the lectures.)
#
# All is written for **row** vectors: a batch is a matrix `(B, D)`, and one multiplies from the right. The three cells have no
# bias. $[h, x]$ joins the state **first**, then the input; $\sigma$ is the sigmoid, and two vectors side by side are
# multiplied number by number.
#
# In the pictures, a box multiplies by its matrix and then applies the function that it names; a circle works number by number.

# %% tags=["active-ipynb", "raises-exception"]
# cell_diagram("rnn")

# %% [markdown] lang="fr"
# **La cellule simple** (Konaté). Un seul $\tanh$, de la somme des deux produits :
#
# $$h_t = \tanh(h_{t-1} W_h + x_t W_x)$$
#
# La figure du cours dessine $W^T$ et des vecteurs colonnes : c'est la même chose. D'autres ajoutent un biais, et une sortie
# $o_t$ calculée depuis $h_t$ : cette sortie sera la couche linéaire des exercices 2.2 et 4.1.
#
# **À la main.** $x = (1, 1)$, $h = (1, 0)$, $W_h = \begin{pmatrix} \ln 2 & 0 \\ 5 & 5 \end{pmatrix}$ et $W_x =
# \begin{pmatrix} 1 & 0 \\ -1 & -\ln 3 \end{pmatrix}$. Les produits sont $(\ln 2, 0)$ et $(0, -\ln 3)$ ; comme $\tanh(\ln 2) =
# 0{,}6$ et $\tanh(\ln 3) = 0{,}8$, le nouvel état est $(0{,}6 ;\, -0{,}8)$.
#
# **Ce que fait un appel**, pour les trois cellules. Chaque ligne du lot est calculée à part, même s'il n'y en a qu'une. Rien
# de ce qui est donné n'est changé, ni les tenseurs ni le dictionnaire ; le résultat a le type des nombres donnés (`float32`,
# `float64`) ; de très grands nombres donnent un état fini ; le gradient atteint tout ce qui est donné.
#
# > **Exercice 1.1** (0,5 point). Écrivez `rnn_cell`.
#
# <details>
# <summary>Premier indice</summary>
#
# Écrivez sous chaque lettre de la formule sa forme : `(B, H)`, `(H, H)`, `(B, D)`, `(D, H)`. Une seule façon de multiplier
# convient.
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# `@` multiplie deux matrices, et le $\tanh$ vient une fois, après la somme. Si la vérification parle de transposées, c'est
# que l'état est du mauvais côté du produit.
#
# </details>

# %% [markdown] lang="en"
# **The plain cell** (Konaté). One $\tanh$, of the sum of the two products:
#
# $$h_t = \tanh(h_{t-1} W_h + x_t W_x)$$
#
# The figure of the lecture draws $W^T$ and column vectors: it is the same. Others add a bias, and an output $o_t$ that is
# computed from $h_t$: that output will be the linear layer of exercises 2.2 and 4.1.
#
# **By hand.** $x = (1, 1)$, $h = (1, 0)$, $W_h = \begin{pmatrix} \ln 2 & 0 \\ 5 & 5 \end{pmatrix}$ and $W_x = \begin{pmatrix}
# 1 & 0 \\ -1 & -\ln 3 \end{pmatrix}$. The products are $(\ln 2, 0)$ and $(0, -\ln 3)$; as $\tanh(\ln 2) = 0.6$ and $\tanh(\ln
# 3) = 0.8$, the new state is $(0.6,\, -0.8)$.
#
# **What a call does**, for all three cells. Each row of the batch is computed by itself, even if there is only one. Nothing
# of what is given is changed, neither tensors nor the dictionary; the result has the type of the numbers that are given
# (`float32`, `float64`); very large numbers give a finite state; the gradient reaches all that is given.
#
# > **Exercise 1.1** (0.5 points). Write `rnn_cell`.
#
# <details>
# <summary>First hint</summary>
#
# Write its shape under each letter of the formula: `(B, H)`, `(H, H)`, `(B, D)`, `(D, H)`. There is one way to multiply that
# fits.
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# `@` multiplies two matrices, and the $\tanh$ comes once, after the sum. If the check speaks of transposes, the state is on
# the wrong side of the product.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "q1-rnn-cell", "locked": false, "schema_version": 3, "solution": true, "task": false}
def rnn_cell(x: Tensor, h: Tensor, w_h: Tensor, w_x: Tensor) -> Tensor:
    """One step of a recurrent network, without bias (Konaté).

    Args:
        x: what is read, float ``(B, D)``.
        h: the state before, ``(B, H)``.
        w_h: ``(H, H)``.
        w_x: ``(D, H)``.

    Returns:
        the state after, ``(B, H)``.
    """
    ### BEGIN SOLUTION
    return torch.tanh(h @ w_h + x @ w_x)
    ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q1-rnn-cell", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp10_seq2seq", "q1-rnn-cell", globals())
# ### END HIDDEN TESTS
# from math import log
#
# from amal_attention.checks import (
#     agrees_with, check, close_to, differentiates, keeps_rows_apart, leaves_arguments_alone,
# )
#
# with check("q1-rnn-cell"):
#     # By hand: tanh(ln 2) = 0.6 and tanh(ln 3) = 0.8.
#     x, h = torch.tensor([[1.0, 1.0]]), torch.tensor([[1.0, 0.0]])
#     w_h = torch.tensor([[log(2), 0.0], [5.0, 5.0]])
#     w_x = torch.tensor([[1.0, 0.0], [-1.0, -log(3)]])
#     mistakes = {
#         "row vectors: h @ w_h, the matrix as it is and not transposed": [[0.6, 0.9993]],
#         "a sigmoid stands in the place of the tanh": [[2 / 3, 1 / 4]],
#         "a ReLU stands in the place of the tanh": [[log(2), 0.0]],
#         "the tanh is missing": [[log(2), -log(3)]],
#         "the state before is left out: h @ w_h": [[0.0, -0.8]],
#         "the input is left out: x @ w_x": [[0.6, 0.0]],
#         "the state before is added once more": [[1.6, -0.8]],
#     }
#     close_to(rnn_cell(x, h, w_h, w_x), [[0.6, -0.8]], what="tanh(ln 2), tanh(-ln 3)", mistakes=mistakes)
#     cell = nn.RNNCell(4, 2, bias=False)
#     inputs = torch.randn(3, 4), torch.randn(3, 2), cell.weight_hh.T.detach(), cell.weight_ih.T.detach()
#     agrees_with(
#         rnn_cell, lambda x, h, *_: cell(x, h), inputs, what="as torch's nn.RNNCell gives it",
#         hint="one tanh over the sum of the two products, not the sum of two",
#     )
#     keeps_rows_apart(rnn_cell, inputs, shared=(2, 3))
#     leaves_arguments_alone(rnn_cell, inputs, names=("x", "h", "w_h", "w_x"))
#     differentiates(rnn_cell, inputs, names=("x", "h", "w_h", "w_x"))
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# **Le LSTM** (Riveill) garde deux choses : l'état $h$, que l'on voit, et une mémoire $c$, la **cellule**. Trois **portes**
# entre 0 et 1 règlent ce qui passe : $f$ ce que l'on garde de l'ancienne cellule (*forget*), $i$ ce qui y entre (*input*),
# $o$ ce que l'on en montre (*output*) :
#
# $$f = \sigma([h_{t-1}, x_t]\, W_f) \qquad i = \sigma([h_{t-1}, x_t]\, W_i) \qquad o = \sigma([h_{t-1}, x_t]\, W_o)$$
#
# $$\tilde c = \tanh([h_{t-1}, x_t]\, W_c) \qquad c_t = f\, c_{t-1} + i\, \tilde c \qquad h_t = o \tanh(c_t)$$

# %% [markdown] lang="en"
# **The LSTM** (Riveill) keeps two things: the state $h$, which is seen, and a memory $c$, the **cell**. Three **gates**
# between 0 and 1 rule what passes: $f$ what is kept of the old cell (forget), $i$ what enters (input), $o$ what is shown of
# it (output):
#
# $$f = \sigma([h_{t-1}, x_t]\, W_f) \qquad i = \sigma([h_{t-1}, x_t]\, W_i) \qquad o = \sigma([h_{t-1}, x_t]\, W_o)$$
#
# $$\tilde c = \tanh([h_{t-1}, x_t]\, W_c) \qquad c_t = f\, c_{t-1} + i\, \tilde c \qquad h_t = o \tanh(c_t)$$

# %% tags=["active-ipynb", "raises-exception"]
# cell_diagram("lstm")

# %% [markdown] lang="fr"
# **À la main.** Toutes les largeurs valent 1 : $h = x = 1$, $c = 2$, $W_f = (\ln 3, 0)$, $W_i = (0, -\ln 3)$, $W_o = (0, 0)$,
# $W_c = (\ln 2, 0)$, où le premier nombre multiplie $h$ et le second $x$. Comme $\sigma(\ln 3) = 0{,}75$ : $f = 0{,}75$, $i =
# 0{,}25$, $o = 0{,}5$, $\tilde c = 0{,}6$, donc $c_t = 1{,}5 + 0{,}15 = 1{,}65$ et $h_t = 0{,}5 \tanh(1{,}65) = 0{,}4644$.
#
# > **Exercice 1.2** (0,75 point). Écrivez `lstm_cell`. `state` est le couple $(h, c)$, et la réponse le couple suivant ; `w`
# > donne les matrices `(H + D, H)` des portes `"f"`, `"i"`, `"o"` et du candidat `"c"`. L'appel se comporte comme celui de
# > 1.1.
#
# <details>
# <summary>Premier indice</summary>
#
# Les quatre produits ont le même membre de gauche : calculez-le une fois. Lequel des quatre n'est pas une porte, et n'a donc
# pas de sigmoïde ?
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# `torch.cat` joint le long d'un axe : celui des colonnes, l'état d'abord. L'ordre des deux dernières lignes compte : ce que
# l'on montre se lit sur la **nouvelle** cellule. N'écrivez pas dans les tenseurs reçus (`*=`, `+=`, `w[...] = ...`).
#
# </details>

# %% [markdown] lang="en"
# **By hand.** All widths are 1: $h = x = 1$, $c = 2$, $W_f = (\ln 3, 0)$, $W_i = (0, -\ln 3)$, $W_o = (0, 0)$, $W_c = (\ln 2,
# 0)$, the first number of which multiplies $h$ and the second $x$. As $\sigma(\ln 3) = 0.75$: $f = 0.75$, $i = 0.25$, $o =
# 0.5$, $\tilde c = 0.6$, hence $c_t = 1.5 + 0.15 = 1.65$ and $h_t = 0.5 \tanh(1.65) = 0.4644$.
#
# > **Exercise 1.2** (0.75 points). Write `lstm_cell`. `state` is the pair $(h, c)$, and the reply is the next pair; `w` gives
# > the matrices `(H + D, H)` of the gates `"f"`, `"i"`, `"o"` and of the candidate `"c"`. A call behaves as that of 1.1.
#
# <details>
# <summary>First hint</summary>
#
# The four products have the same left side: compute it once. Which of the four is no gate, and hence has no sigmoid?
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# `torch.cat` joins along an axis: that of the columns, the state first. The order of the last two lines matters: what is
# shown is read off the **new** cell. Do not write into the tensors that you get (`*=`, `+=`, `w[...] = ...`).
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "q1-lstm-cell", "locked": false, "schema_version": 3, "solution": true, "task": false}
def lstm_cell(
    x: Tensor, state: tuple[Tensor, Tensor], w: dict[str, Tensor]
) -> tuple[Tensor, Tensor]:
    """One step of an LSTM, without bias (Riveill).

    Args:
        x: what is read, float ``(B, D)``.
        state: h and c before, ``(B, H)`` each.
        w: the matrices of the gates ``"f"``, ``"i"``, ``"o"`` and of the candidate ``"c"``, ``(H + D, H)`` each.

    Returns:
        h and c after, ``(B, H)`` each.
    """
    ### BEGIN SOLUTION
    h, c = state
    both = torch.cat([h, x], dim=1)
    forget, let_in, let_out = (torch.sigmoid(both @ w[gate]) for gate in ("f", "i", "o"))
    c = forget * c + let_in * torch.tanh(both @ w["c"])
    return let_out * torch.tanh(c), c
    ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q1-lstm-cell", "locked": true, "points": 0.75, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp10_seq2seq", "q1-lstm-cell", globals())
# ### END HIDDEN TESTS
# from math import log
#
# from amal_attention.checks import (
#     agrees_with, check, close_to, differentiates, keeps_rows_apart, leaves_arguments_alone,
# )
#
# with check("q1-lstm-cell"):
#     # By hand, all widths 1: f = 0.75, i = 0.25, o = 0.5 and c̃ = 0.6.
#     one, rows = torch.ones(1, 1), {"f": [log(3), 0], "i": [0, -log(3)], "o": [0, 0], "c": [log(2), 0]}
#     w = {gate: torch.tensor([[of_h], [of_x]], dtype=torch.float32) for gate, (of_h, of_x) in rows.items()}
#     h, c = lstm_cell(one, (one, 2 * one), w)
#     mistakes = {
#         "f multiplies the old cell, i the candidate: the two gates are exchanged": [[0.95]],
#         "c̃ and h̃ = tanh(…): a candidate is no gate, and takes no sigmoid": [[5 / 3]],
#         "the tanh of the candidate is missing": [[1.6733]],
#         "the old cell is left out: f · c": [[0.15]],
#         "each matrix has the name of its gate: here they are taken in another order": [[0.5]],
#         "the pair is (h, c): the state first": [[0.4644]],
#     }
#     close_to(c, [[1.65]], what="c = 0.75 · 2 + 0.25 · 0.6", mistakes=mistakes)
#     mistakes = {
#         "the tanh around the cell is missing: h = o · tanh(c)": [[0.825]],
#         "h is made of the new cell, not of the old one": [[0.482]],
#         "the output gate is missing: h = o · tanh(c)": [[0.9289]],
#     }
#     close_to(h, [[0.4644]], what="h = 0.5 · tanh(1.65)", mistakes=mistakes)
#     # Torch stacks its gates, outputs first, and has the matrix of the state apart.
#     cell = nn.LSTMCell(4, 2, bias=False)
#     stacked = torch.cat([cell.weight_hh, cell.weight_ih], dim=1).detach().T.chunk(4, dim=1)
#     inputs = torch.randn(3, 4), (torch.randn(3, 2), torch.randn(3, 2)), dict(zip("ifco", stacked))
#     agrees_with(
#         lstm_cell, lambda x, state, w: cell(x, state), inputs, what="as torch's nn.LSTMCell gives it",
#         hint="the state comes first, [h, x], and each gate has its own matrix",
#     )
#     keeps_rows_apart(lstm_cell, inputs, shared=(2,))
#     leaves_arguments_alone(lstm_cell, inputs, names=("x", "state", "w"))
#     differentiates(lstm_cell, inputs, names=("x", "h", "c", "w['i']", "w['f']", "w['c']", "w['o']"))
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# **Le GRU** (Riveill) n'a plus qu'un état. La porte $z$ dit quelle part en est **renouvelée**, la porte $r$ ce que le
# candidat voit de l'ancien :
#
# $$z = \sigma([h_{t-1}, x_t]\, W_z) \qquad r = \sigma([h_{t-1}, x_t]\, W_r) \qquad \tilde h = \tanh([r\, h_{t-1}, x_t]\, W)$$
#
# $$h_t = (1 - z)\, h_{t-1} + z\, \tilde h$$

# %% [markdown] lang="en"
# **The GRU** (Riveill) has one state only. The gate $z$ tells which part of it is **renewed**, the gate $r$ what the
# candidate sees of the old one:
#
# $$z = \sigma([h_{t-1}, x_t]\, W_z) \qquad r = \sigma([h_{t-1}, x_t]\, W_r) \qquad \tilde h = \tanh([r\, h_{t-1}, x_t]\, W)$$
#
# $$h_t = (1 - z)\, h_{t-1} + z\, \tilde h$$

# %% tags=["active-ipynb", "raises-exception"]
# cell_diagram("gru")

# %% [markdown] lang="fr"
# **À la main.** Largeurs 1 : $h = x = 1$, $W_z = (\ln 3, 0)$, $W_r = (0, 0)$, $W = (2 \ln 2, 0)$. Alors $z = 0{,}75$, $r =
# 0{,}5$, $\tilde h = \tanh(0{,}5 \cdot 2 \ln 2) = 0{,}6$ et $h_t = 0{,}25 + 0{,}75 \cdot 0{,}6 = 0{,}7$.
#
# Largeur 2, pour voir **où** agit $r$ : $h = (1, 1)$, $x = 0$, $z = (0{,}5 ; 0{,}5)$, $r = (0{,}25 ; 0{,}75)$ et, pour la
# partie de $W$ qui multiplie l'état, $\begin{pmatrix} 0 & 4 \ln 3 \\ \tfrac43 \ln 2 & 0 \end{pmatrix}$. Alors $r\,h = (0{,}25 ;
# 0{,}75)$, le produit vaut $(\ln 2, \ln 3)$, $\tilde h = (0{,}6 ; 0{,}8)$ et $h_t = (0{,}8 ; 0{,}9)$.
#
# > **Attention, deux conventions.** Les sources ne s'accordent pas, et `nn.GRU` de PyTorch diffère du cours en deux points.
# >
# > 1. Son $z$ est ce que l'on **garde** : $h_t = (1 - z)\, \tilde h + z\, h_{t-1}$. C'est $1 - z$ du cours : il suffit de
# >    changer le signe de $W_z$.
# > 2. Son $r$ agit **après** le produit : $\tilde h = \tanh(x W_x + r\, (h W_h))$ au lieu de $\tanh(x W_x + (r\, h) W_h)$.
# >    Sur l'exemple de largeur 2, cela donne $(0{,}6135 ; 0{,}9986)$. Avec des matrices pleines, aucun choix de poids ne rend
# >    les deux égaux ; avec un $W_h$ diagonal dans le candidat, si.
# >
# > Pour `rnn_cell` et `lstm_cell`, rien de tel : ils donnent exactement ce que donnent les cellules de PyTorch sans biais,
# > une fois ses matrices transposées et ses quatre blocs lus dans l'ordre $i, f, \tilde c, o$. Les vérifications s'en
# > servent. Ici, suivez le **cours**.
#
# > **Exercice 1.3** (0,75 point). Écrivez `gru_cell`, dans la convention du cours : `w` donne les matrices `(H + D, H)` des
# > portes `"z"`, `"r"` et du candidat `"h"` ; $r$ multiplie l'état, et lui seul, **avant** le produit. L'appel se comporte
# > comme celui de 1.1.
#
# <details>
# <summary>Premier indice</summary>
#
# Deux vecteurs joints sont nécessaires, et non un : les portes lisent l'état, le candidat un état que $r$ a déjà réduit.
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# Refaites l'exemple de largeur 1 pas à pas dans une cellule à vous. Si vous trouvez $0{,}9$, votre $z$ est celui de PyTorch ;
# si vous trouvez $0{,}9118$, le candidat ne voit pas $r$.
#
# </details>

# %% [markdown] lang="en"
# **By hand.** Widths 1: $h = x = 1$, $W_z = (\ln 3, 0)$, $W_r = (0, 0)$, $W = (2 \ln 2, 0)$. Then $z = 0.75$, $r = 0.5$,
# $\tilde h = \tanh(0.5 \cdot 2 \ln 2) = 0.6$ and $h_t = 0.25 + 0.75 \cdot 0.6 = 0.7$.
#
# Width 2, to see **where** $r$ acts: $h = (1, 1)$, $x = 0$, $z = (0.5, 0.5)$, $r = (0.25, 0.75)$ and, for the part of $W$
# that multiplies the state, $\begin{pmatrix} 0 & 4 \ln 3 \\ \tfrac43 \ln 2 & 0 \end{pmatrix}$. Then $r\,h = (0.25, 0.75)$,
# the product is $(\ln 2, \ln 3)$, $\tilde h = (0.6, 0.8)$ and $h_t = (0.8, 0.9)$.
#
# > **Beware, two conventions.** Sources disagree, and PyTorch's `nn.GRU` differs from the lecture in two points.
# >
# > 1. Its $z$ is what is **kept**: $h_t = (1 - z)\, \tilde h + z\, h_{t-1}$. That is the lecture's $1 - z$: change the sign
# >    of $W_z$.
# > 2. Its $r$ acts **after** the product: $\tilde h = \tanh(x W_x + r\, (h W_h))$ in place of $\tanh(x W_x + (r\, h) W_h)$.
# >    On the example of width 2 this gives $(0.6135, 0.9986)$. With full matrices no choice of weights makes the two equal;
# >    with a diagonal $W_h$ in the candidate, one does.
# >
# > For `rnn_cell` and `lstm_cell` there is nothing of the kind: they give exactly what PyTorch's cells without bias give,
# > once its matrices are transposed and its four blocks are read in the order $i, f, \tilde c, o$. The checks make use of it.
# > Here, follow the **lecture**.
#
# > **Exercise 1.3** (0.75 points). Write `gru_cell`, in the lecture's convention: `w` gives the matrices `(H + D, H)` of the
# > gates `"z"`, `"r"` and of the candidate `"h"`; $r$ multiplies the state, and nothing else, **before** the product. A call
# > behaves as that of 1.1.
#
# <details>
# <summary>First hint</summary>
#
# Two joined vectors are needed, and not one: the gates read the state, the candidate a state that $r$ has cut down.
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# Go through the example of width 1 step by step in a cell of your own. If you find $0.9$, your $z$ is PyTorch's; if you find
# $0.9118$, the candidate does not see $r$.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "q1-gru-cell", "locked": false, "schema_version": 3, "solution": true, "task": false}
def gru_cell(x: Tensor, h: Tensor, w: dict[str, Tensor]) -> Tensor:
    """One step of a GRU, without bias, in the lecture's convention (Riveill): z is what is renewed.

    Args:
        x: what is read, float ``(B, D)``.
        h: the state before, ``(B, H)``.
        w: the matrices of the gates ``"z"``, ``"r"`` and of the candidate ``"h"``, ``(H + D, H)`` each.

    Returns:
        the state after, ``(B, H)``.
    """
    ### BEGIN SOLUTION
    both = torch.cat([h, x], dim=1)
    renew, keep = torch.sigmoid(both @ w["z"]), torch.sigmoid(both @ w["r"])
    candidate = torch.tanh(torch.cat([keep * h, x], dim=1) @ w["h"])
    return (1 - renew) * h + renew * candidate
    ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q1-gru-cell", "locked": true, "points": 0.75, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp10_seq2seq", "q1-gru-cell", globals())
# ### END HIDDEN TESTS
# from math import log
#
# from amal_attention.checks import (
#     agrees_with, check, close_to, differentiates, keeps_rows_apart, leaves_arguments_alone,
# )
#
# with check("q1-gru-cell"):
#     # By hand, all widths 1: z = 0.75, r = 0.5 and h̃ = 0.6.
#     one, rows = torch.ones(1, 1), {"z": [log(3), 0], "r": [0, 0], "h": [2 * log(2), 0]}
#     w = {gate: torch.tensor([[of_h], [of_x]], dtype=torch.float32) for gate, (of_h, of_x) in rows.items()}
#     mistakes = {
#         "here z is what is renewed, (1 - z) · h + z · h̃; torch writes it the other way": [[0.9]],
#         "what is renewed is not kept: (1 - z) · h, not h": [[1.45]],
#         "c̃ and h̃ = tanh(…): a candidate is no gate, and takes no sigmoid": [[0.75]],
#         "the tanh of the candidate is missing": [[0.7699]],
#         "nothing is reset, or the input comes first: the candidate reads [r · h, x]": [[0.9118]],
#     }
#     close_to(gru_cell(one, one, w), [[0.7]], what="0.25 · 1 + 0.75 · 0.6", mistakes=mistakes)
#     # Width 2, where the place of the reset shows: z = (1/2, 1/2), r = (1/4, 3/4) and h̃ = (0.6, 0.8).
#     x, h, w = torch.zeros(1, 1), torch.ones(1, 2), {"z": torch.zeros(3, 2)}
#     w["r"] = torch.tensor([[-log(3), 0], [0, log(3)], [0, 0]])
#     w["h"] = torch.tensor([[0, 4 * log(3)], [4 / 3 * log(2), 0], [0, 0]])
#     mistakes = {
#         "r multiplies h before the product: [r · h, x] W; torch's GRU does it after": [[0.6135, 0.9986]],
#         "the state comes first: [h, x], not [x, h]": [[0.7159, 0.5]],
#         "nothing is reset: the candidate reads r · h": [[0.8639, 0.9998]],
#     }
#     close_to(gru_cell(x, h, w), [[0.8, 0.9]], what="the reset comes before the product", mistakes=mistakes)
#     # Torch's z is one minus ours, and it resets after the product: for a diagonal matrix this is the same.
#     cell = nn.GRUCell(4, 2, bias=False)
#     with torch.no_grad():
#         cell.weight_hh[4:] *= torch.eye(2)
#     stacked = torch.cat([cell.weight_hh, cell.weight_ih], dim=1).detach().T.chunk(3, dim=1)
#     inputs = torch.randn(3, 4), torch.randn(3, 2), {"r": stacked[0], "z": -stacked[1], "h": stacked[2]}
#     agrees_with(
#         gru_cell, lambda x, h, w: cell(x, h), inputs, what="as torch's nn.GRUCell gives it here",
#         hint="one of the equations is another one: compare z, r, h̃ and the new state with them, one by one",
#     )
#     keeps_rows_apart(gru_cell, inputs, shared=(2,))
#     leaves_arguments_alone(gru_cell, inputs, names=("x", "h", "w"))
#     differentiates(gru_cell, inputs, names=("x", "h", "w['r']", "w['z']", "w['h']"))
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr" nbgrader={"grade": false, "grade_id": "q1-observe", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": true}
# ### Question ouverte 1 (0,5 point)
#
# Dites en deux phrases les deux désaccords sur le GRU, et lequel des deux un changement de poids ne peut pas effacer. Puis :
# la cellule d'un LSTM **ajoute**, $c_t = f\, c_{t-1} + i\, \tilde c$, là où la cellule simple prend le $\tanh$ d'un produit.
# Pourquoi un gradient survit-il plus longtemps dans la première ? (Dérivez chaque état par rapport au précédent.)
#
# === BEGIN MARK SCHEME ===
#
# 0,25 : z est la part renouvelée dans le cours, la part gardée dans PyTorch, ce que le signe de W_z efface ; r agit avant le
# produit avec la matrice du candidat dans le cours, après dans PyTorch, et cela ne s'efface pas avec une matrice pleine (r h
# W mélange des composantes réduites, r (h W) réduit des composantes mélangées).
#
# 0,25 : le long de la cellule, la dérivée de c_t par rapport à c_{t-1} est f (les portes tenues fixes), que le réseau peut
# garder près de 1 : un produit de nombres proches de 1 ne s'éteint pas. Dans la cellule simple, c'est W_h fois la dérivée du
# tanh, au plus 1 et presque 0 quand il sature : à chaque pas le gradient passe par la même matrice et rétrécit (ou explose).
#
# === END MARK SCHEME ===

# %% [markdown] lang="en" nbgrader={"grade": false, "grade_id": "q1-observe", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": true}
# ### Open question 1 (0.5 points)
#
# Tell in two sentences the two disagreements on the GRU, and which of the two no change of weights can remove. Then: the cell
# of an LSTM **adds**, $c_t = f\, c_{t-1} + i\, \tilde c$, where the plain cell takes the $\tanh$ of a product. Why does a
# gradient live longer in the former? (Differentiate each state with respect to the one before.)
#
# === BEGIN MARK SCHEME ===
#
# 0.25: z is the part that is renewed in the lecture, the part that is kept in PyTorch, which the sign of W_z removes; r acts
# before the product with the matrix of the candidate in the lecture, after it in PyTorch, and that cannot be removed with a
# full matrix (r h W mixes components that were cut down, r (h W) cuts down components that were mixed).
#
# 0.25: along the cell, the derivative of c_t with respect to c_{t-1} is f (the gates held fixed), which the network can keep
# near 1: a product of numbers near 1 does not die out. In the plain cell it is W_h times the derivative of tanh, at most 1
# and almost 0 where it saturates: at each step the gradient passes through the same matrix and shrinks (or explodes).
#
# === END MARK SCHEME ===


# %% [markdown] lang="fr"
# *Votre réponse ici.*

# %% [markdown] lang="en"
# *Your answer here.*

# %% [markdown] lang="fr"
# ## Question 2 : lire une ligne
#
# Une cellule, appliquée d'un caractère au suivant, lit une ligne entière. Son dernier état a tout vu passer : c'est lui qui
# la résume (Konaté). On peut empiler des **couches**, chacune lisant les états de celle d'en dessous ; et lire aussi de
# **droite à gauche**, puis joindre les deux états finaux.
#
# Le remplissage est le piège. Une ligne de 3 caractères dans un lot large de 5 finit à sa troisième place, et non à la
# dernière ; lue vers la gauche, elle **commence** à sa troisième place et finit à la première.

# %% [markdown] lang="en"
# ## Question 2: reading a line
#
# A cell, applied from one character to the next, reads a whole line. Its last state has seen all of it go by: it sums the
# line up (Konaté). One can stack **layers**, each of which reads the states of the one below; and also read from **right to
# left**, and join the two final states.
#
# Padding is the trap. A line of 3 characters in a batch that is 5 wide ends at its third place, and not at the last one; read
# leftward, it **begins** at its third place and ends at the first.

# %% tags=["active-ipynb", "raises-exception"]
# display(reading_diagram(["3", "/", "5", "PAD", "PAD"], [True, True, True, False, False]))
# reading_diagram(
#     ["3", "/", "5", "PAD", "PAD"], [True, True, True, False, False], bidirectional=True
# )

# %% [markdown] lang="fr"
# **À la main.** La ligne (a, b), complétée jusqu'à 4 places, donne une `memory` de 4 lignes, numérotées 0 à 3. `final` en est
# la ligne **1**, et non la ligne 3. Lue vers la gauche, son état final est à la ligne **0**.
#
# > **Exercice 2.1** (1,5 point). Écrivez `Encoder` : un `nn.Embedding`, puis une couche récurrente (`nn.GRU` suffit).
# >
# > - `memory` contient les états de la **dernière** couche, `final` son état au **dernier vrai caractère** de chaque ligne,
# >   tel que le dit le masque.
# > - L'état d'un caractère dépend de ceux qui le précèdent et de leur ordre ; lu vers la droite, il ne dépend d'aucun de ceux
# >   qui le suivent.
# > - Ni le nombre de places de remplissage, ni ce qui y est écrit, ni les autres lignes ne changent ce qui est dit des
# >   caractères ; chaque ligne revient à sa place dans le lot. `memory` a $S$ colonnes, et ce qu'elle contient sur le
# >   remplissage est libre ; `out_features` dit $H$.
# > - Tout s'apprend : un gradient de `memory` et de `final` atteint chaque paramètre, en remontant jusqu'au premier
# >   caractère. Un appel ne garde rien pour le suivant, ne change ni `tokens` ni `mask`, et rend des `float32`, les mêmes en
# >   apprentissage qu'en évaluation, au *dropout* près.
# > - *Optionnel, un tiers des points.* `num_layers` empile les couches. Si `bidirectional`, chaque état joint celui de gauche
# >   à droite puis celui de droite à gauche du même caractère : `memory` joint les deux états de chaque place, `final` joint
# >   l'état vers la droite au dernier caractère et l'état vers la gauche au **premier** ; $H$ vaut alors deux fois
# >   `hidden_size`.
#
# <details>
# <summary>Premier indice</summary>
#
# Vers la droite, un état n'a jamais vu ce qui vient après lui : le remplissage ne le touche pas. Il ne reste qu'à prendre,
# dans chaque ligne de `memory`, la bonne place. Comment le masque dit-il laquelle ?
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# Deux chemins. Prendre la place longueur − 1 de chaque ligne (`take_along_dim`, ou deux listes d'indices) : cela suffit vers
# la droite. Ou `pack_padded_sequence` avec les longueurs, qui s'arrête au bout de chaque ligne dans les deux sens : il
# demande `enforce_sorted=False`, et `pad_packed_sequence` demande `total_length`. Le second résultat de `nn.GRU` range les
# couches de bas en haut, et pour chacune les deux sens.
#
# </details>

# %% [markdown] lang="en"
# **By hand.** The line (a, b), padded to 4 places, gives a `memory` of 4 rows, numbered 0 to 3. `final` is its row **1**, and
# not row 3. Read leftward, its final state is at row **0**.
#
# > **Exercise 2.1** (1.5 points). Write `Encoder`: an `nn.Embedding`, then a recurrent layer (`nn.GRU` will do).
# >
# > - `memory` holds the states of the **last** layer, `final` its state at the **last real character** of each line, as the
# >   mask tells it.
# > - The state of a character hangs on those before it and on their order; read rightward, it hangs on none of those after
# >   it.
# > - Neither the number of places of padding, nor what is written there, nor the other lines change what is said of
# >   characters; each line comes back at its place in the batch. `memory` has $S$ columns, and what it holds on padding is
# >   free; `out_features` tells $H$.
# > - All is learned: a gradient of `memory` and of `final` reaches each parameter, back to the first character. A call keeps
# >   nothing for the next one, changes neither `tokens` nor `mask`, and gives `float32`, the same in training as in
# >   evaluation, dropout apart.
# > - *Optional, a third of the points.* `num_layers` stacks the layers. If `bidirectional`, each state joins the rightward
# >   and then the leftward one of the same character: `memory` joins the two states of each place, `final` joins the
# >   rightward state at the last character and the leftward state at the **first**; $H$ is then twice `hidden_size`.
#
# <details>
# <summary>First hint</summary>
#
# Rightward, a state has never seen what comes after it: padding does not touch it. What is left is to take the right place of
# each row of `memory`. How does the mask tell which?
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# Two ways. Take the place length − 1 of each row (`take_along_dim`, or two lists of indices): that is enough rightward. Or
# `pack_padded_sequence` with the lengths, which stops at the end of each line in both directions: it needs
# `enforce_sorted=False`, and `pad_packed_sequence` needs `total_length`. The second result of `nn.GRU` holds the layers from
# below upwards, and for each of them the two directions.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "q2-encoder", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Encoder(nn.Module):
    """A recurrent network that reads lines of characters (Konaté).

    Args:
        num_tokens: V.
        dim: D, the width of the embeddings.
        hidden_size: the width of the state of one direction.
        num_layers: how many layers are stacked; only the last one is seen.
        bidirectional: whether a second network reads each line from its last character to its first.
    """

    def __init__(
        self,
        num_tokens: int,
        dim: int,
        hidden_size: int,
        num_layers: int = 1,
        bidirectional: bool = False,
    ) -> None:
        super().__init__()
        self.out_features = 2 * hidden_size if bidirectional else hidden_size
        ### BEGIN SOLUTION
        self.embedding = nn.Embedding(num_tokens, dim)
        self.rnn = nn.GRU(
            dim, hidden_size, num_layers, batch_first=True, bidirectional=bidirectional
        )
        ### END SOLUTION

    def forward(self, tokens: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """``tokens`` int ``(B, S)``, ``mask`` bool ``(B, S)`` -> memory ``(B, S, H)``, final ``(B, H)``."""
        ### BEGIN SOLUTION
        packed = pack_padded_sequence(
            self.embedding(tokens),
            mask.sum(dim=1).cpu(),  # given: the advice on torch's error says it
            batch_first=True,
            enforce_sorted=False,
        )
        states, ends = self.rnn(packed)
        memory, _ = pad_packed_sequence(states, batch_first=True, total_length=tokens.shape[1])
        directions = 2 if self.rnn.bidirectional else 1
        return memory, torch.cat(tuple(ends[-directions:]), dim=1)
        ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q2-encoder", "locked": true, "points": 1.5, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp10_seq2seq", "q2-encoder", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import (
#     EncoderProbe, answers_afresh, check, fills_the_mask, final_is_last_state, gradient_reaches,
#     hangs_on_order, ignores_padding, keeps_types, leaves_inputs_alone, reads_both_ways, reads_each_alone,
#     registers_everything, same_in_training, sees_its_past, sees_no_future, shapes, shows_last_layer,
# )
#
# with check("q2-encoder"):
#     encoder, probe = Encoder(num_tokens=11, dim=4, hidden_size=5), EncoderProbe(11, 5)
#     shapes(encoder, probe, what="memory is (B, S, H) and final (B, H), for any B and S")
#     hangs_on_order(encoder, probe)
#     final_is_last_state(encoder, probe)
#     sees_no_future(encoder, probe)
#     sees_its_past(encoder, probe, hint="a state knows all characters before it: is the recurrent layer batch_first=True?")
#     fills_the_mask(encoder, probe)
#     reads_each_alone(
#         encoder, probe, lengths=(2, 4, 3), what="a line is read by itself, whatever stands beside it in the batch"
#     )
#     ignores_padding(encoder, EncoderProbe(11, 5, parts=["memory"]))
#     answers_afresh(
#         encoder, probe, what="each call answers for itself: the same lines in another order give the same answers"
#     )
#     leaves_inputs_alone(encoder, probe)
#     keeps_types(encoder, probe, what="memory and final are of float32")
#     same_in_training(encoder, probe, hint="in training a line is read by itself too: no normalisation over the batch, no other branch")
#     registers_everything(lambda: Encoder(11, 4, 5), probe)
#     for part in ("memory", "final"):
#         gradient_reaches(encoder, EncoderProbe(11, 5, parts=[part]))
#     # The optional part: two layers, then both directions.
#     deep = Encoder(11, 4, 5, num_layers=2)
#     final_is_last_state(deep, probe)
#     shows_last_layer(deep, probe, layers=2)
#     both, probe = Encoder(11, 4, 5, bidirectional=True), EncoderProbe(11, 10)
#     shapes(both, probe, what="read both ways, states are twice as wide")
#     reads_both_ways(both, probe)
#     final_is_last_state(both, probe, bidirectional=True)
#     ignores_padding(both, EncoderProbe(11, 10, parts=["memory"]))
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# > **Exercice 2.2** (0,5 point). Écrivez `StateClassifier` : des logits `(B, C)` calculés depuis `final`, et depuis rien
# > d'autre.
# >
# > - L'encodeur reste dans l'attribut `encoder`. Il reçoit les jetons et le masque tels quels, **une** fois par appel, et il
# >   apprend : le gradient des logits l'atteint.
# > - Pas de softmax : l'entropie croisée s'en charge. Une couche linéaire suffit ; davantage est permis.
# > - Les autres lignes du lot ne changent pas la réponse.
#
# <details>
# <summary>Premier indice</summary>
#
# L'encodeur rend un couple. Lequel des deux a une forme qui ne dépend pas de la longueur des lignes ?
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# La largeur d'entrée de la couche linéaire n'est pas toujours celle que vous pensez : l'encodeur la connaît, dans
# `out_features`.
#
# </details>

# %% [markdown] lang="en"
# > **Exercise 2.2** (0.5 points). Write `StateClassifier`: logits `(B, C)` that are computed from `final`, and from nothing
# > else.
# >
# > - The encoder is kept in the attribute `encoder`. It is handed the tokens and the mask as they are, **once** a call, and
# >   it learns: the gradient of the logits reaches it.
# > - No softmax: cross-entropy sees to it. A linear layer is enough; more is allowed.
# > - The other lines of the batch do not change the answer.
#
# <details>
# <summary>First hint</summary>
#
# The encoder gives a pair. Which of the two has a shape that does not depend on the length of the lines?
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# The width that comes into the linear layer is not always the one you think: the encoder knows it, in `out_features`.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "q2-classifier", "locked": false, "schema_version": 3, "solution": true, "task": false}
class StateClassifier(nn.Module):
    """Logits from the final state of an encoder (Konaté).

    Args:
        encoder: as that of exercise 2.1, or another with its signature.
        num_classes: C.
    """

    def __init__(self, encoder: nn.Module, num_classes: int) -> None:
        super().__init__()
        self.encoder = encoder
        ### BEGIN SOLUTION
        self.output = nn.Linear(encoder.out_features, num_classes)
        ### END SOLUTION

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """``tokens`` int ``(B, S)``, ``mask`` bool ``(B, S)`` -> logits ``(B, C)``."""
        ### BEGIN SOLUTION
        _, final = self.encoder(tokens, mask)
        return self.output(final)
        ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q2-classifier", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp10_seq2seq", "q2-classifier", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import FixedEncoder, check, close_to, equal_to
#
# with check("q2-classifier"):
#     tokens = torch.arange(24).reshape(8, 3)
#     mask = torch.arange(3) < torch.tensor([3, 2, 1, 3, 2, 3, 1, 2]).unsqueeze(1)
#     memory, final = torch.randn(8, 3, 4), torch.randn(8, 4)
#     encoder = FixedEncoder(memory, final)  # it says this, whatever it reads
#     model = StateClassifier(encoder, num_classes=5).eval()
#     logits = model(tokens, mask)
#     equal_to(tuple(logits.shape), (8, 5), what="the logits are (B, C)", hint="C is num_classes")
#     equal_to(getattr(model, "encoder", None) is encoder, True, what="the encoder is kept in the attribute encoder", hint="self.encoder is the encoder that is given, and forward calls it")
#     equal_to(int(encoder.calls), 1, what="the encoder is called once a batch", hint="one call gives memory and final")
#     handed = "the encoder is handed tokens and mask as they are"
#     equal_to(encoder.tokens.tolist(), tokens.tolist(), what=handed)
#     equal_to(
#         encoder.mask.tolist(), mask.tolist(), what=handed,
#         hint="the mask is handed on as it is, the one that forward is given",
#     )
#     close_to(
#         model(tokens[:1], mask[:1]), logits[:1].detach(), what="a line gives alone what it gives beside others",
#         hint="each line is read by itself, in a batch of one too",
#     )
#     logits.square().sum().backward()
#     hint = "the encoder learns too: no detach, no no_grad, no requires_grad_(False)"
#     equal_to(encoder.final.grad is not None, True, what="a gradient reaches the encoder", hint=hint)
#     with torch.no_grad():
#         encoder.memory.neg_()
#     close_to(
#         model(tokens, mask), logits.detach(), what="another memory leaves the logits as they are",
#         hint="the logits come from final: memory has no part in them",
#     )
#     sums = {
#         "no softmax: the cross-entropy takes logits, and has one inside": logits.sum(dim=1),
#         "no log_softmax: the cross-entropy takes logits, and has one inside": logits.exp().sum(dim=1),
#     }
#     likely = [hint for hint, each in sums.items() if torch.allclose(each, torch.ones(8), atol=1e-4)]
#     equal_to(
#         bool((logits < 0).any() and (logits > 0).any()), True, what="some logits are below 0, some above",
#         mistakes=dict.fromkeys(likely, False),
#         hint="nothing stands between the last linear layer and the logits: no sigmoid, no ReLU",
#     )
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# **Que contient un vecteur ?** Le mois d'une date se lit dans la cible, aux places 5 et 6 de `1998-03-12`. Cette cellule
# apprend à le dire depuis le seul état final, parmi 12 classes. À attendre : 85 % de dates jamais vues après une époque (1,4
# s). Un vecteur de 64 nombres suffit donc pour un mois ; suffira-t-il pour écrire la date entière ?

# %% [markdown] lang="en"
# **What does one vector hold?** The month of a date can be read off the target, at places 5 and 6 of `1998-03-12`. This cell
# learns to tell it from the final state alone, among 12 classes. To expect: 85 % of dates never seen after one epoch (1.4 s).
# So a vector of 64 numbers is enough for a month; will it be enough to write the whole date?

# %% tags=["active-ipynb", "raises-exception"]
# def month(batch):
#     """The month of each date, from 0, read off the line to write."""
#     return torch.tensor([int(alphabet.decode(line)[5:7]) - 1 for line in batch.target])
#
#
# with told_in_a_line("Q2"):
#     seed_everything(0, verbose=False)
#     classifier = StateClassifier(Encoder(data.num_tokens, dim=32, hidden_size=64), num_classes=12)
#     adam = torch.optim.Adam(classifier.parameters(), lr=5e-3)
#     for batch in data.train_dataloader():
#         cost = F.cross_entropy(classifier(batch.source, batch.source_mask), month(batch))
#         adam.zero_grad()
#         cost.backward()
#         adam.step()
#     right = [
#         classifier(batch.source, batch.source_mask).argmax(dim=1) == month(batch)
#         for batch in data.val_dataloader()
#     ]
#     accuracy = torch.cat(right).float().mean().item()
#     print(f"{accuracy:.1%} of the validation dates have their month right")

# %% [markdown] lang="fr"
# ## Question 3 : X, y et l'enseignant
#
# Un décodeur écrit un caractère à la fois, et lit pour cela ceux qu'il a déjà écrits. Pour apprendre, on lui donne à lire, au
# lieu de ses propres essais, la **bonne** ligne, décalée d'une place : c'est l'**enseignant** (*teacher*), construit depuis y
# (Riveill). Dans le cours, cela s'écrit `fit([X, teacher], y)`.
#
# | place | 0 | 1 | 2 | 3 |
# |---|---|---|---|---|
# | lu : `teacher` | `START` | 1 | 9 | 9 |
# | à prédire : `target` | 1 | 9 | 9 | `END` |
#
# `START` donne de quoi commencer, `END` apprend à s'arrêter. En chaque place, `target` est ce qui vient après `teacher`.

# %% [markdown] lang="en"
# ## Question 3: X, y and the teacher
#
# A decoder writes one character at a time, and to do so it reads those that it has written. For learning, it is given to
# read, in place of its own attempts, the **right** line, one place late: this is the **teacher**, made of y (Riveill). In the
# lecture, this is written `fit([X, teacher], y)`.
#
# | place | 0 | 1 | 2 | 3 |
# |---|---|---|---|---|
# | read: `teacher` | `START` | 1 | 9 | 9 |
# | to predict: `target` | 1 | 9 | 9 | `END` |
#
# `START` gives something to begin with, `END` teaches to stop. At each place, `target` is what comes after `teacher`.

# %% [markdown] lang="fr"
# **À la main.** Les paires ([5, 6, 7], [8, 9]) et ([4], [6]) donnent :
#
# | | ligne 0 | ligne 1 |
# |---|---|---|
# | `source` | 5, 6, 7 | 4, 0, 0 |
# | `source_mask` | T, T, T | T, F, F |
# | `teacher` | 1, 8, 9 | 1, 6, 0 |
# | `target` | 8, 9, 2 | 6, 2, 0 |
# | `target_mask` | T, T, T | T, T, F |
#
# où T et F sont `True` et `False`. Le `END` compte : sans lui dans le masque, le modèle n'apprendrait jamais à s'arrêter.
#
# > **Exercice 3** (1 point). Écrivez `make_batch`, qui fait un `PairBatch` d'une liste de paires (source, cible). Il n'y a ni
# > `START` ni `END` dans les paires, et chaque ligne a au moins un caractère ; une seule paire fait un lot aussi.
# >
# > - `target` est la cible puis `END` ; `teacher` est `START` puis la cible ; ils ont la même largeur.
# > - Chaque côté est aussi large que sa plus longue ligne, complété à droite par `PAD`.
# > - Les masques sont `True` sur les caractères et sur `END`, `False` ailleurs : `target_mask` dit aussi où est l'enseignant.
# > - Les numéros sont `int64`, les masques `bool`. Les paires reçues restent telles quelles.
#
# <details>
# <summary>Premier indice</summary>
#
# Trois fois le même travail : des listes de longueurs inégales, à mettre dans un rectangle. Faites-en une petite fonction, ou
# voyez ce que PyTorch a pour des suites (`torch.nn.utils.rnn`).
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# Le masque se lit sur les longueurs : comparez `torch.arange` de la largeur à la longueur de chaque ligne, avec un axe de plus. Une liste d'entiers de Python donne de l'`int64`. `append` change la liste
# que l'on vous a donnée : construisez-en une nouvelle.
#
# </details>

# %% [markdown] lang="en"
# **By hand.** The pairs ([5, 6, 7], [8, 9]) and ([4], [6]) give:
#
# | | row 0 | row 1 |
# |---|---|---|
# | `source` | 5, 6, 7 | 4, 0, 0 |
# | `source_mask` | T, T, T | T, F, F |
# | `teacher` | 1, 8, 9 | 1, 6, 0 |
# | `target` | 8, 9, 2 | 6, 2, 0 |
# | `target_mask` | T, T, T | T, T, F |
#
# where T and F are `True` and `False`. The `END` counts: without it in the mask, the model would never learn to stop.
#
# > **Exercise 3** (1 point). Write `make_batch`, which makes a `PairBatch` of a list of pairs (source, target). There is
# > neither `START` nor `END` in the pairs, and each line has at least one character; one pair alone makes a batch, too.
# >
# > - `target` is the target then `END`; `teacher` is `START` then the target; they are equally wide.
# > - Each side is as wide as its longest line, padded on the right with `PAD`.
# > - The masks are `True` on characters and on `END`, `False` elsewhere: `target_mask` tells where the teacher is, too.
# > - Numbers are `int64`, masks are `bool`. The pairs that are given stay as they are.
#
# <details>
# <summary>First hint</summary>
#
# Three times the same work: lists of unequal lengths, to be put into a rectangle. Make a small function of it, or see what
# PyTorch has for sequences (`torch.nn.utils.rnn`).
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# The mask is read off the lengths: compare `torch.arange` of the width with the length of each row, with one more axis. A list of Python's integers gives `int64`. `append` changes the list that you were given: make
# a new one.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "q3-batch", "locked": false, "schema_version": 3, "solution": true, "task": false}
def make_batch(pairs: list[tuple[list[int], list[int]]]) -> PairBatch:
    """Pairs of lines as one batch, with a teacher made of the targets (Riveill).

    Args:
        pairs: numbers of the characters of a source, and of its target; no START and no END in them.

    Returns:
        source and source_mask ``(B, S)``; teacher, target and target_mask ``(B, T)``, T with the END.
    """
    ### BEGIN SOLUTION
    source = pad_sequence(
        [torch.tensor(source) for source, _ in pairs], batch_first=True, padding_value=PAD
    )
    target = pad_sequence(
        [torch.tensor([*target, END]) for _, target in pairs],
        batch_first=True,
        padding_value=PAD,
    )
    teacher = pad_sequence(
        [torch.tensor([START, *target]) for _, target in pairs],
        batch_first=True,
        padding_value=PAD,
    )
    lengths = torch.tensor([[len(source), len(target) + 1] for source, target in pairs])
    source_mask, target_mask = (
        torch.arange(padded.shape[1]) < lengths[:, side : side + 1]
        for side, padded in enumerate((source, target))
    )
    return PairBatch(source, source_mask, teacher, target, target_mask)
    ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q3-batch", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp10_seq2seq", "q3-batch", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import check, equal_to
#
# with check("q3-batch"):
#     pairs = [([5, 6, 7], [8, 9]), ([4], [6])]
#     batch = make_batch(pairs)
#     equal_to(type(batch).__name__, "PairBatch", what="a PairBatch comes back", hint="return PairBatch(…)")
#     mistakes = {
#         "END is missing: without it nothing tells where to stop": [[8, 9], [6, 0]],
#         "START stands in the teacher, not in the target": [[1, 8, 9, 2], [1, 6, 2, 0]],
#         "padding stands on the right, behind the line": [[8, 9, 2], [0, 6, 2]],
#     }
#     equal_to(batch.target.tolist(), [[8, 9, 2], [6, 2, 0]], what="target is y then END", mistakes=mistakes, hint="the characters of y in their order, then END")
#     mistakes = {
#         "the teacher is one place late, START then y: here it is the target, the answer itself": [[8, 9, 2], [6, 2, 0]],
#         "the first token of the teacher is START, not END: roll turns the last one to the front": [[2, 8, 9], [0, 6, 2]],
#         "END is not read by the decoder: it stands in the target alone": [[1, 8, 9, 2], [1, 6, 2, 0]],
#         "END is not read by the decoder: it stands in no row of the teacher": [[1, 8, 9], [1, 6, 2]],
#         "START is missing: the decoder reads it to write the first character": [[8, 9], [6, 0]],
#         "padding stands on the right, behind the line": [[1, 8, 9], [0, 1, 6]],
#     }
#     equal_to(batch.teacher.tolist(), [[1, 8, 9], [1, 6, 0]], what="teacher is START then y", mistakes=mistakes)
#     mistakes = {
#         "END counts: a model that is not asked for it never learns to stop": [[True, True, False], [True, False, False]],
#         "the mask is True where characters are, not where padding is": [[False, False, False], [False, False, True]],
#         "padding counts too: the mask is False there": [[True, True, True], [True, True, True]],
#     }
#     by_hand = [[True, True, True], [True, True, False]]
#     equal_to(batch.target_mask.tolist(), by_hand, what="target_mask is True on characters and END", mistakes=mistakes)
#     source, source_mask = batch.source.tolist(), batch.source_mask.tolist()
#     mistakes = {
#         "padding stands on the right, behind the line": [[5, 6, 7], [0, 0, 4]],
#         "neither START nor END, and no row in another place": [[5, 6, 7, 2], [4, 2, 0, 0]],
#         "pairs keep their order: no row in another place": [[4, 0, 0], [5, 6, 7]],
#     }
#     equal_to(
#         source, [[5, 6, 7], [4, 0, 0]], what="source is as wide as its longest line", mistakes=mistakes,
#         hint="as long as the longest line of this batch, padded with PAD = 0",
#     )
#     equal_to(source_mask, [[True] * 3, [True, False, False]], what="source_mask is True on characters")
#     types = [str(part.dtype).removeprefix("torch.") for part in batch]
#     equal_to(types, ["int64", "bool", "int64", "int64", "bool"], what="numbers are int64, masks bool", hint="numbers of tokens are int64, as nn.Embedding takes them, and masks bool")
#     equal_to(
#         pairs, [([5, 6, 7], [8, 9]), ([4], [6])], what="the pairs are left as they are",
#         hint="append and += change the line that is given, and the next epoch has two END: make a new list",
#     )
#     one = make_batch([([5, 6], [7])])
#     equal_to(one.target.tolist(), [[7, 2]], what="a batch of one pair")
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# **Trois lignes des données**, mises en lot par votre fonction. `⊢` est `START`, `⊣` est `END`, `·` du remplissage et `␣` une
# espace ; chaque jeton de l'enseignant est au-dessus de ce qu'il faut prédire après l'avoir lu.

# %% [markdown] lang="en"
# **Three lines of the data**, made a batch by your function. `⊢` is `START`, `⊣` is `END`, `·` padding and `␣` a space; each
# token of the teacher stands above what is to be predicted after it.

# %% tags=["active-ipynb", "raises-exception"]
# signs = {PAD: "·", START: "⊢", END: "⊣", alphabet.encode(" ")[0]: "␣"}
#
#
# def shown(tokens):
#     """Tokens side by side, each as one sign."""
#     return " ".join(signs.get(token) or alphabet.decode([token]) for token in tokens.tolist())
#
#
# with told_in_a_line("Q3"):
#     batch = make_batch(data.pairs("train")[:3])
#     for row in range(3):
#         for name in ("source", "teacher", "target"):
#             print(name.rjust(8), shown(getattr(batch, name)[row]))
#         print()

# %% [markdown] lang="fr"
# ## Question 4 : encodeur-décodeur avec enseignant
#
# On modélise la probabilité d'une ligne comme un produit, un caractère après l'autre :
#
# $$p(y \mid x) = \prod_t p(y_t \mid y_1, \dots, y_{t-1}, x)$$
#
# L'**encodeur** lit $x$ et en donne l'état final ; le **décodeur** part de cet état, lit ce qui est déjà écrit, et dit en
# chaque place ce qui peut suivre. Apprendre, c'est rendre petit le coût de Konaté, la moyenne de $-\log p(y_t \mid \dots)$
# sur les $N$ vrais jetons du lot, `END` compris.
#
# Deux façons de nourrir le décodeur pendant l'apprentissage : **avec** enseignant, il lit la bonne ligne, toutes les places
# d'un coup ; **sans**, il lit ce qu'il vient d'écrire, pas à pas.

# %% [markdown] lang="en"
# ## Question 4: encoder-decoder with a teacher
#
# The probability of a line is modelled as a product, one character after the other:
#
# $$p(y \mid x) = \prod_t p(y_t \mid y_1, \dots, y_{t-1}, x)$$
#
# The **encoder** reads $x$ and gives its final state; the **decoder** starts from that state, reads what is written already,
# and tells at each place what may follow. To learn is to make Konaté's loss small, the mean of $-\log p(y_t \mid \dots)$ over
# the $N$ real tokens of the batch, `END` among them.
#
# There are two ways to feed the decoder in training: **with** a teacher it reads the right line, all places at once;
# **without**, it reads what it has just written, step by step.

# %% tags=["active-ipynb", "raises-exception"]
# display(seq2seq_diagram(["2", "/", "5"], ["0", "5", "-", "0", "2", "END"]))
# seq2seq_diagram(["2", "/", "5"], ["0", "5", "-", "0", "2", "END"], teacher=False)

# %% [markdown] lang="fr"
# > **Exercice 4.1** (1,25 point). Écrivez `Decoder` : un `nn.Embedding`, un GRU qui part de `state`, une couche linéaire vers
# > les logits.
# >
# > - L'état qui revient, `(B, H)`, est celui **après** le dernier jeton lu. Donner tous les jetons d'un coup, ou un à un en
# >   passant l'état de main en main, revient au même.
# > - Les logits en $t$ dépendent de tous les jetons jusqu'à $t$, et d'aucun d'après. Ce sont des logits `(B, T, V)`, et non
# >   des probabilités : ni softmax, ni log-softmax. (Le code Keras de Riveill finit par un softmax ; l'entropie croisée de
# >   PyTorch l'a déjà en elle.)
# > - C'est un GRU : si les nombres de l'état reçu sont entre −1 et 1, ceux de l'état rendu y sont aussi.
# > - Ce décodeur ne regarde ni `memory` ni `mask` : ils ne changent rien à la réponse. `weights` est `None`.
# > - Les autres lignes du lot ne changent pas la réponse. Tout s'apprend : les gradients des logits et de l'état rendu
# >   atteignent les paramètres et l'état reçu. Un appel laisse ce qu'il reçoit tel quel, ne garde rien pour le suivant, et
# >   rend des `float32`, les mêmes en apprentissage qu'en évaluation, au *dropout* près.
#
# <details>
# <summary>Premier indice</summary>
#
# `nn.GRU` accepte un second argument. Sa forme n'est pas tout à fait celle de `state` : à quoi sert l'axe en plus ?
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# Le premier axe de l'état d'un `nn.GRU` compte les couches : ajoutez-le à l'entrée, ôtez-le à la sortie. `nn.GRU` rend tous
# les états, puis le dernier : les logits viennent des uns, l'état rendu est l'autre. N'oubliez pas `batch_first`.
#
# </details>
#
# **Et avec un LSTM ?** L'encodeur transmettrait le **couple** $(h, c)$, comme le fait le code de Riveill. Ne transmettre que
# $h$ est une erreur qui ne se voit pas aux formes : mesuré une fois sur ces dates, le modèle n'écrit plus que 0,2 % des lignes sans
# faute, au lieu de 27,9 %. Ici, un GRU n'a qu'un état, et `state` est un seul tenseur.

# %% [markdown] lang="en"
# > **Exercise 4.1** (1.25 points). Write `Decoder`: an `nn.Embedding`, a GRU that starts from `state`, a linear layer to the
# > logits.
# >
# > - The state that comes back, `(B, H)`, is the one **after** the last token that is read. To give all tokens at once, or
# >   one by one while handing the state on, comes to the same.
# > - The logits at $t$ hang on all tokens up to $t$, and on none after. They are logits `(B, T, V)`, no probabilities:
# >   neither softmax nor log-softmax. (Riveill's Keras code ends in a softmax; PyTorch's cross-entropy has it inside.)
# > - It is a GRU: if the numbers of the state that it gets lie between −1 and 1, so do those of the state that it gives.
# > - This decoder looks neither at `memory` nor at `mask`: they change nothing in the answer. `weights` is `None`.
# > - The other lines of the batch do not change the answer. All is learned: the gradients of the logits and of the state that
# >   comes back reach the parameters, and the state that is given. A call leaves what it is given as it is, keeps nothing for
# >   the next one, and gives `float32`, the same in training as in evaluation, dropout apart.
#
# <details>
# <summary>First hint</summary>
#
# `nn.GRU` takes a second argument. Its shape is not quite that of `state`: what is the other axis for?
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# The first axis of the state of an `nn.GRU` counts layers: add it on the way in, take it off on the way out. `nn.GRU` gives
# all states, then the last one: the logits come from the former, the state that you give back is the latter. Do not forget
# `batch_first`.
#
# </details>
#
# **And with an LSTM?** The encoder would hand over the **pair** $(h, c)$, as Riveill's code does. To hand over $h$ alone is a
# mistake that no shape shows: measured once on these dates, the model then writes 0.2 % of the lines without a mistake, in place
# of 27.9 %. Here, a GRU has one state, and `state` is one tensor.


# %% nbgrader={"grade": false, "grade_id": "q4-decoder", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Decoder(nn.Module):
    """A recurrent network that writes: of each character, the logits of the one that follows (Konaté).

    Args:
        num_tokens: V.
        dim: D, the width of the embeddings.
        hidden_size: H, the width of the state.
    """

    def __init__(self, num_tokens: int, dim: int, hidden_size: int) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.embedding = nn.Embedding(num_tokens, dim)
        self.rnn = nn.GRU(dim, hidden_size, batch_first=True)
        self.output = nn.Linear(hidden_size, num_tokens)
        ### END SOLUTION

    def forward(
        self, tokens: Tensor, state: Tensor, memory: Tensor, mask: Tensor
    ) -> tuple[Tensor, Tensor, Tensor | None]:
        """Go on from a state.

        Args:
            tokens: what was written, int ``(B, T)``.
            state: ``(B, H)``.
            memory: of the encoder, ``(B, S, H)``; this decoder does not look at it.
            mask: where the source is, bool ``(B, S)``.

        Returns:
            logits ``(B, T, V)``, the state after the last token ``(B, H)``, and no weights.
        """
        ### BEGIN SOLUTION
        states, last = self.rnn(self.embedding(tokens), state.unsqueeze(0).contiguous())
        return self.output(states), last.squeeze(0), None
        ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q4-decoder", "locked": true, "points": 1.25, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp10_seq2seq", "q4-decoder", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import DecoderProbe, check, decodes_alike, gradient_reaches
# from amal_attention.checks import keeps_state_small, looks_at_no_memory, reads_each_alone
# from amal_attention.checks import registers_everything, sees_its_past, sees_no_future, shapes
# from amal_attention.checks import starts_from_state, writes_logits
#
# with check("q4-decoder"):
#     decoder, probe = Decoder(num_tokens=8, dim=3, hidden_size=6), DecoderProbe(8, hidden_size=6)
#     shapes(decoder, probe, what="logits (B, T, V), state (B, H), and None")
#     sees_its_past(decoder, probe)
#     starts_from_state(decoder, probe)
#     decodes_alike(decoder, probe)
#     sees_no_future(decoder, probe)
#     keeps_state_small(decoder, probe)
#     writes_logits(decoder, probe)
#     looks_at_no_memory(decoder, probe)
#     reads_each_alone(decoder, probe, what="each line is read by itself")
#     gradient_reaches(decoder, probe)
#     registers_everything(lambda: Decoder(num_tokens=8, dim=3, hidden_size=6), probe)
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# **À la main.** Deux lignes, $T = 2$, trois jetons. Les logits sont les logarithmes de $(\tfrac12, \tfrac14, \tfrac14)$ et
# $(\tfrac14, \tfrac12, \tfrac14)$ pour la première ligne, de $(\tfrac18, \tfrac12, \tfrac38)$ et $(0{,}1 ; 0{,}1 ; 0{,}8)$
# pour la seconde. La cible est 0 partout, et la dernière place de la seconde ligne est du remplissage. Les trois vrais jetons
# ont les probabilités $\tfrac12$, $\tfrac14$ et $\tfrac18$, donc
#
# $$\tfrac13 (\ln 2 + 2 \ln 2 + 3 \ln 2) = 2 \ln 2 = 1{,}386$$
#
# Compter le remplissage donne $1{,}615$ ; diviser par les quatre places $1{,}040$ ; prendre la moyenne des moyennes des
# lignes $1{,}560$.
#
# > **Exercice 4.2** (0,75 point). Écrivez `sequence_loss` : la moyenne de l'entropie croisée sur les jetons du lot dont le
# > masque est `True`, en un seul nombre.
# >
# > - Chaque jeton pèse autant, où qu'il soit. Le jeton 0 compte là où le masque est `True`.
# > - De grands logits donnent un coût fini, égal à ce que dit la formule. Le gradient du coût atteint les logits des vrais
# >   jetons ; ce qui est sous le masque à `False`, logits ou cible, ne change rien, et le gradient y vaut 0. Un appel laisse
# >   ce qu'il reçoit tel quel, et rend un `float32`.
#
# <details>
# <summary>Premier indice</summary>
#
# Combien de jetons sont comptés, et par combien divise-t-on ? Refaites les trois valeurs fausses de l'exemple : chacune est
# une erreur fréquente.
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# Un masque booléen peut servir d'indice, et ne garde que les places vraies ; les axes qu'il indexe se fondent en un seul.
# `F.cross_entropy` veut les classes sur l'axe 1 ; `reshape` n'échange pas deux axes.
#
# </details>

# %% [markdown] lang="en"
# **By hand.** Two lines, $T = 2$, three tokens. The logits are the logarithms of $(\tfrac12, \tfrac14, \tfrac14)$ and
# $(\tfrac14, \tfrac12, \tfrac14)$ for the first line, of $(\tfrac18, \tfrac12, \tfrac38)$ and $(0.1, 0.1, 0.8)$ for the
# second. The target is 0 everywhere, and the last place of the second line is padding. The three real tokens have the
# probabilities $\tfrac12$, $\tfrac14$ and $\tfrac18$, hence
#
# $$\tfrac13 (\ln 2 + 2 \ln 2 + 3 \ln 2) = 2 \ln 2 = 1.386$$
#
# To count padding gives $1.615$; to divide by all four places $1.040$; to take the mean of the lines' means $1.560$.
#
# > **Exercise 4.2** (0.75 points). Write `sequence_loss`: the mean cross-entropy over the tokens of the batch whose mask is
# > `True`, as one number.
# >
# > - Each token weighs the same, wherever it stands. Token 0 counts where the mask is `True`.
# > - Large logits give a finite loss, equal to what the formula tells. The gradient of the loss reaches the logits of the
# >   real tokens; what stands where the mask is `False`, logits or target, changes nothing, and the gradient is 0 there. A
# >   call leaves what it is given as it is, and gives a `float32`.
#
# <details>
# <summary>First hint</summary>
#
# How many tokens are counted, and by how many does one divide? Work out the three wrong values of the example: each is a
# common mistake.
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# A boolean mask can be an index, and keeps the places that are true; the axes that it indexes become one. `F.cross_entropy`
# wants the classes on axis 1; `reshape` does not exchange two axes.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "q4-loss", "locked": false, "schema_version": 3, "solution": true, "task": false}
def sequence_loss(logits: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """The mean cross-entropy of the tokens of a batch (Konaté).

    Args:
        logits: ``(B, T, V)``.
        target: int ``(B, T)``.
        mask: True on tokens, END among them, bool ``(B, T)``.

    Returns:
        one number, in nats.
    """
    ### BEGIN SOLUTION
    return F.cross_entropy(logits[mask], target[mask])
    ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q4-loss", "locked": true, "points": 0.75, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp10_seq2seq", "q4-loss", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import check, close_to, equal_to
#
# with check("q4-loss"):
#     # The right tokens, all of number 0, have the probabilities 1/2, 1/4 and 1/8; 1/10 stands on padding.
#     logits = torch.tensor(
#         [[[0.5, 0.25, 0.25], [0.25, 0.5, 0.25]], [[0.125, 0.5, 0.375], [0.1, 0.1, 0.8]]]
#     ).log()
#     target, mask = torch.zeros(2, 2, dtype=torch.int64), torch.tensor([[True, True], [True, False]])
#     mistakes = {
#         "padding is counted: only the places where the mask is True cost something": 1.61537,
#         "divide by the number of tokens, not by that of all places": 1.03972,
#         "this is the mean of the means of the lines: each token counts as much as any other": 1.55958,
#         "this is the sum: divide by the number of tokens": 4.15888,
#         "divide by the number of tokens, not by that of lines": 2.07944,
#         "the axes: cross_entropy wants (B, V, T), by transpose(1, 2); reshape mixes the numbers": 1.19451,
#         "no softmax before: cross_entropy takes the logits, and applies its own": 1.14899,
#         "the mask is True on tokens: this is the mean over the padding": 2.30259,
#     }
#     loss = sequence_loss(logits, target, mask)
#     hint = "the sum over the tokens where the mask is True, divided by their number"
#     close_to(loss, 1.38629, what="(1 + 2 + 3) ln 2 / 3 = 2 ln 2", mistakes=mistakes, hint=hint)
#     mistakes = {"the mask tells what counts, not token 0: no ignore_index=0": 1.38629}
#     loss = sequence_loss(logits[:1], torch.tensor([[0, 2]]), mask[:1])
#     close_to(loss, 1.03972, what="tokens 0 and 2 of probability 1/2 and 1/4", mistakes=mistakes)
#     large = torch.tensor([[[10000.0, 0.0, -10000.0]]]).expand(1, 2, 3)
#     loss = sequence_loss(large, torch.tensor([[2, 0]]), mask[:1])
#     mistakes = {"nll_loss takes log-probabilities: cross_entropy takes the logits": 0.0}
#     hint = "the exp of a large logit is infinite: F.cross_entropy subtracts the largest logit first"
#     what = "two tokens, 20000 below the largest logit and the largest"
#     close_to(loss, 10000.0, what=what, mistakes=mistakes, hint=hint)
#     loss = sequence_loss(logits.requires_grad_(), target, mask)
#     hint = "no detach, no item: the loss stays a tensor that the logits can learn from"
#     carried = getattr(loss, "requires_grad", False)
#     equal_to(carried, True, what="the loss carries a gradient", hint=hint)
#     loss.backward()
#     by_hand = torch.tensor([[[-0.5, 0.25, 0.25], [-0.75, 0.5, 0.25]], [[-0.875, 0.5, 0.375], [0, 0, 0]]])
#     close_to(logits.grad, by_hand / 3, what="the gradient is that of the mean, and 0 on padding")
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# > **Exercice 4.3** (1,25 point). Écrivez `Seq2Seq`, un `LightningModule` qui tient un encodeur et un décodeur, quels qu'ils
# > soient, avec ou sans attention.
# >
# > - L'encodeur et le décodeur restent dans les attributs `encoder` et `decoder`. `forward(source, source_mask, teacher)`
# >   encode la source, décode l'enseignant depuis l'état `final`, et rend les logits, tels quels (`float32`). Le décodeur
# >   reçoit aussi `memory` et le masque de la source, tels quels.
# > - `training_step` rend le coût `sequence_loss` de ces logits et de `target`. Son gradient atteint le décodeur, et
# >   l'encodeur à travers `final` **et** à travers `memory`.
# > - `validation_step` enregistre `val_loss` avec `self.log`, toujours avec l'enseignant et en mode évaluation (le *Trainer*
# >   s'en occupe) : la moyenne sur **tous les jetons** de l'ensemble. Des lots inégaux n'y pèsent donc pas pareil ;
# >   l'argument `batch_size` de `self.log` dit combien compte un lot.
# > - `configure_optimizers` rend Adam, de pas `lr`, sur tous les paramètres.
# > - Ce qui est sous le remplissage de la source, de l'enseignant et de la cible ne change rien.
# > - *Optionnel, un cinquième des points.* Avec `teacher_forcing=False`, `training_step` n'utilise plus l'enseignant : la
# >   première entrée est `START`, chacune des suivantes le jeton **le plus probable** du pas d'avant, pour $T$ pas ($T$ est
# >   la largeur de `target`) ; l'état passe de pas en pas. Le choix ne porte pas de gradient, le coût si.
#
# <details>
# <summary>Premier indice</summary>
#
# Suivez une ligne sur le dessin, de la source à la cible : combien d'appels à l'encodeur, combien au décodeur, et que passe
# l'un à l'autre ? Ni `sequence_loss` ni la boucle ne sont à récrire.
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# Un lot de 21 jetons doit peser plus qu'un lot de 2 : combien de jetons y a-t-il dans un lot ? Comptez dans le masque. Sans
# enseignant, `argmax` rend une forme `(B, T)` sans l'axe des jetons ; joignez les logits des pas le long de l'axe 1.
#
# </details>

# %% [markdown] lang="en"
# > **Exercise 4.3** (1.25 points). Write `Seq2Seq`, a `LightningModule` that holds an encoder and a decoder, whichever they
# > are, with attention or without.
# >
# > - Encoder and decoder are kept in the attributes `encoder` and `decoder`. `forward(source, source_mask, teacher)` encodes
# >   the source, decodes the teacher from the state `final`, and returns the logits as they are (`float32`). The decoder is
# >   handed `memory` and the mask of the source, too, as they are.
# > - `training_step` returns the loss `sequence_loss` of these logits and `target`. Its gradient reaches the decoder, and the
# >   encoder through `final` **and** through `memory`.
# > - `validation_step` logs `val_loss` with `self.log`, with the teacher always and in evaluation mode (the Trainer sees to
# >   that): the mean over **all tokens** of the split. So batches that differ do not weigh the same; the argument
# >   `batch_size` of `self.log` tells how much a batch counts.
# > - `configure_optimizers` returns Adam with step size `lr` on all parameters.
# > - What stands under the padding of source, teacher and target changes nothing.
# > - *Optional, a fifth of the points.* With `teacher_forcing=False`, `training_step` no longer uses the teacher: the first
# >   input is `START`, each one after it the **most likely** token of the step before, for $T$ steps ($T$ is the width of
# >   `target`); the state goes from step to step. The choice carries no gradient, the loss does.
#
# <details>
# <summary>First hint</summary>
#
# Follow a line through the picture, from the source to the target: how many calls of the encoder, how many of the decoder,
# and what does the one hand to the other? Neither `sequence_loss` nor the loop is to be written again.
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# A batch of 21 tokens must weigh more than one of 2: how many tokens are there in a batch? Count in the mask. Without a
# teacher, `argmax` gives a shape `(B, T)` without the axis of the tokens; join the logits of the steps along axis 1.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "q4-seq2seq", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Seq2Seq(LightningModule):
    """An encoder and a decoder, trained together.

    Args:
        encoder: as that of exercise 2.1.
        decoder: as that of exercise 4.1, or one with attention.
        lr: the step size of Adam.
        teacher_forcing: whether the decoder reads the teacher in training, or what it wrote itself.
    """

    def __init__(
        self,
        encoder: nn.Module,
        decoder: nn.Module,
        lr: float = 5e-3,
        teacher_forcing: bool = True,
    ) -> None:
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        self.lr, self.teacher_forcing = lr, teacher_forcing

    def forward(self, source: Tensor, source_mask: Tensor, teacher: Tensor) -> Tensor:
        """``source``, ``source_mask`` ``(B, S)``, ``teacher`` ``(B, T)`` -> logits ``(B, T, V)``, read from the teacher."""
        ### BEGIN SOLUTION
        memory, state = self.encoder(source, source_mask)
        logits, _, _ = self.decoder(teacher, state, memory, source_mask)
        return logits
        ### END SOLUTION

    def training_step(self, batch: PairBatch, batch_idx: int) -> Tensor:
        """The loss of a batch, with the teacher or without."""
        ### BEGIN SOLUTION
        if self.teacher_forcing:
            logits = self(batch.source, batch.source_mask, batch.teacher)
        else:
            memory, state = self.encoder(batch.source, batch.source_mask)
            read, steps = torch.full_like(batch.teacher[:, :1], START), []
            for _ in range(batch.target.shape[1]):
                step, state, _ = self.decoder(read, state, memory, batch.source_mask)
                read = step.argmax(dim=2)
                steps.append(step)
            logits = torch.cat(steps, dim=1)
        return sequence_loss(logits, batch.target, batch.target_mask)
        ### END SOLUTION

    def validation_step(self, batch: PairBatch, batch_idx: int) -> None:
        """Log ``val_loss`` with the teacher, the mean over all tokens of the split."""
        ### BEGIN SOLUTION
        logits = self(batch.source, batch.source_mask, batch.teacher)
        loss = sequence_loss(logits, batch.target, batch.target_mask)
        self.log(
            "val_loss",
            loss,
            batch_size=int(batch.target_mask.sum()),
            on_epoch=True,
            prog_bar=True,
        )
        ### END SOLUTION

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Adam on everything, with step size ``lr``."""
        ### BEGIN SOLUTION
        return torch.optim.Adam(self.parameters(), lr=self.lr)
        ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q4-seq2seq", "locked": true, "points": 1.25, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp10_seq2seq", "q4-seq2seq", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import LeakyDecoder, LeakyEncoder, check, close_to, costs_tokens
# from amal_attention.checks import optimises_everything, steps_by_lr, validates_over_tokens
#
# with check("q4-seq2seq"):
#     # A state is half of the one before, plus the number of the token. The logit of token 2 is half of what
#     # state and mean of the memory are together, that of token 3 is 4, and all others are 0.
#     numbers = {"embedding.weight": torch.arange(6.0).unsqueeze(1)}
#     to_2, to_3 = torch.tensor([[0, 0, 0.5, 0, 0, 0]]).T, torch.tensor([0, 0, 0, 4.0, 0, 0])
#     encoder, decoder = LeakyEncoder(6, hidden_size=1), LeakyDecoder(6, hidden_size=1)
#     encoder.load_state_dict(numbers)
#     decoder.load_state_dict({**numbers, "output.weight": to_2, "output.bias": to_3}, strict=False)
#     batch = PairBatch(  # 5 stands on padding
#         source=torch.tensor([[4, 5], [3, 5]]),
#         source_mask=torch.tensor([[True, True], [True, False]]),
#         teacher=torch.tensor([[START, 4], [START, 5]]),
#         target=torch.tensor([[3, END], [END, 4]]),
#         target_mask=torch.tensor([[True, True], [True, False]]),
#     )
#     model = Seq2Seq(encoder, decoder, lr=0.05)
#     taught, own = torch.zeros(2, 2, 6), torch.zeros(2, 2, 6)
#     taught[:, :, 2], taught[:, :, 3] = torch.tensor([[5, 5.875], [2.75, 4.625]]), 4.0
#     # Without teacher the first line writes token 2 twice, and the second one token 3.
#     own[:, :, 2], own[:, :, 3] = torch.tensor([[5, 4.875], [2.75, 3.625]]), 4.0
#     for source, source_mask, teacher, by_hand in zip(*batch[:3], taught, strict=True):
#         close_to(
#             model(source.unsqueeze(0), source_mask.unsqueeze(0), teacher.unsqueeze(0)),
#             by_hand.unsqueeze(0),
#             what="a line, read with its teacher",
#             mistakes={
#                 "forward returns the logits as they are: no softmax": by_hand[None].softmax(dim=2)
#             },
#             hint="the decoder is handed teacher, state, memory and mask; hand the masks on as they are",
#         )
#     costs_tokens(
#         model,
#         batch,
#         sequence_loss,
#         mistakes={
#             "teacher_forcing is True if nothing else is said: it reads the teacher": own,
#             "the decoder reads the teacher, not the target": model(*batch[:2], batch.target),
#             "no softmax before the loss: it takes the logits": taught.softmax(dim=2),
#         },
#     )
#     optimises_everything(model)
#     one_line = PairBatch(*(each[:1] for each in batch))
#     validates_over_tokens(model, [batch, PairBatch(*(each[1:] for each in batch))], [sequence_loss])
#     steps_by_lr(model, [batch, one_line, batch], lr=0.05, reads=3)
#     encoder.load_state_dict(numbers, strict=False)
#     decoder.load_state_dict({**numbers, "output.weight": to_2, "output.bias": to_3}, strict=False)
#     costs_tokens(
#         Seq2Seq(encoder, decoder, teacher_forcing=False),
#         batch,
#         sequence_loss,
#         logits=own,
#         mistakes={"teacher_forcing=False: it reads what it wrote itself": taught},
#         what="training without teacher",
#         hint="START first, then the most likely token of the step before, for each step of the target",
#     )
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# **Entraînement.** Un encodeur et un décodeur de 64 nombres d'état, dix époques avec enseignant (20 s). À attendre : un coût
# de validation de 0,3 à 0,5, selon le départ. Le décodeur n'écrit pas encore ; quand l'exercice 5.3 sera fait, relancez cette
# cellule : elle dira aussi combien de lignes il écrit sans faute, de 1 à 40 %, selon le départ lui aussi. Tout doit passer par
# un vecteur, et cela s'apprend lentement.

# %% [markdown] lang="en"
# **Training.** An encoder and a decoder with 64 numbers of state, ten epochs with a teacher (20 s). To expect: a validation
# loss of 0.3 to 0.5, by the start. The decoder does not write yet; when exercise 5.3 is done, run this cell again: it will
# also tell how many lines it writes without a mistake, 1 to 40 %, by the start as well. All has to pass through one vector,
# and that is slow to learn.

# %% tags=["active-ipynb", "raises-exception"]
# train(
#     "Q4",
#     lambda: Seq2Seq(Encoder(num_tokens, 32, 64), Decoder(num_tokens, 32, 64), lr=5e-3),
#     epochs=10,
# )
# monitor_curves(TASK, histories)

# %% [markdown] lang="fr"
# **Le même modèle, sans enseignant** (partie optionnelle de 4.3), dix époques aussi (25 s). À attendre : un coût de
# validation de 0,2 à 0,35 et, une fois que le décodeur écrit, 15 à 50 % de lignes sans faute. Le cours dit qu'avec un
# enseignant on converge plus vite : regardez les deux premières époques, puis les autres.

# %% [markdown] lang="en"
# **The same model, without a teacher** (the optional part of 4.3), ten epochs as well (25 s). To expect: a validation loss of
# 0.2 to 0.35 and, once the decoder writes, 15 to 50 % of the lines without a mistake. The lecture says that one converges
# faster with a teacher: look at the first two epochs, then at the others.

# %% tags=["active-ipynb", "raises-exception"]
# train(
#     "Q4, without teacher",
#     lambda: Seq2Seq(
#         Encoder(num_tokens, 32, 64), Decoder(num_tokens, 32, 64), lr=5e-3, teacher_forcing=False
#     ),
#     epochs=10,
# )
# monitor_curves(TASK, histories)

# %% [markdown] lang="fr"
# **Quand s'arrêter ?** Le coût de validation descend, puis remonte ou tourne en rond : on garde la meilleure époque, et l'on
# n'attend pas indéfiniment la suivante. La **patience** dit combien d'époques sans progrès on supporte.
#
# **À la main.** Coûts 5, 4, 3, 4, 5, 2. Avec une patience de 2, on s'arrête après l'époque 5 et l'on garde la 3 ; avec une
# patience de 3, on arrive au bout, à l'époque 6, qui est la meilleure.
#
# > **Exercice 4.4** (0,5 point). *Optionnel.* Écrivez `early_stopping`. `losses` a au moins un coût, un par époque ; les
# > époques se comptent à partir de 1, et `patience` vaut au moins 1.
# >
# > - On s'arrête après `patience` époques de suite dont aucune n'est **strictement** au-dessous du meilleur coût jusque-là.
# >   Un coût égal n'est pas un progrès.
# > - La réponse est le couple (dernière époque faite, époque gardée). L'époque gardée est la meilleure de celles qui ont été
# >   faites, la première en cas d'égalité.
# > - Si rien n'arrête l'apprentissage, la dernière époque est celle du dernier coût.
#
# <details>
# <summary>Premier indice</summary>
#
# Parcourez les coûts comme ils arrivent, sans regarder plus loin. De quoi faut-il se souvenir d'une époque à l'autre ?
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# Le numéro de la meilleure époque suffit : l'attente est la différence entre l'époque d'à présent et celle-là. Essayez
# l'exemple à la main, patience 2, et voyez si vous vous arrêtez à 4, 5 ou 6.
#
# </details>

# %% [markdown] lang="en"
# **When to stop?** The validation loss falls, then it rises again or goes round in circles: one keeps the best epoch, and
# does not wait for the next one for ever. The **patience** tells how many epochs without progress one bears.
#
# **By hand.** Losses 5, 4, 3, 4, 5, 2. With a patience of 2 one stops after epoch 5 and keeps epoch 3; with a patience of 3
# one gets to the end, epoch 6, which is the best.
#
# > **Exercise 4.4** (0.5 points). *Optional.* Write `early_stopping`. `losses` has one loss at least, one an epoch; epochs
# > count from 1, and `patience` is at least 1.
# >
# > - One stops after `patience` epochs in a row of which none is **strictly** below the best loss until then. An equal loss
# >   is no progress.
# > - The reply is the pair (last epoch that is run, epoch that is kept). The epoch that is kept is the best of those that are
# >   run, the first of them if some are equal.
# > - If nothing stops the training, the last epoch is that of the last loss.
#
# <details>
# <summary>First hint</summary>
#
# Go through the losses as they come, and do not look further. What has to be remembered from one epoch to the next?
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# The number of the best epoch is enough: the wait is the difference between the epoch of now and that one. Try the example by
# hand, with patience 2, and see whether you stop at 4, 5 or 6.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "q4-early-stopping", "locked": false, "schema_version": 3, "solution": true, "task": false}
def early_stopping(losses: list[float], patience: int) -> tuple[int, int]:
    """When to stop, and what to keep.

    Args:
        losses: of validation, one an epoch.
        patience: stop after so many epochs in a row that are not strictly below the best.

    Returns:
        the number of the last epoch that is run, and that of the best, both from 1.
    """
    ### BEGIN SOLUTION
    best = 1
    for epoch, loss in enumerate(losses, start=1):
        if loss < losses[best - 1]:
            best = epoch
        if epoch - best >= patience:
            return epoch, best
    return len(losses), best
    ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q4-early-stopping", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp10_seq2seq", "q4-early-stopping", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import check, equal_to
#
# with check("q4-early-stopping"):
#     losses = [5.0, 4.0, 3.0, 4.0, 5.0, 2.0]
#     mistakes = {
#         "it stops at the first rise: wait for patience epochs in a row": [4, 3],
#         "one epoch late: stop when patience epochs have passed since the best": [6, 6],
#         "the epoch to keep is the best one, not the last": [5, 5],
#         "epochs are counted from 1": [4, 2],
#         "the pair is (stopped after, best)": [3, 5],
#         "the last epoch that is run is told first, not the best one": [3, 3],
#         "the best epoch is looked for among those that are run": [5, 6],
#     }
#     came = list(early_stopping(losses, patience=2) or [])
#     equal_to(came, [5, 3], what="5, 4, 3, then 4 and 5 are two epochs", mistakes=mistakes)
#     mistakes = {
#         "wait for as many epochs as patience says": [5, 3],
#         "where it never stops, the last epoch is that of the last loss": [5, 6],
#         "return a pair, the last epoch that is run and the best, where training never stops too": [],
#     }
#     came = list(early_stopping(losses, patience=3) or [])
#     equal_to(came, [6, 6], what="with patience 3, it goes on to the 2", mistakes=mistakes)
#     mistakes = {
#         "the count starts again at each new best": [4, 3],
#         "as good as the best is no progress: strictly below": [5, 5],
#     }
#     came = list(early_stopping([4.0, 5.0, 3.0, 3.0, 3.0], patience=2) or [])
#     equal_to(came, [5, 3], what="3 is not below 3", mistakes=mistakes)
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# **Lightning s'arrête-t-il comme vous ?** Un modèle apprend ici de 512 dates seulement, d'un pas constant : ce qu'il sait
# bien d'elles vaut de moins en moins pour les autres. `EarlyStopping`, de Lightning, l'arrête avec une patience de 3 ; votre
# fonction relit ensuite les mêmes coûts, et doit dire la même époque. À attendre : un arrêt vers l'époque 28, la 25 étant
# gardée (5 s).

# %% [markdown] lang="en"
# **Does Lightning stop as you do?** Here a model learns from 512 dates only, with a constant step size: what it knows well of
# them is worth less and less for the others. `EarlyStopping`, of Lightning, stops it with a patience of 3; your function then
# reads the same losses, and must tell the same epoch. To expect: a stop about epoch 28, and epoch 25 is kept (5 s).

# %% tags=["active-ipynb", "raises-exception"]
# few = DataLoader(list(islice(data.train_dataloader(), 8)), batch_size=None, shuffle=True)
# seed_everything(0, verbose=False)
# history = History("val_loss")
# with told_in_a_line("Q4"):
#     model = Seq2Seq(Encoder(num_tokens, 32, 64), Decoder(num_tokens, 32, 64), lr=1e-2)
#     trainer = trainer_for(60, history, EarlyStopping("val_loss", patience=3))
#     trainer.fit(model, few, data.val_dataloader())
# display(monitor_curves(TASK, {"512 dates": history.points}))
# with told_in_a_line("Q4"):
#     losses = [point.measured["val_loss"] for point in history.points]
#     lightning, (last, kept) = len(losses), early_stopping(losses, patience=3)
#     print(f"Lightning stops after epoch {lightning}; your function after epoch {last}, and keeps epoch {kept}")

# %% [markdown] lang="fr" nbgrader={"grade": false, "grade_id": "q4-observe", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": true}
# ### Question ouverte 4 (0,5 point)
#
# Comparez les deux courbes de validation : laquelle est la plus basse après deux époques, laquelle à la fin ? (Si vous n'avez
# pas écrit la partie optionnelle, prenez les coûts d'un de nos départs : après 1, 2, 5 et 10 époques, 0,94 – 0,66 – 0,41 –
# 0,31 avec enseignant et 1,50 – 0,76 – 0,39 – 0,22 sans.) Que peut-on deviner de `1998-03-12`, caractère par caractère, en ne
# lisant que les **bons** caractères d'avant, et qu'en résulte-t-il pour l'encodeur ?
#
# Puis : que lit le décodeur pendant l'apprentissage, avec enseignant, qu'il ne lira jamais quand il écrira seul ? Servez-vous
# de ces mesures d'un autre modèle, avec attention (question 7), qui recopie des chiffres. Lorsqu'il écrit seul, la part de
# jetons faux est :
#
# | | aucun jeton faux avant lui dans la ligne | un jeton faux avant lui |
# |---|---|---|
# | appris avec enseignant | 0,26 % | 91,5 % |
# | appris sans enseignant | 0,22 % | 75,8 % |
#
# (Avec attention, l'enseignant mène d'abord de loin, 79 % de lignes sans faute contre 22 % après une époque ; après quatre,
# les deux se valent, 97 %.)
#
# === BEGIN MARK SCHEME ===
#
# 0,25 : avec enseignant le coût descend d'abord plus vite (et une époque coûte moins : toutes les places d'un coup) ; sans lui
# il rattrape l'autre courbe et finit le plus souvent au-dessous. Les bons caractères d'avant permettent de deviner les tirets,
# le siècle, le premier chiffre du mois et du jour sans lire la source : il reste peu de gradient pour l'état final, donc pour
# l'encodeur. Sans enseignant les caractères d'avant ne sont pas sûrs, et le décodeur doit se servir de l'encodeur. (Accepter
# toute lecture honnête de ses propres courbes.)
#
# 0,25 : il ne lit que de bons préfixes, et jamais les siens ; seul, il lit ses propres erreurs (exposure bias). Après un
# préfixe juste il ne se trompe presque jamais, après un préfixe faux presque toujours : une erreur en entraîne d'autres. Sans
# enseignant, il a vu des préfixes faux, et s'en remet un peu mieux.
#
# === END MARK SCHEME ===

# %% [markdown] lang="en" nbgrader={"grade": false, "grade_id": "q4-observe", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": true}
# ### Open question 4 (0.5 points)
#
# Compare the two curves of validation: which is lower after two epochs, which in the end? (If you have not written the
# optional part, take the losses of one of our starts: 0.94, 0.66, 0.41 and 0.31 with a teacher after 1, 2, 5 and 10 epochs;
# 1.50, 0.76, 0.39 and 0.22 without.) What can be guessed of `1998-03-12`, character by character, by reading the **right**
# characters before and nothing else, and what follows from that for the encoder?
#
# Then: what does the decoder read in training, with a teacher, that it will never read when it writes by itself? Use these
# measurements of another model, with attention (question 7), that copies digits. When it writes by itself, the share of wrong
# tokens is:
#
# | | no wrong token before it in the line | a wrong token before it |
# |---|---|---|
# | trained with a teacher | 0.26 % | 91.5 % |
# | trained without | 0.22 % | 75.8 % |
#
# (With attention, the teacher is far ahead at first, 79 % of the lines without a mistake against 22 % after one epoch; after
# four, both are alike, 97 %.)
#
# === BEGIN MARK SCHEME ===
#
# 0.25: with a teacher the loss falls faster at first (and an epoch costs less: all places at once); without, it catches up with
# the other curve and most often ends below it. The right characters before let one guess the dashes, the century, the first
# digit of the month and of the day without reading the source: little gradient is left for the final state, hence for the
# encoder. Without a teacher the characters before are not certain, and the decoder has to use the encoder. (Accept any honest
# reading of one's own curves.)
#
# 0.25: it reads right prefixes only, and never its own; by itself, it reads its own mistakes (exposure bias). After a right
# prefix it is hardly ever wrong, after a wrong one almost always: one mistake brings others. Without a teacher it has seen
# wrong prefixes, and recovers a little better.
#
# === END MARK SCHEME ===


# %% [markdown] lang="fr"
# *Votre réponse ici.*

# %% [markdown] lang="en"
# *Your answer here.*

# %% [markdown] lang="fr"
# ## Question 5 : décoder, de trois façons
#
# D'un système de traduction, le cours (K) demande trois choses : **modéliser**, quelle architecture estime $p(y \mid x, \theta)$
# (exercice 4.1) ; **apprendre**, comment trouver $\theta$ (4.2 et 4.3) ; **maximiser**, c'est-à-dire, pour une source $x$ donnée,
# trouver
#
# $$y' = \arg\max_y \; p(y \mid x, \theta)$$
#
# Ici l'enseignant n'est plus là, puisque la cible est inconnue. On écrit donc de proche en proche, de façon **gloutonne** : le décodeur
# lit START, on écrit le jeton le plus probable, il est lu à son tour, et ainsi de suite jusqu'à END. R décrit trois façons de le faire,
# de la plus simple à la moins chère. Soit une source de $S$ caractères et une réponse de $T$ jetons, END compris :
#
# | façon | l'encodeur lit la source | à l'étape $t$, le décodeur lit | jetons lus en tout | $S = 15$, $T = 11$ | $S = 60$, $T = 44$ |
# |---|---|---|---|---|---|
# | naïve | à chaque étape | START et tout ce qui est écrit, depuis le premier état | $TS + T(T+1)/2$ | 231 | 3630 |
# | préfixe | une fois | de même | $S + T(T+1)/2$ | 81 | 1050 |
# | pas à pas | une fois | un seul jeton, depuis l'état rendu à l'étape d'avant | $S + T$ | 26 | 104 |
#
# Les trois écrivent la même chose, jeton par jeton.
#
# **Un même contrat pour les trois.**
#
#     decode_…(encoder, decoder, source, mask, max_length) -> tokens
#
# - `source` et `mask` ont la forme `(B, S)` ; `tokens` est un tenseur d'entiers (int64) de forme `(B, max_length)`, sans gradient.
#   Un lot d'une seule ligne et `max_length = 1` sont permis.
# - `encoder` et `decoder` sont des modules quelconques aux signatures de 2.1 et de 4.1 ; la troisième chose que rend le décodeur n'est pas
#   toujours None. L'encodeur reçoit `source` et `mask` tels quels ; le décodeur part de l'état `final`, et reçoit la mémoire et `mask` tels quels.
# - Le premier jeton lu est START ; il ne fait pas partie de la réponse. Chaque étape écrit le jeton dont le logit est le plus grand
#   à la **dernière** place lue.
# - END est écrit et reste dans la réponse ; après lui, il n'y a que PAD. Ce qu'on donne à lire à une ligne finie est libre.
# - Une ligne finie n'arrête pas les autres ; on peut s'arrêter de calculer quand **toutes** ont écrit END. Une ligne qui ne l'écrit jamais
#   remplit ses `max_length` colonnes.
# - Rien n'est pris de la cible, pas même sa longueur.
# - Les tests comptent les appels et les jetons lus : en $k$ étapes, l'encodeur est appelé $k$, $1$ et $1$ fois, et le décodeur lit par ligne
#   $k(k+1)/2$, $k(k+1)/2$ et $k$ jetons.
#
# **À la main.** Deux lignes, `max_length = 4`. Un décodeur dont les jetons les plus probables seraient, s'il continuait toujours,
# $7$, END, $8$, $9$ pour la première et $5, 6, 5, 6$ pour la deuxième, donne (END vaut 2 et PAD vaut 0)
#
# $$\text{tokens} = \begin{pmatrix} 7 & 2 & 0 & 0 \\ 5 & 6 & 5 & 6 \end{pmatrix}$$
#
# > **Glouton n'est pas maximal.** Supposons que le premier jeton soit a avec la probabilité 0,6 ou b avec 0,4, et qu'ensuite la meilleure
# > suite ait la probabilité 0,5 après a, et 0,9 après b. Le glouton écrit a, et sa ligne a la probabilité $0{,}6 \times 0{,}5 = 0{,}30$ ; la
# > plus probable commence par b, avec $0{,}4 \times 0{,}9 = 0{,}36$. La **recherche en faisceau** (*beam search*) garde à chaque étape
# > plusieurs débuts de ligne au lieu d'un.

# %% [markdown] lang="en"
# ## Question 5: decoding, three ways
#
# The lectures (K) ask three things of a system that translates: **modelling**, which architecture estimates $p(y \mid x, \theta)$
# (exercise 4.1); **learning**, how to find $\theta$ (4.2 and 4.3); **maximising**, that is, to find for a given source $x$
#
# $$y' = \arg\max_y \; p(y \mid x, \theta)$$
#
# The teacher is gone here, as the target is unknown. So one writes step by step and **greedily**: the decoder reads START, the most
# likely token is written, it is read in its turn, and so on until END. R tells three ways to do it, from the simplest to the
# cheapest. Let the source have $S$ characters and the answer $T$ tokens, END included:
#
# | way | the encoder reads the source | at step $t$ the decoder reads | tokens read in all | $S = 15$, $T = 11$ | $S = 60$, $T = 44$ |
# |---|---|---|---|---|---|
# | naive | at each step | START and all that is written, from the first state | $TS + T(T+1)/2$ | 231 | 3,630 |
# | prefix | once | the same | $S + T(T+1)/2$ | 81 | 1,050 |
# | step by step | once | one token, from the state that the step before gave back | $S + T$ | 26 | 104 |
#
# All three write the same, token by token.
#
# **One contract for the three.**
#
#     decode_…(encoder, decoder, source, mask, max_length) -> tokens
#
# - `source` and `mask` have the shape `(B, S)`; `tokens` is a tensor of integers (int64) of shape `(B, max_length)`, without gradient.
#   A batch of a single line and `max_length = 1` are allowed.
# - `encoder` and `decoder` are any modules with the signatures of 2.1 and 4.1; the third thing that a decoder gives back is not always
#   None. The encoder is handed `source` and `mask` as they are; the decoder begins from `final`, and is handed the memory and `mask` as they are.
# - The first token that is read is START; it is no part of the answer. Each step writes the token whose logit is the largest at the
#   **last** place that was read.
# - END is written and stays in the answer; after it stands PAD alone. What a line that has ended is given to read is free.
# - A line that has ended stops no other; computing may stop once **all** have written END. A line that never writes it fills its
#   `max_length` columns.
# - Nothing is taken from the target, not even its length.
# - Tests count the calls and the tokens that are read: in $k$ steps the encoder is called $k$, $1$ and $1$ times, and the decoder reads
#   $k(k+1)/2$, $k(k+1)/2$ and $k$ tokens a line.
#
# **By hand.** Two lines, `max_length = 4`. A decoder whose most likely tokens would be, if it went on for ever, $7$, END, $8$, $9$ for
# the first and $5, 6, 5, 6$ for the second, gives (END is 2 and PAD is 0)
#
# $$\text{tokens} = \begin{pmatrix} 7 & 2 & 0 & 0 \\ 5 & 6 & 5 & 6 \end{pmatrix}$$
#
# > **Greedy is not the maximum.** Let the first token be a with probability 0.6 or b with 0.4, and let the best that can follow have
# > probability 0.5 after a, and 0.9 after b. Greedy decoding writes a, and its line has probability $0.6 \times 0.5 = 0.30$; the most
# > likely line begins with b, at $0.4 \times 0.9 = 0.36$. **Beam search** keeps several beginnings of a line at each step, in place of one.

# %% [markdown] lang="fr"
# > **Exercice 5.1** (0,5 point). Écrivez `decode_naive` : chaque étape encode de nouveau la source, puis relit START et tout ce qui est
# > écrit.
#
# <details>
# <summary>Premier indice</summary>
#
# Ce qui est écrit grandit d'une colonne à chaque étape, et commence par START. Des logits `(B, t, V)` que rend le décodeur, quelle place
# parle du jeton qui suit ?
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# Gardez, à côté de ce qui est écrit, un booléen par ligne : a-t-elle déjà écrit END ? Si oui, PAD prend la place du jeton choisi. Mettez ce
# booléen à jour **après** avoir écrit, sinon END lui-même disparaît. À la fin, la colonne de START s'en va.
#
# </details>

# %% [markdown] lang="en"
# > **Exercise 5.1** (0.5 points). Write `decode_naive`: each step encodes the source again, then reads START and all that is written
# > again.
#
# <details>
# <summary>First hint</summary>
#
# What is written grows by a column at each step, and begins with START. Of the logits `(B, t, V)` that the decoder gives, which place
# speaks of the token that follows?
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# Beside what is written, keep one boolean a line: has it written END already? If so, PAD takes the place of the token that was chosen. Bring
# this boolean up to date **after** writing, or END itself disappears. In the end the column of START goes.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "q5-naive", "locked": false, "schema_version": 3, "solution": true, "task": false}
@torch.no_grad()
def decode_naive(
    encoder: nn.Module, decoder: nn.Module, source: Tensor, mask: Tensor, max_length: int
) -> Tensor:
    """Write greedily; each step encodes the source and decodes all that is written again (Riveill).

    Args:
        encoder: as that of exercise 2.1.
        decoder: as that of exercise 4.1.
        source: int ``(B, S)``.
        mask: bool ``(B, S)``.
        max_length: how many tokens are written, END and PAD among them.

    Returns:
        int64 ``(B, max_length)``: the END of a line stands in it, PAD after.
    """
    ### BEGIN SOLUTION
    written = source.new_full((len(source), 1), START)
    ended = torch.zeros_like(mask[:, 0])
    for _ in range(max_length):
        memory, state = encoder(source, mask)
        logits, _, _ = decoder(written, state, memory, mask)
        following = logits[:, -1].argmax(dim=1).masked_fill(ended, PAD)
        written = torch.cat([written, following.unsqueeze(1)], dim=1)
        ended = ended | (following == END)
    return written[:, 1:]
    ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q5-naive", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp10_seq2seq", "q5-naive", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import check, decodes_as_scripted
#
# with check("q5-naive"):
#     decodes_as_scripted(decode_naive, cost="naive")
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# > **Exercice 5.2** (0,5 point). Écrivez `decode_from_prefix` : la source est encodée une seule fois ; chaque étape relit START et tout ce
# > qui est écrit, depuis le premier état.
#
# <details>
# <summary>Premier indice</summary>
#
# De ce que fait une étape de 5.1, qu'est-ce qui donne le même résultat à toutes les étapes ?
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# L'encodeur sort de la boucle, et rien d'autre. L'état que rend le décodeur ne sert pas ici : il a déjà lu le préfixe, et repartir de lui
# ferait lire les mêmes jetons deux fois.
#
# </details>

# %% [markdown] lang="en"
# > **Exercise 5.2** (0.5 points). Write `decode_from_prefix`: the source is encoded once; each step reads START and all that is written
# > again, from the first state.
#
# <details>
# <summary>First hint</summary>
#
# Of what a step of 5.1 does, what comes out the same at every step?
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# The encoder leaves the loop, and nothing else does. The state that the decoder gives back is of no use here: it has read the prefix already,
# and to begin from it would be to read the same tokens twice.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "q5-prefix", "locked": false, "schema_version": 3, "solution": true, "task": false}
@torch.no_grad()
def decode_from_prefix(
    encoder: nn.Module, decoder: nn.Module, source: Tensor, mask: Tensor, max_length: int
) -> Tensor:
    """Write greedily; the source is encoded once, and each step decodes all that is written again (Riveill).

    Args:
        encoder: as that of exercise 2.1.
        decoder: as that of exercise 4.1.
        source: int ``(B, S)``.
        mask: bool ``(B, S)``.
        max_length: how many tokens are written, END and PAD among them.

    Returns:
        int64 ``(B, max_length)``: the END of a line stands in it, PAD after.
    """
    ### BEGIN SOLUTION
    memory, first = encoder(source, mask)
    written = source.new_full((len(source), 1), START)
    ended = torch.zeros_like(mask[:, 0])
    for _ in range(max_length):
        logits, _, _ = decoder(written, first, memory, mask)
        following = logits[:, -1].argmax(dim=1).masked_fill(ended, PAD)
        written = torch.cat([written, following.unsqueeze(1)], dim=1)
        ended = ended | (following == END)
    return written[:, 1:]
    ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q5-prefix", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp10_seq2seq", "q5-prefix", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import check, decodes_as_scripted
#
# with check("q5-prefix"):
#     decodes_as_scripted(decode_from_prefix, cost="prefix")
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# > **Exercice 5.3** (1 point). Écrivez `decode_step_by_step` : la source est encodée une seule fois, et chaque étape ne lit qu'un jeton,
# > le dernier écrit, depuis l'état que l'étape d'avant a rendu. Tout le reste du TP décode ainsi.
#
# <details>
# <summary>Premier indice</summary>
#
# Un état résume ce qui a été lu. Après une étape, quel est le seul jeton qu'il n'a pas encore lu ?
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# Deux choses passent d'une étape à la suivante : l'état rendu, et le jeton choisi, en une colonne `(B, 1)`. Un tenseur de PAD de la
# forme de la réponse, rempli colonne par colonne, permet de quitter la boucle plus tôt sans rien compléter ensuite ; testez pour cela si
# toutes les lignes sont finies, pas une seule.
#
# </details>

# %% [markdown] lang="en"
# > **Exercise 5.3** (1 point). Write `decode_step_by_step`: the source is encoded once, and each step reads one token alone, the last one
# > written, from the state that the step before gave back. All the rest of the lab decodes in this way.
#
# <details>
# <summary>First hint</summary>
#
# A state sums up what was read. After a step, which is the one token that it has not read yet?
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# Two things go from one step to the next: the state that came back, and the token that was chosen, as a column `(B, 1)`. A tensor of PAD of
# the form of the answer, filled column by column, lets you leave the loop early with nothing to fill up afterwards; leave it when all
# lines have ended, not one of them.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "q5-step", "locked": false, "schema_version": 3, "solution": true, "task": false}
@torch.no_grad()
def decode_step_by_step(
    encoder: nn.Module, decoder: nn.Module, source: Tensor, mask: Tensor, max_length: int
) -> Tensor:
    """Write greedily; the source is encoded once, each step reads one token and hands on the state (Riveill).

    Args:
        encoder: as that of exercise 2.1.
        decoder: as that of exercise 4.1.
        source: int ``(B, S)``.
        mask: bool ``(B, S)``.
        max_length: how many tokens are written, END and PAD among them.

    Returns:
        int64 ``(B, max_length)``: the END of a line stands in it, PAD after.
    """
    ### BEGIN SOLUTION
    memory, state = encoder(source, mask)
    written = source.new_full((len(source), max_length), PAD)
    read = source.new_full((len(source), 1), START)
    ended = torch.zeros_like(mask[:, 0])
    for place in range(max_length):
        logits, state, _ = decoder(read, state, memory, mask)
        read = logits[:, -1:].argmax(dim=2).masked_fill(ended.unsqueeze(1), PAD)
        written[:, place] = read[:, 0]
        ended = ended | (read[:, 0] == END)
        if ended.all():
            break
    return written
    ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q5-step", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp10_seq2seq", "q5-step", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import FixedEncoder, ScriptedDecoder, check, close_to, decodes_as_scripted, gives_tokens
#
# with check("q5-step"):
#     decodes_as_scripted(decode_step_by_step, cost="step")
#     gives_tokens(decode_step_by_step)
#     encoder = FixedEncoder(torch.zeros(3, 2, 1), torch.tensor([[2.0], [0.0], [3.0]]))
#     decoder = ScriptedDecoder(torch.eye(6)[[5, 3, 4, 2, 5]])  # state 0 writes token 5, state 1 writes 3 …
#     source = torch.tensor([[4, 5], [4, 0], [3, 4]])
#     tokens = decode_step_by_step(encoder, decoder, source, source != PAD, max_length=6)
#     by_hand = [[5, 2, 0, 0, 0, 0], [5, 4, 2, 0, 0, 0], [4, 5, 3, 5, 3, 5]]
#     close_to(tokens, by_hand, what="three lines worked out by hand, one of which does not end")
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS


# %%
def translate(model: Seq2Seq, source: Tensor, source_mask: Tensor, max_length: int) -> Tensor:
    """What a model writes: ``source``, ``source_mask`` ``(B, S)`` -> int64 ``(B, max_length)``."""
    return decode_step_by_step(model.encoder, model.decoder, source, source_mask, max_length)


# %% [markdown] lang="fr"
# **Ce que coûtent les trois façons**, mesuré ici sur les lignes de validation de 15 caractères, $T = 11$, avec le modèle de la question 4. À
# attendre : 231, 81 et 26 jetons lus par ligne. Sur 100 lignes et un seul cœur, les mesures étaient de 0,034 s, 0,010 s et 0,005 s ; pour 100 lignes
# quatre fois plus longues ($S = 60$, $T = 44$), de 0,44 s, 0,12 s et 0,02 s.

# %% [markdown] lang="en"
# **What the three ways cost**, measured here on the validation lines of 15 characters, $T = 11$, with the model of question 4. To expect: 231, 81 and
# 26 tokens read a line. On 100 lines and a single core 0.034 s, 0.010 s and 0.005 s were measured; on 100 lines that are four times as long
# ($S = 60$, $T = 44$), 0.44 s, 0.12 s and 0.02 s.

# %% tags=["active-ipynb", "raises-exception"]
# from amal_attention.tasks.translation.costs import cost_bars, writing_cost
#
# ways = {
#     "naive way": decode_naive,
#     "prefix again": decode_from_prefix,
#     "step by step": decode_step_by_step,
# }
# source = torch.tensor([line for line, _ in data.pairs("validation") if len(line) == 15])
# mask = torch.ones_like(source, dtype=torch.bool)
# with told_in_a_line("Q5"):
#     model = models["Q4"].eval()
#     costs = {
#         name: writing_cost(way, model.encoder, model.decoder, source, mask, 11)
#         for name, way in ways.items()
#     }
# cost_bars(costs)

# %% [markdown] lang="fr"
# La mesure de tout le TP est la part des lignes écrites **sans une faute**, END compris (*exact match*) : une date dont un chiffre est faux
# est une date fausse. Avec 99 % de jetons justes, indépendamment les uns des autres, une ligne de 11 jetons n'est juste que dans
# $0{,}99^{11} \approx 90$ % des cas.
#
# **À la main.** La cible est $(5, 2, 0)$, de masque (vrai, vrai, faux) : un caractère, puis END.
#
# | écrit | juste ? | |
# |---|---|---|
# | $(5, 2)$ ou $(5, 2, 0, 0)$ | oui | la réponse a moins ou plus de colonnes que la cible : on compare comme si elle était complétée par PAD |
# | $(5, 6, 2)$ | non | END devait venir à la deuxième place |
# | $(5)$ | non | END manque |
# | $(7, 2, 0)$ | non | |
#
# > **Exercice 5.4** (0,5 point). Écrivez `exact_match` : un booléen par ligne, vrai si ce qui est écrit égale la cible partout où le masque est
# > vrai, donc jusqu'à END compris. Ce qui se trouve hors du masque ne compte pas, et `predicted` peut avoir moins ou plus de colonnes que
# > `target`.
#
# <details>
# <summary>Premier indice</summary>
#
# Une ligne est juste si **toutes** ses places le sont. Quand une place est-elle sans importance ? Et que vaut une colonne que le décodeur n'a
# pas écrite ?
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# Amenez d'abord la réponse à la largeur $T$ de la cible : on la complète à droite par PAD, ou on la coupe. Une place est alors bonne si les deux
# jetons sont égaux, ou si le masque y est faux.
#
# </details>

# %% [markdown] lang="en"
# The measure of the whole lab is the share of lines that are written **without a mistake**, END included (*exact match*): a date with one wrong
# digit is a wrong date. Were 99 % of the tokens right, each for itself, a line of 11 tokens would be right in no more than
# $0.99^{11} \approx 90$ % of the cases.
#
# **By hand.** The target is $(5, 2, 0)$, its mask (true, true, false): one character, then END.
#
# | written | right? | |
# |---|---|---|
# | $(5, 2)$ or $(5, 2, 0, 0)$ | yes | the answer has fewer or more columns than the target: compare as if it were filled up with PAD |
# | $(5, 6, 2)$ | no | END had to come at the second place |
# | $(5)$ | no | END is missing |
# | $(7, 2, 0)$ | no | |
#
# > **Exercise 5.4** (0.5 points). Write `exact_match`: one boolean a line, true if what is written equals the target wherever the mask is
# > true, that is up to END and with it. What stands outside the mask does not count, and `predicted` may have fewer or more columns than
# > `target`.
#
# <details>
# <summary>First hint</summary>
#
# A line is right if **all** its places are. When does a place not matter? And what is a column worth that the decoder did not write?
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# First bring the answer to the width $T$ of the target: fill it up with PAD on the right, or cut it. A place is good then if the two tokens
# are equal, or if the mask is false there.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "q5-exact-match", "locked": false, "schema_version": 3, "solution": true, "task": false}
def exact_match(predicted: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """Which lines were written without a mistake, up to their END.

    Args:
        predicted: as the three ways to decode give it, int ``(B, T')``.
        target: int ``(B, T)``.
        mask: True on tokens of the target, END among them, bool ``(B, T)``.

    Returns:
        bool ``(B,)``.
    """
    ### BEGIN SOLUTION
    missing = max(0, target.shape[1] - predicted.shape[1])
    compared = F.pad(predicted, (0, missing), value=PAD)[:, : target.shape[1]]
    return ((compared == target) | ~mask).all(dim=1)
    ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q5-exact-match", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp10_seq2seq", "q5-exact-match", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import check, equal_to
#
# with check("q5-exact-match"):
#     target = torch.tensor(
#         [[8, 9, 7, END], [8, END, 5, 5], [8, 9, END, 5], [9, 7, 8, END], [8, 7, 9, END]]
#     )
#     mask = torch.arange(4) < torch.tensor([[4], [2], [3], [4], [4]])
#     predicted = torch.tensor(
#         [[8, 9, 7, END], [8, END, 0, 0], [8, 9, 4, END], [7, 9, 8, END], [8, 9, 7, END]]
#     )
#     right = exact_match(predicted, target, mask)
#     equal_to(
#         right.tolist(),
#         [True, True, False, False, False],
#         what="two lines that are right, one that goes on, two with tokens exchanged",
#         mistakes={
#             "padding is compared: only places where the mask is True count": [True] + [False] * 4,
#             "END counts: a line that goes on is wrong": [True, True, True, False, False],
#             "all tokens must be right, and not one of them: all, not any": [True] * 5,
#             "the first token is not the whole line": [True, True, True, False, True],
#             "these are the lines that are wrong": [False, False, True, True, True],
#             "one answer for each line: all(dim=1)": False,
#             "one answer for each line, not for each place: all(dim=1)": [False] * 3 + [True],
#         },
#         hint="all tokens of a line, and no share of them, at each place where the mask is True",
#     )
#     equal_to(right.dtype, torch.bool, what="the answer is bool", hint="the answer is bool")
#     equal_to(
#         exact_match(predicted[:, :3], target, mask).tolist(),
#         [False, True, False, False, False],
#         what="three columns, as if PAD stood in the fourth",
#         mistakes={"pad the prediction: cut nothing off the target": [True, True] + [False] * 3},
#         hint="a prediction of fewer columns is compared as if PAD stood there",
#     )
#     wider = F.pad(predicted, (0, 2), value=PAD)
#     equal_to(
#         exact_match(wider, target, mask).tolist(),
#         [True, True, False, False, False],
#         what="six columns, with PAD in the last two",
#         hint="a prediction of more columns is compared as if PAD stood there",
#     )
#     alone = exact_match(target[:1], target[:1], mask[:1])
#     equal_to(alone.tolist(), [True], what="one line alone", hint="an axis is squeezed away")
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# **Ce qu'écrit le modèle de la question 4** : la ligne lue, ce qu'il écrit, et la bonne réponse là où il se trompe. La part de lignes justes est celle de
# votre `exact_match`. À attendre : de 1 à 40 % des lignes de validation, selon le départ.
#
# La deuxième cellule mesure le **biais d'exposition** (R). Avec l'enseignant, le modèle lit toujours un début juste ; quand il écrit seul, il lit ce
# qu'il a écrit. On compte, place par place, les jetons faux là où tout ce qui précède était juste, et là où une faute a déjà été faite. À attendre :
# 10 % environ après un début juste, 40 % après une faute ; les chiffres d'une date dépendent peu les uns des autres, et l'on verra pire à
# la question 7.

# %% [markdown] lang="en"
# **What the model of question 4 writes**: the line that is read, what it writes, and the right answer where it is wrong. The share of lines that are right
# is that of your `exact_match`. To expect: 1 to 40 % of the validation lines, depending on the start.
#
# The second cell measures **exposure bias** (R). With the teacher, the model always reads a right beginning; writing alone, it reads what it wrote. Counted
# are, place by place, the tokens that are wrong where all before them was right, and where a mistake had already been made. To
# expect: about 10 % after a right beginning, and 40 % after a mistake; the digits of a date hang little on one another, and question 7 will show worse.

# %% tags=["active-ipynb", "raises-exception"]
# shown, right, lines = {}, 0, data.lines("validation")
# with told_in_a_line("Q5"):
#     for places, batch in data.batches("validation"):
#         written = translate(models["Q4"].eval(), batch.source, batch.source_mask, max_length=12)
#         equal = exact_match(written, batch.target, batch.target_mask)
#         right += int(equal.sum())
#         shown |= zip(places.tolist(), zip(written, equal.tolist()))
# for place in range(10):
#     line, (tokens, is_right) = lines[place], shown[place]
#     print(f"{line.source:>32} | {data.alphabet.decode(tokens)} | {'' if is_right else line.target}")
# share = right / len(lines)
# print(f"{share:.1%} of the validation lines are right")

# %% tags=["active-ipynb", "raises-exception"]
# from amal_attention.tasks.translation.examined import examine
#
#
# def exposure(name, source):
#     """Print the share of wrong tokens: with the teacher, and alone, after a right beginning or a wrong one."""
#     with told_in_a_line(name):
#         examined = examine(models[name], source, "validation", translate)
#     with_teacher = 1 - examined.value("token_accuracy")
#     after_right = examined.value("wrong_after_right")
#     after_wrong = examined.value("wrong_after_wrong")
#     print(f"{name}, wrong tokens with the teacher: {with_teacher:.2%}")
#     print(f"alone, after a right beginning: {after_right:.2%}; after a wrong one: {after_wrong:.1%}")
#
#
# exposure("Q4", data)

# %% [markdown] lang="fr"
# > **Au-delà du texte.** Un décodeur peut aussi relire ses propres **nombres** : une sortie linéaire au lieu de logits, un carré de l'erreur au lieu de
# > l'entropie croisée, et l'on prévoit la suite d'une série, par exemple de vecteurs (jour, mois, année, valeur). Les erreurs s'y accumulent de la même
# > façon : la prévision de demain lit celle d'aujourd'hui.

# %% [markdown] lang="en"
# > **Beyond text.** A decoder may also read its own **numbers**: a linear output in place of logits, a squared error in place of the cross-entropy, and one
# > forecasts how a series goes on, of vectors (day, month, year, value) for instance. Errors add up there in the same way: the forecast of tomorrow reads that
# > of today.

# %% [markdown] lang="fr" nbgrader={"grade": false, "grade_id": "q5-observe", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": true}
# ### Question ouverte 5 (0,5 point)
#
# Pourquoi le coût de la façon naïve est-il quadratique deux fois, une fois chez l'encodeur et une fois chez le décodeur ? Si tout double, $S$
# et $T$, par combien chacune des trois façons est-elle multipliée, à peu près, et qu'en disent les mesures ? Une recherche en faisceau garde
# $n$ débuts de ligne par source : où seraient rangés leurs états, et que faudrait-il en faire quand on choisit les $n$ meilleurs ?
#
# === BEGIN MARK SCHEME ===
#
# 0,25 : la source de S caractères est relue à chacune des T étapes, T S ; le préfixe de t jetons est relu à l'étape t, et 1 + 2 + … + T =
# T (T + 1) / 2. Si tout double, naïve et préfixe sont multipliées par 4 environ (le préfixe un peu moins, S n'étant lu qu'une fois), pas à pas
# par 2. Les secondes suivent en gros les jetons, mais chaque appel a un coût fixe.
#
# 0,25 : dans l'axe du lot : l'état a la forme (n B, H), une ligne par début gardé ; la mémoire et le masque de la source y sont répétés n fois.
# Après chaque choix, les états sont repris dans l'ordre des débuts retenus (un début peut en donner deux, un autre disparaître), sinon
# chacun continue depuis l'état d'un autre.
#
# === END MARK SCHEME ===

# %% [markdown] lang="en" nbgrader={"grade": false, "grade_id": "q5-observe", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": true}
# ### Open question 5 (0.5 points)
#
# Why is the cost of the naive way quadratic twice, once in the encoder and once in the decoder? If everything doubles, $S$ and $T$, by how much is
# each of the three ways multiplied, roughly, and what do the measurements say? A beam search keeps $n$ beginnings of a line for each source: where
# would their states be kept, and what would have to be done with them when the $n$ best are chosen?
#
# === BEGIN MARK SCHEME ===
#
# 0.25: the source of S characters is read again at each of the T steps, T S; the prefix of t tokens is read again at step t, and 1 + 2 + … + T =
# T (T + 1) / 2. If everything doubles, naive and prefix are multiplied by about 4 (prefix by a little less, as S is read once), step by step by 2.
# The seconds follow the tokens roughly, but each call has a cost of its own.
#
# 0.25: in the axis of the batch: the state has the shape (n B, H), a row for each beginning that is kept; memory and mask of the source stand there
# n times. After each choice the states are taken in the order of the beginnings that stay (one beginning may give two, another may go), or else
# each goes on from the state of another.
#
# === END MARK SCHEME ===

# %% [markdown] lang="fr"
# *Votre réponse ici.*

# %% [markdown] lang="en"
# *Your answer here.*

# %% [markdown] lang="fr"
# ## Question 6 : le goulot, mesuré
#
# Entre l'encodeur et le décodeur passe **un** vecteur de $H$ nombres, quelle que soit la longueur de la ligne. C'est le goulot que K et R
# montrent du doigt : l'encodeur doit tout y faire tenir, et le décodeur, à qui il faut des informations différentes à différentes étapes, n'a que
# lui. Combien de caractères tiennent dans $H$ nombres ? Pour le mesurer, il faut des lignes que rien ne peut résumer : des **chiffres au
# hasard**, que le modèle doit recopier. C'est l'**auto-encodeur récurrent** de R : la cible est la source elle-même.
#
# **À la main.** Un lot de deux sources, $(5, 6, 7)$ et $(4)$, complétées à droite (START vaut 1 et END vaut 2) ; les anciennes cibles, quelles
# qu'elles soient, disparaissent :
#
# $$\text{source} = \begin{pmatrix} 5 & 6 & 7 \\ 4 & 0 & 0 \end{pmatrix} \quad
# \text{target} = \begin{pmatrix} 5 & 6 & 7 & 2 \\ 4 & 2 & 0 & 0 \end{pmatrix} \quad
# \text{teacher} = \begin{pmatrix} 1 & 5 & 6 & 7 \\ 1 & 4 & 0 & 0 \end{pmatrix} \quad
# \text{target\_mask} = \begin{pmatrix} \text{V} & \text{V} & \text{V} & \text{V} \\ \text{V} & \text{V} & \text{F} & \text{F} \end{pmatrix}$$

# %% [markdown] lang="en"
# ## Question 6: the bottleneck, measured
#
# From the encoder to the decoder goes **one** vector of $H$ numbers, however long the line. This is the bottleneck that K and R point at: the
# encoder has to press everything into it, and the decoder, which needs different information at different steps, has nothing else. How many
# characters fit into $H$ numbers? To measure it takes lines that nothing can sum up: **random digits**, which the model is to write again. That is
# R's **recurrent auto-encoder**: the target is the source itself.
#
# **By hand.** A batch of two sources, $(5, 6, 7)$ and $(4)$, filled up on the right (START is 1 and END is 2); the targets of before, whatever they
# were, are gone:
#
# $$\text{source} = \begin{pmatrix} 5 & 6 & 7 \\ 4 & 0 & 0 \end{pmatrix} \quad
# \text{target} = \begin{pmatrix} 5 & 6 & 7 & 2 \\ 4 & 2 & 0 & 0 \end{pmatrix} \quad
# \text{teacher} = \begin{pmatrix} 1 & 5 & 6 & 7 \\ 1 & 4 & 0 & 0 \end{pmatrix} \quad
# \text{target\_mask} = \begin{pmatrix} \text{T} & \text{T} & \text{T} & \text{T} \\ \text{T} & \text{T} & \text{F} & \text{F} \end{pmatrix}$$

# %% [markdown] lang="fr"
# > **Exercice 6** (0,5 point). *Optionnel.* Écrivez `autoencoder_batch`, qui fait d'un lot celui d'un auto-encodeur :
# >
# > - `target` est la source puis END, `teacher` est START puis la source ;
# > - `source_mask` est celui de la source, et `source` ce qu'elle était sur ses caractères ; `target_mask` compte un jeton de plus par ligne :
# >   END, dont la place chez l'enseignant est celle de START ;
# > - `teacher`, `target` et `target_mask` ont une colonne de plus que `source` ; hors de la ligne, le masque est faux et les deux autres sont libres. Sous le remplissage de la source peut
# >   se trouver n'importe quel nombre : il n'est recopié nulle part dans `target` ni dans `teacher`. C'est le masque qui dit où est la ligne.
# > - Les jetons sont des int64, les masques des booléens ; le lot reçu reste tel qu'il est.
#
# <details>
# <summary>Premier indice</summary>
#
# `teacher` est la source décalée d'une place. Dans `target`, END va à une colonne différente selon la ligne : laquelle, et qui la connaît ?
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# Nettoyez d'abord la source : PAD partout où le masque est faux. Une colonne de plus s'ajoute à gauche ou à droite avec `F.pad`, sur le
# masque aussi. Pour écrire END à la colonne $n$ d'une ligne de $n$ caractères, comparez des numéros de colonnes à cette longueur, ou voyez
# `scatter`.
#
# </details>

# %% [markdown] lang="en"
# > **Exercise 6** (0.5 points). *Optional.* Write `autoencoder_batch`, which makes of a batch that of an auto-encoder:
# >
# > - `target` is the source then END, `teacher` is START then the source;
# > - `source_mask` is that of the source, and `source` what it was on its characters; `target_mask` counts one token more a line: END, whose
# >   place is that of START in the teacher;
# > - `teacher`, `target` and `target_mask` have one column more than `source`; outside the line the mask is false and the two others are free. Any number may stand under
# >   the padding of the source: it is copied nowhere in `target` nor in `teacher`. The mask tells where the line is.
# > - Tokens are int64, masks are bool; the batch that is given stays as it is.
#
# <details>
# <summary>First hint</summary>
#
# `teacher` is the source moved by one place. In `target`, END goes to another column in each line: which one, and who knows it?
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# Clean the source first: PAD wherever the mask is false. One column more comes on the left or on the right with `F.pad`, on the mask too. To
# write END in column $n$ of a line of $n$ characters, compare numbers of columns with that length, or see `scatter`.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "q6-autoencoder", "locked": false, "schema_version": 3, "solution": true, "task": false}
def autoencoder_batch(batch: PairBatch) -> PairBatch:
    """The batch of a recurrent auto-encoder: each line is to be written again (Riveill).

    Args:
        batch: as ``make_batch`` gives it; on padding anything may stand.

    Returns:
        a batch of the same sources, whose target is the source.
    """
    ### BEGIN SOLUTION
    mask, lengths = batch.source_mask, batch.source_mask.sum(dim=1, keepdim=True)
    line = batch.source.masked_fill(~mask, PAD)
    target = F.pad(line, (0, 1), value=PAD).scatter(1, lengths, END)
    teacher = F.pad(line, (1, 0), value=START)
    return PairBatch(line, mask, teacher, target, F.pad(mask, (1, 0), value=True))
    ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q6-autoencoder", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp10_seq2seq", "q6-autoencoder", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import check, equal_to
#
# with check("q6-autoencoder"):
#     source = torch.tensor([[5, 6, 7], [4, PAD, PAD]])
#     target = torch.tensor([[8, 9, END, PAD], [6, 8, 9, END]])
#     teacher = torch.tensor([[START, 8, 9, PAD], [START, 6, 8, 9]])
#     batch = autoencoder_batch(PairBatch(source, source != PAD, teacher, target, target != PAD))
#     equal_to(
#         [line[:length].tolist() for line, length in zip(batch.target, (4, 2))],  # without padding
#         [[5, 6, 7, END], [4, END]],
#         what="target: the source, then END",
#         mistakes={
#             "END stands behind the last token of each line": [[5, 6, 7, PAD], [4, PAD]],
#             "the target is one token longer than the source: END": [[5, 6, 7], [4, PAD]],
#             "END stands right behind each line, not behind the padding": [[5, 6, 7, END], [4, PAD]],
#             "this is the target of the translation": [[8, 9, END, PAD], [6, 8]],
#             "this is the teacher: the target begins with the first token of the source": [
#                 [START, 5, 6, 7],
#                 [START, 4],
#             ],
#         },
#     )
#     equal_to(
#         [line[:length].tolist() for line, length in zip(batch.teacher, (4, 2))],
#         [[START, 5, 6, 7], [START, 4]],
#         what="teacher: START, then the source",
#         mistakes={
#             "the teacher is one place late: it begins with START": [[5, 6, 7, END], [4, END]],
#             "the teacher begins with START, then comes the source": [[5, 6, 7, PAD], [4, PAD]],
#             "this is the teacher of the translation": [[START, 8, 9, PAD], [START, 6]],
#         },
#     )
#     equal_to(
#         batch.target_mask.tolist(),
#         [[True, True, True, True], [True, True, False, False]],
#         what="target_mask: each line and its END",
#         mistakes={
#             "END is under the mask too: it counts in the loss": [
#                 [True, True, True, False],
#                 [True, False, False, False],
#             ],
#             "this is the mask of the translation": [[True, True, True, False], [True] * 4],
#             "padding is no target: the mask is False there": [[True] * 4] * 2,
#         },
#     )
#     equal_to(batch.target_mask.dtype, torch.bool, what="masks are bool", hint="masks are bool")
#     equal_to(batch.source.tolist(), source.tolist(), what="the sources stay as they are")
#     widths = [field.shape[1] for field in (batch.teacher, batch.target, batch.target_mask)]
#     equal_to(widths, [4, 4, 4], what="columns of these three", hint="one column more than the source")
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# **Entraînement.** Les données sont 16 000 chaînes de 4 à 20 chiffres au hasard, toutes différentes ; la cible est déjà la source (ce sont les lots que
# votre `autoencoder_batch` ferait), et rien n'attend donc l'exercice optionnel. Le modèle est celui de la question 4, $H = 64$, sans attention. À
# attendre : 29 % des chaînes de validation sans une faute (21 s).

# %% [markdown] lang="en"
# **Training.** The data are 16,000 strings of 4 to 20 random digits, all different; the target is the source already (these are the batches that your
# `autoencoder_batch` would make), so that nothing waits for the optional exercise. The model is that of question 4, $H = 64$, without attention. To expect:
# 29 % of the validation strings without a mistake (21 s).

# %% tags=["active-ipynb", "raises-exception"]
# from amal_attention.tasks.translation import CopyData
#
# copies = CopyData()
# train(
#     "Q6, plain",
#     lambda: Seq2Seq(
#         Encoder(copies.num_tokens, 32, 64), Decoder(copies.num_tokens, 32, 64)
#     ),
#     epochs=6,
#     data=copies,
# )

# %% [markdown] lang="fr"
# La part de chaînes recopiées sans une faute, selon leur longueur. La même figure reviendra après la question 7, avec l'attention.

# %% [markdown] lang="en"
# The share of strings that are copied without a mistake, by their length. The same picture comes back after question 7, with attention.

# %% tags=["active-ipynb", "raises-exception"]
# from amal_attention.visualise.figures import series_curves
#
#
# def by_length(*names):
#     """The exact match of models that copy digits, by the length of the string."""
#     curves = {}
#     for name in names:
#         with told_in_a_line(name):
#             curves[name] = examine(models[name], copies, "validation", translate).by_group
#     return series_curves(curves)
#
#
# by_length("Q6, plain")

# %% [markdown] lang="fr" nbgrader={"grade": false, "grade_id": "q6-observe", "locked": true, "points": 0.75, "schema_version": 3, "solution": false, "task": true}
# ### Question ouverte 6 (0,75 point)
#
# Lisez la courbe : jusqu'à quelle longueur le modèle recopie-t-il, et est-ce un mur ou une pente ? Que changerait un $H$ plus grand, et que
# coûterait-il ? Quand il écrit le $t$-ième chiffre, de quelle information le décodeur a-t-il besoin, et où se trouve-t-elle dans la source ? Et quand il
# écrit le mois d'une date ?
#
# === BEGIN MARK SCHEME ===
#
# 0,25 : presque tout est juste à 4 chiffres, la moitié environ vers 8, presque rien à partir de 12 : une pente raide. La part de lignes justes est à
# peu près le produit des parts de chiffres justes, d'où la chute, même si chaque chiffre ne se dégrade que peu à peu.
#
# 0,25 : plus de nombres, donc plus de chiffres tiennent (sur des dates, H = 128 au lieu de 64 : de 36 % à 98,8 % de lignes justes, après un
# apprentissage trois à quatre fois plus long que celui d'un modèle avec attention) ; mais les matrices récurrentes ont H × H nombres, le calcul d'une
# étape croît comme H au carré, et une ligne plus longue finit toujours par dépasser.
#
# 0,25 : du t-ième chiffre de la source et de lui seul (et de savoir que l'on en est à t) ; du nom du mois ou du champ qui le dit : peu de places, et
# pas les mêmes à chaque étape. Un seul vecteur, le même pour toutes, les contient toutes ou en perd.
#
# === END MARK SCHEME ===

# %% [markdown] lang="en" nbgrader={"grade": false, "grade_id": "q6-observe", "locked": true, "points": 0.75, "schema_version": 3, "solution": false, "task": true}
# ### Open question 6 (0.75 points)
#
# Read the curve: up to which length does the model copy, and is it a wall or a slope? What would a larger $H$ change, and what would it cost? When it
# writes the $t$-th digit, which information does the decoder need, and where does it stand in the source? And when it writes the month of a date?
#
# === BEGIN MARK SCHEME ===
#
# 0.25: almost all is right at 4 digits, about half near 8, almost nothing from 12 on: a steep slope. The share of lines that are right is about the
# product of the shares of digits that are right, hence the fall, even where each digit is lost little by little.
#
# 0.25: more numbers, so more digits fit (on dates, H = 128 in place of 64: from 36 % to 98.8 % of the lines, after a training that is three to four
# times as long as that of a model with attention); but recurrent matrices hold H × H numbers, the work of a step grows as the square of H, and a
# line that is longer still is too long again.
#
# 0.25: the t-th digit of the source and nothing else (and to know that it is at t); the name of the month, or the field that tells it: few places,
# and others at each step. One vector, the same for all steps, holds all of them or loses some.
#
# === END MARK SCHEME ===

# %% [markdown] lang="fr"
# *Votre réponse ici.*

# %% [markdown] lang="en"
# *Your answer here.*

# %% [markdown] lang="fr"
# ## Question 7 : attention
#
# L'idée (K) : compresser moins, et donner au décodeur l'information utile au bon moment. On garde **tous** les états de l'encodeur, la mémoire, et
# à chaque étape le décodeur en fait une moyenne pondérée, avec des poids qui dépendent de ce qu'il est en train d'écrire :
#
# $$\alpha_{tk} = \operatorname{softmax}_k \; \text{score}(h_t, s_k), \qquad c_t = \sum_k \alpha_{tk}\, s_k, \qquad a_t = \tanh(W_c\,[c_t; h_t])$$
#
# Le softmax porte sur les vraies places de la source. $c_t$ est le **contexte** ; $a_t$, le **vecteur d'attention** (M), remplace $h_t$ devant la
# couche linéaire qui donne les logits.
#
# Ici, les clés et les valeurs sont les mêmes vecteurs, ceux de la mémoire ; M montre que l'on peut les distinguer.

# %% [markdown] lang="en"
# ## Question 7: attention
#
# The idea (K): compress less, and give the decoder the information that it needs when it needs it. **All** states of the encoder are kept, the memory,
# and at each step the decoder takes a weighted mean of them, by weights that depend on what it is about to write:
#
# $$\alpha_{tk} = \operatorname{softmax}_k \; \text{score}(h_t, s_k), \qquad c_t = \sum_k \alpha_{tk}\, s_k, \qquad a_t = \tanh(W_c\,[c_t; h_t])$$
#
# The softmax is over the real places of the source. $c_t$ is the **context**; $a_t$, the **attention vector** (M), stands in the place of $h_t$ before
# the linear layer that gives the logits.
#
# Here keys and values are the same vectors, those of the memory; M shows that they can be told apart.

# %% [markdown] lang="fr"
# **Les scores.** Les trois cours en donnent des tables qui ne se recouvrent pas tout à fait, sous des noms qui changent :
#
# | score | K | R | M | ici |
# |---|---|---|---|---|
# | produit scalaire (*dot*) | $h^T s$ | $s_t^T h_i$ | $Q^T K$ | `DotScore` |
# | réduit (*scaled*) | | $s_t^T h_i / \sqrt n$, $n$ largeur d'un état de la source | $Q K^T / \sqrt{d_k}$ | `ScaledDotScore` : racine de la largeur des clés |
# | bilinéaire, *general*, multiplicatif | $h^T W s$ | $s_t^T W_a h_i$ | $Q^T W_a K$ | `GeneralScore` |
# | additif, perceptron, MLP | $w_2^T \tanh(W_1 [h, s])$ | $v^T \tanh(W_a [s_t; h_i])$ | $v^T \tanh(W_1 h + W_2 s)$ | `AdditiveScore` |
# | *concat* | | | $W_a [Q; K]$ | voir la question ouverte |
# | contenu (*content*) | | cosinus | | `CosineScore` |
# | position (*location*) | | $\alpha_t = \operatorname{softmax}(W_a s_t)$ | | `LocationScore` |
#
# - **L'additif** est écrit de trois façons et c'est une seule fonction : une matrice qui multiplie deux vecteurs mis bout à bout est faite de
#   deux blocs, $W[h; s] = W_1 h + W_2 s$. M l'appelle *perceptron* dans un tableau et *additive* ailleurs.
# - **Concat** : le *concat* de l'article de Luong est l'additif. Celui du tableau de M, pris à la lettre, n'a ni $\tanh$ ni $v$ : ce n'est pas la
#   même fonction, et il lui manque l'essentiel d'une attention. Quoi ? C'est la question ouverte 7.
#
# Un score est un `nn.Module` construit par `Score(dim)`, avec une seule signature :
#
#     forward(query, keys) -> scores
#
# | | forme | |
# |---|---|---|
# | `query` | réels `(B, T, H)` | les requêtes, $h_1, \dots, h_T$ |
# | `keys` | réels `(B, S, H)` | les clés, $s_1, \dots, s_S$ |
# | `scores` | réels `(B, T, S)` | une ligne par requête, une colonne par clé |
#
# Un score ne connaît pas le masque : ce qu'il dit du remplissage est libre, et c'est l'exercice 7.3 qui l'écarte. Les autres lignes du lot ne
# changent rien à la réponse.
#
# **À la main.** En dimension 2, $h = (1, 0)$ et les clés $s_1 = (0, 4)$, $s_2 = (\ln 2, 2)$, $s_3 = (0, 0)$.
#
# - *dot* : $0$, $\ln 2$, $0$.
# - *general* avec $W = \begin{pmatrix} 0 & 1 \\ 1 & 0 \end{pmatrix}$ : $h^T W s$ prend la deuxième coordonnée de $s$, donc $4$, $2$, $0$.
# - *additive* avec $W_1 = W_2$ qui gardent la première coordonnée, $v = (1, 0)$, et cette fois $h = (\ln 2, 0)$ : $\tanh(\ln 2) = 0{,}6$, puis
#   $\tanh(2 \ln 2) = 0{,}8824$, puis $0{,}6$.
#
# > **Exercice 7.1** (1,25 point). Écrivez `DotScore`, `GeneralScore` et `AdditiveScore`.
# >
# > - `GeneralScore` : une forme bilinéaire $h^T W s$, avec **une** matrice libre (ni symétrique, ni produit imposé), sans biais.
# > - `AdditiveScore` : $v^T \tanh(W_1 h + W_2 s)$, où $W_1$ et $W_2$ sont deux matrices distinctes. La largeur intérieure est libre, un biais dans le
# >   $\tanh$ aussi.
# > - Ce qui a des paramètres les apprend tous, et le gradient des scores atteint aussi la requête et les clés.
# > - Un appel ne garde rien pour le suivant, laisse ce qu'il reçoit tel quel, et rend des `float32`, les mêmes en apprentissage qu'en évaluation.
#
# <details>
# <summary>Premier indice</summary>
#
# Pour *dot*, quel produit de matrices fait de `(T, H)` et `(S, H)` un tableau `(T, S)` ? Pour *general*, appliquez une couche linéaire à un seul des
# deux côtés, et vous êtes ramené au premier. Pour l'additif, chaque requête rencontre chaque clé **avant** le $\tanh$ : il faut quatre axes.
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# `transpose` échange les axes de `keys` ; `reshape` mélangerait les nombres. Pour l'additif, donnez à la requête transformée un axe de taille 1 à la place
# de $S$, et aux clés un axe de taille 1 à la place de $T$ : la somme s'étire en `(B, T, S, largeur)`. Une couche linéaire vers un nombre
# joue le rôle de $v$ ; il reste un axe de taille 1 à ôter.
#
# </details>

# %% [markdown] lang="en"
# **The scores.** The three lectures give tables of them that do not quite overlap, under names that change:
#
# | score | K | R | M | here |
# |---|---|---|---|---|
# | dot product | $h^T s$ | $s_t^T h_i$ | $Q^T K$ | `DotScore` |
# | scaled | | $s_t^T h_i / \sqrt n$, $n$ the width of a state of the source | $Q K^T / \sqrt{d_k}$ | `ScaledDotScore`: root of the width of the keys |
# | bilinear, general, multiplicative | $h^T W s$ | $s_t^T W_a h_i$ | $Q^T W_a K$ | `GeneralScore` |
# | additive, perceptron, MLP | $w_2^T \tanh(W_1 [h, s])$ | $v^T \tanh(W_a [s_t; h_i])$ | $v^T \tanh(W_1 h + W_2 s)$ | `AdditiveScore` |
# | concat | | | $W_a [Q; K]$ | see the open question |
# | content | | cosine | | `CosineScore` |
# | location | | $\alpha_t = \operatorname{softmax}(W_a s_t)$ | | `LocationScore` |
#
# - **The additive score** is written in three ways and is one function: a matrix that multiplies two vectors put end to end is made of two
#   blocks, $W[h; s] = W_1 h + W_2 s$. M calls it *perceptron* in one table and *additive* elsewhere.
# - **Concat**: the *concat* of Luong's paper is the additive score. That of M's table, taken literally, has neither $\tanh$ nor $v$: it is another
#   function, and it lacks what makes an attention. What? That is open question 7.
#
# A score is an `nn.Module`, built as `Score(dim)`, with one signature:
#
#     forward(query, keys) -> scores
#
# | | shape | |
# |---|---|---|
# | `query` | floats `(B, T, H)` | the queries, $h_1, \dots, h_T$ |
# | `keys` | floats `(B, S, H)` | the keys, $s_1, \dots, s_S$ |
# | `scores` | floats `(B, T, S)` | a row for each query, a column for each key |
#
# A score knows no mask: what it says of padding is free, and exercise 7.3 keeps it out. The other lines of the batch do not change the answer.
#
# **By hand.** In dimension 2, $h = (1, 0)$ and the keys $s_1 = (0, 4)$, $s_2 = (\ln 2, 2)$, $s_3 = (0, 0)$.
#
# - dot: $0$, $\ln 2$, $0$.
# - general, with $W = \begin{pmatrix} 0 & 1 \\ 1 & 0 \end{pmatrix}$: $h^T W s$ takes the second coordinate of $s$, hence $4$, $2$, $0$.
# - additive, with $W_1 = W_2$ that keep the first coordinate, $v = (1, 0)$, and $h = (\ln 2, 0)$ this time: $\tanh(\ln 2) = 0.6$, then
#   $\tanh(2 \ln 2) = 0.8824$, then $0.6$.
#
# > **Exercise 7.1** (1.25 points). Write `DotScore`, `GeneralScore` and `AdditiveScore`.
# >
# > - `GeneralScore`: a bilinear form $h^T W s$, with **one** free matrix (neither symmetric nor made as a product), without bias.
# > - `AdditiveScore`: $v^T \tanh(W_1 h + W_2 s)$, with two different matrices $W_1$ and $W_2$. The inner width is free, and so is a bias in the
# >   $\tanh$.
# > - What has parameters learns all of them, and the gradient of the scores reaches the query and the keys too.
# > - A call keeps nothing for the next one, leaves what it is given as it is, and gives `float32`, the same in training as in evaluation.
#
# <details>
# <summary>First hint</summary>
#
# For dot, which product of matrices makes a table `(T, S)` of `(T, H)` and `(S, H)`? For general, put a linear layer on one of the two sides, and
# you are back at the first. For additive, each query meets each key **before** the $\tanh$: it takes four axes.
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# `transpose` exchanges the axes of `keys`; `reshape` would mix up the numbers. For additive, give the query, once it is transformed, an axis of size 1 in
# the place of $S$, and the keys one of size 1 in the place of $T$: the sum stretches to `(B, T, S, width)`. A linear layer to one number plays the
# part of $v$; what is left is an axis of size 1 to take away.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "q7-scores", "locked": false, "schema_version": 3, "solution": true, "task": false}
class DotScore(nn.Module):
    """The dot product of query and key.

    Args:
        dim: H, the width of queries and keys.
    """

    def __init__(self, dim: int) -> None:
        super().__init__()

    def forward(self, query: Tensor, keys: Tensor) -> Tensor:
        """``query`` ``(B, T, H)``, ``keys`` ``(B, S, H)`` -> scores ``(B, T, S)``."""
        ### BEGIN SOLUTION
        return query @ keys.transpose(1, 2)
        ### END SOLUTION


class GeneralScore(nn.Module):
    """A bilinear form of query and key, without bias.

    Args:
        dim: H, the width of queries and keys.
    """

    def __init__(self, dim: int) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.weight = nn.Linear(dim, dim, bias=False)
        ### END SOLUTION

    def forward(self, query: Tensor, keys: Tensor) -> Tensor:
        """``query`` ``(B, T, H)``, ``keys`` ``(B, S, H)`` -> scores ``(B, T, S)``."""
        ### BEGIN SOLUTION
        return query @ self.weight(keys).transpose(1, 2)
        ### END SOLUTION


class AdditiveScore(nn.Module):
    """A perceptron with one hidden layer that reads query and key (Bahdanau 2015).

    Args:
        dim: H, the width of queries and keys.
    """

    def __init__(self, dim: int) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.of_query = nn.Linear(dim, dim, bias=False)
        self.of_keys = nn.Linear(dim, dim, bias=False)
        self.v = nn.Linear(dim, 1, bias=False)
        ### END SOLUTION

    def forward(self, query: Tensor, keys: Tensor) -> Tensor:
        """``query`` ``(B, T, H)``, ``keys`` ``(B, S, H)`` -> scores ``(B, T, S)``."""
        ### BEGIN SOLUTION
        hidden = torch.tanh(self.of_query(query).unsqueeze(2) + self.of_keys(keys).unsqueeze(1))
        return self.v(hidden).squeeze(3)
        ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q7-scores", "locked": true, "points": 1.25, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp10_seq2seq", "q7-scores", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import (
#     ScoreProbe, check, close_to, is_bilinear, is_perceptron, levels_off, reads_each_alone,
#     registers_everything, shapes,
# )
#
# with check("q7-scores"):
#     query = torch.tensor([[[1.0, 0.0]]])
#     keys = torch.tensor([[[0.0, 4.0], [0.6931, 2.0], [0.0, 0.0], [9.0, 9.0]]])
#     close_to(
#         DotScore(2)(query, keys),
#         [[[0, 0.6931, 0, 9]]],
#         what="the dot products of (1, 0) with (0, 4), (ln 2, 2), (0, 0) and (9, 9)",
#         mistakes={
#             "transpose(1, 2) exchanges two axes; a reshape mixes the numbers": [[[0, 4, 0.6931, 2]]],
#             "nothing is divided here: that is the scaled score": [[[0, 0.4901, 0, 6.3640]]],
#             "these are weights: the softmax comes later, in attend": [[[0.0001, 0.0002, 0.0001, 0.9995]]],
#             "the lengths of the vectors count: that is the cosine": [[[0, 0.3275, 0, 0.7071]]],
#         },
#         sent="query (1, 1, 2), keys (1, 4, 2)",
#     )
#     for Score in (DotScore, GeneralScore, AdditiveScore):
#         shapes(
#             Score(5),
#             ScoreProbe(5),
#             what="scores are (B, T, S), for any B, T and S",
#             hint="a row for each query, a column for each key",
#         )
#         registers_everything(lambda: Score(5), ScoreProbe(5))
#         reads_each_alone(
#             Score(5),
#             ScoreProbe(5),
#             hint="each line by itself: unsqueeze and broadcast, where repeat and view mix lines",
#         )
#     is_bilinear(GeneralScore(5), 5)
#     is_perceptron(AdditiveScore(5), 5)
#     levels_off(AdditiveScore(5), ScoreProbe(5))
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# **À la main**, avec les mêmes vecteurs, $h = (1, 0)$ : le produit réduit donne $\ln 2 / \sqrt 2 = 0{,}490$ pour $s_2$ ; le cosinus de $h$ et de $s_2$ vaut
# $\ln 2 / \sqrt{(\ln 2)^2 + 4} = 0{,}3275$, et celui de $h$ avec $s_3 = (0, 0)$ doit rester un nombre fini.
#
# > **Exercice 7.2** (0,5 point). *Optionnel.* Écrivez trois autres scores, de même signature et de mêmes propriétés que ceux de 7.1 (formes, lignes, gradient, appels).
# >
# > - `ScaledDotScore` : le produit scalaire, divisé par la racine de la largeur des clés.
# > - `CosineScore` : le cosinus de la requête et de la clé, si courtes soient-elles ; fini, et son gradient aussi, même si l'une des deux est nulle.
# > - `LocationScore(dim, longest=64)` : une application linéaire de la requête seule donne `longest` nombres, un par place ; on garde les $S$
# >   premiers. Les clés n'en changent pas les valeurs. Une source n'a jamais plus de `longest` places ; un biais est permis.
# >
# > Le cosinus reste dans $[-1, 1]$ : le softmax de tels scores est presque plat, car le plus grand poids possible est $e^2 \approx 7{,}4$ fois
# > le plus petit. Graves (2014) multiplie donc le cosinus par une force $\beta$.
#
# <details>
# <summary>Premier indice</summary>
#
# Deux de ces trois scores se ramènent au produit scalaire : il suffit de changer ce qui y entre, ou ce qui en sort. Le troisième ne demande aux
# clés que leur nombre.
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# Le cosinus de deux vecteurs est le produit scalaire de ces vecteurs ramenés à la longueur 1 : voyez `F.normalize`, et choisissez l'axe. Pour la position, une
# couche linéaire de `dim` vers `longest`, puis une tranche du dernier axe.
#
# </details>

# %% [markdown] lang="en"
# **By hand**, with the same vectors, $h = (1, 0)$: the scaled product gives $\ln 2 / \sqrt 2 = 0.490$ for $s_2$; the cosine of $h$ and $s_2$ is
# $\ln 2 / \sqrt{(\ln 2)^2 + 4} = 0.3275$, and that of $h$ and $s_3 = (0, 0)$ must stay a finite number.
#
# > **Exercise 7.2** (0.5 points). *Optional.* Write three more scores, with the signature and the properties of those of 7.1 (shapes, lines, gradient, calls).
# >
# > - `ScaledDotScore`: the dot product, divided by the square root of the width of the keys.
# > - `CosineScore`: the cosine of query and key, however short they are; finite, and so is its gradient, even where one of the two is zero.
# > - `LocationScore(dim, longest=64)`: a linear map of the query alone gives `longest` numbers, one for each place; the first $S$ of them are
# >   kept. The keys do not change their values. A source never has more than `longest` places; a bias is allowed.
# >
# > A cosine stays in $[-1, 1]$: the softmax of such scores is almost flat, as the largest weight can be no more than $e^2 \approx 7.4$ times the
# > smallest. Graves (2014) therefore multiplies the cosine by a strength $\beta$.
#
# <details>
# <summary>First hint</summary>
#
# Two of these three come back to the dot product: it is enough to change what goes in, or what comes out. The third asks the keys for nothing but
# their number.
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# The cosine of two vectors is the dot product of these vectors brought to length 1: see `F.normalize`, and choose the axis. For location, a linear
# layer from `dim` to `longest`, then a slice of the last axis.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "q7-more-scores", "locked": false, "schema_version": 3, "solution": true, "task": false}
class ScaledDotScore(nn.Module):
    """The dot product, divided by the square root of the width of the keys.

    Args:
        dim: H, the width of queries and keys.
    """

    def __init__(self, dim: int) -> None:
        super().__init__()

    def forward(self, query: Tensor, keys: Tensor) -> Tensor:
        """``query`` ``(B, T, H)``, ``keys`` ``(B, S, H)`` -> scores ``(B, T, S)``."""
        ### BEGIN SOLUTION
        return query @ keys.transpose(1, 2) / keys.shape[2] ** 0.5
        ### END SOLUTION


class CosineScore(nn.Module):
    """The cosine of the angle between query and key.

    Args:
        dim: H, the width of queries and keys.
    """

    def __init__(self, dim: int) -> None:
        super().__init__()

    def forward(self, query: Tensor, keys: Tensor) -> Tensor:
        """``query`` ``(B, T, H)``, ``keys`` ``(B, S, H)`` -> scores ``(B, T, S)``."""
        ### BEGIN SOLUTION
        return F.normalize(query, dim=2) @ F.normalize(keys, dim=2).transpose(1, 2)
        ### END SOLUTION


class LocationScore(nn.Module):
    """Scores of places, from the query alone.

    Args:
        dim: H, the width of queries.
        longest: how many places there are scores for.
    """

    def __init__(self, dim: int, longest: int = 64) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.weight = nn.Linear(dim, longest, bias=False)
        ### END SOLUTION

    def forward(self, query: Tensor, keys: Tensor) -> Tensor:
        """``query`` ``(B, T, H)``, ``keys`` ``(B, S, H)`` -> scores ``(B, T, S)``."""
        ### BEGIN SOLUTION
        return self.weight(query)[:, :, : keys.shape[1]]
        ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q7-more-scores", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp10_seq2seq", "q7-more-scores", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import ScoreProbe, check, close_to, equal_to, scores_places, shapes
#
# with check("q7-more-scores"):
#     query = torch.tensor([[[1.0, 0.0], [3.0, 4.0]]])
#     keys = torch.tensor([[[0.0, 4.0], [0.6931, 2.0], [0.0, 0.0]]])
#     close_to(
#         ScaledDotScore(2)(query, keys),
#         [[[0, 0.4901, 0], [11.3137, 7.1272, 0]]],
#         what="the scaled scores of (1, 0) and (3, 4) with (0, 4), (ln 2, 2) and (0, 0)",
#         mistakes={
#             "divide by the root of the width of the keys, not by the width": [
#                 [[0, 0.34655, 0], [8, 5.03965, 0]]
#             ],
#             "the root of the width of the keys, not of how many there are": [
#                 [[0, 0.4002, 0], [9.2376, 5.8193, 0]]
#             ],
#             "the dot product as it is: divide it by the root of the width of the keys": [
#                 [[0, 0.6931, 0], [16, 10.0793, 0]]
#             ],
#             "divide where you multiply": [[[0, 0.9802, 0], [22.6274, 14.2543, 0]]],
#         },
#         sent="query (1, 2, 2), keys (1, 3, 2)",
#         hint="q · k over the root of the width",
#     )
#     equal_to(
#         bool(CosineScore(2)(query, keys).isfinite().all()),
#         True,
#         what="the cosine is 0 where a vector is zeros",
#         hint="a length of 0 divides nothing: F.normalize, or a tiny eps",
#     )
#     close_to(
#         CosineScore(2)(query, keys),
#         [[[0, 0.3275, 0], [0.8, 0.9524, 0]]],
#         what="the cosines of (1, 0) and (3, 4) with (0, 4), (ln 2, 2) and (0, 0)",
#         mistakes={
#             "the query is divided by its length too": [[[0, 0.3275, 0], [4, 4.7618, 0]]],
#             "the keys are divided by their lengths too": [[[0, 0.6931, 0], [3.2, 2.01586, 0]]],
#             "the length of a vector is taken over its numbers, dim=2, not over the places": [
#                 [[0, 0.3162, 0], [0.8944, 1.3959, 0]]
#             ],
#             "the dot product as it is: divide it by both lengths": [
#                 [[0, 0.6931, 0], [16, 10.0793, 0]]
#             ],
#         },
#         sent="query (1, 2, 2), keys (1, 3, 2)",
#         hint="q · k over both lengths, which a tiny eps keeps from 0",
#     )
#     scores_places(
#         LocationScore(5, longest=7),
#         5,
#         7,
#         hint="W q, the first S of its numbers, whatever the keys are",
#     )
#     for Score in (ScaledDotScore, CosineScore, LocationScore):
#         shapes(
#             Score(5),
#             ScoreProbe(5),
#             what="scores are (B, T, S), for any B, T and S",
#             hint="a row for each query, a column for each key",
#         )
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# **Des scores au contexte.** C'est le calcul de K en une image : scores, softmax, somme pondérée.

# %% [markdown] lang="en"
# **From scores to the context.** This is what K computes, in one picture: scores, softmax, weighted sum.

# %% tags=["active-ipynb", "raises-exception"]
# from math import log
#
# from amal_attention.tasks.translation.pipeline import attention_pipeline
#
# attention_pipeline(
#     ["12", "mars", "1998", "PAD"],
#     scores=[0, log(2), 0, 9],
#     weights=[0.25, 0.5, 0.25, 0],
#     context=[0.3466, 2],
#     states=[(0, 4), (log(2), 2), (0, 0), (9, 9)],
#     mask=[True, True, True, False],
# )

# %% [markdown] lang="fr"
# **À la main.** Les mêmes trois clés et une place de remplissage où se trouve $(9, 9)$ ; les valeurs sont les clés. Les scores *dot* de $h = (1, 0)$
# sont $0$, $\ln 2$, $0$ et $9$. Avec le masque, les poids sont $\tfrac14, \tfrac12, \tfrac14$ et **exactement** $0$, et
#
# $$c = \tfrac14 (0, 4) + \tfrac12 (\ln 2, 2) + \tfrac14 (0, 0) = (0{,}3466 ; 2)$$
#
# Sans masque, le remplissage pèserait $0{,}9995$ à lui seul. (Le code Keras de R complète toutes les lignes à une même longueur et n'applique aucun masque : ne le recopiez pas.)
#
# > **Exercice 7.3** (1 point). Écrivez `attend(scores, values, mask) -> (context, weights)`.
# >
# > - Les poids `(B, T, S)` sont le softmax des scores sur les places de la source : positifs, de somme 1 pour chaque requête, exactement 0 sur le
# >   remplissage. Le contexte `(B, T, H)` est la somme des valeurs, pesées par eux.
# > - Des scores très grands, positifs ou négatifs, ne font pas déborder l'exponentielle.
# > - Ce qui se trouve sous le remplissage, scores ou valeurs (des nombres finis), ne change rien, et aucun gradient ne l'atteint ; aux autres places, il
# >   atteint les scores et les valeurs. Une ligne a toujours au moins un caractère.
# > - Un appel laisse `scores`, `values` et `mask` tels quels, et ses deux réponses ont le type des valeurs (`float32`).
#
# <details>
# <summary>Premier indice</summary>
#
# C'est l'attention du TP 9 avec un axe de plus : une ligne de poids pour chaque requête. Sur quel axe va le softmax ? Et quand faut-il écarter le
# remplissage, avant ou après ?
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# Le masque `(B, S)` est le même pour toutes les requêtes : il lui faut un axe de taille 1 à la place de $T$. Un score dont l'exponentielle
# est nulle se met à la place de ceux du remplissage. La somme pondérée de toutes les requêtes à la fois est un produit de matrices.
#
# </details>

# %% [markdown] lang="en"
# **By hand.** The same three keys, and a place of padding at which $(9, 9)$ stands; the values are the keys. The dot scores of $h = (1, 0)$ are $0$,
# $\ln 2$, $0$ and $9$. With the mask the weights are $\tfrac14, \tfrac12, \tfrac14$ and **exactly** $0$, and
#
# $$c = \tfrac14 (0, 4) + \tfrac12 (\ln 2, 2) + \tfrac14 (0, 0) = (0.3466,\; 2)$$
#
# Without a mask padding alone would weigh $0.9995$. (R's Keras code pads all lines to one length and applies no mask: do not copy it.)
#
# > **Exercise 7.3** (1 point). Write `attend(scores, values, mask) -> (context, weights)`.
# >
# > - The weights `(B, T, S)` are the softmax of the scores over the places of the source: positive, of sum 1 for each query, exactly 0 on padding. The
# >   context `(B, T, H)` is the sum of the values by these weights.
# > - Very large scores, positive or negative, do not make the exponential overflow.
# > - What stands under the padding, scores or values (finite numbers), changes nothing, and no gradient reaches it; at the other places it reaches scores
# >   and values. A line always has one character at least.
# > - A call leaves `scores`, `values` and `mask` as they are, and both replies have the type of the values (`float32`).
#
# <details>
# <summary>First hint</summary>
#
# It is the attention of TP 9 with one axis more: a row of weights for each query. Along which axis does the softmax go? And when must padding be kept out,
# before or after it?
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# The mask `(B, S)` is the same for all queries: it needs an axis of size 1 in the place of $T$. A score whose exponential is 0 goes in the place of
# those of padding. The weighted sum for all queries at once is a product of matrices.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "q7-attend", "locked": false, "schema_version": 3, "solution": true, "task": false}
def attend(scores: Tensor, values: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Read values by weights, the softmax of scores over the places of the source.

    Args:
        scores: ``(B, T, S)``.
        values: ``(B, S, H)``.
        mask: True where the source is, bool ``(B, S)``.

    Returns:
        context ``(B, T, H)``, weights ``(B, T, S)``.
    """
    ### BEGIN SOLUTION
    weights = torch.softmax(scores.masked_fill(~mask.unsqueeze(1), float("-inf")), dim=2)
    return weights @ values, weights
    ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q7-attend", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp10_seq2seq", "q7-attend", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import check, close_to, equal_to
#
# with check("q7-attend"):
#     scores = torch.tensor([[[0.0, 0.6931, 0.0, 9.0], [0.6931, 0.0, 0.0, 0.0]]])
#     values = torch.tensor([[[0.0, 4.0], [0.6931, 2.0], [0.0, 0.0], [9.0, 9.0]]])
#     answer = attend(scores, values, torch.tensor([[True, True, True, False]]))
#     equal_to(
#         isinstance(answer, tuple),
#         True,
#         what="two tensors come back",
#         hint="return both, the context first: return context, weights",
#     )
#     context, weights = answer
#     close_to(
#         weights,
#         [[[0.25, 0.5, 0.25, 0], [0.5, 0.25, 0.25, 0]]],
#         what="scores (0, ln 2, 0) and (ln 2, 0, 0), and padding: weights (1/4, 1/2, 1/4, 0), (1/2, 1/4, 1/4, 0)",
#         mistakes={
#             "there is no mask: scores on padding are -inf before the softmax": [
#                 [[0.00012, 0.00025, 0.00012, 0.9995], [0.4, 0.2, 0.2, 0.2]]
#             ],
#             "the mask comes before the softmax, not after it: what is left no longer sums to 1": [
#                 [[0.00012, 0.00025, 0.00012, 0], [0.4, 0.2, 0.2, 0]]
#             ],
#             "a score of 0 on padding still weighs something: it is -inf there": [
#                 [[0.2, 0.4, 0.2, 0.2], [0.4, 0.2, 0.2, 0.2]]
#             ],
#             "the mask is inverted: it is True where the source is": [[[0, 0, 0, 1], [0, 0, 0, 1]]],
#             "the softmax goes over the places of the source, dim=2, not over the steps": [
#                 [[0.3333, 0.6667, 0.5, 0.5], [0.6667, 0.3333, 0.5, 0.5]]
#             ],
#             "the softmax goes over the places of the source alone: here it goes over the steps too": [
#                 [[0.125, 0.25, 0.125, 0], [0.25, 0.125, 0.125, 0]]
#             ],
#             "the softmax goes over an axis of length 1: every weight is 1": [
#                 [[1, 1, 1, 0], [1, 1, 1, 0]]
#             ],
#             "scores become weights by a softmax": [[[0, 0.6931, 0, 0], [0.6931, 0, 0, 0]]],
#         },
#         sent="scores (1, 2, 4), values (1, 4, 2), the last place is padding",
#         hint="a softmax over the places of the source",
#     )
#     close_to(
#         1e6 * weights[:, :, 3],
#         [[0, 0]],
#         what="the weights are exactly 0 on padding",
#         hint="padding still weighs something: scores there are -inf, or as low as -1e9",
#     )
#     close_to(
#         context,
#         [[[0.3466, 2], [0.1733, 2.5]]],
#         what="the context is the sum of the values by the weights",
#         mistakes={
#             "sum by the weights: this is their mean": [[[2.4233, 3.75], [2.4233, 3.75]]],
#             "the values are counted by the scores: by the weights": [
#                 [[0.4804, 1.3862], [0, 2.7724]]
#             ],
#             "this is the sum divided by the length": [[[0.0866, 0.5], [0.0433, 0.625]]],
#         },
#         sent="scores (1, 2, 4), values (1, 4, 2), the last place is padding",
#         hint="the context is the sum of the values by the weights that come back",
#     )
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# **Où va l'attention ?** Dans le décodeur de Luong (2015), **après** l'état : le GRU lit $y_{t-1}$ et avance de $h_{t-1}$ à $h_t$ comme en
# 4.1, sans voir la mémoire ; puis $h_t$ sert de requête, et $a_t$ donne les logits. R en parle comme de sa « solution 2 », la plus simple à écrire, et l'utilise dans son TP.

# %% [markdown] lang="en"
# **Where does attention go?** In the decoder of Luong (2015) it comes **after** the state: the GRU reads $y_{t-1}$ and goes from $h_{t-1}$ to $h_t$ as in
# 4.1, without seeing the memory; then $h_t$ is the query, and $a_t$ gives the logits. R speaks of it as "solution 2", the simplest to write, and uses it in the lab of that day.

# %% tags=["active-ipynb", "raises-exception"]
# seq2seq_diagram(list("2/5"), list("05"), attention=True, weights=[0.05, 0.1, 0.85])

# %% [markdown] lang="fr"
# **À la main.** Avec $c = (0{,}3466 ; 2)$, $h = (1, 0)$ et $W_c = [I \; I]$, qui additionne les deux :
# $a = \tanh(1{,}3466 ; 2) = (0{,}8732 ; 0{,}9640)$.
#
# > **Exercice 7.4** (1,25 point). Écrivez `LuongDecoder`, un décodeur de même signature que celui de 4.1, dont la troisième réponse est la
# > matrice des poids `(B, T, S)`.
# >
# > - La couche récurrente lit les jetons et eux seuls ; l'état rendu est celui qu'elle a après le dernier jeton. Il ne dépend pas de la mémoire. Un GRU,
# >   comme en 4.1.
# > - La requête de la place $t$ est l'état **après** la lecture du jeton de cette place ; les clés et les valeurs sont la mémoire.
# > - Les logits sont une couche linéaire de $a_t = \tanh(W_c\,[c_t; h_t])$, et de rien d'autre ; l'ordre des deux et les biais sont libres. (R donne
# >   directement $[c; h]$ à la couche de sortie ; le $\tanh W_c$ est de M.) Pas de softmax en sortie.
# > - Le score est le module reçu en argument, gardé dans l'attribut `score`, et appelé comme en 7.1 ; ce peut être n'importe quel module de cette
# >   signature.
# > - Les poids sont ceux de 7.3, rendus en dernier. Ni ce qui se trouve sous le remplissage de la source, ni sa longueur, ni les autres lignes du lot ne
# >   changent la réponse.
# > - Comme en 4.1 : les logits de la place $t$ dépendent de tous les jetons jusqu'à $t$ et d'aucun suivant ; lire $T$ jetons d'un coup, ou un par
# >   un en passant l'état, donne la même chose ; tout s'apprend.
# > - Comme en 4.1 aussi, un appel ne garde rien pour le suivant, laisse ce qu'il reçoit tel quel, et rend des `float32`, les mêmes en apprentissage
# >   qu'en évaluation, au *dropout* près.
#
# <details>
# <summary>Premier indice</summary>
#
# Partez de votre `Decoder`. Ses états `(B, T, H)` sont d'un coup toutes les requêtes : ni boucle, ni nouvelle récurrence. Que reste-t-il entre eux
# et la couche de sortie ?
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# Dans l'ordre : les états, les scores (le module reçu), le contexte et les poids (exercice 7.3), les deux vecteurs mis bout à bout sur le dernier
# axe, une couche linéaire de $2H$ vers $H$, $\tanh$, la sortie. L'état à rendre est celui du GRU, pas le vecteur d'attention.
#
# </details>

# %% [markdown] lang="en"
# **By hand.** With $c = (0.3466,\; 2)$, $h = (1, 0)$ and $W_c = [I \; I]$, which adds the two:
# $a = \tanh(1.3466,\; 2) = (0.8732,\; 0.9640)$.
#
# > **Exercise 7.4** (1.25 points). Write `LuongDecoder`, a decoder with the signature of that of 4.1, whose third reply is the matrix of the weights
# > `(B, T, S)`.
# >
# > - The recurrent layer reads the tokens and nothing else; the state that comes back is the one that it has after the last token. It does not depend on the memory.
# >   A GRU, as in 4.1.
# > - The query of place $t$ is the state **after** the token at that place is read; keys and values are the memory.
# > - The logits are a linear layer of $a_t = \tanh(W_c\,[c_t; h_t])$, and of nothing else; the order of the two and biases are free. (R hands $[c; h]$
# >   straight to the output layer; the $\tanh W_c$ is M's.) No softmax at the output.
# > - The score is the module that is given, kept in the attribute `score` and called as in 7.1; it may be any module with that signature.
# > - The weights are those of 7.3, and come back last. Neither what stands under the padding of the source, nor how much there is of it, nor the other lines
# >   of the batch change the answer.
# > - As in 4.1: the logits at place $t$ hang on all tokens up to $t$ and on none after; reading $T$ tokens at once, or one by one with the state handed
# >   on, gives the same; everything learns.
# > - As in 4.1, too, a call keeps nothing for the next one, leaves what it is given as it is, and gives `float32`, the same in training as in
# >   evaluation, dropout apart.
#
# <details>
# <summary>First hint</summary>
#
# Begin with your `Decoder`. Its states `(B, T, H)` are all the queries at once: no loop, and no other recurrence. What is left between them and the
# output layer?
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# In this order: the states, the scores (the module that is given), context and weights (exercise 7.3), the two vectors end to end along the last axis, a
# linear layer from $2H$ to $H$, $\tanh$, the output. The state to give back is that of the GRU, not the attention vector.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "q7-luong", "locked": false, "schema_version": 3, "solution": true, "task": false}
class LuongDecoder(nn.Module):
    """A decoder that attends after its state (Luong 2015, without input feeding).

    Args:
        num_tokens: V.
        dim: D, the width of the embeddings.
        hidden_size: H, the width of the state and of the memory.
        score: called with the query and the keys, kept in the attribute ``score``.
    """

    def __init__(self, num_tokens: int, dim: int, hidden_size: int, score: nn.Module) -> None:
        super().__init__()
        self.score = score
        ### BEGIN SOLUTION
        self.embedding = nn.Embedding(num_tokens, dim)
        self.rnn = nn.GRU(dim, hidden_size, batch_first=True)
        self.combine = nn.Linear(2 * hidden_size, hidden_size, bias=False)
        self.output = nn.Linear(hidden_size, num_tokens)
        ### END SOLUTION

    def forward(
        self, tokens: Tensor, state: Tensor, memory: Tensor, mask: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Go on from a state.

        Args:
            tokens: what was written, int ``(B, T)``.
            state: ``(B, H)``.
            memory: of the encoder, ``(B, S, H)``.
            mask: where the source is, bool ``(B, S)``.

        Returns:
            logits ``(B, T, V)``, the state after the last token ``(B, H)``, weights ``(B, T, S)``.
        """
        ### BEGIN SOLUTION
        states, last = self.rnn(self.embedding(tokens), state.unsqueeze(0).contiguous())
        context, weights = attend(self.score(states, memory), memory, mask)
        attention = torch.tanh(self.combine(torch.cat([context, states], dim=2)))
        return self.output(attention), last.squeeze(0), weights
        ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q7-luong", "locked": true, "points": 1.25, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp10_seq2seq", "q7-luong", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import (
#     DecoderProbe, DistanceScore, FixedScore, asks_with, check, combines_by_tanh, decodes_alike,
#     ignores_padding, levels_off, reads_each_alone, sees_no_future, simplex, starts_from_state,
#     state_sees_memory,
# )
#
# with check("q7-luong"):
#     probe = DecoderProbe(num_tokens=9, hidden_size=5, attends=True)
#     score = FixedScore(torch.tensor([0.5, -1.0, 2.0, 0.0]))
#     decoder = LuongDecoder(num_tokens=9, dim=4, hidden_size=5, score=score)
#     asks_with(decoder, score, probe, which="after")
#     combines_by_tanh(decoder, score, probe)
#     levels_off(decoder, probe, reads=[2])
#     decoder = LuongDecoder(num_tokens=9, dim=4, hidden_size=5, score=DistanceScore())
#     state_sees_memory(decoder, probe, False)
#     reads_each_alone(decoder, probe, times=1)
#     simplex(
#         decoder,
#         probe,
#         times=1,
#         hint="attend(scores, memory, mask) makes the weights: the mask is handed on as it is",
#     )
#     ignores_padding(
#         decoder,
#         probe,
#         times=1,
#         hint="the context is the sum of the memory by the weights of attend",
#     )
#     starts_from_state(decoder, probe)
#     sees_no_future(decoder, probe, times=1)
#     decodes_alike(decoder, probe)
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# **Entraînement**, sur les dates, avec le produit scalaire. L'encodeur lit dans les deux sens, 32 nombres chacun, comme chez Bahdanau : lu de gauche à
# droite seulement, l'état d'un chiffre ne sait pas si un autre chiffre le suit. Tant que la partie optionnelle de 2.1 manque, l'encodeur n'a qu'un sens, de 64
# nombres. À attendre : 99 % des lignes de validation (21 s).

# %% [markdown] lang="en"
# **Training**, on the dates, with the dot product. The encoder reads in both directions, 32 numbers each, as Bahdanau's does: read from left to right alone,
# the state of a digit does not know whether another digit follows. While the optional part of 2.1 is missing, the encoder has one direction, of 64 numbers. To
# expect: 99 % of the validation lines (21 s).

# %% tags=["active-ipynb", "raises-exception"]
# def reader(num_tokens):
#     """An encoder of 64 numbers: 32 in each direction, or 64 in one while exercise 2.1 has no other."""
#     line = torch.tensor([[4, 5, 6]])
#     try:
#         both = Encoder(num_tokens, 32, 32, bidirectional=True)
#         _, final = both(line, torch.ones_like(line, dtype=torch.bool))
#         if final.shape == (1, 64):
#             return both
#     except Exception:
#         pass
#     one_way = Encoder(num_tokens, 32, 64)
#     print("the optional part of exercise 2.1 is missing: the encoder reads in one direction")
#     return one_way
#
#
# def attentive(score, source, decoder=LuongDecoder):
#     """A model with attention, for the lines of these data."""
#     return Seq2Seq(reader(source.num_tokens), decoder(source.num_tokens, 32, 64, score(64)))
#
#
# train("Q7, dot", lambda: attentive(DotScore, data), epochs=8)
# monitor_curves(
#     TASK, {name: histories[name] for name in ("Q4", "Q7, dot") if name in histories}
# )

# %% [markdown] lang="fr"
# **Où regarde-t-il ?** La matrice d'attention de trois lignes : une ligne de la matrice par caractère écrit, une colonne par caractère lu. Une ligne française, une
# anglaise avec un ordinal, une de chiffres à l'américaine. Cherchez, pour chaque champ de la date, d'où il vient.

# %% [markdown] lang="en"
# **Where does it look?** The attention matrix of three lines: a row for each character that is written, a column for each that is read. One line is French, one
# English with an ordinal, one of digits as Americans write them. Look, for each field of the date, where it comes from.

# %% tags=["active-ipynb", "raises-exception"]
# from amal_attention.tasks.translation.reading import write_line
# from amal_attention.visualise.matrices import attention_matrices
#
#
# def looks(name, line):
#     """Where a model looks while it writes a line, as a matrix."""
#     with told_in_a_line(name):
#         texts = write_line(models[name].eval(), translate, data.alphabet, line, max_length=12)
#     written = texts.prediction
#     print(f"{line} -> {written} ({name})")
#     if texts.grid is None:
#         raise NotTrained(f"{name} shows no weights: its decoder gives them last")
#     return texts.grid
#
#
# lines = ["le 12 mars 1998", "March 12th, 1998", "Thu 3/12/1998"]
# attention_matrices({line: looks("Q7, dot", line) for line in lines})

# %% [markdown] lang="fr"
# **Vos propres lignes.** Changez celle-ci : un format que le modèle n'a jamais vu, une faute de frappe, une date qui n'existe pas.

# %% [markdown] lang="en"
# **Lines of your own.** Change this one: a format that the model has never seen, a slip of the finger, a date that does not exist.

# %% tags=["active-ipynb", "raises-exception"]
# attention_matrices({"Q7, dot": looks("Q7, dot", "sam. 31 fév. 04")})

# %% [markdown] lang="fr"
# **Les autres scores** (facultatif pour la suite). À attendre : 99 % (20 s) avec le score général, 99 % (25 s) avec l'additif. Puis la même ligne, lue
# par chacun.

# %% [markdown] lang="en"
# **The other scores** (nothing that follows needs them). To expect: 99 % (20 s) with the general score, 99 % (25 s) with the additive one. Then one line, read by
# each of them.

# %% tags=["active-ipynb", "raises-exception"]
# train("Q7, general", lambda: attentive(GeneralScore, data), epochs=8)

# %% tags=["active-ipynb", "raises-exception"]
# train("Q7, additive", lambda: attentive(AdditiveScore, data), epochs=8)

# %% tags=["active-ipynb", "raises-exception"]
# others = [name for name in ("Q7, general", "Q7, additive") if name in models]
# attention_matrices({name: looks(name, "Thu 3/12/1998") for name in ["Q7, dot", *others]})

# %% [markdown] lang="fr"
# **Le goulot, de nouveau** : recopier des chiffres, cette fois avec l'attention. À attendre : 97 % des chaînes sans une faute (20 s). La dernière cellule
# mesure le biais d'exposition : à attendre, 0,3 % de jetons faux après un début juste, et 80 % ou plus après une faute, car un chiffre oublié décale tous les suivants.

# %% [markdown] lang="en"
# **The bottleneck again**: copying digits, with attention this time. To expect: 97 % of the strings without a mistake (20 s). The last cell measures
# exposure bias: to expect, 0.3 % of wrong tokens after a right beginning, and 80 % or more after a mistake, as a digit that is left out moves all that follow.

# %% tags=["active-ipynb", "raises-exception"]
# train("Q6, attention", lambda: attentive(DotScore, copies), epochs=4, data=copies)
# by_length("Q6, plain", "Q6, attention")

# %% tags=["active-ipynb", "raises-exception"]
# exposure("Q6, attention", copies)

# %% [markdown] lang="fr"
# **Des lignes plus longues** : de 1 à 3 dates, séparées par « ; ». À attendre : 87 % des lignes (26 s). Sans attention, un apprentissage de 8 époques donne
# 1,3 % des lignes d'une date, et aucune de deux ou trois : on ne le refait pas ici.
#
# > **Ailleurs que dans la traduction.** La même architecture écrit des résumés, répond à des questions, tient un dialogue : seule la cible change. Et la
# > mémoire n'a pas à venir d'un réseau récurrent : avec les vecteurs des zones d'une image, ou le code d'un auto-encodeur convolutif, le décodeur écrit
# > une légende et regarde, mot par mot, la partie de l'image dont il parle (Xu et coll., 2015).

# %% [markdown] lang="en"
# **Longer lines**: of 1 to 3 dates, with " ; " between them. To expect: 87 % of the lines (26 s). Without attention a training of 8 epochs gives 1.3 % of the
# lines of one date, and none of two or three: it is not done again here.
#
# > **Elsewhere than in translation.** The same architecture writes summaries, answers questions, holds a dialogue: only the target changes. And the memory
# > need not come from a recurrent network: with the vectors of the regions of an image, or the code of a convolutional auto-encoder, the decoder writes a
# > caption and looks, word by word, at the part of the image that it speaks of (Xu et al., 2015).

# %% tags=["active-ipynb", "raises-exception"]
# several = DateData(dates=3)
# train("Q7, several dates", lambda: attentive(DotScore, several), epochs=5, data=several)

# %% [markdown] lang="fr" nbgrader={"grade": false, "grade_id": "q7-observe", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": true}
# ### Question ouverte 7 (0,5 point)
#
# Pour écrire le mois de `Thu 3/12/1998`, pourquoi faut-il avoir lu le jour de la semaine ? Vos matrices le montrent-elles, pour chacun des scores, et
# comment un modèle peut-il s'en passer ? Et qu'est-ce qui ne va pas dans le *concat* pris à la lettre, $W_a [Q; K_k] = a \cdot Q + b \cdot K_k$ ? Écrivez
# son softmax sur $k$.
#
# === BEGIN MARK SCHEME ===
#
# 0,25 : après un jour de semaine anglais, les chiffres se lisent à l'américaine, mois d'abord ; sans lui, « 3/12/1998 » serait le 3 décembre. Le
# jour de semaine dit donc lequel des deux nombres est le mois. Certaines matrices (le score dot, souvent) mettent du poids sur « Thu » ou juste après, quand
# le mois commence. D'autres non : l'encodeur a lu la ligne, et l'état d'un chiffre ou d'une barre sait déjà qu'un jour de semaine le précède ; un poids dit
# quel état est lu, pas quel caractère a servi.
#
# 0,25 : le terme a · Q est le même pour toutes les places k, et le softmax ne change pas quand on ajoute un même nombre à tous les scores : il reste
# softmax de b · K, qui ne voit pas la requête. Les poids sont les mêmes à toutes les étapes (c'est la requête apprise du TP 9).
# Il faut une non-linéarité qui mêle Q et K avant la somme : le tanh de l'additif. (Mesuré tout de même : 94 % des lignes, contre 36 % sans attention,
# car toute voie à côté du goulot aide, même aveugle.)
#
# === END MARK SCHEME ===

# %% [markdown] lang="en" nbgrader={"grade": false, "grade_id": "q7-observe", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": true}
# ### Open question 7 (0.5 points)
#
# To write the month of `Thu 3/12/1998`, why must the weekday have been read? Do your matrices show it, for each of the scores, and how can a model do
# without looking there? And what is wrong with *concat* taken literally, $W_a [Q; K_k] = a \cdot Q + b \cdot K_k$? Write down its softmax over $k$.
#
# === BEGIN MARK SCHEME ===
#
# 0.25: after an English weekday digits are read as Americans write them, month first; without it "3/12/1998" would be the 3rd of December. So the weekday
# tells which of the two numbers is the month. Some matrices (often that of the dot score) put weight on "Thu" or just after it when the month begins. Others
# do not: the encoder has read the line, and the state of a digit or of a slash knows already that a weekday stands before it; a weight tells which state is
# read, not which character served.
#
# 0.25: the term a · Q is the same for all places k, and the softmax does not change when one number is added to all scores: what stays is the softmax of
# b · K, which does not see the query. The weights are the same at all steps (it is the learned query of TP 9). It takes a nonlinearity that
# mixes Q and K before the sum: the tanh of the additive score. (Measured all the same: 94 % of the lines, against 36 % without attention, as any way
# around the bottleneck helps, a blind one too.)
#
# === END MARK SCHEME ===

# %% [markdown] lang="fr"
# *Votre réponse ici.*

# %% [markdown] lang="en"
# *Your answer here.*

# %% [markdown] lang="fr"
# ## Question 8 : attention avant l'état, auto-attention, clés et valeurs (optionnelle)
#
# Le premier décodeur à attention (Bahdanau, 2014) la place **avant** l'état : il interroge la mémoire avec l'état qu'il a encore, $h_{t-1}$, et le
# contexte **entre dans la cellule** avec le jeton lu :
#
# $$\alpha_{tk} = \operatorname{softmax}_k \; \text{score}(h_{t-1}, s_k), \qquad c_t = \sum_k \alpha_{tk}\, s_k, \qquad
# h_t = \text{GRU}\big([y_{t-1}; c_t],\, h_{t-1}\big)$$
#
# Les logits viennent de $h_t$.
#
# | | Bahdanau | Luong (question 7) |
# |---|---|---|
# | requête de la place $t$ | $h_{t-1}$, avant de lire $y_{t-1}$ | $h_t$, après l'avoir lu |
# | le contexte | entre dans la cellule, donc dans l'état | n'y entre pas |
# | tous les états d'un coup | non : chacun attend le contexte d'avant | oui |
# | on change le jeton lu à la place $t$ | les poids de $t$ ne bougent pas, ceux de $t + 1$ oui | les poids de $t$ bougent déjà |
#
# > **Où les sources divergent.** R attribue à l'article de Bahdanau le score additif de $s_t$ (chez R, l'état du décodeur) ; l'article a
# > $s_{t-1}$. C'est la **place** de l'attention, et non la formule du score, qui distingue les deux décodeurs : les deux acceptent n'importe quel
# > score de la question 7.
#
# **À la main.** Les trois clés de 7.1, $(0, 4)$, $(\ln 2, 2)$, $(0, 0)$, le score *dot*, un état $h_{t-1} = (1, 0)$ qui devient $h_t = (0, 1)$. Les scores
# de Bahdanau sont $0$, $\ln 2$, $0$ et son contexte $(0{,}3466 ; 2)$ ; ceux de Luong sont $4$, $2$, $0$.

# %% [markdown] lang="en"
# ## Question 8: attention before the state, self-attention, keys and values (optional)
#
# The first decoder with attention (Bahdanau, 2014) puts it **before** the state: it asks the memory with the state that it still has, $h_{t-1}$, and the
# context **enters the cell** together with the token that is read:
#
# $$\alpha_{tk} = \operatorname{softmax}_k \; \text{score}(h_{t-1}, s_k), \qquad c_t = \sum_k \alpha_{tk}\, s_k, \qquad
# h_t = \text{GRU}\big([y_{t-1}; c_t],\, h_{t-1}\big)$$
#
# The logits come from $h_t$.
#
# | | Bahdanau | Luong (question 7) |
# |---|---|---|
# | query of place $t$ | $h_{t-1}$, before $y_{t-1}$ is read | $h_t$, after it |
# | the context | enters the cell, hence the state | does not |
# | all states at once | no: each waits for the context before it | yes |
# | change the token read at place $t$ | the weights at $t$ stay, those at $t + 1$ move | the weights at $t$ move already |
#
# > **Where the sources disagree.** R credits Bahdanau's paper with the additive score of $s_t$ (R's state of the decoder); the paper has $s_{t-1}$. It is
# > the **place** of the attention, not the formula of the score, that tells the two decoders apart: both take any score of question 7.
#
# **By hand.** The three keys of 7.1, $(0, 4)$, $(\ln 2, 2)$, $(0, 0)$, the dot score, a state $h_{t-1} = (1, 0)$ that becomes $h_t = (0, 1)$. Bahdanau's
# scores are $0$, $\ln 2$, $0$ and his context is $(0.3466,\; 2)$; Luong's are $4$, $2$, $0$.

# %% [markdown] lang="fr"
# > **Exercice 8.1** (1 point). Écrivez `BahdanauDecoder`, de même signature que `LuongDecoder`.
# >
# > - À chaque place, la requête est l'état d'**avant** la lecture du jeton : celui qui est donné pour la première, l'état de la place précédente ensuite.
# >   Clés et valeurs sont la mémoire ; le score est le module reçu, appelé avec les formes de 7.1 et gardé dans l'attribut `score`.
# > - La cellule, un GRU, part de cet état d'avant et lit le jeton **et** le contexte : l'état rendu dépend de la mémoire à travers lui.
# > - Les logits viennent de $h_t$ ; y ajouter $c_t$ et $y_{t-1}$ est permis. Une couche linéaire les donne, et rien ne la suit : pas de softmax.
# > - Les poids sont ceux de 7.3, rendus en dernier. Ni le remplissage, ni sa longueur, ni les autres lignes ne changent la réponse. Les logits de la
# >   place $t$ dépendent de tous les jetons jusqu'à $t$ et d'aucun suivant ; tout s'apprend.
# > - Un appel ne garde rien, ne change rien de ce qu'il reçoit, et rend des `float32`, les mêmes en apprentissage, comme en 7.4.
#
# <details>
# <summary>Premier indice</summary>
#
# Les états ne peuvent plus venir tous d'un coup : écrivez une boucle sur les places. Que faut-il calculer avant que la cellule avance ?
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# Une `nn.GRUCell` avance d'une place ; son entrée a la largeur d'un plongement plus celle d'un contexte. L'état `(B, H)` devient une requête
# `(B, 1, H)`, et le contexte perd ensuite cet axe. Gardez les états et les poids de chaque place, et réunissez-les à la fin sur l'axe 1.
#
# </details>

# %% [markdown] lang="en"
# > **Exercise 8.1** (1 point). Write `BahdanauDecoder`, with the signature of `LuongDecoder`.
# >
# > - At each place the query is the state **before** the token is read: the one that is given for the first, the state of the place before from then on.
# >   Keys and values are the memory; the score is the module that is given, called with the shapes of 7.1 and kept in the attribute `score`.
# > - The cell, a GRU, goes on from that state before, and reads the token **and** the context: through it the state that comes back hangs on the memory.
# > - The logits come from $h_t$; adding $c_t$ and $y_{t-1}$ is allowed. A linear layer gives them, and nothing follows it: no softmax.
# > - The weights are those of 7.3, and come back last. Neither padding, nor how much there is of it, nor the other lines change the answer. The logits at place
# >   $t$ hang on all tokens up to $t$ and on none after; everything learns.
# > - A call keeps nothing, changes nothing of what it is given, and gives `float32`, the same in training, as in 7.4.
#
# <details>
# <summary>First hint</summary>
#
# The states can no longer come all at once: write a loop over the places. What has to be computed before the cell moves on?
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# An `nn.GRUCell` moves by one place; its input is as wide as an embedding and a context together. The state `(B, H)` becomes a query `(B, 1, H)`, and the
# context loses that axis afterwards. Keep the states and the weights of each place, and join them along axis 1 in the end.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "q8-bahdanau", "locked": false, "schema_version": 3, "solution": true, "task": false}
class BahdanauDecoder(nn.Module):
    """A decoder that attends before its state (Bahdanau 2015).

    Args:
        num_tokens: V.
        dim: D, the width of the embeddings.
        hidden_size: H, the width of the state and of the memory.
        score: called with the query and the keys, kept in the attribute ``score``.
    """

    def __init__(self, num_tokens: int, dim: int, hidden_size: int, score: nn.Module) -> None:
        super().__init__()
        self.score = score
        ### BEGIN SOLUTION
        self.embedding = nn.Embedding(num_tokens, dim)
        self.cell = nn.GRUCell(dim + hidden_size, hidden_size)
        self.output = nn.Linear(hidden_size, num_tokens)
        ### END SOLUTION

    def forward(
        self, tokens: Tensor, state: Tensor, memory: Tensor, mask: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Go on from a state.

        Args:
            tokens: what was written, int ``(B, T)``.
            state: ``(B, H)``.
            memory: of the encoder, ``(B, S, H)``.
            mask: where the source is, bool ``(B, S)``.

        Returns:
            logits ``(B, T, V)``, the state after the last token ``(B, H)``, weights ``(B, T, S)``.
        """
        ### BEGIN SOLUTION
        states, looks = [], []
        for embedded in self.embedding(tokens).unbind(dim=1):
            context, weights = attend(self.score(state.unsqueeze(1), memory), memory, mask)
            state = self.cell(torch.cat([embedded, context.squeeze(1)], dim=1), state)
            states.append(state)
            looks.append(weights)
        return self.output(torch.stack(states, dim=1)), state, torch.cat(looks, dim=1)
        ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q8-bahdanau", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp10_seq2seq", "q8-bahdanau", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import (
#     DecoderProbe, DistanceScore, FixedScore, asks_with, check, decodes_alike, ignores_padding,
#     reads_each_alone, sees_no_future, simplex, starts_from_state, state_sees_memory,
# )
#
# with check("q8-bahdanau"):
#     probe = DecoderProbe(num_tokens=9, hidden_size=5, attends=True)
#     score = FixedScore(torch.tensor([0.5, -1.0, 2.0, 0.0]))
#     decoder = BahdanauDecoder(num_tokens=9, dim=4, hidden_size=5, score=score)
#     asks_with(decoder, score, probe, which="before")
#     decoder = BahdanauDecoder(num_tokens=9, dim=4, hidden_size=5, score=DistanceScore())
#     state_sees_memory(decoder, probe, True)
#     reads_each_alone(decoder, probe, times=1)
#     simplex(
#         decoder,
#         probe,
#         times=1,
#         hint="attend(scores, memory, mask) makes the weights: the mask is handed on as it is",
#     )
#     ignores_padding(
#         decoder,
#         probe,
#         times=1,
#         hint="the context is the sum of the memory by the weights of attend",
#     )
#     starts_from_state(decoder, probe)
#     sees_no_future(decoder, probe, times=1)
#     decodes_alike(decoder, probe)
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# **Entraînement**, avec le score additif, comme dans l'article. À attendre : 98 % (31 s) : la boucle sur les places coûte. Puis la même ligne, lue par les
# deux décodeurs. La matrice de Bahdanau est-elle décalée par rapport à celle de Luong ? Sa requête n'a pas encore lu le dernier caractère écrit.

# %% [markdown] lang="en"
# **Training**, with the additive score, as in the paper. To expect: 98 % (31 s): the loop over the places has its price. Then one line, read by both decoders. Is
# Bahdanau's matrix shifted against Luong's? His query has not read yet the last character that was written.

# %% tags=["active-ipynb", "raises-exception"]
# train("Q8", lambda: attentive(AdditiveScore, data, BahdanauDecoder), epochs=8)
# attention_matrices(
#     {
#         name: looks(name, "Thu 3/12/1998")
#         for name in models
#         if name in ("Q7, dot", "Q7, additive", "Q8")
#     }
# )

# %% [markdown] lang="fr"
# **L'auto-attention additive** (M) n'a ni encodeur ni décodeur : une ligne se regarde elle-même, et le score de chaque place ne dépend que
# d'elle, $f(h_i) = v^T \tanh(W h_i)$. Un softmax sur la ligne, puis la somme des $h_i$ : c'est l'attention à requête apprise du TP 9, avec une couche
# cachée.
#
# **À la main.** Trois vecteurs $(0, 4)$, $(\ln 2, 2)$, $(0, 0)$ ; $W$ garde la première coordonnée, et $v$ multiplie par $\ln 2 / 0{,}6$. Les scores
# sont $0$, $\ln 2$, $0$, et la réponse $(0{,}3466 ; 2)$.
#
# > **Exercice 8.2** (0,25 point). Écrivez `AdditiveSelfAttention`, de même signature que les réductions du TP 9 : `x` `(B, L, D)`, `mask` `(B, L)` donnent
# > `pooled` `(B, D)` et `weights` `(B, L)`. Les scores sont $v^T \tanh(W x_i)$ (biais permis), les poids leur softmax sur les vraies places, exactement 0
# > ailleurs ; ni le remplissage, ni sa longueur, ni les autres lignes ne changent la réponse. Tout s'apprend. Un appel ne garde rien, ne change rien de
# > ce qu'il reçoit, et rend des `float32`, les mêmes en apprentissage, comme en 7.4.
#
# <details>
# <summary>Premier indice</summary>
#
# Un score par place, sans requête : quelle forme a-t-il, et laquelle attend `attend` ?
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# Donnez aux scores `(B, L)` l'axe d'une requête unique, `(B, 1, L)`, servez-vous de 7.3, et ôtez cet axe aux deux réponses.
#
# </details>

# %% [markdown] lang="en"
# **Additive self-attention** (M) has neither encoder nor decoder: a line looks at itself, and the score of each place depends on that place alone,
# $f(h_i) = v^T \tanh(W h_i)$. A softmax over the line, then the sum of the $h_i$: it is the attention with a learned query of TP 9, with a hidden
# layer.
#
# **By hand.** Three vectors $(0, 4)$, $(\ln 2, 2)$, $(0, 0)$; $W$ keeps the first coordinate, and $v$ multiplies by $\ln 2 / 0.6$. The scores are $0$,
# $\ln 2$, $0$, and the answer is $(0.3466,\; 2)$.
#
# > **Exercise 8.2** (0.25 points). Write `AdditiveSelfAttention`, with the signature of the poolings of TP 9: `x` `(B, L, D)`, `mask` `(B, L)` give
# > `pooled` `(B, D)` and `weights` `(B, L)`. The scores are $v^T \tanh(W x_i)$ (biases are allowed), the weights their softmax over the real places, exactly
# > 0 elsewhere; neither padding, nor how much there is of it, nor the other lines change the answer. Everything learns. A call keeps nothing, changes
# > nothing of what it is given, and gives `float32`, the same in training, as in 7.4.
#
# <details>
# <summary>First hint</summary>
#
# One score a place, without a query: which shape has it, and which one does `attend` expect?
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# Give the scores `(B, L)` the axis of a single query, `(B, 1, L)`, use 7.3, and take this axis away from both replies.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "q8-self-attention", "locked": false, "schema_version": 3, "solution": true, "task": false}
class AdditiveSelfAttention(nn.Module):
    """Attention of a line to itself, by an additive score without a query (Marzinotto).

    Args:
        dim: D, the width of what is read.
        hidden_size: the width of the hidden layer of the score.
    """

    def __init__(self, dim: int, hidden_size: int) -> None:
        super().__init__()
        self.out_features = dim
        ### BEGIN SOLUTION
        self.hidden = nn.Linear(dim, hidden_size, bias=False)
        self.v = nn.Linear(hidden_size, 1, bias=False)
        ### END SOLUTION

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """``x`` float ``(B, L, D)``, ``mask`` bool ``(B, L)`` -> pooled ``(B, D)``, weights ``(B, L)``."""
        ### BEGIN SOLUTION
        scores = self.v(torch.tanh(self.hidden(x))).transpose(1, 2)
        pooled, weights = attend(scores, x, mask)
        return pooled.squeeze(1), weights.squeeze(1)
        ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q8-self-attention", "locked": true, "points": 0.25, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp10_seq2seq", "q8-self-attention", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import (
#     check, ignores_padding, registers_everything, scores_by_perceptron, shapes, simplex,
#     sums_by_weights,
# )
#
# with check("q8-self-attention"):
#     pooling = AdditiveSelfAttention(dim=5, hidden_size=4)
#     shapes(pooling, 5, out_features=5)
#     registers_everything(lambda: AdditiveSelfAttention(dim=5, hidden_size=4), 5)
#     simplex(pooling, 5)
#     ignores_padding(pooling, 5)
#     sums_by_weights(pooling, 5, of_words=True)
#     scores_by_perceptron(pooling, 5)
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# **Clés et valeurs** (M, d'après Daniluk et coll., 2017). Jusqu'ici un même vecteur sert à être trouvé et à être lu. On coupe ici chaque état en
# deux moitiés, $[k_i; v_i] = h_i$, et chaque place regarde les $L$ états d'**avant** elle (elle-même exclue) :
#
# $$\text{score}_{ij} = v^T \tanh(W_1 k_j + W_2 k_i), \qquad a_i = \operatorname{softmax}_{j = i - L, \dots, i - 1}\, \text{score}_{ij}, \qquad
# c_i = \sum_j a_{ij}\, v_j$$
#
# M écrit les $L$ clés en une matrice, $W_1 [k_{i-L} \dots k_{i-1}] + (W_2 k_i) \mathbf 1^T$ : c'est la même chose, une colonne par $j$. La première place
# n'a rien avant elle : son contexte est nul, et ses poids aussi.
#
# **À la main.** Quatre places dont les clés sont toutes égales et les valeurs $4, 2, 6, 8$, avec $L = 2$ : les poids se partagent également, les
# contextes sont $0$, $4$, $3$, $4$.
#
# > **Exercice 8.3** (0,25 point). Écrivez `KeyValueAttention(dim, window)` : `states` `(B, T, 2·dim)`, dont la première moitié est la clé et la deuxième la
# > valeur, et `mask` `(B, T)` donnent `context` `(B, T, dim)` et `weights` `(B, T, T)`. `window` vaut $L$, et peut dépasser $T$.
# >
# > - `weights[b, i, j]` est nul hors de la fenêtre $i - L \le j \le i - 1$, et partout où $i$ ou $j$ est du remplissage ; là où il reste des places, la
# >   somme vaut 1.
# > - Une place qui n'a rien à regarder donne des zéros, jamais de nan.
# > - Les valeurs ne décident pas des poids ; la largeur intérieure et un biais dans le $\tanh$ sont libres. Tout s'apprend, et ni le remplissage ni les
# >   autres lignes ne changent la réponse. Le gradient du contexte atteint `states`, celui des poids aussi.
# > - Un appel ne garde rien, ne change rien de ce qu'il reçoit, et rend des `float32`, les mêmes en apprentissage, comme en 7.4.
#
# <details>
# <summary>Premier indice</summary>
#
# C'est l'additif de 7.1 entre les clés et elles-mêmes, avec un masque à trois axes au lieu de deux : qui a le droit de regarder qui ?
#
# </details>
#
# <details>
# <summary>Deuxième indice</summary>
#
# La différence de deux numéros de places, `(T, 1)` moins `(T,)`, dit si $j$ est dans la fenêtre de $i$. Le softmax d'une ligne où tout est écarté
# donne nan : donnez à ces lignes des scores finis, puis annulez leurs poids.
#
# </details>

# %% [markdown] lang="en"
# **Keys and values** (M, after Daniluk et al., 2017). So far one vector serves to be found and to be read. Here each state is cut into two halves,
# $[k_i; v_i] = h_i$, and each place looks at the $L$ states **before** it (itself not among them):
#
# $$\text{score}_{ij} = v^T \tanh(W_1 k_j + W_2 k_i), \qquad a_i = \operatorname{softmax}_{j = i - L, \dots, i - 1}\, \text{score}_{ij}, \qquad
# c_i = \sum_j a_{ij}\, v_j$$
#
# M writes the $L$ keys as a matrix, $W_1 [k_{i-L} \dots k_{i-1}] + (W_2 k_i) \mathbf 1^T$: it is the same, a column for each $j$. The first place has
# nothing before it: its context is zero, and so are its weights.
#
# **By hand.** Four places whose keys are all the same and whose values are $4, 2, 6, 8$, with $L = 2$: the weights are even, the contexts are $0$, $4$, $3$,
# $4$.
#
# > **Exercise 8.3** (0.25 points). Write `KeyValueAttention(dim, window)`: `states` `(B, T, 2·dim)`, whose first half is the key and whose second half is the
# > value, and `mask` `(B, T)` give `context` `(B, T, dim)` and `weights` `(B, T, T)`. `window` is $L$, and may exceed $T$.
# >
# > - `weights[b, i, j]` is 0 outside the window $i - L \le j \le i - 1$, and wherever $i$ or $j$ is padding; where places are left, the sum is 1.
# > - A place that has nothing to look at gives zeros, never nan.
# > - The values do not decide the weights; the inner width and a bias in the $\tanh$ are free. Everything learns, and neither padding nor the other
# >   lines change the answer. The gradient of the context reaches `states`, and that of the weights does too.
# > - A call keeps nothing, changes nothing of what it is given, and gives `float32`, the same in training, as in 7.4.
#
# <details>
# <summary>First hint</summary>
#
# It is the additive score of 7.1 between the keys and themselves, with a mask of three axes in place of two: who may look at whom?
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# The difference of two numbers of places, `(T, 1)` less `(T,)`, tells whether $j$ is in the window of $i$. The softmax of a row in which all is kept
# out gives nan: give these rows finite scores, then set their weights to zero.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "q8-key-value", "locked": false, "schema_version": 3, "solution": true, "task": false}
class KeyValueAttention(nn.Module):
    """Attention to the states before, the halves of which are keys and values (Daniluk 2017).

    Args:
        dim: the width of a key, and of a value.
        window: L, how many of the states before are seen.
    """

    def __init__(self, dim: int, window: int) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.window = window
        self.of_others = nn.Linear(dim, dim, bias=False)
        self.of_own = nn.Linear(dim, dim, bias=False)
        self.v = nn.Linear(dim, 1, bias=False)
        ### END SOLUTION

    def forward(self, states: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """``states`` ``(B, T, 2 dim)``, ``mask`` bool ``(B, T)`` -> context ``(B, T, dim)``, weights ``(B, T, T)``."""
        ### BEGIN SOLUTION
        keys, values = states.chunk(2, dim=2)
        hidden = torch.tanh(self.of_own(keys).unsqueeze(2) + self.of_others(keys).unsqueeze(1))
        place = torch.arange(states.shape[1], device=states.device)
        back = place.unsqueeze(1) - place
        seen = (back >= 1) & (back <= self.window) & mask.unsqueeze(2) & mask.unsqueeze(1)
        scores = self.v(hidden).squeeze(3).masked_fill(~seen, float("-inf"))
        scores = scores.masked_fill(
            ~seen.any(dim=2, keepdim=True), 0
        )  # a row of -inf would give nan
        weights = torch.softmax(scores, dim=2).masked_fill(~seen, 0)
        return weights @ values, weights
        ### END SOLUTION


# %% tags=["active-ipynb"] nbgrader={"grade": true, "grade_id": "test-q8-key-value", "locked": true, "points": 0.25, "schema_version": 3, "solution": false, "task": false}
# ### BEGIN HIDDEN TESTS
# from amal_attention.grading.stock import hidden_points
#
# points = hidden_points("tp10_seq2seq", "q8-key-value", globals())
# ### END HIDDEN TESTS
# from amal_attention.checks import (
#     WindowProbe, check, compares_states_before, ignores_padding, reads_each_alone,
#     scores_keys_by_perceptron, shapes, simplex, sums_values,
# )
#
# with check("q8-key-value"):
#     attention, probe = KeyValueAttention(dim=4, window=2), WindowProbe(dim=4, window=2)
#     shapes(attention, probe, what="context (B, T, dim) and weights (B, T, T) come back")
#     simplex(attention, probe)
#     reads_each_alone(attention, probe)
#     compares_states_before(attention, probe)
#     ignores_padding(attention, probe)
#     sums_values(attention, probe)
#     scores_keys_by_perceptron(attention, probe)
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# ## Bilan
#
# L'ensemble de test est lu ici, une seule fois, avec les modèles finis : la part de lignes sans une faute, avec son intervalle à 95 %, puis, avec
# l'enseignant, la part de jetons justes et l'entropie croisée en nats par jeton. Quand deux intervalles se recouvrent largement, l'ordre des deux modèles ne veut
# rien dire, et un autre départ du même modèle peut aussi donner quelques points de plus ou de moins.

# %% [markdown] lang="en"
# ## The balance
#
# The test set is read here, once, with the finished models: the share of lines without a mistake, with its 95 % interval, then, with the teacher, the share of
# tokens that are right and the cross-entropy in nats a token. Where two intervals overlap widely, the order of the two models means nothing, and another start of
# one and the same model may give a few points more or less, too.

# %% tags=["active-ipynb", "raises-exception"]
# from amal_attention.tasks.pictures import best_bars
# from amal_attention.visualise.figures import scores_by_group
#
# tested = Trained()
# for name, model in models.items():
#     if not isinstance(model, Seq2Seq) or name.startswith("Q6"):
#         continue
#     lines = several if name == "Q7, several dates" else data
#     with told_in_a_line(name):
#         tested[name] = examine(model, lines, "test", translate)
#     exact, low, high = tested[name].metrics["exact_match"]
#     tokens, loss = tested[name].value("token_accuracy"), tested[name].value("cross_entropy")
#     print(f"{name}: {exact:.1%} of the lines are right, from {low:.1%} to {high:.1%}")
#     print(f"with the teacher: {tokens:.2%} of the tokens are right, {loss:.4f} nats a token")
# of_one_date = {name: each for name, each in tested.items() if name != "Q7, several dates"}
# best_bars(TASK, {name: each.metrics["exact_match"] for name, each in of_one_date.items()})

# %% [markdown] lang="fr"
# **Quelles lignes restent fausses ?** La part de lignes justes selon la sorte de date (chiffres, mois en lettres, année d'abord…), puis selon le nombre de dates
# dans la ligne.

# %% [markdown] lang="en"
# **Which lines are still wrong?** The share of lines that are right by the kind of date (digits, names of months, year first …), then by the number of dates in
# the line.

# %% tags=["active-ipynb", "raises-exception"]
# kinds = {name: each.by_group for name, each in of_one_date.items()}
# scores_by_group(kinds) if kinds else None

# %% tags=["active-ipynb", "raises-exception"]
# figure = series_curves({"Q7, several dates": tested["Q7, several dates"].by_group})
# figure.axes[0].set_ylim(0, 104)
# figure

# %% [markdown] lang="fr"
# Où en sont vos réponses ?

# %% [markdown] lang="en"
# Where do your answers stand?

# %% tags=["active-ipynb", "raises-exception"]
# from amal_attention.checks import summary
#
# summary()

# %% [markdown] lang="fr"
# ### La suite : de cette attention au Transformer
#
# Vous avez écrit un modèle qui traduit en regardant. Il lui reste une lenteur : ses états viennent **l'un après l'autre**, à la lecture comme à l'écriture, et ce
# qu'un état sait d'un caractère lointain a traversé tous les états entre eux. Le Transformer garde l'attention et enlève la récurrence. Ce qui en est déjà dans ce TP, et ce
# qui change :
#
# - **L'attention croisée reste.** $h_t$ interroge la mémoire : c'est `attend`, avec des requêtes, des clés et des valeurs qui sont chacune une application
#   linéaire des états (chez M aussi, une clé n'est pas forcément une valeur), et le score **réduit** de 7.2. L'écart type d'un produit scalaire croît comme $\sqrt d$ ; sans
#   réduction, le softmax devient presque un maximum.
# - **L'auto-attention remplace le GRU.** Chaque place interroge toutes les autres de sa propre ligne. L'encodeur regarde des deux côtés, comme dans les
#   deux sens de 2.1 ; le décodeur ne regarde que ce qui est déjà écrit : un masque de plus, avant le softmax.
# - **La position se perd**, puisqu'une somme pondérée n'a pas d'ordre : on l'ajoute aux plongements. `LocationScore` la cherchait déjà, du côté du score.
# - **Plusieurs têtes** : un softmax regarde à un endroit à la fois ; on en calcule plusieurs côte à côte (M).
# - **Ce qui ne change pas** : l'enseignant décalé d'une place, le coût de 4.2, le décodage glouton, et ses trois prix. Sans état, on relit le préfixe à chaque étape ;
#   le pas à pas y revient en gardant les clés et les valeurs (*cache*).
#
# ### Pour aller plus loin
#
# Sutskever, Vinyals et Le (2014), *Sequence to sequence learning with neural networks* ; Cho et coll. (2014), *Learning phrase representations using RNN
# encoder-decoder* ; Bahdanau, Cho et Bengio (2014, ICLR 2015), *Neural machine translation by jointly learning to align and translate* ; Luong, Pham et Manning (2015),
# *Effective approaches to attention-based neural machine translation* ; Daniluk et coll. (2017), *Frustratingly short attention spans in neural language
# modeling* ; Vaswani et coll. (2017), *Attention is all you need*.

# %% [markdown] lang="en"
# ### What comes next: from this attention to the Transformer
#
# You have written a model that translates by looking. One slowness is left: its states come **one after another**, in reading as in writing, and what a state knows of
# a character far away has gone through all states between. The Transformer keeps the attention and takes the recurrence away. What of it stands in this lab already, and
# what changes:
#
# - **Cross-attention stays.** $h_t$ asks the memory: it is `attend`, with queries, keys and values that are each a linear map of the states (with M too, a key
#   need not be a value), and the **scaled** score of 7.2. The standard deviation of a dot product grows as $\sqrt d$; without the scaling the softmax comes close to a maximum.
# - **Self-attention stands in the place of the GRU.** Each place asks all others of its own line. The encoder looks to both sides, as in the two directions of 2.1; the
#   decoder looks at what is written already and at nothing else: one more mask, before the softmax.
# - **The position gets lost**, as a weighted sum has no order: it is added to the embeddings. `LocationScore` looked for it already, on the side of the score.
# - **Several heads**: one softmax looks at one place at a time; several are computed side by side (M).
# - **What does not change**: the teacher one place late, the loss of 4.2, greedy decoding, and its three prices. Without a state the prefix is read again at each step;
#   the third way comes back by keeping keys and values (a cache).
#
# ### Further reading
#
# Sutskever, Vinyals and Le (2014), *Sequence to sequence learning with neural networks*; Cho et al. (2014), *Learning phrase representations using RNN
# encoder-decoder*; Bahdanau, Cho and Bengio (2014, ICLR 2015), *Neural machine translation by jointly learning to align and translate*; Luong, Pham and Manning (2015),
# *Effective approaches to attention-based neural machine translation*; Daniluk et al. (2017), *Frustratingly short attention spans in neural language modeling*;
# Vaswani et al. (2017), *Attention is all you need*.

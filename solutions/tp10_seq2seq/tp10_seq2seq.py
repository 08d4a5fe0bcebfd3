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

# %% [markdown] lang="en"
# # AMAL TP 10: from recurrent cells to encoder-decoder with attention

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
# ## Question 1 : cellules récurrentes, par leurs équations

# %% [markdown] lang="en"
# ## Question 1: recurrent cells, by their equations

# %% [markdown] lang="fr"
# > **Exercice 1.1** (0,5 point). …

# %% [markdown] lang="en"
# > **Exercise 1.1** (0.5 points). …


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
# from amal_attention.checks import check
#
# with check("q1-rnn-cell"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# > **Exercice 1.2** (0,75 point). …

# %% [markdown] lang="en"
# > **Exercise 1.2** (0.75 points). …


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
# from amal_attention.checks import check
#
# with check("q1-lstm-cell"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# > **Exercice 1.3** (0,75 point). …

# %% [markdown] lang="en"
# > **Exercise 1.3** (0.75 points). …


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
# from amal_attention.checks import check
#
# with check("q1-gru-cell"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr" nbgrader={"grade": false, "grade_id": "q1-observe", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": true}
# ### Question ouverte 1 (0,5 point) …
#
# === BEGIN MARK SCHEME ===
#
# …
#
# === END MARK SCHEME ===

# %% [markdown] lang="en" nbgrader={"grade": false, "grade_id": "q1-observe", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": true}
# ### Open question 1 (0.5 points) …
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
# ## Question 2 : lire une ligne

# %% [markdown] lang="en"
# ## Question 2: reading a line

# %% [markdown] lang="fr"
# > **Exercice 2.1** (1,5 point). …

# %% [markdown] lang="en"
# > **Exercise 2.1** (1.5 points). …


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
            mask.sum(dim=1).cpu(),
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
# from amal_attention.checks import check
#
# with check("q2-encoder"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# > **Exercice 2.2** (0,5 point). …

# %% [markdown] lang="en"
# > **Exercise 2.2** (0.5 points). …


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
# from amal_attention.checks import check
#
# with check("q2-classifier"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# ## Question 3 : X, y et l'enseignant

# %% [markdown] lang="en"
# ## Question 3: X, y and the teacher

# %% [markdown] lang="fr"
# > **Exercice 3.1** (1 point). …

# %% [markdown] lang="en"
# > **Exercise 3.1** (1 points). …


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
# from amal_attention.checks import check
#
# with check("q3-batch"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# ## Question 4 : encodeur-décodeur avec enseignant

# %% [markdown] lang="en"
# ## Question 4: encoder-decoder with a teacher

# %% [markdown] lang="fr"
# > **Exercice 4.1** (1,25 point). …

# %% [markdown] lang="en"
# > **Exercise 4.1** (1.25 points). …


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
# > **Exercice 4.2** (0,75 point). …

# %% [markdown] lang="en"
# > **Exercise 4.2** (0.75 points). …


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
#     hint = "exp(10000) is infinite: F.cross_entropy subtracts the largest logit first"
#     what = "two tokens, 20000 below the largest logit and the largest"
#     close_to(loss, 10000.0, what=what, mistakes=mistakes, hint=hint)
#     loss = sequence_loss(logits.requires_grad_(), target, mask)
#     hint = "no detach, no item: the loss stays a tensor that the logits can learn from"
#     carried = getattr(loss, "requires_grad", False)
#     equal_to(carried, True, what="the loss carries a gradient", hint=hint)
#     loss.backward()
#     by_hand = torch.tensor([[[-0.5, 0.25, 0.25], [-0.75, 0.5, 0.25]], [[-0.875, 0.5, 0.375], [0, 0, 0]]])
#     close_to(logits.grad, by_hand / 3, what="the gradient is that of a mean, and 0 on padding")
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# > **Exercice 4.3** (1,25 point). …

# %% [markdown] lang="en"
# > **Exercise 4.3** (1.25 points). …


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
# > **Exercice 4.4** (0,5 point). …

# %% [markdown] lang="en"
# > **Exercise 4.4** (0.5 points). …


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

# %% [markdown] lang="fr" nbgrader={"grade": false, "grade_id": "q4-observe", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": true}
# ### Question ouverte 4 (0,5 point) …
#
# === BEGIN MARK SCHEME ===
#
# …
#
# === END MARK SCHEME ===

# %% [markdown] lang="en" nbgrader={"grade": false, "grade_id": "q4-observe", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": true}
# ### Open question 4 (0.5 points) …
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
# ## Question 5 : décoder, de trois façons

# %% [markdown] lang="en"
# ## Question 5: decoding, three ways

# %% [markdown] lang="fr"
# > **Exercice 5.1** (0,5 point). …

# %% [markdown] lang="en"
# > **Exercise 5.1** (0.5 points). …


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
# from amal_attention.checks import check
#
# with check("q5-naive"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# > **Exercice 5.2** (0,5 point). …

# %% [markdown] lang="en"
# > **Exercise 5.2** (0.5 points). …


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
# from amal_attention.checks import check
#
# with check("q5-prefix"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# > **Exercice 5.3** (1 point). …

# %% [markdown] lang="en"
# > **Exercise 5.3** (1 points). …


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
# from amal_attention.checks import check
#
# with check("q5-step"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS


# %%
def translate(model: Seq2Seq, source: Tensor, source_mask: Tensor, max_length: int) -> Tensor:
    """What a model writes: ``source``, ``source_mask`` ``(B, S)`` -> int64 ``(B, max_length)``."""
    return decode_step_by_step(model.encoder, model.decoder, source, source_mask, max_length)


# %% [markdown] lang="fr"
# > **Exercice 5.4** (0,5 point). …

# %% [markdown] lang="en"
# > **Exercise 5.4** (0.5 points). …


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
# from amal_attention.checks import check
#
# with check("q5-exact-match"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr" nbgrader={"grade": false, "grade_id": "q5-observe", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": true}
# ### Question ouverte 5 (0,5 point) …
#
# === BEGIN MARK SCHEME ===
#
# …
#
# === END MARK SCHEME ===

# %% [markdown] lang="en" nbgrader={"grade": false, "grade_id": "q5-observe", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": true}
# ### Open question 5 (0.5 points) …
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
# ## Question 6 : le goulot, mesuré

# %% [markdown] lang="en"
# ## Question 6: the bottleneck, measured

# %% [markdown] lang="fr"
# > **Exercice 6.1** (0,5 point). …

# %% [markdown] lang="en"
# > **Exercise 6.1** (0.5 points). …


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
# from amal_attention.checks import check
#
# with check("q6-autoencoder"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr" nbgrader={"grade": false, "grade_id": "q6-observe", "locked": true, "points": 0.75, "schema_version": 3, "solution": false, "task": true}
# ### Question ouverte 6 (0,75 point) …
#
# === BEGIN MARK SCHEME ===
#
# …
#
# === END MARK SCHEME ===

# %% [markdown] lang="en" nbgrader={"grade": false, "grade_id": "q6-observe", "locked": true, "points": 0.75, "schema_version": 3, "solution": false, "task": true}
# ### Open question 6 (0.75 points) …
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
# ## Question 7 : attention

# %% [markdown] lang="en"
# ## Question 7: attention

# %% [markdown] lang="fr"
# > **Exercice 7.1** (1,25 point). …

# %% [markdown] lang="en"
# > **Exercise 7.1** (1.25 points). …


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
# from amal_attention.checks import check
#
# with check("q7-scores"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# > **Exercice 7.2** (0,5 point). …

# %% [markdown] lang="en"
# > **Exercise 7.2** (0.5 points). …


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
# from amal_attention.checks import check
#
# with check("q7-more-scores"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# > **Exercice 7.3** (1 point). …

# %% [markdown] lang="en"
# > **Exercise 7.3** (1 points). …


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
# from amal_attention.checks import check
#
# with check("q7-attend"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# > **Exercice 7.4** (1,25 point). …

# %% [markdown] lang="en"
# > **Exercise 7.4** (1.25 points). …


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
# from amal_attention.checks import check
#
# with check("q7-luong"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr" nbgrader={"grade": false, "grade_id": "q7-observe", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": true}
# ### Question ouverte 7 (0,5 point) …
#
# === BEGIN MARK SCHEME ===
#
# …
#
# === END MARK SCHEME ===

# %% [markdown] lang="en" nbgrader={"grade": false, "grade_id": "q7-observe", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": true}
# ### Open question 7 (0.5 points) …
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
# ## Question 8 : attention avant l'état, auto-attention, clés et valeurs (optionnelle)

# %% [markdown] lang="en"
# ## Question 8: attention before the state, self-attention, keys and values (optional)

# %% [markdown] lang="fr"
# > **Exercice 8.1** (1 point). …

# %% [markdown] lang="en"
# > **Exercise 8.1** (1 points). …


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
# from amal_attention.checks import check
#
# with check("q8-bahdanau"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# > **Exercice 8.2** (0,25 point). …

# %% [markdown] lang="en"
# > **Exercise 8.2** (0.25 points). …


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
# from amal_attention.checks import check
#
# with check("q8-self-attention"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

# %% [markdown] lang="fr"
# > **Exercice 8.3** (0,25 point). …

# %% [markdown] lang="en"
# > **Exercise 8.3** (0.25 points). …


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
# from amal_attention.checks import check
#
# with check("q8-key-value"):
#     pass
# ### BEGIN HIDDEN TESTS
# points
# ### END HIDDEN TESTS

"""What hidden tests of several questions share: an earlier answer that is wrong costs in its own question alone."""

import pytest
import torch

from amal_attention.checks import uses_no

RECURRENT = (
    "nn.GRU",
    "nn.LSTM",
    "nn.RNN",
    "nn.GRUCell",
    "nn.LSTMCell",
    "nn.RNNCell",
    "nn.RNNBase",
)
TORCH_ATTENTION = (
    "nn.MultiheadAttention",
    "F.scaled_dot_product_attention",
    "F.multi_head_attention_forward",
    "nn.TransformerEncoderLayer",
    "nn.TransformerDecoderLayer",
    "nn.TransformerEncoder",
    "nn.TransformerDecoder",
    "nn.Transformer",
)
ANSWERS = (
    "attention",
    "SelfAttention",
    "MultiHeadAttention",
    "LayerNorm",
    "EncoderLayer",
    "Encoder",
    "sinusoidal_positions",
    "EncoderPooling",
    "causal_mask",
    "next_token_loss",
    "LanguageModel",
    "generate",
    "DecoderLayer",
    "Transformer",
    "teacher_forcing",
    "translate",
    "patches",
    "VisionTransformer",
)  # each is looked at by itself: what it calls of the others costs there
LONGEST, WIDEST = 600, 64  # of the tables that stand in for positions and for the causal mask


@pytest.fixture  # given: pytest's own
def fairly(student):
    """Holds a test; where it is missed, once more with sound parts in the place of earlier answers.

    ``fairly(look, "MultiHeadAttention", "LayerNorm")``: the answer is missed if it is with both. What stands in must see
    all that the student's own part would: a test that sees less with it is a hole. What is given by name,
    ``Encoder="WordsAsTheyAre"``, stands in from the start.
    """

    def hold(look, *parts, **ours):
        try:
            with student.standing_in(**ours):
                look()
        except Exception:
            if not parts or not _held_with(student, look, parts, ours):
                raise

    return hold


@pytest.fixture  # given: pytest's own
def by_hand(student):
    """Sees that an answer names neither a recurrent layer nor what else is ruled out: ``by_hand("Encoder", "nn.X")``."""

    def look(answer, *ruled_out, hint=""):
        uses_no(
            getattr(student, answer),
            (*RECURRENT, *ruled_out),
            apart=ANSWERS,
            hint=hint or "no recurrent layer: attention alone",
        )

    return look


@pytest.fixture  # given: pytest's own
def by_products(by_hand):
    """Sees that an answer is written with products and a softmax: it names no attention of torch's."""

    def look(answer, hint):
        by_hand(answer, *TORCH_ATTENTION, hint=hint)

    return look


def _held_with(student, look, parts, ours):
    """Whether a test is met with sound parts."""
    try:
        with student.standing_in(**{part: _sound(student, part) for part in parts} | ours):
            look()
    except Exception:
        return False
    return True


def _sound(student, part):
    """What stands in for an answer."""
    if part == "sinusoidal_positions":
        places = torch.Generator().manual_seed(5)
        return student.Table(torch.randn(LONGEST, WIDEST, generator=places))
    if part == "causal_mask":
        return student.Table(torch.ones(LONGEST, LONGEST, dtype=torch.bool).tril())
    return {
        "DecoderLayer": "TorchDecoderLayer",
        "Encoder": "TorchEncoder",
        "EncoderLayer": "TorchEncoderLayer",
        "LayerNorm": "TorchNorm",
        "MultiHeadAttention": "TorchHeads",
        "attention": "torch_attention",
        "patches": "squares_by_column",
    }[part]

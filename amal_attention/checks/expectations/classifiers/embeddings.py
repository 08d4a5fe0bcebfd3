"""Expectations on the embeddings of a classifier: do they learn where they may, and nowhere else?"""

from __future__ import annotations

from typing import Any

from torch import Tensor

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.expectations.classifiers.reading import Attention, Module, handed, logits_of
from amal_attention.checks.subjects.subject import subject
from amal_attention.checks.values import same

__all__ = ["keeps_embeddings", "tunes_embeddings"]


@expectation("frozen embeddings stay as they are while the rest learns")
def keeps_embeddings(model: Module, attention: Attention, batch: Any) -> None:
    """Two steps of training leave the vectors of the words alone, and change the logits."""
    vectors, after, learnt = _trained(model, attention, batch)
    if not learnt:
        raise Missed("other logits after two steps", "the same", "does the output layer learn?")
    if not same(vectors, after, 1e-7):
        raise Missed(
            "the same vectors after two steps", "other ones", "freeze_embeddings=True: their requires_grad is False"
        )


@expectation("embeddings learn when they are not frozen")
def tunes_embeddings(model: Module, attention: Attention, batch: Any) -> None:
    """Two steps of training change the vectors of the words; the pooling gives the first one of each review."""
    vectors, after, _ = _trained(model, attention, batch)
    if same(vectors, after, 1e-7):
        raise Missed(
            "other vectors after two steps",
            "the same",
            "freeze_embeddings=False: their requires_grad is True, and the optimiser has them",
        )
    for token, before, now in zip(batch.tokens[:, 0].tolist(), vectors[:, 0], after[:, 0], strict=True):
        if same(before, now, 1e-7):
            raise Missed(
                "another vector of each word after two steps",
                f"the same for the word {token}",
                "each word learns, that of the unknown too: padding_idx is the number of the padding, 0",
            )


def _trained(model: Module, attention: Attention, batch: Any) -> tuple[Tensor, Tensor, bool]:
    """The vectors that reach the pooling before and after two steps, and whether the logits changed."""
    looked_at = subject(model)
    before = logits_of(looked_at.eval(), batch)
    vectors, _ = handed(attention, looked_at)
    looked_at.steps([batch] * 2)
    after = logits_of(looked_at.eval(), batch)
    return vectors, handed(attention)[0], not same(before, after, 1e-7)

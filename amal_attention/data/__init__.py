"""What the texts of any task need: how they become tokens, vectors and batches of similar lengths."""

from __future__ import annotations

from amal_attention.data.tokenizer import Tokenizer
from amal_attention.data.vocabulary import Vocabulary

__all__ = ["Tokenizer", "Vocabulary"]

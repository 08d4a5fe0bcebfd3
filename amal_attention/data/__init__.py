"""Reviews: where they come from, how they become tokens and batches."""

from amal_attention.data.choice import available_source
from amal_attention.data.module import ReviewBatch, ReviewData
from amal_attention.data.tokenizer import Tokenizer
from amal_attention.data.vocabulary import Vocabulary

__all__ = ["ReviewBatch", "ReviewData", "Tokenizer", "Vocabulary", "available_source"]

"""Texts to words, split as the corpus of GloVe was, and quickly.

A split never crosses white space, and the 11 million white-space chunks of 50,000 texts are only 365,000 distinct ones.
So the chunks are found and numbered by Arrow, and the ``tokenizers`` library splits each *distinct* chunk once; all
texts are then a gather of their tokens.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from tokenizers import Regex, pre_tokenizers

from amal_attention.errors import DataError, explain

__all__ = ["GLOVE_SPLIT", "TOKENIZERS", "TokenizedTexts", "Tokenizer"]

# Words, n't and the other clitics apart, "..." whole, any other sign alone: what the Stanford tokenizer made of the
# text GloVe was trained on (Pennington et al. 2014), hyphenated words excepted: their parts have better vectors.
GLOVE_SPLIT = r"[^\W_]+?(?=n't(?![^\W_]))|n't(?![^\W_])|'(?:s|re|ve|ll|d|m)(?![^\W_])|[^\W_]+|\.\.\.|\S"
TOKENIZERS = {"glove": GLOVE_SPLIT, "whitespace": r"\S+"}

_LINE_BREAK_TAG = "<br />"
_CHUNKS_A_CALL = 100  # the library's cost grows faster than the length of one text: short calls are twice as fast
_END_OF_CHUNK = "\n"


@dataclass(frozen=True)
class TokenizedTexts:
    """Tokens of n texts: text i is ``words[tokens[offsets[i]:offsets[i + 1]]]``.

    ``tokens`` int32 ``(total,)``, ``offsets`` int64 ``(n + 1,)``, ``words`` the distinct tokens, in no given order.
    """

    tokens: npt.NDArray[np.int32]
    offsets: npt.NDArray[np.int64]
    words: list[str]


class Tokenizer:
    r"""Lower-cases, reads ``<br />`` as a space and splits.

    Args:
        name: ``"glove"`` (punctuation and clitics apart: ``do n't``, ``it 's``, ``movie .``) or ``"whitespace"``
            (``\S+``, as the course's own code does; it leaves one running word in seven without a vector).

    >>> Tokenizer("glove").words("I don't like it.<br />It's long...")
    ['i', 'do', "n't", 'like', 'it', '.', 'it', "'s", 'long', '...']
    """

    def __init__(self, name: str = "glove") -> None:
        if name not in TOKENIZERS:
            raise DataError(
                explain(expected=f"a tokeniser among {', '.join(TOKENIZERS)}", got=repr(name), do="choose one of these")
            )
        self.name = name
        self._split = pre_tokenizers.Split(Regex(f"{TOKENIZERS[name]}|{_END_OF_CHUNK}"), "removed", invert=True)

    @property
    def fingerprint(self) -> str:
        """Changes whenever the tokens of some text may change."""
        return f"{self.name}:{TOKENIZERS[self.name]}"

    def words(self, text: str) -> list[str]:
        """The tokens of one text, in order."""
        tokenized = self.tokenize([pa.array([text], pa.large_string())])
        return [tokenized.words[token] for token in tokenized.tokens]

    def tokenize(self, parts: list[pa.LargeStringArray]) -> TokenizedTexts:
        """Tokenise the texts of all parts (splits, for instance); the parts are read side by side by threads."""
        with ThreadPoolExecutor(max_workers=2) as pool:
            chunked = list(pool.map(_chunks, parts))
        numbered = pa.chunked_array([chunks for chunks, _ in chunked]).unify_dictionaries()
        chunks = pa.concat_arrays([part.indices for part in numbered.chunks])
        pieces, words = self._split_distinct(numbered.chunk(0).dictionary.to_pylist())
        expanded = pieces.take(chunks)
        token_of_chunk = expanded.offsets.to_numpy()
        offsets = token_of_chunk[_joined_offsets([offsets for _, offsets in chunked])]
        return TokenizedTexts(expanded.values.to_numpy(), offsets, words)

    def _split_distinct(self, chunks: list[str]) -> tuple[pa.LargeListArray, list[str]]:
        """The tokens of each distinct chunk, as numbers, and the word that each number stands for."""
        numbers: dict[str, int] = {_END_OF_CHUNK: 0}
        flat = np.fromiter((numbers.setdefault(piece, len(numbers)) for piece in self._pieces(chunks)), dtype=np.int32)
        ends = np.flatnonzero(flat == 0)
        lengths = np.diff(ends, prepend=-1) - 1
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        values = np.delete(flat, ends) - 1
        return pa.LargeListArray.from_arrays(offsets, values), list(numbers)[1:]

    def _pieces(self, chunks: list[str]) -> Iterator[str]:
        for start in range(0, len(chunks), _CHUNKS_A_CALL):
            block = chunks[start : start + _CHUNKS_A_CALL]
            text = _END_OF_CHUNK.join(block) + _END_OF_CHUNK
            for piece, _ in self._split.pre_tokenize_str(text):
                yield piece


def _chunks(texts: pa.LargeStringArray) -> tuple[pa.DictionaryArray, npt.NDArray[np.int64]]:
    """The white-space chunks of the texts, numbered, and where each text begins among them."""
    if len(texts) == 0:
        return pa.array([], pa.large_string()).dictionary_encode(), np.zeros(1, np.int64)
    spaced = pc.utf8_lower(pc.replace_substring(texts, _LINE_BREAK_TAG, " "))
    # Trimmed, since Arrow's splitting reads past the end of a text that ends with white space.
    chunks = pc.utf8_split_whitespace(pc.utf8_trim_whitespace(spaced))
    return chunks.flatten().dictionary_encode(), chunks.offsets.to_numpy()


def _joined_offsets(parts: list[npt.NDArray[np.int64]]) -> npt.NDArray[np.int64]:
    counts = np.concatenate([np.diff(offsets) for offsets in parts])
    return np.concatenate([[0], np.cumsum(counts)])

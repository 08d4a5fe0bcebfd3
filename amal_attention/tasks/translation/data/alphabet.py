"""The characters that a model knows, and the number of each."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from amal_attention.errors import DataError, explain
from amal_attention.tasks.translation.data.batch import END, PAD, UNKNOWN

__all__ = ["Alphabet"]

_SPECIAL = 4
_NO_CHARACTER = "\N{REPLACEMENT CHARACTER}"


class Alphabet:
    """Characters by number: ``characters`` in their order, after padding, start, end and the unknown character.

    One alphabet serves both sides. A checkpoint keeps ``characters``, a text: ``Alphabet(characters)`` is the same.

    Raises:
        DataError: a character stands there twice.

    >>> Alphabet("abc").encode("cab!")
    [6, 4, 5, 3]
    >>> Alphabet("abc").decode([6, 4, 5, END, PAD, PAD])
    'cab'
    """

    def __init__(self, characters: str) -> None:
        if len(set(characters)) < len(characters):
            raise DataError(explain(expected="each character once", got=repr(characters), do="leave out what is twice"))
        self.characters = characters

    @classmethod
    def of(cls, texts: Iterable[str]) -> Alphabet:
        """The characters of these texts, in Unicode's order."""
        return cls("".join(sorted(set().union(*texts))))

    def __len__(self) -> int:
        return _SPECIAL + len(self.characters)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {character: number for number, character in enumerate(self.characters, start=_SPECIAL)}

    def encode(self, text: str) -> list[int]:
        """The number of each character, UNKNOWN for those that are not known; neither START nor END."""
        return [self._numbers.get(character, UNKNOWN) for character in text]

    def decode(self, tokens: Iterable[int]) -> str:
        """The text that these numbers, or a tensor ``(T,)``, write: what stands before END, and before padding.

        Within the text, a number that is no character of this alphabet is written �: a model that puts START or
        padding between characters has not written the text without them.
        """
        numbers = [int(token) for token in tokens]
        written = numbers[: numbers.index(END)] if END in numbers else numbers
        while written and written[-1] == PAD:
            written.pop()
        return "".join(self._character(number) for number in written)

    def _character(self, number: int) -> str:
        place = number - _SPECIAL
        return self.characters[place] if 0 <= place < len(self.characters) else _NO_CHARACTER

"""Names as they are compared: their words, without accents, case and punctuation."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["words_of"]

_JOINED = "'’‘ʼ`´\""  # platforms leave them out of the names of files: O'Brien, OBrien
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i", "ħ": "h"}
    | dict.fromkeys(_JOINED, "")
)
_ACCENTS = re.compile("[\u0300-\u036f]")  # not the signs of other scripts, which make other words


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name without accents, case and punctuation.

    >>> words_of("Jean-Noël  O'Brien, Łukasz")
    ('jean', 'noel', 'obrien', 'lukasz')
    """
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold().translate(_LETTERS))
    bare = unicodedata.normalize("NFC", _ACCENTS.sub("", apart))
    return tuple("".join(each if unicodedata.category(each)[0] in "LMN" else " " for each in bare).split())

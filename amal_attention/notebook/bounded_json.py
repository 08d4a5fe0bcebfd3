"""JSON that a student wrote, read only where it will not fill the memory: a value of two characters takes a hundred."""

from __future__ import annotations

import json
import re
from typing import Any

from amal_attention.language import ENGLISH

__all__ = ["BoundedJson", "TooManyValues"]

MOST_VALUES = 1_000_000
_JSON = json.JSONDecoder(parse_int=float, strict=False)  # int() refuses a number of many digits; float() takes it
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{},]', re.DOTALL)


class TooManyValues(ValueError):
    """A text holds more values than any notebook does."""


class BoundedJson:
    """The values in a text.

    Args:
        text: a text that may hold anything.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._may_be_many = sum(map(text.count, "[{,")) > MOST_VALUES

    def value(self, start: int) -> tuple[Any, int]:
        """The value that begins at this place, and where it ends.

        Raises:
            JSONDecodeError: no value stands there.
            TooManyValues: it holds more than a million values; nothing of it was read.
            RecursionError: it holds lists in lists, too deep to be read.
        """
        if self._may_be_many and self._holds_many(start):
            raise TooManyValues(ENGLISH.say("more than {number} values", number=f"{MOST_VALUES:,}"))
        return _JSON.raw_decode(self.text, start)

    def _holds_many(self, start: int) -> bool:
        """Count what begins a value, but not in strings, to the end of the value or to the limit."""
        depth = values = 0
        for token in _TOKEN.finditer(self.text, start):
            sign = self.text[token.start()]
            depth += (sign in "[{") - (sign in "]}")
            values += sign in "[{,"
            if values > MOST_VALUES:
                return True
            if depth <= 0:
                return False
        return False

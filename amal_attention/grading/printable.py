"""Text from outside, made fit to be shown anywhere: in a terminal, in a page, in a log."""

from __future__ import annotations

__all__ = ["printable"]

_LONGEST = 1000
_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def printable(text: object, longest: int = _LONGEST) -> str:
    r"""The beginning of a text, with ``\x1b`` and the like in place of characters that a terminal acts on.

    Raises:
        TypeError: this is no text.

    >>> printable("a\x1b[31mb")
    'a\\x1b[31mb'
    """
    if not isinstance(text, str):
        raise TypeError(f"a text was expected, and a {type(text).__name__} came")
    shown = text[:longest] + ("…" if len(text) > longest else "")
    return "".join(each if _harmless(each) else ascii(each)[1:-1] for each in shown)


def _harmless(character: str) -> bool:
    return character == "\n" or (character.isprintable() and character not in _DIRECTIONS)

"""Names from outside, on one line and without characters that do something to a terminal."""

from __future__ import annotations

__all__ = ["shown"]

_LONGEST = 120


def shown(text: str, longest: int = _LONGEST) -> str:
    r"""The beginning of a text, with ``\x1b`` and the like in place of what cannot be printed.

    >>> shown("a\x1b[31mb\n")
    'a\\x1b[31mb\\n'
    """
    cut = text[:longest] + ("…" if len(text) > longest else "")
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in cut)

"""Text from outside, made fit to be shown anywhere: in a terminal, in a page, in a log."""

from __future__ import annotations

__all__ = ["one_line", "printable"]

_LONGEST = 1000
_LONGEST_NAME = 120


def printable(text: object, longest: int = _LONGEST) -> str:
    r"""The beginning of a text, with ``\x1b`` and the like in place of characters that a terminal acts on.

    Lines stay lines; what turns the direction of writing is spelt too.

    Raises:
        TypeError: this is no text.

    >>> printable("a\x1b[31mb")
    'a\\x1b[31mb'
    """
    if not isinstance(text, str):
        raise TypeError(f"a text was expected, and a {type(text).__name__} came")
    return "\n".join(map(_spelt, _beginning(text, longest).split("\n")))


def one_line(text: str, longest: int = _LONGEST_NAME) -> str:
    r"""The same for a name: the ends of lines are spelt too.

    >>> one_line("a\n")
    'a\\n'
    """
    return _spelt(_beginning(text, longest))


def _beginning(text: str, longest: int) -> str:
    return text[:longest] + ("…" if len(text) > longest else "")


def _spelt(text: str) -> str:
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)

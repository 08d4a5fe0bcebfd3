"""The language that is spoken to whoever runs this process: a notebook chooses that of its statement."""

from __future__ import annotations

from amal_attention.language.catalogue import ENGLISH, LANGUAGES, Language

__all__ = ["speak", "spoken"]

_spoken = [ENGLISH]


def speak(code: str) -> None:
    """Speak a language from now on in all that this process shows; what it keeps and sends stays English.

    Args:
        code: the code of the language, such as "fr".

    Raises:
        ValueError: nothing can be said in it.
    """
    if code not in LANGUAGES:
        raise ValueError(f"expected one of {', '.join(LANGUAGES)}; got {code!r}")
    _spoken[0] = Language(code)


def spoken() -> Language:
    """The language that is spoken; English until another is chosen."""
    return _spoken[0]

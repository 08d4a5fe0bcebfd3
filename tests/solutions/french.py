"""What is left in English of what is told in French: words that French does not have."""

from __future__ import annotations

import re

from amal_attention.lab import Lab
from amal_attention.language import Language
from amal_attention.outcome import Outcome

__all__ = ["english_in", "english_left"]

_ENGLISH = re.compile(
    r"(?<![.\w])(?:the|an|is|are|was|were|be|been|of|and|with|without|not|for|each|every|by|from|that|this|these|its|it|"
    r"must|has|have|does|do|which|where|when|what|there|in|to|too|than|then|you|your|but|only|words?|reviews?|came|sent|"
    r"expected|likely|missed|met|shape|numbers?|answer|give|gives|make|called|before|after|between|other|same|all|"
    r"line|one|two|first|last|no|any|length|raised|a (?:float|int|str|list|tuple|dict))\b",
    re.IGNORECASE,
)
_RAISED = re.compile(r"\w+: .* \((dans [^:]+, ligne \d+|levé par l'appel lui-même)(?: : .*)?\)", re.DOTALL)
"""Python, torch and Lightning raise in words of their own, and a line is the student's: only the place is ours."""

_CODE = (
    "not, and, or",  # operators of Python that a hint is about
    "first & second, first | second",  # what to write in their place
)
"""Code that a French sentence names as it is written; what follows a point, an attribute or a method, is code too."""


def english_in(text: str) -> bool:
    """Whether a text that is told in French holds an English word."""
    return _ENGLISH.search(_ours(text)) is not None


def english_left(outcome: Outcome, lab: Lab) -> list[str]:
    """The texts of an outcome that hold an English word when they are told in French, as the lab's notebook does."""
    french = Language("fr", (lab.language_folder,))
    texts = [french.retold(text) for text in (outcome.expectation, *(text for _, text in outcome.details()))]
    return [text for text in texts if english_in(text)]


def _ours(text: str) -> str:
    raised = _RAISED.fullmatch(text)
    text = raised[1] if raised is not None else text
    for code in _CODE:
        text = text.replace(code, "")
    return text

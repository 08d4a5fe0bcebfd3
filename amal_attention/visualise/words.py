"""Texts whose words are coloured by the attention they receive, for a terminal and for a page or notebook.

Both pictures share one scale. A word of weight w has the intensity

    (w / max) · (0.15 + 0.85 · (1 - mean / max))

with the largest and the mean weight of its text. The first factor scales by the largest weight, so that a long
text, whose weights are all small, is not pale; the second fades a text in which no word stands out, so that a
uniform attention (mean = max) looks uniform and pale. A weight that cannot be drawn (negative, infinite, not a number)
counts as 0.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from markupsafe import escape
from rich.color import Color
from rich.style import Style
from rich.text import Text

from amal_attention.errors import explain

__all__ = ["ATTENTION_RGB", "attended_html", "attended_text", "joined", "most_attended", "printable", "terminal_style"]

ATTENTION_RGB = (255, 149, 0)
"""The colour of a word of intensity 1, red, green and blue in 0..255; it stays visible to colour-blind readers."""

_UNIFORM_INTENSITY = 0.15
_BOLD_FROM = 0.5
_TERMINAL_FROM = 0.2
_TERMINAL_FAINT_RGB = (186, 164, 130)
_OPAQUE = 0.85
_BLACK_TEXT_FROM = 0.75

_NO_SPACE_BEFORE = frozenset({*".,;:!?%)]}", "...", "''", "n't", "'s", "'re", "'ve", "'ll", "'d", "'m"})
_NO_SPACE_AFTER = frozenset({*"([{$#", "``"})


def attended_text(tokens: Sequence[str], weights: Sequence[float]) -> Text:
    """One text for a terminal, each word on a background that grows stronger with its attention.

    ``weights[i]`` is the attention on ``tokens[i]``, a share between 0 and 1; the module's docstring gives the scale.
    Words of intensity 0.2 and more stand in black on a background of medium lightness, from tan to orange, which shows
    on dark and on light terminals; the others keep the colours of the terminal. From 0.5 on a word is bold, so the most
    attended ones show without colours too. A text without a token gives an empty text.
    """
    text = Text()
    for space, token, _, intensity in _words(tokens, weights):
        text.append(space)
        text.append(token, style=terminal_style(intensity))
    return text


def attended_html(tokens: Sequence[str], weights: Sequence[float]) -> str:
    """One text as HTML, one ``<span>`` a word whose background grows stronger with its attention.

    ``weights[i]`` is the attention on ``tokens[i]``, a share between 0 and 1, and the ``title`` of its span; the
    module's docstring gives the scale. Tokens are escaped. The background is translucent, so the text can stand on a
    light or a dark page, and from intensity 0.5 on a word is bold. A text without a token gives an empty string.
    """
    return "".join(
        f'{space}<span title="{weight:.4f}" style="{_css(intensity)}">{escape(token)}</span>'
        for space, token, weight, intensity in _words(tokens, weights)
    )


def most_attended(tokens: Sequence[str], weights: Sequence[float], count: int = 5) -> str:
    """The most attended words of a text with their weights, from the largest down: what shows without colours too.

    >>> most_attended(["a", "dull", "film"], [0.125, 0.75, 0.125], count=2)
    'dull 0.750, a 0.125'
    """
    attended = sorted(_words(tokens, weights), key=lambda word: -word[2])[:count]
    return ", ".join(f"{token} {weight:.3f}" for _, token, weight, _ in attended)


def joined(tokens: Sequence[str]) -> str:
    """Tokens as a text, spaced as in print; what is not printable is shown as U+FFFD.

    >>> joined(["it", "'s", "fine", "."])
    "it's fine."
    """
    return "".join(space + printable(token) for space, token in zip(_spaces(tokens), tokens, strict=True))


def printable(text: str) -> str:
    r"""The text with every character that is not printable (escape sequences, line ends, ...) shown as U+FFFD.

    >>> printable("fine\x1b[2J") == "fine\N{REPLACEMENT CHARACTER}[2J"
    True
    """
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


def _words(tokens: Sequence[str], weights: Sequence[float]) -> Iterator[tuple[str, str, float, float]]:
    """The words of a text: the space before, the token made printable, its weight, its intensity in [0, 1]."""
    values = [float(weight) for weight in weights]
    if len(values) != len(tokens):
        raise ValueError(
            explain(
                expected=f"one weight for each of the {len(tokens)} tokens",
                got=f"{len(values)} weights",
                do="cut the padding off both before you draw them",
            )
        )
    return zip(_spaces(tokens), map(printable, tokens), values, _intensities(values), strict=True)


def _spaces(tokens: Sequence[str]) -> Iterator[str]:
    """What stands before each token, so that punctuation reads as in print: nothing or one space."""
    if tokens:
        yield ""
    for before, token in pairwise(tokens):
        yield "" if token in _NO_SPACE_BEFORE or before in _NO_SPACE_AFTER else " "


def _intensities(weights: Sequence[float]) -> list[float]:
    drawable = [weight if math.isfinite(weight) and weight > 0 else 0.0 for weight in weights]
    largest = max(drawable, default=0.0)
    if largest == 0.0:
        return drawable
    relative = [weight / largest for weight in drawable]
    contrast = 1 - sum(relative) / len(relative)
    strongest = _UNIFORM_INTENSITY + (1 - _UNIFORM_INTENSITY) * contrast
    return [share * strongest for share in relative]


def terminal_style(intensity: float) -> Style:
    """How a word of this intensity looks in a terminal, dark or light: from 0.2 on black on tan to orange."""
    if intensity < _TERMINAL_FROM:
        return Style.null()
    along = (intensity - _TERMINAL_FROM) / (1 - _TERMINAL_FROM)
    background = (
        faint + along * (full - faint) for faint, full in zip(_TERMINAL_FAINT_RGB, ATTENTION_RGB, strict=True)
    )
    return Style(color="#000000", bgcolor=Color.from_rgb(*background), bold=intensity >= _BOLD_FROM)


def _css(intensity: float) -> str:
    red, green, blue = ATTENTION_RGB
    declarations = [f"background:rgba({red},{green},{blue},{intensity * _OPAQUE:.2f})"]
    if intensity >= _BOLD_FROM:
        declarations.append("font-weight:bold")
    if intensity >= _BLACK_TEXT_FROM:
        declarations.append("color:#000")
    return ";".join(declarations)

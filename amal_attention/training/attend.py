"""One text, read by a trained model."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from amal_attention.tasks.classification.examination import read_words
from amal_attention.training.checkpoint import TrainedModel
from amal_attention.visualise.words import attended_html

__all__ = ["TextReading", "attend_text", "attended_page"]

_PAGE = Environment(autoescape=True).from_string(
    """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ reading.prediction }} ({{ "%.3f" | format(reading.probability) }})</title>
<style>body { font: 18px/1.8 Georgia, serif; max-width: 42em; margin: 2em auto; padding: 0 1em; }</style></head>
<body><p><strong>{{ reading.prediction }}</strong>, probability {{ "%.3f" | format(reading.probability) }},
{{ reading.question }} of {{ reading.lab }}. The darker a word, the more attention it receives.</p>
<p>{{ words }}</p></body></html>
"""
)


@dataclass(frozen=True)
class TextReading:
    """What a model says of a text: ``weights[i]`` is the attention on ``tokens[i]``; ``unknown`` words it never saw."""

    lab: str
    question: str
    prediction: str
    probability: float
    tokens: list[str]
    weights: list[float]
    unknown: list[str]

    def to_dict(self) -> dict[str, Any]:
        """The reading as JSON-ready built-in types."""
        return asdict(self)


def attend_text(trained: TrainedModel, text: str) -> TextReading:
    """Let a model read a text.

    Raises:
        DataError: the text holds no word.
    """
    words = trained.tokenizer.words(text)
    weights, prediction, probability = read_words(trained.model, trained.vocabulary, words)
    return TextReading(
        lab=trained.label.lab,
        question=trained.label.question,
        prediction=trained.label.label_names[prediction],
        probability=probability,
        tokens=words,
        weights=weights,
        unknown=sorted({word for word in words if word not in trained.vocabulary}),
    )


def attended_page(reading: TextReading) -> str:
    """A page with the text, its words coloured by attention."""
    return _PAGE.render(reading=reading, words=Markup(attended_html(reading.tokens, reading.weights)))

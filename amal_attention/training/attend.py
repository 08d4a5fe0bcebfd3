"""One text, as a trained model takes it."""

from __future__ import annotations

from jinja2 import Environment
from markupsafe import Markup

from amal_attention.record import Exhibit
from amal_attention.training.checkpoint import TrainedModel
from amal_attention.visualise.exhibits import exhibit_html, said

__all__ = ["attend_text", "attended_page"]

_PAGE = Environment(autoescape=True).from_string(
    """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ said or lab }}</title>
<style>body { font: 18px/1.8 Georgia, serif; max-width: 42em; margin: 2em auto; padding: 0 1em; }
svg { max-width: 100%; height: auto; }</style></head>
<body><p>{% if said %}<strong>{{ said }}</strong>, {% endif %}{{ question }} of {{ lab }}.
The darker, the more attention.</p>
{{ shown }}</body></html>
"""
)


def attend_text(trained: TrainedModel, text: str) -> Exhibit:
    """Let a model take a text.

    Raises:
        DataError: there is nothing in the text that it could read.
    """
    return trained.task.read(trained.model, trained.label.kept, text, trained.uses)


def attended_page(trained: TrainedModel, exhibit: Exhibit) -> str:
    """A page with what the model makes of the text."""
    label = trained.label
    shown = Markup(exhibit_html(exhibit))
    return _PAGE.render(said=said(exhibit), question=label.question, lab=label.lab, shown=shown)

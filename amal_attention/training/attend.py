"""What a trained model makes of one text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from amal_attention.errors import DataError, explain
from amal_attention.record import Exhibit, Grid, Reading
from amal_attention.tasks.heads import head_grids
from amal_attention.tasks.tap import tapped_attention
from amal_attention.training.checkpoint import TrainedModel
from amal_attention.visualise.exhibits import exhibit_html, said

__all__ = ["ATTENTION", "attend_against", "attend_text", "attend_with_heads", "attended_page", "names_against"]

ATTENTION = "attention"
"""The name that :func:`attend_against` knows the model's own weights by."""

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


def attend_text(trained: TrainedModel, text: str, **options: Any) -> Exhibit:
    """What a model makes of a text; arguments and errors are those of :func:`attend_with_heads`."""
    return attend_with_heads(trained, text, **options)[0]


def attend_with_heads(trained: TrainedModel, text: str, **options: Any) -> tuple[Exhibit, list[Grid]]:
    """What a model makes of a text, and one matrix for each head of each layer that has heads.

    Args:
        trained: the model.
        text: what the model reads.
        options: how it reads, by the names that its task asks for.

    Raises:
        DataError: there is nothing in the text that it could read, or its task does not ask for an option.
    """
    task, kept = trained.task, trained.label.kept
    unknown = [name for name in options if name not in task.asks]
    if unknown:
        known = ", ".join(f"--{name}" for name in task.asks) or "none of these options"
        got = f"--{unknown[0]}"
        raise DataError(
            explain(expected=f"{known} for a model of the task {task.name}", got=got, do=f"leave out {got}")
        )
    with tapped_attention(trained.model) as tap:
        exhibit = task.read(trained.model, kept, text, trained.uses, **options)
    return exhibit, head_grids(tap.weights, task.places(kept, exhibit))


def names_against(trained: TrainedModel, given: str) -> list[str]:
    """The names in a list such as "attention,sensitivity".

    Raises:
        DataError: one is neither "attention" nor a function of the lab's module.
    """
    names = [name.strip() for name in given.split(",") if name.strip()]
    unknown = [name for name in names if name != ATTENTION and name not in trained.functions]
    if unknown or not names:
        known = ", ".join((ATTENTION, *sorted(name for name in trained.functions if not name.startswith("_"))))
        got = repr(", ".join(unknown) or given)
        raise DataError(
            explain(expected=f"names of functions of {trained.label.lab} ({known})", got=got, do="name some of these")
        )
    return list(dict.fromkeys(names))


def attend_against(trained: TrainedModel, text: str, exhibit: Exhibit, names: Sequence[str]) -> dict[str, Reading]:
    """A text with its words coloured by their attention, and by functions of the lab's module, by name.

    Args:
        trained: the model.
        text: what it read.
        exhibit: what it made of it, with the attention on each word.
        names: the names as :func:`names_against` gives them.

    Raises:
        DataError: the task colours no words, or a function does not give a number for each word.
    """
    if not isinstance(exhibit, Reading):
        expected = "a model that colours the words of a text"
        raise DataError(explain(expected=expected, got=f"the task {trained.task.name}", do="leave out --against"))

    def numbers(name: str) -> list[float]:
        if name == ATTENTION:
            return exhibit.weights
        return trained.task.numbers(trained.model, trained.label.kept, text, trained.functions[name])

    return {name: replace(exhibit, weights=numbers(name)) for name in names}


def attended_page(
    trained: TrainedModel, exhibit: Exhibit, matrices: Sequence[Grid] = (), against: Mapping[str, Reading] | None = None
) -> str:
    """A page with what the model makes of the text, or its words coloured by each of ``against``, and its heads."""
    label = trained.label
    parts = [] if against else [exhibit_html(exhibit)]
    for name, reading in (against or {}).items():
        parts += [str(Markup("<h2>{}</h2>").format(name)), exhibit_html(reading)]
    for matrix in matrices:
        parts += [str(Markup("<h2>{}</h2>").format(matrix.name)), exhibit_html(matrix)]
    shown = Markup("\n".join(parts))
    return _PAGE.render(said=said(exhibit), question=label.question, lab=label.lab, shown=shown)

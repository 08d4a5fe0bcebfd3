"""Numbers that a function of the lab gives the words of a text, to colour them by."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import torch
from lightning import LightningModule
from torch import Tensor

from amal_attention.errors import AmalError, DataError, explain
from amal_attention.tasks.classification.data.batch import TextBatch

__all__ = ["word_numbers"]

_KNOWN = ("classifier", "model", "x", "tokens", "mask", "labels", "batch")


def word_numbers(function: Callable[..., Any], model: LightningModule, batch: TextBatch) -> list[float]:
    """One number for each word of a text, scaled to a sum of 1.

    The function is handed what its parameters name: ``tokens``, ``mask``, ``labels``, which are the predicted classes,
    or the whole ``batch``; ``classifier`` is the model. Where it asks for ``x``, these are the vectors of the words,
    ``classifier.vectors(tokens)``, and its ``model`` is what reads them, ``classifier.reader``; else its ``model`` is
    the classifier too.

    Args:
        function: gives ``(B, L)``, no number below 0.
        model: a classifier of texts.
        batch: one text without padding.

    Raises:
        DataError: the function asks for something else, raises something, or gives something else.
    """
    name = getattr(function, "__name__", "the function")
    model.eval()
    given = _handed(name, function, model, batch)
    try:
        with torch.inference_mode(False), torch.enable_grad():
            found = function(**given)
    except AmalError:
        raise
    except Exception as error:
        told = f"{type(error).__name__}: {error}"
        raise DataError(explain(expected=f"{name} to return", got=told, do="mend it")) from error
    numbers = _checked(name, found, batch.tokens)
    total = float(numbers.sum())
    return [float(each) / total if total else 0.0 for each in numbers]


def _handed(name: str, function: Callable[..., Any], model: Any, batch: TextBatch) -> dict[str, Any]:
    """What the parameters of a function name."""
    parameters = inspect.signature(function).parameters.values()
    asked = [each.name for each in parameters if each.default is each.empty and each.kind is each.POSITIONAL_OR_KEYWORD]
    unknown = [each for each in asked if each not in _KNOWN]
    if unknown:
        known = ", ".join(_KNOWN)
        raise DataError(
            explain(
                expected=f"a function of {known}",
                got=f"{name}, which asks for {', '.join(unknown)} too",
                do="name a function that colours words",
            )
        )
    batch = batch._replace(labels=_predicted(model, batch))
    given = {"classifier": model, "model": model, "batch": batch, **batch._asdict()}
    if "x" in asked:
        if not (callable(getattr(model, "vectors", None)) and hasattr(model, "reader")):
            raise DataError(
                explain(
                    expected=f"a classifier with vectors(tokens) and a reader, for the x of {name}",
                    got=type(model).__name__,
                    do="name a function that reads tokens",
                )
            )
        given |= {"x": model.vectors(batch.tokens).detach(), "model": model.reader}
    return {each: given[each] for each in asked}


def _predicted(model: LightningModule, batch: TextBatch) -> Tensor:
    with torch.no_grad():
        labels: Tensor = model(batch.tokens, batch.mask).argmax(dim=1)
    return labels


def _checked(name: str, found: Any, tokens: Tensor) -> Tensor:
    """The numbers of the words of the one text."""
    expected = f"a number of 0 or more for each of the {tokens.shape[1]} words"
    if not isinstance(found, Tensor) or found.shape != tokens.shape:
        kind = f"shape {tuple(found.shape)}" if isinstance(found, Tensor) else type(found).__name__
        raise DataError(explain(expected=expected, got=f"{kind} of {name}", do="name a function that colours words"))
    numbers = found[0].detach().double()
    if not (numbers.isfinite().all() and (numbers >= 0).all()):
        raise DataError(
            explain(expected=expected, got=f"some below 0, or not finite, of {name}", do="take absolute values")
        )
    return numbers

"""What depth does to learning: how large gradients are in each layer, and how the loss falls, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from amal_attention.errors import explain
from amal_attention.language import spoken
from amal_attention.visualise.style import PALETTE, QUIET, STYLE, blank_figure, plain

__all__ = ["gradient_by_layer", "loss_by_step"]

_MARKERS = ("o", "s", "^", "D", "v")


@matplotlib.rc_context(STYLE)
def gradient_by_layer(norms: Mapping[str, Sequence[float]]) -> Figure:
    """The norm of the gradient in each layer of several models, the first layer on the left; the axis begins at 0.

    Args:
        norms: the norms by the title of the model, one number a layer.

    Raises:
        ValueError: there is no model.
    """
    _check(norms)
    figure, axes = _axes()
    for place, (title, each) in enumerate(norms.items()):
        layers = range(1, len(each) + 1)
        axes.plot(layers, each, color=PALETTE[place], marker=_MARKERS[place % len(_MARKERS)], label=plain(title))
    say = spoken().say
    axes.set(title=say("Gradient before the first step"), xlabel=say("layer"), ylabel=say("norm of the gradient"))
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.legend(loc="best")
    return figure


@matplotlib.rc_context(STYLE)
def loss_by_step(losses: Mapping[str, Sequence[float]], chance: float | None = None) -> Figure:
    """The loss of each step of several trainings; the axis of losses begins at 0.

    Args:
        losses: the losses by the title of the training, one number a step.
        chance: the loss, in nats, of a model that guesses; drawn as a dashed line.

    Raises:
        ValueError: there is no training.
    """
    _check(losses)
    figure, axes = _axes()
    for place, (title, each) in enumerate(losses.items()):
        axes.plot(range(1, len(each) + 1), each, color=PALETTE[place], label=plain(title))
    say = spoken().say
    if chance is not None:
        axes.axhline(chance, color=QUIET, linestyle="--", linewidth=1.2, label=say("guessing"))
    axes.set(title=say("Does it learn?"), xlabel=say("step"), ylabel=say("loss (nats)"))
    axes.set_ylim(bottom=0)
    axes.legend(loc="best")
    return figure


def _axes() -> tuple[Figure, Axes]:
    figure = blank_figure(height=3.2)
    return figure, figure.subplots()


def _check(curves: Mapping[str, Sequence[float]]) -> None:
    if not curves:
        raise ValueError(explain(expected="numbers of a model", got="none", do="give those of one or more"))

"""What it costs to write: the tokens that an encoder and a decoder read meanwhile, and the seconds of CPU."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from torch import Tensor, nn

from amal_attention.errors import explain
from amal_attention.language import spoken
from amal_attention.visualise.style import PALETTE, STYLE, blank_figure, plain

__all__ = ["Cost", "cost_bars", "writing_cost"]

_ENCODER, _DECODER, _SECONDS = PALETTE[0], PALETTE[1], PALETTE[2]


@dataclass(frozen=True)
class Cost:
    """Tokens read for one line, padding among them, by the encoder and by the decoder; CPU seconds for all lines."""

    encoder: int
    decoder: int
    seconds: float


def writing_cost(write: Callable[..., Tensor], encoder: nn.Module, decoder: nn.Module, *others: Any) -> Cost:
    """What a call ``write(encoder, decoder, *others)`` costs.

    Args:
        write: calls both modules with tokens ``(B, L)`` first.
        encoder: reads the source.
        decoder: reads what is written.
        *others: what ``write`` is given after both.
    """
    with _reading(encoder) as of_encoder, _reading(decoder) as of_decoder:
        began = time.process_time()
        write(encoder, decoder, *others)
        seconds = time.process_time() - began
    return Cost(sum(of_encoder), sum(of_decoder), seconds)


@matplotlib.rc_context(STYLE)
def cost_bars(costs: Mapping[str, Cost]) -> Figure:
    """Tokens read for one line, and CPU seconds for all of them, of each way to write, by its name.

    Raises:
        ValueError: there is none.
    """
    if not costs:
        raise ValueError(explain(expected="what a way to write costs", got="none", do="give one or more"))
    say = spoken().say
    figure = blank_figure(width=8.6, height=1.9 + 0.45 * len(costs))
    tokens, seconds = figure.subplots(1, 2, sharey=True)
    places = range(len(costs))
    first, then = [cost.encoder for cost in costs.values()], [cost.decoder for cost in costs.values()]
    tokens.barh(places, first, height=0.6, color=_ENCODER, label=say("by the encoder"))
    tokens.barh(places, then, left=first, height=0.6, color=_DECODER, label=say("by the decoder"))
    _told(tokens, [(cost.encoder + cost.decoder, f"{cost.encoder + cost.decoder}") for cost in costs.values()])
    tokens.set(title=say("Tokens read"), xlabel=say("tokens read for a line"))
    tokens.legend(loc="lower right")
    spent = [cost.seconds for cost in costs.values()]
    seconds.barh(places, spent, height=0.6, color=_SECONDS)
    _told(seconds, [(each, f"{each:.3f}") for each in spent])
    seconds.xaxis.set_major_locator(MaxNLocator(nbins=4))  # numbers such as 0.0125 are wide
    seconds.set(title=say("Time"), xlabel=say("CPU seconds for all lines"))
    tokens.set_yticks(places, [plain(name) for name in costs])
    tokens.invert_yaxis()
    return figure


def _told(axes: Axes, bars: list[tuple[float, str]]) -> None:
    """Each value beside its bar."""
    for place, (value, text) in enumerate(bars):
        axes.annotate(text, (value, place), xytext=(6, 0), textcoords="offset points", va="center", fontweight="bold")
    axes.margins(x=0.2)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)


@contextmanager
def _reading(module: nn.Module) -> Iterator[list[int]]:
    """Notes the width of the tokens of each call."""
    widths: list[int] = []

    def note(_: nn.Module, inputs: tuple[Any, ...], named: dict[str, Any]) -> None:
        widths.append((inputs[0] if inputs else named["tokens"]).shape[1])

    hook = module.register_forward_pre_hook(note, with_kwargs=True)
    try:
        yield widths
    finally:
        hook.remove()

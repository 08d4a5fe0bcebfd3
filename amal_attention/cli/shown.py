"""What commands print, and what they show while they run."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

import typer

from amal_attention.lasting import lasting_imports

__all__ = ["counted", "print_json", "progress_on_stderr", "status"]

_SECONDS_A_LINE = 30  # between two lines of progress, where they stay


def print_json(value: dict[str, Any]) -> None:
    """Print a result for a program."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


@contextlib.contextmanager
def status() -> Iterator[Callable[[str], None]]:
    """Show a line that changes, on standard error where that is a terminal, and take it away at the end."""
    from rich.console import Console
    from rich.text import Text

    try:
        with Console(stderr=True).status("starting") as line:
            yield lambda text: line.update(Text(text))
    except KeyboardInterrupt:
        typer.echo("amal: interrupted", err=True)
        raise typer.Exit(130) from None


@contextlib.contextmanager
def counted(things: str) -> Iterator[Callable[[int, int, str], None]]:
    """Show how many things are done; see :func:`status`. Where that is no terminal, long work has lines that stay."""
    told = monotonic()
    with status() as show:

        def progress(done: int, total: int, name: str) -> None:
            nonlocal told
            show(f"{done}/{total} {things}  {name}")
            if not sys.stderr.isatty() and monotonic() - told >= _SECONDS_A_LINE:
                typer.echo(f"{done}/{total} {things}", err=True)
                told = monotonic()

        yield progress


@contextlib.contextmanager
def progress_on_stderr() -> Iterator[None]:
    """See :func:`amal_attention.training.processes.results_apart`; an interruption is told in a line."""
    with lasting_imports():
        import lightning.pytorch  # it sets the level of its loggers when imported  # noqa: F401

    from amal_attention.training.processes import results_apart

    with results_apart():
        try:
            yield
        except KeyboardInterrupt:
            typer.echo("\namal: interrupted; add --resume (and --out) to go on from the last finished epoch", err=True)
            raise typer.Exit(130) from None

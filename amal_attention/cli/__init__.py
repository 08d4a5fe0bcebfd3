"""The command line: each command reads its options, calls one function and prints what it returns.

Nothing heavy is imported here: ``amal --help`` must answer at once, so torch and lightning stay inside the commands.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

import typer

from amal_attention.cli.course import adjust, collect, course, export, feedback, merge, show, summary
from amal_attention.cli.deadlines import due, extend
from amal_attention.cli.demo import demo
from amal_attention.cli.grading import doctor, grade, mutants
from amal_attention.cli.notebook import check, new_lab, release
from amal_attention.cli.training import attend, compare, train
from amal_attention.errors import AmalError, explain

__all__ = ["app", "main"]

app = typer.Typer(
    name="amal",
    help="Train, compare and look at attention models; the labs of the course lie in solutions/ (or AMAL_LABS).",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

_WITH_OPTIONS = {"allow_extra_args": True, "ignore_unknown_options": True}
_OPTIONS_HELP = (
    "Any option of the recipe can be given too, as Lightning's own command line takes it: --model.lr 0.01, "
    "--data.crop 200, --trainer.max_epochs 3, --early_stopping.patience 2 ..."
)

for _trains in (train, compare):
    app.command(context_settings=_WITH_OPTIONS, epilog=_OPTIONS_HELP)(_trains)
_COMMANDS: tuple[Callable[..., None], ...] = (
    *(demo, attend, check, release),
    *(course, due, extend, merge, collect, grade, adjust, show, feedback, summary, export),
    *(mutants, doctor),
)
for _command in _COMMANDS:
    app.command()(_command)
app.command("new-lab")(new_lab)


def main() -> None:
    """Run the command line; what a user can put right is one line on standard error, and exit status 1."""
    try:
        app(prog_name="amal")
    except AmalError as error:
        _refuse(error)
    except OSError as error:  # whatever a path leads to that no command thought of, such as a name of 5,000 letters
        got = f"{error.strerror}: {str(error.filename)[:100]}" if error.filename else str(error)
        _refuse(AmalError(explain(expected="files that can be read and written", got=got, do="check their names")))
    except ModuleNotFoundError as error:
        from amal_attention.course.problems import TOOLS, not_installed

        if str(error.name).partition(".")[0] not in TOOLS:
            raise
        _refuse(not_installed(error))


def _refuse(error: AmalError) -> NoReturn:
    typer.echo(f"amal: {error}", err=True)
    raise SystemExit(1) from None

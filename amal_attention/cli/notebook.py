"""The commands for the notebook of a lab: its checks, its release, a new one."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Annotated

import typer

from amal_attention.cli.options import AsJson, Labs
from amal_attention.cli.shown import counted, print_json
from amal_attention.errors import LabError, explain

__all__ = ["check", "new_lab", "release"]


def check(
    notebook: Annotated[Path, typer.Argument(help="Your notebook, labs/<language>/<lab>/<lab>.ipynb.")],
    question: Annotated[
        list[str] | None,
        typer.Option(help="A question to show, as the summary names it; may be repeated; all by default."),
    ] = None,
    timeout: Annotated[int, typer.Option(help="Seconds that a cell may last.", min=1)] = 60,
    as_json: AsJson = False,
) -> None:
    """Run the checks of a notebook from the top, without the cells that train or draw; its file is not changed.

    The exit status is 0 if every check is met, and 1 if not.
    """
    with counted("cells") as progress:
        from amal_attention.notebook.check import check_notebook

        result = check_notebook(notebook, timeout, progress, question or ())
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # what a console cannot show is one "?", and no error
    if as_json:
        print_json(result.to_dict())
    else:
        from amal_attention.checks.show_notebook import print_notebook_check

        print_notebook_check(result)
    raise typer.Exit(0 if result.met else 1)


def release(
    lab: Annotated[list[str], typer.Argument(help="Name of a lab; several may be given.")],
    lang: Annotated[
        list[str] | None, typer.Option(help="A language to release; may be repeated; all of the lab by default.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; name what is out of date, and fail.")] = False,
    solved: Annotated[
        bool, typer.Option("--solved", help="Write the notebook with its answers instead, for after the deadline.")
    ] = False,
    to: Annotated[
        Path | None, typer.Option(help="Folder of the solved notebooks, <to>/<language>/<lab>/<lab>-solved.ipynb.")
    ] = None,
    labs: Labs = None,
    out: Annotated[Path, typer.Option(help="Folder of the releases, <out>/<language>/<lab>.")] = Path("labs"),
) -> None:
    """Make the notebooks that students get from the script of a lab, and check that no answer is in them."""
    from amal_attention.course.release.release import stale_releases, write_release, write_solved
    from amal_attention.lab import Lab

    _refuse_options(solved, check, to)
    found = [Lab.find(name, labs) for name in lab]
    chosen = [(each, [each.check_language(code) for code in lang or each.languages]) for each in found]
    if to is not None:
        typer.echo("\n".join(map(str, write_solved(chosen, to))) or "up to date")
        return
    stale = [path for each, codes in chosen for path in stale_releases(each, codes, out)]  # all are made before any
    if check and stale:
        _refuse_stale(stale, lab, out)
    for each in found:
        if each.after and not check:
            earlier = " and ".join(each.after)
            typer.echo(f"amal: {each.name} shows answers of {earlier}: publish it after the deadline there", err=True)
    written = [path for each, codes in chosen for path in write_release(each, codes, out)]
    typer.echo("\n".join(map(str, written)) or "up to date")


def _refuse_options(solved: bool, check: bool, to: Path | None) -> None:
    """Refuse to guess where answers are to be written, or which of two things is asked for."""
    if solved != (to is not None) or (solved and check):
        given = [name for name, is_there in (("--solved", solved), ("--to", to), ("--check", check)) if is_there]
        raise LabError(
            explain(
                expected="--solved and --to together, the folder for the notebooks with their answers",
                got=" and ".join(given),
                do="give both and no --check, as in --solved --to answers; or neither, to make the students' notebooks",
            )
        )


def _refuse_stale(stale: list[Path], labs: list[str], out: Path) -> None:
    raise LabError(
        explain(
            expected=f"in {out} what amal release writes",
            got=f"out of date, missing or of no release: {', '.join(map(str, stale))}",
            do=f"run amal release {' '.join(labs)} (with the same options), and remove what it does not write",
        )
    )


def new_lab(
    name: Annotated[str, typer.Argument(help="Name of the new lab, for instance tp10_toy.")],
    labs: Labs = None,
) -> None:
    """Write the folder of a new lab, with one question that works, to be made one's own."""
    from amal_attention.course.new_lab import new_lab as write_lab
    from amal_attention.lab import labs_folder

    for path in write_lab(name, labs or labs_folder()):
        typer.echo(path)
    typer.echo(f"now edit it, then: amal release {name}")

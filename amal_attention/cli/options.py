"""Options that several commands have."""

from __future__ import annotations

import os
from datetime import tzinfo
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

__all__ = [
    "AsJson",
    "Configs",
    "DataDir",
    "HiddenSeed",
    "InCourse",
    "Jobs",
    "LabName",
    "Labs",
    "Out",
    "Resume",
    "Seed",
    "ShutIn",
    "Source",
    "Trainers",
    "Tuned",
    "Where",
    "Zone",
    "file_to_write",
    "zone_of",
]


class ShutIn(StrEnum):
    """Where the code of a submission may run."""

    SANDBOX = "sandbox"
    PROCESS = "process"


LabName = Annotated[str, typer.Argument(help="Name of a lab, for instance the folder solutions/<lab>.")]
Source = Annotated[
    str | None, typer.Option("--data", help="Where texts come from, such as sample; the first of the task by default.")
]
DataDir = Annotated[
    Path | None, typer.Option(help="Folder with IMDB (parquet, aclImdb or csv) and GloVe; AMAL_DATA by default.")
]
Tuned = Annotated[bool, typer.Option("--tuned/--frozen", help="Learn pretrained embeddings too, or keep them.")]
Seed = Annotated[int, typer.Option(help="Of initial weights, validation set and order.", min=0, max=2**32 - 1)]
Configs = Annotated[list[Path] | None, typer.Option("--config", help="YAML file of options; may be repeated.")]
Out = Annotated[Path | None, typer.Option(help="Folder to write to; a new one below runs/ by default.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with the interrupted run in --out.")]
Labs = Annotated[Path | None, typer.Option(help="Folder of the labs; AMAL_LABS or solutions/ by default.")]
HiddenSeed = Annotated[
    int | None, typer.Option("--seed", help="Of what hidden tests draw; drawn itself by default.", min=0)
]
Where = Annotated[
    ShutIn, typer.Option("--isolation", help="Where students' code runs; process protects from less than sandbox.")
]
InCourse = Annotated[Path, typer.Option("--course", help="The folder of the course.", show_default="here")]
Zone = Annotated[
    str | None,
    typer.Option(
        "--timezone", envvar="AMAL_TIMEZONE", help="Of times that do not say their zone, such as Europe/Paris."
    ),
]
Jobs = Annotated[int, typer.Option("--jobs", "-j", min=1, help="Processes that grade, side by side.")]
Trainers = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        "-j",
        min=1,
        help="Models that are trained side by side, each in a process with one thread; by default as many as there are "
        "processors. A GPU, or several processes for one model, train one after the other.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON, and nothing else, on standard output.")]


def file_to_write(path: Path | None) -> Path | None:
    """Return ``path``, where a command will write a file, if its folder is there: none is made by a slip of the pen.

    Raises:
        StorageError: there is no such folder, or what stands there is no ordinary file: a folder, or a device that
            a file would take the place of.
    """
    from amal_attention.errors import StorageError, explain

    if path is None or (path.absolute().parent.is_dir() and (path.is_file() or not os.path.lexists(path))):
        return path
    kind = "a folder" if path.is_dir() else "no ordinary file"
    got = f"{kind} of this name" if os.path.lexists(path) else f"no folder {path.absolute().parent}"
    raise StorageError(explain(expected=f"to write to {path}", got=got, do="give a file in a folder that is there"))


def zone_of(name: str | None) -> tzinfo | None:
    """The time zone of this name; None where none is given.

    Raises:
        CourseError: there is no such zone.
    """
    from zoneinfo import ZoneInfo

    from amal_attention.errors import CourseError, explain

    try:
        return ZoneInfo(name) if name else None
    except (ValueError, OSError, KeyError) as error:
        raise CourseError(
            explain(expected="the name of a time zone", got=repr(name), do="write it as in Europe/Paris")
        ) from error

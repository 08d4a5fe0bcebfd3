"""Options that several commands have."""

from __future__ import annotations

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
    "LabName",
    "Labs",
    "Out",
    "Resume",
    "Seed",
    "ShutIn",
    "Source",
    "Tuned",
    "Where",
]


class ShutIn(StrEnum):
    """Where the code of a submission may run."""

    SANDBOX = "sandbox"
    PROCESS = "process"


LabName = Annotated[str, typer.Argument(help="Name of a lab, for instance the folder solutions/<lab>.")]
Source = Annotated[str, typer.Option("--data", help="Where reviews come from: imdb or sample.")]
DataDir = Annotated[
    Path | None, typer.Option(help="Folder with IMDB (parquet, aclImdb or csv) and GloVe; AMAL_DATA by default.")
]
Tuned = Annotated[bool, typer.Option("--tuned/--frozen", help="Learn the embeddings too, or keep them as they are.")]
Seed = Annotated[int, typer.Option(help="Of initial weights, validation set and order.", min=0)]
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
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON, and nothing else, on standard output.")]

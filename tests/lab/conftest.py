"""A lab to read: its folder, its manifest and the names of its recipes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from amal_attention.lab import Lab

MANIFEST = """
title = "Two ways to count"
task = "classification"
uses.entropy = "spread"

[questions]
q2.title = "By hand"
q1.title = "By machine"
q3.title = "Not at all"

[links]
"data.embeddings" = "model.init_args.embeddings"

[sizes]
dim = "model.init_args.width"

[sweep]
question = "q2"
option = "model.init_args.speed"
values = [0.0, 0.5]
"""


@pytest.fixture
def counting(tmp_path: Path) -> Path:
    """The folder of a lab, ``counting``; its parent is that of all labs."""
    folder = tmp_path / "labs" / "counting"
    (folder / "recipes").mkdir(parents=True)
    (folder / "lab.toml").write_text(MANIFEST)
    for name in ("q1", "q1.sample", "q1.long", "q2"):
        (folder / "recipes" / f"{name}.yaml").write_text("")
    return folder


def lab_of(folder: Path) -> Lab:
    return Lab.find(folder.name, folder.parent)


COURSE = """
languages = ["fr", "en"]

[titles]
en = "Two ways"

[points]
"test-q2" = 3
q1 = 0.5

[limits]
cell_seconds = 60
memory_mb = 512.5
"""


def with_course(folder: Path, course: str) -> Lab:
    top, questions = MANIFEST.split("[questions]")
    keys, *tables = re.split(r"^(?=\[)", course, flags=re.MULTILINE)
    (folder / "lab.toml").write_text(f"{top}{keys}\n[questions]{questions}\n{''.join(tables)}")
    return lab_of(folder)

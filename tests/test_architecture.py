"""The house is as docs/architecture.md draws it, and light where it says so."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import amal_attention
from tests.layers import PAGE, redrawn

PACKAGE = Path(amal_attention.__file__).parent
MODULES = {".".join(path.relative_to(PACKAGE).with_suffix("").parts): path for path in PACKAGE.rglob("*.py")}
MOST_FILES = 14
TEXT = PAGE.read_text("utf-8")
WALKS = dict(re.findall(r"^### (A \w+'s way)\n\n((?:\d+\. .*\n(?:   .*\n)*)+)", TEXT, re.MULTILINE))
WITHOUT_TORCH = (
    "amal_attention.outcome",
    "amal_attention.lab",
    "amal_attention.notebook.*",
    "amal_attention.checks",
    "amal_attention.checks.show",
    "amal_attention.course.*",
    "amal_attention.grading.verdict.*",
    "amal_attention.grading.submission.*",
    "amal_attention.grading.pages.*",
    "amal_attention.grading.gradebook.course_rows",  # what `amal export` begins with
)


def test_no_folder_holds_more_than_fourteen_files_of_source():
    folders = [PACKAGE, *(path for path in PACKAGE.rglob("*") if path.is_dir() and path.name != "__pycache__")]
    held = {
        str(folder.relative_to(PACKAGE.parent)): sum(
            each.is_file() and not each.name.startswith("__init__.") for each in folder.iterdir()
        )
        for folder in folders
    }
    assert {folder: files for folder, files in held.items() if files > MOST_FILES} == {}


def test_the_layers_are_drawn_as_they_are_held():
    assert redrawn(TEXT) == TEXT, "python -m tests.layers draws them anew"


@cache
def defined_in(module: str) -> set[str]:
    """The functions, classes and methods of a module."""
    found = set()
    for node in ast.parse(MODULES[module].read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{each.name}" for each in node.body if isinstance(each, ast.FunctionDef)}
    return found


def places_of(name: str) -> list[str]:
    """The modules whose path ends as the name begins, and that define the rest of it."""
    parts = name.split(".")
    splits = [(".".join(parts[:size]), ".".join(parts[size:])) for size in range(1, len(parts))]
    return [
        module
        for end, rest in splits
        for module in MODULES
        if f".{module}".endswith(f".{end}") and rest in defined_in(module)
    ]


@pytest.mark.parametrize("walk", ["A submission's way", "A batch's way"])
def test_a_walk_has_ten_steps_and_each_names_a_function_that_exists_once(walk):
    steps = re.findall(r"^\d+\. .*(?:\n   .*)*", WALKS[walk], re.MULTILINE)
    named = [re.findall(r"`([a-z_]\w*(?:\.\w+)+)`", step) for step in steps]
    assert len(steps) == 10 and all(named)
    assert {name: places_of(name) for step in named for name in step if len(places_of(name)) != 1} == {}


def test_marks_and_pages_need_no_torch():
    wanted = [
        module
        for pattern in WITHOUT_TORCH
        for module in (f"amal_attention.{each}".removesuffix(".__init__") for each in MODULES)
        if module == pattern or (pattern.endswith(".*") and f"{module}.".startswith(pattern[:-1]))
    ]
    assert len(wanted) > 60
    code = (
        "import importlib, sys\n"
        f"for name in {wanted!r}:\n"
        "    importlib.import_module(name)\n"
        "    if 'torch' in sys.modules: sys.exit(f'{name} imports torch')\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=PACKAGE.parent)
    assert (ran.returncode, ran.stderr) == (0, "")

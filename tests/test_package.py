"""What must hold of the package as a whole."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import amal_attention
from amal_attention.course.release.leaks import leaks_in, secrets_of
from amal_attention.course.script.script import read_script
from amal_attention.lab import Lab

ROOT = Path(__file__).parents[1]
LABS = sorted(path.parent.name for path in ROOT.glob("solutions/*/lab.toml"))
MODULES = sorted(
    module.name for module in pkgutil.walk_packages(amal_attention.__path__, "amal_attention.") if module.name
)


def test_there_is_a_lab():
    assert LABS


@pytest.mark.parametrize("lab", LABS)
def test_nothing_in_the_package_names_a_lab(lab):
    naming = [
        str(path)
        for path in ROOT.glob("amal_attention/**/*")
        if path.is_file() and lab in path.read_text("utf-8", "ignore")
    ]
    assert [path for path in naming if "__pycache__" not in path] == []


@pytest.mark.parametrize("name", MODULES)
def test_what_a_module_exports_exists_and_is_documented(name):
    module = importlib.import_module(name)
    assert module.__doc__
    for public in getattr(module, "__all__", []):
        value = getattr(module, public)
        assert not callable(value) or value.__doc__, f"{name}.{public} has no docstring"


# The public names of the command line are its commands, and types of its options.
@pytest.mark.parametrize("name", [name for name in MODULES if not name.startswith("amal_attention.cli")])
def test_public_names_of_a_module_are_those_it_exports(name):
    module = importlib.import_module(name)
    defined = {
        key
        for key, value in vars(module).items()
        if not key.startswith("_") and getattr(value, "__module__", None) == name and callable(value)
    }
    assert defined <= set(getattr(module, "__all__", []))


DATA = (
    "training/report/report.html.j2",
    "course/template/lab.py.j2",
    "grading/pages/templates/dossier.html.j2",
    "language/fr.po",
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> dict[str, bytes]:
    """The files of the wheel that students install."""
    pytest.importorskip("hatchling", reason="building a wheel needs hatchling (pip install '.[dev]')")
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--wheel-dir", str(folder), str(ROOT)], check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_wheel_holds_the_package_alone(wheel):
    assert {f"amal_attention/{name}" for name in DATA} <= set(wheel)
    tops = {name.split("/")[0] for name in wheel}
    assert tops == {"amal_attention", f"amal_attention-{amal_attention.__version__}.dist-info"}


@pytest.mark.parametrize("lab", LABS)
def test_the_wheel_holds_no_answer(wheel, lab):
    found = Lab.find(lab, ROOT / "solutions")
    secrets = secrets_of(found, read_script(found))
    assert len(secrets) > 50
    assert {name: leaks for name, content in wheel.items() if (leaks := leaks_in(content, secrets))} == {}

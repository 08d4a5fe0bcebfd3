"""The set-up cell of a release, run as IPython runs it, and the addresses that may stand in it."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager

from amal_attention.course.release.release import release
from amal_attention.course.script.set_up_cell import check_wheel, set_up_source
from amal_attention.errors import LabError
from amal_attention.language import LANGUAGES

FILE = "amal_attention-0.1.0-py3-none-any.whl"
HASH = "sha256=" + "0a" * 32
ADDRESS = f"https://course.example/lab/{FILE}#{HASH}"


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether the package is there, each time that somebody looks; at last for good."""
    answers: list[bool] = []
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: object() if answers.pop(0) and name == "amal_attention" else None
    )
    return answers


def run(source: str) -> list[tuple[str, str]]:
    """Run a cell; the magics that it called, and what they were given."""
    magics: list[tuple[str, str]] = []

    class Shell:
        def run_line_magic(self, name: str, line: str) -> None:
            magics.append((name, line))

    exec(TransformerManager().transform_cell(source), {"get_ipython": Shell})
    return magics


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("wheel", [None, ADDRESS])
def test_where_the_package_is_there_nothing_is_installed(there, wheel, language):
    there[:] = [True]
    assert run(set_up_source(wheel, language)) == []


def test_where_it_is_missing_it_is_installed_from_the_address_and_from_nowhere_else(there):
    there[:] = [False, True]
    assert run(set_up_source(ADDRESS, "fr")) == [("pip", f'install --quiet "amal-attention @ {ADDRESS}"')]


@pytest.mark.parametrize(("language", "told"), [("en", "ask your course"), ("fr", "demandez l'adresse")])
def test_without_an_address_it_says_what_to_ask_for(there, language, told):
    there[:] = [False]
    source = set_up_source(None, language)
    with pytest.raises(ModuleNotFoundError, match=told):
        run(source)
    assert "%pip install amal" not in source and "get_ipython" not in TransformerManager().transform_cell(source)


@pytest.mark.parametrize(("language", "told"), [("en", "turn Internet on"), ("fr", "activez Internet")])
def test_where_pip_fails_it_says_what_to_try(there, language, told):
    there[:] = [False, False]
    with pytest.raises(ModuleNotFoundError, match=told):
        run(set_up_source(ADDRESS, language))


@pytest.mark.parametrize(
    "address",
    [
        ADDRESS,
        f"https://course.example/{FILE}",
        f"https://127.0.0.1:8080/{FILE}#{HASH}",
        f"http://course.example/~amal/{FILE}#{HASH}",
        f"file:///srv/course/{FILE}#{HASH}",
        "https://course.example/amal_attention-1.2.0rc1+local.3-py3-none-any.whl",
    ],
)
def test_addresses_of_wheels_are_taken_as_they_are(address):
    assert check_wheel(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "amal-attention",
        f"./{FILE}",
        f"https://course.example/{FILE}; touch hurt",
        f"https://course.example/$(touch hurt)/{FILE}",
        f"https://course.example/`touch hurt`/{FILE}",
        f"https://course.example/{{x}}/{FILE}",
        f'https://course.example/{FILE}" --index-url "https://other.example',
        f"https://course.example/{FILE}\n%run hurt",
        f"https://course.example/{FILE}\n",
        f"https://course.example/%PATH%/{FILE}",
        f"https://course.example\\{FILE}",
        f"https://course.example/é/{FILE}",
        f"https://user:secret@course.example/{FILE}",
        f"git+https://course.example/{FILE}",
        f"ftp://course.example/{FILE}#{HASH}",
        f"https:///{FILE}",
        f"file://host/{FILE}#{HASH}",
        f"https://[course/{FILE}",
        "https://course.example/amal-attention-0.1.0.tar.gz",
        "https://course.example/another-0.1.0-py3-none-any.whl",
        "https://course.example/amal_attention-0.1.0-py3-none-any.whl/",
        f"https://course.example/{FILE}#egg=another",
        f"https://course.example/{FILE}#sha256=abc",
        f"https://course.example/{FILE}#{HASH}#{HASH}",
        f"http://course.example/{FILE}",
        f"file:///srv/course/{FILE}",
    ],
)
def test_anything_else_is_refused_in_one_line(refusal, address):
    told = refusal(LabError, lambda: set_up_source(address, "en"))
    assert "wheel" in told and "lab.toml" in told


def test_a_long_address_is_not_told_in_full(refusal):
    assert len(refusal(LabError, lambda: check_wheel("x" * 10**6))) < 1000


def set_up(lab: Any, language: str) -> str:
    cells = nbformat.reads(release(lab, language).decode(), 4).cells
    (cell,) = (each for each in cells if "set-up" in each.metadata.get("tags", []))
    assert "raises-exception" in cell.metadata.tags  # the rest of the notebook can be read and run all the same
    return str(cell.source)


CELL = '# %% tags=["active-ipynb", "raises-exception", "set-up"]\n# # written by the release\n\n'


def test_the_release_of_a_lab_holds_the_address_of_its_manifest(toy):
    toy.change("# %%\nimport math", f"{CELL}# %%\nimport math")
    without = release(toy.lab, "en")
    assert set_up(toy.lab, "fr") == set_up_source(None, "fr")
    toy.manifest('title = "Counting"', f'title = "Counting"\nwheel = "{ADDRESS}"')
    assert set_up(toy.lab, "en") == set_up_source(ADDRESS, "en")
    digests = [nbformat.reads(raw.decode(), 4).metadata.amal.digest for raw in (without, release(toy.lab, "en"))]
    assert digests[0] != digests[1]


def test_a_lab_without_such_a_cell_is_released_as_before(toy):
    before = [cell.source for cell in nbformat.reads(release(toy.lab, "en").decode(), 4).cells]
    toy.manifest('title = "Counting"', f'title = "Counting"\nwheel = "{ADDRESS}"')
    assert [cell.source for cell in nbformat.reads(release(toy.lab, "en").decode(), 4).cells] == before


# pip itself, told what the cell tells it


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of the package's name, of one file."""
    path = tmp_path_factory.mktemp("wheels") / FILE
    about = "amal_attention-0.1.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("amal_attention/__init__.py", "installed = True")
        archive.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: amal-attention\nVersion: 0.1.0\n")
        archive.writestr(
            f"{about}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{about}/RECORD", "")
    return path


def installed(address: str, target: Path) -> subprocess.CompletedProcess[str]:
    found = re.search(r'"(amal-attention @ .*)"', set_up_source(address, "en"))
    assert found is not None
    command = [sys.executable, "-m", "pip", "install", "--no-index", "--no-deps", "--target", str(target), found[1]]
    return subprocess.run(command, capture_output=True, text=True)


def test_pip_installs_from_such_an_address_a_file_with_that_hash(wheel, tmp_path):
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    ran = installed(f"file://{wheel}#sha256={digest}", tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "amal_attention" / "__init__.py").read_text() == "installed = True"


def test_pip_installs_no_file_with_another_hash(wheel, tmp_path):
    ran = installed(f"file://{wheel}#{HASH}", tmp_path)
    assert ran.returncode != 0 and "HASH" in ran.stderr.upper()
    assert not (tmp_path / "amal_attention").exists()

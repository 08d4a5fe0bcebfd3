"""Whatever is wrong with an option or a file of any command is one clear error, and leaves everything as it was.

No command here comes as far as torch, so that a hundred of them cost seconds.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from amal_attention.cli import app, main
from tests.course.conftest import write_toy

pytestmark = pytest.mark.long

pytest.importorskip("nbgrader", reason="needs nbgrader (pip install '.[grade]')")


def zip_of_nothing(path: Path) -> None:
    with zipfile.ZipFile(path, "w"):
        pass


FILES: dict[str, Callable[[Path], object]] = {
    "missing": lambda path: None,
    "empty": lambda path: path.write_bytes(b""),
    "folder": lambda path: path.mkdir(),
    "binary": lambda path: path.write_bytes(bytes(range(256)) * 40),
    "latin": lambda path: path.write_bytes("caf\xe9: [".encode("latin-1")),
    "huge": lambda path: path.write_bytes(b"[" * 300_000),
    "closed": lambda path: (path.touch(), path.chmod(0)),  # to root it is empty
    "list": lambda path: path.write_bytes(b"[1, 2]"),
    "name of 5,000 letters": lambda path: None,
    "link to itself": lambda path: path.symlink_to(path.name),
    "zip": zip_of_nothing,
}
"""What may stand where a file was meant."""

READ = {
    "train toy q1 --config FILE": (),
    "compare toy --config FILE": (),
    "train toy q1 --labs FILE": (),
    "demo --labs FILE": (),
    "attend model.ckpt --file FILE": ("list", "empty", "huge", "closed"),  # texts like any other, read by a model
    "check FILE": (),
    "release toy --labs FILE": (),
    "new-lab other --labs FILE": ("missing", "folder"),  # made where it is missing
    "course FILE toy": ("missing", "folder"),  # made where it is missing
    "course new toy --roster FILE": (),
    "due toy --course FILE": (),
    "extend ada 2h --course FILE": (),
    "merge ada bob --course FILE": (),
    "collect FILE toy --course course": ("folder", "zip"),  # nobody handed in
    "collect handed toy --course course --roster FILE": (),
    "collect handed toy --course course --worksheet FILE": (),
    "grade toy FILE --labs FILE": (),
    "grade toy --course FILE": (),
    "adjust toy --course FILE": (),
    "show ada toy --course FILE": (),
    "feedback toy --course FILE": (),
    "summary toy --course FILE": (),
    "export toy --out new.csv --course FILE": (),
    "export toy --out new.csv --to moodle --course course --worksheet FILE": (),
    "mutants toy --labs FILE": (),
}
"""The commands with a file that they read, and the files that are right for them."""

WRITTEN = (
    "attend model.ckpt text --html FILE",
    "export toy --course course --out FILE",
    "export toy --course course --to moodle --worksheet sheet.csv --out new.csv --feedback FILE",
    "show ada toy --course course --html FILE",
)
"""The commands with a file that they write."""

VALUES = (
    "release toy --out sheet.csv",
    "train toy q1 --out sheet.csv --config sheet.csv",
    "train toy q9",
    "train toy q1 --seed x",
    "train toy q1 --seed -1",
    "train toy q1 --seed 99999999999",
    "train toy q1 --resume",
    "compare toy --resume",
    "compare toy --question q9",
    "attend model.ckpt text --file other.txt",
    "check book.ipynb --timeout 0",
    "check book.ipynb --timeout 1e9",
    "release toy --lang xx",
    "release ../toy",
    "new-lab Other",
    "new-lab ../other",
    "new-lab toy",
    "course new nolab",
    "course new toy --lang xx",
    "course new toy --without q9",
    "course new toy --total -3",
    "course new toy --total nan",
    "course new toy --total 0",
    "course new toy --total 1e400",
    "course new toy --whole --total 3",
    "due toy tomorrow --course course",
    "due nolab 2026-11-20 --course course",
    "due toy 2026-99-99 --course course",
    "due toy 2026-11-20 --timezone Mars/Olympus --course course",
    "due toy 99999-01-01 --course course",
    "extend nobody 2h --course course",
    "extend ada soon --course course",
    "extend ada 99999999999999999d --course course",
    "extend ada -- -2h --course course",
    "extend ada 2h nolab --course course",
    "merge ada ada --course course",
    "merge ada nobody --course course",
    "merge ../ada ada --course course",
    "collect handed nolab --course course",
    "collect handed toy --course course --times never",
    "collect handed toy --course course --pattern (",
    "collect handed toy --course course --pattern (?P<wrong>.*)",
    "collect handed toy --course course --timezone Nowhere",
    "grade nolab --course course",
    "grade toy --course course --student nobody",
    "grade toy --course course --question q9",
    "grade toy --course course --jobs 0",
    "grade toy --course course --jobs many",
    "grade toy --course course --seed -1",
    "grade toy --course course --isolation nowhere",
    "grade toy --course course --scheduler tls://nowhere",
    "adjust toy --course course --drop test_nothing",
    "adjust toy --course course --points test_many=much",
    "adjust toy --course course --points test_many=-1",
    "adjust toy --course course --undo",
    "adjust toy --course course --undo --drop test_many",
    "show nobody toy --course course",
    "show ../ada toy --course course",
    "feedback toy --course course --student nobody",
    "feedback nolab --course course",
    "summary nolab --course course",
    "export nolab --out new.csv --course course",
    "export toy --out new.csv --to nobody --course course",
    "export toy --out new.csv --to moodle --course course",
    "export toy --out new.csv --feedback pages.zip --course course",
    "mutants nolab",
    "mutants toy --seeds 0",
    "mutants toy --question q9",
    "mutants toy --jobs 0",
    "doctor --nothing",
    "nothing",
)
"""Values that no option takes."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a lab, a course of one student, and what was handed in."""
    folder = tmp_path_factory.mktemp("made")
    write_toy(folder / "labs" / "toy")
    (folder / "roster.csv").write_text("id,first_name,last_name,email\nada,Ada,L,\n")
    (folder / "handed").mkdir()
    (folder / "sheet.csv").write_text("Identifier,Full name,Grade,Maximum Grade\nParticipant 1,Ada L,,3\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AMAL_LABS", str(folder / "labs"))
        patch.chdir(folder)
        patch.setattr(sys, "argv", "amal course course toy --roster roster.csv".split())
        with pytest.raises(SystemExit) as ended:
            main()
        assert not ended.value.code
    return folder


@pytest.fixture
def refused(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]):
    """Run a command that must be refused, in a copy of what was made: one clear error, and nothing is changed."""
    here = tmp_path / "here"
    shutil.copytree(made, here)
    monkeypatch.setenv("AMAL_LABS", str(here / "labs"))
    monkeypatch.chdir(here)

    def run(command: str, file: str = "") -> None:
        before = content(here)
        monkeypatch.setattr(sys, "argv", ["amal", *(file if word == "FILE" else word for word in command.split())])
        with pytest.raises(SystemExit) as ended:
            main()
        output, errors = capfd.readouterr()
        assert ended.value.code in (1, 2), output
        assert output == "" and "Traceback" not in errors
        told = errors.strip().splitlines()
        assert told[-1].startswith("amal: ") if ended.value.code == 1 else "Error: " in errors, errors
        assert len(told) == 1 or ended.value.code == 2, errors
        assert content(here) == before

    return run


def content(folder: Path) -> dict[str, bytes | None]:
    """Every file and folder; SQLite's own files beside a gradebook come and go."""
    paths = [Path(place, name) for place, folders, files in os.walk(folder) for name in (*folders, *files)]
    return {
        str(path): path.read_bytes() if path.is_file() and os.access(path, os.R_OK) else None
        for path in paths
        if not path.name.endswith(("-shm", "-wal", ".lock"))
    }


@pytest.mark.parametrize(
    ("command", "kind"), [(command, kind) for command, right in READ.items() for kind in FILES if kind not in right]
)
def test_a_file_that_is_none_for_the_command_is_refused(refused, command, kind):
    file = "x" * 5000 if kind.startswith("name") else "hostile"
    FILES[kind](Path(file))
    refused(command, file)


@pytest.mark.parametrize("place", ["folder", "missing folder/file", "sheet.csv/file", "pipe", "loop"])
@pytest.mark.parametrize("command", WRITTEN)
def test_a_place_where_no_file_can_be_written_is_refused(refused, command, place):
    Path("folder").mkdir()
    os.mkfifo("pipe")
    Path("loop").symlink_to("loop")
    refused(command, place)


@pytest.mark.parametrize("command", VALUES)
def test_a_value_that_the_option_does_not_take_is_refused(refused, command):
    refused(command)


def test_every_command_stands_in_a_case():
    names = {command.name or command.callback.__name__ for command in app.registered_commands}
    assert {case.split()[0] for case in (*READ, *WRITTEN, *VALUES)} - {"nothing"} == names


@pytest.mark.parametrize("command", ["grade toy handed", "mutants toy --cpu"])
def test_without_the_tools_of_the_course_the_error_says_how_to_install_them(made, command):
    code = (
        "import sys; sys.argv = ['amal', *sys.argv[1:]]\n"
        "sys.modules.update(dict.fromkeys(['nbgrader', 'nh3', 'jupytext', 'regex', 'distributed', 'pytest']))\n"
        "from amal_attention.cli import main; main()"
    )
    given = [sys.executable, "-c", code, *command.split()]
    ended = subprocess.run(given, cwd=made, env=os.environ | {"AMAL_LABS": "labs"}, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("amal: ") and ended.stderr.count("\n") == 1
    assert ended.stderr.endswith("pip install 'amal-attention[grade]'\n")

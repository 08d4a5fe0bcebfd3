"""A release is what students of a language get: cleared, the same each time, and written only when all is right."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import types

import nbformat
import pytest

from amal_attention.course.release import release as module
from amal_attention.course.release.release import release, release_path, stale_releases, write_release
from amal_attention.errors import LabError, StorageError


def cells(toy, language):
    notebook = nbformat.reads(release(toy.lab, language).decode(), as_version=4)
    return {cell.id: cell for cell in notebook.cells}


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_students_get_what_is_in_their_language_and_nothing_that_was_removed(toy):
    english, french = cells(toy, "en"), cells(toy, "fr")
    assert list(english) == ["en-0", "en-1", "q1-count", "test-q1-count", "en-4", "q1-observe", "en-6"]
    assert list(french) == ["fr-0", "fr-1", "q1-count", "test-q1-count", "q1-observe", "fr-5"]
    assert english["q1-count"].source.endswith(
        '        """The number of items, in steps."""\n'
        "        # YOUR CODE HERE\n"
        '        raise NotImplementedError("to do: write your code here")'
    )
    assert french["q1-count"].source.endswith(
        '        # VOTRE CODE ICI\n        raise NotImplementedError("à faire : écrivez votre code ici")'
    )
    assert english["test-q1-count"].source == french["test-q1-count"].source == "assert Counter().count([4, 5]) == 2"
    assert english["q1-observe"].source == "What do you see?"
    assert french["q1-observe"].source == "Que voyez-vous ?"


def test_a_cleared_class_still_runs_and_says_what_to_do(toy):
    space = types.ModuleType("student")
    for name, cell in cells(toy, "fr").items():
        if cell.cell_type == "code" and not name.startswith("test-"):
            exec(cell.source, vars(space))
    counter = space.Counter(step=3)
    assert counter.step == 3
    with pytest.raises(NotImplementedError, match="à faire : écrivez votre code ici"):
        counter.count([1])


def test_graded_cells_are_locked_as_nbgrader_does(toy):
    english = cells(toy, "en")
    assert english["test-q1-count"].metadata.editable is False
    assert english["q1-observe"].metadata.editable is False
    assert "editable" not in english["q1-count"].metadata and english["q1-count"].metadata.deletable is False
    assert len(english["q1-count"].metadata.nbgrader.checksum) == 32


def test_the_notebook_says_what_it_is_a_release_of(toy):
    english, french = (nbformat.reads(release(toy.lab, code).decode(), as_version=4).metadata for code in ("en", "fr"))
    assert (english.title, french.title) == ("Counting", "Compter")
    assert {**english.amal, "digest": ""} == {"lab": "toy", "language": "en", "digest": ""}
    assert {**french.amal, "digest": ""} == {"lab": "toy", "language": "fr", "digest": ""}
    assert english.amal.digest == french.amal.digest and len(english.amal.digest) == 16
    assert set(english) == {"amal", "kernelspec", "language_info", "title"}


@pytest.mark.parametrize("change", ["script", "points", "titles", "limits"])
def test_the_digest_changes_with_what_it_is_made_of(toy, change):
    def digest():
        return nbformat.reads(release(toy.lab, "en").decode(), as_version=4).metadata.amal.digest

    before = digest()
    if change == "script":
        toy.change("every item weighs the same", "every item weighs alike")
    elif change == "points":
        toy.manifest('"q1-observe" = 1.5', '"q1-observe" = 2')
        text = toy.script.read_text("utf-8")
        toy.script.write_text(text.replace('"points": 1.5', '"points": 2'), "utf-8")
    elif change == "titles":
        toy.manifest('fr = "Compter"', 'fr = "Comptons"')
    else:
        toy.manifest("[points]", "[limits]\ncell_seconds = 3\n[points]")
    assert digest() != before


def test_the_file_is_a_valid_notebook_in_the_current_format(toy):
    content = release(toy.lab, "fr").decode()
    notebook = nbformat.reads(content, as_version=4)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert content.endswith("}\n") and not content.endswith("\n\n")
    assert "écrivez" in content


def test_a_notebook_that_is_not_valid_is_told(toy, refusal, monkeypatch):
    monkeypatch.setattr(module, "cleared", lambda notebook, language: notebook)
    monkeypatch.setattr(module, "leak_problems", lambda *arguments: [])
    monkeypatch.setattr(module, "_digest", lambda *arguments: "x")
    made = module.notebook_of

    def broken(script, language):
        notebook = made(script, language)
        notebook.cells[0].id = "not an id!"
        return notebook

    monkeypatch.setattr(module, "notebook_of", broken)
    assert "the format of Jupyter" in refusal(LabError, lambda: release(toy.lab, "en"))


def test_two_processes_make_the_same_bytes(toy, tmp_path):
    code = (
        "import sys; from pathlib import Path; from amal_attention.lab import Lab\n"
        "from amal_attention.course.release.release import release\n"
        "sys.stdout.buffer.write(release(Lab.find('toy', Path(sys.argv[1])), 'fr'))"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(toy.folder.parent)],
            env={**os.environ, "PYTHONHASHSEED": seed, "HOME": str(tmp_path / seed), "LANG": lang},
            stdout=subprocess.PIPE,
        )
        for seed, lang in [("1", "C"), ("2", "fr_FR.UTF-8")]
    ]
    outputs = [process.communicate()[0] for process in running]
    assert outputs[0] == outputs[1] == release(toy.lab, "fr") != b""


def test_releases_are_written_below_their_language(toy, tmp_path):
    out = tmp_path / "labs"
    written = write_release(toy.lab, ["en", "fr"], out)
    assert written == [out / "en/toy/toy.ipynb", out / "fr/toy/toy.ipynb"]
    assert written == [release_path(toy.lab, language, out) for language in ("en", "fr")]
    assert files(out) == {f"{language}/toy/toy.ipynb": release(toy.lab, language) for language in ("en", "fr")}


def test_what_is_up_to_date_is_not_written_again(toy, tmp_path):
    write_release(toy.lab, ["en", "fr"], tmp_path)
    path = release_path(toy.lab, "fr", tmp_path)
    before = path.stat()
    assert write_release(toy.lab, ["en", "fr"], tmp_path) == []
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    path.write_text("changed")
    assert write_release(toy.lab, ["en", "fr"], tmp_path) == [path]
    assert path.read_bytes() == release(toy.lab, "fr")


def test_what_is_missing_or_different_is_stale(toy, tmp_path):
    english, french = (release_path(toy.lab, language, tmp_path) for language in ("en", "fr"))
    assert stale_releases(toy.lab, ["en", "fr"], tmp_path) == [english, french]
    write_release(toy.lab, ["en"], tmp_path)
    assert stale_releases(toy.lab, ["en", "fr"], tmp_path) == [french]
    write_release(toy.lab, ["fr"], tmp_path)
    assert stale_releases(toy.lab, ["en", "fr"], tmp_path) == []
    toy.change("What do you see?", "What do you see here?")
    assert stale_releases(toy.lab, ["en", "fr"], tmp_path) == [english, french]


def test_a_release_changed_by_hand_is_stale(toy, tmp_path):
    (path,) = write_release(toy.lab, ["en"], tmp_path)
    path.write_bytes(path.read_bytes() + b"\n")
    assert stale_releases(toy.lab, ["en"], tmp_path) == [path]


def test_files_that_no_release_writes_are_stale(toy, tmp_path):
    write_release(toy.lab, ["en", "fr"], tmp_path)
    strays = ["en/toy/answers.py", "en/toy/deep/.hidden/x"]
    for name in [*strays, "fr/toy/notes.txt", "en/other/other.ipynb", "en/README.md"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    found = [path.relative_to(tmp_path).as_posix() for path in stale_releases(toy.lab, ["en"], tmp_path)]
    assert sorted(found) == sorted(strays)


def test_a_release_in_a_language_that_was_given_up_is_stale(toy, tmp_path):
    (path,) = write_release(toy.lab, ["fr"], tmp_path)
    toy.manifest('languages = ["en", "fr"]\n\n[titles]\nfr = "Compter"', "")
    text = toy.script.read_text("utf-8")
    toy.script.write_text(re.sub(r'# %%.*lang="fr"[^%]*(?=# %%)', "", text), "utf-8")
    write_release(toy.lab, ["en"], tmp_path)
    assert stale_releases(toy.lab, ["en"], tmp_path) == [path]


def test_nothing_is_written_where_one_language_fails(toy, tmp_path, problems):
    out = tmp_path / "labs"
    toy.change("votre réponse*", "votre réponse*\n# Voir solutions/toy.")
    toy.change("# %% [markdown]\n# *Your", '# %% [markdown] lang="fr"\n# *Your')
    assert release(toy.lab, "en")
    told = problems(lambda: write_release(toy.lab, ["en", "fr"], out))
    assert told == [
        f"toy.py:{toy.line('votre réponse') - 1}: in cell 6 (fr-5) of 'fr': "
        "'solutions/', a folder that students do not have"
    ]
    assert not out.exists()


def test_a_folder_that_cannot_be_written_is_told(toy, tmp_path, refusal):
    (tmp_path / "en").write_text("a file")
    assert "en" in refusal(StorageError, lambda: write_release(toy.lab, ["en"], tmp_path))


def test_a_language_that_the_lab_is_not_in_is_told(toy, refusal):
    assert "(en, fr); got 'de'" in refusal(LabError, lambda: release(toy.lab, "de"))


def test_a_title_in_one_language_holds_for_the_others(toy):
    toy.manifest('[titles]\nfr = "Compter"\n', "")
    assert nbformat.reads(release(toy.lab, "fr").decode(), as_version=4).metadata.title == "Counting"


def test_a_secret_in_a_title_is_told(toy, problems):
    toy.manifest('fr = "Compter"', 'fr = "return total // base"')
    assert "in the notebook's metadata" in problems(lambda: release(toy.lab, "fr"))[0]


def test_a_leak_of_the_way_it_is_made_is_caught(toy, problems, monkeypatch):
    monkeypatch.setattr(module, "cleared", lambda notebook, language: notebook)
    told = problems(lambda: release(toy.lab, "en"))
    solution = toy.line("        return total // base")
    assert any(f"'return total // base', a line of a solution (toy.py:{solution})" in line for line in told)
    assert any("the words of a marker" in line for line in told)
    assert any("a line of a hidden test" in line for line in told)
    assert any("a line of a mark scheme" in line for line in told)

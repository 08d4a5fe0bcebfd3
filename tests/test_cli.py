"""The command line as a user meets it: what it prints, where, and how it ends."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from amal_attention.cli import main, shown
from tests.course.conftest import Toy, write_toy
from tests.notebook.notebooks import answer, code, examination, shows, write
from tests.processes import HANGS, ended
from tests.training.conftest import write_lab

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[1]
QUICK = ["--data", "sample", "--trainer.max_epochs", "1"]


@pytest.fixture(scope="module")
def labs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli-labs")
    write_lab(folder, "tiny")
    return folder


@pytest.fixture(autouse=True)
def environment(
    labs: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    monkeypatch.setenv("AMAL_CACHE", str(tmp_path_factory.getbasetemp().parent / "shared-cache"))
    monkeypatch.setenv("AMAL_LABS", str(labs))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def amal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Run a command; gives exit status, standard output and standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["amal", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        output, errors = capsys.readouterr()
        return int(ended.value.code or 0), output, errors

    return run


@pytest.fixture(scope="module")
def checkpoint(labs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model trained by the command itself."""
    folder = tmp_path_factory.mktemp("trained")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AMAL_CACHE", str(tmp_path_factory.getbasetemp().parent / "shared-cache"))
        patch.setattr(
            sys, "argv", ["amal", "train", "tiny", "sharp", *QUICK, "--labs", str(labs), "--out", str(folder)]
        )
        with pytest.raises(SystemExit):
            main()
    return folder / "checkpoints" / "best.ckpt"


def test_train_prints_a_table_and_where_the_model_is(amal, tmp_path):
    status, output, _ = amal("train", "tiny", "sharp", *QUICK, "--out", "here")
    assert status == 0
    assert "sharp: some words more" in output
    assert "here/checkpoints/best.ckpt" in output


def test_train_as_json_prints_the_record_and_nothing_else(amal):
    status, output, _ = amal("train", "tiny", "sharp", *QUICK, "--out", "here", "--json")
    assert status == 0
    assert json.loads(output)["question"] == "sharp"


def test_without_out_each_run_gets_a_folder_below_runs(amal, tmp_path):
    amal("train", "tiny", "sharp", *QUICK)
    (folder,) = (tmp_path / "runs").iterdir()
    assert folder.name.startswith("tiny-sharp-sample-frozen-")


def test_options_of_the_recipe_reach_the_training(amal):
    _, output, _ = amal("train", "tiny", "sharp", "--data", "sample", "--trainer.max_epochs=3", "--out", "a", "--json")
    assert json.loads(output)["epochs"] == 3


def test_compare_writes_a_report_and_prints_all_questions(amal, tmp_path):
    status, output, errors = amal("compare", "tiny", *QUICK, "--out", "both", "--no-sweep", "--jobs", "2")
    assert status == 0
    assert "2/2 trained: " in errors
    assert "every word alike" in output and "some words more" in output
    assert (tmp_path / "both" / "report.html").is_file()


def test_compare_as_json_says_where_the_report_is(amal, tmp_path):
    _, output, _ = amal("compare", "tiny", *QUICK, "--question", "even", "--out", "one", "--json", "--jobs", "1")
    result = json.loads(output)
    assert [record["question"] for record in result["records"]] == ["even"]
    assert Path(result["report"]).is_file()


def test_compare_with_faithfulness_gives_tau_over_200_reviews(amal):
    _, output, _ = amal(
        "compare", "tiny", *QUICK, "--question", "sharp", "--no-sweep", "--faithfulness", "--out", "f", "--json"
    )
    assert json.loads(output)["records"][0]["metrics"]["faithfulness_reviews"][0] == 200


def test_attend_shows_the_words_and_the_prediction(amal, checkpoint):
    status, output, _ = amal("attend", str(checkpoint), "A film, not tender.")
    assert status == 0
    assert "a film, not tender." in output
    assert "with probability" in output


def test_attend_reads_a_file(amal, checkpoint, tmp_path):
    (tmp_path / "review.txt").write_text("The plot was dull.")
    _, output, _ = amal("attend", str(checkpoint), "--file", "review.txt", "--json")
    assert json.loads(output)["tokens"] == ["the", "plot", "was", "dull", "."]


def test_attend_reads_standard_input(amal, checkpoint, monkeypatch):
    import io

    monkeypatch.setattr(sys, "stdin", io.StringIO("a film"))
    _, output, _ = amal("attend", str(checkpoint), "--json")
    assert json.loads(output)["tokens"] == ["a", "film"]


def test_attend_shows_weights_where_there_are_no_colours(amal, checkpoint):
    _, output, _ = amal("attend", str(checkpoint), "A film, not tender.", "--json")
    reading = json.loads(output)
    weight, word = max(zip(reading["weights"], reading["tokens"], strict=True))
    _, output, _ = amal("attend", str(checkpoint), "A film, not tender.")
    assert f"most attended: {word} {weight:.3f}, " in output


def test_attend_colours_words_by_a_function_of_the_lab_beside_attention(amal, checkpoint, tmp_path):
    asked = ("attend", str(checkpoint), "A film, not tender.", "--against", "attention,evenly")
    status, output, _ = amal(*asked, "--html", "page.html")
    assert status == 0 and output.count("a film, not tender.") == 2 and "evenly" in output
    assert (tmp_path / "page.html").read_text("utf-8").count('class="words"') == 2
    reading = json.loads(amal(*asked, "--json")[1])
    assert reading["against"]["attention"] == reading["weights"]
    assert sum(reading["against"]["evenly"]) == pytest.approx(1)


def test_attend_names_the_functions_there_are(amal, checkpoint):
    status, output, errors = amal("attend", str(checkpoint), "A film", "--against", "sensitivty")
    assert status and not output and "(attention, evenly" in errors and "Traceback" not in errors


def test_attend_says_which_words_the_model_does_not_know(amal, checkpoint):
    status, output, errors = amal("attend", str(checkpoint), "A xylograph film.")
    assert status == 0
    assert "not in the vocabulary: xylograph" in output and "none of these words" not in errors


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_attend_says_where_the_model_knows_no_word(amal, checkpoint, more):
    status, _, errors = amal("attend", str(checkpoint), "xylograph zyzzyva", *more)
    assert status == 0
    assert errors.strip().endswith("the model knows none of these words: what it says does not hang on them")


def test_attend_writes_a_page(amal, checkpoint, tmp_path):
    amal("attend", str(checkpoint), "a film", "--html", "page.html")
    assert "film" in (tmp_path / "page.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["train", "nolab", "q"], "got 'nolab'; name one of these"),
        (["train", "../tiny", "sharp"], r"got '../tiny'"),
        (["train", "tiny", "q9", "--data", "sample"], "(even, sharp); got 'q9'"),
        (["train", "tiny", "sharp", "--data", "nowhere"], "imdb, sample; got 'nowhere'"),
        (["train", "tiny", "sharp", "--data-dir", "nofolder"], "nofolder, which is none"),
        (["train", "tiny", "sharp", *QUICK, "--model.nope", "3"], "'nope' is not accepted"),
        (["train", "tiny", "sharp", *QUICK, "--config", "no.yaml"], "no.yaml, which is none"),
        (["train", "tiny", "sharp", *QUICK, "--data.vectors", "no.txt"], "no.txt, which is none"),
        (["train", "tiny", "sharp", *QUICK, "--trainer.accelerator", "tpu"], "recipe knows; got "),
        (
            ["train", "tiny", "sharp", *QUICK, "--trainer.max_epochs", "-3"],
            "`max_epochs` must be a non-negative integer",
        ),
        (["train", "tiny", "sharp", *QUICK, "--trainer.max_epochs", "0"], "trainer.max_epochs of 1 or more"),
        (["train", "tiny", "sharp", *QUICK, "--seed_everything", "-1"], "got -1 is not in bounds"),
        (["train", "tiny", "sharp", *QUICK, "--model.lr", "-1"], "Invalid learning rate: -1.0 (tiny.py, line 53)"),
        (["train", "tiny", "sharp", *QUICK, "--trainer.check_val_every_n_epoch", "0"], "n_epoch of 1 or more; got 0"),
        (["compare", "tiny", "--question", "q9"], "got 'q9'"),
        (["attend", "no.ckpt", "text"], "no.ckpt; got no such file"),
        (["attend", "no.ckpt", "text", "--file", "x"], "got both"),
        (["attend", "no.ckpt", "--file", "no.txt"], "expected a text in UTF-8"),
        (["check", "no.ipynb"], "no.ipynb; got No such file or directory; give the path"),
        (["check", "."], "got it is a folder"),
    ],
)
def test_bad_input_is_one_line_on_standard_error_and_a_status(amal, arguments, told, tmp_path):
    status, output, errors = amal(*arguments)
    assert status == 1
    assert output == ""
    last = errors.strip().splitlines()[-1]
    assert last.startswith("amal: ") and told in last
    assert "Traceback" not in errors
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def course(tmp_path_factory: pytest.TempPathFactory) -> Toy:
    """A lab with a script, which can be released."""
    return write_toy(tmp_path_factory.mktemp("course") / "solved" / "toy")


def test_release_prints_what_it_wrote_then_that_it_is_up_to_date(amal, course, tmp_path):
    given = ["release", "toy", "--labs", str(course.folder.parent)]
    assert amal(*given) == (0, "labs/en/toy/toy.ipynb\nlabs/fr/toy/toy.ipynb\n", "")
    assert amal(*given) == (0, "up to date\n", "")
    assert amal(*given, "--check") == (0, "up to date\n", "")
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["toy.ipynb"] * 2


def test_release_of_some_languages_to_another_folder(amal, course, tmp_path):
    given = ["release", "toy", "--labs", str(course.folder.parent), "--out", "out", "--lang", "fr"]
    assert amal(*given) == (0, "out/fr/toy/toy.ipynb\n", "")
    assert amal(*given, "--lang", "en") == (0, "out/en/toy/toy.ipynb\n", "")


def test_release_of_several_labs_writes_all_of_them_or_none(amal, course, tmp_path):
    other = write_toy(course.folder.parent / "toy2")
    given = ["release", "toy", "toy2", "--labs", str(course.folder.parent), "--lang", "en"]
    other.change("### END SOLUTION", "### END SOLUTIONS")
    status, output, errors = amal(*given)
    assert (status, output) == (1, "") and f"toy2.py:{other.line('### END SOLUTIONS')}: " in errors
    assert list(tmp_path.iterdir()) == []
    other.change("### END SOLUTIONS", "### END SOLUTION")
    assert amal(*given) == (0, "labs/en/toy/toy.ipynb\nlabs/en/toy2/toy2.ipynb\n", "")


def test_release_of_a_lab_that_shows_answers_of_another_warns(amal, tmp_path):
    lab = write_toy(tmp_path / "solved" / "toy")
    manifest = lab.folder / "lab.toml"
    manifest.write_text(f'after = ["tp1"]\n{manifest.read_text()}')
    status, _, errors = amal("release", "toy", "--labs", str(lab.folder.parent), "--lang", "en")
    assert status == 0 and errors == "amal: toy shows answers of tp1: publish it after the deadline there\n"


def test_release_check_names_what_is_stale_and_what_to_run_and_writes_nothing(amal, course, tmp_path):
    given = ["release", "toy", "--labs", str(course.folder.parent)]
    status, output, errors = amal(*given, "--check")
    assert (status, output) == (1, "")
    assert "labs/en/toy/toy.ipynb, labs/fr/toy/toy.ipynb; run amal release toy (" in errors
    assert list(tmp_path.iterdir()) == []


def test_release_solved_writes_the_answers_where_it_is_told(amal, course, tmp_path):
    given = ["release", "toy", "--labs", str(course.folder.parent), "--solved", "--to", "answers", "--lang", "fr"]
    assert amal(*given) == (0, "answers/fr/toy/toy-solved.ipynb\n", "")
    assert "return total // base" in (tmp_path / "answers/fr/toy/toy-solved.ipynb").read_text("utf-8")
    assert not (tmp_path / "labs").exists()
    assert amal(*given) == (0, "up to date\n", "")


@pytest.mark.parametrize(
    ("options", "got"),
    [
        (["--solved"], "got --solved;"),
        (["--to", "answers"], "got --to;"),
        (["--solved", "--check", "--to", "answers"], "got --solved and --to and --check;"),
        (["--check", "--to", "answers"], "got --to and --check;"),
    ],
)
def test_release_does_not_guess_where_answers_go(amal, course, tmp_path, options, got):
    before = sorted(tmp_path.rglob("*"))
    status, output, errors = amal("release", "toy", "--labs", str(course.folder.parent), *options)
    assert (status, output) == (1, "") and got in errors and errors.count("\n") == 1
    assert sorted(tmp_path.rglob("*")) == before


def test_release_solved_of_several_labs_writes_all_of_them_or_none(amal, course, tmp_path):
    write_toy(course.folder.parent / "toy2").manifest('q1-observe" = 1.5', 'q1-observe" = 2')
    given = ["release", "toy", "toy2", "--labs", str(course.folder.parent), "--solved", "--to", "answers"]
    status, output, errors = amal(*given)
    assert status == 1 and output == "" and "points" in errors
    assert not (tmp_path / "answers").exists()


@pytest.mark.parametrize("name", ["../toy", "/etc", "toy/../toy", "toy\n", ".", "", "Toy", "toy;ls", "-toy", "тoy"])
def test_release_of_a_hostile_name_is_refused(amal, course, tmp_path, name):
    status, output, errors = amal("release", "--labs", str(course.folder.parent), "--", name)
    assert (status, output) == (1, "")
    assert errors.startswith("amal: ") and "name one of these" in errors
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("language", ["de", "../en", "", "EN"])
def test_release_in_a_language_that_the_lab_is_not_in_is_refused(amal, course, tmp_path, language):
    status, output, errors = amal("release", "toy", "--labs", str(course.folder.parent), "--lang", language)
    assert (status, output) == (1, "") and f"got {language!r}" in errors
    assert list(tmp_path.iterdir()) == []


def test_release_without_the_tools_of_the_course_says_how_to_install_them(amal, course, monkeypatch):
    monkeypatch.setitem(sys.modules, "nbgrader", None)
    status, _, errors = amal("release", "toy", "--labs", str(course.folder.parent))
    assert status == 1
    assert errors.strip().endswith("pip install 'amal-attention[grade]'") and errors.count("\n") == 1


def test_release_loads_no_torch(course, tmp_path):
    code = (
        "import sys; sys.argv = ['amal', 'release', 'toy', '--labs', sys.argv[1]]\n"
        "from amal_attention.cli import main\n"
        "try: main()\n"
        "except SystemExit as ended: assert not ended.code\n"
        "assert 'nbgrader' in sys.modules and not {'torch', 'lightning'} & set(sys.modules)"
    )
    command = [sys.executable, "-c", code, str(course.folder.parent)]
    assert subprocess.run(command, check=True, capture_output=True, cwd=tmp_path).stderr == b""


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    """A notebook with a check that is met and one that is missed."""
    return write(
        tmp_path / "mine.ipynb",
        examination("q1", shows("q1", "met")),
        answer("q2", "raise ValueError('oh')"),
        examination("q2", shows("q2", "missed"), points=3),
    )


def test_check_prints_each_report_the_errors_and_a_summary(amal, notebook):
    status, output, errors = amal("check", "mine.ipynb")
    assert (status, errors) == (1, "")
    assert output.split("\n\n") == [
        "✓ q1: 1 of 1 met\n  ✓ expectation 0",
        "✗ q2: 0 of 1 met\n  ✗ expectation 0",
        "✗ cell 2 (q2): ValueError: oh (line 1: raise ValueError('oh'))",
        "✓ q1  done    1 point\n✗ q2  missed  3 points    expectation 0\n1 of 2 checks met\n",
    ]


def test_check_of_some_questions_shows_these_alone_and_judges_by_them(amal, notebook):
    status, output, _ = amal("check", "mine.ipynb", "--question", "q1")
    assert status == 0
    assert "✗ q2" not in output and output.endswith("1 of 1 check met\n")


def test_check_as_json_prints_nothing_else(amal, notebook):
    status, output, errors = amal("check", "mine.ipynb", "--json")
    assert (status, errors) == (1, "")
    values = json.loads(output)
    assert [each["state"] for each in values["questions"]] == ["met", "missed"]
    assert values["notebook"] == "mine.ipynb"


def test_check_stops_a_cell_after_the_seconds_given(amal, tmp_path):
    write(tmp_path / "slow.ipynb", code("import time; time.sleep(50)"), examination("q1", shows("q1", "met")))
    status, output, _ = amal("check", "slow.ipynb", "--timeout", "1")
    assert status == 0
    assert "✗ cell 1: stopped: not done after 1 s (line 1: import time; time.sleep(50))" in output


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "soon"])
def test_check_takes_whole_seconds_from_1_on(amal, notebook, seconds):
    assert amal("check", "mine.ipynb", "--timeout", seconds)[0] == 2


def test_check_of_an_unknown_question_names_those_there_are(amal, notebook):
    status, output, errors = amal("check", "mine.ipynb", "--question", "q9")
    assert (status, output) == (1, "")
    assert errors == "amal: expected a question of mine.ipynb (q1, q2); got 'q9'; name one of these\n"


def test_check_writes_where_signs_are_unknown(notebook, programs):
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    command = [programs / "amal", "check", "mine.ipynb"]
    ran = subprocess.run(command, capture_output=True, cwd=notebook.parent, env=environment)
    assert (ran.returncode, ran.stderr) == (1, b"")
    assert b"? q1: 1 of 1 met" in ran.stdout


def test_check_counts_cells_on_a_terminal_and_takes_the_line_away(notebook, programs):
    import pty

    ours, theirs = pty.openpty()
    command = [programs / "amal", "check", "mine.ipynb"]
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "80"}
    ran = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=theirs, cwd=notebook.parent, env=environment)
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # the end of a terminal is an error
        while more := os.read(ours, 1000):
            shown += more
    os.close(ours)
    assert ran.wait() == 1
    assert b"starting" in shown and b"3/3 cells" in shown
    assert shown.rsplit(b"3/3 cells", 1)[1].strip().endswith(b"\x1b[2K")


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_check_leaves_no_kernel_when_it_is_stopped(tmp_path, programs, stop):
    write(
        tmp_path / "endless.ipynb",
        examination("q1", "import os\nopen('pid', 'w').write(str(os.getpid()))\nwhile True: pass"),
    )
    command = [programs / "amal", "check", "endless.ipynb"]
    ran = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background jobs ignore it
    )
    note, deadline = tmp_path / "pid", time.monotonic() + HANGS
    while not (note.exists() and note.read_text()) and time.monotonic() < deadline:
        time.sleep(0.05)
    ran.send_signal(stop)
    output, errors = ran.communicate(timeout=HANGS)
    assert (ran.returncode, output, errors) == {
        signal.SIGINT: (130, "", "amal: interrupted\n"),
        signal.SIGTERM: (-signal.SIGTERM, "", ""),
    }[stop]
    assert ended(int(note.read_text()))


def test_an_interruption_says_how_to_go_on(amal, monkeypatch):
    def interrupt(*arguments: object, **choices: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("amal_attention.training.run.train", interrupt)
    status, output, errors = amal("train", "tiny", "sharp", *QUICK)
    assert (status, output) == (130, "")
    assert errors.strip().splitlines()[-1].startswith("amal: interrupted; add --resume")


def test_an_empty_text_is_one_line(amal, checkpoint):
    status, _, errors = amal("attend", str(checkpoint), "   ")
    assert status == 1
    assert errors.strip().endswith("got no word in it; give at least one word")


def test_a_missing_argument_is_a_usage_error(amal):
    status, _, errors = amal("train", "tiny")
    assert status == 2
    assert "Missing argument" in errors


def test_help_loads_nothing_heavy():
    code = (
        "import sys; sys.argv = ['amal', '--help']\n"
        "from amal_attention.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = 'torch lightning numpy pyarrow matplotlib rich jsonargparse nbgrader jupytext nbformat zmq'.split()\n"
        "heavy = set(heavy) & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


@pytest.mark.parametrize("arguments", [["train", "tiny", "q9"], ["compare", "tiny", "--question", "q9"]])
def test_a_question_that_is_not_there_is_told_before_anything_heavy_is_loaded(arguments):
    code = (
        f"import sys; sys.argv = ['amal', *{arguments}]\n"
        "from amal_attention.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "assert not {'torch', 'lightning'} & set(sys.modules)"
    )
    ended = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert "got 'q9'" in ended.stderr


@pytest.mark.parametrize(
    "module", ["notebook.check", "checks.show_notebook", "course.collect", "course.gradebook.export", "grading.verdict"]
)
def test_who_runs_no_model_loads_no_torch(module):
    code = f"import sys, amal_attention.{module}; assert not {{'torch', 'lightning'}} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_help_answers_within_three_times_a_bare_python_that_imports_typer():
    def best(*command: str) -> float:
        times = []
        for _ in range(5):
            begin = os.times()
            subprocess.run(command, check=True, capture_output=True)
            ended = os.times()  # processor time: however busy the machine is
            times.append(ended.children_user + ended.children_system - begin.children_user - begin.children_system)
        return min(times)

    bare = best(sys.executable, "-c", "pass")
    typer = best(sys.executable, "-c", "import typer") - bare
    script = "import sys; sys.argv = ['amal', '--help']; from amal_attention.cli import main; main()"
    assert best(sys.executable, "-c", script) <= 3 * bare + typer * 3


def test_every_command_explains_itself(amal):
    for command in ("train", "compare", "demo", "attend", "check"):
        status, output, _ = amal(command, "--help")
        assert status == 0 and "--json" in output


def test_progress_that_stays_has_a_line_once_in_half_a_minute(monkeypatch, capsys):
    seconds = iter([0, 1, 29, 31, 31, 40, 62, 62])
    monkeypatch.setattr(shown, "monotonic", lambda: next(seconds))
    with shown.counted("cells") as progress:
        for done in range(5):
            progress(done, 9, "")
    assert capsys.readouterr().err == "2/9 cells\n4/9 cells\n"

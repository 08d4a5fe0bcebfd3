"""The command line as a user meets it: what it prints, where, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from amal_attention.cli import main
from tests.training.conftest import write_lab

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
    status, output, _ = amal("compare", "tiny", *QUICK, "--out", "both", "--no-sweep")
    assert status == 0
    assert "every word alike" in output and "some words more" in output
    assert (tmp_path / "both" / "report.html").is_file()


def test_compare_as_json_says_where_the_report_is(amal, tmp_path):
    _, output, _ = amal("compare", "tiny", *QUICK, "--question", "even", "--out", "one", "--json")
    result = json.loads(output)
    assert [record["question"] for record in result["records"]] == ["even"]
    assert Path(result["report"]).is_file()


def test_compare_with_faithfulness_gives_tau_over_200_reviews(amal):
    _, output, _ = amal(
        "compare", "tiny", *QUICK, "--question", "sharp", "--no-sweep", "--faithfulness", "--out", "f", "--json"
    )
    assert json.loads(output)["records"][0]["faithfulness"]["reviews"] == 200


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
        (["compare", "tiny", "--question", "q9"], "got 'q9'"),
        (["attend", "no.ckpt", "text"], "no.ckpt; got no such file"),
        (["attend", "no.ckpt", "text", "--file", "x"], "got both"),
        (["attend", "no.ckpt", "--file", "no.txt"], "expected a text in UTF-8"),
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
        "heavy = {'torch', 'lightning', 'numpy', 'pyarrow', 'matplotlib', 'rich', 'jsonargparse'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_help_answers_within_three_times_a_bare_python_that_imports_typer():
    def best(*command: str) -> float:
        times = []
        for _ in range(5):
            begin = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            times.append(time.perf_counter() - begin)
        return min(times)

    bare = best(sys.executable, "-c", "pass")
    typer = best(sys.executable, "-c", "import typer") - bare
    script = "import sys; sys.argv = ['amal', '--help']; from amal_attention.cli import main; main()"
    assert best(sys.executable, "-c", script) <= 3 * bare + typer * 3


def test_every_command_explains_itself(amal):
    for command in ("train", "compare", "demo", "attend"):
        status, output, _ = amal(command, "--help")
        assert status == 0 and "--json" in output

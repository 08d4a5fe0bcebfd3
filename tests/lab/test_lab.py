"""A lab is found by its name, says what its manifest says, and is refused in one line where it does not fit."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from amal_attention.errors import LabError
from amal_attention.lab import Lab, Sweep, labs_folder

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
SHIPPED = Path(__file__).parents[2] / "solutions"


@pytest.fixture
def counting(tmp_path: Path) -> Path:
    """The folder of a lab, ``counting``; its parent is that of all labs."""
    folder = tmp_path / "labs" / "counting"
    (folder / "recipes").mkdir(parents=True)
    (folder / "lab.toml").write_text(MANIFEST)
    for name in ("q1", "q1.sample", "q1.long", "q2"):
        (folder / "recipes" / f"{name}.yaml").write_text("")
    return folder


@pytest.fixture(autouse=True)
def modules() -> Iterator[None]:
    """Forget the modules that a test imports."""
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]


def lab_of(folder: Path) -> Lab:
    return Lab.find(folder.name, folder.parent)


def test_a_lab_is_what_its_manifest_says(counting: Path) -> None:
    assert lab_of(counting) == Lab(
        name="counting",
        folder=counting,
        title="Two ways to count",
        questions={"q2": "By hand", "q1": "By machine", "q3": "Not at all"},
        tasks=dict.fromkeys(("q2", "q1", "q3"), "classification"),
        uses={key: {"entropy": "spread"} for key in ("q2", "q1", "q3")},
        sweep=Sweep("q2", "model.init_args.speed", [0.0, 0.5]),
        links={"data.embeddings": "model.init_args.embeddings"},
        sizes={"dim": ("model.init_args.width",)},
    )


def test_a_manifest_needs_no_more_than_a_title_and_questions(counting: Path) -> None:
    (counting / "lab.toml").write_text('title = "T"\n[questions]\nq1.title = "A"')
    assert lab_of(counting) == Lab("counting", counting, "T", {"q1": "A"}, uses={"q1": {}})


def test_a_question_may_have_a_task_and_uses_of_its_own(counting: Path) -> None:
    own = 'q1.task = "translation"\nq1.uses.decode = "translate"\nq1.title'
    (counting / "lab.toml").write_text(MANIFEST.replace("q1.title", own))
    lab = lab_of(counting)
    assert lab.tasks == {"q2": "classification", "q1": "translation", "q3": "classification"}
    assert lab.uses["q1"] == {"entropy": "spread", "decode": "translate"}
    assert lab.uses["q2"] == {"entropy": "spread"}


@pytest.mark.parametrize("wrong", ["task = 3", 'q1.task = ["classification"]', "q1.uses.entropy = 1"])
def test_a_task_or_a_use_that_is_no_text_is_told(counting: Path, wrong: str, refusal: Callable[..., str]) -> None:
    key = "[questions]\n" + wrong if wrong.startswith("q1") else wrong + "\n[questions]"
    manifest = MANIFEST.replace('task = "classification"\n', "").replace("[questions]", key)
    (counting / "lab.toml").write_text(manifest)
    assert "not a text" in refusal(LabError, lambda: lab_of(counting))


def test_a_number_of_the_data_may_fill_several_places(counting: Path) -> None:
    places = '["model.init_args.encoder.init_args.num_tokens", "model.init_args.decoder.init_args.num_tokens"]'
    (counting / "lab.toml").write_text(MANIFEST.replace('dim = "model.init_args.width"', f"num_tokens = {places}"))
    assert lab_of(counting).sizes == {"num_tokens": tuple(json.loads(places))}


@pytest.mark.parametrize("place", ["3", "[]", '["model.init_args.width", 3]'])
def test_a_size_that_goes_to_no_place_is_told(counting: Path, place: str, refusal: Callable[..., str]) -> None:
    (counting / "lab.toml").write_text(MANIFEST.replace('dim = "model.init_args.width"', f"dim = {place}"))
    assert "sizes.dim" in refusal(LabError, lambda: lab_of(counting))


def test_a_sweep_is_called_by_the_last_part_of_its_option() -> None:
    assert Sweep("q2", "model.init_args.speed", [0.0]).name == "speed"


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


def test_a_lab_says_what_the_course_makes_of_it(counting: Path) -> None:
    lab = with_course(counting, COURSE)
    assert lab.languages == ("fr", "en")
    assert lab.titles == {"en": "Two ways"}
    assert list(lab.points.items()) == [("test-q2", 3), ("q1", 0.5)]
    assert lab.limits == {"cell_seconds": 60, "memory_mb": 512.5}


def test_what_the_statement_asks_is_told_by_question(counting: Path) -> None:
    assert lab_of(counting).requirements == {}
    lab = with_course(counting, COURSE + '\n[requirements.q2]\nlaw = "one"\neach-alone = "two"\n')
    assert lab.requirements == {"q2": {"law": "one", "each-alone": "two"}}


def test_without_a_word_on_the_course_a_lab_is_in_english_and_worth_nothing(counting: Path) -> None:
    lab = lab_of(counting)
    assert (lab.languages, lab.titles, lab.points, lab.limits) == (("en",), {}, {}, {})


@pytest.mark.parametrize("name", "cell_seconds submission_seconds memory_mb processes file_mb output_kb".split())
def test_every_limit_of_grading_can_be_set(counting: Path, name: str) -> None:
    assert with_course(counting, f"[limits]\n{name} = 1").limits == {name: 1}


@pytest.mark.parametrize(
    ("course", "told"),
    [
        ('languages = ["en", "de"]', "'de' is no language (known: en, fr)"),
        ('languages = ["EN"]', "'EN' is no language"),
        ('languages = ["en", "en"]', "twice"),
        ("languages = []", "must be a list of codes"),
        ('languages = "en"', "must be a list of codes"),
        ("languages = [1]", "1 is no language"),
        ('languages = [["en"]]', "['en'] is no language"),
        ('[titles]\nfr = "Deux"', "'fr' is in none of the languages (en)"),
        ("[titles]\nen = 3", "'en' is no text"),
        ('titles = "T"', "AttributeError"),
        ("[points]\nq1 = -1", "points.q1 is -1, not a number from 0 on"),
        ('[points]\nq1 = "1"', "points.q1 is '1'"),
        ("[points]\nq1 = true", "points.q1 is True"),
        ("[points]\nq1 = nan", "points.q1 is nan"),
        ("[points]\nq1 = inf", "points.q1 is inf"),
        ("[points]\ntest.q1 = 1", "points.test is {'q1': 1}"),
        ("points = 3", "AttributeError"),
        ("[limits]\nseconds = 3", "limits has no 'seconds' (known: cell_seconds,"),
        ("[limts]\ncell_seconds = 3", "the manifest has no 'limts' (known: title,"),
        ("[requirement]\nq2 = 3", "the manifest has no 'requirement' (known: title,"),
        ('[requirements.q2]\nlaw = "L"', "requirements has no 'q2' (known: none)"),
        ('[points]\ntest-q2 = 1\n[requirements.q1]\nlaw = "L"', "requirements has no 'q1' (known: q2)"),
        ('[points]\ntest-q2 = 1\n[requirements.q2]\n"the law" = "L"', "'the law', which is no id"),
        ("[points]\ntest-q2 = 1\n[requirements.q2]\nlaw = 3", "requirements.q2.law is 3, not a sentence"),
        ('[points]\ntest-q2 = 1\n[requirements.q2]\nlaw = " "', "requirements.q2.law is ' ', not a sentence"),
        ("requirements = 3", "TypeError"),
        ("[limits]\ncell_seconds = -3", "limits.cell_seconds is -3"),
        ("[limits]\ncell_seconds = 0", "limits.cell_seconds is 0"),
        ('[limits]\ncell_seconds = "3"', "limits.cell_seconds is '3'"),
    ],
)
def test_a_wrong_word_on_the_course_is_told_in_one_line(
    counting: Path, course: str, told: str, refusal: Callable[..., str]
) -> None:
    message = refusal(LabError, lambda: with_course(counting, course))
    assert told in message and str(counting / "lab.toml") in message


def test_a_language_of_the_lab_is_returned(counting: Path) -> None:
    assert with_course(counting, COURSE).check_language("en") == "en"


def test_a_language_the_lab_is_not_in_is_answered_with_those_it_is_in(
    counting: Path, refusal: Callable[..., str]
) -> None:
    lab = with_course(counting, COURSE)
    assert "(fr, en); got 'de'" in refusal(LabError, lambda: lab.check_language("de"))


def test_questions_keep_the_order_of_the_manifest(counting: Path) -> None:
    assert list(lab_of(counting).questions) == ["q2", "q1", "q3"]


def test_labs_are_looked_for_where_the_environment_says(counting: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMAL_LABS", str(counting.parent))
    assert Lab.find("counting").folder == counting


def test_labs_are_looked_for_in_solutions_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AMAL_LABS", raising=False)
    monkeypatch.chdir(tmp_path)
    assert labs_folder() == tmp_path / "solutions"


@pytest.mark.parametrize("name", ["reading", "", ".", "../labs/counting", "Counting", "counting\n"])
def test_a_name_that_is_no_lab_is_answered_with_those_there_are(
    counting: Path, name: str, refusal: Callable[..., str]
) -> None:
    assert "(counting)" in refusal(LabError, lambda: Lab.find(name, counting.parent))


def test_a_folder_without_labs_is_told(tmp_path: Path, refusal: Callable[..., str]) -> None:
    assert "there is none" in refusal(LabError, lambda: Lab.find("counting", tmp_path))


@pytest.mark.parametrize(
    "manifest",
    [
        "title = ",
        '[questions]\nq1.title = "A"',
        'title = "T"',
        'title = "T"\n[questions]\nq1.name = "A"',
        'title = "T"\n[questions]\nq1 = "A"',
        'title = "T"\nquestions = "A"',
        'title = "T"\n[questions]\nq1.title = "A"\n[sweep]\nquestion = "q1"',
        'title = "T"\n[questions]\nq1.title = "A"\n[sweep]\nquestion = "q1"\noption = "o"\nvalues = []\ncolour = "red"',
        'title = "T"\nlinks = "A"\n[questions]\nq1.title = "A"',
        'title = "\udcff"',
    ],
    ids=[
        "broken",
        "no title",
        "no questions",
        "a question without a title",
        "a question that is a word",
        "questions that are a word",
        "half a sweep",
        "more than a sweep",
        "links that are a word",
        "not UTF-8",
    ],
)
def test_a_wrong_manifest_is_told_in_one_line(counting: Path, manifest: str, refusal: Callable[..., str]) -> None:
    (counting / "lab.toml").write_bytes(manifest.encode("utf-8", "surrogateescape"))
    assert str(counting / "lab.toml") in refusal(LabError, lambda: lab_of(counting))


def test_a_question_of_the_lab_is_returned(counting: Path) -> None:
    assert lab_of(counting).check_question("q3") == "q3"


def test_a_question_of_no_lab_is_answered_with_those_there_are(counting: Path, refusal: Callable[..., str]) -> None:
    assert "(q2, q1, q3)" in refusal(LabError, lambda: lab_of(counting).check_question("q4"))


def test_recipes_go_from_the_general_to_the_particular(counting: Path) -> None:
    recipes = lab_of(counting).recipes("q1", "long", "sample")
    assert [path.name for path in recipes] == ["q1.yaml", "q1.long.yaml", "q1.sample.yaml"]


def test_a_variant_that_a_question_lacks_is_left_out(counting: Path) -> None:
    assert lab_of(counting).recipes("q2", "sample") == [counting / "recipes" / "q2.yaml"]


def test_a_question_without_a_recipe_is_told(counting: Path, refusal: Callable[..., str]) -> None:
    assert "q3.yaml" in refusal(LabError, lambda: lab_of(counting).recipes("q3"))


def test_the_module_bears_the_name_of_the_lab(counting: Path) -> None:
    (counting / "counting.py").write_text("ANSWER = 17")
    assert lab_of(counting).module() is sys.modules["counting"]


def test_the_module_is_imported_once(counting: Path) -> None:
    (counting / "counting.py").write_text("ANSWER = 17")
    assert lab_of(counting).module() is lab_of(counting).module()


def test_a_lab_of_the_same_name_elsewhere_has_a_module_of_its_own(counting: Path, tmp_path: Path) -> None:
    (counting / "counting.py").write_text("ANSWER = 17")
    other = tmp_path / "others" / "counting"
    other.mkdir(parents=True)
    (other / "lab.toml").write_text(MANIFEST)
    (other / "counting.py").write_text("ANSWER = 18")
    assert [lab_of(folder).module().ANSWER for folder in (counting, other, counting)] == [17, 18, 17]


def test_a_lab_without_a_module_is_told(counting: Path, refusal: Callable[..., str]) -> None:
    assert "counting.py" in refusal(LabError, lambda: lab_of(counting).module())


@pytest.mark.parametrize("code", ["def (", "1 / 0", "import no_such_module"])
def test_a_module_that_cannot_be_imported_is_told_in_one_line(
    counting: Path, code: str, refusal: Callable[..., str]
) -> None:
    (counting / "counting.py").write_text(code)
    assert "counting.py" in refusal(LabError, lambda: lab_of(counting).module())


def test_a_module_that_was_mended_is_imported_afresh(counting: Path) -> None:
    (counting / "counting.py").write_text("1 / 0")
    with pytest.raises(LabError):
        lab_of(counting).module()
    (counting / "counting.py").write_text("ANSWER = 170")
    assert lab_of(counting).module().ANSWER == 170


@pytest.mark.parametrize("name", sorted(path.parent.name for path in SHIPPED.glob("*/lab.toml")))
def test_a_lab_of_ours_has_a_recipe_for_every_question(name: str) -> None:
    lab = Lab.find(name, SHIPPED)
    assert [lab.recipes(question)[0].stem for question in lab.questions] == list(lab.questions)

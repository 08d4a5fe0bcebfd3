"""A lab is found by its name, and has the questions, languages, recipes and the module that it says."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from amal_attention.errors import LabError
from amal_attention.lab import Lab, lab_names, labs_folder
from tests.lab.conftest import COURSE, MANIFEST, lab_of, with_course

SHIPPED = Path(__file__).parents[2] / "solutions"


@pytest.fixture(autouse=True)
def modules() -> Iterator[None]:
    """Forget the modules that a test imports."""
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_a_language_of_the_lab_is_returned(counting: Path) -> None:
    assert with_course(counting, COURSE).check_language("en") == "en"


def test_a_language_the_lab_is_not_in_is_answered_with_those_it_is_in(
    counting: Path, refusal: Callable[..., str]
) -> None:
    lab = with_course(counting, COURSE)
    assert "(fr, en); got 'de'" in refusal(LabError, lambda: lab.check_language("de"))


def test_labs_come_in_the_order_of_the_numbers_in_their_names(tmp_path: Path) -> None:
    for name in ("tp10_b", "tp9_z", "recall", "tp10_a", "tp9"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "lab.toml").write_text("")
    (tmp_path / "tp8_no_manifest").mkdir()
    assert lab_names(tmp_path) == ["recall", "tp9", "tp9_z", "tp10_a", "tp10_b"]


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


@pytest.fixture
def adding(counting: Path) -> Path:
    """The folder of another lab beside it, which it needs."""
    folder = counting.parent / "adding"
    folder.mkdir()
    (folder / "lab.toml").write_text(MANIFEST)
    (folder / "adding.py").write_text("SUM = 5")
    (counting / "lab.toml").write_text(f'needs = ["adding"]\n{MANIFEST}')
    (counting / "counting.py").write_text("from adding import SUM\nANSWER = 2 * SUM")
    return folder


def test_the_module_of_a_lab_that_is_needed_is_there_to_import(counting: Path, adding: Path) -> None:
    assert [lab.folder for lab in lab_of(counting).needed()] == [adding]
    assert lab_of(counting).module().ANSWER == 10 and sys.modules["adding"].SUM == 5


def test_labs_that_need_each_other_are_imported_once_each(counting: Path, adding: Path) -> None:
    (adding / "lab.toml").write_text(f'needs = ["counting"]\n{MANIFEST}')
    assert lab_of(counting).module().ANSWER == 10


def test_a_lab_that_is_needed_and_not_there_is_told(counting: Path, adding: Path, refusal: Callable[..., str]) -> None:
    (adding / "lab.toml").unlink()
    assert "'adding'" in refusal(LabError, lambda: lab_of(counting).module())
    assert "counting" not in sys.modules


def test_a_lab_that_is_needed_and_cannot_be_imported_is_told_by_its_own_name(
    counting: Path, adding: Path, refusal: Callable[..., str]
) -> None:
    (adding / "adding.py").write_text("1 / 0")
    assert "adding.py; got ZeroDivisionError" in refusal(LabError, lambda: lab_of(counting).module())
    assert not {"adding", "counting"} & set(sys.modules)


@pytest.mark.parametrize("name", sorted(path.parent.name for path in SHIPPED.glob("*/lab.toml")))
def test_a_lab_of_ours_has_a_recipe_for_every_question_that_trains_and_mixes_no_others(name: str) -> None:
    lab = Lab.find(name, SHIPPED)
    trained = [question for question in lab.tasks if question not in lab.mixes]
    assert [lab.recipes(question)[0].stem for question in trained] == trained

"""Samples of what students hand in: each is of the kind that its name says, and of no other."""

from __future__ import annotations

import ast
import json
import math
import random
from pathlib import Path
from typing import Any

import pytest

from amal_attention.course.new_lab import new_lab
from amal_attention.errors import LabError
from amal_attention.grading.samples import samples
from amal_attention.lab import Lab
from tests.grading.conftest import ANSWERS, skeleton, write_till

pytest.importorskip("nbgrader", reason="needs nbgrader (pip install '.[grade]')")

KINDS = ["right", "partly", "empty", "broken", "endless", "hostile", "damaged", "missing"]
WHOLE = KINDS[:6]
STINGY = """\
# %% tags=["mutant"]
# mistake = "there is no change"
# loses = ["q2-change"]
# breaks = ["change"]
# hint = "take away"
# public = true

# %% grade_id="q2-change"
def change(paid, prices):
    return 0.0
"""
ONE = """\
# %% tags=["mutant"]
# mistake = "nothing costs one"
# loses = ["q1-total"]
# breaks = ["nothing"]
# hint = "nothing"
# public = true

# %% grade_id="q1-total"
def total(prices):
    return sum(prices) if prices else 1.0
"""

UNSEEN = ONE.replace("public = true", "public = false").replace("else 1.0", "else 2.0")
OVERLAPPING = STINGY.replace('["q2-change"]', '["q1-total", "q2-change"]').replace("return 0.0", "return 5.0")


def write_bank(lab: Lab) -> Lab:
    """The till, with two mistakes that do not hide each other, and after them others that are not to be taken."""
    (lab.folder / "mutants" / "product.py").unlink()
    for name, text in {"one": ONE, "stingy": STINGY, "unseen": UNSEEN, "wide": OVERLAPPING}.items():
        (lab.folder / "mutants" / f"{name}.py").write_text(text, "utf-8")
    return lab


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return write_bank(write_till(tmp_path_factory.mktemp("samples")))


@pytest.fixture(scope="module")
def made(lab: Lab) -> dict[str, bytes | None]:
    return samples(lab, "en")


def cells(raw: bytes | None) -> dict[str, str]:
    """The cells by id."""
    assert raw is not None
    return {cell["id"]: "".join(cell["source"]) for cell in json.loads(raw)["cells"]}


def answers(raw: bytes | None) -> dict[str, str]:
    return {name: source for name, source in cells(raw).items() if name in ANSWERS}


def names(raw: bytes | None) -> dict[str, Any]:
    """What the answers define."""
    defined: dict[str, Any] = {"math": math, "random": random}
    for source in answers(raw).values():
        exec(source, defined)
    return defined


def test_there_is_one_of_each_kind(made):
    assert sorted(made) == sorted(KINDS)


@pytest.mark.parametrize("kind", WHOLE)
def test_a_sample_is_the_release_with_other_answers(made, kind):
    given = json.loads(skeleton())
    mine = json.loads(made[kind] or b"")
    assert mine["metadata"] == given["metadata"]
    others = {name: source for name, source in cells(made[kind]).items() if name not in ANSWERS}
    assert others == {name: source for name, source in cells(skeleton()).items() if name not in ANSWERS}


def test_the_right_one_answers_all_and_shows_no_marker(made):
    defined = names(made["right"])
    assert defined["total"]([1, 2, 4]) == 7 and defined["change"](10, [1, 2]) == 7
    assert len(defined["tickets"](3)) == 3
    assert "###" not in "".join(answers(made["right"]).values())


def test_the_partly_right_one_has_two_mistakes_of_the_bank(made):
    defined = names(made["partly"])
    assert defined["total"]([]) == 1 and defined["total"]([1, 2]) == 3
    assert defined["change"](10, [1, 2]) == 0
    assert answers(made["partly"])["q3-tickets"] == answers(made["right"])["q3-tickets"]


def test_the_empty_one_is_as_it_was_given(made):
    assert cells(made["empty"]) == cells(skeleton())


def test_of_the_broken_one_the_last_answer_alone_is_no_python(made):
    *first, last = answers(made["broken"]).values()
    with pytest.raises(SyntaxError):
        ast.parse(last)
    for source in first:
        ast.parse(source)


def test_of_the_endless_one_an_answer_begins_with_a_loop_without_end(made):
    loop = ast.parse(answers(made["endless"])["q2-change"]).body[0]
    assert isinstance(loop, ast.While) and isinstance(loop.body[0], ast.Pass)


def test_the_hostile_one_looks_for_the_hidden_tests_and_ends_its_process(made, lab):
    found = answers(made["hostile"])
    assert str(lab.folder / "hidden_tests") in found["q1-total"] and "torch.allclose = " in found["q1-total"]
    assert "os._exit(0)" in found["q3-tickets"]


def test_the_damaged_one_is_cut_off_before_its_second_answer(made):
    raw = made["damaged"]
    with pytest.raises(json.JSONDecodeError):
        json.loads(raw)
    assert b"def total" in raw and b"def change" not in raw


def test_nothing_is_missing_but_the_missing_one(made):
    assert [kind for kind, raw in made.items() if raw is None] == ["missing"]


def test_right_answers_are_not_always_the_same(made):
    assert "for price in prices" in answers(made["endless"])["q1-total"]
    assert "for price in prices" not in answers(made["right"])["q1-total"]


def test_they_are_the_same_each_time(made, lab):
    assert samples(lab, "en") == made


def test_they_are_in_the_language_that_is_asked_for(lab):
    assert json.loads(samples(lab, "fr")["right"] or b"")["metadata"]["amal"]["language"] == "fr"


def test_a_lab_of_one_question_has_them_all(tmp_path: Path):
    new_lab("fresh", tmp_path)
    assert sorted(samples(Lab.find("fresh", tmp_path), "en")) == sorted(KINDS)


def test_without_a_mistake_that_the_notebook_sees_the_partly_right_one_is_right(till: Lab):
    (till.folder / "mutants" / "product.py").unlink()
    found = samples(till, "en")
    assert names(found["partly"])["total"]([]) == 0


def test_a_lab_without_a_bank_is_told(till: Lab, refusal):
    for path in till.folder.glob("mutants/*.py"):
        path.unlink()
    assert "mutants" in refusal(LabError, lambda: samples(till, "en"))

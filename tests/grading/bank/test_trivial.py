"""Answers without understanding are made of a lab's own signatures, and what they earn is bounded."""

from __future__ import annotations

import pytest

from amal_attention.grading.bank.trivial import Trivial, grade_trivial, trivial_answers, trivial_text


def test_each_kind_answers_every_question(till):
    answers = trivial_answers(till)
    assert {each.name for each in answers} >= {"zeros", "ones", "input", "mean", "random", "nearest earlier answer"}
    assert all(list(each.cells) == ["q1-total", "q2-change", "q3-tickets"] for each in answers)
    assert all("def total" in each.cells["q1-total"].source for each in answers)


def test_a_lab_adds_answers_of_its_own(till):
    folder = till.folder / "mutants" / "trivial"
    folder.mkdir()
    (folder / "ten.py").write_text(
        '# %% tags=["mutant"]\n# trivial = "always ten"\n\n# %% grade_id="q1-total"\ndef total(prices):\n    return 10'
    )
    assert [each.name for each in trivial_answers(till)][-1] == "ten"


def test_a_test_that_such_an_answer_passes_is_found(graded_in, till):
    hidden = till.folder / "hidden_tests" / "test_till.py"
    hidden.write_text(
        hidden.read_text().replace("student.change(100, [30, 20]), 50.0", "student.change(100, [100]), 0.0")
    )
    told: list[tuple[int, int, str]] = []
    found = grade_trivial(till, 3, progress=lambda *state: told.append(state))
    assert found.points == {"q1-total": 2, "q2-change": 1, "q3-tickets": 1}
    assert found.earned["q2-change"]["zeros"] == 1 and found.best("q2-change")[0] == 1
    assert found.earned["q2-change"]["ones"] == 0
    assert "q2-change" in found.too_much and not found.as_it_should
    assert told[-1][0] == told[-1][1] == len(told) == len(trivial_answers(till))


@pytest.mark.parametrize(
    ("earned", "well"),
    [
        ({"q1": {"zeros": 0.2}, "q2": {"ones": 0.1}}, True),
        ({"q1": {"zeros": 0.25}}, False),
        ({"q1": {"zeros": 0.2, "ones": 0.1}, "q2": {"zeros": 0.0, "ones": 0.2}, "q3": {"mean": 1.0}}, False),
    ],
)
def test_a_tenth_of_a_question_and_a_fifteenth_of_all_is_the_most(earned, well):
    assert Trivial({"q1": 2.0, "q2": 2.0, "q3": 11.0}, earned).as_it_should is well


def test_the_text_names_the_answer_that_earns_most():
    found = Trivial({"q1": 2.0, "question": 4.0}, {"q1": {"zeros": 0.5, "ones": 1.0}, "question": {"zeros": 0.0}})
    assert trivial_text(found).split("\n") == [
        "without understanding",
        "✗ q1                1 of 2  (ones)",
        "  question          0 of 4",
        "✗ the best of each  1 of 6",
    ]

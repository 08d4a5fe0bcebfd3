"""Slips made by rule are graded on their own question, and those that lose nothing there are explained or told."""

from __future__ import annotations

from amal_attention.course.mutation import Change
from amal_attention.grading.bank.generated import Generated, Slip, generated_text, grade_generated, slips_of


def test_slips_are_made_in_the_reference_and_in_right_variants_and_in_no_mistake(till):
    slips = slips_of(till)
    origins = {(each.question, each.origin) for each in slips}
    assert origins == {(each, "reference") for each in ("q1-total", "q2-change", "q3-tickets")} | {("q1-total", "loop")}
    assert len({each.digest for each in slips}) == len(slips)
    assert {each.question for each in slips_of(till, ["q2-change"])} == {"q2-change"}


def test_a_slip_that_no_test_sees_survives_until_its_reason_is_recorded(graded_in, till):
    told: list[tuple[int, int, str]] = []
    found = grade_generated(till, [3], questions=["q3-tickets"], progress=lambda *state: told.append(state))
    more = [each for each in found.survivors if "range(1001)" in each.change.source]
    unsorted = [each for each in found.slips if "return list(random.sample" in each.change.source]
    assert len(more) == len(unsorted) == 1 and unsorted[0] not in found.survivors
    assert more[0] in found.unexplained and not found.as_it_should
    assert told[-1][0] == told[-1][1] == len(told) == len(found.slips)
    lines = "\n".join(f"    {each.line!r}," for each in found.survivors)
    (till.folder / "mutants" / "equivalent.toml").write_text(f"[[equivalent]]\nreason = 'any'\nmutants = [\n{lines}\n]")
    again = grade_generated(till, [3], questions=["q3-tickets"])
    assert again.as_it_should and not again.unexplained


def test_a_slip_that_misses_a_test_of_no_points_does_not_survive(graded_in, till):
    hidden = till.folder / "hidden_tests" / "test_till.py"
    text = hidden.read_text()
    first = text.replace('"q3-tickets", points=1, essential=True, alive=True', '"q3-tickets", points=1, essential=True')
    alive = '@pytest.mark.question("q3-tickets", points=0, alive=True, hint="draw some")\n'
    asked = "def test_some_tickets(student):\n    equal_to(student.tickets(6) is None, False, what='no ticket')\n"
    hidden.write_text(f"{first}\n\n{alive}{asked}")
    assert first != text
    found = grade_generated(till, [3], questions=["q3-tickets"])
    assert not [each for each in found.survivors if "sample(count, range(1000))" in each.change.source]


def slip(digest: str, question: str = "q1") -> Slip:
    return Slip(question, "reference", Change("another number", "y = 2", "-y = 1\n+y = 2", digest))


ONE, OTHER = slip("a"), slip("b")


def test_a_record_of_a_mutant_that_is_not_made_any_more_or_is_wrong_is_told():
    recorded = {f"{ONE.digest} as it was": "right", f"{OTHER.digest} loses": "right", "0123 gone": "right"}
    found = Generated([ONE, OTHER], [ONE], recorded)
    assert found.out_of_date == ["0123 gone", f"{OTHER.digest} loses"]
    assert not found.unexplained and not found.as_it_should


def test_of_other_questions_nothing_is_out_of_date():
    assert Generated([ONE], [ONE], {ONE.digest: "right", "0123 of another": "right"}, every=False).as_it_should


def test_the_same_slip_in_another_answer_has_another_digest():
    assert len({ONE.digest, Slip("q2", "reference", ONE.change).digest, Slip("q1", "loop", ONE.change).digest}) == 3


def test_the_text_shows_the_difference_of_what_is_not_explained():
    found = Generated([ONE, OTHER, slip("c")], [ONE, OTHER], {f"{ONE.digest} known": "right", "0123 gone": "right"})
    assert generated_text(found).split("\n") == [
        "generated mutants         3: 3 of the reference, 0 of right variants",
        "lose marks                1",
        "right all the same        1, each with its reason",
        "survive without a reason  1",
        "",
        f"✗ {OTHER.digest} q1, reference, another number: y = 1 -> y = 2",
        "-y = 1",
        "+y = 2",
        "✗ recorded as right, but it is not made any more or loses marks: 0123 gone",
    ]

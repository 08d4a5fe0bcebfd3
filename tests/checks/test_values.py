"""Values worked out by hand, and what wrong ones tell."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Tensor

from amal_attention.checks import are_pairs, close_to, equal_to
from amal_attention.checks.expectation import ExpectationMissed
from amal_attention.checks.values import same
from amal_attention.outcome import Outcome

BY_HAND = [0.5, 1.5, 0.25]


def missed(came: Any, by_hand: Any = BY_HAND, **options: Any) -> Outcome:
    with pytest.raises(ExpectationMissed) as caught:
        close_to(came, by_hand, what="the entropy", **options)
    return caught.value.outcome


@pytest.mark.parametrize(
    "came",
    [
        torch.tensor(BY_HAND),
        torch.tensor(BY_HAND).double(),
        torch.tensor(BY_HAND).half(),
        torch.tensor(BY_HAND, requires_grad=True),
        torch.tensor(BY_HAND) + 5e-5,
    ],
)
def test_a_tensor_is_close_whatever_its_type(came: Tensor) -> None:
    close_to(came, BY_HAND, what="the entropy")


@pytest.mark.parametrize("came", [2, 2.0, torch.tensor(2), torch.tensor(2.0)])
def test_a_number_is_close(came: Any) -> None:
    close_to(came, 2.0, what="a number")


def test_a_tensor_of_bools_is_close_to_ones_and_zeros() -> None:
    close_to(torch.tensor([True, False]), [1.0, 0.0], what="a mask")


def test_what_is_farther_than_the_tolerance_is_not_close() -> None:
    assert "an epsilon in the logarithm must be tiny" in missed(torch.tensor(BY_HAND) + 1e-3).hint
    close_to(torch.tensor(BY_HAND) + 1e-3, BY_HAND, what="the entropy", tolerance=1e-2)


def test_what_came_and_what_was_expected_are_told() -> None:
    outcome = missed(torch.zeros(3), sent="3 reviews")
    assert (outcome.expectation, outcome.sent) == ("the entropy", "3 reviews")
    assert (outcome.came, outcome.expected) == ("[0, 0, 0]", "[0.5, 1.5, 0.25]")


@pytest.mark.parametrize(
    ("came", "hint"),
    [
        (torch.tensor([0.5, float("nan"), 0.25]), "there is a nan"),
        (torch.tensor([0.5, float("inf"), 0.25]), "infinite"),
        (torch.tensor([0.5, -float("inf"), 0.25]), "infinite"),
        (-torch.tensor(BY_HAND), "the sign is flipped"),
        (torch.tensor(BY_HAND) / math.log(2), "base 2"),
        (torch.full((3,), 0.75), "keep the axis of the batch"),
        (torch.tensor([BY_HAND]), "in another shape"),
        (torch.tensor([BY_HAND]).T, "in another shape"),
        (torch.tensor(0.75), "all texts were summed or averaged"),
        (torch.zeros(2), "over which axis do you sum"),
        (torch.zeros(3, 4), "over which axis do you sum"),
        (None, "return its result"),
        ("0.5", ""),
        ([0.5, 1.5, 0.25], "torch.stack"),
        (torch.zeros(0), "over which axis"),
    ],
)
def test_a_wrong_value_tells_its_mistake(came: Any, hint: str) -> None:
    found = missed(came).hint
    assert hint in found if hint else not found


def test_a_shape_that_is_not_expected_is_told() -> None:
    outcome = missed(torch.zeros(3, 4))
    assert (outcome.came, outcome.expected) == ("shape (3, 4)", "shape (3,): [0.5, 1.5, 0.25]")


def test_what_is_no_tensor_is_told_by_its_kind() -> None:
    outcome = missed([0.5])
    assert (outcome.came, outcome.expected) == ("a list of 1: a value of type float", "a tensor (3,)")


def test_a_number_where_a_number_is_expected_may_have_no_likely_mistake() -> None:
    assert missed(0.3, 0.2).hint == ""


def test_a_known_mistake_is_named_before_what_the_value_shows_itself() -> None:
    mistakes = {"mean over the length": [9.0, 9.0, 9.0], "the sign, of the entropy": [-0.5, -1.5, -0.25]}
    assert missed(-torch.tensor(BY_HAND), mistakes=mistakes).hint == "the sign, of the entropy"
    assert missed(torch.full((3,), 9.0), mistakes=mistakes).hint == "mean over the length"
    assert missed(torch.full((3,), 8.0), mistakes=mistakes).hint == ""


def test_a_hostile_value_is_missed_and_nothing_more() -> None:
    class Unspeakable:
        def __eq__(self, other: object) -> bool:
            raise RuntimeError("never")

        __hash__ = None  # type: ignore[assignment]

        def __repr__(self) -> str:
            raise RuntimeError("never")

    assert missed(Unspeakable()).came == "a value of type Unspeakable"
    with pytest.raises(ExpectationMissed, match="RuntimeError: never"):
        equal_to(Unspeakable(), 3, what="a number")


PAIRS = [("bad", 0.5), ("film", 0.25)]


def test_lists_of_words_and_numbers_are_equal_or_not() -> None:
    equal_to([("bad", 0.5), ("film", 0.25)], PAIRS, what="top words")
    with pytest.raises(ExpectationMissed) as caught:
        equal_to(PAIRS[::-1], PAIRS, what="top words", sent="k=2", mistakes={"least first": PAIRS[::-1], "no": []})
    outcome = caught.value.outcome
    assert (outcome.expectation, outcome.sent, outcome.hint) == ("top words", "k=2", "least first")
    assert (outcome.came, outcome.expected) == (repr(PAIRS[::-1]), repr(PAIRS))


@pytest.mark.parametrize(("came", "by_hand"), [(True, 1), (1.0, 1), (("a",), ["a"]), (None, 0), ("1", 1)])
def test_values_of_other_types_are_not_equal(came: Any, by_hand: Any) -> None:
    with pytest.raises(ExpectationMissed):
        equal_to(came, by_hand, what="a number")


def test_a_mistake_of_another_type_is_not_the_one_that_was_made() -> None:
    with pytest.raises(ExpectationMissed) as caught:
        equal_to(True, 3, what="a number", mistakes={"off by two": 1})
    assert caught.value.outcome.hint == ""


def test_the_first_of_two_mistakes_that_fit_is_named() -> None:
    with pytest.raises(ExpectationMissed) as caught:
        equal_to(1, 3, what="a number", mistakes={"off by two": 1, "a third": 1})
    assert caught.value.outcome.hint == "off by two"


def test_a_huge_value_is_cut() -> None:
    with pytest.raises(ExpectationMissed) as caught:
        equal_to("a" * 10**6, "b", what="a word")
    assert len(caught.value.outcome.came) == 300


def test_tensors_are_the_same_in_shape_and_in_every_number() -> None:
    zeros = torch.zeros(2, 3)
    assert same(zeros, zeros.double() + 5e-5)
    assert not same(zeros, zeros[:1])
    assert not same(zeros, zeros + torch.tensor([0, 0, 1e-3]))
    assert same(1000 + zeros, 1000.05 + zeros)
    assert not same(zeros * float("nan"), zeros * float("nan"))
    assert not same(zeros, zeros + 5e-5, tolerance=1e-6)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda h: h / math.log(10), "base 10"),
        (lambda h: h.exp(), "the exp of what is asked"),
        (lambda h: 3 * h, "every number is 3 times"),
        (lambda h: h.flip(0), "another order"),
        (lambda h: h + torch.tensor([0.0, 0.0, 1.0]), "only number 3 of 3 is wrong"),
        (lambda h: h + torch.tensor([0.3, 0.2, 1.0]), ""),
    ],
)
def test_in_what_a_value_differs_is_told(wrong: Any, words: str) -> None:
    said = missed(wrong(torch.tensor(BY_HAND))).hint
    assert words in said if words else said == ""


def test_a_number_that_stands_nowhere_in_the_right_answer_is_in_no_other_order():
    said = missed(torch.tensor([0.0, 4.0, 1.0, 0.0]), [0.0, 0.0, 1.0, 0.0])
    assert said.hint.startswith("only number 2 of 4 is wrong")


# Pairs


@pytest.mark.parametrize("came", [[("a", 0.5), ("b", 0.25)], (["a", 0.5], ["b", 0.25])])
def test_pairs_in_a_list_or_a_tuple_are_pairs(came: Any) -> None:
    are_pairs(came, 2, first=str, what="pairs")


@pytest.mark.parametrize(
    ("came", "told", "hint"),
    [
        (None, "None", "return its result"),
        (["a", "b"], "a value of type list: ['a', 'b']", "the word first"),
        (["ab", "cd"], "a value of type list: ['ab', 'cd']", "the word first"),
        ([(0.5, "a"), (0.25, "b")], "a value of type list: [(0.5, 'a'), (0.25, 'b')]", "the word first"),
        ({"a": 0.5, "b": 0.25}, "a value of type dict: {'a': 0.5, 'b': 0.25}", "the word first"),
        ((["a", "b"], [0.5, 0.25]), "a value of type tuple: (['a', 'b'], [0.5, 0.25])", "the word first"),
        ([("a", 0.5)], "1", "the word first"),
    ],
)
def test_what_is_no_list_of_pairs_is_told(came: Any, told: str, hint: str) -> None:
    with pytest.raises(ExpectationMissed) as caught:
        are_pairs(came, 2, first=str, what="pairs", hint="the word first")
    assert caught.value.outcome.came == told and hint in caught.value.outcome.hint

from __future__ import annotations

import json
from typing import Any

import pytest

from amal_attention.errors import Unreadable, WrongLab
from amal_attention.grading.submission.identity import identified
from amal_attention.notebook.salvage import salvage
from tests.grading.submissions.shop import ANSWERS, own, reference, skeleton, solved


def identity(notebook: dict[str, Any]) -> Any:
    return identified(salvage(json.dumps(notebook).encode()), reference())


def with_cells(*cells: dict[str, Any], **amal: Any) -> dict[str, Any]:
    kernel = {"kernelspec": {"name": "python3"}}
    return {"cells": list(cells), "metadata": kernel | ({"amal": amal} if amal else {})}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_release_says_what_it_is(language):
    assert identity(skeleton(language)) == identity(solved(language))
    found = identity(solved(language))
    assert (found.language, found.same_release, found.repairs) == (language, True, ())


@pytest.mark.parametrize("language", ["en", "fr"])
def test_without_metadata_the_language_is_that_of_the_texts(language):
    notebook = solved(language)
    notebook["metadata"].pop("amal")
    found = identity(notebook)
    assert (found.language, found.same_release) == (language, False)
    assert found.repairs == ("the notebook does not say of which lab it is: it was recognised by its cells",)


def test_without_any_text_the_language_is_the_first_of_the_lab():
    assert identity(with_cells(own(ANSWERS["q1-basket"]))).language == "en"


@pytest.mark.parametrize("language", ["de", None, 3, ["fr"], {}])
def test_a_language_that_is_none_of_the_lab_is_that_of_the_texts(language):
    notebook = solved("fr")
    notebook["metadata"]["amal"]["language"] = language
    assert identity(notebook).language == "fr"


@pytest.mark.parametrize("digest", ["", "0" * 16, None, 7, []])
def test_another_release_is_told(digest):
    notebook = solved()
    notebook["metadata"]["amal"]["digest"] = digest
    found = identity(notebook)
    assert found.repairs == ("the notebook was made from another release of the lab",)
    assert not found.same_release


@pytest.mark.parametrize("lab", ["shop2", "Shop", "", "\x1b[2J\u202e" + "x" * 1000, "a\nb; c"])
def test_the_notebook_of_another_lab_is_refused_even_with_our_answers(lab):
    notebook = solved()
    notebook["metadata"]["amal"]["lab"] = lab
    with pytest.raises(WrongLab) as caught:
        identity(notebook)
    assert str(caught.value).isascii() and str(caught.value).isprintable()
    assert str(caught.value).startswith("expected a notebook of shop; got that of another lab, '")
    assert len(str(caught.value)) < 160


@pytest.mark.parametrize(
    "cell",
    [
        own("class Basket: ..."),
        own("x = 1\ndef price(item): ..."),
        own("nothing") | {"metadata": {"nbgrader": {"grade_id": "q3-sale"}}},
        own("nothing", kind="markdown") | {"metadata": {"nbgrader": {"grade_id": "q3-sale"}}},
    ],
)
@pytest.mark.parametrize("amal", [{}, {"lab": None}, {"lab": 7}])
def test_a_notebook_that_says_nothing_is_ours_if_one_answer_is(cell, amal):
    assert identity(with_cells(own("1"), cell, **amal)).language == "en"


@pytest.mark.parametrize(
    "cell", [own("def total(self): ..."), own("class Basket: ...", kind="markdown"), own("Basket = 3"), own("")]
)
def test_a_notebook_that_says_nothing_and_has_no_answer_is_refused(refusal, cell):
    assert "none of its questions" in refusal(WrongLab, lambda: identity(with_cells(cell)))


def test_a_file_cut_off_before_the_first_answer_is_not_said_to_be_of_another_lab(refusal):
    raw = json.dumps(solved())
    cut = salvage(raw[: raw.index("class Basket")].encode())
    assert "cut off" in refusal(Unreadable, lambda: identified(cut, reference()))


def test_a_file_whose_metadata_are_cut_off_is_not_said_to_have_none():
    raw = json.dumps(solved())
    assert identified(salvage(raw[: raw.index('"metadata": {"amal"')].encode()), reference()).repairs == ()


def test_metadata_that_are_no_object_say_nothing():
    notebook = solved() | {"metadata": {"amal": [1]}}
    assert "does not say of which lab" in identity(notebook).repairs[0]

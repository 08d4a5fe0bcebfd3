"""A question is called as the notebook calls it, in its language, whatever its id is."""

from __future__ import annotations

from pathlib import Path

import pytest

from amal_attention.course.lab_words import LabWords
from amal_attention.course.release.release import skeleton
from amal_attention.course.taught import taught
from amal_attention.lab import Lab

ROOT = Path(__file__).parents[2]
LABS = sorted(path.parent.name for path in ROOT.glob("solutions/*/lab.toml"))


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", LABS)
def test_each_name_stands_in_the_notebook_before_the_cell_that_it_is_of(name, language):
    lab = Lab.find(name, ROOT / "solutions")
    words, before = LabWords.of(lab, language), ""
    for cell in skeleton(lab, language).cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        before = cell.source if cell.cell_type == "markdown" else before
        if grade_id in lab.points and not grade_id.startswith("test-"):
            assert words.name(grade_id) in cell.source
        elif f"test-{grade_id}" in lab.points:
            assert words.name(grade_id) in before


def lab(*cells: str) -> Lab:
    points = dict.fromkeys(cells, 1.0)
    return Lab("any", Path(), "Any", {}, points=points, own_points=points, titles={"fr": "Tout"}, optional=("q2",))


CELLS = ("test-q1-mean", "test-q1-mean-of-all", "q1-see", "test-q2-sum", "q2-see", "q2-tell", "test-warm-up")


def test_several_of_a_part_are_numbered_and_one_is_not():
    words = LabWords.of(lab(*CELLS), "en")
    assert [words.name(each) for each in CELLS] == [
        *("Exercise 1.1", "Exercise 1.2", "Open question 1", "Exercise 2", "Open question 2.1", "Open question 2.2"),
        "warm-up",
    ]


def test_where_a_part_is_left_out_the_others_keep_their_names():
    words = LabWords.of(taught(lab(*CELLS), ["q2"]), "fr")
    assert words.name("q1-mean-of-all") == "Exercice 1.2" and words.title == "Tout"


def test_ids_in_a_sentence_become_names_and_longer_words_stay():
    words = LabWords.of(lab(*CELLS), "en")
    told = words.text("q1-mean: it died; test-q1-mean-of-all, xq1-mean, q1-mean-x, q9-mean")
    assert told == "Exercise 1.1: it died; Exercise 1.2, xq1-mean, q1-mean-x, q9-mean"
    assert LabWords().text("q1-mean") == "q1-mean"


def test_what_was_told_of_a_place_is_told_in_the_language():
    words = LabWords.of(lab(*CELLS), "fr")
    told = words.text("q1-see: no answer within 15 s of CPU time; cell 4: more than 300 MB of memory; cell 5: Error: x")
    assert told.split("; ") == [
        "Question ouverte 1 : pas de réponse en 15 s de calcul",
        "cellule 4 : plus de 300 Mo de mémoire",
        "cellule 5 : Error: x",
    ]

"""A lab that is not taught whole: its notebook has neither the parts that are left out nor the points of before."""

from __future__ import annotations

from pathlib import Path

import pytest

from amal_attention.course.release.release import for_graders, release
from amal_attention.course.taught import taught
from amal_attention.errors import LabError
from amal_attention.lab import Lab
from tests.course.parts import SCRIPT, points, texts, write_parts


@pytest.fixture
def parts(tmp_path: Path) -> Lab:
    return write_parts(tmp_path)


def test_a_lab_that_is_taught_whole_is_the_release_of_before(parts):
    assert release(taught(parts), "en") == release(parts, "en")


def test_a_part_goes_with_its_whole_section_and_no_other_cell_changes(parts):
    whole, left = texts(release(parts, "fr")), texts(release(taught(parts, ["q2"]), "fr"))
    gone = [text for text in whole if text not in left]
    assert [text.split("\n")[0] for text in gone] == [
        "# Parties",
        "## 2",
        "def two():",
        "assert two() == 2",
        "print(two())",
    ]
    assert points(release(taught(parts, ["q2"]), "fr")) == {"test-q1-one": 2, "q1-see": 1, "test-q3-three": 4}


def test_points_are_scaled_in_cells_in_brackets_and_in_the_table(parts):
    made = release(taught(parts, ["q2"], 20), "en")
    assert points(made) == {"test-q1-one": 5.71, "q1-see": 2.86, "test-q3-three": 11.43}
    told = "\n".join(texts(made))
    assert [word in told for word in ("**1** (5.71 points)", "See (2.86 points)", "**3** (11.43 points)")] == [True] * 3
    assert "| 1 | one | 8.57 |" in told and "| 3 | three | 11.43 |" in told and "two" not in told
    assert "| 1 | 2 | 3 |" in told  # of a table that tells no points


def test_points_are_told_in_the_language_of_the_notebook(parts):
    told = "\n".join(texts(release(taught(parts, ["q2", "q3"], 4.5), "fr")))
    assert "**1** (3 points)" in told and "See (1,5 point)" in told and "| 1 | un | 4,5 |" in told


def test_a_mark_scheme_tells_the_points_of_now_and_no_other_number_moves(parts):
    seen = "\n".join(cell.source for cell in for_graders(taught(parts, ["q2", "q3"], 6), "en").cells)
    assert "1: for sight. 0.5: for sound, at 3 pm." in seen.replace(" :", ":") and "3 times" in seen
    whole = "\n".join(cell.source for cell in for_graders(parts, "en").cells)
    assert "0.5: for sight. 0,25 : for sound" in whole


def test_of_two_parts_both_can_be_left_out(parts):
    assert points(release(taught(parts, ["q3", "q2"]), "en")) == {"test-q1-one": 2, "q1-see": 1}


def test_a_part_in_the_section_of_another_is_refused_with_its_line(tmp_path, problems):
    lab = write_parts(tmp_path, SCRIPT.replace("# ## 2\n#\n", "# ### 2\n#\n"))
    (told,) = problems(lambda: release(taught(lab, ["q2"]), "en"))
    assert "q1-one" in told and told.startswith("parts.py:")


def test_a_text_that_tells_the_points_of_some_cells_only_is_refused(tmp_path, problems):
    lab = write_parts(tmp_path, SCRIPT.replace("### See (1 point)", "### See"))
    (told,) = problems(lambda: release(taught(lab, ["q2"], 20), "en"))
    assert "tells the points of 2 cells" in told


@pytest.mark.parametrize(
    ("without", "total"), [(["q1"], None), (["q9"], None), ([], 0.0), ([], float("nan")), ([], -1.0)]
)
def test_what_cannot_be_taught_is_refused_in_a_line(parts, refusal, without, total):
    told = refusal(LabError, lambda: taught(parts, without, total))
    assert "q2, q3" in told or "above 0" in told


def test_points_add_up_to_the_total(parts):
    for total in (1, 7, 20, 100, 33.33):
        assert sum(taught(parts, ["q3"], total).points.values()) == pytest.approx(total, abs=1e-9)

"""Where things lie in a course."""

from __future__ import annotations

from pathlib import Path

from amal_attention.course.course_folder import CONFIGURATION, Course
from amal_attention.errors import CourseError


def test_a_folder_without_a_configuration_is_no_course(tmp_path: Path, refusal) -> None:
    told = refusal(CourseError, lambda: Course.at(tmp_path))
    assert str(tmp_path) in told and "amal course" in told


def test_what_was_handed_in_is_found_by_student_and_no_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / CONFIGURATION).touch()
    for name in ("zoe/till", "ada/till", "bob/other"):
        (tmp_path / "submitted" / name).mkdir(parents=True)
    (tmp_path / "submitted" / "eve").symlink_to(tmp_path / "submitted" / "ada")
    (tmp_path / "submitted" / "ada" / "till" / "timestamp.txt").write_text("2026-11-20 17:59:00.000000 UTC\n")
    course = Course.at(tmp_path)
    assert list(course.submitted("till")) == ["ada", "zoe"]
    assert course.handed_in_at("ada", "till") == "2026-11-20 17:59:00.000000 UTC"
    assert course.handed_in_at("zoe", "till") is None

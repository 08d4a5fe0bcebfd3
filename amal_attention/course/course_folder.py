"""A course as nbgrader keeps it: a folder with its configuration, its gradebook, and what was given and handed in."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amal_attention.course.slips import TIMESTAMP
from amal_attention.course.taught import taught
from amal_attention.errors import CourseError, explain
from amal_attention.lab import Lab

__all__ = ["CONFIGURATION", "Course"]

CONFIGURATION = "nbgrader_config.py"


@dataclass(frozen=True)
class Course:
    """A course directory; the names of its folders are nbgrader's.

    Attributes:
        folder: the folder of the course.
    """

    folder: Path

    @classmethod
    def at(cls, folder: Path) -> Course:
        """The course in a folder.

        Raises:
            CourseError: there is none.
        """
        if not (folder / CONFIGURATION).is_file():
            raise CourseError(
                explain(
                    expected=f"a course in {folder}",
                    got=f"no {CONFIGURATION}",
                    do="make one with amal course, or name its folder with --course",
                )
            )
        return cls.in_folder(folder)

    @classmethod
    def in_folder(cls, folder: Path) -> Course:
        """The course that is in a folder, or will be: nothing is looked at, and a link to itself is a folder too."""
        return cls(Path(os.path.realpath(folder)))

    @property
    def gradebook(self) -> Path:
        """The file of nbgrader's gradebook."""
        return self.folder / "gradebook.db"

    @property
    def teams(self) -> Path:
        """The file that says who hands in together."""
        return self.folder / "teams.csv"

    def source(self, lab: str) -> Path:
        """The instructor's notebook."""
        return self.folder / "source" / lab / f"{lab}.ipynb"

    def released(self, lab: str) -> Path:
        """The notebook that students get."""
        return self.folder / "release" / lab / f"{lab}.ipynb"

    def language(self, lab: Lab) -> str:
        """The language of the lab's notebook in this course; the lab's first, where that is not said."""
        said = self._said(lab.name).get("language")
        return said if said in lab.languages else lab.languages[0]

    def lab(self, name: str, labs: Path | None = None) -> Lab:
        """The lab called ``name`` among those in ``labs``, as this course teaches it.

        Raises:
            LabError: there is none, or its manifest is wrong.
        """
        return self.taught(Lab.find(name, labs))

    def taught(self, lab: Lab) -> Lab:
        """A lab as this course teaches it: without the parts that it leaves out, of the total that it gives.

        Raises:
            LabError: the lab has no such optional part any more.
        """
        return taught(lab, *self.scope(lab.name))

    def scope(self, lab: str) -> tuple[tuple[str, ...], float | None]:
        """The parts that this course leaves out of a lab, and the total that it gives, None for the lab's own."""
        said = self._said(lab)
        return tuple(said.get("without", ())), said.get("total")

    def _said(self, lab: str) -> dict[str, Any]:
        """What ``amal course`` wrote of a lab into the instructor's notebook."""
        try:
            said = json.loads(self.source(lab).read_text("utf-8"))["metadata"]["amal"]
        except (OSError, ValueError, KeyError, TypeError):
            return {}
        return said if isinstance(said, dict) else {}

    def submitted(self, lab: str) -> dict[str, Path]:
        """By student, in the order of their names, the folder of what they handed in for a lab."""
        found = sorted((self.folder / "submitted").glob(f"*/{lab}"))
        return {path.parent.name: path for path in found if path.is_dir() and not path.parent.is_symlink()}

    def place(self, student: str, lab: str) -> Path:
        """The folder of what a student handed in, or would hand in."""
        return self.folder / "submitted" / student / lab

    def collected(self, lab: str) -> Path:
        """The folder of all versions that ever came of a lab."""
        return self.folder / "collected" / lab

    def handed_in_at(self, student: str, lab: str) -> str | None:
        """When a student handed it in, in nbgrader's words; None where that is not known."""
        try:
            return (self.place(student, lab) / TIMESTAMP).read_text("utf-8").strip() or None
        except (OSError, UnicodeDecodeError):
            return None

    def autograded(self, student: str, lab: str) -> Path:
        """The notebook of a student as a grader sees it."""
        return self.folder / "autograded" / student / lab / f"{lab}.ipynb"

    def verdicts(self, lab: str) -> Path:
        """The folder of the verdicts on a lab."""
        return self.folder / "verdicts" / lab

    def feedback(self, student: str, lab: str) -> Path:
        """The page for a student, where nbgrader's ``release_feedback`` looks for it."""
        return self.folder / "feedback" / student / lab / f"{lab}.html"

    def summary(self, lab: str) -> Path:
        """The page on a lab for the instructor."""
        return self.folder / "summary" / f"{lab}.html"

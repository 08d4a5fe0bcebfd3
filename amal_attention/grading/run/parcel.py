"""A lab as it is sent to another machine: what grading reads of its folder, and the releases made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from amal_attention.course.taught import taught
from amal_attention.files import write_atomically
from amal_attention.grading.submission.reference import Reference
from amal_attention.lab import Lab
from amal_attention.lab.limits import GradingLimits

__all__ = ["LabParcel"]


@dataclass(frozen=True)
class LabParcel:
    """A lab without its folder.

    Attributes:
        name: the name of the lab.
        files: their text by their path in the folder of labs.
        reference: the releases, which take seconds to make.
        limits: what one submission may take, whatever the manifest says.
        without: the questions that are left out of it.
    """

    name: str
    files: Mapping[str, str]
    reference: Reference
    limits: GradingLimits
    without: tuple[str, ...] = ()

    @classmethod
    def of(cls, lab: Lab, reference: Reference) -> LabParcel:
        """Pack a lab."""
        files = {str(path.relative_to(lab.folder.parent)): path.read_text("utf-8") for path in lab.read_by_grading}
        return cls(lab.name, files, reference, lab.limits, lab.without)

    def unpack(self, folder: Path) -> Lab:
        """The lab, in a folder of labs of its own.

        Raises:
            StorageError: it cannot be written.
        """
        for path, text in self.files.items():
            write_atomically(folder / path, text)
        return taught(replace(Lab.find(self.name, folder), limits=self.limits), self.without)

"""A submission as grading and its pages read it: its cells, in which language, and which of the release's they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from amal_attention.grading.submission.identity import Identity, identified
from amal_attention.grading.submission.recognition import Sheet, recognised
from amal_attention.grading.submission.reference import Reference
from amal_attention.notebook.cell_extras import CellExtras, cell_extras
from amal_attention.notebook.salvage import Salvaged, salvage

__all__ = ["ReadSubmission"]


@dataclass(frozen=True)
class ReadSubmission:
    """The bytes of a submission, read once; nothing of it is run.

    Attributes:
        raw: the bytes of its file.
        salvaged: what could be read of them.
        identity: the release that it was made from.
        sheet: its cells beside those of that release.
    """

    raw: bytes
    salvaged: Salvaged
    identity: Identity
    sheet: Sheet

    @classmethod
    def of(cls, raw: bytes, reference: Reference) -> ReadSubmission:
        """Read the bytes of a file.

        Args:
            raw: the bytes.
            reference: the releases of the lab that it is to be a notebook of.

        Raises:
            Unreadable: it is no notebook, or no cell of it can be read.
            WrongLab: it is a notebook of another lab, or of none.
        """
        salvaged = salvage(raw)
        identity = identified(salvaged, reference)
        _, release = reference.releases[identity.language]
        return cls(raw, salvaged, identity, recognised(salvaged.cells, release, by_id=identity.same_release))

    @cached_property
    def extras(self) -> Mapping[int, CellExtras]:
        """Outputs and attached pictures of each cell, by its place in the file; none of a file that is damaged."""
        return cell_extras(self.raw) if self.salvaged.whole else {}

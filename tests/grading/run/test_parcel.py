"""A lab that is sent elsewhere is the same lab there."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

from amal_attention.grading.run.grader import lab_digest
from amal_attention.grading.run.parcel import LabParcel
from amal_attention.grading.submission.reference import Reference


def test_it_is_the_same_lab_there(till, tmp_path: Path) -> None:
    parcel = pickle.loads(pickle.dumps(LabParcel.of(till, Reference.of(till))))  # noqa: S301 -- our own
    there = parcel.unpack(tmp_path / "there")
    assert lab_digest(there) == lab_digest(till) and there.limits == till.limits
    assert parcel.reference == Reference.of(there)


def test_it_is_graded_there_under_the_limits_that_it_has_here(till, tmp_path: Path) -> None:
    hurried = replace(till, limits=replace(till.limits, cell_seconds=0.5))
    there = LabParcel.of(hurried, Reference.of(hurried)).unpack(tmp_path / "there")
    assert there.limits == hurried.limits and lab_digest(there) == lab_digest(hurried)


def test_no_wrong_answer_of_the_bank_travels(till) -> None:
    assert not [path for path in LabParcel.of(till, Reference.of(till)).files if "mutants" in path]

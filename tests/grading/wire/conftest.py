"""The answers that a test module's ``CELLS`` define, in another process and in this one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from amal_attention.grading.exam.local_sitting import names_defined_by
from amal_attention.grading.exam.sitting import Sitting
from amal_attention.grading.sandbox.sandbox import Zygote
from amal_attention.grading.submission.repair import AnswerCell, Answers
from amal_attention.grading.wire.remote import RemoteStudent
from amal_attention.grading.wire.student import LocalStudent


@pytest.fixture(scope="module")
def cells(request: pytest.FixtureRequest) -> tuple[AnswerCell, ...]:
    return tuple(AnswerCell(0, "", source) for source in request.module.CELLS)


@pytest.fixture(scope="module")
def sitting(beside: Zygote, cells: tuple[AnswerCell, ...]) -> Iterator[Sitting]:
    found = Sitting(beside, Answers("en", cells, ()))
    yield found
    found.close()


@pytest.fixture
def remote(sitting: Sitting) -> RemoteStudent:
    return sitting.begin("q", 1)


@pytest.fixture(scope="module")
def local(cells: tuple[AnswerCell, ...]) -> LocalStudent:
    return LocalStudent(names_defined_by(cells))

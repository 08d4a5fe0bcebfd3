"""What reads and writes lines elsewhere looks to an expectation like what does so in this process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch

from amal_attention.grading.exam.sitting import Sitting
from amal_attention.grading.sandbox.sandbox import Zygote
from amal_attention.grading.submission.repair import AnswerCell, Answers
from amal_attention.grading.wire.remote import RemoteStudent
from amal_attention.grading.wire.student import LocalStudent

WRITES = """
import torch

def once(encoder, decoder, tokens, mask):
    with torch.inference_mode():
        memory, state = encoder(tokens, mask)
        return decoder(tokens[:, :2], state, memory, mask)[0].argmax(dim=2)
"""
TOKENS, MASK = torch.tensor([[4, 5, 6], [7, 9, 9]]), torch.tensor([[True, True, True], [True, False, False]])


@pytest.fixture(scope="module")
def sitting(beside: Zygote) -> Iterator[Sitting]:
    found = Sitting(beside, Answers("en", (AnswerCell(0, "", WRITES),), ()))
    yield found
    found.close()


@pytest.fixture
def remote(sitting: Sitting) -> RemoteStudent:
    student = sitting.begin("q", 1)
    assert sitting.errors == ()
    return student


@pytest.fixture(scope="module")
def local() -> LocalStudent:
    names: dict[str, Any] = {"__name__": "cells"}
    exec(WRITES, names)
    return LocalStudent(names)


def test_a_function_is_handed_modules_and_what_they_kept_is_read_after(remote, local):
    came = []
    for student in (remote, local):
        encoder = student.FixedEncoder(torch.tensor([[[2.0]], [[3.0]]]), torch.tensor([[1.0], [4.0]]))
        decoder = student.ScriptedDecoder(torch.eye(11))
        came.append((student.once(encoder, decoder, TOKENS, MASK), encoder.state(), decoder.state()))
    torch.testing.assert_close(came[0], came[1])
    written, of_encoder, of_decoder = came[0]
    assert written.tolist() == [[3, 9], [10, 3]]
    assert torch.equal(of_encoder["tokens"], TOKENS) and torch.equal(of_encoder["mask"], MASK)
    assert [of_encoder["calls"], of_decoder["calls"], of_decoder["read"]] == [1, 1, 2]

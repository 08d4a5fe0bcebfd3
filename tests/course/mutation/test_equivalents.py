"""Mutants that are right all the same are read with their reasons."""

from __future__ import annotations

import pytest

from amal_attention.course.mutation.equivalents import read_equivalents
from amal_attention.errors import LabError

TEXT = """
[[equivalent]]
reason = "no review is empty"
mutants = ["aaa q1, reference: a -> b", "bbb q2, reference: c -> d"]

[[equivalent]]
reason = "the same sum"
mutants = ["ccc"]
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "equivalent.toml"


def test_each_mutant_comes_with_the_reason_of_its_group(path):
    path.write_text(TEXT)
    assert read_equivalents(path) == {
        "aaa q1, reference: a -> b": "no review is empty",
        "bbb q2, reference: c -> d": "no review is empty",
        "ccc": "the same sum",
    }


def test_no_file_records_nothing(path):
    assert read_equivalents(path) == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[equivalent", "equivalent.toml"),
        ("[[others]]\nreason = 'x'\nmutants = []", "the keys others"),
        (TEXT.replace('reason = "the same sum"', 'reason = " "'), "mutants"),
        (TEXT.replace('reason = "the same sum"\n', ""), "mutants"),
        (TEXT.replace('reason = "the same sum"', 'reason = "the same sum"\nwhy = 1'), "why"),
        (TEXT.replace('["ccc"]', '[""]'), "'' as a mutant"),
        (TEXT.replace('["ccc"]', "[3]"), "3 as a mutant"),
        (TEXT.replace('["ccc"]', '["aaa said otherwise"]'), "twice"),
    ],
)
def test_what_is_not_written_as_it_must_be_is_refused(path, refusal, text, words):
    path.write_text(text)
    assert words in refusal(LabError, lambda: read_equivalents(path))

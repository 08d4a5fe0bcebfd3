"""A file of options is looked at, and named, before Lightning reads it."""

from __future__ import annotations

import pytest

from amal_attention.errors import LabError
from amal_attention.training.recipe_file import check_recipe_file


@pytest.mark.parametrize("content", [b"model: {lr: 3}", "trainer:\n  max_epochs: 3  # caf\u00e9\n".encode(), b"{}"])
def test_names_and_values_are_options(tmp_path, content):
    (tmp_path / "mine.yaml").write_bytes(content)
    assert check_recipe_file(tmp_path / "mine.yaml") == tmp_path / "mine.yaml"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("# caf\u00e9".encode("latin-1"), "got 'utf-8' codec can't decode"),
        (b"model: [1,\n  b: {\n", "line 3"),
        (b"model: 1\n model: 2", "line 2"),
        (b"", "got nothing"),
        (b"# nothing", "got nothing"),
        (b"- 1\n- 2", "got a list"),
        (b"hello", "got a str"),
        (b"a\0b: 3", "got unacceptable character"),
        (b"when: 2026-99-99", "got month must be in 1..12"),
        (b"model: !!python/object/apply:os.getcwd []", "could not determine a constructor"),
        (b"[" * 100_000, "got maximum recursion depth exceeded"),
    ],
)
def test_anything_else_is_refused_and_the_file_is_named(tmp_path, content, told):
    (tmp_path / "mine.yaml").write_bytes(content)
    with pytest.raises(LabError) as caught:
        check_recipe_file(tmp_path / "mine.yaml")
    assert "in " + str(tmp_path / "mine.yaml") in str(caught.value) and told in str(caught.value)


def test_a_folder_and_nothing_are_no_files(tmp_path):
    for path in (tmp_path, tmp_path / "no.yaml"):
        with pytest.raises(LabError, match="which is none"):
            check_recipe_file(path)

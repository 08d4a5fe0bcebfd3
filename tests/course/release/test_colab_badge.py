"""The badge that opens a release in Colab: where the manifest names an address, and nowhere else."""

from __future__ import annotations

import nbformat
import pytest

from amal_attention.course.release.release import release, solved
from amal_attention.errors import LabError

ADDRESS = "https://colab.research.google.com/github/course/labs/blob/main/labs/{language}/toy/toy.ipynb"
PICTURE = "https://colab.research.google.com/assets/colab-badge.svg"


def with_address(toy, address):
    toy.manifest('title = "Counting"', f'title = "Counting"\ncolab = "{address}"')
    return toy.lab


def first(raw: bytes) -> str:
    return str(nbformat.reads(raw.decode(), as_version=4).cells[0].source)


@pytest.mark.parametrize(("language", "words"), [("en", "Open in Colab"), ("fr", "Ouvrir dans Colab")])
def test_it_stands_below_the_title_where_the_manifest_names_an_address(toy, language, words):
    before = first(release(toy.lab, language))
    title, *rest = before.split("\n")
    after = first(release(with_address(toy, ADDRESS), language))
    address = ADDRESS.replace("{language}", language)
    assert after.split("\n") == [title, "", f"[![{words}]({PICTURE})]({address})", *rest]


def test_without_an_address_there_is_none(toy):
    assert "colab" not in release(toy.lab, "en").decode()


def test_a_solved_notebook_opens_no_unsolved_one(toy):
    assert "colab.research" not in solved(with_address(toy, ADDRESS), "en").decode()


def test_the_digest_changes_with_the_address(toy):
    def digest(lab):
        return nbformat.reads(release(lab, "en").decode(), as_version=4).metadata.amal.digest

    assert digest(toy.lab) != digest(with_address(toy, ADDRESS))


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://example.org/{language}/toy.ipynb",
        "http://colab.research.google.com/github/a/b/blob/main/{language}.ipynb",
        "https://colab.research.google.com.example.org/github/a/b/blob/main/{language}.ipynb",
        "https://colab.research.google.com/github/a/b/blob/main/{language}.py",
        "https://colab.research.google.com/github/a/b) [c](https://example.org/{language}.ipynb",
        "https://colab.research.google.com/github/a/b/{language}.ipynb<script>",
        "https://colab.research.google.com/github/a/b/{lang}.ipynb",
        "https://colab.research.google.com/drive/{language}/../x",
        "x" * 100_000,
    ],
)
def test_an_address_that_colab_opens_nothing_from_is_refused_in_one_line(toy, refusal, address):
    told = refusal(LabError, lambda: release(with_address(toy, address), "en"))
    assert "Colab opens no notebook from there" in told and "lab.toml" in told and len(told) < 1000


def test_one_address_for_two_languages_is_refused(toy, refusal):
    address = ADDRESS.replace("{language}", "en")
    assert "one address for 2 languages" in refusal(LabError, lambda: release(with_address(toy, address), "en"))


def test_what_is_no_text_is_refused(toy, refusal):
    toy.manifest('title = "Counting"', 'title = "Counting"\ncolab = 3')
    assert "colab is 3, not a text" in refusal(LabError, lambda: toy.lab)

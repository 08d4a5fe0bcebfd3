"""What a model makes of a text, for a terminal and for a page."""

from __future__ import annotations

import io

from rich.console import Console

from amal_attention.record import Exhibit, Grid, Reading, Texts
from amal_attention.visualise.exhibits import exhibit_html, exhibit_lines, lines_against, said


def printed(exhibit: Exhibit) -> list[str]:
    """The exhibit in a terminal of 80 columns without colours."""
    console = Console(file=io.StringIO(), width=80, no_color=True, highlight=False)
    for line in exhibit_lines(exhibit):
        console.print(line)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def looking(columns: str) -> Grid:
    """Two rows, of which the first looks at the last column, and the second at the first two."""
    last, two = [0.0] * len(columns), [0.75, 0.25] + [0.0] * (len(columns) - 2)
    last[-1] = 1.0
    return Grid(3, "line 3", ["0", "END"], list(columns), [last, two])


def test_what_is_written_stands_after_what_is_read_with_its_probability() -> None:
    texts = Texts(3, "line 3", {"source": "mars", "expected": "03"}, looking("mars"), "0", 0.875, "03")
    lines = printed(texts)
    assert lines[:3] == [
        "mars -> 0 with probability 0.875",
        "expected: 03",
        "attention in %, of each row to the columns",
    ]
    assert [line.split() for line in lines[3:]] == [
        ["m", "a", "r", "s"],
        ["0", "·", "·", "·", "100"],
        ["END", "75", "25", "·", "·"],
    ]


def test_texts_of_which_nothing_is_said_stand_by_their_names() -> None:
    assert printed(Texts(3, "line 3", {"source": "mars", "written": "03"})) == ["source: mars", "written: 03"]
    assert said(Texts(3, "line 3", {"source": "mars"})) == said(looking("mars")) == ""


def test_a_long_line_is_a_picture_in_tenths_whose_columns_stand_below_their_characters() -> None:
    columns = "Wednesday,␣March␣12th␣1998"
    head, names, first, second = printed(looking(columns))
    assert head == "attention in tenths, of each row to the columns"
    at = names.index("W")
    assert names[at:] == columns
    assert first[at:] == "·" * 25 + "9"
    assert second[at:] == "72" + "·" * 24
    assert (first[0], second[:3]) == ("0", "END")


def test_a_line_that_is_wider_than_the_terminal_goes_on_below() -> None:
    lines = printed(looking("x" * 71 + "yz"))
    assert len(lines) == 1 + 2 * 3
    assert max(map(len, lines)) <= 80
    assert [line.split()[-1] for line in lines[4:]] == ["xyz", "··9", "···"]


def test_a_page_shows_what_is_read_written_and_expected_and_the_matrix() -> None:
    html = exhibit_html(Texts(3, "line 3", {"source": "<b>", "expected": "03"}, looking("mars"), "0", 0.875, "03"))
    assert "<dt>source</dt><dd>&lt;b&gt;</dd><dt>expected</dt><dd>03</dd><dt>written</dt><dd>0</dd>" in html
    assert html.count("<svg") == 1


def test_words_that_are_coloured_by_several_numbers_stand_one_below_the_other() -> None:
    readings = {
        name: Reading(-1, "text", ["dull", "opus"], weights, "", "neg", 0.75, ["opus"])
        for name, weights in (("attention", [0.25, 0.75]), ("slope", [1.0, 0.0]))
    }
    assert [str(line) for line in lines_against(readings)] == [
        "neg with probability 0.750",
        "not in the vocabulary: opus",
        "\nattention",
        "dull opus",
        "most: opus 0.750, dull 0.250",
        "\nslope",
        "dull opus",
        "most: dull 1.000, opus 0.000",
    ]
    assert list(lines_against({})) == []

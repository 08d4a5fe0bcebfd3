from __future__ import annotations

import contextlib
import json
import time
import tracemalloc

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from amal_attention.errors import Unreadable
from amal_attention.notebook.salvage import salvage

CELLS = [
    {"cell_type": "markdown", "metadata": {}, "source": "# Été \U0001f600"},
    {"cell_type": "code", "metadata": {"tags": ["a"]}, "outputs": [{"text": "x"}], "source": ["a = 1\n", "b = 2"]},
    {"cell_type": "code", "metadata": {"nbgrader": {"grade_id": "q1", "schema_version": 3}}, "source": "c = 3"},
]
METADATA = {"kernelspec": {"name": "python3", "language": "python"}, "amal": {"lab": "shop"}}
NOTEBOOK = {"cells": CELLS, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
SOURCES = ["# Été \U0001f600", "a = 1\nb = 2", "c = 3"]
TEXT = json.dumps(NOTEBOOK, ensure_ascii=False, indent=1)


def sources(raw: bytes | str) -> list[str]:
    return [cell.source for cell in salvage(raw.encode() if isinstance(raw, str) else raw).cells]


def told(raw: bytes | str) -> list[str]:
    return list(salvage(raw.encode() if isinstance(raw, str) else raw).repairs)


def test_a_notebook_is_read_as_it_stands():
    read = salvage(TEXT.encode())
    assert [(cell.number, cell.kind, cell.source) for cell in read.cells] == [
        (1, "markdown", SOURCES[0]), (2, "code", SOURCES[1]), (3, "code", SOURCES[2]),
    ]  # fmt: skip
    assert (read.metadata, read.repairs, read.whole) == (METADATA, (), True)


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_cut_anywhere_the_complete_cells_are_kept(indent, ascii_only):
    raw, ends = b'{"cells": [', []
    for cell in CELLS:
        raw += json.dumps(cell, ensure_ascii=ascii_only, indent=indent).encode()
        ends.append(len(raw))
        raw += b",\n" if cell is not CELLS[-1] else b'], "metadata": {"\xc3\xa9": 1}}'
    for end in range(len(raw)):
        readable = sum(end >= each for each in ends)
        if readable == 0:
            with pytest.raises(Unreadable):
                salvage(raw[:end])
        else:
            read = salvage(raw[:end])
            assert [cell.source for cell in read.cells] == SOURCES[:readable]
            assert not read.whole and len(read.repairs) == 1
            assert "cut off" in read.repairs[0] and f"{readable} cell" in read.repairs[0]


def test_metadata_that_come_before_the_cells_are_kept_when_the_file_is_cut():
    raw = json.dumps({"metadata": METADATA, "cells": CELLS})
    assert salvage(raw[:-40].encode()).metadata == METADATA


def test_metadata_of_a_cell_are_not_those_of_the_notebook():
    raw = json.dumps({"cells": [*CELLS, CELLS[1]], "metadata": METADATA})
    assert salvage(raw[: raw.rindex('"outputs"')].encode()).metadata == {}


def test_a_break_between_cells_loses_what_is_broken_and_no_more():
    broken = TEXT.replace('"a = 1', '"a" = 1')
    assert sources(broken) == [SOURCES[0], SOURCES[2]]
    assert told(broken) == ["the file is damaged: 2 cells could be read"]
    assert salvage(broken.encode()).metadata == METADATA


@pytest.mark.parametrize(("breaks", "read"), [(20, ["c = 3", "c = 3"]), (21, ["c = 3"])])
def test_after_many_breaks_the_rest_is_given_up(breaks, read):
    cell, broken = json.dumps(CELLS[2]), '{"cell_type":!' * breaks
    assert sources(f'{{"cells": [{cell}, {broken} {cell}]}}') == read


def test_a_break_in_a_string_does_not_find_cells_inside_strings():
    hidden = json.dumps(json.dumps(CELLS[2]))
    assert sources('{"cells": [{"source": "kept"}, {"source": ' + hidden + ", !}]}") == ["kept"]


@pytest.mark.parametrize(
    ("raw", "got"),
    [
        (b"", "an empty file"),
        (b"\xef\xbb\xbf \n", "an empty file"),
        (b"\xff\xfe", "an empty file"),
        (b"no", "it is not in JSON"),
        (b"\x00" * 50, "it is not in JSON"),
        (bytes(range(256)), "it is not in JSON"),
        (b"3", "JSON that is no notebook"),
        (b"[]", "JSON that is no notebook"),
        (b"null", "JSON that is no notebook"),
        (b'{"cells": null}', "JSON that is no notebook"),
        (b'{"cells": []}', "no cell"),
        (b'{"cells": [1, null, "a", []]}', "no cell"),
        (b'{"worksheets": [1, {"cells": 3}]}', "no cell"),
        (b'{"cells": [', "no cell"),
        (b"[" * 100_000, "too deep"),
        (b'{"a":' * 100_000, "too deep"),
        (b'{"cells": [' + b'{"cell_type":' * 100_000, "too deep"),
        (b'{"cells": [{}], "metadata": ' + b'{"a":' * 100_000, "too deep"),
        (b'{"cells": [{}' + b",{}" * 10_000 + b"]}", "more than 10000 cells"),
        (b'{"cells": [{}' + b",{}" * 10_000, "more than 10000 cells"),
    ],
)
def test_what_holds_nothing_is_refused_in_one_line(refusal, raw, got):
    message = refusal(Unreadable, lambda: salvage(raw))
    assert got in message and len(message) < 300


def test_a_file_of_more_than_100_mb_is_refused_before_it_is_read(refusal):
    assert "a file of 101 MB" in refusal(Unreadable, lambda: salvage(b"x" * 101_000_000))


def test_what_would_fill_the_memory_is_refused(refusal):
    assert "1,000,000 values" in refusal(Unreadable, lambda: salvage(b'{"cells": [' + b"[]," * 1_000_001))


@pytest.mark.parametrize(
    "value", ["NaN", "-Infinity", "1e999", "9" * 10_000, "-" + "9" * 10_000, '"\\ud800"', '"\t\n"']
)
def test_values_that_json_or_python_refuse_do_no_harm(value):
    read = salvage(f'{{"metadata": {{"a": {value}}}, "cells": [{{"cell_type": "code", "source": "a"}}]}}'.encode())
    assert [cell.source for cell in read.cells] == ["a"] and read.whole


def test_of_a_key_that_stands_twice_the_last_one_counts_as_in_jupyter():
    assert sources('{"cells": [{"source": "a"}], "cells": [{"source": "b", "source": "c"}]}') == ["c"]


@pytest.mark.parametrize(
    ("source", "read"),
    [
        (None, ""),
        (7, ""),
        ({}, ""),
        (["a\n", None, "b"], "a\nb"),
        ("\ud800x", "?x"),
        ([["a"]], ""),
        ("\U0001f600",) * 2,
    ],
)
def test_a_source_is_text_whatever_it_was(source, read):
    assert sources(json.dumps({"cells": [{"cell_type": "code", "source": source}]})) == [read]


def test_what_is_no_cell_is_counted_and_keeps_its_number():
    raw = json.dumps({"cells": [None, CELLS[2], 3], "metadata": METADATA})
    assert [cell.source for cell in salvage(raw.encode()).cells] == ["", "c = 3", ""]
    assert told(raw) == ["2 cells could not be read"]


def test_more_behind_the_end_is_told_and_not_read():
    assert sources(TEXT + TEXT) == SOURCES
    assert told(TEXT + "\0\0") == ["something stands behind the end of the notebook: it was not read"]
    assert told(TEXT + " \r\n\t") == []


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-8"])
def test_every_unicode_of_jupyter_and_windows_is_read(encoding):
    assert sources(TEXT.encode(encoding)) == SOURCES
    assert told(TEXT.encode(encoding)) == ["the file is not in UTF-8, but in UTF-16: save it again from Jupyter"] * (
        encoding == "utf-16"
    )


def test_utf_16_that_is_cut_in_a_character_keeps_its_cells():
    assert sources(TEXT.encode("utf-16")[:-31]) == SOURCES


def test_latin_1_is_told():
    raw = TEXT.replace("\U0001f600", "").encode("latin-1")
    assert sources(raw)[0] == "# Été " and "Latin-1" in told(raw)[0]


def test_a_character_that_is_cut_does_not_make_a_file_latin_1():
    raw = json.dumps({"cells": CELLS, "é": 1}, ensure_ascii=False).encode()
    (only,) = told(raw[: raw.rindex(b"\xc3") + 1])
    assert "Latin" not in only and "cut off" in only


@pytest.mark.parametrize(
    ("metadata", "asks"),
    [
        ({"kernelspec": {"name": "python3"}}, True),
        ({"kernelspec": {"name": "deep", "language": "Python"}}, True),
        ({"kernelspec": {"name": "deep", "language": None}}, True),
        ({"kernelspec": {"name": "ir"}, "language_info": {"name": "R"}}, False),
        ({"kernelspec": {"name": "ir", "language": "R"}, "language_info": {"name": "python"}}, False),
        ({"kernelspec": {"name": None, "language": "python"}}, False),
        ({"kernelspec": {"name": "a", "language": ["python"]}}, False),
        ({"kernelspec": None}, False),
        ({}, False),
        (None, False),
    ],
)
def test_a_notebook_that_asks_for_no_kernel_of_python_is_told(metadata, asks):
    raw = json.dumps({"cells": CELLS, "metadata": metadata})
    assert told(raw) == ([] if asks else ["the notebook asks for no kernel of Python: it was given one"])


@pytest.mark.parametrize(("version", "old"), [(3, False), (4, False), (2, True), (None, True), ("3", True)])
def test_an_old_schema_is_told(version, old):
    cell = {"cell_type": "code", "metadata": {"nbgrader": {"grade_id": "q1", "schema_version": version}}, "source": ""}
    raw = json.dumps({"cells": [cell], "metadata": METADATA})
    assert any("old version" in each for each in told(raw)) is old


def test_format_3_is_read():
    sheets = [
        {"cells": [{"cell_type": "heading", "level": 1, "source": "T"}, {"cell_type": "code", "input": ["a\n", "b"]}]},
        {"cells": [{"cell_type": "html", "source": "<b>"}]},
    ]
    read = salvage(json.dumps({"metadata": {}, "nbformat": 3, "worksheets": sheets}).encode())
    assert [(cell.kind, cell.source) for cell in read.cells] == [
        ("markdown", "T"), ("code", "a\nb"), ("markdown", "<b>"),
    ]  # fmt: skip
    assert read.repairs == ("the notebook is in an old format of Jupyter, before 4: it was converted",)


def test_outputs_are_not_kept():
    cell = CELLS[1] | {"outputs": [{"text": "x" * 10_000_000}]}
    raw = json.dumps({"cells": [cell], "metadata": METADATA}).encode()
    tracemalloc.start()
    read = salvage(raw)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert read.cells and kept < 100_000


MEGABYTES = 5
HOSTILE = {
    "numbers": '{"cells": [{"a": [' + "1," * 10**6 * (MEGABYTES // 2),
    "digits": '{"cells": [{"a": ' + "1" * 10**6 * MEGABYTES,
    "decimals": '{"cells": [{"a": 1.' + "1" * 10**6 * MEGABYTES,
    "breaks": '{"cells": [' + '{"cell_type":!' * (10**6 * MEGABYTES // 14),
    "breaks on lines": '{"cells": [' + '\n{"cell_type":\n!' * (10**6 * MEGABYTES // 16),
    "strings that do not end": '{"cells": [{"cell_type":"' + '\\"{' * (10**6 * MEGABYTES // 3),
    "blanks": '{"cells"' + " " * 10**6 * MEGABYTES,
    "openings": '"cells" ' * (10**6 * MEGABYTES // 8),
    "metadata": '{"cells":[{}],' + '"metadata" ' * (10**6 * MEGABYTES // 11),
    "braces": '{"cells": [' + '{"cell_type"' * (10**6 * MEGABYTES // 12),
    "a source of lines": json.dumps({"cells": [{"source": ["ab\n"] * (10**6 * MEGABYTES // 8)}]}),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_time_is_linear_whatever_the_file_holds(kind):
    """Twenty seconds stand between what takes less than one, and what would take an hour if it were quadratic."""
    start = time.perf_counter()
    with contextlib.suppress(Unreadable):
        salvage(HOSTILE[kind].encode())
    assert time.perf_counter() - start < 20


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["cells", "cell_type", "source", "metadata", "nbgrader", "tags", "id", "worksheets", "input"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(raw=st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
@example(raw=b'{"cells": [{"metadata": {"nbgrader": {"grade_id": []}}}]}')
def test_whatever_comes_is_read_or_refused(raw):
    try:
        read = salvage(raw)
    except Unreadable as error:
        assert str(error).isprintable()
    else:
        assert read.cells and all(each.isprintable() for each in read.repairs)

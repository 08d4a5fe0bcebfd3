"""A csv is read as platforms and spreadsheets save it."""

from __future__ import annotations

import pytest

from amal_attention.course.people.tables import read_table


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encoding_delimiter_and_ends_are_found(tmp_path, encoding, delimiter, end):
    path = tmp_path / "a.csv"
    path.write_bytes(end.join([f"nom{delimiter}note", f'"Zoé{delimiter}"{delimiter}3', ""]).encode(encoding))
    table = read_table(path, lambda header: "note" in header)
    assert table is not None and [row for _, row in table.rows] == [["nom", "note"], [f"Zoé{delimiter}", "3"]]
    assert (table.delimiter, table.end, table.header) == (delimiter, end, ["nom", "note"])
    assert table.encoding == encoding.removesuffix("-sig")


def test_a_header_that_is_not_wanted_is_none(tmp_path):
    (tmp_path / "a.csv").write_text("a,b\n")
    assert read_table(tmp_path / "a.csv", lambda header: "note" in header) is None


@pytest.mark.parametrize("raw", [b'"a', b"\x81\x8d", b"\xff\xfea"])
def test_what_is_no_csv_is_an_error(tmp_path, raw):
    (tmp_path / "a.csv").write_bytes(raw)
    with pytest.raises(ValueError, match=r"."):
        read_table(tmp_path / "a.csv", lambda header: True)

"""A csv as platforms and spreadsheets save it: UTF-8 or not, its cells between commas, semicolons or tabs."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Table", "read_table"]

_DELIMITERS = ",;\t"
_BOM = "\ufeff"
_OF_SPREADSHEETS = "cp1252"  # what Excel calls "CSV", in western Europe


@dataclass(frozen=True)
class Table:
    """A csv as it was read.

    Attributes:
        rows: the cells of each line, with the number of the line where they end; the header first.
        delimiter: between the cells.
        end: what ends each line.
        mark: the byte order mark, or an empty text.
        encoding: the encoding of the bytes.
    """

    rows: tuple[tuple[int, list[str]], ...]
    delimiter: str
    end: str
    mark: str
    encoding: str

    @property
    def header(self) -> list[str]:
        """The names of the columns."""
        return self.rows[0][1]


def read_table(path: Path, accepts: Callable[[list[str]], bool]) -> Table | None:
    """Read a csv; None if no separator gives a header that is wanted.

    Args:
        path: the path of the csv.
        accepts: whether these names of columns are those that are wanted.

    Raises:
        OSError: the file cannot be read.
        ValueError: its bytes are no text.
    """
    text, encoding = _decoded(path.read_bytes())
    mark = _BOM if text.startswith(_BOM) else ""
    end = "\r\n" if "\r\n" in text else "\n"
    for delimiter, rows in _parted(text.removeprefix(_BOM)):
        if accepts(rows[0][1]):
            return Table(rows, delimiter, end, mark, encoding)
    return None


def _decoded(raw: bytes) -> tuple[str, str]:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16"), "utf-16"
    try:
        return raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return raw.decode(_OF_SPREADSHEETS), _OF_SPREADSHEETS


def _parted(text: str) -> Iterator[tuple[str, tuple[tuple[int, list[str]], ...]]]:
    failed: list[csv.Error] = []
    for delimiter in _DELIMITERS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        try:
            rows = tuple((reader.line_num, row) for row in reader)
        except csv.Error as error:
            failed.append(error)
            continue
        if rows:
            yield delimiter, rows
    if len(failed) == len(_DELIMITERS):
        raise ValueError(str(failed[0]))

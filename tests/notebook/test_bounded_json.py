"""What holds far more values than a notebook is not read, whatever it looks like; all else is read as json reads it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amal_attention.notebook import bounded_json
from amal_attention.notebook.bounded_json import BoundedJson, TooManyValues

VALUES = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(alphabet='a"\\[{,]}é'),
    lambda inside: st.lists(inside) | st.dictionaries(st.text(alphabet='"\\,a'), inside),
)


def count(value: object) -> int:
    """The values in lists and objects, and these themselves."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return len(inside) + sum(map(count, inside))


@given(value=VALUES, behind=st.text(alphabet='"\\[{,]} '), most=st.integers(0, 10))
def test_a_value_is_read_unless_it_holds_too_many(value, behind, most):
    content = BoundedJson("x" + json.dumps(value) + behind)
    content._may_be_many = True
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bounded_json, "MOST_VALUES", most)
        try:
            assert content.value(1) == (value, len(content.text) - len(behind))
        except TooManyValues:
            assert count(value) * 2 + 1 + sum(map(behind.count, "[{,")) > most  # what stands behind counts too
        else:
            assert count(value) <= 2 * most + 1


def test_commas_and_brackets_in_texts_cost_nothing():
    text = json.dumps({"data": '[1,2]{}\\",' * 300_000})
    assert BoundedJson(text).value(0)[1] == len(text)


FILLS = """
from pathlib import Path
from amal_attention.errors import Unreadable
from amal_attention.notebook.salvage import salvage

def peak(what="VmHWM"):
    (line,) = [each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith(what)]
    return int(line.split()[1]) / 1024

for inside in ("1,", '"ab",', "{},"):
    for quote in ("", 'x"y'):
        head = '{"cells":[' + quote + '{"cell_type":"code","source":"x","outputs":['
        raw = (head + inside * (20_000_000 // len(inside)) + "1]}]}").encode()
        Path("/proc/self/clear_refs").write_text("5")  # the peak is the memory of now
        before = peak()
        try:
            salvage(raw)
        except Unreadable:
            pass
        print(inside, quote, round(peak() - before))
"""


def test_a_notebook_of_nothing_but_values_fills_no_memory_in_one_piece_or_broken():
    done = subprocess.run([sys.executable, "-c", FILLS], capture_output=True, text=True, check=True)
    grown = {line.rpartition(" ")[0]: int(line.rpartition(" ")[2]) for line in done.stdout.splitlines()}
    assert len(grown) == 6 and max(grown.values()) < 150, grown  # the text itself is 19 MB

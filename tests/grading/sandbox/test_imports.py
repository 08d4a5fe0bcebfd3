"""Import statements of a script: those of its code, whatever else looks like one."""

from __future__ import annotations

import pytest

from amal_attention.grading.sandbox.imports import imports_of


def script(*cells: str) -> str:
    return "# ---\n# jupyter: {}\n# ---\n\n" + "\n\n".join(cells) + "\n"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("# %%\nimport math", ["import math"]),
        ("# %%\nimport numpy as np, os\nx = 1", ["import numpy as np, os"]),
        ("# %% <solution q1>\nfrom a.b import c as d", ["from a.b import c as d"]),
        ("# %%\nfrom a import (\n    b,\n    c,\n)\nx = 1", ["from a import (\n    b,\n    c,\n)"]),
        ('# %% tags=["active-ipynb"]\n# import math\n#\n# %time import os', ["import math"]),
        ('# %% tags=["active-ipynb"]\n# from a import (\n#     b,\n# )', ["from a import (\n    b,\n)"]),
        ("# %% [markdown]\n# import antigravity", []),
        ('# %% [markdown] lang="fr"\nimport antigravity', []),
        ("# %%\n# import antigravity", []),
        ("# %%\nimportant = 1\nfrom_here = 2", []),
        ("# %%\ndef f():\n    import math", []),
        ("# %%\n'''\nx\n'''", []),
    ],
)
def test_statements_of_a_cell(cell, expected):
    assert imports_of(script(cell)) == expected


def test_each_stands_once_in_order():
    text = script("# %%\nimport b\nimport a", '# %% tags=["active-ipynb"]\n# import a\n# import c')
    assert imports_of(text) == ["import b", "import a", "import c"]


@pytest.mark.parametrize("text", ["", "import math", "# %%"])
def test_what_is_no_script_imports_nothing(text):
    assert imports_of(text) == []

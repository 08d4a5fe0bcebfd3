"""What the notebooks of a lab import, read from its script as text: quickly, and without a notebook library."""

from __future__ import annotations

import re

__all__ = ["imports_of"]

_CELL = re.compile(r"^# %%(.*)\n", re.MULTILINE)
_COMMENT = re.compile(r"^# ?", re.MULTILINE)
_IMPORT = re.compile(r"^(?:import|from[ \t]+[\w.]+[ \t]+import)[ \t]+(?:\([^)]*\)|[^\n(]+)$", re.MULTILINE)


def imports_of(script: str) -> list[str]:
    r"""The import statements of a lab's script, once each, those of cells that are comments outside a notebook too.

    >>> imports_of("# %%\nimport math\n\n# %% tags=[\"active-ipynb\"]\n# from os import (\n#     path,\n# )\n")
    ['import math', 'from os import (\n    path,\n)']
    """
    found: dict[str, None] = {}
    _, *parts = _CELL.split(script)
    for header, text in zip(parts[::2], parts[1::2], strict=True):
        if "[markdown]" not in header:
            source = _COMMENT.sub("", text) if "active-ipynb" in header else text
            found |= dict.fromkeys(_IMPORT.findall(source))
    return list(found)

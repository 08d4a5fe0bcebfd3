"""What a notebook defines, found by running its cells in this process."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import Any

from amal_attention.errors import DataError, explain

__all__ = ["names_defined_by"]

_GIVEN = "active-ipynb"


def names_defined_by(path: Path) -> dict[str, Any]:
    """The names that the code of a notebook defines; its own outputs are dropped.

    Cells that train or draw, and test cells, are not run. A cell that raises ends there, and the next one is run:
    what a later question defines does not hang on an earlier one.

    Raises:
        DataError: the file is no notebook.
    """
    import nbformat
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    except Exception as error:  # what a damaged notebook makes nbformat raise has no end
        raise DataError(
            explain(expected=f"a notebook in {path}", got=f"{type(error).__name__}: {error}"[:200], do="check the file")
        ) from error
    transform: Any = TransformerManager
    names: dict[str, Any] = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        for number, cell in enumerate(notebook.cells):
            if cell.cell_type == "code" and not _left_out(cell):
                _run(transform().transform_cell(cell.source), f"cell {number + 1} of {path.name}", names)
    return names


def _left_out(cell: Any) -> bool:
    return _GIVEN in cell.metadata.get("tags", []) or bool(cell.metadata.get("nbgrader", {}).get("grade"))


def _run(source: str, name: str, names: dict[str, Any]) -> None:
    with contextlib.suppress(Exception):
        exec(compile(source, name, "exec"), names)

"""A submission that runs in this process: for one that is trusted, such as the reference."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from typing import Any

from amal_attention.grading.submission.repair import AnswerCell
from amal_attention.grading.wire.student import LocalStudent
from amal_attention.grading.wire.whole_cell import plain_python
from amal_attention.notebook.definitions import definitions

__all__ = ["LocalSitting", "names_defined_by"]


class LocalSitting:
    """Gives hidden tests the answers that are defined in this process.

    Args:
        names: what defines them, by name.
    """

    def __init__(self, names: dict[str, Any]) -> None:
        self._names = names

    def begin(self, question: str, seed: int) -> LocalStudent:
        """The student; what a test of this process draws is seeded by the test."""
        return LocalStudent(self._names)


def names_defined_by(cells: Sequence[AnswerCell]) -> dict[str, Any]:
    """The names that cells define, and ``In``, the cells themselves, as IPython keeps them; what they print is dropped.

    A cell that raises ends there, and the next one is run: what a later question defines does not hang on an earlier
    one.
    """
    from IPython.core.inputtransformer2 import TransformerManager

    transform: Any = TransformerManager
    names: dict[str, Any] = {"__name__": "__main__", "In": [plain_python(cell.source) for cell in cells]}
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        for cell in cells:
            with contextlib.suppress(Exception):
                source = transform().transform_cell(cell.source)
                if cell.definitions_only:
                    source = definitions(source)
                exec(compile(source, f"cell {cell.number}", "exec"), names)
    return names

"""``with check("question"):`` gathers what is met and missed of one question, and shows it."""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Iterator

import torch

from amal_attention.checks.expectation import judged, recording
from amal_attention.checks.show import Printed, report_text, show_printed, show_report, show_summary
from amal_attention.language import message
from amal_attention.notebook.failed_cells import older_than_written, remember_failures
from amal_attention.outcome import Outcome, Report, State

__all__ = ["QuestionMissed", "check", "marked_elsewhere", "reports", "summary"]

reports: dict[str, Report] = {}
"""The latest report of each question that was checked in this process."""

marked_elsewhere: set[str] = set()
"""Questions whose marks do not hang on their check."""

_GRADING = "NBGRADER_EXECUTION"

remember_failures()  # whoever checks wants to know later why a name is missing


class QuestionMissed(AssertionError):
    """Raised by a check that is not met while nbgrader grades: an error in the cell is how nbgrader takes the mark."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback."""
        return [f"{type(self).__name__}: {self}"]


@contextlib.contextmanager
def check(question: str) -> Iterator[Report]:
    """Record every expectation of the block, met or missed, then show them all; the cell goes on.

    An expectation that is missed does not end the block; an exception of the block itself does, and is told as an
    outcome. Random numbers are seeded inside, and outside go on as if nothing had happened; numbers are float32 on the
    CPU, and gradients are recorded, whatever the notebook chose. What the block prints, on standard error too, is shown
    before the outcomes, folded if it is long; warnings are left out.

    Args:
        question: the id of the solution cell.

    Yields:
        The report, which fills up during the block.

    Raises:
        QuestionMissed: something is not met, nbgrader is grading or validating this notebook, and nothing else gives
            the marks.
    """
    report, printed = Report(question), Printed()
    try:
        with _surroundings(report, printed):
            try:
                yield report
            except Exception as error:
                report.outcomes.append(judged("your answer can be used", lambda caught=error: _raise(caught)))  # type: ignore[misc]
    finally:
        show_printed(printed)
    older = older_than_written()
    if older:
        report.outcomes.insert(
            0, Outcome(message("what is looked at is what you wrote last"), State.MISSED, came=older)
        )
    reports[question] = report
    show_report(report)
    if os.environ.get(_GRADING) and report.state is not State.MET and question not in marked_elsewhere:
        raise QuestionMissed(report_text(report)) from None


def summary() -> None:
    """Show where every question stands that was checked so far, in the order of their first check."""
    show_summary(list(reports.values()))


def _raise(error: Exception) -> None:
    raise error


@contextlib.contextmanager
def _surroundings(report: Report, printed: Printed) -> Iterator[None]:
    token, dtype = recording.set(report), torch.get_default_dtype()
    try:
        with (
            torch.random.fork_rng(devices=[]),
            torch.enable_grad(),
            torch.device("cpu"),
            warnings.catch_warnings(),
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(printed),
        ):
            warnings.simplefilter("ignore")
            torch.set_default_dtype(torch.float32)
            torch.default_generator.manual_seed(0)
            yield
    finally:
        torch.set_default_dtype(dtype)
        recording.reset(token)

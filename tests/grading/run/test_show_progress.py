"""How far a run is, with a clock of our own."""

from __future__ import annotations

from amal_attention.grading.run.show_progress import Progress
from amal_attention.grading.verdict.verdict import Status, Verdict


def test_a_run_tells_what_is_done_what_became_of_it_and_how_long_it_will_be() -> None:
    told: list[str] = []
    now = [100.0]
    progress = Progress(told.append, lambda: now[0])
    progress.graded(Verdict("kept", "till", Status.GRADED))
    assert told == []
    progress.beginning(1, 12, "ada")
    assert told[-1] == "1/12 submissions  1 graded  ada"
    now[0] = 130.0
    progress.graded(Verdict("ada", "till", Status.CRASHED))
    assert told[-1] == "2/12 submissions  1 graded, 1 crashed  5:00 left  ada"
    now[0] = 131.0
    progress.beginning(2, 12, "bob")
    assert told[-1] == "2/12 submissions  1 graded, 1 crashed  5:10 left  bob"
    now[0] = 140.0
    progress.graded(Verdict("bob", "till", Status.GRADED))
    assert told[-1] == "3/12 submissions  2 graded, 1 crashed  3:00 left  bob"

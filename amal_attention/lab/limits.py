"""What one submission may take of the machine that grades it."""

from __future__ import annotations

from dataclasses import asdict, dataclass

__all__ = ["GradingLimits"]


@dataclass(frozen=True)
class GradingLimits:
    """The limits of one submission; a lab sets its own in the table ``[limits]`` of its manifest.

    Attributes:
        cell_seconds: the CPU time that a cell, or one question put to an answer, may take; four times as much if idle.
        submission_seconds: the CPU time that all of them may take together.
        memory_mb: the memory that its processes may hold together, beside torch itself.
        processes: and threads, that may run at once.
        file_mb: how much its files may hold together.
        output_kb: how much is kept of what it prints.
    """

    cell_seconds: float = 15
    submission_seconds: float = 120
    memory_mb: float = 2000
    processes: float = 32
    file_mb: float = 50
    output_kb: float = 1000

    def to_dict(self) -> dict[str, float]:
        """The limits as JSON-ready built-in types."""
        return asdict(self)

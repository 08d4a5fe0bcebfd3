"""Trainings that do as they are told, in place of ones that take seconds; their processes can import this."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import torch

from amal_attention.errors import LabError
from amal_attention.record import RunRecord


@dataclass(frozen=True)
class Scripted:
    """A training of ``question`` that does what ``does`` says: "train", "refuse", "die", "fail" or "last"."""

    question: str
    does: str = "train"
    on_one_processor: bool = True
    progress: bool = True

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Come to the process that trains: it would take three threads."""
        self.__dict__.update(state)
        torch.set_num_threads(3)

    @property
    def run(self) -> Any:
        """What is asked of a run."""
        return SimpleNamespace(recipe=self)

    def train(self, *, progress: bool) -> RunRecord:
        """Do it; the record tells the process, its threads, and whether it shows a bar."""
        if self.does == "refuse":
            raise LabError("expected this; got that; do more")
        if self.does == "fail":
            raise ZeroDivisionError("by zero")
        if self.does == "die":
            os._exit(7)
        if self.does == "last":
            time.sleep(60)
        print("printed by a library")
        told = {
            "process": os.getpid(),
            "threads": torch.get_num_threads(),
            "bar": float(progress),
        }
        return RunRecord(
            lab="",
            question=self.question,
            task="",
            title="",
            source="",
            embeddings="",
            seed=0,
            metrics={name: (float(value), None, None) for name, value in told.items()},
            tested=0,
            parameters=0,
            seconds=0.0,
            epochs=0,
            checkpoint="",
        )
